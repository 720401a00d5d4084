"""The verb about subscriptions, policies and processes."""

from __future__ import annotations

from dataclasses import asdict

from workbench.cli.answers import answer, columns, note, opened
from workbench.cli.arguments import DONE, Environ, Options, Parser, VerbSpec


def _subscriptions_takes(parser: Parser) -> None:
    parser.project()
    parser.trust()
    parser.json(
        "[{name, source, handler, state, cursor, lag, delivered, failed, filtered, waiting, retrying, dead}]"
    )


async def _subscriptions(options: Options, environ: Environ) -> int:
    from workbench.services.project.project_trust import not_trusted

    async with opened(options, environ) as workspace:
        found = workspace.subscriptions.standings()
        restricted = workspace.project.restricted
        refused = not_trusted(workspace.project, "knowing handlers and policies") if restricted else None
    rows = [
        (
            one.name, one.source, one.state, one.lag, one.waiting, one.delivered, one.failed, one.filtered,
            one.dead,
        )
        for one in found
    ]  # fmt: skip
    heads = (
        "SUBSCRIPTION",
        "READS",
        "STATE",
        "LAG",
        "WAITING",
        "DELIVERED",
        "FAILED TRIES",
        "FILTERED",
        "DEAD",
    )
    answer(options, [asdict(one) for one in found], columns(heads, rows) if rows else "no subscriptions")
    if refused is not None:
        note(f"workbench: {refused.message}\n  {refused.hint}")
    return DONE


SUBSCRIPTIONS = VerbSpec(
    about="""
        Shows how far subscriptions, policies and processes have come. Nothing runs meanwhile.

        States: new (it never ran), behind, caught up, paused, detached (nothing handles it).
        Lag is how many positions lie from the first message that it wants and has not read to the end of
        the log; failed tries were repeated, or became dead letters.
    """,
    examples="""
        workbench subscriptions my-project
        workbench subscriptions my-project --json
    """,
    arguments=_subscriptions_takes,
    work=_subscriptions,
)
