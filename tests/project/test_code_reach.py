"""What folds and read models are made of: a change of anything they call is seen, any other is not (J7)."""

from __future__ import annotations

import pytest

from workbench.project.module_import import forget
from workbench.project.project import load_project

TSK = """\
[project]
name: "p"
format: 1
[cqrs]
modules: ["domain"]
"""
FILES = {
    "domain.py": '''\
"""The model."""
from typing import ClassVar

import msgspec

import extras
from base import Named, Stepped
from helpers import FACTOR, scaled as times
from stars import *
from tables import rates
from workbench import Aggregate, Column, ColumnKind, Command, Definitions, Event, On, Projection

LIMIT = 100


class Paid(Stepped, frozen=True, kw_only=True):
    """Money came."""
    event_type: ClassVar[str] = "paid"
    event_version: ClassVar[int] = 2
    by: int
    note: str = "none"


class Closed(Event, frozen=True):
    event_type: ClassVar[str] = "closed"


class Pay(Command):
    command_type: ClassVar[str] = "pay"
    creates: ClassVar[bool] = True
    id: str


class Account(msgspec.Struct, frozen=True):
    total: int = 0


def decide(state, command):
    if LIMIT < 5:  # a guard
        return []
    return [Paid(by=1)]


def evolve(state, event):
    from lazy import late
    return Account(total=times(event.by) + late() + rates["a"])


def from_1(data):
    return {**data, "by": data["euros"] * FACTOR}


def counter(column):
    def apply(event, record, rows):
        rows.put(id=Named().name(record), n=event.by + len(column))
    return apply


def closed(event, record, rows, step=1):
    rows.put(id=record.stream, n=step)


ACCOUNT = Aggregate(name="a", state=Account, events=(Paid, Closed), commands=(Pay,), decide=decide,
                    evolve=evolve, upcasters={"paid": {1: from_1}})
PAID = Projection(name="paid", columns=(Column(name="id"), Column(name="n", kind=ColumnKind.INTEGER)),
                  on=(On(Paid, counter("n")),))
CLOSED = Projection(name="closed", columns=(Column(name="id"), Column(name="n", kind=ColumnKind.INTEGER)),
                    on=(On(Closed, closed),))
DEFINITIONS = Definitions(aggregates=(ACCOUNT,), projections=(PAID, CLOSED))
''',
    "helpers.py": """\
FACTOR = 10
UNUSED = 1


class Rate:
    digits = 2


class Base:
    digits = 3


def scaled(by: "Base") -> "Rate":
    return by * inner()


def inner():
    return 2
""",
    "base.py": """\
from workbench import Event


class Stepped(Event, frozen=True, kw_only=True):
    step: int = 1


class Root:
    def name(self, record):
        return record.stream


class Named(Root):
    pass
""",
    "tables.py": "rates = {}\n\n\ndef rate(name, value):\n    rates[name] = value\n\n\nrate('a', 3)\n",
    "stars.py": "BONUS = 7\n",
    "lazy.py": "def late():\n    return 4\n",
    "extras.py": "import tables\n\ntables.rates['b'] = 5\n",
}


@pytest.fixture
def hashes(tmp_path):
    """Gives the digests of the fold and the two read models, with one text in the files changed."""
    loaded = []

    def read(file="", old="", new=""):
        (tmp_path / "project.tsk").write_text(TSK)
        for name, text in FILES.items():
            assert name != file or old in text
            (tmp_path / name).write_text(text.replace(old, new) if name == file else text)
        project = load_project(tmp_path, environ={}, trusted=True)
        loaded.append(project.package)
        found = {name: one.definition_hash() for name, one in project.registry.projections.items()}
        return {"fold": project.registry.aggregates["a"].state_hash, **found}

    yield read
    for package in loaded:
        forget(package)


