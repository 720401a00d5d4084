"""Declared answers: what follows where a command is refused that a policy, process or handler issued (K6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from workbench.model.expressions.budget import together
from workbench.model.expressions.closures import Scope, Variable, item
from workbench.model.expressions.value_kinds import STRING, Type, record
from workbench.model.messaging import NOTHING
from workbench.model.policy import Reaction, Refusal
from workbench.project.declared.compilation import Compilation, CompiledPart
from workbench.project.declared.consequences import ActionCompiler
from workbench.project.declared.scopes import now_at, record_at, with_names
from workbench.project.declared.sections import AnswerSection
from workbench.project.declared.source_locations import Path
from workbench.project.declared.value_classes import FieldType, record_of

MadeAnswers = dict[str, Callable[[Refusal], Reaction]]
_REFUSAL = record({"message": STRING, "field": STRING.or_null()})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCompiler:
    """Compiles the answers of one policy or process with one of its events, or of a handler.

    Names that are given outside (`let`, a line, rows) cannot be used in an answer: it comes later, and
    apart.

    Args:
        path: Of the section whose actions they stand in.
        event: Name of the event; empty for a handler.
        scope: What expressions can use beside ``refusal`` and ``command``.
        source: As for an `ActionCompiler`.
        env: Gives what expressions read.
        arity: How many items that has; None where it is a mapping.
        issues: The names of commands that can follow are added to it.
        withdrawn: As for an `ActionCompiler`.
        made: The answers, by their names; they are added to it.
    """

    draft: Compilation
    path: Path
    event: str
    scope: Scope
    source: str
    env: Callable[[Refusal], Any]
    arity: int | None
    issues: list[str]
    made: MadeAnswers
    withdrawn: list[tuple[Path, str]] | None = None

    def name(self, path: Path, section: AnswerSection, command: CompiledPart, present: frozenset[str]) -> str:
        """Compiles one answer; returns its name.

        Args:
            present: What was not null where the command was issued; of the event that still holds.
        """
        if not section.model_fields_set:
            return NOTHING
        name = f"{self.event}:{'.'.join(path[len(self.path) :])}".removeprefix(":")
        scope = {
            **self.scope,
            "refusal": self._variable("refusal", _REFUSAL),
            "command": self._variable("command", command.type),
        }
        names = with_names(self.draft, path, section, scope)
        compiler = ActionCompiler(
            self.draft,
            names,
            self.source,
            self.arity,
            frozenset(one for one in present if one.startswith(f"{self.source}.")),
            answer=self.name,
            withdrawn=self.withdrawn,
        )
        actions = compiler.issued(path, section, self.issues)
        if not (section.do or section.issue or section.emit or section.publish or section.withdraw):
            self.draft.tell(path, "S-TYPE", f'an answer needs issue, or is "{NOTHING}"', key=True)

        @together
        def answer(refusal: Refusal) -> Reaction:
            env = self.env(refusal)
            return [made for action in actions for made in action.made(env)]

        self.made[name] = answer
        return name

    def _variable(self, name: str, known: Type) -> Variable:
        return Variable(known, itemgetter(name)) if self.arity is None else item(known, _ENV.index(name))


_ENV = ("event", "record", "now", "refusal", "command", "state")


def event_answers(
    draft: Compilation,
    path: Path,
    part: CompiledPart,
    issues: list[str],
    made: MadeAnswers,
    state: Mapping[str, FieldType] | None = None,
    withdrawn: list[tuple[Path, str]] | None = None,
) -> AnswerCompiler:
    """Returns what compiles the answers to what follows from an event.

    Args:
        state: Fields of the state of a process; an instance that has ended meanwhile has none.
    """
    scope: Scope = {"event": item(part.type, 0), **record_at(1), **now_at(2)}
    if state is not None:
        scope = {**scope, "state": item(record_of(state).or_null(), 5)}
    return AnswerCompiler(
        draft=draft,
        path=path,
        event=part.name,
        scope=scope,
        source="event",
        env=lambda one: (one.event, one.context.record, one.context, one, one.command, one.state),
        arity=len(_ENV),
        issues=issues,
        made=made,
        withdrawn=withdrawn,
    )


def message_answers(
    draft: Compilation, path: Path, scope: Scope, made: MadeAnswers, event: str = ""
) -> AnswerCompiler:
    """Returns what compiles the answers to what a handler issues.

    Args:
        scope: What is read from the message.
        event: Of the message, where the handler has several.
    """
    return AnswerCompiler(
        draft=draft,
        path=path,
        event=event,
        scope={name: one for name, one in scope.items() if name != "attempt"},
        source="data",
        env=lambda one: {
            **one.event.facts(),
            "now": one.context.at,
            "refusal": one,
            "command": one.command,
        },
        arity=None,
        issues=[],
        made=made,
    )
