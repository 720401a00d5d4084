"""X2: an expression has steps and room, and ends with a word about them at its place."""

from __future__ import annotations

import pytest

from workbench.errors import ExpressionFailed
from workbench.model.expressions.budget import ROOM, STEPS, frame_of, step, take, weigh
from workbench.model.expressions.closures import Variable
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.functions import FUNCTIONS
from workbench.model.expressions.kinds import ANY
from workbench.model.expressions.values import OutOfBudget

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
