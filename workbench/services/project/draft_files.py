"""Keeps what a person typed and neither sent nor saved, outside the project, over restart and kill (V2)."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from workbench.model.clock import Clock
from workbench.project.trust_list import config_folder
from workbench.services.project.window_files import WindowFiles
from workbench.tusk import remove_unfinished, replace_file, why_unwritten

LARGEST = 4_000_000
"""Characters of a draft that is written; a larger one is kept only while the project is open."""
SECRET = "secret"  # noqa: S105  # the name of a key
"""Under this key stands what is never written to a disk (contract §10)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """What was typed at one place.

    Attributes:
        key: The place: ``letter/12``, ``command/create_user``.
        what: The place in words, for questions: ``the copy of dead letter #12``.
        at: When it was last typed at, microseconds since 1970.
        content: JSON, as the place itself understands it.
    """

    key: str
    what: str
    at: int
    content: Any


class DraftFiles:
    """The drafts of one window on a project; each has a file of its own, which is written by `write`.

    Those of windows that are no more are this one's, too; those of windows that live never are.

    Args:
        root: The project's folder.
        environ: Says where the person's own files lie.

    Attributes:
        failed: Why the last `write` could not write one; empty where it could.
    """

    def __init__(self, root: Path, environ: Mapping[str, str], clock: Clock) -> None:
        self._root, self._environ, self._clock = root, environ, clock
        self._drafts: dict[str, KeptDraft] | None = None
        self._unwritten: set[str] = set()
        self._unkept: dict[str, str] = {}
        self.failed = ""
        self._doubled: list[KeptDraft] = []
        self._files = WindowFiles(self.folder)
        self._paths: dict[str, Path] = {}
        self._turn = Lock()
        self._closed = False

    @property
    def folder(self) -> Path:
        """Where the files lie: not among the project's."""
        name = hashlib.sha256(str(self._root.resolve()).encode()).hexdigest()[:20]
        return config_folder(self._environ) / "drafts" / name

    def find(self, key: str) -> KeptDraft | None:
        """Returns the draft of a place."""
        return self._all().get(key)

    def places(self) -> list[str]:
        """Returns the places that have a draft."""
        return list(self._all())

    def doubled(self) -> list[KeptDraft]:
        """Returns what other windows left at places of which there is a newer draft; their files stay."""
        self._all()
        return self._doubled

    def keep(self, key: str, content: Any, what: str) -> None:
        """Keeps what stands at a place now; the same content stays as old as it is."""
        drafts = self._all()
        if (known := drafts.get(key)) is None or known.content != content:
            drafts[key] = KeptDraft(key=key, what=what, at=self._clock.now(), content=content)
            self._unwritten.add(key)

    def drop(self, key: str) -> None:
        """Forgets the draft of a place: it was sent, saved or discarded."""
        if self._all().pop(key, None) is not None:
            self._unwritten.add(key)

    def write(self) -> None:
        """Writes what is not written yet; may be called from any thread. What fails is in `unkept`."""
        with self._turn:
            due, self._unwritten = self._unwritten, set()
            self.failed = ""
            for key in due:
                draft = self._all().get(key)
                try:
                    whole = self._write(key, draft)
                except OSError as error:  # tried again with the next
                    whole, self.failed = False, why_unwritten(error)
                    self._unwritten.add(key)
                if whole:
                    self._unkept.pop(key, None)
                elif draft is not None:
                    self._unkept[key] = draft.what
            if self._closed:  # a step that ended behind that is kept, too
                self._files.close()

    def is_whole(self, key: str) -> bool:
        """Whether what stands at a place is on the disk, or nothing does."""
        return key not in self._unkept

    def unkept(self) -> list[str]:
        """Returns, in words, what would be lost if the program ended now."""
        return [*self._unkept.values()]

    def close(self) -> None:
        """Releases the files: the next window takes them over."""
        with self._turn:
            self._closed = True
            self._files.close()

    def _write(self, key: str, draft: KeptDraft | None) -> bool:
        """Writes or removes one file; says whether all of the draft is in it."""
        known = self._paths.get(key)
        if draft is None:
            if known is not None:
                known.unlink(missing_ok=True)
                del self._paths[key]
            return True
        content, whole = _without_secrets(draft.content)
        text = json.dumps({"key": key, "what": draft.what, "at": draft.at, "content": content})
        path = known or self._files.path(hashlib.sha256(key.encode()).hexdigest()[:20])
        self._paths[key] = path
        if len(text) > LARGEST:
            path.unlink(missing_ok=True)  # an older state of it would be taken for the last one
            return False
        replace_file(path, [text.encode()], mode=0o600)
        return whole

    def _all(self) -> dict[str, KeptDraft]:
        if self._drafts is None:
            remove_unfinished(self.folder, "*.json")
            found = [(one, path) for path in self._files.mine() if (one := _read(path)) is not None]
            found.sort(key=lambda pair: pair[0].at)
            self._drafts = {draft.key: draft for draft, _ in found}
            self._paths = {draft.key: path for draft, path in found}
            self._doubled = [draft for draft, _ in found if self._drafts[draft.key] is not draft]
        return self._drafts


def _read(path: Path) -> KeptDraft | None:
    """Returns the draft of a file; a file that cannot be read is no draft."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        said = json.loads(path.read_text(encoding="utf-8"))
        return KeptDraft(key=said["key"], what=said["what"], at=int(said["at"]), content=said["content"])
    return None


def _without_secrets(content: Any) -> tuple[Any, bool]:
    """Returns content without what must not be written, and whether that is all of it."""
    if isinstance(content, list):
        parts = [_without_secrets(one) for one in content]
        return [part for part, _ in parts], all(whole for _, whole in parts)
    if not isinstance(content, dict):
        return content, True
    kept = {key: _without_secrets(value) for key, value in content.items() if key != SECRET}
    whole = not content.get(SECRET) and all(whole for _, whole in kept.values())
    return {key: part for key, (part, _) in kept.items()}, whole
