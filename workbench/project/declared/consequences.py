"""What follows: events that are emitted, commands that are issued, messages that are published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from pydantic import ValidationError

from workbench.errors import ExpressionFailed
from workbench.model.expressions.closures import Scope, Variable
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import DURATION, RECORD, TIME, Kind, Type
from workbench.model.expressions.value_views import moment
from workbench.model.policy import After, At
from workbench.project.declared.build_values import Build, ValueSource, checked, quick, source_of
from workbench.project.declared.compilation import Compilation, CompiledPart, misfit
from workbench.project.declared.sections import Acting, ActionSection, Values
from workbench.project.declared.source_locations import Path
from workbench.project.declared.value_classes import as_json
from workbench.project.durations import Calendar

Due = Callable[[Any], tuple[float, datetime | None]]
"""Gives how many seconds later something is done, or at which time."""


@dataclass(frozen=True, slots=True)
class CompiledAction:
    """One compiled action.

    Attributes:
        quick: The same as ``build`` without checks, where that is possible; it may raise anything.
    """

    when: Get | None
    build: Build
    quick: Build | None = None

    def applies(self, env: Any) -> bool:
        """Whether it is to be done."""
        return self.when is None or self.when(env) is True


@dataclass(frozen=True, slots=True)
class Publication:
    """A message that is to be published."""

    topic: str
    type: str
    key: str
    data: Mapping[str, Any]
    delay: float = 0.0
    at: datetime | None = None


def sections_of(path: Path, acting: Acting) -> Iterator[tuple[Path, ActionSection]]:
    """Yields the actions of a section, one or several, with their places."""
    if acting.do:
        for name, one in acting.do.items():
            yield (*path, "do", name), one
    elif acting.emit or acting.issue or acting.publish:
        yield path, acting


def one_verb(draft: Compilation, path: Path, one: ActionSection, allowed: tuple[str, ...]) -> str:
    """Returns what an action does; what it cannot do here is told."""
    verbs = [verb for verb in ("emit", "issue", "publish") if getattr(one, verb)]
    if len(verbs) == 1 and verbs[0] in allowed:
        for odd in sorted(one.model_fields_set & (one.details - _FITTING[verbs[0]])):
            draft.tell((*path, odd), "S-UNKNOWN", f"{odd} has no meaning for {verbs[0]}", key=True)
        return verbs[0]
    said = f"an action here has {' or '.join(allowed)}"
    odd = next((verb for verb in verbs if verb not in allowed), "")
    said += f", not {odd}" if odd else (", only one of them" if len(verbs) > 1 else "")
    draft.tell((*path, odd) if odd else path, "S-TYPE", said, key=True)
    return ""


_FITTING = {"emit": frozenset(), "issue": frozenset({"after", "at"}), "publish": ActionSection.details}


@dataclass(frozen=True, slots=True)
class ActionCompiler:
    """Compiles actions whose expressions read one scope.

    Args:
        source: The variable whose fields are taken over where a field of the same name is not given.
    """

    draft: Compilation
    scope: Scope
    source: str
    present: frozenset[str] = frozenset()

    def emitted(self, path: Path, acting: Acting, events: Mapping[str, CompiledPart]) -> list[CompiledAction]:
        """Compiles what a command emits; only these events can be."""
        made: list[CompiledAction] = []
        for place, one in sections_of(path, acting):
            if one_verb(self.draft, place, one, ("emit",)) != "emit":
                continue
            part = events.get(one.emit)
            if part is None:
                self.draft.unknown((*place, "emit"), "event of this aggregate", one.emit, events)
                self._only_check(place, one)
                continue
            when, present = self._when(place, one)
            sources = self._fields(place, "emit", one, part, present)
            build = checked(part.cls, sources, f"{part.name} cannot be made")
            made.append(CompiledAction(when, build, quick(part.cls, part.fields or {}, sources)))
        return made

    def issued(self, path: Path, acting: Acting, names: list[str]) -> list[CompiledAction]:
        """Compiles the commands that follow; their names are added to ``names``."""
        made: list[CompiledAction] = []
        for place, one in sections_of(path, acting):
            verb = one_verb(self.draft, place, one, ("issue",))
            if verb and (action := self._issue(place, one, names)) is not None:
                made.append(action)
        return made

    def handled(self, path: Path, acting: Acting) -> list[CompiledAction]:
        """Compiles what a handler does: publications and commands."""
        made: list[CompiledAction] = []
        for place, one in sections_of(path, acting):
            verb = one_verb(self.draft, place, one, ("issue", "publish"))
            action = self._issue(place, one, []) if verb == "issue" else None
            if verb == "publish":
                action = self._publish(place, one)
            if action is not None:
                made.append(action)
        return made

    def _when(self, path: Path, one: ActionSection) -> tuple[Get | None, frozenset[str]]:
        if not one.when:
            return None, self.present
        run, yes, _ = self.draft.condition((*path, "when"), one.when, self.scope, present=self.present)
        return run, self.present | yes

    def _issue(self, path: Path, one: ActionSection, names: list[str]) -> CompiledAction | None:
        part = self.draft.commands.get(one.issue)
        if part is None:
            self.draft.unknown((*path, "issue"), "command", one.issue, self.draft.commands)
            self._only_check(path, one)
            return None
        if one.issue not in names:
            names.append(one.issue)
        when, present = self._when(path, one)
        later = self._later(path, one, present)
        build = _command(part, self._fields(path, "issue", one, part, present), later)
        return CompiledAction(when, build)

    def _publish(self, path: Path, one: ActionSection) -> CompiledAction | None:
        if one.publish not in self.draft.topics:
            self.draft.unknown((*path, "publish"), "topic", one.publish, self.draft.topics)
            self._only_check(path, one)
            return None
        when, present = self._when(path, one)
        data = self._data(path, one.given, present)
        key: Get | None = None
        if one.key:
            key, found = self.draft.expression((*path, "key"), one.key, self.scope, present=present)
            if said := misfit("key", Type(kind=Kind.STRING), found):
                self.draft.tell((*path, "key"), "S-TYPE", said)

        later = self._later(path, one, present)

        def build(env: Any) -> Publication:
            said = {name: as_json(get(env)) for name, get in data.items()}
            delay, at = later(env) if later else (0.0, None)
            kind = one.type or one.publish
            return Publication(one.publish, kind, str(key(env)) if key else "", said, delay, at)

        return CompiledAction(when, build)

    def _later(self, path: Path, one: ActionSection, present: frozenset[str]) -> Due | None:
        """Compiles when an action takes effect; None for at once."""
        if one.at:
            if one.after:
                said = "an action is done after a time or at a time, not both"
                self.draft.tell((*path, "at"), "S-TYPE", said, "leave one of them out", key=True)
            at = self._timed((*path, "at"), one.at, TIME, present)
            return lambda env: (0.0, at(env))
        if isinstance(one.after, Calendar):
            span, now = one.after, self.scope["now"].get
            return lambda env: (0.0, span.after(moment(now(env))))
        if isinstance(one.after, str):
            after = self._timed((*path, "after"), one.after, DURATION, present)
            return lambda env: (max(0.0, after(env).total_seconds()), None)
        seconds = one.after
        return (lambda _env: (seconds, None)) if seconds else None

    def _timed(self, path: Path, text: str, wanted: Type, present: frozenset[str]) -> Get:
        before = len(self.draft.problems)
        run, found = self.draft.expression(path, text, self.scope, present=present)
        self.draft.problems[before:] = [
            replace(one, hint=f"{path[-1]} is {_TIMED[wanted.kind]}; {one.hint}".removesuffix("; "))
            for one in self.draft.problems[before:]
        ]
        if found.kind is not Kind.ANY and (found.counts_as is not wanted.kind or found.nullable):
            whole = f"{path[-1]} is {wanted.words}, and this is {found.words}"
            said = f"{path[-1]} cannot be null, and this may be" if found.nullable else whole
            self.draft.tell(path, "S-TYPE", said, _TIMED[wanted.kind])

        def timed(env: Any) -> Any:
            value = run(env)
            if found.kind is Kind.MICROS:
                return moment(value)
            if not isinstance(value, datetime if wanted is TIME else timedelta):
                raise ExpressionFailed(f"{path[-1]} is {wanted.words}, and this is {value!r}")
            return value

        return timed

    def _only_check(self, path: Path, one: ActionSection) -> None:
        """Checks the expressions of an action that cannot be compiled otherwise."""
        self._data(path, one.given, self._when(path, one)[1])

    def _data(self, path: Path, given: Values, present: frozenset[str]) -> dict[str, Get]:
        return {
            name: self.draft.expression((*path, "with", name), text, self.scope, present=present)[0]
            for name, text in given.items()
        }

    def _fields(
        self, path: Path, verb: str, one: ActionSection, part: CompiledPart, present: frozenset[str]
    ) -> dict[str, ValueSource]:
        """Returns what gives each field: as it is written, else from a field of the same name."""
        found: dict[str, ValueSource] = {}
        for name, text in one.given.items():
            wanted = part.field_types.get(name)
            if wanted is None:
                self.draft.unknown(
                    (*path, "with", name), f"field of {part.name}", name, part.field_types, key=True
                )
                continue
            kept = part.fields[name] if part.fields is not None else None
            found[name] = self.draft.value(
                (*path, "with", name), text, self.scope, wanted, present=present, field=kept
            )
        for name in part.field_types:
            if name not in one.given and (same := self._same(path, verb, part, name, present)) is not None:
                found[name] = same
        return {name: found[name] for name in part.field_types if name in found}

    def _same(
        self, path: Path, verb: str, part: CompiledPart, name: str, present: frozenset[str]
    ) -> ValueSource | None:
        source = self.scope[self.source]
        fields = source.type.fields or {}
        wanted = part.field_types[name]
        if name not in fields:
            if name not in part.optional:
                said = f"{part.name} needs {name}, and {self.source} has no field of that name"
                self.draft.tell((*path, verb), "S-TYPE", said, f'say it in with {{ {name}: "…" }}')
            return None
        text = f"{self.source}.{name}"
        found = fields[name].not_null() if text in present else fields[name]
        if said := misfit(name, wanted, found):
            self.draft.tell((*path, verb), "S-TYPE", f"{text} does not fit {part.name}: {said}")
        run, _ = self.draft.expression((*path, verb), text, {self.source: source})
        return source_of(run, part.fields[name] if part.fields is not None else None, found)


_TIMED = {
    Kind.DURATION: """a duration: "30m", "1 month", "event.days * duration('24h')\"""",
    Kind.TIME: """a time: "event.closes_at", "now + duration('24h')\"""",
}


def _command(part: CompiledPart, sources: Mapping[str, ValueSource], later: Due | None) -> Build:
    items = tuple((name, source.get) for name, source in sources.items())

    def build(env: Any) -> Any:
        values = {name: get(env) for name, get in items}
        try:
            command = part.cls.model_validate({name: _loose(value) for name, value in values.items()})
        except ValidationError as error:
            place = ".".join(str(step) for step in error.errors()[0]["loc"])
            raise ExpressionFailed(
                f"{part.name} cannot be issued: {place}: {error.errors()[0]['msg']}"
            ) from error
        if later is None:
            return command
        delay, at = later(env)
        return After(delay, command) if at is None else At(at, command)

    return build


def _loose(value: Any) -> Any:
    """Returns a value as pydantic takes it: structs as plain values."""
    if isinstance(value, msgspec.Struct | list | dict):
        return as_json(value)
    return value


def untyped(get: Get) -> Variable:
    """Returns a variable of which nothing is known but that it is an object."""
    return Variable(RECORD, get)
