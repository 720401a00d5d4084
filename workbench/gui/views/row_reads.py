"""What the view of the read models asks the store: how one is, which rows it has, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.gui.prepared_rows import PreparedRows, prepared
from workbench.gui.views.row_source import RowsSource, shows_of

if TYPE_CHECKING:
    from workbench.gui.table_selection import HeldRows
    from workbench.services.monitor.monitor_values import ProjectionView
    from workbench.services.workspace import Workspace

Columns = Sequence[tuple[str, str]]
"""Names and kinds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows are asked for.

    Attributes:
        name: Of the read model; where there is none of that name, the first is shown.
        order: Name of the column by which they are sorted, with a minus where descending.
        text: What is looked for.
        columns: Those that are shown now.
        before: What is shown now.
    """

    name: str
    order: str
    text: str
    columns: Columns
    before: RowsSource | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRows:
    """All read models, and the rows of the chosen one, if there is any.

    Attributes:
        order: As it was wanted, or what became of it.
        head: Of the log.
    """

    views: Mapping[str, ProjectionView]
    view: ProjectionView | None = None
    source: RowsSource | None = None
    rows: PreparedRows | None = None
    order: str = ""
    head: int = 0


def found_rows(workspace: Workspace, wanted: Wanted, held: HeldRows) -> FoundRows:
    """Returns them; for a thread as well."""
    views = {view.name: view for view in workspace.monitor.projections()}
    view = views.get(wanted.name) or next(iter(views.values()), None)
    if view is None:
        return FoundRows(views=views)
    projections, text = workspace.projections, wanted.text.strip()
    order = order_after(wanted.order, wanted.columns, view.columns) if view.name == wanted.name else ""
    shows = shows_of(view.columns, wanted.text)
    found = projections.row_order(view.name, order=order, text=text, shows=shows)
    source = RowsSource(projections, view.name, found, text, before=wanted.before)
    return FoundRows(
        views=views,
        view=view,
        source=source,
        rows=prepared(source, held, 0),
        order=order,
        head=workspace.streams.head(),
    )


def order_after(order: str, before: Columns, columns: Columns) -> str:
    """Returns an order after the columns changed: by the same one, or by the one that took its place."""
    name, names = order.removeprefix("-"), [name for name, _ in columns]
    old = [name for name, _ in before]
    if name in names or not name:
        return order
    if name not in old or len(old) != len(names):
        return ""
    return order.replace(name, names[old.index(name)])
