"""Keeps the searches of a person on a project, and which records each of them has seen.

They lie with the person's own files: what is searched for often names customers, which a project file that is
shared must not, and the project's model does not depend on them.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from workbench.errors import StoreReadOnly
from workbench.project.trust_list import config_folder
from workbench.services.search.search_query import SearchQuery
from workbench.store.search_port import RecordSource
from workbench.tusk import replace_file

MOST_SAVED = 100


class SavedSearch(msgspec.Struct, frozen=True, kw_only=True):
    """A search with a name.

    Attributes:
        seen: By source, see `source_name`, the highest key when it was last run.
    """

    name: str
    query: SearchQuery
    seen: dict[str, int] = {}


def source_name(source: RecordSource) -> str:
    """Returns under which name it is noted how far a source was seen."""
    return f"{source.kind}/{source.projection}/{source.generation}"


def seen_of(sources: Sequence[RecordSource]) -> dict[str, int]:
    """Returns the highest keys of sources."""
    return {source_name(one): one.top for one in sources}


class SavedSearches:
    """The saved searches of a project.

    Args:
        root: The project's folder.
        environ: Says where the person's own files lie.
    """

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:20]
        self.path = config_folder(environ) / "searches" / f"{name}.json"

    def all(self) -> list[SavedSearch]:
        """Returns them as they stand in the file now, in the order in which they were saved."""
        with contextlib.suppress(OSError, ValueError, RecursionError, msgspec.MsgspecError):
            return msgspec.json.decode(self.path.read_bytes(), type=list[SavedSearch])
        return []

    def save(self, name: str, query: SearchQuery, sources: Sequence[RecordSource] = ()) -> None:
        """Keeps a search; one of the same name is replaced.

        Raises:
            StoreReadOnly: The file cannot be written.
        """
        found = [one for one in self.all() if one.name != name]
        made = SavedSearch(name=name, query=query, seen=seen_of(sources))
        self._write([*found, made][-MOST_SAVED:])

    def note_seen(self, query: SearchQuery, sources: Sequence[RecordSource]) -> None:
        """Notes that all that a search finds now was seen, where it is a saved one."""
        found = self.all()
        seen = seen_of(sources)
        if any(one.query == query and one.seen != seen for one in found):
            self._write(
                [msgspec.structs.replace(one, seen=seen) if one.query == query else one for one in found]
            )

    def remove(self, name: str) -> None:
        """Forgets a search; raises as `save`."""
        self._write([one for one in self.all() if one.name != name])

    def _write(self, found: Sequence[SavedSearch]) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace_file(self.path, [msgspec.json.encode(list(found))], mode=0o600)
        except OSError as error:
            raise StoreReadOnly(
                f"searches cannot be saved at {self.path}: {error.strerror or error}",
                hint="set WORKBENCH_CONFIG to a folder that can be written",
            ) from error
