"""Orders and their payments: two aggregates, a policy that retries or cancels, a process that fulfils."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workbench import (
    After,
    Aggregate,
    Answer,
    Column,
    ColumnKind,
    Command,
    CommandRejected,
    Context,
    DecisionContext,
    Definitions,
    Event,
    Involved,
    Issue,
    Message,
    On,
    Policy,
    Process,
    Projection,
    Query,
    ReadModels,
    RecordedEvent,
    Rows,
)

PAYMENT_TRIES = 3
RETRY_AFTER = 2.0
"""Seconds between two tries of a payment."""

OrderId = Annotated[UUID, Field(title="Order id")]


def in_cents(price: Decimal) -> Decimal:
    """Returns money in its one written form."""
    return price.quantize(Decimal("0.01"))


class Line(BaseModel):
    """One product of an order."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    product: str = Field(min_length=1, max_length=80, examples=["Teapot"])
    quantity: int = Field(1, ge=1, le=1000)
    price: Annotated[
        Decimal,
        Field(ge=0, max_digits=12, decimal_places=2, description="For one", examples=["19.90"]),
        AfterValidator(in_cents),
    ]


class Address(BaseModel):
    """Where the parcel goes."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1, max_length=80)
    street: str = Field(min_length=1, max_length=120)
    city: str = Field(min_length=1, max_length=80)


# -- the order ------------------------------------------------------------------------------------------


class OrderPlaced(Event, frozen=True):
    """A customer wants these things."""

    event_type: ClassVar[str] = "order.placed"
    order_id: str
    customer: str
    lines: list[dict[str, Any]]
    total: Decimal
    ship_to: dict[str, Any]
    card: str
    gift: bool = False
    deliver_after: datetime | None = None


class OrderPaid(Event, frozen=True):
    """The money has arrived."""

    event_type: ClassVar[str] = "order.paid"
    order_id: str


class OrderShipped(Event, frozen=True):
    """The parcel has left."""

    event_type: ClassVar[str] = "order.shipped"
    order_id: str


class OrderCancelled(Event, frozen=True):
    """Nothing will be delivered."""

    event_type: ClassVar[str] = "order.cancelled"
    order_id: str
    reason: str


class Order(msgspec.Struct, frozen=True):
    """What decisions about an order need to know."""

    status: Literal["placed", "paid", "shipped", "cancelled"]
    total: Decimal


class PlaceOrder(Command):
    """Orders some products."""

    command_type: ClassVar[str] = "place_order"
    target: ClassVar[str] = "order_id"
    emits: ClassVar = (OrderPlaced,)
    creates: ClassVar[bool] = True
    order_id: OrderId
    customer: str = Field(min_length=1, max_length=80, examples=["Ada Lovelace"])
    lines: list[Line] = Field(min_length=1, max_length=50)
    ship_to: Address
    card: str = Field(
        pattern="^[0-9]{4}$",
        description="Last digits: 0002 is always declined, 0341 only the first time",
        examples=["4242"],
    )
    gift: bool = False
    deliver_after: datetime | None = None


class MarkPaid(Command):
    """Notes that the money has arrived."""

    command_type: ClassVar[str] = "mark_paid"
    target: ClassVar[str] = "order_id"
    emits: ClassVar = (OrderPaid,)
    order_id: OrderId


class ShipOrder(Command):
    """Sends the parcel."""

    command_type: ClassVar[str] = "ship_order"
    target: ClassVar[str] = "order_id"
    emits: ClassVar = (OrderShipped,)
    order_id: OrderId


class CancelOrder(Command):
    """Gives the order up, unless its card is being charged."""

    command_type: ClassVar[str] = "cancel_order"
    target: ClassVar[str] = "order_id"
    emits: ClassVar = (OrderCancelled,)
    involves: ClassVar = {"payment": Involved(aggregate="payment", id="order_id", creates=None)}
    order_id: OrderId
    reason: str = Field(min_length=3, max_length=200)


def decide_order(order: Order | None, command: Command, context: DecisionContext) -> Iterable[Event]:
    """The rules of orders."""
    match command:
        case PlaceOrder():
            return [_placed(command)]
        case MarkPaid() if order is not None:
            _need(order, "placed", "be paid")
            return [OrderPaid(order_id=str(command.order_id))]
        case ShipOrder() if order is not None:
            _need(order, "paid", "be shipped")
            return [OrderShipped(order_id=str(command.order_id))]
        case CancelOrder() if order is not None:
            _need(order, "placed", "be cancelled")
            payment: Payment | None = context.states["payment"]
            if payment is not None and payment.status in {"requested", "confirmed"}:
                raise CommandRejected(f"an order whose payment is {payment.status} cannot be cancelled")
            return [OrderCancelled(order_id=str(command.order_id), reason=command.reason)]
        case _:
            raise CommandRejected(f"an order cannot {command.command_type}")


def _placed(command: PlaceOrder) -> OrderPlaced:
    return OrderPlaced(
        order_id=str(command.order_id),
        customer=command.customer,
        lines=[line.model_dump(mode="json") for line in command.lines],
        total=sum((line.price * line.quantity for line in command.lines), Decimal(0)),
        ship_to=command.ship_to.model_dump(mode="json"),
        card=command.card,
        gift=command.gift,
        deliver_after=command.deliver_after,
    )


def _need(order: Order, status: str, what: str) -> None:
    if order.status != status:
        raise CommandRejected(f"an order that is {order.status} cannot {what}")


def evolve_order(order: Order | None, event: Event) -> Order:
    """The fold of an order's events."""
    match event:
        case OrderPlaced():
            return Order("placed", event.total)
        case OrderPaid() if order is not None:
            return Order("paid", order.total)
        case OrderShipped() if order is not None:
            return Order("shipped", order.total)
        case OrderCancelled() if order is not None:
            return Order("cancelled", order.total)
        case _:
            raise ValueError(f"{event} cannot happen to {order}")


