"""The verb that writes counters and gauges as OpenMetrics text."""

from __future__ import annotations

from workbench.cli.answers import opened
from workbench.cli.arguments import DONE, Environ, Options, Parser, VerbSpec


def _takes(parser: Parser) -> None:
    parser.project()
    parser.trust()


async def _metrics(options: Options, environ: Environ) -> int:
    from workbench.services.monitor.openmetrics import open_metrics

    async with opened(options, environ) as workspace:
        print(open_metrics(workspace.monitor), end="")
    return DONE


METRICS = VerbSpec(
    about="""
        Writes counters and gauges of a store as OpenMetrics text: deliveries, lag, what waits, dead letters.

        Nothing is run, so there are no latencies; "workbench run --metrics FILE" writes those of a run, too.
    """,
    examples="""
        workbench metrics my-project
        workbench run my-project --metrics run.prom
    """,
    arguments=_takes,
    work=_metrics,
)
