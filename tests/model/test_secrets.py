"""What looks like a secret is masked, wherever it stands, and nothing else is."""

from __future__ import annotations

import pytest

from workbench.model.secrets import MASK, mask, masked


@pytest.mark.parametrize(
    "key", ["password", "userPassword", "api_key", "accessToken", "Authorization", "secret"]
)
def test_what_stands_behind_such_a_key_is_masked(key):
    value = {"name": "ada", "inner": [{key: "s3cret", "n": 1}]}
    shown, paths = mask(value)
    assert shown == {"name": "ada", "inner": [{key: MASK, "n": 1}]}
    assert paths == [f"$.inner[0].{key}"]
    assert value["inner"][0][key] == "s3cret"


def test_an_object_behind_such_a_key_is_masked_whole():
    assert masked({"token": {"value": "x"}, "secrets": ["a"]}) == {"token": MASK, "secrets": MASK}


def test_nothing_and_yes_or_no_are_no_secrets():
    value = {"password": None, "has_token": True}
    assert mask(value) == (value, [])


def test_a_key_can_be_revealed():
    assert masked({"token": "a", "secret": "b"}, reveal={"token"}) == {"token": "a", "secret": MASK}


def test_a_strange_key_is_quoted_in_its_path():
    assert mask({"my token": 1})[1] == ["$['my token']"]