# -- the payment ----------------------------------------------------------------------------------------


class PaymentRequested(Event, frozen=True):
    """The card is to be charged."""

    event_type: ClassVar[str] = "payment.requested"
    order_id: str
    amount: Decimal
    card: str
    attempt: int


class PaymentConfirmed(Event, frozen=True):
    """The card was charged."""

    event_type: ClassVar[str] = "payment.confirmed"
    order_id: str


class PaymentFailed(Event, frozen=True):
    """The card was declined."""

    event_type: ClassVar[str] = "payment.failed"
    order_id: str
    attempt: int
    reason: str


class Payment(msgspec.Struct, frozen=True):
    """What decisions about a payment need to know."""

    status: Literal["requested", "confirmed", "failed"]
    amount: Decimal
    card: str
    attempt: int


class RequestPayment(Command):
    """Asks for the money the first time."""

    command_type: ClassVar[str] = "request_payment"
    target: ClassVar[str] = "order_id"
    emits: ClassVar = (PaymentRequested,)
    creates: ClassVar[bool] = True
    involves: ClassVar = {"order": Involved(aggregate="order", id="order_id")}
    order_id: OrderId
    amount: Decimal = Field(ge=0)
    card: str = Field(pattern="^[0-9]{4}$")


class RetryPayment(Command):
    """Asks again after a failure."""

    command_type: ClassVar[str] = "retry_payment"
    target: ClassVar[str] = "order_id"
    emits: ClassVar = (PaymentRequested,)
    involves: ClassVar = {"order": Involved(aggregate="order", id="order_id")}
    order_id: OrderId


class ConfirmPayment(Command):
    """Notes that the card was charged."""

    command_type: ClassVar[str] = "confirm_payment"
    target: ClassVar[str] = "order_id"
    emits: ClassVar = (PaymentConfirmed,)
    order_id: OrderId


