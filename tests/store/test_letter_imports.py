"""Letters from files, on all stores: in where their delivery died, refused where it did not (L3, L8)."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.store.actions import one
from tests.store.test_letters import PURGE, Post
from workbench.errors import InvalidValue
from workbench.model.event import NewEvent
from workbench.model.ids import derived_id
from workbench.model.json_values import visible, visible_lines
from workbench.store.list_ports import LINE_CHARACTERS
from workbench.store.operations import Append, ForgetLetters, ImportLetter, ReplayLetter


class Moved(Post):
    """A letter that was purged and removed for good, and comes from a file."""

    def gone(self, clock):
        self.bring("open")
        letter = self.reader.letter(1)
        one(self.store, replace(PURGE, skip_on=True))
        clock.advance(1.0)
        assert one(self.store, ForgetLetters(before=clock.now())) == 1
        return letter

    def into(self, letter, **other):
        return one(self.store, ImportLetter(letter=replace(letter, **other)))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"topic": "post"}, "has the topic mail"),
        ({"message_id": derived_id("b")}, "holds another message"),
        ({"message_id": derived_id("b"), "data": '{"n":2}'}, "holds another message"),
        ({"data": '{"n":2}'}, "holds another message"),
        ({"metadata": '{"n":2}'}, "holds another message"),
        ({"correlation_id": derived_id("b")}, "holds another message"),
        ({"key": "b"}, "which holds note k"),
        ({"position": 99}, "not there yet"),
    ],
)
def test_L11_a_letter_of_another_message_does_not_come_in(store, clock, other, said):
    post = Moved(store)
    letter = post.gone(clock)
    refused = post.into(letter, **other)
    assert isinstance(refused, InvalidValue), refused
    assert said in refused.message
    assert post.letters() == []
    assert post.into(letter) > 0


def test_L11_a_letter_that_the_subscription_still_comes_to_does_not_come_in(store, clock):
    post = Moved(store)
    letter = post.gone(clock)
    position = post.publish("b")[0]
    message = post.reader.message(position, "mail")
    ahead = replace(post.letter(message), number=letter.number)
    refused = post.into(ahead)
    assert isinstance(refused, InvalidValue)
    assert "delivers that message itself" in refused.message
    post.settle(b="dead")
    assert post.into(ahead) == 0, "its own letter is there"
    assert len(post.letters()) == 1


def test_D1_what_was_delivered_by_a_replay_is_not_opened_again_by_a_letter_from_a_file(store):
    post = Post(store)
    post.bring("resolved")
    letter = replace(post.reader.letter(1), status="open", generation=3)
    refused = one(store, ImportLetter(letter=letter))
    assert isinstance(refused, InvalidValue)
    assert "was replayed here, and succeeded" in refused.message
    assert post.letters() == [(1, "resolved")]
    assert one(store, ImportLetter(letter=replace(letter, status="failed_again"))) > 0


def test_L11_a_letter_whose_delivery_had_an_effect_here_does_not_come_in(store, clock):
    post = Moved(store)
    letter = post.gone(clock)
    post.publish("made")
    event = NewEvent(id=derived_id("event"), type="done", data="{}")
    one(store, Append(stream="s-1", events=(event,)))
    for effect in (derived_id("made"), event.id):
        effects = (derived_id("none"), effect)
        refused = one(store, ImportLetter(letter=letter, effects=effects))
        assert isinstance(refused, InvalidValue)
        assert "was delivered here, and what its handler made of it is stored" in refused.message
    assert one(store, ImportLetter(letter=replace(letter, status="resolved"), effects=effects)) > 0


def test_L6_the_letter_of_an_edited_copy_comes_in_and_its_replay_delivers_the_copy(store, clock):
    post = Moved(store)
    letter = post.gone(clock)
    copy = replace(letter, generation=1, message_id=derived_id("copy"), data='{"n":2}')
    number = post.into(copy)
    assert one(store, ReplayLetter(number=number))
    (row,) = post.due()
    assert (row.message_id, row.data, row.generation) == (derived_id("copy"), '{"n":2}', 2)


def test_L3_the_replay_of_a_letter_from_a_file_delivers_the_message_itself(store, clock):
    post = Moved(store)
    number = post.into(post.gone(clock))
    assert one(store, ReplayLetter(number=number))
    (row,) = post.due()
    assert (row.message_id, row.data) == (derived_id("a"), None)


def test_L1_an_error_that_holds_a_nul_is_shown_to_its_end(store, clock):
    post = Moved(store)
    number = post.into(post.gone(clock), error="ä\x00b needle", traceback="\x00\nlast")
    (line,), (facts,) = post.reader.letters_listed([number]), post.reader.letter_facts([number])
    glance = post.reader.letter_glance(number)
    assert glance is not None
    for said in (line.error, facts.error, glance.of.error):
        assert visible(said) == "ä\\u0000b needle"
    assert visible_lines(glance.of.traceback) == "\\u0000\nlast"
    assert post.reader.letter(number).error == "ä\x00b needle"
    one(store, replace(PURGE, numbers=(number,)))
    long = post.into(post.reader.letter(number), generation=9, error="€" * 2000)
    (line,) = post.reader.letters_listed([long])
    assert line.error == "€" * LINE_CHARACTERS
