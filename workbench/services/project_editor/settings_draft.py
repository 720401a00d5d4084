"""A project file as settings: shown in parts, and changed where a person changes one; all else stays."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.errors import NotFound
from workbench.model.hints import in_brackets
from workbench.model.json_values import check_new_name
from workbench.model.pydantic_messages import summary_of
from workbench.model.retry import RetryPolicy
from workbench.model.secrets import is_secret
from workbench.project.contradictions import contradictions
from workbench.project.project_file import OFFSETS, place_for, read_document, written_values
from workbench.project.samples import PROJECT_FILE
from workbench.project.settings import Flags, QueueSection, RetrySettings, Settings
from workbench.services.project_editor.setting_forms import (
    Model,
    as_field,
    collection_of,
    collections_in,
    default_of,
    form_schema,
    section_of,
    title_of,
)
from workbench.services.project_editor.setting_renames import Renamed, in_project_file
from workbench.tusk import (
    Document,
    Problem,
    TskError,
    ValueKind,
    delete,
    insert,
    rename,
    set_value,
)

Place = tuple[str, ...]
"""A setting's path under its own name: ``("routing", "routes", "mails", "topics")``."""
_HIDDEN = "••••"
_POLICY = {"retry_delay": "delay"}
"""Settings that the retry policy calls otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPart:
    """What is edited in one form: a section, or an entry of a collection.

    Attributes:
        path: Its place.
        doc: What it is for.
        schema: Of its form.
        values: What is written of it, as the form takes it.
        line: Where it begins in the file; 0 where it is not written at all.
        entry: Whether it belongs to a collection, and can be renamed and removed.
    """

    path: Place
    title: str
    doc: str
    schema: Mapping[str, Any]
    values: Mapping[str, Any]
    line: int
    entry: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A section in the outline, or a collection, with the names of its entries.

    Attributes:
        form: Whether it has settings of its own.
        entries: Paths of what it holds, by name; None where it is no collection.
    """

    path: Place
    title: str
    form: bool
    entries: Mapping[str, Place] | None = None


