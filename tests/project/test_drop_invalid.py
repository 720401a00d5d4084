"""Wrong values and names that nobody declares are told together, and nothing is told that is not so."""

from __future__ import annotations

import pytest

from workbench.project.drop_invalid import settings_without_faults
from workbench.project.project_file import read_settings
from workbench.tusk import TskError

FILE = """\
[topics]
mail {
    ttl: "soon"
}
[subscriptions]
letters {
    topic: "mail"
    handler: "send"
    in_flight: 0
}
lost {
    topic: "male"
    handler: "send"
}
nobody {
    handler: "send"
}
"""


def problems(tmp_path, text):
    (tmp_path / "project.tsk").write_text(text)
    with pytest.raises(TskError) as caught:
        read_settings(tmp_path, environ={})
    return [(one.line, one.code) for one in caught.value.problems]


def test_all_problems_of_a_file_are_told_at_once(tmp_path):
    assert problems(tmp_path, FILE) == [(3, "S-TYPE"), (9, "S-RANGE"), (12, "S-REF"), (15, "S-TYPE")]


def test_a_topic_that_is_wrong_itself_is_not_said_to_be_missing(tmp_path):
    text = '[topics]\nmail: 5\n[subscriptions]\nletters {\n    topic: "mail"\n    handler: "send"\n}\n'
    assert problems(tmp_path, text) == [(2, "S-TYPE")]


def test_what_is_right_is_left_and_the_values_stay_as_they_were():
    values = {
        "message_queue": {"max_attempts": 0, "in_flight": 3, "delays": ["1s", "x"], "nonsense": 1},
        "subscriptions": {"half": {"topic": "t"}, "whole": {"topic": "t", "handler": "h"}},
    }
    settings = settings_without_faults(values)
    assert settings.message_queue.in_flight == 3
    assert settings.message_queue.max_attempts is None
    assert list(settings.subscriptions) == ["whole"]
    assert values["message_queue"]["nonsense"] == 1


def test_where_a_whole_section_is_wrong_it_gives_up_or_goes_on_without():
    assert settings_without_faults({"topics": 5}) is None
    assert settings_without_faults({"event_store": 5}).event_store.snapshot_every == 100
