"""The subscriptions of a project, as one sees them who brings back what waited for them (W9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from workbench.engine.policy_runner import instance_of, reactor_subscription
from workbench.engine.subscription_runners import commands_subscription
from workbench.model.clock import MICROSECONDS
from workbench.model.counts import counted
from workbench.model.messaging import OnDead, Ordering
from workbench.project.declared.handler_compiler import is_declared
from workbench.store.waiter import Waiter

if TYPE_CHECKING:
    from workbench.model.messaging import Message, Subscription
    from workbench.model.registry import Registry
    from workbench.project.project import Project
    from workbench.store.waiter import BroughtBack

NAMED = 3
"""Subscriptions are named up to that number, and counted beyond."""


def named(subscriptions: Sequence[str]) -> str:
    """Names a few subscriptions, and counts many."""
    many = len(subscriptions)
    return ", ".join(subscriptions) if many <= NAMED else f"{many} subscriptions"


def unknown(brought: BroughtBack) -> Iterator[str]:
    """Says what is not as it was then, as the store does not know it any more."""
    if brought.tried:
        yield (
            f"tries in {named(brought.tried)} before a later success are not known: what was tried again"
            " counts as delivered, or waits as if it had not been tried"
        )
    if brought.acts:
        acts = counted(brought.acts, "act")
        yield f"which deliveries {acts} of operators skipped, reset or made early is forgotten"
    removed = [
        counted(many, what)
        for many, what in ((brought.messages, "message"), (brought.letters, "dead letter"))
        if many
    ]
    if removed:
        yield f"not in it: {' and '.join(removed)}, removed since"


def waiters(project: Project, *, handlers: bool) -> Mapping[str, Waiter]:
    """Returns the subscriptions for which what waited waits in a fork: those that act on nothing outside.

    Args:
        handlers: Whether those of the project's own code count among them.
    """
    registry = project.registry
    return {
        one.name: Waiter(
            retry=one.retry,
            past_dead=one.on_dead is OnDead.CONTINUE,
            own=partial(
                _own, registry, {below: name for name, below in registry.stored_names().items()}, one
            ),
            by_message=one.name not in registry.reactors,
        )
        for one in _waiting(project, handlers=handlers)
    }


def _waiting(project: Project, *, handlers: bool) -> Iterator[Subscription]:
    registry, retry = project.registry, project.retry
    yield commands_subscription(retry)
    for kind in registry.reactors.values():
        yield reactor_subscription(kind, retry)
    for one in registry.subscriptions.values():
        if handlers or is_declared(registry.handlers.get(one.handler)):
            yield one


def _own(
    registry: Registry, called: Mapping[str, str], subscription: Subscription, message: Message
) -> Message | None:
    """Returns a message as a subscription sees it (P3, O1, T1); None where it does not get it.

    Args:
        called: What types are called of which events are stored under other names (U3).
    """
    if message.event and message.type in called:
        message = replace(message, type=called[message.type])
    if message.event and not registry.gets(subscription, message.type):
        return None
    try:
        passes = subscription.filter.empty or subscription.filter.matcher()(message.facts())
    except Exception:  # noqa: BLE001  # it dies of that when its turn comes
        passes = True
    if not passes:
        return None
    topic = registry.topics.get(subscription.topic)
    expires = message.expires_at
    if message.event and topic is not None and topic.ttl is not None:
        expires = message.published_at + round(topic.ttl * MICROSECONDS)
    return replace(message, key=_key(registry, subscription, message), expires_at=expires)


def _key(registry: Registry, subscription: Subscription, message: Message) -> str:
    if subscription.ordering is not Ordering.KEY:
        return ""
    kind = registry.reactors.get(subscription.name)
    if kind is None:
        return message.key
    try:
        return instance_of(kind, registry, message)
    except Exception:  # noqa: BLE001  # its handler meets the same error, and fails with it
        return ""
