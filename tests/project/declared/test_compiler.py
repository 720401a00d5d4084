"""The documented example loads and does what it says; both front ends build one registry."""

from __future__ import annotations

import json
import textwrap
from decimal import Decimal

import pytest

import workbench.project.declared
from workbench.assets import asset
from workbench.errors import CommandRejected, ExpressionFailed
from workbench.model.decision_context import DecisionContext, ReactionContext
from workbench.model.event import RecordedEvent, StoredData, event_data
from workbench.model.policy import After
from workbench.project.project import load_project

EXAMPLE = textwrap.dedent((workbench.project.declared.__doc__ or "").split("```")[1].removeprefix("tsk\n"))


def recorded(event, stream="account-ada"):
    return RecordedEvent(
        1,
        stream,
        1,
        b"\0" * 16,
        event.event_type,
        event.event_version,
        5,
        7,
        b"\0" * 16,
        None,
        event_data(event),
        None,
    )


NOW = 1_700_000_000_000_000


def reaction(event, stream="account-ada"):
    return ReactionContext(NOW, recorded(event, stream))


class Rows(dict[str, dict[str, object]]):
    """A table in memory."""

    def put(self, **row):
        self[row["id"]] = row

    def update(self, key, **changes):
        self[key] = {**self[key], **changes}

    def delete(self, key):
        self.pop(key, None)


@pytest.fixture
def registry(load):
    return load(EXAMPLE).registry


def do(registry, state, name, **values):
    kind = registry.commands[name]
    return list(registry.aggregates[kind.aggregate].decide(state, kind.parse(values), DecisionContext(NOW)))


def test_the_documented_example_is_a_whole_model(registry):
    account = registry.aggregates["account"]
    assert account.events == ("account.opened", "account.credited")
    assert account.commands == ("open_account", "credit")
    assert registry.commands["credit"].target == "account_id"
    assert registry.commands["open_account"].creates
    assert registry.reactors["welcome"].events == ("account.opened",)
    assert registry.reactors["welcome"].commands == ("credit",)


def test_what_the_example_decides_and_folds(registry):
    account = registry.aggregates["account"]
    (opened,) = do(registry, None, "open_account", account_id="ada", owner="Ada")
    state = account.evolve(None, opened)
    assert account.show_state(state) == {"balance": "0.00", "closed": False}
    (credited,) = do(registry, state, "credit", account_id="ada", amount="2.50")
    state = account.evolve(account.evolve(state, credited), credited)
    assert state.balance == Decimal("5.00")
    assert account.read_state(account.write_state(state)) == state
    with pytest.raises(CommandRejected, match=r"^0.00 is nothing$") as caught:
        do(registry, state, "credit", account_id="ada", amount="0")
    assert caught.value.field == "amount"


def test_an_older_version_is_brought_up_to_date(registry):
    read = registry.read_event(StoredData(1, 1, "account.credited", 1, '{"sum":"3.00"}'))
    assert json.loads(event_data(read)) == {"amount": "3.00", "note": None}


def test_rows_grow_and_are_counted(registry):
    rows, on = Rows(), registry.projections["accounts"].handlers()
    (opened,) = do(registry, None, "open_account", account_id="ada", owner="Ada")
    state = registry.aggregates["account"].evolve(None, opened)
    (credited,) = do(registry, state, "credit", account_id="ada", amount="2.50")
    on["account.opened"](opened, recorded(opened), rows)
    for _ in range(2):
        on["account.credited"](credited, recorded(credited), rows)
    on["account.credited"](credited, recorded(credited, "account-bob"), rows)
    assert rows == {
        "ada": {"id": "ada", "owner": "Ada", "balance": 5.0, "credits": 2},
        "bob": {"id": "bob", "balance": 2.5, "credits": 1},
    }


