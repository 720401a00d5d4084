"""Made-up values keep the shape of what they stand for, and are the same for the same (W22)."""

from __future__ import annotations

import hmac
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.masking import Masking, masked_words


def masking(*fields, secrets=False, model=()):
    return Masking(fields, b"a key of a test", secrets=secrets, model=model)


def masked(value, *fields, **more):
    made = masking(*fields, **more)
    text = json.dumps(value)
    made.learn(text)
    said, paths = made.json(text)
    return json.loads(said), paths


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ("Ada Lovelace", r"[A-Z][a-z]{2} [A-Z][a-z]{7}\Z"),
        ("ada.l@example.org", r"[a-z]{3}\.[a-z]@[a-z]{7}\.[a-z]{3}\Z"),
        ("+49 30 1234567", r"\+\d\d \d\d \d{7}\Z"),
        ("https://example.org/x", r"https://[a-z]{7}\.[a-z]{3}/[a-z]\Z"),
        (
            "0b9c0f9e-3c9a-4c61-9d83-6a1f0b9c0f9e",
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-9[0-9a-f]{3}-[0-9a-f]{12}\Z",
        ),
        ("2026-11-30T10:15:59.250Z", r"2026-(0\d|1[012])-[012]\d-?T[012]\d:[0-5]\d:[0-5]\d\.250Z\Z"),
        ("2026-11-30", r"2026-(0\d|1[012])-[012]\d\Z"),
        ("12.50", r"[1-9]\d\.\d0\Z"),
        ("Müller", r"[A-Z][a-z]{5}\Z"),
    ],
)
def test_W22_a_mask_has_the_shape_of_its_value(value, shape):
    said, paths = masked({"who": value}, "who")
    assert said["who"] != value
    assert re.match(shape, said["who"]), said
    assert paths == ["$.who"]


@pytest.mark.parametrize("value", [4711, -250, 3.25, 9_007_199_254_740_993])
def test_W22_a_number_stays_one_of_its_kind_and_length(value):
    said, _ = masked({"n": value}, "n")
    assert type(said["n"]) is type(value)
    assert said["n"] != value
    assert len(str(said["n"])) == len(str(value))
    assert (said["n"] < 0) is (value < 0)


def test_W22_true_false_null_and_what_has_no_letter_or_digit_stay():
    value = {"x": [True, False, None, "", "—", 0]}
    assert masked(value, "x") == (value, [])


def test_W22_all_below_a_masked_field_is_masked_and_nothing_else():
    value = {"to": {"city": "Paris", "lines": ["a street", 12]}, "other": "Rome", "n": 12}
    said, paths = masked(value, "to", model=("city", "lines"))
    assert paths == ["$.to.city", "$.to.lines[0]", "$.to.lines[1]"]
    assert said["other"] == "Rome"
    assert said["n"] == 12
    assert "Paris" not in json.dumps(said)


def test_W22_the_same_value_has_the_same_mask_wherever_it_stands():
    made = masking("email")
    one, other = '{"email":"ada@example.org"}', '{"note":"mail to ada@example.org failed","by":"bob"}'
    made.learn(one)
    mask = json.loads(made.json(one)[0])["email"]
    assert json.loads(made.json(other)[0]) == {"note": f"mail to {mask} failed", "by": "bob"}
    assert made.text("user-ada@example.org") == f"user-{mask}"
    assert made.text("the server of example.org is down") == f"the server of {mask.split('@')[1]} is down"
    assert made.json(other)[1] == [], "that names fields, not mentions"


def test_W22_what_only_looks_alike_is_no_mention():
    made = masking("name")
    made.learn('{"name":"ann"}')
    assert made.text("annotation, planned by anna") == "annotation, planned by anna"


def test_W22_json_in_a_text_is_looked_through():
    said, _ = masked({"column": '{"pin":"1234","x":1}', "x": "1234 was wrong"}, "pin")
    inner = json.loads(said["column"])
    assert inner["pin"] != "1234"
    assert inner["x"] == 1
    assert said["x"] == f"{inner['pin']} was wrong"


