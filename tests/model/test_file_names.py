"""A new name is seen in full, and one of a file is taken by every system."""

from __future__ import annotations

import pytest

from workbench.errors import InvalidName
from workbench.model.file_names import check_file_name, is_reserved
from workbench.model.json_values import check_new_name


@pytest.mark.parametrize("name", ["shop", "Büro 2", "日本", "می\u200cخواهم", "a.b", "con-1", "console"])
def test_what_is_seen_is_a_name(name):
    assert check_new_name(name, what="the name") == name
    assert check_file_name(name, what="the name", beside=(name, "other")) == name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a\u202eb", r"the name a\u202eb contains U+202E"),
        ("a\u200bb", r"the name a\u200bb contains U+200B, which is not seen"),
        ("a\u2028b", r"the name a\u2028b contains U+2028, which is not seen"),
        ("a\nb", r"the name a\u000ab contains U+000A"),
        ("a\tb", r"the name a\u0009b contains U+0009"),
        ("\ufeffa", r"the name \ufeffa contains U+FEFF, which is not seen"),
        (" ", "consists of blanks"),
        ("", "has 0"),
        ("a" * 256, "has 256"),
    ],
)
def test_what_hides_or_moves_text_is_refused_with_its_reason(name, told):
    for check in (check_new_name, check_file_name):
        with pytest.raises(InvalidName) as caught:
            check(name, what="the name")
        assert told in str(caught.value)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a:b", "contains :"),
        ("a.", "ends with a point"),
        ("COM1", "a name that Windows has for itself"),
        ("aux.tsk", "a name that Windows has for itself"),
        ("é" * 200, "takes 400 bytes"),
        ("Shop", "shop stands there, which differs in upper and lower case alone"),
    ],
)
def test_what_some_system_does_not_take_is_refused(name, told):
    with pytest.raises(InvalidName, match=told):
        check_file_name(name, what="the name", beside=("shop",))


def test_names_of_windows_are_known_whatever_they_end_with():
    assert [one for one in ("nul", "NUL.txt", "lpt9", "null", "com", "auxiliary") if is_reserved(one)] == [
        "nul",
        "NUL.txt",
        "lpt9",
    ]
