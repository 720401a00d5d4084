"""What pydantic found wrong, in sentences for people."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from workbench.errors import InvalidCommand
from workbench.model.command import parser_of
from workbench.model.pydantic_messages import doc_of, place_of, sentence_of, summary_of


class Inner(BaseModel):
    count: int = Field(ge=1, le=9)


class Order(BaseModel):
    name: str = Field(min_length=3)
    mail: Annotated[str, Field(pattern=r"^\S+@\S+$", examples=["ada@example.org"])]
    code: str = Field("ab", pattern="^[a-z]+$")
    lines: list[Inner] = []
    either: int | Inner = 1


GOOD = {"name": "Ada", "mail": "a@b"}


def found(values):
    with pytest.raises(InvalidCommand) as caught:
        parser_of(Order)(values)
    return {".".join(map(str, loc)): message for loc, message in caught.value.fields}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "Al"}, {"name": "must be at least 3 characters"}),
        ({"name": None}, {"name": "is required"}),
        ({"name": 7}, {"name": "must be text"}),
        ({"mail": ""}, {"mail": "must not be empty"}),
        ({"mail": "ada"}, {"mail": r"must look like ada@example.org (pattern ^\S+@\S+$)"}),
        ({"code": "A"}, {"code": "must match the pattern ^[a-z]+$"}),
        ({"lines": [{"count": 1}, {"count": 0}]}, {"lines.1.count": "must be at least 1"}),
        ({"lines": [{}]}, {"lines.0.count": "is required"}),
        ({"lines": [{"count": "x"}]}, {"lines.0.count": "must be a whole number"}),
        ({"lines": 3}, {"lines": "must be a list"}),
    ],
)
def test_each_error_is_a_sentence_at_its_place(wrong, said):
    assert found({**GOOD, **wrong}) == said


def test_all_errors_are_told_at_once():
    assert set(found({"name": "x", "lines": [{"count": 99}]})) == {"name", "mail", "lines.0.count"}


def test_a_place_leaves_out_the_members_of_a_union():
    with pytest.raises(ValidationError) as caught:
        Order.model_validate({**GOOD, "either": {"count": 0}})
    details = caught.value.errors(include_url=False)
    places = {place_of(detail, {**GOOD, "either": {"count": 0}}) for detail in details}
    assert ("either", "count") in places
    assert all("Inner" not in place for place in places)


def test_one_of_a_thing_is_told_in_the_singular():
    with pytest.raises(ValidationError) as caught:
        Inner.model_validate({"count": 0})
    assert sentence_of(caught.value.errors()[0]) == "must be at least 1"
    assert sentence_of({"type": "string_too_long", "msg": "", "input": "ab", "ctx": {"max_length": 1}}) == (
        "must be at most 1 character"
    )


class _Said:
    """First line,
    and what goes on with it.

    More.
    """


class _Silent(_Said):
    pass


def test_docstrings_are_the_things_own_and_their_first_paragraph_is_one_line():
    assert doc_of(_Said).splitlines()[2:] == ["", "More."]
    assert summary_of(doc_of(_Said)) == "First line, and what goes on with it."
    assert doc_of(_Silent) == ""
    assert doc_of(test_docstrings_are_the_things_own_and_their_first_paragraph_is_one_line) == ""
    assert summary_of("") == ""
