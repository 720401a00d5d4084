"""The list of all keys (F1), read from what the classes declare, whether or not a project is open."""

from __future__ import annotations

import importlib

from PySide6.QtWidgets import QDialog, QWidget

from workbench.gui.actions import declared, widget_keys
from workbench.gui.layouts import in_column
from workbench.gui.paged_model import ListSource, TableColumn
from workbench.gui.table import FastTableView
from workbench.gui.view_catalog import VIEWS
from workbench.gui.widgets import SearchBox
from workbench.model.text_folding import folded

OWNERS = (
    ("Everywhere", "workbench.gui.window_actions:WindowActions"),
    ("Tables", "workbench.gui.table:FastTableView"),
    ("Tables", "workbench.gui.table_actions:TableActions"),
    ("Heads of tables", "workbench.gui.table_header:TableHeader"),
    ("Trees", "workbench.gui.tree:OfferingTree"),
    ("Search boxes", "workbench.gui.widgets:SearchBox"),
    ("Forms", "workbench.gui.forms.schema_form:SchemaForm"),
    ("Forms", "workbench.gui.forms.form_field:FormField"),
    ("Lists in forms", "workbench.gui.forms.editors.sequence:ListEditor"),
    ("Numbers in forms", "workbench.gui.forms.editors.line:LineInput"),
    ("Filter of the explorer", "workbench.gui.explorer:FilterLine"),
    ("Questions", "workbench.gui.views.confirm_strip:ConfirmStrip"),
    *((entry.title, entry.where) for entry in VIEWS),
    ("Dead letters", "workbench.gui.views.many_letters:ManyLetters"),
    ("Log", "workbench.gui.views.operation_list:OperationList"),
    ("Flow board", "workbench.gui.board.flow_view:FlowView"),
    ("Flow board", "workbench.gui.board.board_editor:BoardEditor"),
    ("Flow board", "workbench.gui.board.board_fields:BoardFields"),
    ("Wires of the board", "workbench.gui.board.board_wires:BoardWires"),
    ("Flow board", "workbench.gui.board.board_slices:BoardSlices"),
    ("Dragging on the board", "workbench.gui.board.board_hand:BoardHand"),
    ("Flow board", "workbench.gui.board.board_several:BoardSeveral"),
    ("Flow board", "workbench.gui.board.board_marks:BoardMarks"),
    ("Flow board", "workbench.gui.board.draft_discard:DraftDiscard"),
    ("Marks on the board", "workbench.gui.board.mark_popover:MarkPopover"),
    ("Flow board", "workbench.gui.views.board_split:BoardSplit"),
    ("Lines of the details", "workbench.gui.details.code_line:CodeLine"),
    ("Typing on the board", "workbench.gui.board.board_entry:BoardEntry"),
    ("A command's form on the board", "workbench.gui.views.board_trial:BoardTrial"),
    ("Renaming and removing on the board", "workbench.gui.board.change_strip:ChangeStrip"),
    ("Flow board", "workbench.gui.views.board_export:BoardExport"),
    ("Flow board", "workbench.gui.views.board_import:BoardImport"),
    ("Flow board", "workbench.gui.views.board_schema:BoardSchema"),
    ("Schema of an event", "workbench.gui.details.schema_dialog:SchemaDialog"),
    ("Flow board", "workbench.gui.views.board_finder:BoardFinder"),
    ("Commands", "workbench.gui.views.command_history:CommandHistory"),
    ("Commands", "workbench.gui.views.command_scenarios:CommandScenarios"),
    ("Commands", "workbench.gui.views.command_bursts:CommandBursts"),
    ("Many commands", "workbench.gui.views.burst_dialog:BurstDialog"),
    ("Flow board", "workbench.gui.views.board_scenarios:BoardScenarios"),
    ("Projections", "workbench.gui.views.projection_folds:ProjectionFolds"),
    ("Stepping through events", "workbench.gui.views.step_dialog:StepDialog"),
    ("Rehearsing a deploy", "workbench.gui.views.deploy_dialog:DeployDialog"),
    ("Running traffic again", "workbench.gui.views.traffic_dialog:TrafficDialog"),
    ("Events of a row", "workbench.gui.views.row_detail:RowDetail"),
    ("Story of a command", "workbench.gui.views.story_sequence:StorySequence"),
    ("Instances of a process", "workbench.gui.views.process_instances:ProcessInstances"),
    ("Waiting deliveries", "workbench.gui.views.subscription_waiting:WaitingDeliveries"),
    ("Explore", "workbench.gui.views.explore_beginnings:ExploreBeginnings"),
    ("Explore", "workbench.gui.views.order_pair:OrderPair"),
    ("Stepping a scenario", "workbench.gui.views.step_panel:StepPanel"),
    ("Scenarios", "workbench.gui.views.scenario_writing:ScenarioWriting"),
    ("Lines of a scenario", "workbench.gui.views.scenario_steps:ScenarioSteps"),
    ("Lines of a scenario", "workbench.gui.views.step_form:StepForm"),
    ("Settings", "workbench.gui.views.setting_outline:SettingOutline"),
    ("Settings", "workbench.gui.views.setting_steps:SettingSteps"),
    ("Texts", "workbench.gui.text.text_pane:TextPane"),
    ("Texts", "workbench.gui.text.tsk_editor:TskEditor"),
    ("Texts", "workbench.gui.text.typing_keys:TypingKeys"),
    ("Completions in texts", "workbench.gui.text.completion_list:CompletionList"),
    ("Search in a text", "workbench.gui.text.find_bar:FindBar"),
    ("Search", "workbench.gui.views.search_acts:SearchActs"),
    ("Facets of a search", "workbench.gui.views.search_facets:SearchFacets"),
    ("Search", "workbench.gui.views.search_histogram:SearchHistogram"),
    ("Saved searches", "workbench.gui.views.saved_list:SavedList"),
    ("Payloads and other long texts", "workbench.gui.find_line:FindLine"),
    ("Notices", "workbench.gui.notice_card:NoticeCard"),
    ("Notices", "workbench.gui.notice_list:NoticeList"),
    ("Payloads and other long texts", "workbench.gui.json_folds:JsonFolds"),
    ("Payloads and other long texts", "workbench.gui.json_view:JsonView"),
    ("Palette", "workbench.gui.palette:Palette"),
    ("Graphs", "workbench.gui.history_graph:HistoryGraph"),
    ("Notes on letters", "workbench.gui.views.letter_notes:LetterNotes"),
    ("Edited letters", "workbench.gui.views.letter_editor:PayloadEditor"),
    ("Publishing", "workbench.gui.views.publish_dialog:PublishDialog"),
    ("Appending by hand", "workbench.gui.views.append_dialog:AppendDialog"),
    ("Documentation", "workbench.gui.manual_window:ManualWindow"),
    ("Broken projects", "workbench.gui.mistakes_page:MistakesPage"),
    ("Broken projects", "workbench.gui.broken_text:BrokenText"),
)
"""Where keys work, and the class that declares them."""
COLUMNS = (
    TableColumn("Keys", width=150, mono=True),
    TableColumn("Where", width=170),
    TableColumn("What", width=220, stretch=True),
)


