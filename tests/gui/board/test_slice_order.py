"""The order of slices: along the longest path, flow by flow, and as stable as can be."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from workbench.gui.board.slice_order import Step, ordered


def step(text: str) -> Step:
    """Reads ``a, b > name > c``: what a step reads, its name, what it gives."""
    reads, name, gives = ([one.strip() for one in part.split(",") if one.strip()] for part in text.split(">"))
    return Step(id=name[0], reads=tuple(reads), gives=tuple(gives))


def order(*texts: str, wanted: Sequence[str] = (), stands: Sequence[str] = ()) -> str:
    return " ".join(ordered([step(text) for text in texts], wanted, stands))


def test_what_follows_stands_behind_all_that_leads_to_it():
    assert order("c > end >", "> first > a", "a, b > last > c", "a > mid > b") == "first mid last end"


def test_equally_far_steps_stand_as_they_are_declared():
    assert order("> first > a", "a > z >", "a > b >") == "first z b"


def test_flows_follow_each_other_as_they_begin():
    assert order("> one > a", "> two > b", "b > two_more >", "a > one_more >") == "one one_more two two_more"


def test_what_neither_reads_nor_gives_is_a_flow_of_its_own():
    assert order("> one > a", "> alone >", "a > one_more > b") == "one one_more alone"


def test_what_leads_back_is_left_out():
    assert order("> place > asked", "asked > pay > failed", "failed > retry > asked") == "place pay retry"


def test_what_only_leads_to_itself_begins_where_it_is_declared():
    assert order("> other > x", "a > self > a", "c > ping > b", "b > pong > c") == "other self ping pong"


def test_a_read_model_stands_with_the_last_flow_that_it_reads_and_joins_none():
    assert order("> one > a", "> two > b", "> three > c", "a, b > all >") == "one two all three"


def test_a_person_s_order_changes_places_among_what_it_names():
    texts = ("> a >", "> b >", "> c >", "> d >")
    assert order(*texts, wanted=["d", "gone", "b", "d"]) == "a d c b"


def test_what_is_shown_keeps_its_order_and_what_is_new_stands_where_it_belongs():
    texts = ("> one > a", "> two > b", "a > three > c", "c > four >")
    assert order(*texts) == "one three four two"
    assert order(*texts, stands=["two", "one", "four", "gone"]) == "two three one four"
    assert order(*texts, stands=["two", "one", "four"], wanted=["four", "two"]) == "four three one two"


@st.composite
def steps(draw):
    signals = st.lists(st.sampled_from("pqrstuvw"), max_size=3, unique=True)
    return [
        Step(id=f"s{number}", reads=tuple(draw(signals)), gives=tuple(draw(signals)))
        for number in range(draw(st.integers(1, 9)))
    ]


@given(steps())
def test_each_stands_once_and_the_same_again(found):
    names = ordered(found)
    assert sorted(names) == sorted(one.id for one in found)
    assert ordered(found) == names


@given(steps(), st.data())
def test_what_leads_nowhere_moves_only_what_is_behind_it(found, data):
    place = data.draw(st.integers(0, len(found)))
    reads = tuple(data.draw(st.lists(st.sampled_from("pqrstuvw"), max_size=2, unique=True)))
    more = Step(id="more", reads=reads)
    after = ordered([*found[:place], more, *found[place:]])
    assert [one for one in after if one != "more"] == ordered(found)


@given(steps())
def test_names_of_steps_and_signals_move_nothing(found):
    turn = str.maketrans("pqrstuvw", "wvutsrqp")
    other = [
        Step(
            id=f"t{9 - int(one.id[1:])}",
            reads=tuple(signal.translate(turn) for signal in one.reads),
            gives=tuple(signal.translate(turn) for signal in one.gives),
        )
        for one in found
    ]
    names = {one.id: new.id for one, new in zip(found, other, strict=True)}
    assert ordered(other) == [names[one] for one in ordered(found)]
