"""Declared handlers: a subscription fails, is rejected, publishes or issues, without code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from random import Random
from typing import Any

from workbench.errors import DeclaredFailure, PermanentError, WorkbenchError
from workbench.model.expressions.budget import together
from workbench.model.expressions.closures import Scope, Variable
from workbench.model.expressions.message_names import MESSAGE
from workbench.model.expressions.operators import Get
from workbench.model.expressions.value_kinds import INTEGER, RECORD, Kind, Type, record
from workbench.model.expressions.value_views import in_microseconds
from workbench.model.messaging import Context, Handler, Message
from workbench.model.policy import Answers, issue
from workbench.model.projection import ColumnKind
from workbench.model.stand_in_draw import Fails, StandInDraw
from workbench.project.declared.column_values import row_seen, types_of
from workbench.project.declared.compilation import Compilation
from workbench.project.declared.consequences import ActionCompiler, CompiledAction, Publication
from workbench.project.declared.filter_compiler import as_stored
from workbench.project.declared.refusal_answers import MadeAnswers, message_answers
from workbench.project.declared.scopes import with_names
from workbench.project.declared.sections import FailureSection, HandlerSection, StandInSection
from workbench.project.declared.source_locations import Path, stand_in_path
from workbench.project.samples import PROJECT_FILE


class HandlerFailed(DeclaredFailure):
    """A declared handler failed; it is tried again."""


Answering = Callable[..., str]
"""Compiles what follows where a command is refused; returns its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    when: Get
    message: Callable[[Any], str]
    error: type[WorkbenchError]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    projection: str
    columns: Mapping[str, ColumnKind]
    key: Get
    name: str


ANY_EVENT = ""
_MESSAGE = {
    **MESSAGE,
    "data": Variable(RECORD, itemgetter("data")),
    "attempt": Variable(INTEGER, itemgetter("attempt")),
    "now": Variable(Type(kind=Kind.MICROS), itemgetter("now")),
}
"""What expressions of a handler can use; the rows that it looks up and its own names come to these."""


def handler_of(draft: Compilation, name: str, section: HandlerSection) -> Handler:
    """Compiles a handler."""
    return _compiled(draft, name, ("handler", *name.split(".")), section)


def stand_in_of(draft: Compilation, name: str, section: HandlerSection) -> Handler:
    """Compiles what answers in place of an outside system."""
    return _compiled(draft, name, stand_in_path(name), section)


def is_declared(handler: Handler | None) -> bool:
    """Whether a handler is one of a project file, which acts on nothing outside."""
    return bool(getattr(handler, "declared", False))


def _compiled(draft: Compilation, name: str, path: Path, section: HandlerSection) -> Handler:
    answers: MadeAnswers = {}
    several = len(section.event) > 1
    deeds: dict[str, _Deeds] = {}
    for event in section.event or [ANY_EVENT]:
        scope = _scope(draft, path, event)
        with draft.about(event if several else ""):
            answer = message_answers(draft, path, scope, answers, event if several else "")
            deeds[event] = _deeds(draft, path, section, name, scope, answer.name)
    work = _Work(deeds=deeds, name=name)
    share = section.fails if isinstance(section, StandInSection) else 0.0

    def failing(fails: Fails | None) -> Handler:
        made = _handler(name, draft.places.line(path), replace(work, fails=fails), answers)
        made.events = tuple(section.event)  # type: ignore[attr-defined]  # others pass it
        return made

    if not share:
        return failing(None)
    if share == 1:
        return failing(lambda _message, _context: True)
    handler = failing(lambda _message, context: _drawn(context) < share)
    handles = lambda message: work.deeds_for(message) is not None  # noqa: E731
    handler.draw = StandInDraw(share, handles, failing)  # type: ignore[attr-defined]
    return handler


def _scope(draft: Compilation, path: Path, event: str) -> Scope:
    """Returns what is read from a message; of an event with its fields."""
    part = draft.events.get(event)
    if event and part is None:
        draft.unknown((*path, "event"), "event", event, draft.events)
    if part is None:
        return _MESSAGE
    return {**_MESSAGE, "data": Variable(as_stored(record(part.field_types, keyed=True)), itemgetter("data"))}


def _deeds(
    draft: Compilation,
    path: Path,
    section: HandlerSection,
    name: str,
    message: Scope,
    answer: Answering,
) -> _Deeds:
    """Compiles what is done with a message; of several events once for each."""
    scope = dict(with_names(draft, path, section, message))
    looks = _looks(draft, path, section, scope)
    present: frozenset[str] = frozenset()
    failures: list[_Failure] = []
    for place, one in section.failures(path, draft.places.start):
        failure, present = _failure(draft, place, one, scope, present, name)
        failures.append(failure)
    actions = ActionCompiler(draft, scope, "data", None, present, answer).handled(path, section)
    return _Deeds(tuple(looks), tuple(failures), tuple(actions))