def test_W22_keys_of_maps_that_are_values_are_masked_too():
    made = masking("user")
    made.learn('{"user":"ada"}')
    said = json.loads(made.json('{"seen":{"ada":1,"bob":2}}')[0])
    assert set(said["seen"].values()) == {1, 2}
    assert "ada" not in said["seen"]
    assert "bob" in said["seen"]


def test_W22_what_looks_like_a_secret_is_masked_unless_that_is_not_wanted():
    assert masked({"api_key": "abc123"}, secrets=True)[0]["api_key"] != "abc123"
    assert masked({"api_key": "abc123"}) == ({"api_key": "abc123"}, [])


def test_W22_a_short_number_is_no_mention_a_long_one_is():
    made = masking("n")
    made.learn('{"n":7,"m":0}')
    made.learn('{"n":471147}')
    assert made.text("7 of 471147").startswith("7 of ")
    assert "471147" not in made.text("7 of 471147")


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ('{"by":"x","masked":["$.email","$.to.city"]}', "masked: email, to.city"),
        ('{"masked":[]}', ""),
        ('{"masked":"mine"}', ""),
        ('{"masked":[1]}', ""),
        ("[]", ""),
        ("nonsense", ""),
        (None, ""),
    ],
)
def test_W22_metadata_say_what_is_masked(metadata, said):
    assert masked_words(metadata) == said


def test_W22_without_the_key_the_values_cannot_be_made_again():
    one = Masking(("x",), b"one", secrets=False)
    other = Masking(("x",), b"other", secrets=False)
    assert one.json('{"x":"a long secret"}') != other.json('{"x":"a long secret"}')


@given(st.lists(st.text("abc019 -@.", min_size=1, max_size=8), min_size=2, max_size=40, unique=True))
def test_W22_different_values_have_different_masks_of_the_same_length(values):
    made = masking("x")
    said = [json.loads(made.json(json.dumps({"x": one}))[0])["x"] for one in values]
    assert [len(one) for one in said] == [len(one) for one in values]
    enough = [mask for mask, one in zip(said, values, strict=True) if sum(map(str.isalpha, one)) > 2]
    assert len(set(enough)) == len(enough)


@given(st.integers(-(10**15), 10**15))
def test_W22_any_number_has_a_mask(value):
    said = json.loads(masking("x").json(json.dumps({"x": value}))[0])["x"]
    assert isinstance(said, int)
    assert len(str(said)) == len(str(value))


@pytest.mark.parametrize("secret", ["password", "n", "by", "rate"])
def test_W22_names_of_fields_stay_whatever_a_secret_is(secret):
    made = masking(secrets=True, model=("rate_set", "n", "by", "password"))
    made.learn(json.dumps({"password": secret, "pin": secret}))
    value = {"password": "x", "n": 1, "by": {"n": 2, "password": "y"}, "rows": [{"n": 3}]}
    said = json.loads(made.json(json.dumps(value))[0])
    assert list(said) == list(value)
    assert set(said["by"]) == {"n", "password"}
    assert said["rows"] == [{"n": 3}]
    assert made.text("rate_set by n") == "rate_set by n", "what the model says is no mention"
    assert secret not in made.json(json.dumps({"pin": secret}))[0].partition(":")[2]


def test_W22_names_of_types_stay_in_names_of_streams_and_the_key_behind_them_does_not():
    made = masking("user_id", model=("user", "user_id"))
    made.learn('{"user_id":"user"}')
    made.learn('{"user_id":"x"}')
    for key in ("user", "x"):
        kept, _, mask = made.text(f"user-{key}", names=True).partition("-")
        assert kept == "user"
        assert mask == json.loads(made.json(json.dumps({"user_id": key}))[0])["user_id"] != key
    assert made.text("this is a user, x") == "this is a user, x", "short and common words are no mentions"


def test_W22_keys_below_a_masked_field_are_values_unless_the_model_names_them():
    value = {"password": {"sk-KEYED-zz11": {"city": "Paris"}, "ok-22": True}, "said": "sk-KEYED-zz11 failed"}
    said, paths = masked(value, secrets=True, model=("city",))
    first, second = said["password"]
    assert "KEYED" not in json.dumps(said)
    assert said["password"][second] is True
    assert list(said["password"][first]) == ["city"]
    assert paths == [f"$.password.{first}.city", f"$.password.{second}"]
    assert said["said"] == f"{first} failed"


