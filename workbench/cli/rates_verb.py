"""The verb that tells what subscriptions did over time, as far as a workbench ran."""

from __future__ import annotations

import argparse

from workbench.cli.answers import answer, columns, opened
from workbench.cli.arguments import DONE, Environ, Options, Parser, VerbSpec, seconds

POINTS = 1440
MEASURES = {
    "rate": "deliveries a second",
    "lag": "positions",
    "deaths": "a minute",
    "retries": "a minute",
    "folded": "events a second",
    "fold-lag": "positions",
}


def _span(text: str) -> float:
    found = seconds(text)
    if not 1 <= found <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} should be from 1s to 24h: more is not kept")
    return found


def _takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "--since", metavar="TIME", type=_span, default=3600.0, help="how far back (default 1h)"
    )
    parser.add_argument(
        "--measure",
        choices=MEASURES,
        default="rate",
        help="what to tell; folded and fold-lag are of read models (default rate)",
    )
    parser.add_argument("--csv", action="store_true", help="write a line for each point of time")
    parser.trust()
    parser.json(
        "{measure, step, times, subscriptions: [{name, average, highest, total, values}]};"
        " a value is of one step, in seconds; highest of rate and folded is of one second"
    )


async def _rates(options: Options, environ: Environ) -> int:
    from workbench.model.clock import MICROSECONDS
    from workbench.services.monitor.rate_export import rates_csv, rates_json
    from workbench.services.monitor.rate_rings import Measure

    async with opened(options, environ) as workspace:
        workspace.rates.load()
        now = -(-workspace.clock.now() // MICROSECONDS)
        rings = workspace.rates.rings
        window = rings.window(Measure(options.measure), now - options.since, now, POINTS)
    names = sorted(window.values)
    if options.csv and not options.json:
        print(rates_csv(window, names), end="")
        return DONE
    rows = [
        (name, f"{one.average:,.2f}", f"{one.highest:,.0f}", one.total)
        for name, one in ((name, window.figures[name]) for name in names)
    ]
    unit, measure = MEASURES[options.measure].upper(), Measure(options.measure)
    whose = "READ MODEL" if measure.of_read_models else "SUBSCRIPTION"
    ends = {Measure.RATE: ("HIGHEST SECOND", "TOTAL"), Measure.LAG: ("HIGHEST", "LAST")}
    heads = (whose, f"AVERAGE ({unit})", *ends.get(measure.kind, ("HIGHEST STEP", "TOTAL")))
    said = columns(heads, rows, right=(1, 2)) if rows else "nothing was watched in this time"
    answer(options, rates_json(window, names), said)
    return DONE


RATES = VerbSpec(
    about="""
        Tells what subscriptions did over time: rate, lag, deaths or retries of the last 24 hours at most;
        or how many events read models folded, also while they were rebuilt, and how far they lay behind.

        The highest rate is that of the busiest second, not of a step; that of deaths and retries is of a
        step, the stretch of time for which a value stands.

        It is what a window or a run has counted and kept beside the store; while neither ran is a gap.
        An open window writes it about once a minute.
    """,
    examples="""
        workbench rates my-project
        workbench rates my-project --since 6h --measure lag --csv
    """,
    arguments=_takes,
    work=_rates,
)
