"""Retry policies: how often and how long to wait, as pure arithmetic (contract D3)."""

from __future__ import annotations

import random
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Backoff(StrEnum):
    """How the delay grows from attempt to attempt."""

    FIXED = "fixed"
    LINEAR = "linear"
    EXPONENTIAL = "exponential"
    LIST = "list"


class RetryPolicy(BaseModel):
    """When a failed delivery is tried again; defaults are those of contract §11."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_attempts: int = Field(5, ge=1, le=1000, description="Tries in all; 1 means no retry")
    backoff: Backoff = Field(Backoff.EXPONENTIAL, description="How the delay grows")
    delay: float = Field(5.0, ge=0, description="Seconds before the second try")
    factor: float = Field(2.0, ge=1, description="Growth of an exponential delay")
    max_delay: float = Field(3600.0, ge=0, description="Longest delay in seconds")
    jitter: float = Field(0.2, ge=0, le=1, description="Part of the delay that is random, 0.2 is ±20 %")
    delays: tuple[float, ...] = Field((), description="Seconds before each further try, for backoff = list")

    @model_validator(mode="after")
    def _list_needs_delays(self) -> RetryPolicy:
        if self.backoff is Backoff.LIST and not self.delays:
            raise ValueError("backoff = list needs delays")
        return self

    def wait(self, attempt: int, rng: random.Random) -> float:
        """Returns the seconds to wait after failed attempt number ``attempt`` ≥ 1.

        The caller stores the due time, so that a restart does not reset it (D3).
        """
        return self._planned(attempt) * (1 + self.jitter * (2 * rng.random() - 1))

    def bounds(self, attempt: int) -> tuple[float, float]:
        """Returns the shortest and the longest wait that `wait` can come to, in seconds."""
        seconds = self._planned(attempt)
        return seconds * (1 - self.jitter), seconds * (1 + self.jitter)

    def _planned(self, attempt: int) -> float:
        match self.backoff:
            case Backoff.FIXED:
                seconds = self.delay
            case Backoff.LINEAR:
                seconds = self.delay * attempt
            case Backoff.EXPONENTIAL:
                seconds = self.delay * self.factor ** min(attempt - 1, 64)
            case Backoff.LIST:
                seconds = self.delays[min(attempt, len(self.delays)) - 1]
        return min(seconds, self.max_delay)
