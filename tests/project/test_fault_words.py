"""Faults as a person writes them, and in sentences (W10)."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidValue
from workbench.model.fault import KINDS, FaultKind, FaultPlace, FaultRule
from workbench.project.fault_words import fault_sentence, places, read_fault, write_fault
from workbench.project.project import load_project
from workbench.project.samples import copy_sample


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    root = copy_sample("users", tmp_path_factory.mktemp("words") / "users")
    return load_project(root, environ={}, trusted=True).registry


@pytest.mark.parametrize(
    ("text", "place", "call", "chance", "seconds"),
    [
        ("fail:welcome-mail", FaultPlace.SUBSCRIPTION, 1, 0, 0),
        ("fail:welcome-mail:2", FaultPlace.SUBSCRIPTION, 2, 0, 0),
        ("timeout : suspensions : 20%", FaultPlace.SUBSCRIPTION, 0, 0.2, 0),
        ("delay:welcome-mail:1m", FaultPlace.SUBSCRIPTION, 1, 0, 60),
        ("reorder:welcome-mail:100%/7:90s", FaultPlace.SUBSCRIPTION, 0, 1, 90),
        ("crash:users", FaultPlace.PROJECTION, 1, 0, 0),
        ("crash:projection users:3", FaultPlace.PROJECTION, 3, 0, 0),
        ("conflict:create_user", FaultPlace.COMMAND, 1, 0, 0),
        ("clock:create_user:2:1h30m", FaultPlace.COMMAND, 2, 0, 5400),
        ("fail:$commands:5", FaultPlace.SUBSCRIPTION, 5, 0, 0),
    ],
)
def test_W10_a_fault_is_read_as_it_is_written(registry, text, place, call, chance, seconds):
    rule = read_fault(text, registry)
    assert (rule.place, rule.call, rule.chance, rule.seconds) == (place, call, chance, seconds)
    assert read_fault(write_fault(rule, registry), registry) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing is no fault"),
        ("fial:welcome-mail", "fial is no fault"),
        ("fail", "fail cannot strike nothing"),
        ("fail:welcom-mail", "fail cannot strike welcom-mail"),
        ("conflict:welcome-mail", "conflict cannot strike welcome-mail"),
        ("fail:welcome-mail:0", "0 is no call"),
        ("delay:welcome-mail:0:30s", "0 is no call"),
        ("fail:welcome-mail:0%", "0% is no chance"),
        ("fail:welcome-mail:101%", "101% is no chance"),
        ("fail:welcome-mail:30s", "cannot strike welcome-mail:30s"),
        ("clock:create_user:1:70000000h", "70000000h is too long"),
        ("delay:welcome-mail:367d", "367d is too long"),
    ],
)
def test_W10_what_is_no_fault_is_refused_with_what_it_could_be(registry, text, said):
    with pytest.raises(InvalidValue, match=said) as refused:
        read_fault(text, registry)
    assert refused.value.hint


def test_W10_every_kind_on_every_place_is_written_so_that_it_reads_back(registry):
    for place, names in places(registry).items():
        for kind in KINDS[place]:
            for call, chance in ((1, 0.0), (12, 0.0), (0, 0.125)):
                rule = FaultRule(
                    kind=kind,
                    place=place,
                    name=names[0],
                    call=call,
                    chance=chance,
                    seconds=30.0 if kind in {FaultKind.DELAY, FaultKind.REORDER, FaultKind.CLOCK} else 0.0,
                )
                assert read_fault(write_fault(rule, registry), registry) == rule
                assert fault_sentence(rule)


def test_W10_a_sentence_counts_as_people_do():
    def said(call: int) -> str:
        return fault_sentence(
            FaultRule(kind=FaultKind.FAIL, place=FaultPlace.COMMAND, name="x", call=call, chance=0.5, seed=7)
        )

    assert [said(call) for call in (1, 2, 3, 4, 11, 22, 113)] == [
        f"fails the {nth} call" for nth in ("1st", "2nd", "3rd", "4th", "11th", "22nd", "113th")
    ]
    assert said(0) == "fails 50 % of calls (seed 7)"
