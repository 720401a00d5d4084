"""Makes the runners of a model: its subscriptions, its policies and processes, and their commands."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench.engine.command_handler import CommandHandler
from workbench.engine.group_commit import Commits
from workbench.engine.issued_commands import IssuedCommands
from workbench.engine.policy_runner import PolicyRunner, reactor_subscription
from workbench.engine.runtime import Runtime
from workbench.engine.subscription_runner import SubscriptionRunner
from workbench.model.messaging import COMMANDS_TOPIC, Ordering, Subscription
from workbench.model.retry import RetryPolicy

if TYPE_CHECKING:
    from workbench.engine.world import World


def handled_in(world: World[Any]) -> frozenset[str]:
    """Returns the subscriptions that something handles, whether the engine runs or not (P7)."""
    engine, registry = world.engine, world.registry
    if engine is not None and engine.subscriptions:
        return engine.handled
    named = registry.subscriptions.values()
    own = (one.name for one in named if one.handler in registry.handlers)
    return frozenset((*own, *registry.reactors, COMMANDS_TOPIC))


def subscription_runners(
    runtime: Runtime, commands: CommandHandler, retry: RetryPolicy
) -> list[SubscriptionRunner]:
    """Returns the runners of all subscriptions, in the order of the model.

    Args:
        retry: Of policies, processes and their commands.
    """
    registry = runtime.registry
    runners = [
        SubscriptionRunner(runtime, one, registry.handlers.get(one.handler))
        for one in registry.subscriptions.values()
    ]
    for kind in registry.reactors.values():
        reactor = PolicyRunner(kind, registry, runtime.reader, runtime.metrics)
        subscription = reactor_subscription(kind, retry)
        runners.append(SubscriptionRunner(runtime, subscription, reactor, reactor.key_of))
    issued = commands_subscription(retry)
    runners.append(SubscriptionRunner(runtime, issued, IssuedCommands(commands, runtime).handle))
    return runners


def commands_subscription(retry: RetryPolicy) -> Subscription:
    """Returns the subscription through which commands of policies and processes are issued."""
    return Subscription(
        name=COMMANDS_TOPIC,
        topic=COMMANDS_TOPIC,
        handler=COMMANDS_TOPIC,
        ordering=Ordering.NONE,
        retry=retry,
        doc="Issues the commands of policies and processes.",
    )


async def recover(runners: Collection[SubscriptionRunner], writer: Commits, owner: UUID) -> None:
    """Has runners take up where the store stands, and take back what no living engine holds (D5)."""
    found = [runner.recovery(owner) for runner in runners]
    await writer.write_each(one for one in found if one is not None)
    for runner in runners:
        runner.recovered()