@dataclass(frozen=True, kw_only=True)
class SettingsDraft:
    """A project file with changes that are not saved; every change gives another draft.

    Attributes:
        original: The file as it was read.
        handlers: What the modules bring, None where that is not known.
        renames: Topics and subscriptions that are called otherwise than in the file, in order.
    """

    path: Path
    original: bytes
    document: Document
    environ: Mapping[str, str]
    handlers: Collection[str] | None = None
    renames: tuple[Renamed, ...] = ()

    # -- looking ------------------------------------------------------------------------------------------

    @cached_property
    def _read(self) -> tuple[dict[str, Any], dict[Place, Place]]:
        _, values, written = written_values(self.document, self.path, environ=self.environ)
        return values, written

    def outline(self) -> list[Branch]:
        """Returns all sections and collections, in the order of the model; flags where there are some."""
        found = []
        for name, field in Settings.model_fields.items():
            model = section_of(field.annotation)
            if model is not None and issubclass(model, Flags) and name not in self.document.sections:
                continue
            if model is not None:
                inner = [one for one, _ in collections_in(model)]
                found.append(
                    Branch(path=(name,), title=title_of(name), form=len(model.model_fields) > len(inner))
                )
                found += [self._collection((name, one)) for one in inner]
            elif collection_of(field.annotation) is not None:
                found.append(self._collection((name,)))
        return found

    def _collection(self, path: Place) -> Branch:
        values = self._at(path)
        names = values if isinstance(values, dict) else {}
        return Branch(
            path=path, title=title_of(path[-1]), form=False, entries={name: (*path, name) for name in names}
        )

    def part(self, path: Place) -> SettingsPart:
        """Returns a section or an entry as its form shows it.

        Raises:
            NotFound: There is no such section or entry.
        """
        model, entry = self._model(path)
        values = self._at(path)
        if entry and not isinstance(values, dict):
            raise NotFound(f"{PROJECT_FILE} has no {'.'.join(path)}")
        schema = form_schema(model, self._fallbacks(model), dict(self._notes(path, model)))
        known = schema["properties"]
        written = dict(values) if isinstance(values, dict) else {}
        for name in self._secrets(path, written):  # never shown, so not edited here
            known[name], written[name] = (
                {"const": _HIDDEN, "description": known[name]["description"]},
                _HIDDEN,
            )
        return SettingsPart(
            path=path,
            title=path[-1] if entry else title_of(path[-1]),
            doc=_about(model),
            schema=schema,
            values={name: as_field(value, known[name]) for name, value in written.items() if name in known},
            line=self._line(path),
            entry=entry,
        )

    def shows_other(self, draft: SettingsDraft, path: Place) -> bool:
        """Whether the form of a section or entry shows other values than that of another draft."""
        return bool(self._at(path) != draft._at(path))

    def _model(self, path: Place) -> tuple[Model, bool]:
        field = Settings.model_fields.get(path[0])
        if field is not None and (model := section_of(field.annotation)) is not None:
            inner = dict(collections_in(model))
            if len(path) == 1:
                return model, False
            if len(path) == 3 and path[1] in inner:
                return inner[path[1]], True
        elif field is not None and (model := collection_of(field.annotation)) is not None and len(path) == 2:
            return model, True
        raise NotFound(f"there is no setting {'.'.join(path)}")

    def _at(self, path: Place) -> Any:
        found: Any = self._read[0]
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def _line(self, path: Place) -> int:
        place = self._read[1].get(path, place_for(path))
        entry, section = self.document.find(place), self.document.sections.get(".".join(place))
        start = entry.start if entry is not None else section.start if section is not None else None
        return 0 if start is None else self.document.places.line(start)

    def _fallbacks(self, model: Model) -> dict[str, Any]:
        """Says what holds where a retry setting is not written: the queue's, else the contract's."""
        if not issubclass(model, RetrySettings):
            return {}
        policy, queue = RetryPolicy(), self._at(("message_queue",))
        written = queue if isinstance(queue, dict) and model is not QueueSection else {}
        found = {}
        for name in QueueSection.model_fields:
            own = default_of(QueueSection, name)
            usual = getattr(policy, _POLICY.get(name, name), None) if own is None else own
            found[name] = written.get(name, usual)
        return found

    def _notes(self, path: Place, model: Model) -> Iterator[tuple[str, str]]:
        """Yields where values come from that do not stand there themselves."""
        for name in model.model_fields:
            place = self._read[1].get((*path, name))
            entry = self.document.find(place) if place is not None else None
            if entry is not None and entry.value.kind in {ValueKind.ENV, ValueKind.REF, ValueKind.VARIABLE}:
                text = self.document.text[entry.value.start : entry.value.end]
                yield name, f"Written as {text}; another value takes its place"

    def _secrets(self, path: Place, written: Mapping[str, Any]) -> list[str]:
        """Returns the settings that the environment gives under a name that says secret."""
        found = []
        for name in written:
            entry = self.document.find(self._read[1].get((*path, name), ()))
            if entry is not None and entry.value.kind is ValueKind.ENV and is_secret(entry.value.plain[0]):
                found.append(name)
        return found

    @cached_property
    def problems(self) -> list[Problem]:
        """Everything that is wrong with it, with places."""
        try:
            file = read_document(self.document, self.path, environ=self.environ)
        except TskError as error:
            return list(error.found)
        return contradictions(file.settings, file.problem, self.handlers)

    def faults(self, path: Place) -> tuple[list[tuple[Place, str]], list[Problem]]:
        """Returns what is wrong inside a section or entry, by field, and what is wrong elsewhere."""
        own = {place: name for name, place in self._read[1].items()}
        inside, elsewhere = [], []
        for problem in self.problems:
            name = own.get(problem.path, problem.path)
            if name[: len(path)] == path and (len(name) > len(path) or problem.path):
                said = problem.message.removeprefix(f"{name[-1]} ")
                inside.append((name[len(path) :], in_brackets(said, problem.hint)))
            else:
                elsewhere.append(problem)
        return inside, elsewhere

    # -- changing -----------------------------------------------------------------------------------------

    def changed(self, path: Place, values: Mapping[str, Any]) -> SettingsDraft:
        """Returns the draft with a form's values: what is not among them is no longer written.

        Raises:
            InvalidValue: A value cannot be written, or a new name has what is not seen.
        """
        part, document = self.part(path), self.document
        for name in part.schema["properties"]:
            before, after = part.values.get(name), values.get(name)
            if type(before) is type(after) and before == after:
                continue
            if name == "name" and isinstance(after, str):
                check_new_name(after, what="the name")
            place = self._read[1].get((*path, name))
            if after is None:
                document = delete(document, place) if place is not None else document
            elif place is not None:
                offset = OFFSETS.get(place[-1], 0) if type(after) is int else 0
                document = set_value(document, place, after - offset if offset else after)
            else:
                document = insert(document, (*self._place(path), name), after)
        return _followed(self.called(path), replace(self, document=document), path)

    def added(self, collection: Place, name: str) -> SettingsDraft:
        """Returns the draft with a new, empty entry.

        Raises:
            InvalidValue: There is one of that name, or it is no name.
        """
        check_new_name(name.strip(), what="the name")
        return replace(self, document=insert(self.document, self._place((*collection, name.strip())), {}))

    def removed(self, path: Place) -> SettingsDraft:
        """Returns the draft without an entry."""
        return replace(self, document=delete(self.document, self._place(path)))

    def renamed(self, path: Place, name: str) -> SettingsDraft:
        """Returns the draft with an entry renamed, everywhere that the name is used.

        Raises:
            InvalidValue: There is one of that name, or it is no name.
        """
        check_new_name(name.strip(), what="the name")
        draft = replace(self, document=rename(self.document, self._place(path), name.strip()))
        return _followed(self.called(path), draft, (*path[:-1], name.strip()))

    def _place(self, path: Place) -> Place:
        return self._read[1].get(path, place_for(path))

    def called(self, path: Place) -> str:
        """Returns the name under which others know a topic or subscription; empty for anything else."""
        entry = self._at(path) if path[0] in {"topics", "subscriptions"} and len(path) > 1 else None
        return str(entry.get("name") or path[1]) if isinstance(entry, dict) else ""

    # -- what changed -------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Whether it differs from the file."""
        return self.document.dump() != self.original

    def diff(self) -> list[str]:
        """Returns the lines that come and go, as ``diff -u`` shows them."""
        return differing(self.original, self.document.dump())

    def counts(self) -> tuple[int, int]:
        """Returns how many lines come and how many go."""
        lines = self.diff()[2:]
        return sum(line.startswith("+") for line in lines), sum(line.startswith("-") for line in lines)


def _followed(old: str, draft: SettingsDraft, path: Place) -> SettingsDraft:
    """Renames a topic or subscription wherever it is named, if it has another name now."""
    new = draft.called(path)
    if not old or not new or old == new:
        return draft
    one = Renamed(kind=path[0], old=old, new=new)
    return replace(draft, document=in_project_file(draft.document, one), renames=(*draft.renames, one))


def differing(before: bytes, after: bytes) -> list[str]:
    """Returns the lines in which two files differ, as ``diff -u`` shows them."""
    old, new = (data.decode(errors="replace").splitlines() for data in (before, after))
    return list(difflib.unified_diff(old, new, PROJECT_FILE, PROJECT_FILE, lineterm="", n=2))


def _about(model: Model) -> str:
    """Returns what a model says of itself; that ``[section]`` is one is seen from the title."""
    said = re.sub(r"^\[\w+\][.:]?\s*", "", summary_of((model.__doc__ or "").replace("``", "")))
    return said[:1].upper() + said[1:]
