"""What is wrong with an expression before it runs, and at which of its characters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong with an expression; offsets count from its first character.

    Attributes:
        warning: It fails for some data only; what can never run right is no warning.
    """

    at: int
    end: int
    message: str
    hint: str = ""
    warning: bool = False


class InvalidExpression(ValueError):
    """An expression cannot be used.

    Attributes:
        flaws: Everything that is wrong with it, with offsets.
    """

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__("; ".join(flaw.message for flaw in flaws))
        self.flaws = flaws
