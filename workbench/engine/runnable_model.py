"""What a world takes for a model."""

from __future__ import annotations

from typing import Protocol

from workbench.model.registry import Registry
from workbench.model.retry import RetryPolicy


class Model(Protocol):
    """What an engine runs."""

    @property
    def registry(self) -> Registry:
        """What it declares."""

    @property
    def retry(self) -> RetryPolicy:
        """For policies, processes and their commands."""

    @property
    def snapshot_every(self) -> int:
        """Versions between two snapshots of a stream."""