class DeclinePayment(Command):
    """Notes that the card was declined."""

    command_type: ClassVar[str] = "decline_payment"
    target: ClassVar[str] = "order_id"
    emits: ClassVar = (PaymentFailed,)
    order_id: OrderId
    reason: str


def decide_payment(payment: Payment | None, command: Command, context: DecisionContext) -> Iterable[Event]:
    """The rules of payments."""
    match command:
        case RequestPayment():
            _need_placed(context)
            return [
                PaymentRequested(
                    order_id=str(command.order_id), amount=command.amount, card=command.card, attempt=1
                )
            ]
        case RetryPayment() if payment is not None and payment.status == "failed":
            _need_placed(context)
            return [
                PaymentRequested(
                    order_id=str(command.order_id),
                    amount=payment.amount,
                    card=payment.card,
                    attempt=payment.attempt + 1,
                )
            ]
        case ConfirmPayment() if payment is not None and payment.status == "requested":
            return [PaymentConfirmed(order_id=str(command.order_id))]
        case DeclinePayment() if payment is not None and payment.status == "requested":
            return [
                PaymentFailed(order_id=str(command.order_id), attempt=payment.attempt, reason=command.reason)
            ]
        case _:
            status = payment.status if payment else "missing"
            raise CommandRejected(f"a payment that is {status} cannot {command.command_type}")


def _need_placed(context: DecisionContext) -> None:
    order: Order = context.states["order"]
    if order.status != "placed":
        raise CommandRejected(f"an order that is {order.status} is not charged")


def evolve_payment(payment: Payment | None, event: Event) -> Payment:
    """The fold of a payment's events."""
    match event:
        case PaymentRequested():
            return Payment("requested", event.amount, event.card, event.attempt)
        case PaymentConfirmed() if payment is not None:
            return Payment("confirmed", payment.amount, payment.card, payment.attempt)
        case PaymentFailed() if payment is not None:
            return Payment("failed", payment.amount, payment.card, payment.attempt)
        case _:
            raise ValueError(f"{event} cannot happen to {payment}")


def charge_card(message: Message, context: Context) -> None:
    """The card terminal: answers a request for money by the card's last digits."""
    request = message.json()
    order = UUID(request["order_id"])
    declined = request["card"] == "0002" or (request["card"] == "0341" and request["attempt"] == 1)
    if declined:
        context.issue(DeclinePayment(order_id=order, reason="card declined"))
    else:
        context.issue(ConfirmPayment(order_id=order))


# -- what follows ---------------------------------------------------------------------------------------


def retry_or_cancel(event: PaymentFailed, _record: RecordedEvent) -> Iterable[Issue]:
    """A failed payment is tried again a little later, and after the third time the order is given up."""
    order = UUID(event.order_id)
    if event.attempt < PAYMENT_TRIES:
        return [Issue(After(RETRY_AFTER, RetryPayment(order_id=order)))]
    return [Issue(CancelOrder(order_id=order, reason=f"not paid after {event.attempt} tries"))]


class Fulfilment(msgspec.Struct, frozen=True):
    """How far the fulfilment of one order is."""

    step: Literal["paying", "paid", "done"]


def follow(state: Fulfilment | None, event: Event) -> Fulfilment | None:
    """The fold of a fulfilment; an order that ended needs no more memory."""
    match event:
        case OrderPlaced():
            return Fulfilment("paying")
        case PaymentConfirmed() if state is not None:
            return Fulfilment("paid")
        case OrderPaid() if state is not None:
            return Fulfilment("done")
        case OrderShipped() | OrderCancelled():
            return None
        case _:
            return state


