"""What looks like a secret is masked, wherever it stands, and nothing else is."""

from __future__ import annotations

import json

import pytest

from workbench.model.secrets import _KEYS, _SECRET, MASK, disguised, is_secret, mask, masked, without_secrets


@pytest.mark.parametrize(
    "key", ["password", "userPassword", "api_key", "accessToken", "Authorization", "secret"]
)
def test_what_stands_behind_such_a_key_is_masked(key):
    value = {"name": "ada", "inner": [{key: "s3cret", "n": 1}]}
    shown, paths = mask(value)
    assert shown == {"name": "ada", "inner": [{key: MASK, "n": 1}]}
    assert paths == [f"$.inner[0].{key}"]
    assert value["inner"][0][key] == "s3cret"


def test_an_object_behind_such_a_key_is_masked_whole():
    assert masked({"token": {"value": "x"}, "secrets": ["a"]}) == {"token": MASK, "secrets": MASK}


def test_nothing_and_yes_or_no_are_no_secrets():
    value = {"password": None, "has_token": True}
    assert mask(value) == (value, [])


def test_a_key_can_be_revealed():
    assert masked({"token": "a", "secret": "b"}, reveal={"token"}) == {"token": "a", "secret": MASK}


def test_a_strange_key_is_quoted_in_its_path():
    assert mask({"my token": 1})[1] == ["$['my token']"]


SECRET = [
    "x-api-key", "X-API-KEY", "XApiKey", "apiKey", "APIKey", "api_key", "apikey", "apiKeys", "credentials",
    "userCredential", "private_key", "privateKey", "privatekey", "pwd", "user_pwd", "auth", "X-Auth",
    "authToken", "bearer", "bearer_token", "cookie", "Cookies", "set-cookie", "Set-Cookie", "session_token",
    "sessionToken", "client_secret", "clientSecret", "access_key", "accessKeyId", "accesskey", "passphrase",
    "pin", "cardPin", "password2", "newPassword", "passwd", "PASSWORD", "userpassword", "accesstoken",
    "Authorization", "proxy-authorization", "refreshtoken", "AWS_SECRET_ACCESS_KEY", "encryption_key",
    "jwt", "creds", "dbCreds", "otp", "oauth", "oauthState", "authorisation", "cookies", "cvv", "card_cvc",
    "passwort", "kennwort", "passcode", "passwords", "passwdFile", "signing_key", "session_key", "sshKey",
    "masterKeys", "secret_keys", "ssh-key", "password_digest",
    "pass", "db_pass", "passwordHash", "passwordhash", "oauth2", "my.secretKey", "secrets",
]  # fmt: skip
HARMLESS = [
    "passenger", "passengers", "compass", "author", "authors", "authority", "authored_by", "authenticated",
    "tokenize", "tokenizer", "secretary", "pinned", "pins", "opinion", "cred", "sacred", "credit",
    "authentic", "oauths", "hotpot", "spin", "spinner", "key", "keys", "keyboard",
    "public_key", "primary_key", "key_id", "monkey", "bypass", "passed", "encompass", "passport", "surpass",
    "shopping", "pinpoint", "cookbook", "email", "bear", "trespass", "overpass", "note",
]  # fmt: skip


def test_keys_are_known_by_their_words_however_they_are_written():
    assert [key for key in SECRET if masked({key: "x"}) != {key: MASK}] == []


def test_words_that_only_look_alike_are_no_secrets():
    assert [key for key in HARMLESS if masked({key: "x"}) != {key: "x"}] == []


@pytest.mark.parametrize("word", sorted(_SECRET))
def test_every_word_of_the_list_makes_a_key_secret(word):
    assert [
        key for key in (word, f"my_{word}", word.upper(), f"the{word.title()}Old") if not is_secret(key)
    ] == []


@pytest.mark.parametrize("first", sorted(_KEYS))
def test_every_key_of_the_list_opens_something(first):
    assert [
        key for key in (f"{first}_key", f"{first}Keys", f"X-{first.title()}-Key") if not is_secret(key)
    ] == []
    assert not is_secret(f"{first}_keyboard")


def test_json_in_a_text_is_masked_like_any_other():
    value = {"row": '{"who": "ada", "api-key": "x"}', "list": "[1, 2]", "odd": "{not json"}
    shown, paths = mask(value)
    assert shown == {**value, "row": f'{{"who": "ada", "api-key": "{MASK}"}}'}
    assert paths == ["$.row"]


@pytest.mark.parametrize(
    "secret", ["hunter2-and-more", 'it\'s "so"', "line\nbreak", "ümläut", "a\\b\"c'", "é" * 60]
)
def test_no_error_text_tells_a_secret_however_it_writes_it(secret):
    payload = {"name": "ada", "inner": [{"client_secret": {"value": secret}}]}
    for said in (f"bad {secret}", f"bad {payload}", f"bad {secret!r}", f"bad {json.dumps(payload)}"):
        for about in (payload, json.dumps(payload)):
            shown = without_secrets(said, about)
            assert not any(written in shown for written in (secret, repr(secret), json.dumps(secret)))
            assert MASK in shown


def test_a_secret_that_a_library_shortened_is_still_known():
    secret = "".join(map(str, range(60)))
    said = f"input_value='{secret[:25]}...{secret[-24:]}', input_type=str"
    assert secret[:20] not in without_secrets(said, {"token": secret})
    assert secret[-20:] not in without_secrets(said, {"token": secret})


def test_short_secrets_are_masked_as_words_only():
    assert without_secrets("PIN 12 of 1234 in line 123", {"pin": 12}) == f"PIN {MASK} of 1234 in line 123"
    assert (
        without_secrets("nothing to hide, True", {"note": "hide", "has_token": True})
        == "nothing to hide, True"
    )


@pytest.mark.parametrize(("secret", "kept"), [("abc", True), ("abcd", True), ("abcde", False)])
def test_up_to_four_characters_only_whole_words_are_taken_for_a_secret(secret, kept):
    said = without_secrets(f"x{secret}y {secret} _{secret}", {"token": secret})
    inside = secret if kept else MASK
    assert said == f"x{inside}y {MASK} _{inside}"


def test_what_is_run_again_has_made_up_secrets_of_the_same_kind():
    value = {"token": "abc", "pin": 12, "auth": {"on": True, "keys": ["k", 1.5, None]}, "n": 1}
    assert disguised(value) == {
        "token": MASK, "pin": 0, "auth": {"on": True, "keys": [MASK, 0.0, None]}, "n": 1,
    }  # fmt: skip


@pytest.mark.parametrize("depth", [300, 900, 5000])
def test_what_is_nested_too_deep_is_masked_as_a_whole_and_said_nothing_about(depth):
    value = "sesame"
    for _ in range(depth):
        value = {"password": value}
    text = '{"a":' * depth + "1" + "}" * depth
    assert masked(value) in (MASK, {"password": MASK})
    assert masked({"password": "x", "text": text}) in (MASK, {"password": MASK, "text": text})
    said = without_secrets("no sesame today", value)
    assert "sesame" not in said
    assert without_secrets("all is well", text) in ("all is well", MASK)
