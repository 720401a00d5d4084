"""Filters: missing fields match nothing, types never mix, nothing raises (contract §8)."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from workbench.model.filters import Filter, Operator

DATA = {"status": "active", "n": 5, "ok": True, "tags": ["a", "b"], "deep": {"x": [{"y": 1}]}, "none": None}


def passes(**said: object) -> bool:
    return Filter(**said).matcher()(
        {"type": "user.created", "topic": "t", "key": "k", "data": DATA, "metadata": {}}
    )


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("status", Operator.EQUALS, "active", True),
        ("status", Operator.EQUALS, "inactive", False),
        ("status", Operator.NOT_EQUALS, "inactive", True),
        ("missing", Operator.EQUALS, None, False),
        ("missing", Operator.NOT_EQUALS, "x", True),
        ("none", Operator.EQUALS, None, True),
        ("n", Operator.GREATER_THAN, 4, True),
        ("n", Operator.LESS_THAN, 4, False),
        ("n", Operator.GREATER_THAN, "4", False),
        ("status", Operator.GREATER_THAN, 4, False),
        ("ok", Operator.EQUALS, 1, False),
        ("ok", Operator.GREATER_THAN, 0, False),
        ("ok", Operator.EQUALS, True, True),
        ("n", Operator.EQUALS, 5.0, True),
        ("status", Operator.CONTAINS, "act", True),
        ("tags", Operator.CONTAINS, "b", True),
        ("tags", Operator.CONTAINS, 1, False),
        ("deep.x.0.y", Operator.EQUALS, 1, True),
        ("deep.x.7.y", Operator.EQUALS, 1, False),
    ],
)
def test_simple_form(field, operator, value, expected):
    assert passes(field=field, operator=operator, value=value) is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("data.status == 'active'", True),
        ("type == 'user.created' && data.n > 4", True),
        ("data.missing == 1", False),
        ("data.status > 4", False),
        ("'a' in data.tags", True),
        ("data.status", False),
    ],
)
def test_expressions(expression, expected):
    assert passes(expression=expression) is expected


def test_an_expression_that_cannot_be_read_is_refused_at_once():
    with pytest.raises(ValidationError, match="not a CEL expression"):
        Filter(expression="data.status ==")


def test_nothing_said_lets_all_pass():
    assert passes()
    assert Filter().empty
