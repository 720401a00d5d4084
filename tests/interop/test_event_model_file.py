"""A file that is no event model is told, with where and what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.errors import InvalidValue, NotFound
from workbench.interop import event_model_file
from workbench.interop.event_model_file import read_event_model


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.json"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "is no event model"),
        ("{}", "slices: Field required"),
        ('{"slices": [{"commands": [{"fields": 1}]}]}', r"slices\[0\]\.commands\[0\]\.fields"),
        ('{"slices": [{"title": 7}]}', r"slices\[0\]\.title"),
    ],
)
def test_what_is_no_event_model_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        read_event_model(file(tmp_path, text))


def test_a_file_that_is_not_there_no_text_or_too_large_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound, match="cannot be read"):
        read_event_model(tmp_path / "none.json")
    (tmp_path / "raw.json").write_bytes(b'{"slices": "\xff"}')
    with pytest.raises(InvalidValue, match="no text in UTF-8: byte 13"):
        read_event_model(tmp_path / "raw.json")
    monkeypatch.setattr(event_model_file, "LARGEST", 10)
    with pytest.raises(InvalidValue, match="has 14 bytes, more than 10"):
        read_event_model(file(tmp_path, '{"slices": []}'))


def test_what_other_tools_add_and_leave_out_is_taken_as_it_is(tmp_path: Path) -> None:
    event = {"id": "1", "title": "Done", "fields": None, "dependencies": None, "aggregate": None, "lane": 3}
    read = read_event_model(
        file(tmp_path, "\ufeff" + json.dumps({"slices": [{"events": [event]}], "board": {}}))
    )
    (found,) = read.slices[0].events
    assert (found.title, found.aggregate, found.fields) == ("Done", "", [])
