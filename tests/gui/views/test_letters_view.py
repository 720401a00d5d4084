"""Dead letters by hand: causes, replay, edit and replay, archive, purge, undo, always with exact counts."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from msgspec.structs import replace as changed
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from tests.services.conftest import passing, settle
from workbench.gui.desk import Selection
from workbench.gui.views.letter_actions import ARCHIVE, EDIT, PURGE, REPLAY, RESTORE, account
from workbench.gui.views.letter_finder import BESIDE
from workbench.gui.views.letter_reads import SHOWN, found_letters, status_choices
from workbench.gui.views.letter_ways import LEAST, NARROW, WIDE
from workbench.gui.views.letters_view import LettersView
from workbench.model.dead_letter import purge_behind
from workbench.model.operator_acts import purge_prospect
from workbench.services.dead_letters import Report
from workbench.services.dead_letters.letter_index import LetterQuery
from workbench.store.operations import MarkLetters
from workbench.store.stored_values import LetterGroup


@pytest.fixture
def view(desk, qtbot):
    made = LettersView(desk)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.activateWindow()
    return made


@pytest.fixture
def told(desk):
    notices = []
    desk.noticed.connect(notices.append)
    return notices


def listed(view):
    model = view.table.model()
    return [model.row(index)[0] for index in range(model.rowCount())]


def nodes(view):
    model = view.groups.model()
    return [(node.title, len(node.numbers)) for node in model.nodes]


def choose(view, *numbers):
    view.table.clearSelection()
    for number in numbers:
        index = view.table.model().index(listed(view).index(number), 0)
        flags = view.table.selectionModel().SelectionFlag
        view.table.selectionModel().setCurrentIndex(index, flags.Select | flags.Rows)


def question(view):
    return [label.text() for label in view.strip.findChildren(QLabel) if label.text()]


def answer(view, text):
    buttons = {button.text(): button for button in view.strip.findChildren(QPushButton)}
    QTest.mouseClick(buttons[text], Qt.MouseButton.LeftButton)


def cause(view, title):
    row = [name for name, _ in nodes(view)].index(title)
    view.groups.setCurrentIndex(view.groups.model().index(row))


async def test_nothing_died_says_what_would_be_here(view):
    assert any("No dead letters" in label.text() for label in view.findChildren(QLabel) if label.isVisible())


async def test_letters_stand_under_their_causes(broken, view):
    assert nodes(view) == [
        ("All causes", 3),
        ("welcome-mail", 3),
        ("MailServerUnavailable", 2),
        ("PermanentError", 1),
    ]
    assert listed(view) == [3, 2, 1]
    cause(view, "PermanentError")
    assert listed(view) == [1]
    cause(view, "MailServerUnavailable")
    assert listed(view) == [3, 2]


async def test_the_line_that_searches_says_the_number_that_the_box_above_it_says(broken, view, until):
    line = view.finder.words
    assert (view.statuses.currentText(), line.placeholderText()) == ("Open  ·  3", "Find in 3 letters")
    await broken.dead_letters.archive([1])
    await until(lambda: view.statuses.currentText() == "Open  ·  2")
    assert line.placeholderText() == "Find in 2 letters"
    choice = view.statuses.findData("Archived")
    view.statuses.setCurrentIndex(choice)
    await until(lambda: line.placeholderText() == "Find in 1 letter")


async def test_a_letter_shows_payload_error_and_every_attempt(broken, desk, view):
    choose(view, 3)
    assert desk.selection.letter == 3
    assert desk.selection.subscription == "welcome-mail"
    detail = view.detail
    assert detail.letter.key == "user-bob"
    assert detail.tabs.tabText(1) == f"Attempts ({len(broken.dead_letters.get(3).attempts)})"
    said = [label.text() for label in detail.findChildren(QLabel)]
    assert "MailServerUnavailable" in said
    assert "the mail server of slow.example does not answer" in said


async def test_the_menu_of_a_letter_leads_to_its_owner_and_note(broken, view, until):
    choose(view, 2)
    view.begin(EDIT)
    await until(view.detail.editing)
    choose(view, 3)
    view.acts["show_notes"].do()
    await until(view.detail.notes.owner.hasFocus)
    assert view.detail.letter.number == 3
    assert view.detail.notes.isVisible()


async def test_L5_what_others_resolved_meanwhile_is_not_told_as_replayed(broken, view, told, until):
    choose(view, 1, 2)
    view.begin(REPLAY)
    await until(lambda: question(view))
    payload = broken.dead_letters.get(2).data.replace("slow.example", "fine.example")
    await broken.dead_letters.edit_and_replay(2, payload)
    await settle(broken)
    assert broken.dead_letters.get(2).status == "resolved"
    answer(view, "Replay 2")
    await passing(broken, until(lambda: told))
    said = (
        "Replayed 1 dead letter: 1 failed again; 1 skipped, no longer as when the list was made,"
        " or now held by another letter."
    )
    assert told[-1].text == said


async def test_replaying_the_repaired_cause_asks_with_the_count_and_resolves(broken, view, told, until):
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    cause(view, "MailServerUnavailable")
    QTest.mouseClick(view.whole, Qt.MouseButton.LeftButton)
    asked = "Replay 2 dead letters? The oldest messages go first. It can be undone while it waits; what is"
    assert question(view)[0].startswith(asked)
    assert "user-bob" in question(view)[1]
    assert broken.dead_letters.counts() == {"open": 3}
    answer(view, "Replay 2")
    await passing(broken, until(lambda: told))
    assert (told[0].kind, told[0].text) == ("ok", "Replayed 2 dead letters: 2 resolved.")
    await settle(broken)
    assert broken.dead_letters.counts() == {"open": 1, "resolved": 2}
    await until(lambda: nodes(view)[0] == ("All causes", 1))
    assert view.statuses.itemText(0) == "Open  ·  1"


async def test_what_dies_between_question_and_answer_is_not_replayed(broken, view, told, until):
    cause(view, "MailServerUnavailable")
    view.whole.click()
    values = {"user_id": "dot", "username": "Dot", "email": "dot@slow.example"}
    await broken.commands.issue("create_user", values)
    await settle(broken)
    await until(lambda: nodes(view)[0] == ("All causes", 4))
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    answer(view, "Replay 2")
    await until(lambda: told)
    await settle(broken)
    assert [letter.key for letter in broken.dead_letters.page()] == ["user-dot", "user-cyd"]


async def test_letters_that_are_few_are_replayed_at_a_pace_as_a_job(broken, view, told, until):
    await broken.commands.issue("resolve_outage", {"domain": "slow.example"})
    cause(view, "MailServerUnavailable")
    view.whole.click()
    view.strip.pace.setValue(1000)
    answer(view, "Replay 2")
    await passing(broken, until(lambda: view.jobs.isVisible() and view.jobs.cards[1].job.step == 2))
    (job,) = broken.dead_letters.jobs.list()
    assert (job.action, job.numbers, job.per_second) == ("replay", (2, 3), 1000.0)
    await passing(
        broken, until(lambda: view.jobs.cards[1].said.text() == "Replayed 2 dead letters: 2 resolved.")
    )
    assert not told


async def test_no_pace_is_asked_for_a_single_one(broken, view):
    choose(view, 3)
    view.begin(REPLAY)
    assert not view.strip.pace.isVisible()
    choose(view, 3, 2)
    view.begin(REPLAY)
    assert view.strip.pace.isVisible()
    assert view.strip.pace.text() == "unlimited"


async def test_a_question_can_be_taken_back_with_escape(broken, view):
    choose(view, 3)
    view.begin(PURGE)
    assert view.strip.isVisible()
    focused = next(one for one in view.strip.findChildren(QPushButton) if one.hasFocus())
    assert focused.text() == "Cancel"
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert not view.strip.isVisible()
    assert broken.dead_letters.counts() == {"open": 3}


async def test_a_purge_can_be_undone_from_its_notice(broken, view, told, until):
    choose(view, 3, 2)
    view.begin(PURGE)
    said = "Purge 2 dead letters? It can be undone within seven days; then the dead letters are removed."
    assert question(view)[0] == said
    answer(view, "Purge 2")
    await until(lambda: told)
    assert told[0].text == "Purged 2 dead letters."
    assert broken.dead_letters.counts() == {"open": 1, "purged": 2}
    label, undo = told[0].actions[0]
    assert label == "Undo"
    undo()
    await until(lambda: len(told) == 3)
    texts = {told[1].text: told[1].topic, told[2].text: told[2].topic}
    assert texts == {"Undone: purge of 2 dead letters.": "", "": told[0].topic}, "the first one is withdrawn"
    assert broken.dead_letters.counts() == {"open": 3}


@pytest.mark.parametrize("skip_on", [False, True])
async def test_L7_purging_a_blocking_head_asks_about_those_behind(
    broken, view, told, until, monkeypatch, skip_on
):
    real, purged = broken.dead_letters.purge, []

    def purge(numbers, *, skip_on):
        purged.append((tuple(numbers), skip_on))
        return real(numbers, skip_on=skip_on)

    monkeypatch.setattr(broken.dead_letters, "purge", purge)
    monkeypatch.setattr(broken.dead_letters, "blocked_behind", lambda numbers: 4 * len(numbers))
    choose(view, 1)
    view.begin(PURGE)
    asked = purge_behind(1, 4)
    assert asked.startswith("4 messages of its key wait behind it: keep them blocked, or skip what is purged")
    assert question(view)[0] == f"Purge 1 dead letter? {asked} {purge_prospect(4)}"
    assert broken.dead_letters.counts() == {"open": 3}
    answer(view, "Purge 1, skip on" if skip_on else "Purge 1, keep 4 blocked")
    await until(lambda: told)
    assert purged == [((1,), skip_on)]
    assert broken.dead_letters.counts() == {"open": 2, "purged": 1}


async def test_del_archives_one_at_once_and_never_purges(broken, view, told, until):
    choose(view, 1)
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Delete)
    await until(lambda: told)
    assert told[0].text == "Archived 1 dead letter."
    assert broken.dead_letters.counts() == {"archived": 1, "open": 2}


async def test_L7_what_still_waits_behind_a_letter_is_told_at_it_and_once_it_is_archived(
    broken, view, told, until, monkeypatch
):
    monkeypatch.setattr(broken.dead_letters, "blocked_behind", len)
    choose(view, 1)
    said = "1 message of its key waits behind it"
    await until(lambda: any(said in one.text() for one in view.detail.findChildren(QLabel)))
    choose(view, 1, 2)
    view.begin(ARCHIVE)
    await until(lambda: question(view))
    assert "2 messages of their keys wait behind them, and stay blocked." in question(view)[0]
    view.strip.dismiss()
    choose(view, 1)
    view.begin(ARCHIVE)
    await until(lambda: told)
    assert told[0].text == "Archived 1 dead letter; 1 message of its key still waits behind it."


async def test_a_replay_says_before_that_the_engine_is_paused(broken, view, until):
    await broken.pause()
    choose(view, 1, 2)
    view.begin(REPLAY)
    await until(lambda: question(view))
    assert "The engine is paused, so they wait." in question(view)[0]


@pytest.mark.usefixtures("given_back")
async def test_V3_a_replay_to_a_paused_subscription_says_that_it_waits(broken, view, told, until):
    await broken.subscriptions.pause("welcome-mail", paused=True)
    choose(view, 1, 2)
    view.begin(REPLAY)
    await until(lambda: question(view))
    said = "Subscription welcome-mail is paused, so they wait."
    assert said in question(view)[0]
    view.strip.dismiss()
    view._repairs.do(REPLAY, (1, 2))
    await until(lambda: told)
    assert told[0].text == f"2 dead letters in progress. {said}"
    view.desk.select(Selection(letter=1))
    view.follow(view.desk.selection)
    one = "Subscription welcome-mail is paused, so it waits."
    await until(lambda: any(one in label.text() for label in view.detail.findChildren(QLabel)))


async def test_L6_a_letter_that_holds_an_edited_copy_says_where_that_was_made(broken, desk, view, until):
    payload = broken.dead_letters.get(3).data
    await broken.dead_letters.edit_and_replay(3, payload.replace("{", '{ "note": "x", ', 1))
    await settle(broken)
    await broken.dead_letters.replay([4])
    await settle(broken)
    letters = [broken.dead_letters.get(number) for number in (3, 4, 5)]
    payloads = [await broken.dead_letters.payloads(one.number) for one in letters]
    assert [one.changed for one in payloads] == [0, 3, 3]
    assert [set(one.tries) for one in payloads] == [{""}, {"as changed in #3"}, {"as changed in #3"}]
    desk.select(Selection(letter=5))
    await until(lambda: view.detail.payload.which.currentText() == "Payload as changed in #3")
    tries = view.detail._attempts.model()
    assert {tries.row(at)[1] for at in range(tries.rowCount())} == {"as changed in #3"}
    desk.select(Selection(letter=3))
    await until(lambda: tries.row(0)[1] == "original")


async def test_L6_the_attempts_end_with_the_one_that_succeeded(broken, desk, view, until):
    letter = broken.dead_letters.get(3)
    await broken.dead_letters.edit_and_replay(3, letter.data.replace("slow.example", "fine.example"))
    await settle(broken)
    desk.select(Selection(letter=3))
    tries, count = view.detail._attempts.model(), len(letter.attempts)
    changed = broken.dead_letters.get(3).changed_at
    last = (count + 1, "as changed in #3", changed, 0, "succeeded", "")
    await until(lambda: tries.rowCount() == count + 1 and tuple(tries.row(count)) == last)
    assert view.detail.tabs.tabText(1) == f"Attempts ({count + 1})"


async def test_archived_ones_are_found_again_and_restored(broken, view, told, until):
    await broken.dead_letters.archive([1])
    view.statuses.setCurrentIndex(1)
    assert listed(view) == [1]
    choose(view, 1)
    assert not view._buttons["archive"].isEnabled()
    view.begin(RESTORE)
    await until(lambda: told)
    assert broken.dead_letters.counts() == {"open": 3}


async def test_edit_and_replay_shows_the_difference_and_leaves_the_original(broken, view, told, until):
    choose(view, 1)
    view.begin(EDIT)
    editor = view.detail.editor
    assert view.detail.editing()
    assert not editor.send.isEnabled()
    editor.area.setPlainText(editor.area.toPlainText().replace("x.invalid", "example.org"))
    assert editor.send.isEnabled()
    QTest.keyClick(editor.area, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await passing(broken, until(lambda: told))
    assert told[0].text == "Replayed an edited copy of 1 dead letter: 1 resolved."
    await settle(broken)
    letter = broken.dead_letters.get(1)
    assert letter.status.value == "resolved"
    assert "x.invalid" in letter.data
    assert "example.org" in letter.edited
    assert not view.detail.editing()


@pytest.mark.parametrize(
    ("text", "said", "compared"),
    [
        ('{"username": "Cyd",\n "email": }', "Line 2, column 11: not JSON", "cannot be compared yet"),
        ('{"username": "Cyd"}', "does not fit user.created", "− email"),
        ('{"username": NaN}', "NaN", "→ NaN"),
    ],
)
async def test_L6_a_copy_that_cannot_be_replayed_says_where_and_is_not_sent(
    broken, view, text, said, compared
):
    choose(view, 1)
    view.begin(EDIT)
    editor = view.detail.editor
    editor.area.setPlainText(text)
    assert said in editor.said.text()
    assert compared in editor._diff.toPlainText()
    assert not editor.send.isEnabled()
    QTest.keyClick(editor.area, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert broken.dead_letters.counts() == {"open": 3}


async def test_L6_a_copy_with_a_misspelt_field_is_sent_only_where_that_is_wanted(broken, view, told, until):
    choose(view, 1)
    view.begin(EDIT)
    editor = view.detail.editor
    editor.area.setPlainText(editor.area.toPlainText().replace("{", '{"emial": "c@example.org",', 1))
    assert editor.said.text() == "emial is no field of user.created (did you mean email?)."
    assert not editor.send.isEnabled()
    assert not editor.anyway.isHidden()
    QTest.keyClick(editor.area, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert broken.dead_letters.counts() == {"open": 3}
    editor.anyway.click()
    assert editor.send.isEnabled()
    editor.send.click()
    await passing(broken, until(lambda: told))
    assert "emial" in broken.dead_letters.get(1).edited


@pytest.mark.parametrize("held", ["{not json", "[" * 600 + "]" * 600, "[" * 100_000, '"text"', ""])
async def test_N1_what_cannot_be_read_is_edited_as_the_text_that_it_is(broken, view, until, held):
    good = broken.dead_letters.get(1).data
    editor = view.detail.editor
    editor._begin(changed(broken.dead_letters.get(1), data=held))
    assert editor.text() == held
    editor.area.setPlainText(good.replace("x.invalid", "example.org"))
    await until(editor.send.isEnabled)
    editor.area.setPlainText(held)


async def test_an_editor_stays_open_while_others_change(broken, desk, view, until):
    choose(view, 1)
    view.begin(EDIT)
    view.detail.editor.area.setPlainText('{"half": ')
    await broken.dead_letters.archive([2])
    await until(lambda: nodes(view)[0] == ("All causes", 2))
    assert view.detail.editing()
    assert view.detail.editor.area.toPlainText() == '{"half": '


async def test_a_failed_replay_leads_to_the_letter_that_it_made(broken, desk, view, until):
    await broken.dead_letters.replay([3])
    await settle(broken)
    assert broken.dead_letters.get(3).status.value == "failed_again"
    desk.select(Selection(letter=3))

    def links():
        return [one for one in view.detail.findChildren(QPushButton) if one.text().startswith("Its replay")]

    await until(links)
    assert links()[0].text() == "Its replay failed and made #4"
    links()[0].click()
    assert desk.selection.letter == 4
    assert broken.dead_letters.get(4).parent == 3


async def test_choosing_a_subscription_elsewhere_lists_its_letters(broken, desk, view):
    desk.select(Selection(subscription="audit-trail"))
    assert view.groups.node().title == "All causes"
    desk.select(Selection(subscription="welcome-mail"))
    assert view.groups.node().title == "welcome-mail"


@pytest.mark.parametrize("width", [LEAST, NARROW - 1, NARROW + 1, WIDE + 1])
async def test_nothing_is_wider_than_the_view(broken, desk, qtbot, width):
    host = QWidget()
    qtbot.addWidget(host)
    view = LettersView(desk)
    view.setParent(host)
    view.setGeometry(0, 0, 1400, 700)
    host.show()
    QApplication.processEvents()
    view.setGeometry(0, 0, width, 700)
    QApplication.processEvents()
    for part in (view.groups, view.table, view.detail, view.whole):
        assert not part.isVisible() or part.mapTo(view, part.rect().topRight()).x() < width


@pytest.mark.parametrize("size", [(LEAST, 520), (640, 520), (LEAST, 800), (1300, 700)])
async def test_where_there_is_little_room_nothing_lies_on_another(broken, desk, view, until, qapp, size):
    view.resize(*size)
    desk.select(Selection(letter=2))
    await until(lambda: view.detail.letter is not None)
    view.begin(REPLAY, [1, 2, 3])
    await until(view.strip.isVisible)
    qapp.processEvents()
    finder = view.finder
    inner = (finder.words, finder.where, finder.by, finder.then, finder.groups, finder.chart)
    seen = [one for one in inner if one.isVisible()]
    for first, second in pairwise(seen):
        assert not first.geometry().intersects(second.geometry())
    page = view._pages.currentWidget()
    assert view.width() == size[0] >= page.minimumSizeHint().width(), "nothing is cut at the side"
    assert finder.by.height() >= finder.by.minimumSizeHint().height()
    assert view.statuses.width() >= view.statuses.sizeHint().width()
    assert finder.chart.isVisible() is (size not in ((LEAST, 520), (640, 520))), "the list has its room"
    assert (finder.by.y() == finder.then.y()) is (finder.width() >= BESIDE)


async def test_where_there_is_little_room_the_list_has_it_until_a_letter_is_chosen(broken, desk, view, until):
    view.resize(NARROW - 1, 560)
    await until(lambda: listed(view) == [3, 2, 1])
    assert not view.detail.isVisible()
    desk.select(Selection(letter=1))
    assert view.detail.isVisible()
    shown = view.table.visualRect(view.table.currentIndex())
    assert view.table.viewport().rect().contains(shown.center())
    view.resize(WIDE, 560)
    desk.select(Selection(subscription="welcome-mail"))
    assert view.detail.isVisible()


async def test_in_a_wide_view_the_list_has_more_room_than_the_letter(broken, desk, view, qapp):
    view.resize(1300, 800)
    desk.select(Selection(letter=2))
    qapp.processEvents()
    listed, shown = view.inner.sizes()
    assert view.inner.orientation() == Qt.Orientation.Horizontal
    assert listed > shown


async def test_where_there_is_little_room_list_and_letter_share_it(broken, desk, view, until, qapp):
    view.resize(839, 531)
    qapp.processEvents()
    desk.select(Selection(letter=2))
    qapp.processEvents()
    assert view.inner.orientation() == Qt.Orientation.Vertical
    listed, shown = view.inner.sizes()
    assert listed > (listed + shown) // 3
    view.inner.setSizes([listed - 40, shown + 40])
    view.detail.show_letter(None)
    desk.select(Selection(letter=3))
    qapp.processEvents()
    assert view.inner.sizes()[1] >= shown + 30, "what the person chose stays"


def test_an_account_tells_done_skipped_and_failed():
    report = Report(asked=5, done=2, skipped=2, failed=1, trouble="disk full")
    assert account(REPLAY, report) == (
        "error",
        (
            "Replayed 2 dead letters; 2 skipped, no longer as when the list was made,"
            " or now held by another letter; 1 failed: disk full."
        ),
    )
    assert account(ARCHIVE, Report(asked=1, done=0, skipped=1))[0] == "warning"
    waits = account(REPLAY, Report(asked=2, done=2, skipped=0), {"resolved": 1, "blocked": 1})
    said = "Replayed 2 dead letters: 1 resolved, 1 waiting behind a dead letter of their key."
    assert waits == ("warning", said)


async def test_V3_ages_go_on_while_they_are_seen(broken, desk, view, monkeypatch):
    choose(view, 3)
    letter = broken.dead_letters.get(3)
    now = letter.died_at + 2_000_000
    monkeypatch.setattr(broken.clock, "now", lambda: now)
    desk.ticker.beat()
    assert view.detail._where.text().endswith("died 2 s ago")
    assert view.groups._ages[0] == "2 s ago"
    now += 60_000_000
    desk.ticker.beat()
    assert view.detail._where.text().endswith("died 1 min ago")
    assert view.groups._ages[0] == "1 min ago"
    now += 60_000_000
    view.refresh()
    assert view.detail._where.text().endswith("died 2 min ago"), "list and detail say the same"
    assert desk.ticker.running
    view.hide()
    assert not desk.ticker.running
    now += 60_000_000
    view.show()
    assert view.detail._where.text().endswith("died 3 min ago"), "at once, not with the next beat"


async def test_counts_that_have_grown_are_seen_whole(broken, view, qapp):
    known = broken.dead_letters.counts()
    before = view.statuses.width()
    found = found_letters(broken.dead_letters, ("open",), 0)
    view._show_all(replace(found, counts={**known, "open": 1_865_000}))
    qapp.processEvents()
    assert view.statuses.width() == view.statuses.sizeHint().width() > before


@pytest.mark.parametrize("on_file", [True])
@pytest.mark.parametrize("searched", [False, True])
async def test_V3_the_numbers_of_the_list_are_of_one_moment(broken, monkeypatch, searched):
    """One letter is archived between each two of the reads of one picture."""
    store, reader = broken.world.store, type(broken.reader)

    def meanwhile(name):
        read = getattr(reader, name)

        def after(self, *given):
            found = read(self, *given)
            store.write([MarkLetters(numbers=(left.pop(),), before=("open",), after="archived")])
            return found

        left = [1, 2, 3]
        monkeypatch.setattr(reader, name, after)

    for name in ("letter_counts", "letter_groups"):
        meanwhile(name)
    query = LetterQuery(statuses=("open",), by="type") if searched else None
    found = await broken.world.ask(lambda: found_letters(broken.dead_letters, ("open",), 0, query))
    told = found.found.numbers if found.found else [one for group in found.groups for one in group.numbers]
    assert found.counts == {"open": len(told)} == {"open": 3}
    assert status_choices(found)[0][0].endswith("  ·  3")
    assert broken.dead_letters.counts() != {"open": 3}, "the store went on"


async def test_V3_open_counts_only_what_is_open(broken, view, until):
    await broken.pause()
    await broken.dead_letters.replay([3])
    await until(lambda: view.statuses.itemText(0) == "Open  ·  2")
    assert nodes(view)[0] == ("All causes", 2)
    assert broken.monitor.status().dead == 2
    names = [view.statuses.itemText(at) for at in range(view.statuses.count())]
    assert "Replaying  ·  1" in names


def at(view, number):
    return view.table.visualRect(view.table.model().index(listed(view).index(number), 0)).center()


@pytest.mark.parametrize("way", ["click", "space"])
async def test_the_row_that_is_selected_is_the_letter_that_is_shown(broken, desk, view, until, way):
    await until(view.isActiveWindow)
    desk.select(Selection(letter=3))
    view.table.clearSelection()
    view.detail.show_letter(None)
    view.take_keyboard()
    assert view.detail.letter is None
    if way == "click":
        QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=at(view, 3))
    else:
        QTest.keyClick(view.table, Qt.Key.Key_Space)
    assert list(view.table.selected_keys()) == [3]
    assert view.detail.letter.number == 3


async def test_after_a_letter_left_the_first_row_that_is_clicked_is_shown(broken, desk, view, until):
    choose(view, 2)
    view.begin(ARCHIVE)
    await until(lambda: listed(view) == [3, 1])
    view.hide()
    view.show()
    view.take_keyboard()
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=at(view, 3))
    assert list(view.table.selected_keys()) == [3]
    assert (view.detail.letter.number, desk.selection.letter) == (3, 3)


async def test_of_a_letter_that_left_the_list_the_detail_says_what_became_of_it(broken, view, until):
    choose(view, 1)
    assert not view.detail.absent.isVisible()
    view.begin(ARCHIVE)
    await until(lambda: listed(view) == [3, 2])
    assert view.detail.letter.number == 1
    assert view.detail.absent.isVisible()
    assert view.detail.absent.text == "Not in the list: it was archived."
    await broken.dead_letters.restore([1])
    await until(lambda: listed(view) == [3, 2, 1])
    assert not view.detail.absent.isVisible()


async def test_coming_back_leaves_selected_what_is_selected(broken, desk, view, until):
    choose(view, 1)
    await broken.dead_letters.archive([1])
    await until(lambda: 1 not in listed(view))
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    chosen = view.table.selected_keys()
    assert (desk.selection.letter, len(chosen)) == (1, 2)
    view._stale = True  # as after a while behind another view
    view.catch_up()
    assert view.table.selected_keys() == chosen


async def test_of_another_cause_the_letter_before_is_not_shown(broken, desk, view):
    choose(view, 3)
    cause(view, "PermanentError")
    assert view.detail.letter is None
    cause(view, "All causes")
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=at(view, 3))
    assert view.detail.letter.number == 3
    cause(view, "PermanentError")
    desk.select(Selection(letter=2))
    assert view.detail.absent.text == "Not in the list: it is of another cause."


async def test_a_cause_that_lost_its_letters_stays_chosen_until_another_is(broken, view, until):
    cause(view, "PermanentError")
    view._repairs.do(ARCHIVE, (1,))
    await until(lambda: listed(view) == [])
    assert (view.groups.node().title, view.groups.node().numbers) == ("PermanentError", ())
    assert nodes(view)[-1] == ("PermanentError", 0)
    assert not view.whole.isEnabled()
    view.groups.grab()
    cause(view, "MailServerUnavailable")
    view.refresh()
    assert "PermanentError" not in dict(nodes(view))
    assert view.groups.node().title == "MailServerUnavailable"


async def test_V1_the_chosen_cause_stays_where_it_is_while_others_come_above_it(view, qapp):
    def cause(name, count):
        numbers = tuple(range(count))
        return LetterGroup(
            subscription="mail",
            error_type=name,
            place="",
            count=count,
            numbers=numbers,
            first_at=0,
            last_at=0,
        )

    causes = [cause(f"Error{at:02}", 40 - at) for at in range(20)]
    view._pages.setCurrentIndex(0)
    view.groups.show_groups(causes)
    cause_at = [title for title, _ in nodes(view)].index("Error10")
    view.groups.setCurrentIndex(view.groups.model().index(cause_at))
    qapp.processEvents()
    before = view.groups.visualRect(view.groups.currentIndex())
    assert view.groups.verticalScrollBar().value() > 0
    view.groups.show_groups([cause("New", 99), *causes])
    qapp.processEvents()
    assert view.groups.node().title == "Error10"
    assert view.groups.visualRect(view.groups.currentIndex()) == before


async def test_V3_an_empty_cause_says_that_it_is_the_cause_which_is_empty(broken, view, until):
    cause(view, "MailServerUnavailable")
    await broken.dead_letters.archive([2, 3])

    def said():
        return [label.text() for label in view.table.findChildren(QLabel) if label.isVisible()]

    await until(lambda: "No dead letter of this cause has this status." in said())
    cause(view, "All causes")
    assert listed(view) == [1]


async def test_all_of_a_cause_can_be_replayed_whatever_else_is_listed(broken, view, until):
    await broken.dead_letters.purge([2])
    view.statuses.setCurrentIndex(list(SHOWN).index("All"))
    await until(lambda: listed(view) == [3, 2, 1])
    assert (view.whole.text(), view.whole.isEnabled()) == ("Replay all 2", True)
    view.statuses.setCurrentIndex(list(SHOWN).index("Purged"))
    await until(lambda: listed(view) == [2])
    assert not view.whole.isEnabled()
    assert view.whole.toolTip() == "No letter listed is open or archived"


async def test_L5_a_replay_says_how_many_of_its_letters_are_archived(broken, view, until):
    await broken.dead_letters.archive([2, 3])
    view.statuses.setCurrentIndex(list(SHOWN).index("All"))
    await until(lambda: listed(view) == [3, 2, 1])
    view.whole.click()
    await until(view.strip.isVisible)
    said = "The oldest messages go first. 2 of them are archived, and no more then."
    assert f"Replay 3 dead letters? {said}" in view.strip.text()
    view._repairs.begin(REPLAY, (3,))
    await until(lambda: "It is archived" in view.strip.text())
    view._repairs.begin(REPLAY, (1,))
    await until(lambda: "archived" not in view.strip.text())


async def test_a_subscription_that_lost_its_letters_stays_with_its_cause(broken, view, until):
    cause(view, "PermanentError")
    view._repairs.do(ARCHIVE, (1, 2, 3))
    await until(lambda: listed(view) == [])
    assert nodes(view) == [("All causes", 0), ("welcome-mail", 0), ("PermanentError", 0)]
    assert view.groups.node().title == "PermanentError"


async def test_a_copy_whose_letter_is_archived_meanwhile_says_so_and_keeps_its_text(broken, view, until):
    choose(view, 1)
    view.begin(EDIT)
    editor = view.detail.editor
    text = editor.area.toPlainText().replace("x.invalid", "example.org")
    editor.area.setPlainText(text)
    assert editor.send.isEnabled()
    await broken.dead_letters.archive([1])
    await until(lambda: listed(view) == [3, 2])
    assert editor.send.isEnabled(), "what is archived can be replayed"
    await broken.dead_letters.purge([1])
    await until(lambda: not editor.send.isEnabled())
    assert editor.said.text().startswith("This letter cannot be replayed: it was purged.")
    assert editor.send.toolTip() == editor.said.text()
    assert view.detail.editing()
    assert editor.text() == text
    assert not editor.carry.isVisible()
    view.detail.leave_editor()
    view.detail.edit()
    assert (editor.text(), editor.send.isEnabled()) == (text, False)
    await broken.dead_letters.restore([1])
    await until(editor.send.isEnabled)


async def test_a_copy_whose_letter_failed_again_goes_on_with_the_next_one(broken, view, until):
    choose(view, 1)
    view.begin(EDIT)
    editor = view.detail.editor
    text = editor.area.toPlainText().replace("x.invalid", "example.org")
    editor.area.setPlainText(text)
    await broken.dead_letters.replay([1])
    await settle(broken)
    await until(editor.carry.isVisible)
    assert not editor.send.isEnabled()
    later = broken.dead_letters.page()[0].number
    assert editor.carry.text() == f"Carry over to #{later}"
    editor.carry.click()
    assert view.detail.letter.number == editor.number() == later
    assert view.detail.editing()
    assert editor.text() == text
    assert editor.send.isEnabled()
    assert not editor.carry.isVisible()
    assert broken.drafts.find(f"letter/1/{broken.dead_letters.get(1).message_id}") is None
    assert broken.drafts.find(f"letter/{later}/{view.detail.letter.message_id}") is not None


async def test_a_copy_that_was_replayed_leaves_the_keyboard_where_the_person_went(broken, view, told, until):
    choose(view, 1)
    view.begin(EDIT)
    editor = view.detail.editor
    editor.area.setPlainText(editor.area.toPlainText().replace("x.invalid", "example.org"))
    editor.send.click()
    view.statuses.setFocus()
    await until(lambda: not view.detail.editing())
    assert QApplication.focusWidget() is view.statuses
    await until(lambda: told)
