"""Tells a project file that another program emptied from one in which nothing stands yet."""

from __future__ import annotations

from workbench.project.samples import PROJECT_FILE
from workbench.tusk import Document, Problem, TskError

SAID = "the file is empty; what stood in it was not taken for deleted"
HINT = "write it again: what runs is its last text"


def refuse_emptied(data: bytes, before: Document | None) -> None:
    """Refuses a project file without any text where there was one: it may not be written yet.

    Raises:
        TskError: It is empty.
    """
    if before is not None and before.text.strip() and not data.strip():
        place = Problem(
            file=PROJECT_FILE, line=1, column=1, end_column=2, code="E-EMPTY", message=SAID, hint=HINT
        )
        raise TskError([place])
