"""What can be written of subscriptions and their deliveries (contract §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from typing_extensions import override

from workbench.model.alignment import fits
from workbench.model.issued_by import followed_from
from workbench.model.json_values import read_json
from workbench.model.messaging import COMMANDS_TOPIC
from workbench.store.operations.log_operations import Append, NewMessage
from workbench.store.operations.operation import Operation
from workbench.store.settlements import NewDelivery, Settlement

if TYPE_CHECKING:
    from workbench.store.operations.touched import Touched


class EnsureSubscription(Operation, frozen=True, kw_only=True):
    """Makes sure that a subscription exists; a new one starts at its cursor, None is the head (P4)."""

    name: str
    topic: str
    cursor: int | None = 0


class Claim(Operation, frozen=True, kw_only=True):
    """Marks messages as handed out, so that after a crash they are in doubt (contract §5).

    It is refused with `StaleLease` where another engine's claim stands, also one that ran out (D5).

    Attributes:
        after: Where the cursor must stand; elsewhere it was moved: `StaleLease`. None for anywhere.
        owner: The engine that claims; None for one that is not known, which counts as dead.
        until: When the claim runs out unless it is extended, microseconds since 1970.
    """

    subscription: str
    upto: int
    token: UUID
    after: int | None = None
    owner: UUID | None = None
    until: int = 0


class Unclaim(Operation, frozen=True, kw_only=True):
    """Gives back what is claimed under a token; nothing happens where it is not any more."""

    subscription: str
    token: UUID


class Lease(Operation, frozen=True, kw_only=True):
    """Leases delivery rows; answers with the numbers that could be leased (contract §5: claim).

    Rows with a key cannot while another engine's claim stands: what is claimed may have that key (I6).

    Attributes:
        owner: As for `Claim`.
    """

    subscription: str
    numbers: tuple[int, ...]
    token: UUID
    until: int
    owner: UUID | None = None

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        if answer:  # where nothing could be leased nothing changed: the caller would wake itself again
            touched.subscriptions.add(self.subscription)


class Extend(Operation, frozen=True, kw_only=True):
    """Moves the deadline of what is held under a token while handlers run (D4); answers how many."""

    subscription: str
    token: UUID
    until: int


class Reclaim(Operation, frozen=True, kw_only=True):
    """Takes back rows whose lease has run out: they count a crash (contract §5); answers how many.

    Attributes:
        topic: Where their messages are looked up.
        keep: Tokens whose holders still run.
        release_key: Whether those behind one that died of it go on (O2).
    """

    subscription: str
    topic: str
    now: int
    keep: tuple[UUID, ...] = ()
    max_crashes: int = 3
    release_key: bool = False


class Skip(Operation, frozen=True, kw_only=True):
    """An operator skips waiting deliveries; answers how many still waited (contract §5).

    Attributes:
        release_key: Whether a dead letter blocks nothing, so that the next goes on even behind one (O2).
        act: Under which the deliveries are kept for `BringBack`; empty to keep none.
    """

    subscription: str
    numbers: tuple[int, ...]
    release_key: bool = False
    act: str = ""

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.subscriptions.add(self.subscription)
        touched.skipped.add(self.subscription)


class DoNow(Operation, frozen=True, kw_only=True):
    """An operator has a delivery that waits for its time made now; answers 1, or 0 if it waits no more.

    Attributes:
        act: Under which it is kept as it waited, for forks at earlier and later positions; empty for none.
    """

    subscription: str
    number: int
    act: str = ""

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.subscriptions.add(self.subscription)
        touched.skipped.add(self.subscription)


class WithdrawTimeouts(Operation, frozen=True, kw_only=True):
    """Takes back commands that an instance of a process issued for later (K7); answers how many.

    What was handed out once stays. A message that is taken back is marked, and has no delivery any more.

    Attributes:
        having: Fields and values that their data must have, by value: times and decimals are no texts here.
            Empty for all of them.
        about: Position of the event on which they are taken back; 0 for none.
        before: What followed from the event at this position or from a later one stays; 0 where nothing does.
        ahead: Ids of those that the same step issued before it took them back: they go anyway.
    """

    never_refuses: ClassVar[bool] = True
    instance: str
    types: tuple[str, ...]
    having: Mapping[str, Any] = {}
    about: int = 0
    before: int = 0
    ahead: tuple[UUID, ...] = ()

    def takes(self, message: UUID, data: str, metadata: str | None) -> bool:
        """Whether a command with this id, data and metadata is among those that are taken back."""
        if self.before and followed_from(metadata) >= self.before and message not in self.ahead:
            return False
        if not self.having:
            return True
        said = read_json(data)
        return isinstance(said, dict) and all(
            name in said and fits(said[name], one, exact=True) for name, one in self.having.items()
        )


class Settle(Operation, frozen=True, kw_only=True):
    """Commits a batch: cursor, buffered effects and what did not succeed, all in one (contract §5, D1).

    Attributes:
        cursor: New cursor; None where only rows are settled.
        token: Of the claim or lease; another one in the store is `StaleLease` and nothing takes effect.
        delivered, failed, filtered, retried, died, expired: Added to the subscription's counters.
        release_key: Whether a dead letter blocks nothing: the next delivery of its key goes on (O2).
        claim: Where the next batch ends, which is claimed in the same breath.
        claim_token, claim_until: Of that claim.
        owner: The engine that settles: the next claim, and what is leased as it comes into being, are its.
    """

    subscription: str
    token: UUID
    cursor: int | None = None
    delivered: int = 0
    failed: int = 0
    filtered: int = 0
    retried: int = 0
    died: int = 0
    expired: int = 0
    claim: int | None = None
    claim_token: UUID | None = None
    claim_until: int | None = None
    owner: UUID | None = None
    effects: tuple[Operation, ...] = ()
    deliveries: tuple[NewDelivery, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    release_key: bool = False

    @property
    @override
    def weight(self) -> int:
        return sum(
            one.weight for one in self.effects if isinstance(one, Operation)
        )  # a handler may leave others

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.subscriptions.add(self.subscription)
        # Effects were written with it; where they put events and messages is read from the head.
        for effect in self.effects:
            if isinstance(effect, Append):
                touched.versions[effect.stream] = None
            if isinstance(effect, WithdrawTimeouts):
                touched.subscriptions.add(COMMANDS_TOPIC)
            if isinstance(effect, NewMessage):
                touched.head = max(touched.head, 1)
                issued = effect.topic == COMMANDS_TOPIC
                what = f"issue:{self.subscription}:{effect.type}"
                touched.flow[what if issued else f"publish:{self.subscription}:{effect.topic}"] += 1
        if self.settlements or any(row.letter for row in self.deliveries):
            touched.letters = True


class RecoverSubscription(Operation, frozen=True, kw_only=True):
    """Takes back what a dead engine held: rows count a crash, claimed messages are in doubt (contract §5).

    That is (D5) what has run out, what is the engine's own, and in a store that only one process can write
    what was taken before that process opened it.

    Attributes:
        in_doubt: Rows for the messages between cursor and claim that the subscription wants.
        claim: The token of that claim; where another one stands, or it is protected, the cursor stays.
        owner: An engine of whose leases nothing runs any more.
        keep: Tokens whose holders still run.
        release_key: Whether a dead letter blocks nothing (O2).
    """

    subscription: str
    topic: str
    in_doubt: tuple[NewDelivery, ...]
    max_crashes: int
    claim: UUID | None = None
    owner: UUID | None = None
    keep: tuple[UUID, ...] = ()
    release_key: bool = False


class ConfigureSubscription(Operation, frozen=True, kw_only=True):
    """An operator pauses or resumes a subscription, or moves its cursor; None leaves as it is.

    What waits behind the new cursor is delivered again from the log, but for what is being replayed. It
    answers by how many positions the cursor moved; else 1, or 0 where it was paused or resumed already.

    Attributes:
        release_key: Whether a dead letter blocks nothing (O2).
        act: Under which the cursor and what waits behind it are kept for `BringBack`; empty to keep nothing.
    """

    subscription: str
    paused: bool | None = None
    cursor: int | None = None
    release_key: bool = False
    act: str = ""

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.subscriptions.add(self.subscription)
        touched.configured.append(self)
