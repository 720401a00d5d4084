"""The documents of the program: cut into chapters, found by words, and all links lead somewhere."""

from __future__ import annotations

import re

import pytest

from workbench.services.documents.manual import anchor_of, chapters, chapters_of, found, led_to

TEXT = """# Two *things*

Before all.

```mermaid
graph LR
```

## `[first]` one

### Inside it

## Second, last

The end.
"""


def test_a_document_is_cut_at_its_chapters_and_diagrams_are_left_out():
    cut = chapters_of("two.md", TEXT)
    assert [one.title for one in cut] == ["Two *things*", "[first] one", "Second, last"]
    assert {one.document for one in cut} == {"Two *things*"}
    assert "mermaid" not in cut[0].text
    assert cut[1].text.startswith("## [first] one\n")


def test_a_document_without_a_heading_has_the_name_of_its_file():
    (only,) = chapters_of("notes.md", "Just this.")
    assert (only.title, only.document) == ("notes.md", "notes.md")


@pytest.mark.parametrize(
    ("link", "title"),
    [
        ("#first-one", "[first] one"),
        ("#inside-it", "[first] one"),
        ("two.md#second-last", "Second, last"),
        ("two.md", "Two *things*"),
        ("#nowhere", None),
        ("other.md", None),
        ("https://example.org/two.md", None),
    ],
)
def test_a_link_leads_to_its_chapter(link, title):
    cut = chapters_of("two.md", TEXT)
    where = led_to(link, cut[0], cut)
    assert (where[0].title if where else None) == title


def test_chapters_are_found_by_all_words_whatever_their_case():
    titles = {(one.file, one.title) for one in found("STALELEASE no")} | {
        (one.file, one.title) for one in found("handler_TIMEOUT Lease")
    }
    assert ("contract.md", "11. Defaults") in titles
    assert found("lease xyzzyx") == []
    assert found(" ") == list(chapters())


def test_every_link_of_the_documents_leads_somewhere():
    links = [
        (one, link)
        for one in chapters()
        for link in re.findall(r"(?<!!)\[[^\]]+\]\(([^)]+)\)", prose(one.text))
    ]
    assert len(links) > 10
    lost = [(one.file, one.title, link) for one, link in links if led_to(link, one) is None]
    assert [one for one in lost if not one[2].startswith("https://")] == []


def prose(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def test_anchors_are_those_of_the_usual_pages():
    assert anchor_of("5. Deliveries, and more") == "5-deliveries-and-more"
    assert anchor_of("[event_store]") == "event_store"
