"""Writes what can be measured as OpenMetrics text, for whatever collects such."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.model.clock import MICROSECONDS

if TYPE_CHECKING:
    from workbench.engine.engine import Engine
    from workbench.services.monitor import Monitor
    from workbench.services.monitor.monitor_values import SubscriptionView

QUANTILES = (0.5, 0.95, 0.99)
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Samples of one name (OpenMetrics 1.0 calls it a MetricFamily).

    Attributes:
        kind: ``counter``, ``gauge`` or ``summary``.
        samples: What follows the name, labels and value of each.
    """

    name: str
    kind: str
    about: str
    samples: Sequence[tuple[str, Labels, float]]
    unit: str = ""


def open_metrics(monitor: Monitor) -> str:
    """Returns everything that is counted and measured, as OpenMetrics text that ends with ``# EOF``.

    Counters of subscriptions are those of the store, so that they go on over restarts; latencies are those of
    the engine that runs here, if one does.
    """
    families = [*_store(monitor), *_subscriptions(monitor), *_projections(monitor)]
    if monitor.world.engine is not None:
        families += _latencies(monitor.world.engine)
    lines = [line for family in families for line in _lines(family)]
    return "\n".join([*lines, "# EOF", ""])


def _store(monitor: Monitor) -> Iterator[Family]:
    letters = monitor.world.reader.letter_counts()
    yield _gauge("position", "The highest position of the store.", [((), monitor.world.reader.head())])
    yield _gauge("streams", "Streams in the store.", [((), monitor.world.reader.stream_count())])
    yield _gauge(
        "dead_letters",
        "Dead letters by status.",
        [((("status", status),), count) for status, count in sorted(letters.items())],
    )
    published = monitor.world.reader.published()
    yield _gauge(
        "messages",
        "Messages that were published to a topic and are not yet removed by its retention.",
        [((("topic", topic),), count) for topic, count in sorted(published.items())],
    )


def _subscriptions(monitor: Monitor) -> Iterator[Family]:
    views = monitor.subscriptions()
    outcomes = ("delivered", "failed", "retried", "died", "expired", "filtered", "skipped")
    yield Family(
        name="deliveries",
        kind="counter",
        about="Deliveries and attempts by how they ended.",
        samples=[
            ("_total", (("subscription", view.name), ("outcome", outcome)), getattr(view, outcome))
            for view in views
            for outcome in outcomes
        ],
    )
    yield _gauge(
        "subscription_lag", "Positions from the first wanted message to the head.", _each(views, "lag")
    )
    yield _gauge(
        "subscription_waiting",
        "Deliveries that stand in rows, by state.",
        [
            ((("subscription", view.name), ("state", state)), getattr(view.depth, state))
            for view in views
            for state in ("blocked", "delayed", "ready", "leased")
        ],
    )
    yield _gauge("handlers_in_flight", "Handlers that run now.", _each(views, "in_flight"))
    yield Family(
        name="oldest_message_seconds",
        kind="gauge",
        unit="seconds",
        about="Age of the oldest message that is not settled.",
        samples=[("", (("subscription", view.name),), view.oldest_us / MICROSECONDS) for view in views],
    )
    yield _gauge(
        "subscription_running",
        "1 where it moves, 0 where it is paused or detached.",
        [((("subscription", view.name),), int(view.status == "running")) for view in views],
    )


def _projections(monitor: Monitor) -> Iterator[Family]:
    views = monitor.projections()
    named = [((("projection", view.name),), view) for view in views]
    yield _gauge(
        "projection_lag",
        "Positions from the first wanted event to the head.",
        [(labels, view.lag) for labels, view in named],
    )
    yield _gauge("projection_rows", "Rows.", [(labels, view.rows) for labels, view in named])
    yield _gauge(
        "projection_faulted",
        "1 where an event could not be folded.",
        [(labels, int(bool(view.fault))) for labels, view in named],
    )


def _latencies(engine: Engine) -> Iterator[Family]:
    for name, about, of in (
        ("delivery_seconds", "From publish to ack, in the last ten minutes.", "latencies"),
        ("handler_seconds", "In the handler, in the last ten minutes.", "handling"),
    ):
        samples: list[tuple[str, Labels, float]] = []
        for subscription in sorted(engine.metrics.subscriptions):
            found = engine.metrics.samples(subscription, of)
            label = (("subscription", subscription),)
            for quantile in QUANTILES if found else ():
                rank = min(len(found) - 1, int(quantile * len(found)))
                samples.append(("", (*label, ("quantile", f"{quantile:g}")), found[rank] / MICROSECONDS))
        yield Family(name=name, kind="summary", unit="seconds", about=about, samples=samples)


def _each(views: Iterable[SubscriptionView], what: str) -> list[tuple[Labels, float]]:
    return [((("subscription", view.name),), getattr(view, what)) for view in views]


def _gauge(name: str, about: str, samples: Iterable[tuple[Labels, float]]) -> Family:
    return Family(name=name, kind="gauge", about=about, samples=[("", *sample) for sample in samples])


def _lines(family: Family) -> Iterator[str]:
    name = f"workbench_{family.name}"
    yield f"# TYPE {name} {family.kind}"
    if family.unit:
        yield f"# UNIT {name} {family.unit}"
    yield f"# HELP {name} {family.about}"
    for suffix, labels, value in family.samples:
        said = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
        number = str(int(value)) if float(value).is_integer() else repr(float(value))
        yield f"{name}{suffix}{{{said}}} {number}" if said else f"{name}{suffix} {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