def test_W22_a_long_number_is_the_same_in_other_fields_a_short_one_may_be_by_chance():
    made = masking("pin")
    made.learn('{"pin":739184}')
    made.learn('{"pin":1000}')
    said = json.loads(made.json('{"pin":739184,"code":739184,"text":"739184 or 1000","sum":1000}')[0])
    assert said["code"] == said["pin"] != 739184
    assert said["sum"] == 1000
    assert "739184" not in said["text"]
    assert "1000" not in said["text"]
    assert made.number(739184, "code") == said["pin"]


def test_W22_a_copy_in_other_cases_is_masked_in_these_cases():
    made = masking(secrets=True)
    made.learn('{"token":"Abc-Defg"}')
    mask = made.text("Abc-Defg")
    assert mask != "Abc-Defg"
    assert made.text("ABC-DEFG, abc-defg") == f"{mask.upper()}, {mask.lower()}"


def test_W22_what_begins_alike_and_goes_on_is_no_mention():
    made = masking("name")
    made.learn('{"name":"ada love"}')
    assert made.text("ada lovelace") == "ada lovelace"
    assert made.text("ada love, ada") != "ada love, ada"


@pytest.mark.parametrize(
    "values",
    [
        [str(one) for one in range(10)] + list("abcdefghijklmnopqrstuvwxyz"),
        [str(one) for one in range(1, 100)],
        [f"2026-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)],
        [f"{char}-1" for char in "abcdefghijklmnopqrstuvwxyzäöü"],
        list(range(-9, 10)),
        [one / 10 for one in range(1, 10)],
    ],
    ids=["letters and digits", "numbers", "days", "names", "integers", "fractions"],
)
def test_W22_where_a_shape_has_too_few_values_another_shape_is_taken(values):
    made = masking("x")
    said = [json.loads(made.json(json.dumps({"x": one}))[0])["x"] for one in values]
    assert len(set(said)) == len(values)
    assert all(type(mask) is type(one) for mask, one in zip(said, values, strict=True))
    assert [one for one, mask in zip(values, said, strict=True) if one == mask] in ([], ["0"], [0])


def test_W22_a_name_that_stays_is_not_made_up_again():
    made = masking("x")
    made.learn('{"x":"a"}')
    for other in "bcdefghijklmnopqrstuvwxyz":
        made.avoid(f"thing-{other}")
    assert len(made.text("thing-a", names=True)) > len("thing-a")


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 2**64 - 1, 1.7e308, -1.2e308])
def test_W22_the_largest_numbers_stay_numbers_that_a_store_has(value):
    for key in range(20):
        made = Masking(("x",), bytes([key]), secrets=False)
        said = json.loads(made.json(json.dumps({"x": value}))[0])["x"]
        assert type(said) is type(value)
        assert -(2**63) <= said < 2**63 or type(said) is float


def test_W22_a_long_value_is_read_a_few_times_not_for_each_of_its_parts(monkeypatch):
    read, digest = [], hmac.digest

    def counted(key, said, kind):
        read.append(len(said))
        return digest(key, said, kind)

    monkeypatch.setattr(hmac, "digest", counted)
    text = "Big" + "x" * 50_000
    made = masking("x")
    made.learn(json.dumps({"x": text}))
    made.json(json.dumps({"x": text}))
    assert sum(read) < 4 * len(text)


def test_W22_a_short_value_in_a_name_is_masked_in_the_data_too_and_alone_it_is_told():
    made = masking("trip_id", "to", model=("trip", "flight_seat", "what"))
    value = {"trip_id": "b1", "what": "trip-b1", "more": ["flight_seat-b1 and trip-b1", "b1"], "n": "no-b1"}
    text = json.dumps(value)
    made.learn(text)
    shown = json.loads(made.json(text)[0])
    mask = shown["trip_id"]
    assert mask != "b1"
    assert made.text("trip-b1", names=True) == f"trip-{mask}"
    assert shown["what"] == f"trip-{mask}"
    assert shown["more"] == [f"flight_seat-{mask} and trip-{mask}", "b1"]
    assert shown["n"] == "no-b1", "it is no name that the model gives"
    assert made.left == {"more": 1}
    assert made.mentions("given trip-b1, then b1") == 1
