"""Users, and the mail that welcomes them: one aggregate that people know, one outage that breaks things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from pydantic import Field

from workbench import (
    Aggregate,
    Answer,
    Column,
    ColumnKind,
    Command,
    CommandRejected,
    Context,
    Definitions,
    Event,
    Message,
    On,
    PermanentError,
    Projection,
    Query,
    ReadModels,
    RecordedEvent,
    Rows,
)

Status = Literal["active", "inactive", "suspended"]
UserId = Annotated[
    str,
    Field(
        min_length=2,
        max_length=40,
        pattern="^[a-z0-9][a-z0-9-]*$",
        title="User id",
        description="Short and lasting: small letters, digits and hyphens",
        examples=["ada"],
    ),
]
Username = Annotated[str, Field(min_length=3, max_length=40, examples=["Ada Lovelace"])]
Email = Annotated[
    str,
    Field(
        max_length=254,
        pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
        examples=["ada@example.org"],
        json_schema_extra={"format": "email"},
    ),
]
Domain = Annotated[str, Field(pattern=r"^[a-z0-9.-]+\.[a-z]+$", examples=["slowmail.example"])]


# -- the user -----------------------------------------------------------------------------------------


class UserCreated(Event, frozen=True):
    """A person has an account."""

    event_type: ClassVar[str] = "user.created"
    username: str
    email: str
    status: str


class UserUpdated(Event, frozen=True):
    """Name or address changed; what did not change is null."""

    event_type: ClassVar[str] = "user.updated"
    username: str | None = None
    email: str | None = None


class UserStatusChanged(Event, frozen=True):
    """The account was activated, deactivated or suspended.

    Version 1 called the previous status ``before``; events that were stored so are brought up to date as they
    are read.
    """

    event_type: ClassVar[str] = "user.status_changed"
    event_version: ClassVar[int] = 2
    previous: str
    status: str
    reason: str | None = None


def previous_for_before(data: dict[str, Any]) -> dict[str, Any]:
    """Turns version 1 of `UserStatusChanged` into version 2."""
    return {"previous" if name == "before" else name: value for name, value in data.items()}


class User(msgspec.Struct, frozen=True):
    """What decisions about a user need to know."""

    username: str
    email: str
    status: str


class CreateUser(Command):
    """Opens an account."""

    command_type: ClassVar[str] = "create_user"
    target: ClassVar[str] = "user_id"
    creates: ClassVar[bool] = True
    user_id: UserId
    username: Username
    email: Email
    status: Status = "active"


class UpdateUser(Command):
    """Changes name or address; leave unset what stays."""

    command_type: ClassVar[str] = "update_user"
    target: ClassVar[str] = "user_id"
    user_id: UserId
    username: Username | None = None
    email: Email | None = None


class ChangeStatus(Command):
    """Activates, deactivates or suspends an account."""

    command_type: ClassVar[str] = "change_status"
    target: ClassVar[str] = "user_id"
    user_id: UserId
    status: Status
    reason: str | None = Field(None, max_length=500, description="Needed for a suspension")


def decide_user(user: User | None, command: Command) -> Iterable[Event]:
    """The rules of accounts."""
    match command:
        case CreateUser():
            return [UserCreated(username=command.username, email=command.email, status=command.status)]
        case UpdateUser() if user is not None:
            return _update(user, command)
        case ChangeStatus() if user is not None:
            return _change_status(user, command)
        case _:
            raise CommandRejected(f"a user cannot {command.command_type}")


def _update(user: User, command: UpdateUser) -> list[Event]:
    if user.status == "suspended":
        raise CommandRejected("a suspended account cannot be changed; activate it first")
    username = command.username if command.username != user.username else None
    email = command.email if command.email != user.email else None
    if username is None and email is None:
        raise CommandRejected("nothing would change")
    return [UserUpdated(username=username, email=email)]


def _change_status(user: User, command: ChangeStatus) -> list[Event]:
    if command.status == user.status:
        raise CommandRejected(f"the account is {user.status} already", field="status")
    if command.status == "suspended" and not command.reason:
        raise CommandRejected("a suspension needs a reason", field="reason")
    return [UserStatusChanged(previous=user.status, status=command.status, reason=command.reason)]


def evolve_user(user: User | None, event: Event) -> User:
    """The fold of a user's events."""
    match event:
        case UserCreated():
            return User(event.username, event.email, event.status)
        case UserUpdated() if user is not None:
            return User(event.username or user.username, event.email or user.email, user.status)
        case UserStatusChanged() if user is not None:
            return User(user.username, user.email, event.status)
        case _:
            raise ValueError(f"{event} cannot happen to {user}")


