"""The base of what can be written: how it is batched, and what it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from workbench.store.operations.touched import Touched


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything that `StoreWriter.write` takes.

    Attributes:
        refuses_first: Whether it refuses before it writes anything, so that a refusal leaves nothing behind.
        never_refuses: Whether it cannot refuse at all.
        batched: Whether it reads nothing that operations before it may still have to write.
        kind: Name of the class.
    """

    refuses_first: ClassVar[bool] = False
    never_refuses: ClassVar[bool] = False
    batched: ClassVar[bool] = False
    kind: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        cls.kind = cls.__name__

    @property
    def weight(self) -> int:
        """How many characters of payloads of events and messages it writes."""
        return 0

    def touch(self, answer: Any, touched: Touched) -> None:  # noqa: ARG002  # others look at it
        """Notes what it changed, given its answer: of most that is where a subscription stands."""
        if name := getattr(self, "subscription", ""):
            touched.subscriptions.add(name)