def test_a_policy_issues_its_command_later(registry):
    (opened,) = do(registry, None, "open_account", account_id="ada", owner="Ada")
    _, (later,) = registry.reactors["welcome"].react(None, opened, reaction(opened))
    assert isinstance(later, After)
    assert later.seconds == 1
    assert later.command.model_dump(mode="json") == {
        "account_id": "ada",
        "amount": "5.00",
        "note": "welcome, Ada",
    }


def test_the_definition_of_rows_changes_with_their_section_alone(load):
    before = load(EXAMPLE).registry.projections["accounts"]
    moved = load("\n\n" + EXAMPLE).registry.projections["accounts"]
    other = load(EXAMPLE.replace('count: "credits"', 'count: "credits", when: "true"')).registry
    assert moved.definition_hash() == before.definition_hash()
    assert other.projections["accounts"].definition_hash() != before.definition_hash()


def test_J4_an_event_that_stays_stored_under_its_name_leaves_rows_as_they_are(load):
    before, head = load(EXAMPLE).registry, "[event.account.credited]\n"
    assert head in EXAMPLE
    renamed = EXAMPLE.replace("account.credited", "account.added")
    other = load(renamed).registry
    kept = load(
        renamed.replace("[event.account.added]\n", '[event.account.added]\nstored_as: "account.credited"\n')
    )
    assert "account.added" in kept.registry.events
    accounts = [one.projections["accounts"].definition_hash() for one in (before, kept.registry, other)]
    assert accounts[0] == accounts[1] != accounts[2]


MODULE = '''
from typing import ClassVar
import msgspec
from workbench import Aggregate, Command, Definitions, Event


class Rung(Event, frozen=True):
    """A bell was rung."""

    event_type: ClassVar[str] = "bell.rung"
    by: str
    times: int = 1


class Bell(msgspec.Struct, frozen=True):
    """Nothing to remember."""


class Ring(Command):
    """Rings it."""

    command_type: ClassVar[str] = "ring"
    creates: ClassVar[bool] = True
    id: str
    by: str


DEFINITIONS = Definitions(
    aggregates=(
        Aggregate(
            name="bell",
            state=Bell,
            events=(Rung,),
            commands=(Ring,),
            decide=lambda state, command: [Rung(by=command.by)],
            evolve=lambda state, event: Bell(),
        ),
    )
)
'''
BELLS = """
[projection.bells]
columns { id: "text", times: "integer" }
on { "bell.rung": { add { times: "event.times" } } }

[policy.answer]
on: ["account.opened", "bell.rung"]
do { again { when: "type == 'account.opened'", issue: "ring", with { id: "id", by: "'house'" } } }
"""


def test_declared_parts_use_what_modules_declare_and_the_other_way_round(load):
    registry = load(EXAMPLE + BELLS, module=MODULE).registry
    assert set(registry.aggregates) == {"bell", "account"}
    (rung,) = do(registry, None, "ring", id="x", by="me")
    rows = Rows()
    registry.projections["bells"].handlers()["bell.rung"](rung, recorded(rung, "bell-x"), rows)
    assert rows == {"x": {"id": "x", "times": 1}}
    (opened,) = do(registry, None, "open_account", account_id="ada", owner="Ada")
    _, (ring,) = registry.reactors["answer"].react(None, opened, reaction(opened))
    assert (ring.command_type, ring.id, ring.by) == ("ring", "ada", "house")
    assert list(registry.reactors["answer"].react(None, rung, reaction(rung, "bell-x"))[1]) == []


def test_what_needs_a_module_that_nobody_trusts_is_left_out(load):
    project = load(EXAMPLE + BELLS, module=MODULE, trusted=False)
    assert project.restricted
    assert set(project.registry.aggregates) == {"account"}
    assert "bells" not in project.registry.projections
    assert "answer" not in project.registry.reactors
    assert project.registry.queries.keys() == {"get_account"}
    assert project.registry.reactors == project.registry.handlers == {}, "half a model does nothing by itself"