def owner_class(where: str) -> type:
    """Imports a class of the list."""
    module, _, name = where.partition(":")
    found: type = getattr(importlib.import_module(module), name)
    return found


def all_keys() -> list[tuple[str, str, str]]:
    """Returns all keys: the keys, where they work, and what they do."""
    rows = []
    for title, where in OWNERS:
        owner = owner_class(where)
        told = [(one.keys_text, one.text.replace("&", "")) for one in declared(owner) if one.keys_text]
        told += [(one.keys, one.text) for one in widget_keys(owner)]
        rows += [(keys, title, text.removesuffix(" …")) for keys, text in told]
    return rows


class KeyList(QDialog):
    """Shows all keys, found by a part of their names or of what they do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("keys")
        self.setWindowTitle("Keys")
        self.resize(640, 560)
        self._rows = all_keys()
        self.search = SearchBox("Find a key or what it does")
        self.table = FastTableView(COLUMNS)
        self.table.setAccessibleName("Keys")
        self.table.set_empty("No key fits", "Ctrl+K finds everything that can be done, also without a key.")
        in_column(self.search, (self.table, 1), of=self)
        self.search.settled.connect(self._show)
        self.finished.connect(self.deleteLater)
        self._show("")

    def _show(self, typed: str) -> None:
        words = folded(typed).split()
        found = [row for row in self._rows if all(word in folded(" ".join(row)) for word in words)]
        self.table.set_source(ListSource(found, lambda row: row))