# -- outages of mail servers ----------------------------------------------------------------------------


class OutageReported(Event, frozen=True):
    """Mail to a domain cannot be delivered."""

    event_type: ClassVar[str] = "outage.reported"
    domain: str


class OutageResolved(Event, frozen=True):
    """The domain takes mail again."""

    event_type: ClassVar[str] = "outage.resolved"
    domain: str


class Outage(msgspec.Struct, frozen=True):
    """Whether a domain's mail server is down."""

    down: bool


class ReportOutage(Command):
    """Declares the mail server of a domain down: welcome mails to it fail from now on."""

    command_type: ClassVar[str] = "report_outage"
    target: ClassVar[str] = "domain"
    creates: ClassVar[bool] = True
    domain: Domain


class ResolveOutage(Command):
    """Declares it repaired: replayed dead letters now succeed."""

    command_type: ClassVar[str] = "resolve_outage"
    target: ClassVar[str] = "domain"
    domain: Domain


def decide_outage(outage: Outage | None, command: Command) -> Iterable[Event]:
    """An outage is reported once and resolved once."""
    match command:
        case ReportOutage():
            return [OutageReported(domain=command.domain)]
        case ResolveOutage() if outage is not None and outage.down:
            return [OutageResolved(domain=command.domain)]
        case _:
            raise CommandRejected("the outage is resolved already")


def evolve_outage(_outage: Outage | None, event: Event) -> Outage:
    """The fold of an outage's events."""
    return Outage(down=isinstance(event, OutageReported))


# -- read models ----------------------------------------------------------------------------------------


def _row_created(event: UserCreated, record: RecordedEvent, rows: Rows) -> None:
    rows.put(
        id=_identity(record),
        username=event.username,
        email=event.email,
        status=event.status,
        created_at=record.occurred_at,
        updated_at=record.occurred_at,
    )


def _row_updated(event: UserUpdated, record: RecordedEvent, rows: Rows) -> None:
    changes = {name: value for name in ("username", "email") if (value := getattr(event, name)) is not None}
    rows.update(_identity(record), **changes, updated_at=record.occurred_at)


def _row_status(event: UserStatusChanged, record: RecordedEvent, rows: Rows) -> None:
    rows.update(_identity(record), status=event.status, updated_at=record.occurred_at)


def _identity(record: RecordedEvent) -> str:
    return record.stream.partition("-")[2]


USERS = Projection(
    name="users",
    doc="Every account as it stands now.",
    columns=(
        Column(name="id"),
        Column(name="username"),
        Column(name="email"),
        Column(name="status", index=True),
        Column(name="created_at", kind=ColumnKind.TIME),
        Column(name="updated_at", kind=ColumnKind.TIME),
    ),
    on=(
        On(UserCreated, _row_created),
        On(UserUpdated, _row_updated),
        On(UserStatusChanged, _row_status),
    ),
)


def _outage_reported(event: OutageReported, record: RecordedEvent, rows: Rows) -> None:
    rows.put(domain=event.domain, state="down", since=record.occurred_at)


def _outage_resolved(event: OutageResolved, record: RecordedEvent, rows: Rows) -> None:
    rows.update(event.domain, state="up", since=record.occurred_at)