def test_a_name_is_given_once_in_both_forms(told):
    text = '[aggregate.bell]\n[event.bell.rung]\n[command.ring]\ncreates: "bell"\nfields { id: "string" }\n'
    assert told(text, module=MODULE) == [
        "project.tsk:1:1: S-DUPLICATE a module declares the aggregate bell already",
        "project.tsk:2:1: S-DUPLICATE a module declares the event bell.rung already",
        "project.tsk:3:1: S-DUPLICATE a module declares the command ring already",
    ]


def test_an_event_that_cannot_be_the_first_says_so(load):
    text = """
[aggregate.a]
state { n: "integer" }
[event.a.moved]
fields { by: "integer" }
set { n: "state.n + event.by" }
[event.a.noted]
"""
    registry = load(text).registry
    fold, kinds = registry.aggregates["a"].evolve, registry.events
    with pytest.raises(ExpressionFailed, match=r"project\.tsk:6:10: state\.n"):
        fold(None, kinds["a.moved"].decode('{"by":1}'))
    with pytest.raises(ExpressionFailed, match=r"a\.noted cannot be the first event: it does not set n"):
        fold(None, kinds["a.noted"].decode("{}"))


def test_a_value_that_does_not_fit_is_refused_with_its_place(load):
    text = """
[aggregate.a]
state { n { type: "integer", default: 0 } }
[event.a.moved]
fields { by: "integer", half { type: "integer", default: 0 } }
[command.move]
creates: "a"
fields { id: "string", by: "integer" }
emit: "a.moved"
with { half: "6 / command.by" }
"""
    registry = load(text).registry
    assert do(registry, None, "move", id="x", by=2)[0].half == 3
    with pytest.raises(ExpressionFailed, match=r"^project\.tsk:10:14: 6 / command\.by: division by zero"):
        do(registry, None, "move", id="x", by=0)


@pytest.mark.parametrize(
    "said",
    [
        "put(state.counts, 'a', dyn(event.what))",
        "with(state.counts, {'a': dyn(event.what)})",
        "['a', event.what].reduce(made, one, state.counts, put(made, one, dyn(event.what)))",
        "size(event.what) > 0 ? {'a': dyn(event.what)} : state.counts",
    ],
)
def test_a_map_takes_no_values_but_its_own(load, said):
    text = f"""
[aggregate.a]
state {{
    counts {{ type: "map", of: "integer", default: {{}} }}
    words {{ type: "list", of: "string", default: [] }}
}}
[event.a.noted]
fields {{ what: "string" }}
set {{ counts: "{said}", words: "state.words + [event.what]" }}
"""
    registry = load(text).registry
    fold, noted = registry.aggregates["a"].evolve, registry.events["a.noted"].decode('{"what":"x"}')
    for before in (None, registry.aggregates["a"].read_state('{"counts":{"b":1},"words":["y"]}')):
        with pytest.raises(
            ExpressionFailed, match=r"a\.noted cannot change the state so: .*`int`, got `str`"
        ):
            fold(before, noted)


def test_K1_another_fold_makes_the_snapshots_of_the_old_one_stale(tmp_path):
    text = (asset("samples", "users-declared") / "project.tsk").read_text(encoding="utf-8")
    changed = text.replace("set {\n    down: false", "set {\n    down: true")
    assert changed != text
    hashes = []
    for said in (text, changed, text):
        (tmp_path / "project.tsk").write_text(said, encoding="utf-8")
        registry = load_project(tmp_path, environ={}, trusted=False).registry
        hashes.append({name: kind.state_hash for name, kind in registry.aggregates.items()})
    assert hashes[0] == hashes[2]
    assert hashes[0]["user"] == hashes[1]["user"]
    assert hashes[0]["outage"] != hashes[1]["outage"]


