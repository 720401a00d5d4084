"""Dry runs by hand: how a replay would end, its effects in order, and that nothing of it is stored."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.gui.conftest import settle
from workbench.engine.delivery_attempt import Failure
from workbench.engine.dry_run import DryRun, Effect
from workbench.gui.desk import Selection
from workbench.gui.views.letter_actions import DRY_RUN, EDIT
from workbench.gui.views.letter_detail import LOW
from workbench.gui.views.letter_dry_run import CAVEAT, DryRunView, outdated, verdict
from workbench.gui.views.letters_view import LettersView
from workbench.project.project import load_project


@pytest.fixture
def view(desk, qtbot):
    made = LettersView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.activateWindow()
    return made


def agree(view):
    next(one for one in view.strip.findChildren(QPushButton) if one.text() == "Dry run").click()


def choose(view, desk, number):
    desk.select(Selection(letter=number))
    view.table.setFocus()


async def test_a_dry_run_says_why_it_would_fail_and_stores_nothing(broken, desk, view, until):
    choose(view, desk, 3)
    head = broken.streams.head()
    QTest.keyClick(view.table, Qt.Key.Key_T)
    assert "really runs" in view.strip.text()
    QTest.keyClick(view.strip.focusWidget(), Qt.Key.Key_Return)
    shown = view.detail.dry_run_view
    await until(lambda: "would fail" in shown.badge.text())
    assert shown.said.text().startswith("MailServerUnavailable: the mail server of slow.example")
    assert "\nat " in shown.said.text()
    assert shown.caveat.isVisible()
    assert shown.caveat.text() == CAVEAT
    assert shown.took.text().startswith("nothing was stored")
    assert broken.dead_letters.counts() == {"open": 3}
    assert broken.streams.head() == head


async def test_a_dry_run_that_succeeds_lists_every_effect(broken, desk, view, until):
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await settle(broken)
    choose(view, desk, 3)
    view.begin(DRY_RUN)
    agree(view)
    shown = view.detail.dry_run_view
    await until(lambda: "would succeed" in shown.badge.text())
    effects = [shown.table.model().row(at) for at in range(shown.table.model().rowCount())]
    assert effects
    assert [row[0] for row in effects] == list(range(1, len(effects) + 1))
    assert broken.dead_letters.get(3).status.value == "open"


async def test_it_asks_once_for_each_subscription(broken, desk, view, until):
    choose(view, desk, 3)
    view.begin(DRY_RUN)
    agree(view)
    await until(lambda: "would fail" in view.detail.dry_run_view.badge.text())
    choose(view, desk, 2)
    assert "not run" in view.detail.dry_run_view.badge.text()
    view.begin(DRY_RUN)
    assert not view.strip.isVisible()
    await until(lambda: "would fail" in view.detail.dry_run_view.badge.text())


async def test_an_edited_copy_has_a_dry_run_before_it_is_replayed(broken, desk, view, until):
    choose(view, desk, 1)
    view.begin(EDIT)
    editor = view.detail.editor
    editor.area.setPlainText(editor.area.toPlainText().replace("x.invalid", "example.org"))
    editor.try_out.click()
    agree(view)
    await until(lambda: "would succeed" in editor.dry_run_view.badge.text())
    assert editor.tabs.currentWidget() is editor.dry_run_view
    assert broken.dead_letters.get(1).edited is None
    editor.area.insertPlainText(" ")
    assert editor.dry_run_view.said.text() == outdated("text")
    editor.area.setPlainText("{")
    assert not editor.try_out.isEnabled()


async def failed_dry_run(view, desk, until):
    choose(view, desk, 3)
    view.begin(DRY_RUN)
    agree(view)
    await until(lambda: "would fail" in view.detail.dry_run_view.badge.text())
    return view.detail.dry_run_view


async def test_V3_a_verdict_goes_once_the_letter_has_changed(broken, desk, view, until):
    shown = await failed_dry_run(view, desk, until)
    await broken.dead_letters.archive([3])
    await until(lambda: shown.said.text() == "The dead letter has changed since: it was archived.")
    assert "not run" in shown.badge.text()


async def test_the_error_gives_way_to_effects_alone_where_there_is_little_room(broken, desk, view, until):
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    await settle(broken)
    view.resize(1200, 420)
    choose(view, desk, 3)
    view.detail.tabs.setCurrentWidget(view.detail.dry_run_view)
    assert view.detail.height() < LOW
    assert view.detail._box.isVisible()
    view.begin(DRY_RUN)
    agree(view)
    await until(view.detail._box.isHidden)
    assert "would succeed" in view.detail.dry_run_view.badge.text()
    await broken.dead_letters.archive([3])
    await until(view.detail._box.isVisible)


async def test_V3_a_verdict_goes_once_another_model_runs(broken, desk, view, until):
    shown = await failed_dry_run(view, desk, until)
    await broken.adopt(load_project(broken.project.root, environ={}, trusted=True))
    await until(lambda: shown.said.text() == outdated("model"))


async def test_what_cannot_run_says_why(broken, desk, view, until):
    broken.running().subscriptions["welcome-mail"].handler = None
    choose(view, desk, 3)
    view.begin(DRY_RUN)
    agree(view)
    await until(lambda: "not possible" in view.detail.dry_run_view.badge.text())
    assert "has no handler now" in view.detail.dry_run_view.said.text()


async def test_P7_what_nothing_handles_is_not_offered_to_be_replayed(broken, desk, view, until):
    broken.running().subscriptions["welcome-mail"].handler = None
    choose(view, desk, 3)
    await until(lambda: not view._buttons["replay"].isEnabled())
    assert not view._buttons["edit"].isEnabled()
    assert "welcome-mail is detached" in view._buttons["replay"].toolTip()
    assert view._buttons["archive"].isEnabled()
    assert view._buttons["purge"].isEnabled()


def found(*, failure=None, refused="", effects=()):
    return DryRun(number=1, failure=failure, effects=effects, refused=refused, took_us=1500)


ROW = Effect(kind="row", where="mails", what="a", data='{"id": "a"}')
GONE = Effect(kind="remove", where="mails", what="b")


def test_the_verdict_names_what_would_happen():
    assert verdict(found())[2] == "The handler succeeds and does nothing that would be stored."
    assert verdict(found(effects=(ROW,)))[2].endswith("1 effect would be stored together with that.")
    refused = verdict(found(effects=(ROW, GONE), refused="the stream is closed"))
    assert refused[:2] == ("warning", "would be refused")
    assert refused[2].endswith("the stream is closed")


def test_a_failure_says_where_and_what_is_lost():
    failure = Failure(error_type="KeyError", error="'x'", place="mail.py:7", trace="", permanent=False)
    kind, _word, said = verdict(found(failure=failure, effects=(ROW, GONE)))
    assert kind == "error"
    assert said == "KeyError: 'x'\nat mail.py:7\nThe 2 effects until then would be lost."


def test_the_data_of_the_chosen_effect_is_shown(qtbot):
    shown = DryRunView()
    qtbot.addWidget(shown)
    shown.resize(500, 500)
    shown.show()
    shown.show_dry_run(found(effects=(ROW, GONE)), "10:00:00", outside=True)
    assert shown._data.isVisible()
    QTest.keyClick(shown.table, Qt.Key.Key_End)
    assert not shown._data.isVisible()
    assert shown.took.text() == "nothing was stored  ·  the handler took 1.5 ms  ·  10:00:00"


async def test_only_code_of_the_project_may_act_on_the_outside(broken, desk, view, until, monkeypatch):
    letters = broken.dead_letters
    assert letters.acts_outside("welcome-mail")
    assert not letters.acts_outside("$commands"), "a decision is pure"
    handler = broken.registry.subscriptions["welcome-mail"].handler
    monkeypatch.setattr(broken.registry.handlers[handler], "inline", True, raising=False)  # a declared one
    choose(view, desk, 3)
    QTest.keyClick(view.table, Qt.Key.Key_T)
    shown = view.detail.dry_run_view
    await until(lambda: "would fail" in shown.badge.text())
    assert not shown.caveat.isVisible()
    shown.outdate(outdated("text"))
    assert "not run" in shown.badge.text()
