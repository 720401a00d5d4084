"""The form of what is chosen: its rows, made once and filled again as the text changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import takewhile

from PySide6.QtCore import QElapsedTimer, Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget
from typing_extensions import override

from workbench.gui.details.add_row import AddRow
from workbench.gui.details.code_line import CodeLine
from workbench.gui.details.field_table import FieldTable
from workbench.gui.details.form_rows import BlockRow, ChoiceRow, Hand, LineRow, Row
from workbench.gui.layouts import in_column
from workbench.gui.tab_order import reading_order
from workbench.gui.ticker import pause_timer
from workbench.gui.widgets import Banner
from workbench.services.design.form_problems import FormProblem
from workbench.services.design.section_form import FormRow, RowKind
from workbench.tusk.document import Path

TURN_MS = 12
"""Milliseconds that making rows may hold the loop (V4)."""
_WIDGETS = {
    RowKind.LINE: LineRow,
    RowKind.CHOICE: ChoiceRow,
    RowKind.BLOCK: BlockRow,
    RowKind.FIELDS: FieldTable,
    RowKind.ADD: AddRow,
}
Typed = Mapping[str, Sequence[str]]
"""What is typed in lines and not taken, by where that is: what stood there, what is typed, and `MEANT`."""
MEANT = "meant"
"""It was taken or refused before, and is no half word."""
NO_ROW = "Typed, and there is no place for it any more: {}"


class FormPane(QScrollArea):
    """Shows the rows of a form.

    A row that is still there stays the same widget, so that the keyboard and the place in the form stay.

    Args:
        behind: Gets the keyboard behind the last row.

    Attributes:
        framed: The form with what is told of all of it, which stays in sight above the rows.
        rows: Those that are made, from the top.
        is_typing: Whether it types again what was typed before: a person is asked nothing of it.

    Signals:
        wanted: A `Problem` elsewhere, for which what stands here is not saved, is to be seen.
    """

    wanted = Signal(object)

    def __init__(self, hand: Hand, behind: QWidget) -> None:
        super().__init__()
        self._hand, self._behind = hand, behind
        self.is_typing = False
        self._waiting: dict[str, Sequence[str]] = {}
        """What is to be typed again once its line is there."""
        self.rows: list[Row] = []
        self._planned: Sequence[FormRow] = ()
        self._problems: Sequence[FormProblem] = ()
        self._about: object = None
        self._focus: Path | None = None
        self._at = 0
        self._rest = pause_timer(self, 0, self._make)
        self.told = Banner("error", "")
        self.told.hide()
        self._inner = QWidget()
        self._column = in_column(1, of=self._inner, margins=(12, 8, 12, 12), spacing=6)
        self.framed = QWidget()
        in_column(self.told, (self, 1), of=self.framed, margins=0, spacing=0)
        self.setWidget(self._inner)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A bar that came and went would change the width by which lines are as high as they are, without end.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.verticalScrollBar().rangeChanged.connect(self._range_changed)

    def show_form(
        self, rows: Sequence[FormRow], problems: Sequence[FormProblem], about: object = None
    ) -> None:
        """Shows rows.

        Args:
            about: What they are about.
        """
        if about != self._about:
            self.told.hide()  # it was told of another thing
        self._about, lines = about, self._lines().items()
        self._waiting |= {key: _typed(one) for key, one in lines if one.is_refused}
        self._planned, self._problems, self._at = rows, problems, 0
        self._let_go({_shape(one) for one in rows})
        planned = {_shape(one): one for one in rows}
        for widget in self.rows:
            widget.show_row(planned[_shape(widget.row)])
        self._make()

    def tell_unread(self, about: object, said: str, go: Callable[[], object]) -> None:
        """Says why the text cannot be read; rows that are about the same stay as they are.

        Args:
            go: Goes to where that is.
        """
        if about != self._about:
            self.show_form((), (), about)

        def there() -> None:
            go()
            self._behind.setFocus()

        self.told.set("error", said, [("Go there", there)])
        self.told.show()

    def _let_go(self, planned: set[tuple[object, ...]]) -> None:
        """Takes away the rows that are no more; the keyboard goes to the one that follows them."""
        gone = [one for one in self.rows if _shape(one.row) not in planned]
        held = self._held()
        if held in gone:
            left = [one for one in self.rows[self.rows.index(held) :] if one not in gone and one.places()]
            left += [one for one in reversed(self.rows) if one not in gone and one.places()]
            left[0].places()[0].setFocus() if left else self.setFocus()
        for one in gone:
            self.rows.remove(one)
            self._column.removeWidget(one)
            one.hide()
            one.deleteLater()

    def _make(self) -> None:
        """Makes rows as long as the window may wait, the rest in the next turn of the loop."""
        clock = QElapsedTimer()
        clock.start()
        while self._make_one():
            if clock.elapsed() > TURN_MS:
                self._rest.start()
                return
        self._type_again()
        left = self._tell(self._problems)
        said = [_told(one) for one in left]
        drop = [("Discard", self._drop_waiting)] if self._waiting else []
        drop += [("Go there", partial(self.wanted.emit, one.problem)) for one in left[:1] if not one.path]
        if self._waiting:
            said.append(NO_ROW.format(", ".join(one[1] for one in self._waiting.values())))
        self.told.set("error" if left else "info", "\n".join(said), drop)
        self.told.setVisible(bool(said))
        if self._focus is not None:
            self.focus_path(self._focus)
        self._keep_in_sight()

    def _make_one(self) -> bool:
        """Makes a part of a row; returns whether there was one to make."""
        if any(one.grow() for one in self.rows):
            return True
        while self._at < len(self._planned):
            row, at = self._planned[self._at], self._at
            self._at += 1
            kept = next((one for one in self.rows[at:] if _shape(one.row) == _shape(row)), None)
            if kept is not None and kept is self.rows[at]:
                continue
            if kept is not None:
                self.rows.remove(kept)
            self.rows.insert(at, kept or _WIDGETS[row.kind](row, self._hand))
            self._column.insertWidget(at, self.rows[at])
            self.rows[at].show()  # at once, so that Tab finds it
            return True
        return False

    @override
    def focusNextPrevChild(self, next: bool) -> bool:  # Qt's own name
        """Has Tab go through the rows as they are seen, and behind the last to what follows them."""
        order = [place for row in self.rows for place in _stops(row) if place.isEnabled()]
        here = self.window().focusWidget()
        if here not in order:
            return super().focusNextPrevChild(next)
        at = order.index(here)
        reason = Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason
        for goes in (*order[at + 1 :], self._behind) if next else (*order[:at][::-1], self._ahead()):
            goes.setFocus(reason)  # which takes what is typed here; a button that would fix it goes then
            if self.window().focusWidget() is not here:
                break
        self._keep_in_sight()
        return True

    def _ahead(self) -> QWidget:
        """Returns what has the keyboard before the first row."""
        around = self.parentWidget()
        while around is not None:
            read = takewhile(lambda one: not self.isAncestorOf(one), reading_order(around))
            if before := [one for one in read if _takes_tab(one)]:
                return before[-1]
            around = around.parentWidget()
        return self

    # -- what is typed ------------------------------------------------------------------------------------

    def _lines(self) -> dict[str, CodeLine]:
        return {
            f"{'/'.join(row.row.path)} {name}": line
            for row in self.rows
            for name, line in row.lines().items()
        }

    def typed(self) -> dict[str, list[str]]:
        """Returns what is typed in lines and not taken, as JSON; see `Typed`."""
        lines = self._lines().items()
        found = {key: _typed(one) for key, one in lines if one.is_pending and not one.isReadOnly()}
        return {key: list(one) for key, one in self._waiting.items()} | found

    def type_in(self, typed: Typed) -> None:
        """Has it typed again, as soon as the rows are there."""
        self._waiting = dict(typed)

    def take_back(self) -> None:
        """Shows in all lines what stands in the text."""
        self._waiting = {}
        for one in self._lines().values():
            one.take_back()
        for row in self.rows:
            row.clear_refused()

    def _drop_waiting(self) -> None:
        """Forgets what was typed for lines that are no more."""
        self._waiting = {}
        self._make()
        self._hand.typed()

    def commit(self) -> None:
        """Takes what is typed."""
        for one in list(self._lines().values()):
            one.commit()

    def _type_again(self) -> None:
        lines, waiting = self._lines(), self._waiting
        self._waiting = {key: one for key, one in waiting.items() if key not in lines}
        for key, (was, now, *meant) in waiting.items():
            line = self._lines().get(key)  # one that is taken may have the form shown again
            if line is not None and line.text() != now:
                self.is_typing = True
                line.type_in(was, now, meant=bool(meant))
                self.is_typing = False

    # -- the keyboard -------------------------------------------------------------------------------------

    def focus_path(self, path: Path) -> None:
        """Gives the keyboard to the row of a path, to the first one inside of it, or to what adds to it."""
        self._focus = None
        for row in self.rows:
            places = row.places()
            if row.row.path[: len(path)] == path and places:
                places[0].setFocus()
                self._keep_in_sight()
                return
        if len(self.rows) < len(self._planned):
            self._focus = path

    def _range_changed(self, _least: int, most: int) -> None:
        self.verticalScrollBar().setEnabled(most > 0)  # it stands always, and has a handle where it is of use
        self._keep_in_sight()

    def _held(self) -> Row | None:
        """Returns the row that has the keyboard."""
        here = self.window().focusWidget()
        return next((one for one in self.rows if here is not None and one.isAncestorOf(here)), None)

    def _keep_in_sight(self) -> None:
        """Shows what has the keyboard, with what is said of it below."""
        held, here = self._held(), self.window().focusWidget()
        if held is not None and here is not None:
            if held.height() < self.viewport().height():
                self.ensureWidgetVisible(held, 0, 8)
            self.ensureWidgetVisible(here, 0, 8)

    def _tell(self, problems: Sequence[FormProblem]) -> list[FormProblem]:
        """Shows each problem at the row that it is about; returns those without one."""
        shown = [one for one in self.rows if one.row.kind is not RowKind.ADD]
        at: dict[Path, list[FormProblem]] = {}
        left = []
        for problem in problems:
            around = [one.row.path for one in shown if problem.path[: len(one.row.path)] == one.row.path]
            at.setdefault(max(around, key=len), []).append(problem) if around else left.append(problem)
        for row in self.rows:
            row.show_problems(at.get(row.row.path, []) if row in shown else [])
        return left


def _told(one: FormProblem) -> str:
    """Says what is wrong, and where, if that is not in the form."""
    return one.said if one.path else f"Not saved, line {one.problem.line}: {one.said}"


def _typed(line: CodeLine) -> list[str]:
    return [line.typed_on, line.text(), *([MEANT] if line.is_meant else [])]


def _stops(row: Row) -> Iterator[QWidget]:
    """Yields where Tab stops in a row: what is typed first, then its buttons."""
    places = row.places()
    yield from places
    yield from (one for one in row.findChildren(QWidget) if one not in places and _takes_tab(one))


def _takes_tab(one: QWidget) -> bool:
    return bool(one.focusPolicy() & Qt.FocusPolicy.TabFocus) and one.isEnabled() and one.isVisible()


def _shape(row: FormRow) -> tuple[object, ...]:
    return row.path, row.kind, row.level, row.own_name
