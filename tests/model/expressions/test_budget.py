"""X2: an expression has steps and room, and ends with a word about them at its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from workbench.errors import ExpressionFailed
from workbench.model.expressions import comparison, list_functions, text_functions, time_functions
from workbench.model.expressions.budget import ROOM, ROOM_LEFT, STEPS, STEPS_LEFT, frame_of, step, take, weigh
from workbench.model.expressions.cel_values import OutOfBudget, Uint, Wrong
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.comparison import ORDERS
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.functions import FUNCTIONS, MACROS
from workbench.model.expressions.template import compile_template
from workbench.model.expressions.value_kinds import ANY, Kind

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


def paid(run, *given, of=None):
    """Steps that a call takes, all that it would take if there were no end to them."""
    frame = frame_of(of, 0)
    frame[STEPS_LEFT] = frame[ROOM_LEFT] = PLENTY
    run(frame, *given)
    return PLENTY - frame[STEPS_LEFT]


@pytest.mark.parametrize("start", [None, 0, 1, 7, 12, 13])
@pytest.mark.parametrize(
    "wanted", ["", "a", "ab", "ba", "abcabc", "xyz", "c", "abcabcabcabca", "abcabcabcabcab"]
)
def test_X2_the_last_place_is_the_one_of_python(wanted, start):
    text = "abcabcabcabca"
    found = text_functions.last_index_of(frame_of(None, 0), text, wanted, start)
    assert found == (text.rfind(wanted) if start is None else text.rfind(wanted, 0, start + len(wanted)))


def test_X2_the_last_place_is_looked_for_in_time_that_grows_with_the_text_alone():
    text = "a" * 400_000
    assert paid(text_functions.last_index_of, text, "ab" + "a" * 20_000) == paid(
        text_functions.last_index_of, text, "ab"
    )


@pytest.mark.parametrize(
    "look",
    [
        text_functions.contains,
        text_functions.index_of,
        text_functions.last_index_of,
        text_functions.split,
        lambda frame, text, wanted: text_functions.replace(frame, text, wanted, ""),
    ],
)
def test_X2_a_text_that_begins_alike_nearly_everywhere_is_paid_for(look):
    wanted = "a" * 140_000 + "b" + "a" * 150_000
    assert paid(look, "a" * 300_000, wanted) > STEPS
    assert paid(look, "c" * 300_000, wanted) < STEPS / 5


@pytest.mark.parametrize(
    "look", [text_functions.split, lambda frame, text, old: text_functions.replace(frame, text, old, "")]
)
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
    found = comparison.lookup(mapping, key)
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
    keys = [list_functions._key(number, exactly=kind is Decimal) for number in numbers]
    assert len(set(map(hash, keys))) == 49
    assert list_functions.distinct(frame_of(None, 0), numbers) == numbers[:49]


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
    found = list_functions.distinct(frame_of(None, 0), values)
    assert list(map(repr, found)) == list(map(repr, wanted))


def test_nan_is_distinct_from_itself():
    assert len(list_functions.distinct(frame_of(None, 0), [float("nan")] * 2)) == 2


HOUR = FUNCTIONS["getHours"].run


@pytest.mark.parametrize(
    "bad", ["a/" * 40, "../etc/passwd", "/etc/passwd", "a\0b", "", "a b", "é", "a//b", "a" * 65]
)
def test_X2_a_name_that_no_zone_can_have_is_not_looked_for_on_the_disk(bad, monkeypatch):
    monkeypatch.setattr(time_functions, "ZoneInfo", lambda _name: pytest.fail("it looks at the disk"))
    with pytest.raises(Wrong, match="no time zone"):
        HOUR(frame_of(None, 0), TIME, bad)


def test_X2_zones_are_looked_for_once_and_at_a_cost(monkeypatch):
    asked = []

    def zone(name):
        asked.append(name)
        raise FileNotFoundError(name)

    monkeypatch.setattr(time_functions, "ZoneInfo", zone)
    monkeypatch.setattr(time_functions, "_ZONES", {})
    for _ in range(3):
        with pytest.raises(Wrong, match="no time zone Nowhere/Here"):
            HOUR(frame_of(None, 0), TIME, "Nowhere/Here")
    assert asked == ["Nowhere/Here"]
    text = "data.exists(name, timestamp('2024-01-01T00:00:00Z').getHours(name) == 99)"
    expression = compile_expression(text, {"data": Variable(ANY, lambda env: env)})
    with pytest.raises(ExpressionFailed, match="steps"):
        expression.run([f"Nowhere/There{number}" for number in range(4_000)])
    assert len(asked) < 200


def test_X2_the_zones_that_are_kept_are_bounded(monkeypatch):
    monkeypatch.setattr(time_functions, "_ZONES", {})
    for number in range(5_000):
        with pytest.raises(Wrong):
            time_functions.zone_of(f"a{number} ")
    assert len(time_functions._ZONES) < 2_000


@pytest.mark.parametrize("name", ["decimal", "duration", "double", "int", "uint", "timestamp"])
def test_X2_what_is_read_out_of_a_text_is_paid_for(name):
    run = FUNCTIONS[name].run
    short, long = {
        "duration": ("1s", "1.1s" * 25),
        "timestamp": ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.123456789Z"),
    }.get(name, ("1", "0" * 30 + "1"))
    assert paid(run, long) > paid(run, short) > 0


@pytest.mark.parametrize("part", ["{size(data.some.filter(x, x > 3))}", "{data.text}"])
def test_X2_the_expressions_of_a_message_share_one_budget(part):
    scope = {"data": Variable(ANY, lambda env: env)}
    few = compile_template(f"so {part}", scope, place=lambda: "project.tsk:3:9")
    many = compile_template(f"so {part}" * 20, scope, place=lambda: "project.tsk:3:9")
    assert [few(LARGE)[:3] for _ in range(20)] == ["so "] * 20
    with pytest.raises(ExpressionFailed, match=r"^project\.tsk:3:9: .*(steps|16 MiB)"):
        many(LARGE)


def numbers(count):
    return list(range(count))


def entries(size):
    return dict.fromkeys(map(str, range(size)))


def letters(size):
    return "a" * size


LISTS = {"sum", "min", "max", "distinct", "sort", "math.greatest", "math.least"}
WALKS: dict[str, list[tuple[Any, ...]]] = {
    "contains": [(letters, "b"), (letters, letters), (numbers, -1), (lambda size: ["b"] * size, "a")],
    "startsWith": [("a", letters)],
    "endsWith": [("a", letters)],
    "matches": [(letters, "b")],
    "indexOf": [(letters, "b")],
    "lastIndexOf": [(letters, "b")],
    "substring": [(letters, 0)],
    "replace": [(letters, "b", ""), (letters, "a", ""), (lambda size: letters(size // 100), "a", "b" * 100)],
    "split": [(letters, "b"), (letters, "a"), (letters, "")],
    "join": [(lambda size: [""] * size, ""), (lambda size: [letters(size)], ""), (["a", "a"], letters)],
    "lowerAscii": [(letters,), (lambda size: "é" * size,)],
    "upperAscii": [(letters,), (lambda size: "é" * size,)],
    "trim": [(letters,)],
    "reverse": [(letters,), (numbers,)],
    "slice": [(numbers, 0)],
    "with": [(entries, {"a": 1})],
    "put": [(entries, "a", 1)],
    "without": [(entries, "1")],
    "format": [
        (letters, []), (lambda size: "%s" * size, numbers), ("%s", lambda size: [numbers(size)]),
        ("%s", lambda size: [letters(size)]), ("%x", lambda size: [letters(size)]),
    ],
    "strings.quote": [(letters,)],
    "base64.encode": [(lambda size: letters(size).encode(),)],
    "base64.decode": [(letters,)],
    "string": [(lambda size: letters(size).encode(),)],
    "bytes": [(letters,)],
    "min": [(lambda size: [letters(size)] * 2,)],
    "max": [(lambda size: [letters(size)] * 2,)],
    "distinct": [(lambda size: [letters(size)] * 2,), (lambda size: [numbers(size)] * 2,)],
    "sort": [(lambda size: [letters(size)] * 2,)],
}  # fmt: skip
"""What a function walks, as something that grows with a size."""
SHORT = {"int", "uint", "double", "decimal", "timestamp", "duration"}
"""They read no text that is long, and pay for what they read."""
FIXED = {
    "first",
    "last",
    "get",
    "size",
    "charAt",
    "type",
    "dyn",
    "bool",
    "later",
    "earlier",
    "startOf",
    "atTime",
    "isZone",
    "dateText",
    *time_functions.DATE_PARTS,
    *time_functions.CLOCK_PARTS,
}
"""They take the same time whatever they are given."""


def test_X2_every_function_that_is_given_texts_or_lists_is_known_here():
    given = {
        name
        for name, one in FUNCTIONS.items()
        if any(not kinds or kinds & {Kind.STRING, Kind.LIST, Kind.BYTES, Kind.RECORD} for kinds in one.takes)
    }
    assert given == LISTS | set(WALKS) | SHORT | FIXED


def grown(given, size):
    return [one(size) if callable(one) else one for one in given]


@pytest.mark.parametrize(
    ("name", "given"), [(name, given) for name, examples in sorted(WALKS.items()) for given in examples]
)
def test_X2_a_function_pays_for_what_it_walks(name, given):
    """The steps grow with the size: at least one for each 512 characters or items."""
    run, size = FUNCTIONS[name].run, 40_000
    more = paid(run, *grown(given, 2 * size)) - paid(run, *grown(given, size))
    assert more >= (size >> 9) - 1


@pytest.mark.parametrize("name", sorted(LISTS))
def test_X2_a_function_pays_for_each_item(name):
    run, size = FUNCTIONS[name].run, 10_000
    assert paid(run, numbers(2 * size)) - paid(run, numbers(size)) >= size


@pytest.mark.parametrize(
    ("text", "of", "each"),
    [
        ("data + data", letters, 512),
        ("data + data", numbers, 512),
        ("data + data == ''", lambda size: letters(size).encode(), 512),
        ("data[0] == data[1]", lambda size: [letters(size), letters(size - 1) + "b"], 256),
        ("data[0] != data[1]", lambda size: [letters(size).encode(), letters(size).encode()], 256),
        ("data[0] == data[1]", lambda size: [numbers(size), numbers(size)], 1),
        ("data[0] == data[1]", lambda size: [dict.fromkeys(numbers(size))] * 2, 1),
        *[(f"[1].all(x, data[0] {sign} data[1])", lambda size: [letters(size)] * 2, 256) for sign in ORDERS],
        ("'b' in data", lambda size: ["a"] * size, 16),
        ("5.5 in data", numbers, 1),
        ("data[0] in [data[1]]", lambda size: [letters(size)] * 2, 256),
        ("data.all(x, true)", numbers, 1),
        ("data.exists(x, false)", numbers, 1),
        ("data.exists_one(x, false)", numbers, 1),
        ("data.existsOne(x, false)", numbers, 1),
        ("data.map(x, x)", numbers, 1),
        ("data.filter(x, false)", numbers, 1),
        ("data.sortBy(x, x)", numbers, 1),
        ("data.transformList(i, x, x)", numbers, 1),
        ("data.reduce(made, x, 0, x)", numbers, 1),
        ("data.transformMap(i, x, x)", numbers, 1),
        ("[data]", numbers, 1),
        ("{'a': data}", numbers, 1),
    ],
)
def test_X2_an_operator_pays_for_what_it_walks(text, of, each):
    expression = compile_expression(text, {"data": Variable(ANY, lambda env: env)})

    def steps(size):
        return paid(expression.within, of=of(size))

    assert steps(20_000) - steps(10_000) >= 10_000 // each


def test_X2_every_macro_is_known_here():
    assert {*MACROS} == {
        "all", "exists", "exists_one", "existsOne", "map", "filter", "sortBy", "reduce", "transformList",
        "transformMap",
    }  # fmt: skip
