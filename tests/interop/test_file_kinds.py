"""What a file holds is told by its beginning, whatever it is called."""

from __future__ import annotations

import json

import pytest

from tests.interop.test_letter_lines import FACTS, LETTER
from workbench.errors import InvalidValue
from workbench.interop.file_kinds import FileKind, kind_of, project_of
from workbench.interop.letter_lines import letter_line
from workbench.model.json_values import MAX_BYTES
from workbench.store.sqlite.schema import _MAGIC

EXPORTED = json.dumps({"workbench": 1, "stream": "a-1", "type": "made", "data": {}}).encode()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (letter_line(LETTER, FACTS), FileKind.LETTERS),
        (b"\xef\xbb\xbf\n" + letter_line(LETTER, FACTS), FileKind.LETTERS),
        (letter_line(LETTER, FACTS)[:-5] + b" " * (MAX_BYTES + 9) + b"}\n", FileKind.LETTERS),
        (b'{"owner": "ann", "format": "workbench dead letter 1"}\n', FileKind.LETTERS),
        (EXPORTED + b"\n" + letter_line(LETTER, FACTS), FileKind.EVENTS),
        (b'[{"specversion": "1.0"}]', FileKind.EVENTS),
        (b'{\n  "slices": [\n    {"title": "Pay"}\n  ]\n}\n', FileKind.MODEL),
        (b'{"slices": 5}', FileKind.OBJECTS),
        (b'{"stream": "a", "broken', FileKind.OBJECTS),
        (_MAGIC + b"\x10\x00", FileKind.STORE),
        (b"sequenceDiagram\n", FileKind.UNKNOWN),
        (b"[1, 2]", FileKind.UNKNOWN),
        (b'"text"', FileKind.UNKNOWN),
        (b"", FileKind.UNKNOWN),
        (b"\x89PNG\r\n\x1a\n\x00", FileKind.UNKNOWN),
    ],
)
def test_a_file_is_known_by_its_beginning(tmp_path, data, kind):
    path = tmp_path / "some.thing"
    path.write_bytes(data)
    assert kind_of(path) is kind


def test_a_file_of_a_project_belongs_to_it(tmp_path):
    (tmp_path / "project.tsk").write_text("format: 1\n")
    (tmp_path / "scenarios").mkdir()
    scenario = tmp_path / "scenarios" / "pay.tsk"
    scenario.write_text("")
    assert project_of(scenario) == project_of(tmp_path / "project.tsk") == tmp_path
    assert kind_of(scenario) is FileKind.PROJECT
    assert project_of(tmp_path / "events.json") is None


def test_what_cannot_be_read_is_said(tmp_path):
    with pytest.raises(InvalidValue, match=r"none\.json cannot be read"):
        kind_of(tmp_path / "none.json")