PYTHON = """
from typing import ClassVar

import msgspec
from pydantic import Field

from workbench.api import Aggregate, Command, Definitions, Event


class Made(Event, frozen=True, rename={"sku": "product-sku"}):
    event_type: ClassVar[str] = "box.made"
    copy: int
    class_: int
    sku: str
    parts: dict[str, int]


class Make(Command):
    command_type: ClassVar[str] = "make"
    target: ClassVar[str] = "id"
    creates: ClassVar[bool] = True
    id: str = Field(alias="boxId")
    copy_: int = Field(alias="copy")


DEFINITIONS = Definitions(
    aggregates=(
        Aggregate(
            name="box",
            state=msgspec.defstruct("State", []),
            events=(Made,),
            commands=(Make,),
            decide=lambda state, command: [Made(copy=command.copy_, class_=1, sku="s", parts={"a": 1})],
            evolve=lambda state, event: state,
        ),
    )
)
"""
OF_PYTHON = """
[cqrs]
modules: ["model"]

[projection.boxes]
columns { id: "text", n: "integer", sku: "text" }
on { "box.made": { put { n: "event.copy + event.class_ + get(event.parts, 'a', 0)", sku: "event.sku" } } }

[policy.again]
on: "box.made"
issue: "make"
with { id: "event.sku", copy_: "event.copy" }
"""


def test_classes_of_python_keep_their_attributes_and_their_names_in_json(tmp_path):
    (tmp_path / "model.py").write_text(PYTHON)
    (tmp_path / "project.tsk").write_text(OF_PYTHON)
    registry = load_project(tmp_path, environ={}, trusted=True).registry
    command = registry.commands["make"].parse({"boxId": "1", "copy": 3})
    (event,) = registry.aggregates["box"].decide(None, command, DecisionContext(0))
    assert json.loads(event_data(event)) == {"copy": 3, "class_": 1, "product-sku": "s", "parts": {"a": 1}}
    rows = Rows()
    registry.projections["boxes"].handlers()["box.made"](event, recorded(event, "box-1"), rows)
    assert rows["1"] == {"id": "1", "n": 5, "sku": "s"}
    _, (again,) = registry.reactors["again"].react(None, event, reaction(event))
    assert registry.commands["make"].dump(again) == {"boxId": "s", "copy": 3}


TIMES = """
[types]
maybe { type: "uuid?" }
[aggregate.a]
[event.a.b]
fields { soon: "boolean", until: "date-time", token: "maybe", due: "date-time", said: "string" }
[command.c]
creates: "a"
fields { id: "string", soon: "boolean", until: "date-time", token: "maybe" }
emit: "a.b"
with {
    due: "command.soon ? now : command.until"
    said: "command.token != null ? command.token : 'none'"
}
[process.p]
key: "id"
state { seen { type: "integer", default: 3 } }
on { "a.b": { starts: true, set { seen: "state.seen + 1" } } }
"""


@pytest.mark.parametrize(("soon", "due"), [(True, "2023-11-14T22:13:20Z"), (False, "2030-01-01T00:00:00Z")])
def test_a_choice_between_values_that_are_kept_in_two_ways_gives_one_kind(load, soon, due):
    registry = load(TIMES).registry
    token = "00000000-0000-0000-0000-000000000001"
    (event,) = do(registry, None, "c", id="1", soon=soon, until="2030-01-01T00:00:00Z", token=token)
    data = json.loads(event_data(event))
    assert (data["due"], data["said"]) == (due, token)


def test_the_first_event_of_a_process_sees_the_defaults_of_its_state(load):
    registry = load(TIMES).registry
    (event,) = do(registry, None, "c", id="1", soon=True, until="2030-01-01T00:00:00Z", token=None)
    state, _ = registry.reactors["p"].react(None, event, reaction(event, "a-1"))
    assert state.seen == 4


def test_U3_a_stored_name_of_two_events_is_told_with_its_place(told):
    text = '[aggregate.box]\n[event.box.made]\nstored_as: "box.done"\n[event.box.done]\n'
    assert told(text)[0].startswith("project.tsk:3:12: S-DUPLICATE box.done is another event (a stored name")