def next_step(state: Fulfilment | None, event: Event) -> Iterable[Command | Issue]:
    """What a fulfilment does next."""
    match event:
        case OrderPlaced():
            order = UUID(event.order_id)
            return [Issue(RequestPayment(order_id=order, amount=event.total, card=event.card))]
        case PaymentConfirmed() if state is not None:
            return [MarkPaid(order_id=UUID(event.order_id))]
        case OrderPaid():
            return [ShipOrder(order_id=UUID(event.order_id))]
        case _:
            return []


def order_of(event: Any, _record: RecordedEvent) -> str:
    """Every event of an order and its payment belongs to one fulfilment."""
    return str(event.order_id)


# -- read models ----------------------------------------------------------------------------------------


def _placed_row(event: OrderPlaced, record: RecordedEvent, rows: Rows) -> None:
    rows.put(
        id=event.order_id,
        customer=event.customer,
        status="placed",
        total=event.total,
        payments=0,
        placed_at=record.occurred_at,
        updated_at=record.occurred_at,
    )


def _status_row(event: Any, record: RecordedEvent, rows: Rows) -> None:
    status = record.type.partition(".")[2]
    rows.update(event.order_id, status=status, updated_at=record.occurred_at)


def _payment_row(event: PaymentRequested, record: RecordedEvent, rows: Rows) -> None:
    rows.update(event.order_id, payments=event.attempt, updated_at=record.occurred_at)


ORDERS = Projection(
    name="orders",
    doc="Every order as it stands now.",
    columns=(
        Column(name="id"),
        Column(name="customer"),
        Column(name="status", index=True),
        Column(name="total", kind=ColumnKind.MONEY),
        Column(name="payments", kind=ColumnKind.INTEGER),
        Column(name="placed_at", kind=ColumnKind.TIME),
        Column(name="updated_at", kind=ColumnKind.TIME),
    ),
    on=(
        On(OrderPlaced, _placed_row),
        On(OrderPaid, _status_row),
        On(OrderShipped, _status_row),
        On(OrderCancelled, _status_row),
        On(PaymentRequested, _payment_row),
    ),
)


class ListOrders(Query):
    """Orders by status, page by page."""

    query_type: ClassVar[str] = "list_orders"
    status: Literal["placed", "paid", "shipped", "cancelled"] | None = None
    after: str | None = None
    limit: int = Field(50, ge=1, le=1000)


def list_orders(query: ListOrders, models: ReadModels) -> list[dict[str, Any]]:
    """Answers `ListOrders`."""
    where = {"status": query.status} if query.status else {}
    return models.page("orders", where=where, after=query.after, limit=query.limit)


DEFINITIONS = Definitions(
    aggregates=(
        Aggregate(
            name="order",
            state=Order,
            events=(OrderPlaced, OrderPaid, OrderShipped, OrderCancelled),
            commands=(PlaceOrder, MarkPaid, ShipOrder, CancelOrder),
            decide=decide_order,
            evolve=evolve_order,
            doc="What a customer wants.",
        ),
        Aggregate(
            name="payment",
            state=Payment,
            events=(PaymentRequested, PaymentConfirmed, PaymentFailed),
            commands=(RequestPayment, RetryPayment, ConfirmPayment, DeclinePayment),
            decide=decide_payment,
            evolve=evolve_payment,
            doc="The money for one order.",
        ),
    ),
    projections=(ORDERS,),
    policies=(
        Policy(
            name="retry-or-cancel",
            on=(PaymentFailed,),
            react=retry_or_cancel,
            issues=(RetryPayment, CancelOrder),
            doc="A failed payment is tried again, at most three times.",
        ),
    ),
    processes=(
        Process(
            name="fulfilment",
            on=(OrderPlaced, PaymentConfirmed, OrderPaid, OrderShipped, OrderCancelled),
            correlate=order_of,
            state=Fulfilment,
            evolve=follow,
            react=next_step,
            issues=(RequestPayment, MarkPaid, ShipOrder),
            doc="From an order to its parcel.",
        ),
    ),
    queries=(Answer(ListOrders, list_orders),),
    handlers={"charge_card": charge_card},
)
