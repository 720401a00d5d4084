"""Two changes of one text are joined section by section."""

from __future__ import annotations

import pytest

from workbench.services.design.section_merge import Merged, merge, pieces
from workbench.tusk import parse

BASE = "# top\n\n[a]\nx: 1\n\n# of b\n[b]\nx: 1\n\n[c]\nx: 1\n"


def merged(mine, theirs, base=BASE):
    return merge(parse(base), parse(mine), parse(theirs))


def test_a_text_is_its_pieces():
    assert dict(pieces(parse(BASE))) == {
        "": "# top\n\n",
        "a": "[a]\nx: 1\n\n",
        "b": "# of b\n[b]\nx: 1\n\n",
        "c": "[c]\nx: 1\n",
    }
    assert dict(pieces(parse("# all\n"))) == {"": "# all\n"}


@pytest.mark.parametrize(
    ("mine", "theirs", "both"),
    [
        (BASE, BASE.replace("[c]\nx: 1", "[c]\nx: 2"), BASE.replace("[c]\nx: 1", "[c]\nx: 2")),
        (
            BASE.replace("[a]\nx: 1", "[a]\nx: 3"),
            BASE.replace("[c]\nx: 1", "[c]\nx: 2"),
            BASE.replace("[a]\nx: 1", "[a]\nx: 3").replace("[c]\nx: 1", "[c]\nx: 2"),
        ),
        (
            BASE.replace("# of b\n[b]\nx: 1\n\n", ""),
            BASE.replace("# top", "# new"),
            BASE.replace("# of b\n[b]\nx: 1\n\n", "").replace("# top", "# new"),
        ),
        (
            BASE + "\n[d]\nx: 1\n",
            BASE.replace("[c]\nx: 1\n", ""),
            BASE.replace("[c]\nx: 1\n", "") + "[d]\nx: 1\n",
        ),
        (BASE.replace("[c]", "[n]\n\n[c]"), BASE + "\n[m]\n", BASE.replace("[c]", "[n]\n\n[c]") + "\n[m]\n"),
        (
            BASE.replace("x: 1\n\n# of b", "x: 9\n\n# of b"),
            BASE.replace("x: 1\n\n# of b", "x: 9\n\n# of b"),
            BASE.replace("x: 1\n\n# of b", "x: 9\n\n# of b"),
        ),
    ],
)
def test_both_changes_stand(mine, theirs, both):
    assert merged(mine, theirs) == Merged(text=both)


def test_other_lines_of_one_section_are_joined():
    base = BASE.replace("[b]\nx: 1", "[b]\nx: 1\ny: 1")
    mine, theirs = base.replace("y: 1", "y: 2"), base.replace("# of b", "# to b")
    assert merged(mine, theirs, base) == Merged(text=theirs.replace("y: 1", "y: 2"))


def test_a_section_that_both_changed_is_named_and_theirs_is_kept():
    mine, theirs = BASE.replace("[a]\nx: 1", "[a]\nx: 3"), BASE.replace("[a]\nx: 1", "[a]\nx: 4")
    assert merged(mine, theirs) == Merged(text=theirs, conflicts=("a",))
    gone = BASE.replace("[a]\nx: 1\n\n", "")
    assert merged(gone, theirs).conflicts == ("a",)
    assert merged(mine, gone).conflicts == ("a",)


def test_how_lines_end_is_no_change_and_stays():
    crlf, mine = BASE.replace("\n", "\r\n"), BASE.replace("[b]\nx: 1", "[b]\nx: 2")
    assert merged(mine, crlf) == Merged(text=crlf.replace("[b]\r\nx: 1", "[b]\r\nx: 2"))
    mixed = crlf.replace("[c]\r\n", "[c]\n")
    assert merged(mine, mixed, mixed) == Merged(text=mixed.replace("[b]\r\nx: 1", "[b]\r\nx: 2"))
