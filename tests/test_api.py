"""The public face: what it brings, what it costs, and which mistakes a type checker finds through it."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mypy import api as mypy

import workbench
from tests.conftest import ROOT
from tests.services.worlds.race import only_placed, orders_that_race
from workbench import api

FOR_PROJECTS = sorted(
    path for place in ("samples", "templates") for path in (ROOT / "resources" / place).rglob("*.py")
)


def test_what_it_names_is_there_sorted_and_nothing_else():
    names = {
        name for name, value in vars(api).items() if not name.startswith("_") and not inspect.ismodule(value)
    }
    own = {"annotations", "AbstractAsyncContextManager", "Path", "TYPE_CHECKING"}
    assert sorted(names - own) == sorted(api.__all__)
    assert len(set(api.__all__)) == len(api.__all__)
    brought: dict[str, object] = {}
    exec("from workbench import *", brought)
    assert {name: brought[name] for name in api.__all__} == {name: getattr(api, name) for name in api.__all__}


def test_a_name_that_it_does_not_bring_is_refused_as_python_does():
    with pytest.raises(ImportError, match="cannot import name 'Nonsense'"):
        exec("from workbench import Nonsense")
    assert not hasattr(workbench, "Path"), "what the module itself uses is nobody else's"


def test_nothing_is_loaded_before_it_is_asked_for():
    code = (
        "import sys; before = set(sys.modules); import workbench; print(*(set(sys.modules) - before))\n"
        "from workbench import Aggregate\n"
        "print(any(name.startswith(('workbench.engine', 'asyncio')) for name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["workbench", "False"]


def test_the_command_line_and_the_window_do_without_it():
    code = (
        "import sys; import workbench.app, workbench.gui.main_window, workbench.gui.session\n"
        "print('workbench.api' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


@pytest.mark.parametrize("path", FOR_PROJECTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_samples_and_templates_import_nothing_else_of_the_program(path: Path):
    assert imported(path.read_text()) == {"workbench"}


def imported(text: str) -> set[str]:
    """Returns the modules of the program that a text imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] == "workbench"}


# -- what a type checker says -----------------------------------------------------------------------------

