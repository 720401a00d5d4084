"""JSON over lines: as the encoder writes it, secrets masked, and bounded whatever a value is (V4)."""

from __future__ import annotations

import json

import pytest

from workbench.gui import json_outline
from workbench.gui.json_outline import HEAD, masked_text, outline, outline_of_text
from workbench.gui.long_text import CHARACTERS, LINES, SCALAR, shortened_lines
from workbench.model.secrets import masked

VALUE = {
    "a": [1, {"password": {"x": 1}, "token": None}],
    "e": {},
    "f": [],
    "n": 12345678901234567890,
    "t": 'q"\\\n',
}


def test_what_is_short_stands_as_the_encoder_writes_it_with_secrets_masked():
    wanted = json.dumps(masked(VALUE), indent=2, ensure_ascii=False)
    assert outline(VALUE).text == wanted
    assert outline_of_text(json.dumps(VALUE, ensure_ascii=False)).text == wanted


@pytest.mark.parametrize(
    "value",
    [
        {"a": "x" * 2_000_000},
        {"a": '"' * 500_000},
        {f"key{number}": number for number in range(10_000)},
        [{"line": number} for number in range(100_000)],
        {"a": "line\n" * 100_000},
    ],
)
def test_V4_of_what_is_large_few_lines_and_characters_are_shown(value):
    for found in (outline(value), outline_of_text(json.dumps(value))):
        assert not found.whole
        assert found.text.count("\n") <= LINES + 1
        assert len(found.text) <= CHARACTERS + 4_000
        assert "more" in found.text[-60:] or "more characters" in found.text


def test_V4_what_is_nested_deep_is_written_without_recursion():
    value = []
    for _ in range(20_000):
        value = [value]
    assert not outline(value).whole


def test_a_text_that_ends_too_early_keeps_its_secrets():
    assert masked_text('{"a": {"password": "x", "pin": null}, "token": "unfin') == (
        '{"a": {"password": "••••••", "pin": null}, "token": "••••••"'
    )
    assert "hunter2" not in outline({"text": '{"password": "hunter2", "rest": "' + "x" * 300_000}).text


def test_V4_a_plain_text_is_shortened_by_lines():
    shown = shortened_lines("line\n" * 100_000)
    assert shown.count("\n") == LINES
    assert shown.endswith("more characters")
    assert shortened_lines("one\ntwo") == "one\ntwo"


def test_V4_only_one_rest_is_told_of_a_text_that_is_cut_at_its_end():
    text = json.dumps({"a": "x" * 300_000})[:200_000]
    told = outline_of_text(text, unseen=100_010).text
    assert told.count("more character") == 1
    assert outline_of_text('{"a": 1, "b": 2, ', unseen=100).text.endswith("… 100 more characters")


@pytest.mark.parametrize("ahead", [10, 1_500, 300_000])
def test_a_secret_far_inside_a_text_of_JSON_is_masked_whether_the_text_is_shown_short_or_whole(ahead):
    value = {"text": json.dumps({"rest": "x" * ahead, "password": "hunter2", "more": "y" * 3_000})}
    for most in (None, LINES):
        for found in (outline(value, most=most), outline_of_text(json.dumps(value), most=most)):
            assert "hunter2" not in found.text
            assert found.whole is (most is None)


def test_V4_of_a_large_text_of_JSON_only_what_may_be_shown_is_searched_for_secrets(monkeypatch):
    searched = []
    monkeypatch.setattr(json_outline, "masked_text", lambda text: searched.append(len(text)) or text)
    text = json.dumps([{"line": number} for number in range(33_000)])
    assert "more characters" in outline({"text": text}).text
    assert "more characters" in outline_of_text(json.dumps({"text": text})[:HEAD]).text
    assert searched
    assert max(searched) <= 2 * SCALAR
