"""The explorer: everything by name, one filter for all, and where a click leads."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPersistentModelIndex, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit

from tests.gui.tree_rows import index_of, rows_of
from workbench.gui.details.section_drafts import key_of
from workbench.gui.explorer import Explorer
from workbench.gui.tree import DATA, OfferingTree
from workbench.model.model_flow import ModelFlow
from workbench.model.registry import Registry
from workbench.project.declared.invariant_compiler import typed_invariant
from workbench.services.design.gestures import DesignNode


@pytest.fixture
def view(desk, qtbot):
    made = Explorer(desk)
    qtbot.addWidget(made)
    made.resize(240, 600)
    made.show()
    return made


def tree(view):
    return rows_of(view.findChild(OfferingTree))


def item(view, text):
    return index_of(view.findChild(OfferingTree), text)


async def create(workspace, *names):
    for name in names:
        values = {"user_id": name, "username": name.title(), "email": f"{name}@example.org"}
        assert (await workspace.commands.issue("create_user", values)).accepted


async def test_it_lists_the_model_and_the_newest_streams_first(workspace, view, until):
    await create(workspace, "ada", "bob")
    await until(lambda: "Streams (2)" in tree(view))
    shown = tree(view)
    assert shown["Streams (2)"] == ["user-bob", "user-ada"]
    assert list(shown)[:4] == ["Aggregates (2)", "Commands (5)", "Events (5)", "Streams (2)"]
    assert "create_user" in shown["Commands (5)"]
    assert "user.created" in shown["Events (5)"]
    assert shown["Projections (2)"] == ["users", "outages"]
    assert "welcome-mail" in shown["Subscriptions (5)"]


def test_a_thing_of_the_model_says_its_rules_in_its_tip(desk, qtbot, monkeypatch):
    told = (ModelFlow(verb="refuses", name="late", words="when now > state.end: it is over"),)
    monkeypatch.setattr(Registry, "told_of", lambda _registry, source: told if "update" in source else ())
    view = Explorer(desk)
    qtbot.addWidget(view)
    view.refresh()
    tip = item(view, "update_user").data(Qt.ItemDataRole.ToolTipRole)
    assert "refuses late: when now &gt; state.end: it is over" in tip


async def test_queries_are_listed_and_lead_to_their_forms(desk, view, until):
    asked, views = [], []
    desk.command_wanted.connect(asked.append)
    desk.wanted.connect(views.append)
    await until(lambda: tree(view).get("Queries (2)") == ["get_user", "list_users"])
    view.findChild(OfferingTree).clicked.emit(item(view, "list_users"))
    assert (asked, views) == (["list_users"], ["commands"])


def test_actors_and_outside_systems_stand_with_the_model(desk, view, monkeypatch):
    registry = replace(desk.workspace.registry, actors={"clerk": "", "bank": ""}, externals={"bank": ""})
    monkeypatch.setattr(type(desk.workspace), "registry", property(lambda _workspace: registry))
    view.refresh()
    assert tree(view)["Actors and systems (2)"] == ["clerk", "bank"]


@pytest.fixture
def rules(desk, monkeypatch):
    """The sample with two invariants."""
    few = typed_invariant(desk.workspace.registry, "count('user.created') < 2")
    later = replace(few, name="later", always=None, eventually=few.always)
    known = {"few": replace(few, name="few", doc="Only one."), "later": later}
    registry = replace(desk.workspace.registry, invariants=known)
    monkeypatch.setattr(type(desk.workspace), "registry", property(lambda _workspace: registry))


def test_invariants_are_listed_and_lead_to_their_text(desk, rules, view):
    view.refresh()
    assert tree(view)["Invariants (2)"] == ["few", "later"]
    texts = []
    desk.text_wanted.connect(lambda file, place: texts.append((file, place)))
    view.findChild(OfferingTree).clicked.emit(item(view, "few"))
    assert texts == [("project.tsk", ("invariant", "few"))]


async def test_an_invariant_is_asked_since_when(desk, workspace, rules, view, until):
    await create(workspace, "ada", "bob")
    view.refresh()
    await until(lambda: "Invariants (2)" in tree(view))
    shown = view.findChild(OfferingTree)
    act = view.acts["since_when"]
    told = []
    desk.noticed.connect(told.append)
    shown.setCurrentIndex(item(view, "later"))
    act.refresh()
    assert (act.isEnabled(), act.toolTip().count("It does not say always")) == (False, 1)
    shown.setCurrentIndex(item(view, "few"))
    act.refresh()
    act.trigger()
    await until(lambda: any(one.kind == "warning" for one in told))
    (notice,) = [one for one in told if one.kind == "warning"]
    assert notice.text.startswith("few does not hold: count('user.created') is 2: since position")
    shown.setCurrentIndex(item(view, "create_user"))
    act.refresh()
    assert not act.isVisible()


async def test_the_stream_that_was_changed_last_stands_first(workspace, view, until):
    await create(workspace, "ada", "bob")
    await workspace.commands.issue("change_status", {"user_id": "ada", "status": "inactive"})
    await until(lambda: tree(view).get("Streams (2)") == ["user-ada", "user-bob"])


async def test_docstrings_are_shown_at_their_names_as_plain_text(view):
    for name, said in (
        ("create_user", "Opens an account."),
        ("user.created", "A person has an account."),
        ("users", "Every account as it stands now."),
    ):
        tip = item(view, name).data(Qt.ItemDataRole.ToolTipRole)
        assert said in tip
        assert tip.startswith("<p style=")  # escaped by us, not guessed by Qt


async def test_the_filter_reaches_every_section_and_streams_that_are_not_listed(workspace, view, until):
    await create(workspace, *(f"u{number:03}" for number in range(40)))
    await until(lambda: "Streams (40)" in tree(view))
    assert "user-u000" not in tree(view)["Streams (40)"]
    QTest.keyClicks(view.findChild(QLineEdit), "u000")
    await until(lambda: tree(view)["Streams (40)"] == ["user-u000"])
    view.findChild(QLineEdit).setText("mail")
    assert tree(view)["Subscriptions (5)"] == ["welcome-mail"]
    assert "Events (5)" not in tree(view)
    view.findChild(QLineEdit).setText("letters")
    assert tree(view) == {"Dead letters (0)": []}


async def test_a_click_leads_to_the_form_the_stream_and_the_subscription(workspace, desk, view, until):
    await create(workspace, "ada")
    await until(lambda: "Streams (1)" in tree(view))
    wanted, commands = [], []
    desk.wanted.connect(wanted.append)
    desk.command_wanted.connect(commands.append)
    made = view.findChild(OfferingTree)
    for text in ("update_user", "user-ada", "welcome-mail", "users"):
        made.clicked.emit(item(view, text))
    assert commands == ["update_user"]
    assert wanted == ["commands", "timeline", "subscriptions", "projections"]
    assert desk.selection.projection == "users"


async def test_in_the_arrangement_for_design_a_click_stays_on_the_board(workspace, desk, view, until):
    await create(workspace, "ada")
    await until(lambda: "Streams (1)" in tree(view))
    wanted, commands = [], []
    desk.wanted.connect(wanted.append)
    desk.command_wanted.connect(commands.append)
    view.arranged("Design", QSettings())
    made = view.findChild(OfferingTree)
    for text, node in (
        ("update_user", "command:update_user"),
        ("list_users", "query:list_users"),
        ("user.created", "event:user.created"),
        ("welcome-mail", "subscription:welcome-mail"),
        ("users", "projection:users"),
    ):
        made.clicked.emit(item(view, text))
        assert node in desk.selection.nodes()
    assert (wanted, commands) == (["board"] * 5, [])
    made.clicked.emit(item(view, "user-ada"))
    assert wanted[-1] == "timeline"
    view.arranged("Run", QSettings())
    made.clicked.emit(item(view, "update_user"))
    assert (wanted[-1], commands) == ("commands", ["update_user"])


async def test_what_is_chosen_on_the_board_no_more_is_marked_no_more_and_chosen_again_by_a_click(
    desk, view, until
):
    made = view.findChild(OfferingTree)
    await until(lambda: "update_user" in tree(view).get("Commands (5)", []))
    view.arranged("Design", QSettings())
    seen = []
    desk.selected.connect(seen.append)
    made.setCurrentIndex(item(view, "update_user"))
    for count in (1, 2):
        made.clicked.emit(item(view, "update_user"))
        desk.board_chosen.emit("command:update_user")  # as the board does
        assert len(seen) == count
        assert made.current().text == "update_user"
        desk.board_chosen.emit("")
        assert made.current() is None
    made.setCurrentIndex(item(view, "update_user"))
    made.row_activated.emit(made.current())
    assert len(seen) == 3, "Enter as well"


async def test_a_section_that_was_closed_stays_closed(workspace, view, until):
    made = view.findChild(OfferingTree)
    made.collapse(made.rows.index(0, 0))
    await create(workspace, "ada")
    await until(lambda: "Streams (1)" in tree(view))
    assert not made.isExpanded(made.rows.index(0, 0))
    assert made.isExpanded(made.rows.index(1, 0))


async def test_V1_what_is_held_of_the_tree_outlives_a_number_that_changes(workspace, view, until):
    made = view.findChild(OfferingTree)
    await create(workspace, "ada")
    await until(lambda: "Streams (1)" in tree(view))
    held = [QPersistentModelIndex(index) for index in made.rows.all()]
    made.setCurrentIndex(next(one for one in made.rows.all() if one.data() == "Streams (1)"))
    gone = []
    made.rows.rowsAboutToBeRemoved.connect(lambda *_where: gone.append(1))
    made.rows.modelAboutToBeReset.connect(lambda: gone.append(1))
    await create(workspace, "bob")
    await until(lambda: "Streams (2)" in tree(view))
    assert gone == []
    assert all(index.isValid() for index in held)
    assert made.currentIndex().data() == "Streams (2)"


async def test_V1_nothing_takes_the_place_of_a_stream_that_is_not_listed_any_more(workspace, view, until):
    made = view.findChild(OfferingTree)
    await create(workspace, "ada", "bob")
    await until(lambda: "Streams (2)" in tree(view))
    made.setCurrentIndex(item(view, "user-bob"))
    view.findChild(QLineEdit).setText("ada")
    await until(lambda: tree(view)["Streams (2)"] == ["user-ada"])
    assert made.current() is None
    assert not made.selectionModel().hasSelection()


async def test_commands_and_events_are_shown_on_the_board(desk, view, until):
    made = view.findChild(OfferingTree)
    wanted = []
    desk.wanted.connect(wanted.append)
    for name, node in (("create_user", "command:create_user"), ("user.created", "event:user.created")):
        made.setCurrentIndex(item(view, name))
        view.acts["show_on_board"].do()
        assert (desk.selection.node, wanted[-1]) == (node, "board")


async def test_a_filter_without_a_hit_says_so(view, until):
    said = next(one for one in view.findChildren(QLabel) if one.text() == "Nothing found")
    assert said.isHidden()
    view.findChild(QLineEdit).setText("zzzz")
    await until(lambda: not said.isHidden())
    assert tree(view) == {}
    view.findChild(QLineEdit).setText("mail")
    await until(said.isHidden)


def test_what_is_declared_is_opened_in_the_text(desk, view):
    asked = []
    desk.text_wanted.connect(lambda file, place: asked.append((file, place)))
    shown = view.findChild(OfferingTree)
    for name in ("create_user", "user.created", "welcome-mail", "users"):
        shown.setCurrentIndex(item(view, name))
        view.acts["open_text"].do()
    kinds = [
        ("command", "create_user"),
        ("event", "user.created"),
        ("consumer", "welcome-mail"),
        ("projection", "users"),
    ]
    assert asked == [("project.tsk", one) for one in kinds]
    shown.setCurrentIndex(shown.model().index(shown.model().rowCount() - 1, 0))
    assert not view.acts["open_text"].refresh()


def test_F2_renames_what_is_chosen_here_and_nothing_else(desk, view):
    asked = []
    desk.rename_wanted.connect(asked.append)
    shown = view.findChild(OfferingTree)
    for name in ("create_user", "user.created", "welcome-mail", "users"):
        shown.setCurrentIndex(item(view, name))
        view.acts["rename"].do()
    assert asked == [
        "command:create_user",
        "event:user.created",
        "subscription:welcome-mail",
        "projection:users",
    ]
    shown.setCurrentIndex(shown.model().index(shown.model().rowCount() - 1, 0))
    assert not view.acts["rename"].refresh()


async def test_what_is_chosen_on_the_board_is_marked_and_a_row_is_chosen_there(desk, view, until):
    await until(lambda: "Aggregates (2)" in tree(view))
    marked = view.findChild(OfferingTree)
    for node, name in (
        ("query:list_users", "list_users"),
        ("event:user.created", "user.created"),
        ("command:create_user", "create_user"),
    ):
        desk.board_chosen.emit(node)
        assert marked.current().text == name
    view.open(marked.current())
    assert desk.selection.node == "command:create_user"
    desk.board_chosen.emit("")
    assert marked.current().text == "create_user"


async def test_what_is_new_on_the_board_is_marked_once_it_is_listed(desk, view, until, monkeypatch):
    await until(lambda: "Aggregates (2)" in tree(view))
    marked, known = view.findChild(OfferingTree), desk.workspace.registry
    desk.board_chosen.emit("external:bank")
    assert marked.current() is None
    registry = replace(known, actors={"bank": ""}, externals={"bank": ""})
    monkeypatch.setattr(type(desk.workspace), "registry", property(lambda _workspace: registry))
    view.refresh()
    await until(lambda: marked.current() is not None)
    assert marked.current().text == "bank"
    marked.setCurrentIndex(item(view, "create_user"))
    monkeypatch.setattr(type(desk.workspace), "registry", property(lambda _workspace: known))
    view.refresh()
    await until(lambda: "Actors and systems (1)" not in tree(view))
    assert marked.current().text == "create_user"


async def test_letters_typed_on_the_rows_find_and_Enter_opens_the_first(desk, view, until):
    asked = []
    desk.command_wanted.connect(asked.append)
    await until(lambda: "Aggregates (2)" in tree(view))
    rows, line = view.findChild(OfferingTree), view.findChild(QLineEdit)
    view.window().activateWindow()
    rows.setFocus()
    QTest.keyClicks(rows, "u")
    await until(line.hasFocus)
    QTest.keyClicks(line, "pdate")
    assert line.text() == "update"
    await until(lambda: tree(view) == {"Commands (5)": ["update_user"], "Events (5)": ["user.updated"]})
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (rows.hasFocus(), asked) == (True, ["update_user"])
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Escape)
    assert (line.text(), line.hasFocus()) == ("", True)
    QTest.keyClick(line, Qt.Key.Key_Down)
    assert rows.hasFocus()
    assert asked == ["update_user"]


async def test_what_is_typed_for_a_thing_and_not_saved_is_told_at_its_name(desk, view, until):
    await until(lambda: "Aggregates (2)" in tree(view))
    place = key_of(DesignNode("command", "create_user"))
    desk.keep(
        place, {"was": "a", "now": "b", "label": "", "lines": {}, "also": []}, "the text of create_user"
    )
    assert "create_user · draft" in tree(view)["Commands (5)"]
    assert view.findChild(OfferingTree).choose(item(view, "create_user · draft").data(DATA))
    assert view.findChild(OfferingTree).current().text == "create_user"
    desk.forget(place)
    assert "create_user" in tree(view)["Commands (5)"]


def test_scenarios_are_counted_again_when_they_change(desk, view, monkeypatch):
    number = len(desk.workspace.scenarios.all())
    assert f"Scenarios ({number})" in tree(view)
    monkeypatch.setattr(type(desk.workspace.scenarios), "all", lambda _scenarios: [None] * 1_234)
    for listener in list(desk.workspace.scenarios._listeners):
        listener()
    assert "Scenarios (1,234)" in tree(view)


async def test_scenarios_that_do_not_load_are_counted_with_their_mistakes(desk, view, until):
    await desk.workspace.scenarios.look()
    before = len(desk.workspace.scenarios.all())
    (desk.workspace.project.root / "scenarios" / "wrong.tsk").write_text('"x" { when: { command: "fly" } }')
    await desk.workspace.scenarios.look()
    await until(lambda: f"Scenarios ({before + 1}, 2 mistakes)" in tree(view))