MODULE = """
from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import workbench
from workbench import (
    After, Aggregate, AllOf, Answer, AnyOf, Column, Command, CommandResult, Compare, Context,
    Definitions, Event, Message, On, Policy, Process, Projection, Query, ReadModels, RecordedEvent,
    Rows, Upcaster,
)


class Opened(Event, frozen=True):
    event_type: ClassVar[str] = "account.opened"
    owner: str


class Paid(Event, frozen=True):
    event_type: ClassVar[str] = "account.paid"
    amount: int


class Account(msgspec.Struct, frozen=True):
    balance: int


class Other(msgspec.Struct, frozen=True):
    name: str


class Open(Command):
    command_type: ClassVar[str] = "open"
    owner: str


class Pay(Command):
    command_type: ClassVar[str] = "pay"
    amount: int


class Balance(Query):
    query_type: ClassVar[str] = "balance"
    id: str


class Names(Query):
    query_type: ClassVar[str] = "names"


def decide(account: Account | None, command: Open | Pay) -> Iterable[Event]:
    return [Opened(owner=command.owner)] if isinstance(command, Open) else [Paid(amount=command.amount)]


def decide_other(other: Other | None, command: Command) -> Iterable[Event]:
    return []


def decide_commands(account: Account | None, command: Command) -> Iterable[Command]:
    return []


def evolve(account: Account | None, event: Opened | Paid) -> Account:
    return Account(0)


def evolve_other(account: Account | None, event: Event) -> Other:
    return Other("")


def opened(event: Opened, record: RecordedEvent, rows: Rows) -> None:
    rows.put(id=record.stream, owner=event.owner)


def paid(event: Paid, record: RecordedEvent, rows: Rows) -> None:
    for row in rows.find(owner="ada"):
        rows.update(row["id"], amount=event.amount)


def whatever(event: Opened | Paid, record: RecordedEvent, rows: Rows) -> None: ...


def balance(query: Balance, models: ReadModels) -> Any:
    mine = AllOf((Compare("id", "==", query.id), AnyOf((Compare("amount", ">", 1),))))
    models.page("accounts", where="amount > 1", after=None, limit=5)  # wrong
    models.page("accounts", where={"amount": 1}, after=None, limit=5)
    return models.page("accounts", where=mine, after=None, limit=5, order="-amount")


def pay_later(event: Opened, record: RecordedEvent) -> Iterable[Command | After]:
    return [After(5.0, Pay(amount=1))]


def pay_or_not(event: Opened | Paid, record: RecordedEvent) -> Iterable[Command]:
    return []


def key(event: Opened | Paid, record: RecordedEvent) -> str:
    return record.stream


def follow(state: Other | None, event: Opened | Paid) -> Other | None:
    return state


def act(state: Other | None, event: Opened | Paid) -> Iterable[Command]:
    return []


async def notify(message: Message, context: Context) -> None:
    context.issue(Pay(amount=1), delay=2.0)


def of_an_event(event: Paid, context: Context) -> None: ...


def older(data: dict[str, Any]) -> dict[str, Any]:
    return data


step: Upcaster = older
Aggregate(name="a", state=Account, events=(Opened, Paid), commands=(Open, Pay), decide=decide, evolve=evolve,
          upcasters={"account.paid": {1: older}}, snapshot_every=10)
Aggregate(name="a", state=Account, events=(), commands=(), decide=lambda *_: [], evolve=lambda *_: Account(1))
Aggregate(name="a", state=Account, events=(), commands=(), decide=decide_other, evolve=evolve)  # wrong
Aggregate(name="a", state=Account, events=(), commands=(), decide=decide_commands, evolve=evolve)  # wrong
Aggregate(name="a", state=Account, events=(), commands=(), decide=decide, evolve=evolve_other)  # wrong
Aggregate(name="a", state=Account, events=(Open,), commands=(), decide=decide, evolve=evolve)  # wrong
Aggregate(name="a", state=Account, events=(), commands=(Opened,), decide=decide, evolve=evolve)  # wrong
Aggregate(name="a", state=str, events=(), commands=(), decide=lambda *_: [], evolve=lambda *_: "")  # wrong
columns = (Column(name="id"), Column(name="owner"))
Projection(name="p", columns=columns, on=(On(Opened, opened), On(Paid, paid), On("x.done", whatever)))
Projection(name="p", columns=columns, on=(On(Opened, whatever), On(Paid, lambda event, record, rows: None)))
Projection(name="p", columns=columns, on=(On(Opened, paid),))  # wrong
Projection(name="p", columns=columns, on=(On(Pay, whatever),))  # wrong
Projection(name="p", columns=columns, on={Opened: opened})  # wrong
Policy(name="r", on=(Opened,), react=pay_later, issues=(Pay,))
Policy(name="r", on=(Opened, Paid), react=pay_or_not)
Policy(name="r", on=(Paid,), react=pay_later)  # wrong
Policy(name="r", on=(Opened,), react=balance)  # wrong
Process(name="s", on=(Opened, Paid), correlate=key, state=Other, evolve=follow, react=act, issues=(Pay,))
Process(name="s", on=(Opened,), correlate=key, state=Account, evolve=follow, react=act)  # wrong
Process(name="s", on=(Opened,), correlate=key, state=Other, evolve=evolve_other, react=act)  # wrong
Definitions(queries=(Answer(Balance, balance),), handlers={"notify": notify})
Definitions(queries=(Answer(Names, balance),))  # wrong
Definitions(queries=((Balance, balance),))  # wrong
Definitions(handlers={"of_an_event": of_an_event})  # wrong
Definitions(aggregates=(Aggregate(name="a", state=Account, events=(), commands=(), evolve=evolve,
                                  decide=decide_other),))  # wrong


async def use() -> CommandResult:
    async with workbench.open("shop", trusted=True) as project:
        result = await project.issue(Open(owner="ada"), expected=3)
        await project.issue("pay", {"amount": 3})
        await project.issue("pay")  # wrong
        await project.issue(Opened(owner="ada"))  # wrong
        await project.issue(Open(owner="ada"), {"owner": "bob"})  # wrong
        await project.query(Open(owner="ada"))  # wrong
        await project.publish("mail", {"to": "ada"}, delay="soon")  # wrong
        await project.wait_for("accounts", result)
        async for event in project.read("account-a"):
            event.stream.upper()
            event.position.upper()  # wrong
        async for changes in project.changes():
            changes.head.bit_length()
        report = await project.replay(*await project.dead_letters())
        report.done.bit_length()
        return result
    return None  # wrong


workbench.Nonsense  # wrong
"""


def test_a_wrong_pairing_is_a_type_error(tmp_path: Path):
    (tmp_path / "domain.py").write_text(MODULE)
    said, _, _ = mypy.run(
        [
            "--config-file",
            str(ROOT / "pyproject.toml"),
            "--cache-dir",
            str(ROOT / ".mypy_cache"),
            str(tmp_path),
        ]
    )
    found = {int(line) for line in re.findall(r"^[^:]*domain\.py:(\d+): error", said, re.MULTILINE)}
    wrong = {number for number, line in enumerate(MODULE.splitlines(), 1) if line.endswith("# wrong")}
    assert found == wrong, said


def test_a_test_is_told_of_an_order_that_goes_wrong(tmp_path):
    folder = orders_that_race(tmp_path / "orders")
    with pytest.raises(AssertionError, match="cancel_order overtook request_payment") as wrong:
        workbench.explore(folder, seconds=60)
    assert '{ deliver: "fulfilment", of: "order.placed" }' in str(wrong.value)
    only_placed(folder)
    said = workbench.explore(folder, seconds=60)
    assert said == ["An order is placed: no violation in any order, without faults; 1 schedule"]


def test_exploring_in_a_test_fails_where_nothing_or_not_all_could_be_explored(tmp_path):
    folder = orders_that_race(tmp_path / "orders")
    only_placed(folder)
    file = folder / "scenarios" / "race.tsk"
    text = file.read_text()
    passed = '"Too late" { now: "2024-01-02T00:00:00Z", when: { at: "2024-01-01T00:00:00Z" }, then: [] }'
    file.write_text(f"{text}\n{passed}\n")
    with pytest.raises(AssertionError, match=r"Too late: .*could not be explored to the end: .*has passed"):
        workbench.explore(folder, seconds=60)
    armed = '{ fault: "fulfilment", kind: "crash" }'
    file.write_text(text.replace("when: [", f"when: [ {armed}"))
    with pytest.raises(AssertionError, match="no scenario to explore:\n  An order is placed: it arms faults"):
        workbench.explore(folder, seconds=60)
