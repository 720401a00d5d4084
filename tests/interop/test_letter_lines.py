"""A line of a letters file is a letter exactly, or refused with the field that is wrong (B3, N1, N6)."""

from __future__ import annotations

import json
import re

import pytest
from msgspec.structs import replace

from workbench.errors import InvalidValue
from workbench.interop.letter_lines import letter_line, read_letter_line
from workbench.model.dead_letter import LetterStatus
from workbench.model.ids import derived_id
from workbench.store.stored_values import Attempt, DeadLetter, LetterFacts, Reason

LETTER = DeadLetter(
    number=7,
    subscription="mail",
    topic="$log",
    position=3,
    message_id=derived_id("a"),
    type="user.created",
    key="user-1",
    data='{"email":"ä@x.invalid","n":1.5}',
    metadata='{"by":"ann"}',
    reason=Reason.REJECTED,
    error_type="Refused",
    error="a\x00b\u202ec\nd",
    traceback="line\n" * 3,
    attempts=(Attempt(number=1, at=5, duration_us=6, error_type="E", error="\x00"),),
    first_failed_at=-1,
    died_at=9,
    generation=2,
    status=LetterStatus.ARCHIVED,
    parent=4,
    edited="null",
    correlation_id=derived_id("b"),
)
FACTS = LetterFacts(
    **{name: getattr(LETTER, name) for name in ("number", "subscription", "topic", "type", "key", "reason")},
    **{
        name: getattr(LETTER, name)
        for name in ("error_type", "error", "place", "data", "metadata", "died_at")
    },
    tries=1,
    owner="Lena",
    note="asked\nthem",
)
NO_PAYLOADS = ("", "{not json", '{"a":NaN}', "[" * 101 + "]" * 101, "[" * 5000, '{"a":1,"a":2}', f"{2**70}")


def line(**changes):
    said = json.loads(letter_line(LETTER, FACTS))
    said["letter"] |= changes
    return json.dumps(said).encode()


def test_B3_a_line_gives_the_letter_back_with_every_value():
    found = read_letter_line(letter_line(LETTER, FACTS))
    assert (found.letter, found.owner, found.note) == (LETTER, "Lena", "asked\nthem")
    going = letter_line(replace(LETTER, status=LetterStatus.REPLAYING), FACTS)
    assert read_letter_line(going).letter.status is LetterStatus.OPEN


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[
            (name, value)
            for name in ("position", "generation", "number", "parent")
            for value in (-1, 2**63, True)
        ],
        ("position", 0),
        ("generation", 2**31),
        ("generation", 2**63 - 1),
        *[
            (name, value)
            for name in ("first_failed_at", "died_at", "changed_at")
            for value in (9 * 10**18, -9 * 10**18, "now")
        ],
        *[
            (name, value)
            for name in ("subscription", "topic", "type")
            for value in ("", "a\x00", "x" * 256, 3)
        ],
        *[("key", value) for value in ("\u202e", "x" * 256, None)],
        *[("message_id", value) for value in ("", "x", 3)],
        *[(name, value) for name in ("data", "metadata", "edited") for value in NO_PAYLOADS],
        ("data", None),
        ("reason", "boredom"),
        ("status", "happy"),
        *[
            ("attempts", [{"number": 1, "at": 1, "duration_us": 1, "error_type": "", "error": "", **wrong}])
            for wrong in ({"at": 2**63 - 1}, {"number": -1}, {"duration_us": -1}, {"error": 3})
        ],
    ],
)
def test_N6_every_field_has_a_value_that_a_letter_can_have(field, value):
    with pytest.raises(InvalidValue, match=rf"^this is no dead letter: .*\$\.letter\.{field}"):
        read_letter_line(line(**{field: value}))


@pytest.mark.parametrize(
    "raw",
    [
        b"nonsense",
        b"[]",
        b"{}",
        b"\x00",
        b'{"format":"\xff"}',
        b'{"format":"workbench dead letter 2","letter":{}}',
        b"[" * 200_000,
        b'{"format":"workbench dead letter 1","rest":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        line().replace(b'"Refused"', rb'"\ud800"'),
    ],
)
def test_B3_what_is_no_line_of_a_letter_is_refused(raw):
    with pytest.raises(InvalidValue, match="no dead letter"):
        read_letter_line(raw)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"owner":"Lena"', '"owner":"Lena","owner":"bob"', "the key 'owner' stands twice in one object"),
        ('"key":"user-1"', '"key":"user-1","key":"user-2"', "the key 'key' stands twice in one object"),
        ('"owner":"Lena"', '"owner":"Lena","cause":"x"', "nothing is known of cause"),
        ('"key":"user-1"', '"key":"user-1","keys":2', "nothing is known of letter.keys"),
        ('"duration_us":6', '"duration_us":6,"due":2', "nothing is known of letter.attempts.due"),
    ],
)
def test_B3_N1_what_would_be_left_out_of_a_line_is_refused(old, new, said):
    made = letter_line(LETTER, FACTS).decode()
    assert made.count(old) == 1
    with pytest.raises(InvalidValue, match=re.escape(said)):
        read_letter_line(made.replace(old, new).encode())


def test_N4_a_line_that_no_letter_needs_is_not_read(monkeypatch):
    monkeypatch.setattr("workbench.interop.letter_lines.LONGEST", len(line()) - 1)
    with pytest.raises(InvalidValue, match="longer than"):
        read_letter_line(line())


@pytest.mark.parametrize("facts", [{"owner": "\u202e"}, {"owner": "x" * 256}, {"note": "x" * 10_001}])
def test_N6_what_operators_wrote_has_its_limits_in_files_too(facts):
    with pytest.raises(InvalidValue, match=r"the (owner|note)"):
        read_letter_line(letter_line(LETTER, FACTS._replace(**facts)))
