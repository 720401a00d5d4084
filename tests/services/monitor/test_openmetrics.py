"""What can be measured as OpenMetrics text: every line has the form that collectors read."""

from __future__ import annotations

import re

import pytest

from workbench.model.clock import MICROSECONDS, ManualClock
from workbench.services.monitor.openmetrics import open_metrics

SAMPLE = re.compile(r'(workbench_[a-z_]+)(\{([a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (-?[0-9.e+-]+)\Z')


def samples(text):
    """Returns values by name with labels, after a look at the form of every line."""
    *lines, end, nothing = text.split("\n")
    assert (end, nothing) == ("# EOF", "")
    found, family, kinds = {}, "", {}
    for line in lines:
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert family not in kinds, "a family is told once"
            kinds[family] = kind
        elif not line.startswith(("# HELP ", "# UNIT ")):
            match = SAMPLE.match(line)
            assert match, line
            total = "_total" if kinds[family] == "counter" else ""
            assert match[1] == family + total, line
            found[line.rsplit(" ", 1)[0]] = float(match[4])
    return found


class TickingClock(ManualClock):
    """A clock that goes on by a millisecond whenever it is asked."""

    def monotonic(self) -> float:
        self._now += MICROSECONDS // 1000
        return super().monotonic()


@pytest.fixture
def clock() -> ManualClock:
    return TickingClock()


@pytest.mark.asyncio
async def test_counters_are_those_of_the_store_and_latencies_those_of_the_engine(broken):
    found = samples(open_metrics(broken.monitor))
    views = {view.name: view for view in broken.monitor.subscriptions()}
    welcome = views["welcome-mail"]
    assert welcome.died == 3
    for outcome in ("delivered", "failed", "retried", "died", "filtered"):
        name = f'workbench_deliveries_total{{subscription="welcome-mail",outcome="{outcome}"}}'
        assert found[name] == getattr(welcome, outcome)
    assert found['workbench_dead_letters{status="open"}'] == 3
    assert found["workbench_position"] == broken.streams.head()
    assert found['workbench_projection_lag{projection="users"}'] == 0
    assert found['workbench_messages{topic="audit"}'] == broken.reader.published()["audit"]
    half = found['workbench_delivery_seconds{subscription="audit-trail",quantile="0.5"}']
    most = found['workbench_delivery_seconds{subscription="audit-trail",quantile="0.99"}']
    assert 0 < half <= most


@pytest.mark.asyncio
async def test_names_that_hold_quotes_and_lines_are_escaped(broken, monkeypatch):
    monkeypatch.setattr(broken.reader, "published", lambda: {'a"b\\c\nd': 1})
    text = open_metrics(broken.monitor)
    assert 'topic="a\\"b\\\\c\\nd"' in text
    samples(text)
