"""Who gives commands, where a model is Python: actors, and outside systems with what stands in for them."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import pytest

from workbench.gui.views.board_model import model_graph
from workbench.model.aggregate import Aggregate
from workbench.model.command import Command
from workbench.model.event import Event
from workbench.model.messaging import Subscription, Topic
from workbench.model.registry import Definitions, Registry, build_registry
from workbench.project.project import Project
from workbench.services.documents.project_document import document


class Booked(Event, frozen=True):
    event_type: ClassVar[str] = "trip.booked"


class Book(Command):
    command_type: ClassVar[str] = "book"
    creates: ClassVar[bool] = True
    issued_by: ClassVar[tuple[str, ...]] = ("traveller", "guest", "hotel")
    id: str


class Trip(msgspec.Struct, frozen=True):
    """A trip."""


TRIPS = Aggregate(
    name="trip",
    state=Trip,
    events=(Booked,),
    commands=(Book,),
    decide=lambda _state, _command: [Booked()],
    evolve=lambda _state, _event: Trip(),
)


@pytest.fixture
def registry() -> Registry:
    module = Definitions(
        aggregates=(TRIPS,),
        handlers={"hotel": lambda _message, _context: None},
        actors={"traveller": "Plans trips.", "clerk": ""},
        externals={"hotel": "Has rooms.", "bank": "Has money."},
    )
    asking = Subscription(name="asking", topic="trips", handler="hotel")
    return build_registry([module], topics=(Topic(name="trips"),), subscriptions=(asking,))


def test_actors_and_outside_systems_have_names_and_words(registry: Registry) -> None:
    said = {"traveller": "Plans trips.", "hotel": "Has rooms.", "bank": "Has money."}
    assert registry.actors == {**said, "clerk": "", "guest": ""}
    assert [one.name for one in registry.flows_of("external:traveller")] == ["book"]
    assert registry.flows_of("external:bank") == ()


def test_they_are_on_the_board_with_what_they_give_and_handle(registry: Registry) -> None:
    graph = model_graph(registry, {})
    kinds = {name: graph.by_id[f"external:{name}"].kind for name in registry.actors}
    outside = dict.fromkeys(["hotel", "bank"], "external")
    assert kinds == dict.fromkeys(["traveller", "clerk", "guest"], "actor") | outside
    assert {
        ("external:traveller", "command:book"),
        ("external:hotel", "command:book"),
        ("subscription:asking", "external:hotel"),
    } <= set(graph.pairs)


def test_they_are_in_the_document(registry: Registry, tmp_path) -> None:
    said = document(Project(name="Trips", root=tmp_path, store_path=tmp_path / "s.db", registry=registry))
    part = said.partition("## Actors and outside systems")[2].partition("\n## ")[0]
    titles = {line.removeprefix("### ") for line in part.splitlines() if line.startswith("### ")}
    assert titles == {f"`{name}`" for name in registry.actors}
    assert "Plans trips." in part
    assert "Has rooms." in part
    assert part.count("`book`") == 3
