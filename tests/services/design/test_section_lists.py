"""Actions of a step move together; the key of its process stays where it is."""

from __future__ import annotations

from workbench.services.design.section_lists import add_action, add_withdrawal, remove_action
from workbench.tusk import parse

STEP = ("process", "care", "on", "parcel.sent")
TEXT = '[process.care]\non { "parcel.sent": { ends: true, key: "event.id", withdraw: "ask" } }\n'


def values(document, *path):
    entry = document.find((*STEP, *path))
    assert entry is not None, path
    return entry.value.plain


def test_a_second_withdrawal_leaves_the_key_of_the_process_at_the_step():
    document = add_withdrawal(parse(TEXT), STEP, "remind")
    assert values(document, "key") == "event.id"
    assert "remind" in document.text


def test_a_second_action_leaves_the_key_of_the_process_at_the_step():
    document = add_action(parse(TEXT), STEP, "issue", "tell")
    assert values(document, "key") == "event.id"
    assert document.find((*STEP, "do", "ask", "key")) is None
    assert document.find((*STEP, "do", "tell")) is not None


def test_the_key_of_a_message_goes_with_what_publishes_it():
    text = TEXT.replace('withdraw: "ask"', 'publish: "news", type: "told"')
    document = add_action(parse(text), STEP, "issue", "tell")
    assert document.find((*STEP, "key")) is None
    assert values(document, "do", "news", "key") == "event.id"


def test_what_is_withdrawn_no_more_takes_no_key_of_the_process_along():
    document = remove_action(parse(TEXT), STEP, "withdraw", "ask")
    assert values(document, "key") == "event.id"
    assert document.find((*STEP, "withdraw")) is None


BESIDE = (
    '[process.care]\non { "parcel.sent": { ends: true, when: "version > 1", issue: "tell", '
    'with { parcel_id: "id" }, after: "1d", withdraw: "ask" } }\n'
)


def test_what_is_withdrawn_no_more_leaves_what_is_issued_beside_it():
    document = remove_action(parse(BESIDE), STEP, "withdraw", "ask")
    assert document.text == BESIDE.replace(', withdraw: "ask"', "")


def test_what_is_issued_no_more_leaves_what_is_withdrawn_beside_it():
    document = remove_action(parse(BESIDE), STEP, "issue", "tell")
    assert (
        document.text
        == '[process.care]\non { "parcel.sent": { ends: true, when: "version > 1", withdraw: "ask" } }\n'
    )