@pytest.mark.parametrize(
    ("file", "old", "new", "stale"),
    [
        ("helpers.py", "return 2", "return 3", {"fold"}),
        ("helpers.py", "by * inner()", "by + inner()", {"fold"}),
        ("helpers.py", "FACTOR = 10", "FACTOR = 100", {"fold", "paid"}),
        ("helpers.py", "digits = 2", "digits = 4", {"fold"}),
        ("helpers.py", "digits = 3", "digits = 4", {"fold"}),
        ("lazy.py", "return 4", "return 5", {"fold"}),
        ("tables.py", "rate('a', 3)", "rate('a', 4)", {"fold"}),
        ("tables.py", "rates[name] = value", "rates[name] = -value", {"fold"}),
        ("base.py", "step: int = 1", "step: int = 2", {"fold", "paid"}),
        ("base.py", "return record.stream", "return record.stream.upper()", {"paid"}),
        ("domain.py", '"euros"] * FACTOR', '"euros"] // FACTOR', {"fold", "paid"}),
        ("domain.py", 'note: str = "none"', 'note: str = "no"', {"fold", "paid"}),
        ("domain.py", 'counter("n")', 'counter("nn")', {"paid"}),
        ("domain.py", "step=1", "step=2", {"closed"}),
        ("domain.py", "total: int = 0", "total: int = 1", {"fold"}),
    ],
)
def test_J7_whatever_a_fold_calls_makes_it_stale(hashes, file, old, new, stale):
    before, after = hashes(), hashes(file, old, new)
    changed = {name for name in before if before[name] != after[name]}
    assert stale <= changed
    assert changed <= stale | ({"paid", "closed"} if file in {"tables.py", "extras.py"} else set())


@pytest.mark.parametrize(("file", "old", "new"), [("extras.py", "= 5", "= 6"), ("stars.py", "= 7", "= 8")])
def test_J7_what_a_module_does_or_brings_unnamed_when_it_is_imported_belongs_to_all_that_import_it(
    hashes, file, old, new
):
    before, after = hashes(), hashes(file, old, new)
    assert all(before[name] != after[name] for name in before)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("domain.py", "  # a guard", "  # another word"),
        ("domain.py", '    """Money came."""\n', ""),
        ("domain.py", "LIMIT = 100", "LIMIT = 7"),
        ("domain.py", "if LIMIT < 5", "if LIMIT < 6"),
        ("helpers.py", "UNUSED = 1", "UNUSED = 2"),
        ("helpers.py", "\n\ndef inner():\n    return 2\n", "\n\n\ndef inner():\n    # two\n    return (2)\n"),
    ],
)
def test_J7_words_and_what_no_fold_calls_make_nothing_stale(hashes, file, old, new):
    assert hashes() == hashes(file, old, new)


DECLARED = """\
[project]
name: "p"
format: 1
[types]
cents { type: "integer", min: 0 }
[aggregate.acc]
state { balance { type: "integer", default: 0, description: "what is there" } }
[event.acc.opened]
[event.acc.paid]
version: 2
fields { cents: "cents" }
set { balance: "state.balance + event.cents" }
upcast { from_1 { set { cents: "data.euros * 10" } } }
[command.open_it]
creates: "acc"
fields { acc_id: "string" }
emit: "acc.opened"
[command.pay]
changes: "acc"
fields { acc_id: "string", cents: "integer" }
refuse { poor { when: "state.balance > 1000", message: "no" } }
emit: "acc.paid"
[projection.accs]
description: "accounts"
columns { id: "text", balance: "integer" }
on { "acc.opened": { put { balance: "0" } }, "acc.paid": { add { balance: "event.cents" } } }
[projection.opened]
columns { id: "text", n: "integer" }
on { "acc.opened": { put { n: "1" } } }
"""


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        ("data.euros * 10", "data.euros * 100", {"fold", "accs"}),
        ("min: 0", "min: 1", {"fold", "accs"}),
        ("state.balance + event.cents", "state.balance - event.cents", {"fold"}),
        ("default: 0, desc", "default: 1, desc", {"fold"}),
        ('add { balance: "event.cents" }', 'add { balance: "-event.cents" }', {"accs"}),
        ('put { n: "1" }', 'put { n: "2" }', {"opened"}),
        ("state.balance > 1000", "state.balance > 999", set()),
        ("what is there", "what is left", set()),
        ('"accounts"', '"all accounts"', set()),
        ("[types]", "# a comment\n[types]", set()),
    ],
)
def test_J7_declared_folds_are_stale_by_what_they_need_and_nothing_else(tmp_path, old, new, stale):
    found = []
    assert old in DECLARED
    for text in (DECLARED, DECLARED.replace(old, new)):
        (tmp_path / "project.tsk").write_text(text)
        registry = load_project(tmp_path, environ={}, trusted=False).registry
        said = {name: one.definition_hash() for name, one in registry.projections.items()}
        found.append({"fold": registry.aggregates["acc"].state_hash, **said})
    assert {name for name in found[0] if found[0][name] != found[1][name]} == stale
