"""Issues commands and asks queries through forms that are made from their schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QWidget
from shiboken6 import isValid
from typing_extensions import override

from workbench.errors import InvalidValue
from workbench.gui.actions import action
from workbench.gui.desk import Desk, Selection
from workbench.gui.drafts import DraftKeeper
from workbench.gui.forms import FieldError, SchemaForm, parse_validator
from workbench.gui.layouts import in_column, in_panes, in_row
from workbench.gui.view import View
from workbench.gui.views.command_bursts import CommandBursts
from workbench.gui.views.command_history import CommandHistory
from workbench.gui.views.command_parts import (
    COMMAND,
    QUERY,
    SLIM,
    ExpectedVersion,
    Form,
    Picker,
    answer_of,
    catch_up,
    described_by,
    form_of,
    in_place_of,
    offered_forms,
    suggestions,
    tell_about,
)
from workbench.gui.views.command_result import ResultCard
from workbench.gui.views.command_scenarios import CommandScenarios
from workbench.gui.views.lost_forms import LostForms, key_of
from workbench.gui.views.publish_dialog import open_publish
from workbench.gui.widgets import ElidedLabel, EmptyState, plain_label, toolbar_button

if TYPE_CHECKING:
    from workbench.model.changes import Changes
    from workbench.model.command import CommandResult, CommandType, QueryType
    from workbench.model.registry import Registry
    from workbench.store.stored_values import CommandRecord

TALL = 620
"""Pixels in height that form, result and history need together."""


class CommandsView(View):
    """A form, the result of what was sent, and the history."""

    key = "commands"
    title = "Commands"
    icon_name = "command"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.kind, self._name = COMMAND, ""
        self._form: SchemaForm | None = None
        self._described: CommandType | QueryType | None = None
        self._targeting, self._aimed = self.question(self._say_target), ("", 0)
        self._querying = self.question(self._show_answer, lambda error: desk.fail(f"Ask {self._name}", error))
        self.drafts = DraftKeeper(desk, self._written, self._write, self._clear)
        self._lost = LostForms(desk, self._take_over)
        self._pages = QStackedLayout(self)
        hint = "Commands come from the aggregates of the model. This project's model declares none."
        self._pages.addWidget(self._page())
        self._pages.addWidget(EmptyState("command", "No commands", hint))
        self._reading = self.question(
            self.history.show_issued, self.history.filter.failing(self.history.table.fail)
        )
        self.acts.offer()
        self.scenarios = CommandScenarios(self, lambda: self._form)
        self.bursts = CommandBursts(self, lambda: self._form)
        desk.command_wanted.connect(self._asked_for)

    # -- parts --------------------------------------------------------------------------------------------

    def _page(self) -> QWidget:
        self.picker = Picker(lambda: bool(self.drafts.holds))
        self.picker.setAccessibleName("Command or query")
        self.picker.setMaxVisibleItems(24)
        self.about = plain_label(role="muted", wrap=True)
        self.about.setContentsMargins(10, 0, 10, 0)
        self._holder = in_column(margins=0)
        self.result = ResultCard(self.desk)
        top = QWidget()
        self.head, kept, framed = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (self.head, kept, framed):
            row.setContentsMargins(8, 0, 8, 0)
        self.message = toolbar_button("", "topic", "Publish a message to a topic instead  (Ctrl+M)")
        self.message.clicked.connect(lambda _checked=False: open_publish(self, self.desk))
        self.message.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Ctrl+M does it; from the picker one goes on
        self.head.addWidget(self.picker, 1)
        self.head.addWidget(self.message)
        kept.addWidget(self.drafts)
        framed.addWidget(self.result)
        in_column(
            self.head,
            self.about,
            kept,
            (self._holder, 1),
            self._foot(),
            framed,
            of=top,
            margins=(0, 8, 0, 6),
            spacing=5,
        )
        self.history = CommandHistory(self.desk)
        self.history.filter.settled.connect(lambda _asked: self.refresh())
        self.split = in_panes(Qt.Orientation.Vertical, (top, 1), self.history, name="commands")
        self.split.setSizes([560, 190])
        self.result.turned.connect(lambda _there: self._make_room())
        self.picker.currentIndexChanged.connect(self._picked)
        self.history.again.connect(self._repeat)
        self.history.copied.connect(self.copy)
        self.history.chosen.connect(self._look)
        self.history.wanted.connect(lambda place, view: self.desk.select(place, view=view))
        return self.split

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()
        self.version.shorten(self.width())
        self.result.shorten(short=self.width() < SLIM)
        self.target.setHidden(self.width() < SLIM)

    def _make_room(self) -> None:
        """Lets the history give way to a result where both would leave too little for the form."""
        self.history.setVisible(self.result.isHidden() or self.height() >= TALL)

    def _foot(self) -> QHBoxLayout:
        self.target = ElidedLabel("muted")
        self.version = ExpectedVersion(lambda: self._aimed[1])
        self.check, self.expected = self.version.check, self.version.line
        self.button = self.acts.button("send", primary=True)
        foot = in_row((self.target, 1), self.version, self.button, margins=(10, 2, 8, 2))
        self.version.changed.connect(self.drafts.note)
        return foot

    # -- following ----------------------------------------------------------------------------------------

    @override
    def concerns(self, changes: Changes) -> bool:
        return changes.commands or changes.appended or changes.model or changes.everything

    @override
    def refresh(self) -> None:
        registry = self.desk.workspace.registry
        offered = offered_forms(registry)
        self._pages.setCurrentIndex(0 if offered else 1)
        if not offered:
            return
        before = self.picker.show_forms(offered)
        self._lost.follow(before, offered)
        if (self.kind, self._name) not in offered:
            self._replace(in_place_of((self.kind, self._name), before, offered))
        elif self._described is not described_by(registry, self.kind, self._name):
            self._reshape(registry)
        asked, held = self.history.filter.asked(), self.history.table.held()
        self._reading.ask(partial(self.history.read, self.desk.workspace, asked, held), asked)
        self._show_target()

    @override
    def follow(self, selection: Selection) -> None:
        """Offers the chosen stream's id, where nothing was typed."""
        kind = self.desk.workspace.registry.commands.get(self._name) if self.kind == COMMAND else None
        category, _, identity = selection.stream.partition("-")
        if kind is None or self._form is None or kind.creates or category != kind.aggregate:
            return
        value = self._form.value()
        if identity and not value.get(kind.target) and self._form.focused() != kind.target:
            self._form.adopt({**value, kind.target: identity})
            if not self.drafts.holds:
                self._form.set_unchanged()

    @override
    def first_widget(self) -> QWidget:
        return self.picker

    @override
    def unsaved(self) -> str:
        return self.drafts.holds

    # -- the form -----------------------------------------------------------------------------------------

    def show_command(self, name: str) -> None:
        """Shows the form of a command or query."""
        if self.picker.findText(name) < 0:
            self.refresh()
        if (at := self.picker.findText(name)) >= 0:
            self.picker.setCurrentIndex(at)

    def _asked_for(self, name: str) -> None:
        self.show_command(name)
        if self._form is not None:
            self.take_keyboard(self._form.first_input())

    def _picked(self, at: int) -> None:
        found = self.picker.itemData(at)
        if found is not None:
            self._make_form(*found)
            self.follow(self.desk.selection)

    def _make_form(self, kind: str, name: str) -> None:
        self.drafts.leave()
        if self._form is not None:
            self._holder.removeWidget(self._form)
            self._form.deleteLater()
        self.kind, self._name = kind, name
        self._described = described = described_by(self.desk.workspace.registry, kind, name)
        self._form = form_of(self.desk, described, suggestions(self.desk, name if kind == COMMAND else ""))
        self._form.changed.connect(self._show_target)
        self._form.changed.connect(self.drafts.note)
        self._form.submitted.connect(self._submitted)
        self._holder.addWidget(self._form)
        self._form.show()  # at once, so that it can take the keyboard
        self.version.clear()
        self.drafts.turn_to(key_of((kind, name)), f"the form of {name}")
        self.picker.choose((kind, name))
        self.result.hide()
        self._dress(kind)
        self._show_target()

    def _reshape(self, registry: Registry) -> None:
        """Follows a reloaded model, while the person may be typing in the form."""
        self._described = described = described_by(registry, self.kind, self._name)
        if self._form is not None:
            self.drafts.tell_left(self._form.reshape(described.schema, parse_validator(described.parse)))
        self._dress(self.kind)

    def _replace(self, form: Form) -> None:
        """Shows another form in the place of one that is gone; what was typed there is kept and offered."""
        gone, held = (self.kind, self._name), self.drafts.holds
        self._make_form(*form)
        if held:
            self._lost.offer(gone, form)

    def _take_over(self, name: str, key: str) -> None:
        """Types what is kept of a form that is gone into another; what stands there already stays."""
        self.show_command(name)
        draft = self.desk.workspace.drafts.find(key)
        if draft is None or self._form is None or self._name != name:
            return
        here = self._written()
        form = {**draft.content.get("form", {}), **here.get("form", {})}
        self.drafts.tell_left(self._write({**draft.content, **here, "form": form}))
        self.desk.forget(key)
        self.take_keyboard(self._form.first_input())

    def _written(self) -> dict[str, Any]:
        """Returns what was typed into the form, and the version that is expected; empty for nothing."""
        typed = self._form.typed() if self._form is not None else {}
        expected = {"expected": self.expected.text()} if self.check.isChecked() else {}
        return {**({"form": typed} if typed else {}), **expected}

    def _write(self, written: Mapping[str, Any]) -> list[str]:
        if "expected" in written:
            self.version.type_in(written["expected"])
        return self._form.type_in(written.get("form", {})) if self._form is not None else []

    def _clear(self) -> None:
        self.version.clear()
        if self._form is not None:
            self._form.reset()
            self._form.set_unchanged()

    def _dress(self, kind: str) -> None:
        if self._described is not None:
            tell_about(self.about, self.desk.workspace.registry, kind, self._name)
        command = kind == COMMAND
        self.version.setVisible(command)
        self.acts.refresh()

    def _show_target(self) -> None:
        if self._form is None or self.kind != COMMAND:
            self.target.setText("")
            return
        commands, name, values = self.desk.workspace.commands, self._name, self._form.value()
        self._targeting.ask(lambda: commands.target(name, values), (name, values))

    def _say_target(self, found: tuple[str, int]) -> None:
        self._aimed = (stream, version) = found
        self.target.setText(f"{stream} · {f'version {version:,}' if version else 'new'}" if stream else "")
        self.target.setToolTip(self.target.text())

    # -- sending ------------------------------------------------------------------------------------------

    @action(
        "Send",
        keys="Ctrl+Enter / Ctrl+Return",
        icon="send",
        tip="Issue the command, or ask the query",
        why=lambda view: view.read_only() if view.kind == COMMAND else "",
        about=lambda view: view.picker.currentText(),
        look=lambda view: ("Send" if view.kind == COMMAND else "Ask", "send"),
    )
    def send(self) -> None:
        """Checks the form and sends it; what is wrong is said at its field."""
        if self._form is not None:
            self._form.submit()

    def _submitted(self, value: dict[str, Any]) -> None:
        if self.kind == QUERY:
            self._ask(value)
            return
        try:
            expected = self.version.value()
        except InvalidValue as error:
            self.desk.notice("warning", error.message)
            self.expected.setFocus()
            return
        self.desk.run(self._issue(self._name, value, expected, self._written()), f"Send {self._name}")

    async def _issue(
        self, name: str, value: dict[str, Any], expected: int | None, sent: Mapping[str, Any] | None = None
    ) -> None:
        result = await self.desk.workspace.commands.issue(name, value, expected=expected)
        if result.accepted and name == self._name and sent == self._written():
            self._sent()
        self.show_result(result)
        if result.accepted and result.last_position:
            self.desk.select(Selection(stream=result.stream))
            await catch_up(self.desk.workspace, result, self.result)

    def _sent(self) -> None:
        if self._form is not None:  # it still holds what was sent
            self._form.set_unchanged()
        self.drafts.settle()

    def show_result(self, result: CommandResult) -> None:
        """Shows what became of a command; a rule that names a field is said there, too."""
        self.result.show_result(result, self.desk.workspace.commands.appended(result))
        self._show_target()
        if result.field and self._form is not None and result.command_type == self._name:
            self._form.show_errors([FieldError(loc=(result.field,), message=result.message)])

    def _ask(self, value: dict[str, Any]) -> None:
        self._querying.drop()
        self._querying.ask(partial(answer_of, self.desk.workspace, self._name, value), (self._name, value))

    def _show_answer(self, found: tuple[str, Any, float]) -> None:
        self._sent()
        self.result.show_answer(*found)

    # -- history ------------------------------------------------------------------------------------------

    def copy(self, record: CommandRecord) -> None:
        """Puts an issued command's values into the form; what was typed there can be brought back."""
        self.show_command(record.type)
        if self._form is None or self._name != record.type:
            return
        form, written = self._form, self._written()
        form.set_value(json.loads(record.data))
        if written:

            def bring_back() -> None:
                if isValid(form) and form is self._form:
                    form.reset()
                    self._write(written)

            said = f"The form of {record.type} held something that was not sent."
            self.desk.notice("info", said, ("Bring it back", bring_back))
        self.take_keyboard(form.first_input())

    @action(
        "Edit a copy",
        keys="Ctrl+Shift+Enter / Ctrl+Shift+Return",
        icon="edit",
        tip="Put the values of the chosen command, else of the newest, into the form",
        why=lambda view: "" if view.history.current() is not None else "Nothing was issued yet",
        look=lambda view: (f"Edit a copy of the {'chosen' if view.history.points else 'newest'}", "edit"),
    )
    def edit_copy(self) -> None:
        """Puts the values of the chosen command, else of the newest, into the form."""
        record = self.history.current()
        if record is not None:
            self.copy(record)

    def _repeat(self, record: CommandRecord) -> None:
        self.desk.run(self._issue(record.type, json.loads(record.data), None), f"Send {record.type}")

    def _look(self, record: CommandRecord) -> None:
        self.desk.select(Selection(stream=record.stream, command=str(record.command_id)))

    @override
    def tell_why(self) -> None:
        if self.history.table.hasFocus() or not self.result.tell_story():
            super().tell_why()
