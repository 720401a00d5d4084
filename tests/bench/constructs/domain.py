"""The model of ``project.tsk`` in Python."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from pydantic import BaseModel

from workbench.errors import CommandRejected
from workbench.model.aggregate import Aggregate
from workbench.model.command import Command, Involved
from workbench.model.decision_context import DecisionContext, For, ReactionContext
from workbench.model.event import Event
from workbench.model.policy import After, Issue, Policy, Process, Reaction, Refusal, Withdraw
from workbench.model.registry import Definitions

HOUR = 3600.0


class Opened(Event, frozen=True):
    event_type: ClassVar[str] = "account.opened"
    balance: int


class Debited(Event, frozen=True):
    event_type: ClassVar[str] = "account.debited"
    amount: int


class Credited(Event, frozen=True):
    event_type: ClassVar[str] = "account.credited"
    amount: int


class Account(msgspec.Struct, frozen=True):
    balance: int


class OpenAccount(Command):
    command_type: ClassVar[str] = "open_account"
    target: ClassVar[str] = "account_id"
    creates: ClassVar[bool | None] = True
    account_id: str
    balance: int


class Transfer(Command):
    command_type: ClassVar[str] = "transfer"
    target: ClassVar[str] = "from_id"
    involves: ClassVar[Mapping[str, Involved]] = {"to": Involved(aggregate="account", id="to_id")}
    from_id: str
    to_id: str
    amount: int


def decide_account(state: Account | None, command: Any) -> list[Any]:
    if isinstance(command, OpenAccount):
        return [Opened(balance=command.balance)]
    assert state is not None
    if state.balance < command.amount:
        raise CommandRejected(f"{state.balance} is there")
    return [Debited(amount=command.amount), For("to", Credited(amount=command.amount))]


def evolve_account(state: Account | None, event: Any) -> Account:
    match event:
        case Debited():
            return Account(balance=(state.balance if state else 0) - event.amount)
        case Credited():
            return Account(balance=(state.balance if state else 0) + event.amount)
        case _:
            return Account(balance=event.balance)


class Line(msgspec.Struct, frozen=True):
    sku: str
    quantity: int


class OrderLine(BaseModel):
    sku: str
    quantity: int


class Placed(Event, frozen=True):
    event_type: ClassVar[str] = "order.placed"
    lines: list[Line]


class ItemAdded(Event, frozen=True):
    event_type: ClassVar[str] = "order.item_added"
    sku: str
    quantity: int


class Charged(Event, frozen=True):
    event_type: ClassVar[str] = "order.charged"
    days: int
    fee: Decimal


class Kept(Event, frozen=True):
    event_type: ClassVar[str] = "order.kept"
    days: int


class Order(msgspec.Struct, frozen=True):
    items: dict[str, int] = {}
    fee: Decimal = Decimal(0)


class PlaceOrder(Command):
    command_type: ClassVar[str] = "place_order"
    target: ClassVar[str] = "order_id"
    creates: ClassVar[bool | None] = True
    order_id: str
    lines: list[OrderLine]


class AddItem(Command):
    command_type: ClassVar[str] = "add_item"
    target: ClassVar[str] = "order_id"
    creates: ClassVar[bool | None] = None
    order_id: str
    sku: str
    quantity: int


class AddLines(PlaceOrder):
    command_type: ClassVar[str] = "add_lines"
    creates: ClassVar[bool | None] = None


class Charge(Command):
    command_type: ClassVar[str] = "charge"
    target: ClassVar[str] = "order_id"
    creates: ClassVar[bool | None] = None
    order_id: str
    days: int


def decide_order(state: Order | None, command: Any) -> list[Event]:
    match command:
        case AddItem():
            if state and state.items.get(command.sku, 0) > 1_000_000:
                raise CommandRejected("that is too much")
            return [ItemAdded(sku=command.sku, quantity=command.quantity)]
        case AddLines():
            return [ItemAdded(sku=line.sku, quantity=line.quantity) for line in command.lines]
        case Charge():
            if command.days > 14:
                return [Charged(days=command.days, fee=(command.days - 14) * Decimal("0.25"))]
            return [Kept(days=command.days)]
        case _:
            return [Placed(lines=[Line(line.sku, line.quantity) for line in command.lines])]


def evolve_order(state: Order | None, event: Any) -> Order:
    state = state or Order()
    match event:
        case ItemAdded():
            count = state.items.get(event.sku, 0) + event.quantity
            return msgspec.structs.replace(state, items={**state.items, event.sku: count})
        case Charged():
            return msgspec.structs.replace(state, fee=state.fee + event.fee)
        case _:
            return state


class Taken(Event, frozen=True):
    event_type: ClassVar[str] = "stock.taken"
    quantity: int


class Stock(msgspec.Struct, frozen=True):
    taken: int = 0


class Take(Command):
    command_type: ClassVar[str] = "take"
    target: ClassVar[str] = "sku"
    creates: ClassVar[bool | None] = None
    sku: str
    quantity: int


def take_from_stock(event: Placed, _record: Any) -> list[Command]:
    return [Take(sku=line.sku, quantity=line.quantity) for line in event.lines if line.quantity < 100]


class Booked(Event, frozen=True):
    event_type: ClassVar[str] = "trip.booked"
    hotel: str
    until: datetime


class Called(Event, frozen=True):
    event_type: ClassVar[str] = "trip.called"
    trip_id: str
    at: datetime


class Cancelled(Event, frozen=True):
    event_type: ClassVar[str] = "trip.cancelled"
    reason: str


class Trip(msgspec.Struct, frozen=True):
    until: datetime
    ended: bool = False


class Book(Command):
    command_type: ClassVar[str] = "book"
    target: ClassVar[str] = "trip_id"
    creates: ClassVar[bool | None] = True
    trip_id: str
    hotel: str


class Call(Command):
    command_type: ClassVar[str] = "call"
    target: ClassVar[str] = "trip_id"
    trip_id: str


class Cancel(Call):
    command_type: ClassVar[str] = "cancel"
    reason: str


def decide_trip(state: Trip | None, command: Any, context: DecisionContext) -> list[Event]:
    now = context.now
    match command:
        case Book():
            return [Booked(hotel=command.hotel, until=now + timedelta(hours=24))]
        case Cancel():
            return [Cancelled(reason=command.reason)]
        case _:
            assert state is not None
            if now >= state.until:
                raise CommandRejected(f"calls were taken until {state.until}")
            return [Called(trip_id=command.trip_id, at=now)]


def evolve_trip(state: Trip | None, event: Any) -> Trip:
    if state is None:
        return Trip(until=event.until)
    return msgspec.structs.replace(state, ended=True) if isinstance(event, Cancelled) else state


class RoomTaken(Event, frozen=True):
    event_type: ClassVar[str] = "room.taken"


class Room(msgspec.Struct, frozen=True):
    pass


class TakeRoom(Command):
    command_type: ClassVar[str] = "take_room"
    target: ClassVar[str] = "hotel"
    creates: ClassVar[bool | None] = True
    hotel: str


def decide_room(_state: Room | None, command: TakeRoom) -> list[Event]:
    if command.hotel.startswith("full"):
        raise CommandRejected(f"{command.hotel} is full")
    return [RoomTaken()]


class Tour(msgspec.Struct, frozen=True):
    hotel: str
    calls: int = 0


def evolve_tour(state: Tour | None, event: Any) -> Tour | None:
    match event:
        case Booked():
            return Tour(hotel=event.hotel)
        case Called() if state:
            return msgspec.structs.replace(state, calls=state.calls + 1)
        case _:
            return state


def trip_of(event: Any, record: Any) -> str:
    return event.trip_id if isinstance(event, Called) else record.stream.partition("-")[2]


def react(state: Tour | None, event: Any, context: ReactionContext) -> Reaction:
    if state is None:
        return
    key = trip_of(event, context.record)
    match event:
        case Booked():
            yield Issue(TakeRoom(hotel=event.hotel), "full")
            yield Issue(After(HOUR, Cancel(trip_id=key, reason="too late")))
        case Called():
            yield Withdraw(Cancel)
            yield Issue(After(HOUR, Cancel(trip_id=key, reason="too late")))
        case _:
            yield Withdraw(Cancel)


def full(refusal: Refusal) -> Reaction:
    yield Issue(Cancel(trip_id=trip_of(refusal.event, refusal.context.record), reason=refusal.message))


DEFINITIONS = Definitions(
    aggregates=(
        Aggregate(
            name="account",
            state=Account,
            events=(Opened, Debited, Credited),
            commands=(OpenAccount, Transfer),
            decide=decide_account,
            evolve=evolve_account,
        ),
        Aggregate(
            name="order",
            state=Order,
            events=(Placed, ItemAdded, Charged, Kept),
            commands=(PlaceOrder, AddItem, AddLines, Charge),
            decide=decide_order,
            evolve=evolve_order,
        ),
        Aggregate(
            name="stock",
            state=Stock,
            events=(Taken,),
            commands=(Take,),
            decide=lambda _state, command: [Taken(quantity=command.quantity)],
            evolve=lambda state, event: Stock((state.taken if state else 0) + event.quantity),
        ),
        Aggregate(
            name="trip",
            state=Trip,
            events=(Booked, Called, Cancelled),
            commands=(Book, Call, Cancel),
            decide=decide_trip,
            evolve=evolve_trip,
        ),
        Aggregate(
            name="room",
            state=Room,
            events=(RoomTaken,),
            commands=(TakeRoom,),
            decide=decide_room,
            evolve=lambda _state, _event: Room(),
        ),
    ),
    policies=(Policy(name="take_from_stock", on=(Placed,), react=take_from_stock, issues=(Take,)),),
    processes=(
        Process(
            name="trips",
            on=(Booked, Called, Cancelled),
            correlate=trip_of,
            state=Tour,
            evolve=evolve_tour,
            react=react,
            ends=(Cancelled,),
            issues=(TakeRoom, Cancel),
            refused={"full": full},
        ),
    ),
)