def _looks(
    draft: Compilation, path: Path, section: HandlerSection, scope: dict[str, Variable]
) -> list[_Look]:
    found: list[_Look] = []
    for name, one in section.rows.items():
        place = (*path, "rows", name)
        if name in scope:
            draft.tell(place, "S-NAME", f"{name} is taken already", "choose another name", key=True)
            continue
        columns = draft.projections.get(one.projection)
        if columns is None:
            draft.unknown((*place, "projection"), "projection", one.projection, draft.projections)
            columns = {}
        key, _ = draft.expression((*place, "key"), one.key, scope)
        found.append(_Look(projection=one.projection, columns=columns, key=key, name=name))
        kind = record(types_of(columns), keyed=True, nullable=True) if columns else RECORD.or_null()
        scope[name] = Variable(kind, itemgetter(name))
    return found


def _failure(
    draft: Compilation,
    path: Path,
    one: FailureSection,
    scope: Mapping[str, Variable],
    present: frozenset[str],
    handler: str,
) -> tuple[_Failure, frozenset[str]]:
    when, yes, no = draft.condition((*path, "when"), one.when, scope, present=present)
    message = draft.template((*path, "message"), one.message, scope, present=present | yes)
    bases = (DeclaredFailure, PermanentError) if path[-2] == "reject" else (HandlerFailed,)
    said = {"__doc__": one.message, "place": f"{PROJECT_FILE}:{draft.places.line(path)} {handler}"}
    error = type(one.error or bases[-1].__name__, bases, said)
    return _Failure(when=when, message=message, error=error), present | no


@dataclass(frozen=True, slots=True)
class _Deeds:
    """What is looked up, what fails and what follows, with the messages of one type or with all."""

    looks: tuple[_Look, ...]
    failures: tuple[_Failure, ...]
    actions: tuple[CompiledAction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What a handler does with a message.

    Attributes:
        deeds: By the types of the events that it handles, others pass it; with `ANY_EVENT` all are handled.
        fails: Tells which tries fail; by default by the delivery's key, and so by the world's seed: the same
            after a kill (D6).
    """

    deeds: Mapping[str, _Deeds]
    name: str
    fails: Fails | None = None

    def deeds_for(self, message: Message) -> _Deeds | None:
        """Returns what is done with a message; None where it passes.

        A published one is handled whatever its type, unless several events are.
        """
        found = self.deeds.get(ANY_EVENT) or self.deeds.get(message.type)
        if found is None and not message.event and len(self.deeds) == 1:
            return next(iter(self.deeds.values()))
        return found

    def do(self, message: Message, context: Context) -> None:
        """Does it.

        Raises:
            WorkbenchError: It could not be done.
        """
        deeds = self.deeds_for(message)
        if deeds is None:
            return
        if self.fails is not None and self.fails(message, context):
            raise HandlerFailed(f"{self.name} does not answer")
        now = in_microseconds(context.now)
        env: dict[str, Any] = {**message.facts(), "attempt": context.attempt, "now": now}
        for look in deeds.looks:
            env[look.name] = row_seen(context.row(look.projection, look.key(env)), look.columns)
        for one in deeds.failures:
            if one.when(env) is True:
                raise one.error(one.message(env))
        for action in deeds.actions:
            for made in action.made(env):
                _effect(made, context)


def _drawn(context: Context) -> float:
    return Random(f"{context.idempotency_key}/{context.attempt}").random()  # noqa: S311  # no secret


def _effect(made: Any, context: Context) -> None:
    if isinstance(made, Publication):
        context.publish(made.topic, made.data, type=made.type, key=made.key, delay=made.delay, at=made.at)
    else:
        issue(made, context)


_WORKS = 1
"""Lines from the ``def`` of the function below to where it does its work, and fails if it does."""


def _working(work: _Work) -> Any:
    do = together(work.do)

    def handle(message: Message, context: Context) -> None:
        do(message, context)

    return handle


def _handler(name: str, line: int, work: _Work, answers: Answers) -> Handler:
    """Returns the handler as a function that stands, for tracebacks, where it is declared."""
    function = _working(work)
    function.__code__ = function.__code__.replace(
        co_filename=PROJECT_FILE, co_name=name, co_qualname=name, co_firstlineno=max(1, line - _WORKS)
    )
    function.declared = True
    function.inline = True  # quick and without waiting: it runs on the loop
    function.refused = answers
    handler: Handler = function
    return handler
