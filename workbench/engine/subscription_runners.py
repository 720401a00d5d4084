"""Makes the runners of a model: its subscriptions, its policies and processes, and their commands."""

from __future__ import annotations

from functools import partial

from workbench.engine.command_handler import CommandHandler, Issue
from workbench.engine.policy_runner import PolicyRunner, reactor_subscription
from workbench.engine.runtime import Runtime
from workbench.engine.subscription_runner import SubscriptionRunner
from workbench.errors import PermanentError
from workbench.model.command import CommandOutcome
from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC, Context, Message, Ordering, Subscription
from workbench.model.retry import RetryPolicy


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
    issued = Subscription(
        name=COMMANDS_TOPIC,
        topic=COMMANDS_TOPIC,
        handler=COMMANDS_TOPIC,
        ordering=Ordering.NONE,
        retry=retry,
        doc="Issues the commands of policies and processes.",
    )
    runners.append(SubscriptionRunner(runtime, issued, partial(_issue, commands)))
    return runners


async def _issue(commands: CommandHandler, message: Message, _context: Context) -> None:
    """Issues a command that a policy or a process asked for."""
    origin = (read_json(message.metadata) if message.metadata else {}).get("origin", "")
    result = await commands.handle(
        Issue(
            type=message.type,
            values=message.json(),
            id=message.id,
            correlation_id=message.correlation_id,
            causation_id=message.causation_id,
            origin=origin,
        )
    )
    if result.outcome is CommandOutcome.CONFLICT:
        raise RuntimeError(result.message)
    if not result.accepted:
        raise PermanentError(f"{message.type} was {result.outcome}: {result.message}")
