"""X1: what expressions give, as CEL defines it, form by form."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
import pytest

from workbench.errors import ExpressionFailed
from workbench.model.expressions.closures import Variable, item
from workbench.model.expressions.expression import compile_expression
from workbench.model.expressions.flaws import InvalidExpression
from workbench.model.expressions.value_kinds import ANY, DECIMAL, INTEGER, STRING, Kind, Type, record

JSON = {
    "n": 7,
    "d": 1.5,
    "big": 2**63,
    "text": "Ünï",
    "none": None,
    "list": [1, 2.5, "a", None, True],
    "tags": ["new", "vip"],
    "deep": {"a": [{"b": 1}]},
    "at": "2024-07-01T12:00:00.25Z",
}


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def answer(text):
    return compile_expression(text, {"data": Variable(ANY, lambda env: env)}).run(JSON)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # what is written
        ("0x1F", 31),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551615u", 2**64 - 1),
        (".5 + 1e-1", 0.6),
        (r"'\u00fc\U0001F600\x41\101\n'", "ü😀AA\n"),
        (r"r'\n' + R'''a'b'''", "\\na'b"),
        ("'''a\n\"b\"'''", 'a\n"b"'),
        (r"b'ä\xff\101'", b"\xc3\xa4\xffA"),
        ("[1, 2,]", [1, 2]),
        ("// a word before\n1 // and behind", 1),
        ("{'a-b': 1}.`a-b`", 1),
        # numbers
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("7 % -3", 1),
        ("1.0 / 0.0", math.inf),
        ("5u - 3u", 2),
        ("18446744073709551615u % 10u", 5),
        ("dyn(1) == 1.0 && 1u == dyn(1)", True),
        ("dyn(1.5) > 1 && 2u < dyn(2.5)", True),
        ("data.big > 9223372036854775807", True),
        ("data.n * data.d", 10.5),
        ("data.n + 0.5", 7.5),
        ("math.round(-2.5)", -3.0),
        ("math.abs(-5) + math.sign(-2)", 4),
        ("math.greatest(1, 2.5, 2u)", 2.5),
        ("math.least([3, 2, 5])", 2),
        ("math.bitShiftRight(-1, 60)", 15),
        ("math.isNaN(0.0 / 0.0)", True),
        ("3 * 0.25 + 1", 1.75),
        ("1 + decimal('0.10') * 2", Decimal("1.20")),
        ("decimal(0.1) + decimal(1)", Decimal("1.1")),
        ("round(2.675, 2)", 2.68),
        ("[round(decimal('2.665'), 2), round(decimal('2.5'))]", [Decimal("2.66"), Decimal(2)]),
        ("[round(decimal('1'), 2), round(7, 2)]", [Decimal("1.00"), 7]),
        ("max(1, 2.5) == 2.5 && type(max(2, 1.5)) == double", True),
        ("max(1, decimal('0.5')) / 3", Decimal("0.3333333333333333333333333333")),
        ("min('b', 'a', 'c')", "a"),
        ("max(timestamp('2024-01-01T00:00:00Z'), timestamp(data.at)) == timestamp(data.at)", True),
        ("min([3, 1, 2]) + max(data.n)", 8),
        # one value of many
        ("[1, 2, 3].reduce(made, x, 0, made + x)", 6),
        ("['a', 'b'].reduce(made, x, '', made + x + ',')", "a,b,"),
        ("[0.5, 1.5].reduce(made, x, 1, made + x)", 3.0),
        ("{'a': 1, 'b': 2}.reduce(made, key, [], made + [key])", ["a", "b"]),
        ("[3, 9, 4].reduce(most, x, null, most == null || x > most ? x : most)", 9),
        ("[[1, 2], [3]].reduce(made, x, 0, x.reduce(inner, y, made, inner + y))", 6),
        ("data.tags.reduce(made, x, {'n': 0}, {'n': made.n + size(x)}).n", 6),
        ("[data.list.first(), data.tags.last(), [[1]].first()]", [1, "vip", [1]]),
        ("[data.tags.slice(1), data.tags.slice(0, 1), [].slice(0, 0)]", [["vip"], ["new"], []]),
        ("[3, 1, 2].sortBy(x, -x)", [3, 2, 1]),
        ("['bob', 'al', 'ada'].sortBy(x, size(x))", ["al", "bob", "ada"]),
        ("{'a': 2, 'b': 1}.sortBy(key, decimal(string(get({'a': 2, 'b': 1}, key, 0))))", ["b", "a"]),
        ("[{'n': 2}, {'n': 1}].sortBy(x, x.n)[0].n", 1),
        # times of the calendar
        ("later(timestamp('2024-01-31T12:00:00Z'), '1 month') == timestamp('2024-02-29T12:00:00Z')", True),
        ("earlier(timestamp('2024-03-31T12:00:00Z'), '1 month') == timestamp('2024-02-29T12:00:00Z')", True),
        ("earlier(timestamp('2024-01-03T00:00:00Z'), '2 weeks') == timestamp('2023-12-20T00:00:00Z')", True),
        ("later(timestamp('2024-01-01T00:00:00Z'), '90m') == timestamp('2024-01-01T01:30:00Z')", True),
        # the end of July in Vienna, a day that has 23 hours there, an hour that is not there or there twice
        (
            "later(startOf(timestamp(data.at), 'month', 'Europe/Vienna'), '1 month', 'Europe/Vienna')",
            moment("2024-07-31T22:00:00"),
        ),
        ("later(timestamp('2024-03-30T23:00:00Z'), '1 day', 'Europe/Vienna')", moment("2024-03-31T22:00:00")),
        (
            "earlier(timestamp('2024-03-31T22:00:00Z'), '1 day', 'Europe/Vienna')",
            moment("2024-03-30T23:00:00"),
        ),
        ("later(timestamp('2024-03-30T01:30:00Z'), '1 day', 'Europe/Vienna')", moment("2024-03-31T01:30:00")),
        ("later(timestamp('2024-10-26T00:30:00Z'), '1 day', 'Europe/Vienna')", moment("2024-10-27T00:30:00")),
        ("later(timestamp('2024-03-30T23:00:00Z'), '24h', 'Europe/Vienna')", moment("2024-03-31T23:00:00")),
        ("dateText(timestamp('2024-05-31T22:30:00Z'), 'month', 'Europe/Vienna')", "2024-06"),
        ("dateText(timestamp('2024-05-31T22:30:00Z'), 'month')", "2024-05"),
        ("dateText(timestamp('2024-05-31T22:30:00Z'), 'day', '+02:00')", "2024-06-01"),
        ("dateText(timestamp('2024-12-30T12:00:00Z'), 'week')", "2025-W01"),
        ("dateText(timestamp('0999-12-30T12:00:00Z'), 'year')", "0999"),
        ("dateText(timestamp('2024-05-31T22:30:00Z'), 'minute', 'Europe/Vienna')", "2024-06-01T00:30"),
        ("atTime(timestamp('2024-05-31T22:30:00Z'), '09:00')", moment("2024-05-31T09:00:00")),
        (
            "atTime(timestamp('2024-05-31T22:30:00Z'), '09:00', 'Europe/Zurich')",
            moment("2024-06-01T07:00:00"),
        ),
        (
            "atTime(timestamp('2024-03-31T12:00:00Z'), '02:30', 'Europe/Zurich')",
            moment("2024-03-31T01:30:00"),
        ),
        (
            "atTime(timestamp('2024-10-27T12:00:00Z'), '02:30', 'Europe/Zurich')",
            moment("2024-10-27T00:30:00"),
        ),
        ("['Europe/Zurich', '+02:00', 'Europe/Zurch', ''].map(x, isZone(x))", [True, True, False, False]),
        ("startOf(timestamp('2024-05-15T23:30:00Z'), 'day') == timestamp('2024-05-15T00:00:00Z')", True),
        ("startOf(timestamp('2024-05-15T23:30:00Z'), 'day', 'Europe/Vienna')", moment("2024-05-15T22:00:00")),
        ("startOf(timestamp('2024-03-31T12:00:00Z'), 'day', 'Europe/Vienna')", moment("2024-03-30T23:00:00")),
        ("startOf(timestamp('2024-05-15T23:30:00Z'), 'week')", moment("2024-05-13T00:00:00")),
        ("startOf(timestamp('2024-05-15T23:30:00Z'), 'month')", moment("2024-05-01T00:00:00")),
        (
            "startOf(timestamp('2024-05-15T23:30:00Z'), 'year', 'Europe/Vienna')",
            moment("2023-12-31T23:00:00"),
        ),
        ("lists.range(3).map(x, x * 2)", [0, 2, 4]),
        # objects and maps
        ("with({'a': 1, 'b': 2}, {'b': 3})", {"a": 1, "b": 3}),
        ("with(data.deep, {'x': data.n}).x", 7),
        ("put({}, 'a', 1).put('b', 2).without('a')", {"b": 2}),
        ("without({'a': 1}, 'b')", {"a": 1}),
        ("[get({'a': 1}, 'a', 0), get({'a': 1}, 'b', 0)]", [1, 0]),
        ("data.tags.reduce(made, x, {}, put(made, x, get(made, x, 0) + 1))", {"new": 1, "vip": 1}),
        # logic: what decides, decides
        ("1 / 0 == 1 || true", True),
        ("false && 1 / 0 == 1", False),
        ("data.nothing == 1 || data.n == 7", True),
        ("[1, 0].exists(x, 4 / x == 4)", True),
        ("![2, 0].all(x, 4 / x == 3)", True),
        # texts count code points
        ("size(data.text)", 3),
        ("size('😀é')", 2),
        ("data.text.charAt(2)", "ï"),
        ("data.text.indexOf('ï')", 2),
        ("'tacocat'.substring(4, 7)", "cat"),
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
        ("['a', 'b'].join('-')", "a-b"),
        ("'ÀB'.lowerAscii()", "Àb"),
        ("'abc'.matches('^a.c$') && matches('abc', 'b')", True),
        ("'%s has %d of %.2f'.format(['Ada', 3, 1.5])", "Ada has 3 of 1.50"),
        ("base64.encode(b'hello')", "aGVsbG8="),
        ("strings.quote('a\"b')", '"a\\"b"'),
        # lists and objects
        ("'vip' in data.tags", True),
        ("'old' in data.tags", False),
        ("1.0 in [1] && 1 in data.list && !(3 in data.list)", True),
        ("'n' in data && !('x' in data)", True),
        ("null in data.list", True),
        ("data.deep.a[0].b", 1),
        ("data['deep']['a'][0]['b']", 1),
        ("has(data.n) && !has(data.x)", True),
        ("[1, 2] == [1.0, 2.0] && {'a': 1} == {'a': 1.0}", True),
        ("[1, 2].map(x, x > 1, x * 2)", [4]),
        ("{'a': 1, 'b': 2}.filter(k, k == 'a')", ["a"]),
        ("['a', 'b'].transformList(i, v, v + string(i))", ["a0", "b1"]),
        ("{'a': 1}.transformMap(k, v, v + 1)", {"a": 2}),
        ("[1, 2, 3].exists_one(x, x > 2)", True),
        ("cel.bind(x, data.n + 1, x * x)", 64),
        ("[[1, 2], [3]].map(l, l.map(x, x + size(l)))", [[3, 4], [4]]),
        ("[3, 1, 2].sort() + [1, 1].distinct()", [1, 2, 3, 1]),
        ("{5: 'a', 2u: 'b'}[2]", "b"),
        # kinds
        ("type(1) == int && type('a') == string && type(null) == null_type", True),
        ("type([]) == list && type(duration('1s')) == google.protobuf.Duration", True),
        ("int('-12') + int(3.9) + int(2u)", -7),
        ("double('1e3') + double(2)", 1002.0),
        ("bool('true') && !bool('f')", True),
        ("string(1.0) + string(true) + string(-4.5e-3)", "1true-0.0045"),
        ("bytes('ä') == b'ä' && string(b'abc') == 'abc'", True),
        # times
        ("timestamp(data.at).getHours('Europe/Berlin')", 14),
        ("timestamp(data.at).getHours()", 12),
        ("timestamp('2024-01-01T23:30:00Z').getDayOfMonth('+01:00')", 1),
        ("timestamp('2024-01-01T00:00:00Z').getDayOfWeek()", 1),
        ("timestamp('2024-12-31T00:00:00Z').getDayOfYear()", 365),
        ("string(timestamp(data.at))", "2024-07-01T12:00:00.25Z"),
        ("timestamp(0)", datetime(1970, 1, 1, tzinfo=UTC)),
        ("duration('1h30m') - duration('1s')", timedelta(seconds=5399)),
        ("duration('90s') + timestamp(0) > timestamp(89)", True),
        ("duration('3730s').getMinutes()", 62),
        ("string(duration('1.5m'))", "90s"),
    ],
)
def test_X1_an_expression_gives(text, wanted):
    found = answer(text)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("9223372036854775807 + 1", "64 bits"),
        ("-(-9223372036854775808)", "64 bits"),
        ("0u - 1u", "64 bits"),
        ("-9223372036854775808 % -1", "64 bits"),
        ("data.none in data", "null is no key"),
        ("1 / (1 - 1)", "division by zero"),
        ("data.n % 0", "division by zero"),
        ("data.nothing", "there is no nothing"),
        ("data.none.x", "null has no x"),
        ("data.text.x", "text has no x"),
        ("data.tags[2]", "there is no item 2: there are 2"),
        ("data.text > 1", "> does not compare text with a whole number"),
        ("data.text + 1", "+ does not work on text and a whole number"),
        ("data.none * 2", "* does not work on null and a whole number"),
        ("data.n && true", "&& joins what is true or false, and this is a whole number"),
        ("data.n ? 1 : 2", "must be true or false"),
        ("data.n.lowerAscii() == 'a'", "lowerAscii does not take a whole number"),
        ("data.text.matches(data.text + '(')", "no regular expression"),
        ("int(data.text)", "no whole number"),
        ("int(1e99)", "too large"),
        ("timestamp(data.text)", "no time such as"),
        ("timestamp(data.at).getHours(data.text)", "there is no time zone"),
        ("dateText(timestamp('9999-12-31T23:59:59Z'), 'day', '+01:00')", "between the years"),
        ("atTime(timestamp('0001-01-01T12:00:00Z'), '00:30', '+01:00')", "between the years"),
        ("later(timestamp('9999-12-31T23:59:59Z'), '1s', '+01:00')", "between the years"),
        ("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "between the years"),
        ("'abc'.substring(2, 1)", "stands behind"),
        ("{'a': 1, 'a': 2}", "twice"),
        ("[1, 'a'].sort()", "no order"),
        ("[2, 0].all(x, 4 / x == 2)", "division by zero"),
        ("'%d'.format(['a'])", "%d does not write text"),
    ],
)
def test_X1_an_expression_fails_in_words(text, why):
    with pytest.raises(ExpressionFailed) as caught:
        answer(text)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'a'.matches('(')", "this is no regular expression: unclosed group"),
        ("'a'.matches('(?=a)')", "this is no regular expression: look-around"),
        ("later(timestamp(0), '1 month', 'Europe/Berln')", "there is no time zone Europe/Berln"),
        ("dateText(timestamp(0), 'hour')", "'hour' is none of minute, day, week, month, year"),
        ("startOf(timestamp(0), 'minute')", "'minute' is none of day, week, month, year"),
        ("atTime(timestamp(0), '9:00')", "'9:00' is no time of day such as 09:00"),
        ("timestamp(0).getHours('Europe/Berln')", "there is no time zone Europe/Berln"),
        ("timestamp('yesterday')", "'yesterday' is no time such as 2024-05-01T12:00:00Z"),
        ("duration('soon')", "'soon' is no duration such as 1h30m or 2.5s"),
        ("'a' in 'abc'", "in needs a list or an object, and 'abc' is text"),
        ("1 in ['a']", "1 is a whole number, and what stands here holds text: it is never in there"),
        ("[1, 2].join()", "join does not take a list that holds a whole number"),
        ("[{}].sort()", "sort does not take a list that holds an object"),
        ("['a'].sum()", "sum does not take a list that holds text"),
        ("[1]['a']", "an item of a list has a number, and this is text"),
        ("data.?x", "optional values are not read"),
        ("has(data)", "has asks for a field"),
        ("maths.round(1.5)", "nothing here is called maths"),
        ("math.rond(1.5)", "there is no function math.rond"),
        (r"'\q' == 'q'", "\\q means nothing in a text"),
        ("-duration('1s')", "- needs a number, and duration(…) is a duration"),
        (f"{'(' * 60}1{')' * 60}", "this is nested too deep"),
        (f"{'-' * 60}data.n", "there are too many signs"),
        (" + ".join(["data.n"] * 200), "this is nested too deep"),
        ("[" * 2000, "this is nested too deep"),
        ("data ?" * 500, ": is missing"),
        ("a." * 1000 + "b", "this is nested too deep"),
        ("1" * 4001, "longer than 4000 characters"),
    ],
)
def test_X1_what_could_never_run_is_refused(text, said):
    with pytest.raises(InvalidExpression) as caught:
        answer(text)
    assert said in str(caught.value)


# -- exact decimals -----------------------------------------------------------------------------------------


class Sale(msgspec.Struct):
    """Something with decimals."""

    price: object
    prices: object
    n: int = 3
    s: str = "Abc"


SALE = record({"price": DECIMAL, "n": INTEGER, "s": STRING, "prices": Type(kind=Kind.LIST, item=DECIMAL)})
LARGE = Decimal("90071992547409931.17")


def sold(text, price=LARGE):
    return compile_expression(text, {"event": item(SALE, 0)}).run((Sale(price, [price, Decimal("0.1")]),))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("event.price", "90071992547409931.17"),
        ("event.price + 0.01", "90071992547409931.18"),
        ("event.price * event.n - event.price", "180143985094819862.34"),
        ("event.s.matches('^A') ? event.price : 0.0", "90071992547409931.17"),
        ("event.s.lowerAscii() == 'abc' && event.n in [3] ? event.price * 1 : 0", "90071992547409931.17"),
        ("event.prices.map(p, p * 2).sum()", "180143985094819862.54"),
        ("[event.price].filter(p, p > 1.0)[0]", "90071992547409931.17"),
        ("{'p': event.price}.p", "90071992547409931.17"),
        ("cel.bind(p, event.price, p - 1)", "90071992547409930.17"),
        ("math.round(event.price)", "90071992547409931"),
        ("math.abs(-event.price)", "90071992547409931.17"),
        ("event.prices.max()", "90071992547409931.17"),
        ("event.prices.sort()[1]", "90071992547409931.17"),
        ("math.greatest(event.price, 1)", "90071992547409931.17"),
        ("event.price % 1000", "931.17"),
    ],
)
def test_X1_decimals_are_exact_on_every_path(text, wanted):
    found = sold(text)
    assert found == Decimal(wanted)
    assert isinstance(found, Decimal)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("string(event.price)", "90071992547409931.17"),
        ("'total ' + string(event.price * 2)", "total 180143985094819862.34"),
        ("'%s'.format([event.price])", "90071992547409931.17"),
        ("'%.1f'.format([event.price])", "90071992547409931.2"),
        ("int(event.price)", 90071992547409931),
        ("event.price in [1.0, 90071992547409931.17]", False),
        ("event.price in event.prices", True),
        ("event.prices == [event.price, 0.1]", True),
        ("event.price > 90071992547409931", True),
        ("string((event.n > 5 ? event.n : event.price) / 2)", "45035996273704965.585"),
        ("type(event.price) == type(event.prices[0])", True),
    ],
)
def test_X1_decimals_beside_everything_else(text, wanted):
    assert sold(text) == wanted


def test_X1_a_double_beside_a_decimal_is_taken_as_it_is_written():
    text = "event.price == 0.1 && event.price in [0.1] && event.price * 3 == 0.3"
    assert sold(text, Decimal("0.1")) is True


def test_X1_a_choice_with_a_whole_number_divides_as_decimals_do():
    assert sold("(event.n > 2 ? event.n : event.price) / 2") == Decimal("1.5")


def test_X1_what_takes_no_decimal_leads_on():
    with pytest.raises(InvalidExpression) as caught:
        sold("event.price.matches('a')")
    (flaw,) = caught.value.flaws
    assert flaw.message == "matches does not take an exact decimal number"
    assert flaw.hint == "write string(…) around it"
    assert sold("string(event.price).matches('17$')") is True


def test_X1_a_result_that_has_no_exact_form_is_an_error():
    with pytest.raises(ExpressionFailed, match="more than 100 digits"):
        sold("event.price + 1", Decimal("1E+1000"))
