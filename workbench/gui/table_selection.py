"""Keeps a table's selection, current row and place by keys of rows, never by their numbers (contract V1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange, Qt
from PySide6.QtWidgets import QTableView

from workbench.gui.paged_model import Key, PagedModel


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRows:
    """What must be found again after a table's rows changed.

    Attributes:
        selected: Keys of the selected rows, from top to bottom.
        current: Key of the current row.
        column: In which the person is in it.
        sight: Keys of the rows in sight, from top to bottom.
        remembered: Keys of rows that Qt remembers, such as where a selection began, by their numbers.
        rows: How many rows have room in sight.
        at_top: Whether what comes at the top is to be seen.
    """

    selected: Sequence[Key] = ()
    current: Key | None = None
    column: int = 0
    sight: Sequence[Key] = ()
    remembered: Mapping[int, Key]
    rows: int = 0
    at_top: bool = True

    def keys(self) -> set[Key]:
        """Returns all of them."""
        found = {*self.selected, *self.sight, *self.remembered.values()}
        return found if self.current is None else found | {self.current}


NOTHING_HELD = HeldRows(remembered={})


class SelectionKeeper:
    """The selection of a table by keys; `forget` is called when the person selects something else."""

    def __init__(self, table: QTableView, model: PagedModel) -> None:
        self._table = table
        self._model = model
        self._selection = table.selectionModel()
        self._selected: Sequence[Key] | None = None

    def forget(self) -> None:
        """Reads the keys again: the selection has changed."""
        self._selected = None

    def blocks(self) -> list[tuple[int, int]]:
        """Returns the first and the last number of each block of selected rows, from top to bottom."""
        chosen = self._selection.selection()
        ranges = (chosen.at(number) for number in range(chosen.count()))
        return list(_merged(sorted((one.top(), one.bottom()) for one in ranges if one.isValid())))

    def between(self, first: int, last: int) -> set[int]:
        """Returns the selected rows from one number to another."""
        blocks = ((max(first, top), min(last, bottom) + 1) for top, bottom in self.blocks())
        return {number for begin, end in blocks for number in range(begin, end)}

    def count(self) -> int:
        """Returns how many rows are selected."""
        return sum(last - first + 1 for first, last in self.blocks())

    def selected(self) -> Sequence[Key]:
        """Returns the keys of the selected rows, from top to bottom."""
        if self._selected is None:
            self._selected = [key for block in self.blocks() for key in self._model.keys(*block)]
        return self._selected

    def current(self) -> Key | None:
        """Returns the key of the current row."""
        index = self._selection.currentIndex()
        return self._key(index.row()) if index.isValid() else None

    def hold(self, first: int, rows: int) -> HeldRows:
        """Returns what to find again, given the first row in sight and how many are."""
        last = min(self._model.rowCount(), first + rows) - 1
        sight = self._model.keys(first, last) if last >= first else ()
        selected, current = self.selected(), self.current()
        rows_of_blocks = (number for top, end in self.blocks() for number in range(top, end + 1))
        known = dict(zip(rows_of_blocks, selected, strict=False))
        marked = {index.row() for index in self._model.persistentIndexList()}
        found = ((row, known.get(row) or self._key(row)) for row in marked)
        remembered = {row: key for row, key in found if key is not None}
        return HeldRows(
            selected=selected,
            current=current,
            column=max(0, self._selection.currentIndex().column()),
            sight=sight,
            remembered=remembered,
            rows=rows,
            at_top=first == 0 and not selected,
        )

    def _key(self, row: int) -> Key | None:
        found = self._model.keys(row, row)
        return found[0] if found else None

    def carry_over(self, turn: Callable[[], object], held: HeldRows, places: Mapping[Key, int]) -> None:
        """Has the rows change with no selection on them; listeners are called once, when it is restored."""
        self._selection.reset()
        turn()
        self._table.setAutoScroll(False)
        self._restore(held, places)
        self._table.setAutoScroll(True)

    def _restore(self, held: HeldRows, places: Mapping[Key, int]) -> None:
        """Selects what was selected, where it stands now; last the block that Shift and a key make longer."""
        rows = sorted({places[key] for key in held.selected if key in places})
        flags = QItemSelectionModel.SelectionFlag
        current = places.get(held.current, -1) if held.current is not None else -1
        if current >= 0:
            column = min(held.column, self._model.columnCount() - 1)
            self._selection.setCurrentIndex(self._model.index(current, column), flags.NoUpdate)
        blocks = list(_merged((row, row) for row in rows))
        grows = [block for block in blocks if block[0] <= current <= block[1]]
        others = self._ranges(block for block in blocks if block not in grows)
        self._selection.select(others, flags.ClearAndSelect)
        if grows:
            self._selection.select(self._ranges(grows), flags.Select)
        self._selected = sorted((key for key in held.selected if key in places), key=places.__getitem__)

    def select_first(self, most: int) -> None:
        """Selects all rows, or as many from the top."""
        if last := min(self._model.rowCount(), most):
            flags = QItemSelectionModel.SelectionFlag
            self._selection.select(self._ranges([(0, last - 1)]), flags.ClearAndSelect)

    def other_end(self) -> int:
        """Returns the other end of the block of selected rows that the current one ends; -1 for none."""
        current = self._selection.currentIndex().row()
        ends = (block for block in self.blocks() if current in block)
        return next((top if current == bottom else bottom for top, bottom in ends), -1)

    def spread(self, anchor: int) -> None:
        """Selects the rows from one to the current; what Qt took for where they begin it may have lost."""
        current, flags = self._selection.currentIndex().row(), QItemSelectionModel.SelectionFlag
        if anchor >= 0 and current >= 0:
            block = min(anchor, current), max(anchor, current)
            self._selection.select(self._ranges([block]), flags.SelectCurrent)

    def end_for(self, key: int) -> int | None:
        """Returns the row at an end to which a key leads: -1 where there is none, None for other keys.

        That is also the row on which the keyboard stands and cannot go further, if it is not chosen yet.
        """
        last, current = self._model.rowCount() - 1, self._selection.currentIndex()
        row = -1 if self._selection.isSelected(current) else current.row()
        if key == Qt.Key.Key_Home or (key == Qt.Key.Key_Up and row == 0):
            return min(0, last)
        return last if key == Qt.Key.Key_End or (key == Qt.Key.Key_Down and row == last >= 0) else None

    def _ranges(self, blocks: Iterable[tuple[int, int]]) -> QItemSelection:
        chosen, end = QItemSelection(), max(0, self._model.columnCount() - 1)
        for first, last in blocks:
            left, right = self._model.index(first, 0), self._model.index(last, end)
            chosen.append(QItemSelectionRange(left, right))
        return chosen


def _merged(blocks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Joins blocks of numbers that touch or overlap; they come in order."""
    begun: tuple[int, int] | None = None
    for first, last in blocks:
        if begun is not None and first <= begun[1] + 1:
            begun = begun[0], max(begun[1], last)
            continue
        if begun is not None:
            yield begun
        begun = first, last
    if begun is not None:
        yield begun
