"""The left side of the dead letters: what is searched, how it is grouped, the groups, and deaths an hour."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from workbench.gui.chooser import Chooser, TypedChoice
from workbench.gui.layouts import clear, join
from workbench.gui.views.deaths_chart import DeathsChart
from workbench.gui.views.letter_groups import GroupList
from workbench.gui.views.letter_nodes import GroupNode
from workbench.gui.views.letter_reads import SHOWN, status_choices
from workbench.gui.views.letter_ways import LOW, NARROWEST
from workbench.gui.widgets import SearchBox, plain_label
from workbench.model.counts import counted
from workbench.model.json_values import visible
from workbench.services.dead_letters.letter_facts import FIELDS
from workbench.services.dead_letters.letter_index import LetterQuery

if TYPE_CHECKING:
    from workbench.gui.views.letter_reads import FoundLetters
    from workbench.services.dead_letters.letter_index import LettersFound

NOTHING = "–"
"""Stands for no second level."""
LEAST = 96
"""Pixels in width of what letters are grouped by."""
BESIDE = 400
"""Pixels in width from which on the two by which letters are grouped stand beside each other."""


class GroupingBox(TypedChoice):
    """Says by what letters are grouped: one that is offered, or whatever is typed.

    Signals:
        settled: It says something else.
    """

    settled = Signal()

    def __init__(self, name: str, choices: Sequence[str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(
            "One of the list, a field of the payload such as address.city, or an expression in CEL"
        )
        self.setMinimumContentsLength(5)
        self.setMinimumWidth(LEAST)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.addItems(list(choices))
        self._said = self.said()
        self.activated.connect(lambda _at: self._tell())
        line = self.lineEdit()
        if line is not None:
            line.editingFinished.connect(self._tell)

    def said(self) -> str:
        """Returns by what; empty for nothing."""
        text = self.currentText().strip()
        return "" if text == NOTHING else text

    def say(self, by: str) -> None:
        """Groups by something else; no signal tells of it."""
        self.setCurrentText(by or NOTHING)
        self._said = by

    def offer(self, fields: Sequence[str]) -> None:
        """Offers fields of payloads behind what is offered always."""
        known = [self.itemText(at) for at in range(self.count())]
        text = self.currentText()
        self.addItems([field for field in fields if field not in known])
        self.setCurrentText(text)

    def _tell(self) -> None:
        line = self.lineEdit()
        if line is not None:
            line.setCursorPosition(0)  # its beginning says more of it than its end
        if self.said() != self._said:
            self._said = self.said()
            self.settled.emit()


WORDS_TIP = "Words in the letter, its payload, its edited copy, or its number such as #12"
DATA_TIP = "CEL; data is the original payload, edited the edited copy, in groups as well"


class LetterFinder(QWidget):
    """What is looked for, and what was found, in groups.

    Signals:
        asked: Something else is looked for, or grouped otherwise.
    """

    asked = Signal()

    def __init__(self, since: Callable[[int], str], when: Callable[[int], str]) -> None:
        super().__init__()
        self.setObjectName("letter-finder")
        self.chips: tuple[tuple[str, str], ...] = ()
        self._only: frozenset[int] = frozenset()
        self._before: tuple[str, str, tuple[tuple[str, str], ...]] = ("", "", ())
        self.words = SearchBox("Find in all letters")
        self.where = SearchBox("where: CEL, such as data.amount > 100")
        self.words.setToolTip(WORDS_TIP)
        self.where.setToolTip(DATA_TIP)
        self.statuses = Chooser()
        self.statuses.setAccessibleName("Status")
        self.statuses.show_choices([(name, name) for name in SHOWN])
        self.statuses.currentIndexChanged.connect(lambda _index: self.asked.emit())
        self.by = GroupingBox("Group by", FIELDS)
        self.then = GroupingBox("then by", (NOTHING, *FIELDS))
        self.groups = GroupList(since, when)
        self.chart = DeathsChart()
        self.searched, self.flaw = plain_label(role="muted", wrap=True), plain_label(role="error", wrap=True)
        self.searched.hide()
        self.flaw.hide()
        self._chips = QVBoxLayout()
        self._chips.setSpacing(3)
        self._arrange()
        self.asked.connect(lambda: self._show_flaw("") if self.plain() else None)
        for box in (self.words, self.where):
            box.settled.connect(lambda _text: self.asked.emit())
        for choice in (self.by, self.then):
            choice.settled.connect(self.asked)

    def _arrange(self) -> None:
        self._grouping = grouping = QGridLayout()
        grouping.setSpacing(6)
        self._named = [(plain_label("Group by", "muted"), self.by), (plain_label("then", "muted"), self.then)]
        self._place_grouping(beside=False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.words)
        layout.addWidget(self.where)
        layout.addWidget(self.flaw)
        join(layout, grouping)
        join(layout, self._chips)
        layout.addWidget(self.searched)
        layout.addWidget(self.groups, 1)
        layout.addWidget(self.chart)

    def _place_grouping(self, *, beside: bool) -> None:
        """Puts the two beside each other, or below where names such as subscription would be cut."""
        self._beside = beside
        for at, (name, box) in enumerate(self._named):
            row, column = (0, 2 * at) if beside else (at, 0)
            self._grouping.addWidget(name, row, column)
            self._grouping.addWidget(box, row, column + 1)
        self._grouping.setColumnStretch(1, 1)
        self._grouping.setColumnStretch(3, int(beside))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._beside is not (beside := self.width() >= BESIDE):
            self._place_grouping(beside=beside)

    def give_room(self, room: QSize) -> None:
        """Leaves out the deaths an hour where all panes stand below each other in little height."""
        self.chart.setVisible(room.height() >= LOW or room.width() >= NARROWEST)

    def query(self, statuses: Sequence[str]) -> LetterQuery:
        """Returns what is looked for among letters of some statuses."""
        return LetterQuery(
            statuses=tuple(statuses),
            words=self.words.text(),
            where=self.where.text(),
            only=self._only,
            chips=self.chips,
            by=self.by.said() or "cause",
            then=self.then.said(),
        )

    def plain(self) -> bool:
        """Whether just the causes of all letters are looked for."""
        asked = self.words.text() or self.where.text().strip() or self.chips or self.then.said() or self._only
        return not asked and self.by.said() in ("", "cause")

    def show_counts(self, found: FoundLetters) -> None:
        """Shows how many there are, of one moment: in the box of statuses and in the line that searches."""
        self.statuses.show_choices(status_choices(found))
        statuses = SHOWN[self.statuses.currentData()]
        kept = sum(found.counts.get(one, 0) for one in statuses)
        total = kept if found.found is None else found.found.total
        self.words.setPlaceholderText(f"Find in {counted(total, 'letter')}")

    def show_found(self, found: LettersFound) -> None:
        """Shows what was found: in groups, unless just the causes are looked for, and over time."""
        self.chart.show_hours(found.hours, found.until)
        query, more = found.query, found.total > found.searched
        said = f"{len(found.numbers):,} of {found.total:,} found" if query.narrowed else ""
        if found.flaw:  # nothing was looked for
            said, more = "", False
        if more:
            said += f"; the newest {found.searched:,} were searched"
        if found.valueless:
            said += f"; {found.valueless}"
        asked = query == self.query(query.statuses)
        self._show_flaw(found.flaw if asked else "")
        if asked and found.unknown and not found.flaw:  # there are letters anyway
            self.flaw.setText(found.unknown)
            self.flaw.show()
        self.searched.setText(said.removeprefix("; "))
        self.searched.setVisible(bool(said))
        if not self.plain() and asked:
            self.groups.show_found(found)

    def _show_flaw(self, flaw: str) -> None:
        self.flaw.setText(flaw)
        self.flaw.setVisible(bool(flaw))
        self.where.setProperty("invalid", bool(flaw) and bool(self.where.text().strip()))
        self.where.style().polish(self.where)

    def missing(self, found: LettersFound, status: str) -> tuple[str, str]:
        """Returns a title and why a search left no letter of a status; empty without a search."""
        query = found.query
        if found.flaw:
            return "Not searched", found.flaw
        if query.only and not found.total:
            return "None found", _others_only(len(query.only), status)
        if found.numbers or not found.total or not query.narrowed:
            return "", ""
        sought = " and ".join(
            part
            for part in (
                f"holds “{visible(query.words.strip())}”" if query.words.strip() else "",
                f"fits {visible(query.where.strip())}" if query.where.strip() else "",
                *(f"has {chip[0]} {visible(chip[1])}" for chip in query.chips),
                "is one of those found by the search" if query.only else "",
            )
            if part
        )
        kind = "" if status == "All" else f"{status.lower()} "
        return "None found", (
            f"None of {found.searched:,} {kind}{'letter' if found.searched == 1 else 'letters'} {sought}."
            + (f" {found.valueless}." if found.valueless else "")
        )

    def clear(self) -> None:
        """Looks for all letters again; how they are grouped stays, unless just that is wrong."""
        if self.flaw.text() and not self.where.text().strip():
            self.by.say("cause")
            self.then.say("")
        self.show_only(())

    def show_only(self, numbers: Collection[int]) -> None:
        """Looks only among letters with these numbers, for all of them; a chip says so.

        What was looked for before comes back when the chip is closed.
        """
        if numbers and not self._only:
            self._before = self.words.text(), self.where.text(), self.chips
        self._only = frozenset(numbers)
        self._look_for("", "", ())
        self._show_chips()
        self.asked.emit()

    def _look_for(self, words: str, where: str, chips: tuple[tuple[str, str], ...]) -> None:
        for box, text in ((self.words, words), (self.where, where)):
            with QSignalBlocker(box):
                box.setText(text)
        self.chips = chips

    def typed(self) -> dict[str, Any]:
        """Returns what is looked for, how that is grouped, and the chosen group, as JSON."""
        identity, grouping = self.groups.left()
        return {
            "words": self.words.text(),
            "where": self.where.text(),
            "chips": self.chips,
            "by": self.by.said(),
            "then": self.then.said(),
            "status": self.statuses.currentData(),
            "group": identity,
            "grouping": grouping,
        }

    def type_again(self, kept: dict[str, Any]) -> None:
        """Shows what `typed` returned; no signal tells of it."""
        self._look_for(kept["words"], kept["where"], _chips(kept["chips"]))
        self.by.say(kept["by"])
        self.then.say(kept["then"])
        self.statuses.choose(kept["status"])
        subscription, cause, chips = kept["group"]
        by, then = kept["grouping"]
        identity = (subscription, None if cause is None else (cause[0], cause[1]), _chips(chips))
        self.groups.come_back(identity, (by, then))
        self._show_chips()

    def narrow(self, node: GroupNode) -> None:
        """Looks only for what a group shares; groups that by something else."""
        self.chips = (*self.chips, *(chip for chip in node.chips if chip not in self.chips))
        self._show_chips()
        self.asked.emit()

    def _widen(self, chip: tuple[str, str]) -> None:
        self.chips = tuple(one for one in self.chips if one != chip)
        self._show_chips()
        self.asked.emit()

    def _widen_all(self) -> None:
        if not (self.words.text() or self.where.text() or self.chips):
            self._look_for(*self._before)
        self._only = frozenset()
        self._show_chips()
        self.asked.emit()

    def _show_chips(self) -> None:
        clear(self._chips)
        if self._only:
            self._add_chip(f"{len(self._only):,} found by the search", self._widen_all)
        for chip in self.chips:
            self._add_chip(f"{chip[0]} is {visible(chip[1])}", partial(self._widen, chip))

    def _add_chip(self, text: str, widen: Callable[[], object]) -> None:
        button = QToolButton()
        button.setObjectName("chip")
        button.setText(f"{text[:60]}…  ✕" if len(text) > 60 else f"{text}  ✕")
        button.setToolTip(f"{text}\nClick to look for others, too")
        button.setAccessibleName(f"No longer only where {text}")
        button.clicked.connect(lambda _checked=False: widen())
        self._chips.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)


def _chips(kept: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((by, value) for by, value in kept)


def _others_only(number: int, status: str) -> str:
    """Says that what a search found has other statuses."""
    if status == "All":
        return f"None of the {number:,} found by the search is kept any more."
    if number == 1:
        return f"The one found by the search does not have the status {status}."
    return f"None of the {number:,} found by the search has the status {status}."
