"""A text with what belongs to editing it: completions, mistakes with their fixes, a search."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from workbench.gui.actions import Actions, action
from workbench.gui.design_steps import COUNTS
from workbench.gui.layouts import in_column
from workbench.gui.loop import spawn
from workbench.gui.text.completion_list import CompletionList
from workbench.gui.text.find_bar import FindBar
from workbench.gui.text.folding_strip import FoldingStrip
from workbench.gui.text.language import Language
from workbench.gui.text.line_changes import change_lines, double_lines, move_lines, remove_lines
from workbench.gui.text.tsk_editor import TskEditor
from workbench.gui.text.typing_help import commented
from workbench.gui.theme import TEXT_SIZE, theme
from workbench.gui.ticker import pause_timer
from workbench.model.hints import sentences
from workbench.services.design.completions import Completion, Completions
from workbench.services.design.definitions import Location
from workbench.services.design.line_merge import place_behind
from workbench.services.design.quick_fix import QuickFix
from workbench.services.design.text_places import Part, place_at
from workbench.tusk import Problem

STARTS = frozenset('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_."[')
"""What has completions offered while one types."""


class TextPane(QWidget):
    """An editor, the line that says what is wrong at its cursor, and the search.

    Attributes:
        named: How many fixes have a button; the menu has all.

    Signals:
        edited: The text is another.
        wanted: A `Location` that stands in another file.
        settled_back: The answer which of two texts counts was undone: what is told of it; nothing once it
            counts again.
    """

    edited = Signal()
    wanted = Signal(object)
    settled_back = Signal(str)
    named = 3

    def __init__(self, language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._language = language
        self.editor = TskEditor(language.is_expression)
        self.list = CompletionList(self.editor)
        self.search = FindBar(self.editor)
        self.strip = FoldingStrip("error")
        self.strip.hide()
        self.file = self._why_read_only = ""
        self._answer = ("", "", "")
        self._menu: QMenu | None = None
        self._span, self._offered = (0, 0), -1
        self._asking = pause_timer(self, 0, self._ask)
        in_column(self.search, (self.editor, 1), self.strip, of=self, margins=0, spacing=0)
        self.setFocusProxy(self.editor)
        self.editor.helps = self.list.take_key
        self.editor.edited.connect(self._edited)
        self.editor.cursorPositionChanged.connect(self._moved)
        self.editor.followed.connect(self._follow)
        self.editor.verticalScrollBar().valueChanged.connect(lambda _at: self.list.stay_at_cursor())
        self.list.taken.connect(self._take)
        self.acts = Actions(self, self)
        self.acts.offer()

    def show_text(self, file: str, text: str) -> None:
        """Shows a text of a file."""
        self.file, self._answer = file, ("", "", "")
        self.list.hide()
        self.editor.show_text(text)
        self.editor.horizontalScrollBar().setValue(0)
        self._say()

    def show_mistakes(self, problems: Sequence[Problem]) -> None:
        """Shows what is wrong with the text as it is."""
        self.editor.show_mistakes(problems)
        self.acts.refresh()
        self._say()

    def settle(self, answer: str, left: str, counts: str) -> None:
        """Has a text count instead of another one, which undo has count again."""
        place = place_behind(self.editor.offset(), self.editor.text(), counts)
        self._answer = ("", "", "")
        self.editor.take_text(left, of_others=True)
        self.editor.kept.keep()  # also where that is what stood there
        self.editor.take_text(counts)
        self.editor.setTextCursor(self.editor.cursor_at(place))
        self._answer = (answer, left, counts)

    def _follow_answer(self) -> None:
        """Says that an answer is undone, or counts again; not where others wrote what it left out."""
        (answer, left, counts), text = self._answer, self.editor.text()
        undone = text == left and self.editor.document().isRedoAvailable()
        if answer and left != counts and (undone or text == counts):
            self.settled_back.emit(f"Undone: {answer}. {COUNTS}" if undone else "")

    def _edited(self, typed: str) -> None:
        if not typed:
            self._follow_answer()
        if typed and typed in STARTS:
            self._asking.start()
        elif not typed.isalnum():
            self.list.hide()
        self.edited.emit()

    def _moved(self) -> None:
        if self.list.isVisible() and not self._asking.isActive():
            (start, end), typing = self._span, self.editor.document().revision() != self._offered
            if not typing and not start <= self.editor.offset() <= end:
                self.list.hide()
        self._say()

    def set_read_only(self, why: str) -> None:
        """Lets nothing be typed for a reason, or again what is typed where that is empty."""
        self.editor.setReadOnly(bool(why))
        self._why_read_only = why
        self.acts.refresh()

    def _read_only(self) -> str:
        return self._why_read_only

    # -- completions --------------------------------------------------------------------------------------

    @action("Complete", keys="Ctrl+Space", on="editor", tip="Show what can stand here", why=_read_only)
    def complete(self) -> None:
        """Shows what can stand at the cursor."""
        self.list.offer(self._found())

    def _found(self) -> Completions:
        if self.editor.isReadOnly():
            return Completions(start=0, end=0)
        found = self._language.completions(self.editor.text(), self.editor.offset())
        self._span, self._offered = (found.start, found.end), self.editor.document().revision()
        return found

    def _ask(self) -> None:
        """Offers what can stand at the cursor while one types, unless it stands there already."""
        text, at = self.editor.text(), self.editor.offset()
        begins = text[at - 1 : at] != '"' or place_at(text, at).part is not Part.KEY
        found = self._found()
        if not begins or [one.name for one in found.found] == [found.typed]:
            self.list.hide()
        else:
            self.list.offer(found)

    def _take(self, one: Completion) -> None:
        found = self._found()
        cursor = self.editor.cursor_at(found.start, found.end)
        insert, back = one.insert, one.back
        behind = self.editor.text()[found.end : found.end + 1]
        if insert.endswith("()") and behind == "(":
            insert, back = insert[:-2], 0
        cursor.insertText(insert)
        cursor.setPosition(cursor.position() - back)
        self.editor.setTextCursor(cursor)
        if one.again:
            self._asking.start()

    # -- mistakes -----------------------------------------------------------------------------------------

    def _say(self) -> None:
        """Says what is wrong at the cursor, with what would fix it."""
        found = self.editor.mistakes_here()
        if not found:
            self.strip.hide()
            return
        one = found[0]
        more = f"  (and {len(found) - 1} more here)" if len(found) > 1 else ""
        said = (
            f"{one.line + self.editor.first_line - 1}:{one.column}  {sentences(one.message, one.hint)}{more}"
        )
        fixes = self._fixes(one)[: self.named]
        kind = "warning" if one.warning else "error"
        self.strip.set(kind, said, [(fix.label, partial(self.apply, fix)) for fix in fixes])
        if not self.strip.isVisible():
            self.strip.show()
            QTimer.singleShot(0, self.editor, self.editor.ensureCursorVisible)  # it may stand behind it now

    def _fixes(self, problem: Problem) -> Sequence[QuickFix]:
        return () if self.editor.isReadOnly() else self._language.fixes(self.editor.text(), problem)

    def _no_mistake(self) -> str:
        return "" if self.editor.mistakes else "Nothing is wrong with this text"

    @action("Next mistake", on="editor", tip="Go to the next mistake  (F8)", why=_no_mistake)
    def next_mistake(self) -> None:
        """Goes to the next mistake."""
        self.editor.go_to_mistake()

    @action("Previous mistake", on="editor", tip="Go to the mistake before  (Shift+F8)", why=_no_mistake)
    def previous_mistake(self) -> None:
        """Goes to the mistake before."""
        self.editor.go_to_mistake(back=True)

    def _no_fix(self) -> str:
        return self._why_read_only or self._no_mistake()

    @action("Quick fix …", keys="Ctrl+.", on="editor", tip="Fix what is wrong here", why=_no_fix)
    def fix(self) -> None:
        """Shows what would fix the mistake at the cursor, each with its effect."""
        if not self.editor.mistakes_here():
            self.editor.go_to_mistake()
        text = self.editor.text()
        here = self.editor.mistakes_here()  # of which several may have the same fix
        found = [*dict.fromkeys(fix for one in here for fix in self._fixes(one))]
        menu = QMenu(self)
        offered = [(menu.addAction(_told(fix)), fix) for fix in found]
        for act, fix in offered:
            act.triggered.connect(lambda _checked=False, fix=fix: self.apply(fix))
        if not found:
            menu.addAction("No fix is known for this").setEnabled(False)
        menu.aboutToHide.connect(menu.deleteLater)
        self._menu = menu
        menu.popup(self.editor.viewport().mapToGlobal(self.editor.cursorRect().bottomLeft()))
        menu.setActiveAction(menu.actions()[0])
        spawn(self._try(menu, text, offered), name="Try the fixes")

    async def _try(self, menu: QMenu, text: str, offered: Sequence[tuple[QAction, QuickFix]]) -> None:
        """Says of each fix how many mistakes would be left, as soon as that is known."""
        for act, fix in offered:
            left = await self._language.left_after(text, fix)
            if not isValid(menu) or not menu.isVisible():
                return
            act.setText(f"{_told(fix)}  ·  {_left(left)}")
            keep_on_screen(menu)

    def apply(self, fix: QuickFix) -> None:
        """Makes the changes of a fix, as one step that can be undone; what it leaves empty is typed next.

        What can stand there is offered, and Enter takes the first: it would break a text into two lines.
        """
        self.editor.replace_pieces(fix.pieces)
        empty = fix.left_empty
        if empty is not None:
            self.editor.go_to(empty)
        self.editor.setFocus()
        if empty is not None:
            self.list.offer(self._found(), first=True)

    # -- going about --------------------------------------------------------------------------------------

    @action("Go to definition", keys="F12", on="editor", tip="Go to where this name is declared")
    def go_to_definition(self) -> None:
        """Goes to where what stands at the cursor is declared."""
        self._follow(self.editor.offset())

    def _follow(self, offset: int) -> None:
        found = self._language.definition(self.editor.text(), offset)
        if found is not None and found.file != self.file:
            self.wanted.emit(found)
        elif found is not None:
            self.show_location(found)

    def show_location(self, place: Location) -> None:
        """Selects a span of the text."""
        self.editor.go_to(place.start, place.end)

    @action("Go to line …", keys="Ctrl+G", on="editor", tip="Go to a line by its number")
    def go_to_line(self) -> None:
        """Opens the search with a colon, behind which the number of a line is typed."""
        self.search.ask_line()

    @action("Replace …", keys="Ctrl+H", on="editor", tip="Find and replace in this text", why=_read_only)
    def replace(self) -> None:
        """Opens the search with the line for what takes its place."""
        self.search.open(replace=True)

    @action(
        "Comment",
        keys="Ctrl+/",
        on="editor",
        tip="Make comments of lines, or lines of comments",
        why=_read_only,
    )
    def comment(self) -> None:
        """Makes the selected lines comments, or the other way round."""
        change_lines(self.editor, commented)

    @action("Move lines up", keys="Alt+Up", on="editor", group=2, why=_read_only)
    def move_up(self) -> None:
        """Exchanges the selected lines with the one before them."""
        move_lines(self.editor, down=False)

    @action("Move lines down", keys="Alt+Down", on="editor", group=2, why=_read_only)
    def move_down(self) -> None:
        """Exchanges the selected lines with the one behind them."""
        move_lines(self.editor, down=True)

    @action("Duplicate lines", keys="Ctrl+Shift+D", on="editor", group=2, why=_read_only)
    def duplicate(self) -> None:
        """Writes the selected lines once more behind themselves."""
        double_lines(self.editor)

    @action("Delete lines", keys="Ctrl+Shift+K", on="editor", group=2, why=_read_only)
    def delete_lines(self) -> None:
        """Takes the selected lines away."""
        remove_lines(self.editor)

    @action("Larger text", keys="Ctrl++ / Ctrl+=", on="editor", group=3, tip="For all texts  (Ctrl+wheel)")
    def larger(self) -> None:
        """Makes the texts that are edited larger."""
        theme().set_text_size(theme().text_size + 1)

    @action("Smaller text", keys="Ctrl+-", on="editor", group=3, tip="For all texts  (Ctrl+wheel)")
    def smaller(self) -> None:
        """Makes the texts that are edited smaller."""
        theme().set_text_size(theme().text_size - 1)

    @action("Text as large as at first", keys="Ctrl+0", on="editor", group=3, tip="For all texts")
    def first_size(self) -> None:
        """Gives the texts that are edited their first size again."""
        theme().set_text_size(TEXT_SIZE)


def keep_on_screen(menu: QMenu) -> None:
    """Moves an open menu that has become wider or higher back to where all of it is seen."""
    menu.resize(menu.sizeHint())
    room, place = menu.screen().availableGeometry(), menu.geometry()
    left = max(room.left(), min(place.left(), room.right() - place.width()))
    menu.move(left, max(room.top(), min(place.top(), room.bottom() - place.height())))


def _told(fix: QuickFix) -> str:
    return f"{fix.label}  ·  {fix.effect}".replace("&", "&&")


def _left(count: int) -> str:
    return f"{count:,} mistake{'s' if count > 1 else ''} left" if count else "no mistake left"