OUTAGES = Projection(
    name="outages",
    doc="Mail servers that are or were down; the welcome mail asks here.",
    columns=(Column(name="domain"), Column(name="state"), Column(name="since", kind=ColumnKind.TIME)),
    on=(
        On(OutageReported, _outage_reported),
        On(OutageResolved, _outage_resolved),
    ),
)


class GetUser(Query):
    """One account."""

    query_type: ClassVar[str] = "get_user"
    user_id: UserId


class ListUsers(Query):
    """Accounts in the order of their ids, by status, page by page."""

    query_type: ClassVar[str] = "list_users"
    status: Status | None = None
    after: str | None = Field(None, description="Id of the last row of the page before")
    limit: int = Field(50, ge=1, le=1000)


def get_user(query: GetUser, models: ReadModels) -> dict[str, Any] | None:
    """Answers `GetUser`."""
    return models.get("users", query.user_id)


def list_users(query: ListUsers, models: ReadModels) -> list[dict[str, Any]]:
    """Answers `ListUsers`."""
    where = {"status": query.status} if query.status else {}
    return models.page("users", where=where, after=query.after, limit=query.limit)


# -- what follows ---------------------------------------------------------------------------------------


class MailServerUnavailable(ConnectionError):
    """The domain takes no mail now; it may later."""


def send_welcome(message: Message, context: Context) -> None:
    """Welcomes a new user; fails while the domain's mail server is down, for ever where none can exist."""
    address = message.json()["email"]
    domain = address.rpartition("@")[2]
    if domain.endswith(".invalid"):
        raise PermanentError(f"no mail server can exist for {domain}")
    outage = context.row("outages", domain)
    if outage is not None and outage["state"] == "down":
        raise MailServerUnavailable(f"the mail server of {domain} does not answer")
    context.publish("audit", {"what": "welcome mail sent", "to": address}, type="mail.sent")


def write_audit(message: Message, context: Context) -> None:
    """Tells the audit topic what happened to whom."""
    context.publish("audit", {"what": message.type, "who": message.key}, type="audit.entry")


def warn_suspended(message: Message, context: Context) -> None:
    """Asks for a notice to a suspended user."""
    text = f"Your account was suspended: {message.json()['reason']}"
    context.publish("mail", {"stream": message.key, "text": text}, type="mail.notice")


async def send_notice(message: Message, context: Context) -> None:
    """Sends a notice to the address that the read model knows."""
    row = context.row("users", message.json()["stream"].partition("-")[2])
    if row is None:
        raise LookupError("the read model does not know the user yet")
    context.publish("audit", {"what": "notice sent", "to": row["email"]}, type="mail.sent")


def file_audit(message: Message, _context: Context) -> None:
    """Checks that an audit entry says what happened."""
    if not message.json().get("what"):
        raise PermanentError("an audit entry must say what happened")


DEFINITIONS = Definitions(
    aggregates=(
        Aggregate(
            name="user",
            state=User,
            events=(UserCreated, UserUpdated, UserStatusChanged),
            commands=(CreateUser, UpdateUser, ChangeStatus),
            decide=decide_user,
            evolve=evolve_user,
            upcasters={"user.status_changed": {1: previous_for_before}},
            doc="A person's account.",
        ),
        Aggregate(
            name="outage",
            state=Outage,
            events=(OutageReported, OutageResolved),
            commands=(ReportOutage, ResolveOutage),
            decide=decide_outage,
            evolve=evolve_outage,
            doc="A mail server that does not answer.",
        ),
    ),
    projections=(USERS, OUTAGES),
    queries=(Answer(GetUser, get_user), Answer(ListUsers, list_users)),
    handlers={
        "send_welcome": send_welcome,
        "write_audit": write_audit,
        "warn_suspended": warn_suspended,
        "send_notice": send_notice,
        "file_audit": file_audit,
    },
)
