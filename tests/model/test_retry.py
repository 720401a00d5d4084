"""D3: delays of every backoff, capped, with bounded jitter."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workbench.model.retry import Backoff, RetryPolicy


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        (RetryPolicy(backoff=Backoff.FIXED, delay=3, jitter=0), [3, 3, 3]),
        (RetryPolicy(backoff=Backoff.LINEAR, delay=3, jitter=0), [3, 6, 9]),
        (RetryPolicy(backoff=Backoff.EXPONENTIAL, delay=3, factor=2, jitter=0), [3, 6, 12]),
        (RetryPolicy(backoff=Backoff.EXPONENTIAL, delay=3, factor=10, max_delay=20, jitter=0), [3, 20, 20]),
        (RetryPolicy(backoff=Backoff.LIST, delays=(1, 7), jitter=0), [1, 7, 7]),
    ],
)
def test_D3_delays_by_attempt(policy, waits):
    assert [policy.wait(attempt, random.Random(1)) for attempt in (1, 2, 3)] == waits


@given(st.integers(1, 500), st.floats(0, 1), st.integers())
def test_D3_jitter_stays_within_its_part(attempt, jitter, seed):
    policy = RetryPolicy(delay=2, jitter=jitter, max_delay=60)
    bare = RetryPolicy(delay=2, jitter=0, max_delay=60).wait(attempt, random.Random(seed))
    assert (
        bare * (1 - jitter) - 1e-9 <= policy.wait(attempt, random.Random(seed)) <= bare * (1 + jitter) + 1e-9
    )


def test_no_attempt_at_all_is_refused():
    with pytest.raises(ValidationError):
        RetryPolicy(max_attempts=0)


def test_a_list_needs_delays():
    with pytest.raises(ValidationError, match="needs delays"):
        RetryPolicy(backoff=Backoff.LIST)
