"""X2: an expression has steps and room, and ends with a word about them at its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from workbench.errors import ExpressionFailed
from workbench.model.expressions import comparing, lists, texts
from workbench.model.expressions.budget import ROOM, STEPS, STEPS_LEFT, frame_of, step, take, weigh
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.functions import FUNCTIONS
from workbench.model.expressions.kinds import ANY
from workbench.model.expressions.values import OutOfBudget, Uint

TIME = datetime(2024, 1, 1, tzinfo=UTC)
LONG = Decimal("1" * 200)
PLENTY = 10**12
TEN = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
LARGE = {
    "numbers": list(range(50_000)),
    "some": list(range(10_000)),
    "few": list(range(4_000)),
    "rows": [{"a": number, "b": [number]} for number in range(40_000)],
    "words": ["ab"] * 50_000,
    "text": "a" * 3_000_000,
    "same": "a" * 2_999_999 + "b",
}


def run(text):
    scope = {"data": Variable(ANY, lambda env: env)}
    return compile_expression(text, scope, place=lambda: "project.tsk:3:9").run(LARGE)


def nested(depth, macro, inner):
    for level in range(depth):
        inner = f"{TEN}.{macro}(v{level}, {inner})"
    return inner


def repeated(text, part, times):
    return text + part * times


def bound(depth, first, each):
    inner = f"a{depth}"
    for level in range(depth, 0, -1):
        inner = f"cel.bind(a{level}, {each.format(f'a{level - 1}')}, {inner})"
    return f"cel.bind(a0, {first}, {inner})"


@pytest.mark.parametrize(
    "text",
    [
        nested(5, "all", "true"),
        nested(9, "all", "true"),
        nested(9, "exists", "false"),
        nested(9, "map", "1"),
        f"{nested(9, 'all', 'true')} || true",
        f"false || [1].all(x, {nested(8, 'all', 'true')}) || true",
        "data.numbers.all(x, data.numbers.exists(y, y < 0))",
        "data.numbers.map(x, data.numbers.map(y, x * y))",
        "data.numbers.transformList(i, x, data.numbers)",
        "data.rows == data.rows && data.rows != [data.rows] && data.rows == data.rows",
        "data.rows.all(r, data.rows == data.rows)",
        "data.rows in data.rows.map(r, data.rows)",
        "data.numbers.sort() == data.numbers.reverse().sort()",
        "data.numbers.all(x, data.numbers.sum() > 0)",
        "data.numbers.all(x, data.numbers.max() > 0)",
        "data.rows.distinct() == []",
        "data.words.all(w, data.text.contains('b') || true)",
        "data.words.all(w, data.text == data.same || true)",
        "data.words.all(w, data.text < data.same)",
        "data.words.all(w, data.same in [data.text] || true)",
        "data.words.all(w, data.text.startsWith(data.text))",
        "data.text.indexOf('aaaab') > 0 || data.text.indexOf('aab') > 0",
        "data.text.split('') != []",
        "data.text.split('a') != []",
        "data.text.matches('(a?){500}b')",
        "data.words.all(w, data.text.matches('a'))",
        "data.words.map(w, w.matches(w + '{500}' + w))",
        repeated("'aaaaaaaaaa'", ".replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')", 8),
        "data.words.join(data.text)",
        "data.text + data.text + data.text + data.text + data.text + data.text",
        bound(30, "'x'", "{0} + {0}"),
        bound(30, "['x']", "{0} + {0}"),
        bound(30, "[data.text]", "[{0}, {0}]"),
        bound(25, "['x']", "[{0}, {0}]"),
        bound(25, "{'k': 1}", "{{'a': {0}, 'b': {0}}}"),
        "'%s'.format([data.rows])",
        "'%s%s%s%s%s%s'.format([data.text, data.text, data.text, data.text, data.text, data.text])",
        f"{TEN}.map(x, strings.quote(data.text))",
        f"{TEN}.map(x, base64.encode(bytes(data.text)))",
        f"{TEN}.map(x, data.text.reverse().upperAscii().trim())",
        "data.words.map(w, data.text)",
        "data.few.map(x, '%.100f'.format([x]))",
        "data.few.map(x, '%.99f'.format([1e300]))",
        "data.few.map(x, '%.60e'.format([x]))",
        "data.few.map(x, '%s'.format([1e308]))",
        "data.few.map(x, string(1e308))",
        "data.few.map(x, 'ab'.matches(string(x)))",
    ],
)
def test_X2_what_grows_without_end_is_ended(text):
    with pytest.raises(ExpressionFailed) as caught:
        run(text)
    said = str(caught.value)
    assert said.startswith("project.tsk:3:9: ")
    assert f"{STEPS:,} steps" in said or "16 MiB" in said or "64 MiB" in said
    assert isinstance(caught.value.__cause__, OutOfBudget)


def test_X2_a_long_expression_is_shown_in_short():
    with pytest.raises(ExpressionFailed) as caught:
        run(nested(9, "all", "true"))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("size(data.some.filter(x, x < 3))", 3),
        ("data.numbers.exists(x, x == 2)", True),
        ("49999 in data.numbers && !('x' in data.words)", True),
        ("size(data.numbers + data.numbers)", 100_000),
        ("size(data.text + data.text)", 6_000_000),
        ("size(data.numbers)", 50_000),
        ("data.text.size() == 3000000 && data.text != data.same", True),
        ("size(data.words.join(' '))", 149_999),
        (f"size({nested(4, 'map', '1')})", 10),
    ],
)
def test_X2_what_is_large_but_bounded_runs(text, wanted):
    assert run(text) == wanted


def test_X2_what_is_only_handed_on_costs_nothing():
    assert run("data.rows") is LARGE["rows"]
    assert run("true ? data.text : ''") is LARGE["text"]


def test_X2_runs_do_not_share_a_budget():
    expression = compile_expression(f"{TEN}.all(x, {TEN}.all(y, {TEN}.all(z, true)))", {})
    assert [expression.run(()) for _ in range(100)] == [True] * 100


def test_X2_steps_and_room_are_counted():
    frame = frame_of("outside", 2)
    step(frame, STEPS)
    with pytest.raises(OutOfBudget, match="steps"):
        step(frame, 1)
    with pytest.raises(OutOfBudget, match="16 MiB"):
        take(frame_of(None, 0), ROOM + 1)


def test_X2_a_result_counts_what_stands_in_it_twice():
    part = ["x" * 1_000_000]
    for _ in range(7):
        part = [part, part]
    with pytest.raises(OutOfBudget, match="64 MiB"):
        weigh(frame_of(None, 0), part)


@pytest.mark.parametrize("name", sorted(name for name, one in FUNCTIONS.items() if one.metered))
def test_X2_a_function_of_much_pays_for_it(name):
    """Whatever looks through texts or lists, or makes them, uses up the frame when there is much of it."""
    known = FUNCTIONS[name]
    much = {
        "string": "a" * 100_000,
        "list": [float(number) for number in range(100_000)],
        "bytes": b"a" * 100_000,
    }
    given = []
    for kinds in known.takes:
        kind = next((one for one in ("string", "list", "bytes") if one in kinds), "")
        given.append(much[kind] if kind else 10 if "integer" in kinds else "a")
    if name == "join":
        given = [["a"] * 100_000, "a"]
    if name == "substring":
        given = ["a" * 100_000, 0]
    if name == "format":
        given = ["%s" * 50_000, given[1]]
    frame = frame_of(None, 0)
    before = list(frame)
    if name in {"matches", "string"}:
        given = ["a" * 100_000, "b"] if name == "matches" else [b"a" * 100_000]
    try:
        known.run(frame, *given)
    except OutOfBudget:
        return
    assert frame != before


def paid(run, *given):
    """Steps that a call takes, in all it would take if there were no end to them."""
    frame = frame_of(None, 0)
    frame[STEPS_LEFT] = PLENTY
    run(frame, *given)
    return PLENTY - frame[STEPS_LEFT]


@pytest.mark.parametrize("start", [None, 0, 1, 7, 12, 13])
@pytest.mark.parametrize(
    "wanted", ["", "a", "ab", "ba", "abcabc", "xyz", "c", "abcabcabcabca", "abcabcabcabcab"]
)
def test_X2_the_last_place_is_the_one_of_python(wanted, start):
    text = "abcabcabcabca"
    found = texts.last_index_of(frame_of(None, 0), text, wanted, start)
    assert found == (text.rfind(wanted) if start is None else text.rfind(wanted, 0, start + len(wanted)))


def test_X2_the_last_place_is_looked_for_in_time_that_grows_with_the_text_alone():
    text = "a" * 400_000
    assert paid(texts.last_index_of, text, "ab" + "a" * 20_000) == paid(texts.last_index_of, text, "ab")


@pytest.mark.parametrize(
    "look",
    [
        texts.contains,
        texts.index_of,
        texts.last_index_of,
        texts.split,
        lambda frame, text, wanted: texts.replace(frame, text, wanted, ""),
    ],
)
def test_X2_a_text_that_begins_alike_nearly_everywhere_is_paid_for(look):
    wanted = "a" * 140_000 + "b" + "a" * 150_000
    assert paid(look, "a" * 300_000, wanted) > STEPS
    assert paid(look, "c" * 300_000, wanted) < STEPS / 5


@pytest.mark.parametrize("look", [texts.split, lambda frame, text, old: texts.replace(frame, text, old, "")])
def test_X2_what_follows_the_last_place_is_paid_for(look):
    wanted = "a" * 10_000 + "b" + "a" * 10_000
    assert paid(look, "c" * 200_000 + wanted + "a" * 22_000, wanted) > STEPS
    ordinary = ",".join(map(str, range(4_000)))
    assert paid(look, "c" * 200_000 + ordinary + "c" * 22_000, ordinary) < STEPS / 5


class Counted(dict[object, object]):
    """Says how often its keys are gone through."""

    rounds = 0

    def __iter__(self):
        self.rounds += 1
        return super().__iter__()


@pytest.mark.parametrize("key", [0, 1, 2, 1.0, Uint(1), True, False, 1.5, float("nan"), -1])
def test_X2_a_key_is_found_without_going_through_all(key):
    mapping = Counted({"a": 0, 1: 1, 2: 2, False: 3})
    found = comparing.lookup(mapping, key)
    wanted = {"1": (1, True), "2": (2, True), "False": (3, True)}
    assert found == wanted.get(
        str(int(key)) if type(key) is not bool and key in {1, 2} else str(key), (None, False)
    )
    assert not mapping.rounds


ALIKE = 2**61 - 1


@pytest.mark.parametrize("kind", [int, Decimal])
def test_X2_numbers_that_hash_alike_are_told_apart_by_something_else(kind):
    numbers = [kind(ALIKE * number) for number in range(1, 50)] * 2
    assert len({hash(number) for number in numbers}) == 1
    keys = [lists._key(number, exactly=kind is Decimal) for number in numbers]
    assert len(set(map(hash, keys))) == 49
    assert lists.distinct(frame_of(None, 0), numbers) == numbers[:49]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([1, 1.0, Uint(1), True, 2, 2.0], [1, True, 2]),
        ([Decimal("1.10"), 1.1, Decimal("1.1"), 1, 1E2], [Decimal("1.10"), 1, 1E2]),
        ([0, -0.0, 0.0], [0]),
        ([Decimal("0.00"), 0, Decimal("-0")], [Decimal("0.00")]),
        ([1.5, 1.5, -1.5, 15], [1.5, -1.5, 15]),
        ([2**53, 2**53 + 1, 2.0**53, 2.0**60, 2**60], [2**53, 2**53 + 1, 2.0**60]),
        (["1", 1, b"1", "1"], ["1", 1, b"1"]),
        ([float("inf"), float("inf"), float("-inf")], [float("inf"), float("-inf")]),
        ([LONG, LONG + Decimal("1E190"), LONG], [LONG, LONG + Decimal("1E190")]),
        ([timedelta(1), timedelta(hours=24), None, None], [timedelta(1), None]),
        ([TIME, TIME.astimezone(timezone(timedelta(hours=1)))], [TIME]),
    ],
)  # fmt: skip
def test_each_value_is_distinct_once(values, wanted):
    found = lists.distinct(frame_of(None, 0), values)
    assert list(map(repr, found)) == list(map(repr, wanted))


def test_nan_is_distinct_from_itself():
    assert len(lists.distinct(frame_of(None, 0), [float("nan")] * 2)) == 2
