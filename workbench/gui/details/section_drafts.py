"""The things of the project file whose text is typed and not written; several can fit only together."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QApplication, QWidget

from workbench.errors import InvalidValue, NotFound, ProjectError
from workbench.gui.board.board_graph import DRAFT
from workbench.gui.board.board_offers import identity_of
from workbench.gui.reads import Question, takes_time
from workbench.project.samples import PROJECT_FILE
from workbench.services.design.draft_sets import draft_sets
from workbench.services.design.gestures import DesignNode, exists, same_node
from workbench.services.design.relations import NAMED_ENTRIES, section_path
from workbench.services.design.section_form import ENTRIES
from workbench.services.design.section_piece import with_piece
from workbench.tusk import TskError

if TYPE_CHECKING:
    from workbench.gui.desk import Desk
    from workbench.services.design.design_text import DesignText

Change = Callable[["DesignText"], "DesignText"]
DRAFTS = "section/"
"""What the names of the drafts of sections begin with."""
Kept = Mapping[DesignNode, Any]
"""What was typed for a thing, and what stood there: ``now`` and ``was``."""


SCHEMA = "schema/"
"""What the names of the drafts of the schema dialog begin with."""


def kept_sections(desk: Desk) -> dict[DesignNode, Any]:
    """Returns what is typed and not written."""
    drafts, found = desk.workspace.drafts, {}
    for key in drafts.places():
        kind, _, name = key.removeprefix(DRAFTS).partition(".")
        kept = drafts.find(key)
        if key.startswith(DRAFTS) and kept is not None:
            found[DesignNode(kind.removesuffix("s") if kind in ENTRIES else kind, name)] = kept.content
    return found


def drafted(desk: Desk) -> dict[str, str]:
    """Returns a sign for each card whose text is typed and not written."""
    return {identity_of(node): DRAFT for node in kept_sections(desk)}


def offer_lost(desk: Desk, card: str, text: DesignText) -> None:
    """Offers what was typed for something that the project file does not declare any more."""
    for node, content in kept_sections(desk).items():
        if identity_of(node) == card and not exists(text, node):
            copy = partial(QApplication.clipboard().setText, content["now"])
            said = f"{node.name} is not in the project file any more; what was typed for it is kept."
            key = key_of(node)
            desk.notice("warning", said, ("Copy the text", copy), ("Discard", partial(desk.forget, key)))


def key_of(node: DesignNode) -> str:
    """Returns the name of the draft of a thing."""
    return f"{DRAFTS}{'.'.join(section_path(node.kind, node.name))}"


def follow_names(desk: Desk, before: DesignText, after: DesignText) -> None:
    """Has what is typed for things and not written follow them to other names."""
    drafts = desk.workspace.drafts
    for node in kept_sections(desk).keys() | _schemas(desk):
        to = same_node(before, after, node) if before != after else None
        if to is None or to == node:
            continue
        name = partial(named_so, node=node, to=to)
        for old, new in ((key_of(node), key_of(to)), (schema_key(node.name), schema_key(to.name))):
            kept = drafts.find(old)
            if kept is not None and drafts.find(new) is None:
                said = dict(kept.content) | {side: name(kept.content[side]) for side in ("was", "now")}
                if lines := said.get("lines"):
                    said["lines"] = {_line_of(key, node, to): typed for key, typed in lines.items()}
                desk.keep(new, said, kept.what.replace(node.name, to.name))
                desk.forget(old)


def renamed(before: DesignText | None, after: DesignText, node: DesignNode | None) -> DesignNode | None:
    """Returns a thing under the name that it has since; None where it has no other."""
    to = same_node(before, after, node) if before is not None and node is not None else None
    return to if to != node else None


def _line_of(key: str, node: DesignNode, to: DesignNode) -> str:
    """Returns the name of a line of a form whose thing has another name now."""
    was, now = ("/".join(section_path(one.kind, one.name)) for one in (node, to))
    return now + key.removeprefix(was) if key.startswith((f"{was}/", f"{was} ")) else key


def _schemas(desk: Desk) -> set[DesignNode]:
    places = desk.workspace.drafts.places()
    return {DesignNode("event", one.removeprefix(SCHEMA)) for one in places if one.startswith(SCHEMA)}


def named_so(text: str, node: DesignNode, to: DesignNode) -> str:
    """Returns the text of a thing with another name where it is declared."""
    was, now = (
        one.name if one.kind in NAMED_ENTRIES else f"[{'.'.join(section_path(one.kind, one.name))}]"
        for one in (node, to)
    )
    begin = re.compile(rf"^([ \t]*){re.escape(was)}(?![\w.-])", re.MULTILINE)
    return begin.sub(lambda found: f"{found[1]}{now}", text, count=1)


def schema_key(event: str) -> str:
    """Returns the name of the draft of the schema dialog of an event."""
    return f"{SCHEMA}{event}"


def with_drafts(text: DesignText, kept: Kept) -> DesignText:
    """Returns the texts with what was typed for all of these things.

    Raises:
        InvalidValue: Something else stands by now where one of them was typed.
        TskError: The file could not be read with one.
    """
    for node, content in kept.items():
        text = with_piece(text, node.kind, node.name, was=content["was"], now=content["now"])
    return text


class JoinedDrafts:
    """Writes drafts as soon as they compile: the smallest set that does, so that none holds up others.

    Args:
        parent: Whose question it is.
        write: Makes them a step of the design: its label, its change, and the drafts by their keys.
    """

    def __init__(
        self, parent: QWidget, desk: Desk, write: Callable[[str, Change, Mapping[str, Any]], object]
    ) -> None:
        self._desk, self._write = desk, write
        self._trying = Question(parent, desk, self._fits, "Trying the drafts")
        self._tried: object = None

    def offer(self, text: DesignText, problems: int, *, but: DesignNode | None = None) -> None:
        """Writes in one step the fewest drafts that compile.

        Args:
            problems: Mistakes that the design has without them.
            but: What a person is asked about, and is not written.
        """
        kept = {
            node: one for node, one in kept_sections(self._desk).items() if node != but and _is_whole(one)
        }
        asked = (text, problems, repr(kept))
        if kept and asked != self._tried:
            self._tried = asked
            self._trying.ask(partial(self._try, text, kept, problems), repr(kept))

    def _try(self, text: DesignText, kept: Kept, problems: int) -> Kept:
        takes_time()
        texts = {node: (one["was"], one["now"]) for node, one in kept.items()}
        tried = ({node: kept[node] for node in found} for found in draft_sets(texts))
        return next((one for one in tried if self._compiles(text, one, problems)), {})

    def _compiles(self, text: DesignText, kept: Kept, problems: int) -> bool:
        """Whether drafts can be written together, and everything that is stored fits them."""
        try:
            joined = with_drafts(text, kept)
        except (InvalidValue, TskError, LookupError, TypeError):
            return False
        checked = self._desk.workspace.texts.check(PROJECT_FILE, joined.project.text)
        if len(checked.mistakes) > problems:
            return False
        lab, events = self._desk.workspace.schema_lab, [one.name for one in kept if one.kind == "event"]
        try:
            trials = [lab.try_text(joined.project, one, lambda *_: True) for one in events]
        except (NotFound, ProjectError):  # it has another name in its draft, or cannot be understood with it
            return False
        return all(one.fit == one.total for one in trials)

    def _fits(self, kept: Kept) -> None:
        if kept:
            keys = {key_of(one): kept[one] for one in kept}
            (first, content), *more = kept.items()
            alone = content.get("label") or f"Edit {first.kind} {first.name}"
            label = f"Edit {len(kept)} sections" if more else alone
            self._write(label, partial(with_drafts, kept=kept), keys)


def _is_whole(content: Any) -> bool:
    """Whether a draft is of the text alone: a line of a form that was refused is not in it."""
    return isinstance(content, Mapping) and content["now"] != content["was"] and not content.get("lines")
