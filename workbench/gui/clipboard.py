"""Rows of a table as lines for the clipboard: whole values, tabs between cells, formulas quoted."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.gui.paged_model import PagedModel, Row

FORMULA = ("=", "+", "-", "@")


def lines_of(model: PagedModel, rows: Iterable[Row]) -> str:
    """Returns rows as text that a spreadsheet takes."""
    columns = range(model.columnCount())
    return "\n".join("\t".join(_safe(model.whole_of(row, column)) for column in columns) for row in rows)


def _safe(text: str) -> str:
    """Quotes what a spreadsheet would take for a formula (contract §10)."""
    flat = " ".join(text.replace("\t", " ").splitlines())
    return f"'{flat}" if flat.startswith(FORMULA) else flat
