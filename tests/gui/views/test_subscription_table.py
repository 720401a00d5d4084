"""The table of subscriptions: what it says, and what gives way where it is narrow."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest

from workbench.gui.badges import PADDING
from workbench.gui.filter_row import rows_with
from workbench.gui.paged_model import ListSource
from workbench.gui.series_lines import pen_of
from workbench.gui.theme import code_font
from workbench.gui.views.subscription_table import (
    COLUMNS,
    FACTS,
    GIVING_WAY,
    LINE,
    NAME,
    TITLES,
    DrawnLines,
    SubscriptionTable,
    age_text,
    facts_of,
    mode_text,
    mode_tip,
    row_of,
)
from workbench.model.messaging import COMMANDS_TOPIC, LOG_TOPIC
from workbench.services.monitor.monitor_values import SubscriptionView
from workbench.services.monitor.rate_rings import Figures
from workbench.store.stored_values import Depth

VIEW = SubscriptionView(
    name="prints",
    source="printers",
    handler="print",
    filter="",
    status="running",
    cursor=40,
    lag=2,
    rate=12.5,
    delivered=1200,
    failed=3,
    filtered=0,
    waiting=9,
    retrying=2,
    dead=1,
    doc="",
    mode="point_to_point",
    workers=4,
    in_flight=3,
    depth=Depth(blocked=1, delayed=4, ready=5, leased=3, oldest=7),
    oldest_us=61_000_000,
    expired=8,
    skipped=6,
)


DRAWN = DrawnLines(
    lines={"prints": 1},
    sparks={"prints": (1.0, float("nan"), 3.0)},
    figures={"prints": Figures(average=1.25, highest=3, total=99)},
)


def test_the_dead_are_seen_whole_where_nothing_is_left_that_gives_way(table):
    table.resize(319, 300)
    last = TITLES.index("Dead")
    assert table.columnViewportPosition(last) + table.columnWidth(last) <= table.viewport().width()
    table.resize(440, 300)
    assert table.columnWidth(0) >= NAME, "others give way before a name does"


USUAL = [title for title in TITLES if title != "Faults"]


@pytest.fixture
def table(qtbot):
    made = SubscriptionTable()
    qtbot.addWidget(made)
    made.resize(1700, 300)
    made.show()
    return made


def shown(table):
    return [title for at, title in enumerate(TITLES) if not table.isColumnHidden(at)]


def test_every_number_has_a_column():
    texts = {
        column.title: column.badge(value)[1] if column.badge else column.text(value)
        for column, value in zip(COLUMNS, row_of(VIEW, DRAWN), strict=True)
    }
    assert texts == {
        "Subscription": "prints",
        "Line": "shown",
        "10 min": "at most 3 a second",
        "State": "running",
        "Mode": "queue, 4 workers",
        "Rate /s": "12.5",
        "Lag": "2",
        "Oldest": "1 min",
        "In flight": "3",
        "Ready": "5",
        "Delayed": "4",
        "Blocked": "1",
        "Dead": "1 dead",
        "Expired": "8",
        "Skipped": "6",
        "Delivered": "1,200",
        "Average": "1.25",
        "Highest": "3",
        "Reads": "printers",
        "Faults": "none",
    }


def test_columns_give_way_in_their_order_and_come_back(table):
    assert shown(table) == USUAL
    for width in range(1700, 300, -50):
        table.resize(width, 300)
        gone = [title for title in USUAL if title not in shown(table)]
        assert set(gone) == set(GIVING_WAY[: len(gone)])
        wide = sum(table.columnWidth(at) for at in range(len(TITLES)) if not table.isColumnHidden(at))
        assert wide <= table.viewport().width()
    assert shown(table) == ["Subscription", "State", "Lag"]
    table.resize(250, 300)
    assert shown(table) == ["Subscription", "Lag"]
    table.resize(1700, 300)
    assert shown(table) == USUAL


def test_a_click_on_a_line_switches_it_and_with_alt_it_is_the_only_one(table):
    told, chosen = [], []
    table.line_clicked.connect(lambda name, alone: told.append((name, alone)))
    table.row_chosen.connect(chosen.append)
    table.refresh(ListSource([row_of(VIEW, DRAWN)]))
    place = QPoint(table.columnViewportPosition(LINE) + 10, 10)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, place)
    assert told == [("prints", False), ("prints", True)]
    assert not chosen, "the row is not chosen by it"
    table.resize(310, 300)
    assert table.isColumnHidden(LINE)
    colors = table.grab().toImage()
    bar = table.viewport().mapTo(table, QPoint(1, 12))
    assert colors.pixelColor(bar) == pen_of(1).color(), "its colour stands at the edge instead"


def test_heads_explain_themselves(table):
    model = table.model()
    said = model.headerData(TITLES.index("Blocked"), Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert said == "Deliveries that wait behind an earlier one with their key"


def test_a_queue_is_told_from_publish_and_subscribe():
    assert mode_text(("point_to_point", 1)) == "queue, 1 worker"
    assert mode_text(("publish_subscribe", 0)) == "pub/sub"
    assert "every subscription" in mode_tip(("publish_subscribe", 0))
    assert mode_text(("", 0)) == "–"


def test_ages_are_said_in_one_unit():
    assert [age_text(us) for us in (0, 1, 2_000_000, 7_200_000_000)] == ["–", "< 1 s", "2 s", "2 h"]


def test_the_details_say_all_of_it_with_its_meaning():
    facts = facts_of(VIEW)
    assert all(len(fact) == len(FACTS) and fact[2] for fact in facts)
    values = {name: value for name, value, _ in facts}
    assert (values["Mode"], values["Leased"], values["Delayed"]) == ("queue, 4 workers", "3", "4")


def test_a_lag_of_hundreds_of_thousands_is_not_cut_off(qapp):
    lag = next(column for column in COLUMNS if column.title == "Lag")
    assert QFontMetrics(code_font()).horizontalAdvance("1,234,567") + 2 * PADDING <= lag.width


def test_what_the_engine_itself_reads_is_told_in_words_and_found_by_them(table):
    row = row_of(replace(VIEW, name=COMMANDS_TOPIC, source=COMMANDS_TOPIC), DrawnLines())
    source = rows_with("commands of", ListSource([row]), COLUMNS)
    table.set_source(source)
    shown = [table.model().index(0, TITLES.index(title)).data() for title in ("Subscription", "Reads")]
    assert shown == ["commands of policies"] * 2
    assert {name: value for name, value, _ in facts_of(replace(VIEW, source=LOG_TOPIC))}[
        "Reads"
    ] == "all events"


def test_W12_faults_have_a_column_only_while_some_are_armed_and_it_never_gives_way(table):
    table.show_faults(True)
    assert shown(table) == list(TITLES)
    table._give_way(NAME)
    assert shown(table) == ["Subscription", "Lag", "Faults"]
    table.show_faults(False)
    assert "Faults" not in shown(table)
