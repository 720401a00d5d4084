"""What follows: events that are emitted, commands that are issued, messages that are published."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from pydantic import ValidationError

from workbench.errors import ExpressionFailed
from workbench.model.decision_context import For
from workbench.model.expressions.closures import Scope, Variable
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import RECORD, Kind, Type, converted, misfit, way_to_fit
from workbench.model.expressions.value_views import names_of
from workbench.model.policy import After, At, Issue, Withdraw
from workbench.project.declared.build_values import Build, ValueSource, checked, quick, source_of
from workbench.project.declared.compilation import Compilation, CompiledPart
from workbench.project.declared.due_times import Due, due_of
from workbench.project.declared.key_meanings import Values
from workbench.project.declared.scopes import Lines, lines_of
from workbench.project.declared.sections import VERBS, Acting, ActionSection, AnswerSection
from workbench.project.declared.source_locations import Path
from workbench.project.declared.value_classes import as_json
from workbench.project.declared.withdraw_compiler import withdrawal, withdrawn


@dataclass(frozen=True, slots=True)
class CompiledAction:
    """One compiled action.

    Attributes:
        quick: The same as ``build`` without checks, where that is possible; it may raise anything.
        lines: Gives what is read for each line over which it is repeated; None where it is done once.
        before: What is done before it.
    """

    when: Get | None
    build: Build
    quick: Build | None = None
    lines: Lines | None = None
    before: Withdraw | None = None

    def made(self, env: Any) -> list[Any]:
        """Returns what it makes: nothing where it does not apply."""
        found = (env,) if self.lines is None else self.lines(env)
        applies = [one for one in found if self.when is None or self.when(one) is True]
        if self.before and applies:
            return [self.before, *(self.build(one) for one in applies)]
        return [self.build(one) for one in applies]


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
    if any(getattr(acting, verb) for verb in VERBS):
        yield path, acting
    for name, one in acting.do.items():
        yield (*path, "do", name), one


def one_verb(draft: Compilation, path: Path, one: ActionSection, allowed: tuple[str, ...]) -> str:
    """Returns what an action does; what it cannot do here is told."""
    verbs = [verb for verb in ("emit", "issue", "publish") if getattr(one, verb)]
    verbs = verbs or ["withdraw"][: len(one.withdraw)]
    if len(verbs) == 1 and verbs[0] in allowed:
        for odd in sorted(one.model_fields_set & (one.details - _FITTING[verbs[0]])):
            key = "for" if odd == "whose" else odd
            fitting = " and ".join(verb for verb in _FITTING if odd in _FITTING[verb])
            said = f"{key} has no meaning for {verbs[0]}"
            draft.tell((*path, key), "S-UNKNOWN", said, f"it is for {fitting}", key=True)
        return verbs[0]
    said = f"an action here has {' or '.join(allowed)}"
    odd = next((verb for verb in verbs if verb not in allowed), "")
    said += f", not {odd}" if odd else (", only one of them" if len(verbs) > 1 else "")
    draft.tell((*path, odd) if odd else path, "S-TYPE", said, _ELSEWHERE.get(odd, ""), key=True)
    return ""


_ELSEWHERE = {
    "emit": "events are emitted by commands: issue one that does",
    "issue": "policies, processes and handlers issue commands",
    "publish": "handlers publish messages",
    "withdraw": "only a process withdraws what it issued",
}
"""Where something is done that cannot be done here."""


_FITTING = {
    "emit": frozenset({"whose"}),
    "issue": frozenset({"after", "at", "refused", "withdraw"}),
    "publish": ActionSection.details - {"refused", "whose", "withdraw"},
    "withdraw": frozenset({"withdraw"}),
}


_Make = Callable[["ActionCompiler", Path, ActionSection], tuple[Build, Build | None] | None]
"""Compiles an action: returns what makes it, and what does so without checks where that is possible."""


@dataclass(frozen=True, slots=True)
class ActionCompiler:
    """Compiles actions whose expressions read one scope.

    Args:
        source: The variable whose fields are taken over where a field of the same name is not given.
        arity: How many items expressions read; None where they read a mapping.
        answer: Compiles what follows where a command is refused; returns its name.
        withdrawn: Of a process: what it withdraws, with the places, is added to it.
    """

    draft: Compilation
    scope: Scope
    source: str
    arity: int | None
    present: frozenset[str] = frozenset()
    answer: Callable[[Path, AnswerSection, CompiledPart, frozenset[str]], str] | None = None
    withdrawn: list[tuple[Path, str]] | None = None

    def emitted(
        self,
        path: Path,
        acting: Acting,
        places: Mapping[str, Mapping[str, CompiledPart]],
        optional: frozenset[str],
    ) -> list[CompiledAction]:
        """Compiles what a command emits.

        Args:
            places: The events of each aggregate that it is decided over, its own first, by their names.
            optional: Those of them that need not be involved.
        """
        return self._compiled(path, acting, {"emit": partial(_emit, places, optional)})

    def issued(self, path: Path, acting: Acting, names: list[str]) -> list[CompiledAction]:
        """Compiles the commands that follow; their names are added to ``names``."""
        makes: dict[str, _Make] = {"issue": partial(_issue, names)}
        if self.withdrawn is not None:
            makes["withdraw"] = withdrawal
        return self._compiled(path, acting, makes)

    def handled(self, path: Path, acting: Acting) -> list[CompiledAction]:
        """Compiles what a handler does: publications and commands."""
        return self._compiled(path, acting, {"issue": partial(_issue, []), "publish": _publish})

    def _compiled(self, path: Path, acting: Acting, makes: Mapping[str, _Make]) -> list[CompiledAction]:
        """Compiles each action by what it does.

        Args:
            makes: What compiles an action, given its place and its section; by what the action does.
        """
        made: list[CompiledAction] = []
        earlier: list[Get] = []
        repeated = False
        denied: frozenset[str] = frozenset()
        if odd := acting.beside_do:
            said = f"{', '.join(odd)} cannot stand beside do {{ … }}"
            self.draft.tell(path, "S-TYPE", said, "write it in the actions there, or one action without do")
        for key in acting.beside_nothing:
            said = f"{key} says nothing here: it is about an action, and there is none beside it"
            way = acting.without_action.get(key, f'write {next(iter(makes))}: "…" beside it, or leave it out')
            self.draft.tell((*path, key), "S-TYPE", said, way, key=True)
        for place, one in sections_of(path, acting):
            verb = one_verb(self.draft, place, one, tuple(makes))
            inner, lines = self._lines(place, one)
            when, yes, no = inner.condition(place, one, earlier, denied, repeated=repeated)
            if one.when and when is not None and lines is None:
                earlier.append(when)
                denied |= no
            repeated |= bool(one.when and lines)
            build = makes[verb](replace(inner, present=inner.present | yes), place, one) if verb else None
            if build is not None:
                before = withdrawn(inner, place, one) if verb == "issue" else None
                made.append(CompiledAction(when, *build, lines, before))
        return made

    def condition(
        self,
        path: Path,
        one: ActionSection,
        earlier: Sequence[Get],
        denied: frozenset[str],
        *,
        repeated: bool,
    ) -> tuple[Get | None, frozenset[str], frozenset[str]]:
        """Compiles when an action is done; returns also what is not null where it is, and where it is not.

        Args:
            earlier: Conditions of the actions before it.
            denied: What is not null where none of them holds.
            repeated: One before it has a condition for each line of a list.
        """
        if one.otherwise and (one.when or not earlier):
            said = "otherwise stands instead of when" if one.when else "no action before this one has a when"
            if repeated and not one.when:
                said = "the actions before this one that have a when have each, too: they ask it of each line"
            alone = " without each" if repeated else ""
            hint = "leave one of them out" if one.when else f"give one{alone} a when, or leave otherwise out"
            self.draft.tell((*path, "otherwise"), "S-TYPE", said, hint, key=True)
        if one.when:
            return self.draft.condition((*path, "when"), one.when, self.scope, present=self.present)
        if one.otherwise:
            conditions = tuple(earlier)
            if len(conditions) == 1:
                (only,) = conditions
                return lambda env: only(env) is not True, denied, frozenset()
            return lambda env: not any(when(env) is True for when in conditions), denied, frozenset()
        return None, frozenset(), frozenset()

    def _lines(self, path: Path, one: ActionSection) -> tuple[ActionCompiler, Lines | None]:
        """Compiles over what an action is repeated; returns what compiles the rest of it, too."""
        found = lines_of(self.draft, path, one.each, self.scope, self.arity, self.present)
        if found is None:
            return self, None
        scope, lines = found
        return replace(self, scope=scope, arity=self.arity and self.arity + 1), lines

    def data(self, path: Path, given: Values) -> dict[str, Get]:
        """Compiles what a message says."""
        return {
            name: self.draft.expression((*path, "with", name), text, self.scope, present=self.present)[0]
            for name, text in given.items()
        }

    def fields(self, path: Path, verb: str, one: ActionSection, part: CompiledPart) -> dict[str, ValueSource]:
        """Returns what gives each field: as it is written, else from a field of the same name."""
        found = self.given(path, one, part)
        for name in part.field_types:
            if name not in one.given and (same := self._same(path, verb, part, name)) is not None:
                found[name] = same
        return {name: found[name] for name in part.field_types if name in found}

    def given(self, path: Path, one: ActionSection, part: CompiledPart) -> dict[str, ValueSource]:
        """Returns what gives each field for which an expression is written."""
        found: dict[str, ValueSource] = {}
        for name, text in one.given.items():
            place, wanted = (*path, "with", name), part.field_types.get(name)
            if wanted is None:
                self.draft.unknown(place, f"field of {part.name}", name, part.field_types, key=True)
                continue
            kept = part.fields[name] if part.fields is not None else None
            found[name] = self.draft.value(place, text, self.scope, wanted, present=self.present, field=kept)
        return found

    def _same(self, path: Path, verb: str, part: CompiledPart, name: str) -> ValueSource | None:
        source = self.scope[self.source]
        fields = source.type.fields or {}
        wanted = part.field_types[name]
        if name not in fields:
            if name not in part.type.optional:
                said = f"{part.name} needs {name}, and {self.source} has no field of that name"
                self.draft.tell((*path, verb), "S-TYPE", said, f'say it in with {{ {name}: "…" }}')
            return None
        text = f"{self.source}.{name}"
        found = fields[name].not_null() if text in self.present else fields[name]
        if said := misfit(name, wanted, found):
            whole = f"{text} does not fit {part.name}: {said}"
            made = "" if found.nullable else converted(text, wanted, found)
            self.draft.tell((*path, verb), "S-TYPE", whole, f'say it in with {{ {name}: "{made or "…"}" }}')
        run, _ = self.draft.expression((*path, verb), text, {self.source: source})
        return source_of(run, part.fields[name] if part.fields is not None else None, found)


def _emit(
    places: Mapping[str, Mapping[str, CompiledPart]],
    optional: frozenset[str],
    own: ActionCompiler,
    path: Path,
    one: ActionSection,
) -> tuple[Build, Build | None] | None:
    events = {event: part for known in places.values() for event, part in known.items()}
    part = events.get(one.emit)
    if part is None:
        own.draft.unknown((*path, "emit"), "event of this aggregate", one.emit, events)
        own.data(path, one.given)
        return None
    sources = own.fields(path, "emit", one, part)
    build = checked(part.cls, sources, f"{part.name} cannot be made")
    built = quick(part.cls, part.fields or {}, sources)
    whose = _whose(places, optional, own, path, one)
    if whose == next(iter(places)):
        return build, built
    return lambda env: For(whose, build(env)), built and (lambda env: For(whose, built(env)))


def _whose(
    places: Mapping[str, Mapping[str, CompiledPart]],
    optional: frozenset[str],
    own: ActionCompiler,
    path: Path,
    one: ActionSection,
) -> str:
    """Returns the name of the aggregate whose event is emitted."""
    names = [name for name, known in places.items() if one.emit in known]
    if one.whose and one.whose not in names:
        said = f"{one.whose} has no event {one.emit}"
        own.draft.tell((*path, "for"), "S-REF", said, f"it is an event of {' and '.join(names)}")
    elif not one.whose and len(names) > 1:
        said = f"{' and '.join(names)} have this event"
        own.draft.tell((*path, "emit"), "S-TYPE", said, f'say whose it is: for: "{names[0]}"')
    whose = one.whose or names[0]
    if whose in optional and whose not in own.present:
        said = f"{whose} may be null, and then it has no event"
        own.draft.tell((*path, "emit"), "S-TYPE", said, f'say when: "{whose} != null"')
    return whose


def _issue(
    names: list[str], own: ActionCompiler, path: Path, one: ActionSection
) -> tuple[Build, None] | None:
    part = own.draft.commands.get(one.issue)
    if part is None:
        own.draft.unknown((*path, "issue"), "command", one.issue, own.draft.commands)
        own.data(path, one.given)
        return None
    if one.issue not in names:
        names.append(one.issue)
    later = due_of(own.draft, path, one, own.scope, own.present)
    build = _command(part, own.fields(path, "issue", one, part), later)
    if one.refused is None or own.answer is None:
        return build, None
    name = own.answer((*path, "refused"), one.refused, part, own.present)
    return lambda env: Issue(build(env), name), None


def _publish(own: ActionCompiler, path: Path, one: ActionSection) -> tuple[Build, None] | None:
    if one.publish not in own.draft.topics:
        own.draft.unknown((*path, "publish"), "topic", one.publish, own.draft.topics)
        own.data(path, one.given)
        return None
    data = own.data(path, one.given)
    key: Get | None = None
    if one.key:
        key, found = own.draft.expression((*path, "key"), one.key, own.scope, present=own.present)
        if said := misfit("key", Type(kind=Kind.STRING), found):
            hint = way_to_fit("key", Type(kind=Kind.STRING), found)
            own.draft.tell((*path, "key"), "S-TYPE", said, hint)
    later = due_of(own.draft, path, one, own.scope, own.present)

    def build(env: Any) -> Publication:
        said = {name: as_json(get(env)) for name, get in data.items()}
        delay, at = later(env) if later else (0.0, None)
        kind = one.type or one.publish
        return Publication(one.publish, kind, str(key(env)) if key else "", said, delay, at)

    return build, None


def _command(part: CompiledPart, sources: Mapping[str, ValueSource], later: Due | None) -> Build:
    written = names_of(part.cls)
    items = tuple((written[name], source.get) for name, source in sources.items())

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
