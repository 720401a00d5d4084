"""Consumers killed again and again: all messages end, effects are there once, in order (F1, D1, D2)."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections import Counter, defaultdict

import pytest

from tests.conftest import ROOT
from tests.torture.consumer import KEYS, SUBSCRIPTIONS, rejected
from tests.torture.trials import KILLED
from workbench.model.clock import ManualClock
from workbench.model.messaging import Ordering
from workbench.store.sqlite.integrity_check import check
from workbench.store.sqlite.store import SqliteStore
from workbench.store.stored_values import Reason

MESSAGES = 60


@pytest.fixture(scope="module")
def consume():
    """Runs a consumer and returns how it ended."""
    command = [sys.executable, "-m", "tests.torture.consumer"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as warm:

        def run(folder, *, die_at=0, killers=(), max_crashes=1000):
            job = {
                "path": str(folder / "events.db"),
                "outside": str(folder / "outside"),
                "messages": MESSAGES,
                "die_at": die_at,
                "killers": dict(killers),
                "max_crashes": max_crashes,
            }
            warm.stdin.write(json.dumps(job) + "\n")
            warm.stdin.flush()
            return int(warm.stdout.readline())

        yield run
        warm.stdin.close()


def judge(folder, killers=()):
    """Looks at what is left when nothing is to be done any more; returns the reasons of what died."""
    path = folder / "events.db"
    assert check(path).findings == ()
    store = SqliteStore(path, ManualClock())
    reader = store.reader()
    dead = defaultdict(dict)
    for letter in reader.letters(statuses=("open",), limit=1000):
        dead[letter.subscription][json.loads(letter.data)["n"]] = letter.reason
    events = reader.read_log(0, 10_000)
    for name, (_, ordering) in SUBSCRIPTIONS.items():
        state = reader.subscription(name)
        assert (state.waiting, state.claimed_to) == (0, 0)
        done = [json.loads(one.data)["n"] for one in events if one.stream.startswith(f"handled-{name}-")]
        assert sorted([*done, *dead[name]]) == list(range(MESSAGES)), name
        if ordering is Ordering.KEY:
            for key in range(KEYS):
                of_key = [n for n in done if n % KEYS == key]
                assert of_key == sorted(of_key), name
        lethal = set(dict(killers).get(name, ()))
        assert {n for n, reason in dead[name].items() if reason is Reason.CRASH_LOOP} == lethal
        assert {n for n in dead[name] if n not in lethal} == {
            n for n in range(MESSAGES) if rejected(n)
        } - lethal
    out = Counter(one.data for one in reader.read_topic("out", lambda _type: False, 0, 10_000)[0])
    assert set(out.values()) == {1}
    store.close()
    return dead


def outside(folder):
    """Judges what handlers did outside: again only in another process, between success and ack (D2)."""
    lines = [tuple(line.split()) for line in (folder / "outside").read_text().splitlines()]
    assert set(Counter(lines).values()) == {1}, "a process that lives does nothing twice"
    assert {(name, n) for name, n, _ in lines} == {
        (name, str(n)) for name in SUBSCRIPTIONS for n in range(MESSAGES) if not rejected(n)
    }


@pytest.mark.parametrize("rounds", [12, pytest.param(400, marks=pytest.mark.long)])
def test_F1_D1_D2_consumers_killed_at_any_moment_do_everything_and_nothing_twice(consume, tmp_path, rounds):
    for number in range(max(1, rounds // 12)):
        folder = tmp_path / str(number)
        folder.mkdir()
        rng = random.Random(number)
        killed = 0
        for _ in range(min(rounds, 12)):
            status = consume(folder, die_at=rng.randint(1, 220))
            assert status in (0, KILLED)
            killed += status == KILLED
        assert consume(folder) == 0
        judge(folder)
        outside(folder)
        assert killed


def test_contract_5_a_message_that_kills_ends_in_the_dead_letters_and_innocents_do_not(consume, tmp_path):
    killers = {"log": [8], "queue": [20]}
    ends = []
    while not ends or ends[-1] == KILLED:
        ends.append(consume(tmp_path, killers=killers, max_crashes=3))
        assert len(ends) <= 10
    assert ends[-1] == 0
    assert len(ends) - 1 <= 2 * 3, "each of the two killed at most three times"
    judge(tmp_path, killers)
