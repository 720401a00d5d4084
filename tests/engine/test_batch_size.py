"""Batches follow the handler's speed."""

from __future__ import annotations

from workbench.engine.batch_size import LARGE, BatchSize


def test_quick_batches_grow_slow_ones_shrink_and_neither_without_end():
    size = BatchSize(8, 2)
    sizes = []
    for took in (0.01, 0.01, 0.05, 0.2, 0.2, 0.2):
        size.adapt(took)
        sizes.append(size.now)
    assert sizes == [16, 32, 32, 16, 8, 8]
    for _ in range(20):
        size.adapt(0.0)
    assert size.now == LARGE


def test_a_reset_begins_with_the_smallest():
    size = BatchSize(1, 4)
    for _ in range(5):
        size.adapt(0.0)
    size.adapt(1.0)
    assert size.now == 8
    size.reset()
    assert size.now == 1
