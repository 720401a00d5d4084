"""What a rename or a removal would touch, place by place, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.errors import ProjectError
from workbench.model.counts import counted
from workbench.services.design import gestures
from workbench.services.design.references import (
    EXPRESSION,
    HEADER,
    LOOKED,
    PATTERN,
    SCENARIO,
    WORDS,
    Reference,
    fits,
    references,
)
from workbench.services.design.relations import section_path
from workbench.services.design.removals import taken_along
from workbench.services.design.several import counted_kinds
from workbench.services.project_editor.setting_renames import reader_left, topic_left
from workbench.tusk import Problem

if TYPE_CHECKING:
    from workbench.services.design.design_text import DesignText
    from workbench.services.design.gestures import DesignNode
    from workbench.store.ports import Reader
    from workbench.tusk import Document

CHOSEN = "What is chosen"
OWN = "own"
GROUPS = {
    HEADER: "Declaration",
    OWN: "Its events",
    "creates": "Commands of it",
    "changes": "Commands of it",
    "creates_or_changes": "Commands of it",
    "emit": "Emitted by",
    "issue": "Issued by",
    "withdraw": "Issued by",
    "publish": "Published by",
    "by": "Given by",
    "on": "Handled, read",
    "event": "Handled, read",
    "projection": "Handled, read",
    "get": "Handled, read",
    "list": "Handled, read",
    PATTERN: "Routed, delivered",
    "topics": "Routed, delivered",
    "topic": "Routed, delivered",
    "default": "Routed, delivered",
    "default_topic": "Routed, delivered",
    "handler": "Routed, delivered",
    EXPRESSION: "In expressions",
    LOOKED: "In expressions",
    "never_dead_letter": "Watched",
    "of": "Watched",
    "rows": "Watched",
    SCENARIO: "Scenarios",
    WORDS: "Comments and descriptions",
}
"""What a place is to the thing that it names, by its role, in the order in which they are told."""
OTHERWISE = "Named elsewhere"
ALONG = "Moves with it"
"""Commands whose only aggregate is no more that of their event."""
STAYS = "Stays as it is"
GOES, LEFT = "goes", "stays: change it by hand"
IS_CHOSEN = "is removed"
NEW_NAMES = "Named after its old aggregate still: ticked, it gets the new name"
ADDED, TAKEN = "is added", "is taken away"
"""What a move to another aggregate does to a line."""
_TYPE = r"(?<![\w.])(?:(?:event|message)\.)?(?:type|topic)"
_TYPE_BEFORE = re.compile(_TYPE + r"""\s*(?:[!=]=|in\s*\[[^\]]*)\s*\\?['"]\Z""")
_TYPE_BEHIND = re.compile(r"""\\?['"]\s*[!=]=\s*""" + _TYPE + r"\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePlace:
    """A place that names a thing, as its line stands in the file.

    Attributes:
        group: What it is to the thing, see `GROUPS`.
        line: Number of its line, from 1.
        text: The line without the room before it.
        start, end: Where the name stands in the text.
        owner: Where it stands: a section or a scenario.
        wanted: Whether it is likely meant, so that a rename takes it unless a person says otherwise.
        fate: What a removal does to it: `GOES`, the section that goes with it, `LEFT`, or `IS_CHOSEN` for the
            beginning of one of several things; or a move to its line: `ADDED` or `TAKEN`; or where a name
            that is proposed would stand; else empty.
        new: The name that is proposed for what begins there.
        kept: Whether the store has events of that type.
    """

    reference: Reference
    group: str
    line: int
    text: str
    start: int
    end: int
    owner: str
    wanted: bool = True
    fate: str = ""
    new: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """What a rename or a removal of a thing would touch.

    Attributes:
        text: The texts in which the places were found.
        places: What changes, in the order of `GROUPS`.
        stays: What names it as well and is not touched: patterns of a rename, mistakes that a removal leaves.
        notes: What becomes of what is stored.
        stored: Events in the store that have its type.
        field: The line of a field of the thing where that gets another name: all places change, or none.
        more: What is removed, or moves, besides the thing.
        heads: Where all of them begin, where they are several.
        owner: The aggregate to which all of it moves; empty for anything else.
        names: Where what moves begins whose name speaks of its old aggregate, each with the one proposed.
    """

    text: DesignText
    node: DesignNode
    places: tuple[ChangePlace, ...] = ()
    stays: tuple[ChangePlace, ...] = ()
    notes: tuple[str, ...] = ()
    stored: int = 0
    field: str = ""
    more: tuple[DesignNode, ...] = ()
    heads: tuple[ChangePlace, ...] = ()
    owner: str = ""
    names: tuple[ChangePlace, ...] = ()

    @property
    def nodes(self) -> tuple[DesignNode, ...]:
        """All that is removed, or moves."""
        return self.node, *self.more

    @property
    def said(self) -> str:
        """What changes, such as ``event parcel.sent``, or ``2 events, 1 command``."""
        return said_of(*self.nodes)

    @property
    def name(self) -> str:
        """What has the name that changes has now."""
        return self.field.partition(":")[0].removesuffix("?") or self.node.name


def said_of(*nodes: DesignNode) -> str:
    """Returns what things are called, such as ``event parcel.sent``, or ``2 events, 1 command``."""
    one = f"{nodes[0].kind} {nodes[0].name}"
    return counted_kinds([one.kind for one in nodes]) if nodes[1:] else one


def rename_preview(text: DesignText, node: DesignNode, stored: int, *notes: str) -> ChangePreview:
    """Returns where a thing is named; patterns that fit it by a wildcard stay.

    Args:
        stored: Events in the store that have its type.
        notes: What becomes of what else is stored.
    """
    found = gestures.places_of(text, node)
    places = [place_in(text, one, own=one.name != node.name) for one in found]
    places += [place_in(text, one) for one in _in_words(text, node, found)]
    events, known = _renamed_events(text, node), {(one.file, one.start) for one in found}
    fitting = [one for one in references(text) if any(fits(one, event) for event in events)]
    stays = [place_in(text, one) for one in fitting if (one.file, one.start) not in known]
    return ChangePreview(
        text=text,
        node=node,
        places=_ordered(places),
        stays=tuple(stays),
        notes=(*_kept(text, node, stored), *notes),
        stored=stored,
    )


def _renamed_events(text: DesignText, node: DesignNode) -> list[str]:
    """Returns the events that get another name where a thing does: itself, or those named after it."""
    own = [one.name for one in gestures.events_of(text, node) if one.name.startswith(f"{node.name}.")]
    return [node.name] if node.kind == "event" else own


def _kept(text: DesignText, node: DesignNode, stored: int) -> Iterator[str]:
    if stored:
        known = text.project.find((*section_path(node.kind, node.name), "stored_as"))
        below = known.value.plain if known is not None else node.name
        stay = f"{counted(stored, 'stored event')} {'stays' if stored == 1 else 'stay'} stored as {below}"
        yield f"{stay}, and so are those to come (stored_as); none is rewritten."


def removal_preview(
    text: DesignText, node: DesignNode, stored: int, *notes: str, more: Sequence[DesignNode] = ()
) -> ChangePreview:
    """Returns what a removal would take along, and what it would leave; arguments as of `rename_preview`.

    Args:
        more: What is removed besides the thing.
    """
    nodes = (node, *more)
    found = taken_along(text, *nodes)
    after = gestures.removed(text, *nodes, along=found)
    kinds = {one.kind for one in found}
    left = {_key(one) for one in references(after) if one.kind in kinds}
    places = [place_in(text, one, _fate(one, text, after, left)) for one in found]
    return ChangePreview(
        text=text,
        node=node,
        places=_ordered([one for one in places if one.fate != LEFT]),
        stays=tuple(one for one in places if one.fate == LEFT),
        notes=(*_without_type(stored), *notes),
        stored=stored,
        more=tuple(more),
        heads=tuple(_heads(text, nodes)) if more else (),
    )


def removal_in_store(
    reader: Reader,
    text: DesignText,
    node: DesignNode,
    more: Sequence[DesignNode],
    check: Callable[[Document], object] | None,
) -> ChangePreview:
    """Returns the preview of a removal, with what a store has of the things.

    Args:
        check: Raises `ProjectError` where a text cannot be loaded; None where that is so anyway.
    """
    nodes = (node, *more)
    events = {
        one.name for each in nodes for one in (each, *gestures.events_of(text, each)) if one.kind == "event"
    }
    stored = reader.count_types(events.__contains__) if events else 0
    notes = [said for each in nodes for said in left_of(reader, each)]
    preview = removal_preview(text, node, stored, *notes, more=more)
    along = [one.reference for one in preview.places]
    try:
        if check is not None:
            check(gestures.removed(text, *nodes, along=along).project)
    except ProjectError as error:
        return replace(preview, notes=(*preview.notes, *_untold(preview, error)))
    return preview


def _untold(preview: ChangePreview, error: ProjectError) -> Iterator[str]:
    """Says what would keep the rest from being saved, unless a place that stays tells it."""
    names = {one.reference.name for one in preview.stays}
    for one in error.problems:
        said = one.message if isinstance(one, Problem) else str(one)
        if not any(name in said for name in names):
            where = f"[{'.'.join(one.path[:2])}] " if isinstance(one, Problem) and one.path else ""
            hint = f" ({one.hint})" if isinstance(one, Problem) and one.hint else ""
            yield f"It would be a draft, and not saved: {where}{said}{hint}."


def _heads(text: DesignText, nodes: Sequence[DesignNode]) -> Iterator[ChangePlace]:
    for node in nodes:
        for one in gestures.places_of(text, node):
            if one.role == HEADER and one.name == node.name:
                yield replace(place_in(text, one, IS_CHOSEN), group=CHOSEN)


def _without_type(stored: int) -> Iterator[str]:
    if stored:
        count, they = counted(stored, "stored event"), "it stays" if stored == 1 else "they stay"
        yield f"{count} will have no type: {they} in the store, to be looked at, and nothing folds them."


def _fate(one: Reference, text: DesignText, after: DesignText, left: set[tuple[str, ...]]) -> str:
    if one.owner in text.project.sections and one.owner not in after.project.sections:
        return f"all of [{one.owner}] goes"
    return LEFT if _key(one) in left or one.role in {EXPRESSION, SCENARIO} else GOES


def _key(one: Reference) -> tuple[str, ...]:
    return one.file, one.owner, one.role, one.name


def left_of(reader: Reader, node: DesignNode) -> Iterator[str]:
    """Says what stays in the store under the name of a thing that has another one then, or none."""
    if node.kind == "topic":
        said = topic_left(reader, node.name)
    elif node.kind == "projection":
        said = f"The rows of {node.name} go; under another name they are built again from the events."
    else:
        said = reader_left(reader, node.name) if node.kind in {"subscription", "policy", "process"} else ""
    if said:
        yield said


def still_fits(preview: ChangePreview, place: ChangePlace, name: str) -> bool:
    """Whether a pattern that stays as it is fits all events that it fits now, under another name, too."""
    node, one = preview.node, place.reference
    events = [event for event in _renamed_events(preview.text, node) if fits(one, event)]
    return all(fits(one, f"{name}{event[len(node.name) :]}") for event in events)


def _in_words(text: DesignText, node: DesignNode, known: Sequence[Reference]) -> Iterator[Reference]:
    """Yields where comments and descriptions say the name, where that is no common word."""
    if not re.search(r"[._-]", node.name):
        return
    spans = {(one.file, at) for one in known for at in range(one.start, one.end)}
    for document in text.files():
        for found in re.finditer(rf"(?<![\w.-]){re.escape(node.name)}(?![\w-]|\.\w)", document.text):
            if (document.file, found.start()) not in spans:
                start, end = found.span()
                yield Reference(
                    kind=node.kind,
                    name=node.name,
                    file=document.file,
                    start=start,
                    end=end,
                    role=WORDS,
                    owner="",
                )


def _is_meant(one: Reference, whole: str) -> bool:
    """Whether a place likely means the thing: a plain word in an expression only where types are compared."""
    if one.role != EXPRESSION or "." in one.name:
        return one.role != WORDS
    begin = whole.rfind("\n", 0, one.start) + 1
    before, behind = whole[begin : one.start], whole[one.end : one.end + 80]
    return _TYPE_BEFORE.search(before) is not None or _TYPE_BEHIND.match(behind) is not None


def place_in(text: DesignText, one: Reference, fate: str = "", *, own: bool = False) -> ChangePlace:
    """Returns a place as its line stands in the file."""
    whole = next(document.text for document in text.files() if document.file == one.file)
    begin = whole.rfind("\n", 0, one.start) + 1
    line = whole[begin:].split("\n", 1)[0].rstrip("\r")
    start = one.start - begin + len(one.before) - (len(line) - len(line.lstrip()))
    return ChangePlace(
        reference=one,
        group=GROUPS.get(OWN if own else one.role, OTHERWISE),
        line=whole.count("\n", 0, one.start) + 1,
        text=line.strip(),
        start=start,
        end=one.end - one.start - len(one.before) - len(one.behind) + start,
        owner=one.owner,
        wanted=_is_meant(one, whole),
        fate=fate,
    )


def _ordered(places: Sequence[ChangePlace]) -> tuple[ChangePlace, ...]:
    order = [*dict.fromkeys(GROUPS.values()), OTHERWISE]
    return tuple(sorted(places, key=lambda one: order.index(one.group)))
