"""Says conditions on the rows of a read model in SQL."""

from __future__ import annotations

from typing import Any

from workbench.model.row_conditions import AllOf, Compare, Condition
from workbench.store.row_pages import AskedPage

_OPERATORS = {"==": "is", "!=": "is not"}


def page_query(table: str, asked: AskedPage, key: str, most: int) -> tuple[str, tuple[Any, ...]]:
    """Returns the question for at most ``most`` rows of a page, and its values.

    Each part is a question of its own, so that an index leads to its first row.
    """
    way = "desc" if asked.descending else "asc"
    order = f'order by "{asked.by}" {way}' + (f', "{key}" {way}' if asked.by != key else "")
    said, values = [], []
    for part in asked.parts:
        text, compared = _said(part)
        said.append(f"select * from {table} where {text} {order} limit ?")
        values += [*compared, most]
    if len(said) == 1:
        return said[0], tuple(values)
    parts = " union all ".join(f"select * from ({one})" for one in said)
    return f"{parts} {order} limit ?", (*values, most)


def _said(condition: Condition) -> tuple[str, list[Any]]:
    if isinstance(condition, Compare):
        operator = _OPERATORS.get(condition.operator, condition.operator)
        return f'"{condition.column}" {operator} ?', [condition.value]
    join, empty = (" and ", "1") if isinstance(condition, AllOf) else (" or ", "0")
    parts = [_said(part) for part in condition.parts]
    text = join.join(text for text, _ in parts) or empty
    return f"({text})", [value for _, values in parts for value in values]
