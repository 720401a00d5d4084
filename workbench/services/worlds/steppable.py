"""A project as it runs where it is moved by hand; what its code looks at is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from workbench.engine.staged_handlers import on_stage, watched
from workbench.model.event import RecordedEvent
from workbench.services.scenarios.staged_draws import drawn_on_stage

if TYPE_CHECKING:
    from collections.abc import Collection

    from workbench.model.policy import ReactorType, Refusal
    from workbench.model.retry import RetryPolicy
    from workbench.project.project import Project

IDS = "ids that are seen by "
"""Begins what is told of a handler, policy or process that looks at an id or a position."""


def steppable(project: Project, reads: set[str]) -> Project:
    """Returns the project as it runs where it is moved by hand.

    Retries wait exactly as long as their policy says: jitter would have the time of one depend on the order
    of others. Handlers are told that it is a dry run.

    Args:
        reads: Gets the read models of which a handler looks at a row; behind `IDS` the handlers, policies and
            processes that look at an id or a position of what they are given.
    """
    registry = project.registry
    looked = lambda name: reads.add(IDS + name)  # noqa: E731
    staged = replace(
        registry,
        handlers=on_stage(drawn_on_stage(registry.handlers), reads=reads.add, looked=looked),
        reactors={name: _watched(one, partial(looked, name)) for name, one in registry.reactors.items()},
        subscriptions={
            name: replace(one, retry=_steady(one.retry)) for name, one in registry.subscriptions.items()
        },
    )
    return replace(project, registry=staged, retry=_steady(project.retry))


def who_sees_ids(reads: Collection[str]) -> list[str]:
    """Returns the handlers, policies and processes that looked at an id or a position."""
    return sorted(one.removeprefix(IDS) for one in reads if one.startswith(IDS))


def _steady(retry: RetryPolicy) -> RetryPolicy:
    return retry.model_copy(update={"jitter": 0.0})


def _watched(kind: ReactorType, looked: Callable[[], object]) -> ReactorType:
    """Returns a policy or process that tells where it looks at an id or a position of an event."""
    seen, react, correlate = watched(RecordedEvent, looked), kind.react, kind.correlate

    def in_context(context: Any) -> Any:
        return msgspec.structs.replace(context, record=seen(context.record))

    def answered(answer: Callable[[Refusal], Any], refusal: Refusal) -> Any:
        return answer(replace(refusal, context=in_context(refusal.context)))

    return replace(
        kind,
        react=lambda state, event, context: react(state, event, in_context(context)),
        correlate=None if correlate is None else lambda event, record: correlate(event, seen(record)),
        answers={name: partial(answered, one) for name, one in kind.answers.items()},
    )
