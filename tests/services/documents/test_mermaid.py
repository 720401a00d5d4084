"""Labels of diagrams: text from elsewhere ends no label and is no markup."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from workbench.services.documents.mermaid import label


@given(st.text())
@example("a|b")
def test_a_label_holds_nothing_that_means_something(text):
    said = label(text)
    assert (said[0], said[-1]) == ('"', '"')
    assert not re.search(r'["<>&`\\{}\[\]()|\n\r]', said[1:-1])


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126)))
def test_its_codes_say_the_text_again(text):
    said = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label(text)[1:-1])
    assert said == text
