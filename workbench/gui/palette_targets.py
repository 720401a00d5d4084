"""What the palette leads to: actions, notices, parts of the model, streams, and what a number may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.gui.actions import BoundAction, view_around
from workbench.gui.desk import Desk, Notice, Selection
from workbench.gui.layouts import Tabs
from workbench.gui.palette import Target
from workbench.gui.pausing import pause_subscription

ACTION = "action"
"""What the actions of the window are called."""
FOUND = 20
"""Streams that are offered."""
UNDOES = ("undo", "redo")
LARGEST = 2**63
"""Above it nothing is numbered."""


async def nothing_found(_typed: str) -> Sequence[Target]:
    """Finds nothing, as where no project is open."""
    return ()


def notice_targets(notices: Sequence[Notice]) -> list[Target]:
    """Returns what notices that are shown offer to do, such as to undo what they tell of."""
    return [
        Target(text=f"{label}: {one.text}", kind="notice", icon="chevron-right", go=run, changes=True)
        for one in notices
        for label, run in one.actions
    ]


def action_targets(window: QWidget, bring: Callable[[str], object]) -> list[Target]:
    """Returns all that can be done in a window and its views, and what it would be done to.

    What the view with the keyboard offers comes first, what cannot be done now last, with why. What many
    widgets offer, such as copying, is done where the keyboard is; nothing is done to what is not seen.

    Args:
        bring: Shows a view, given its key.
    """
    found: dict[str, list[BoundAction]] = {}
    for one in window.findChildren(BoundAction):
        if one.offered() and one.act.key != "palette":
            found.setdefault(one.name, []).append(one)
    told = list[Target]()
    for several in sorted(found.values(), key=_undoes_unseen):
        target = _action_target(several, bring)
        same = [one for one in told if several[0].act.key in UNDOES and one.text == target.text]
        # One step of the design, or one act of an operator, is undone in several views: it is of none.
        kept = same[0] if same and not same[0].why else target
        told = [one for one in told if one not in same] + [replace(kept, kind=ACTION) if same else kept]
    here = getattr(view_around(window.focusWidget()), "title", ACTION)
    return sorted(told, key=lambda one: (bool(one.why), one.kind != here, one.kind != ACTION))


def _undoes_unseen(several: Sequence[BoundAction]) -> bool:
    view = several[0].view() if several[0].act.key in UNDOES else None
    return view is not None and not view.seen()


def _action_target(several: Sequence[BoundAction], bring: Callable[[str], object]) -> Target:
    near = [one for one in several if one.has_keyboard()]
    one = (near or several)[0]
    one.refresh()
    view, named = one.view(), one.named()
    told = one.text().replace("&", "").replace("\n", " ")

    def go() -> None:
        if view is not None and not view.seen():
            bring(view.key)
        one.do()

    unseen = ""
    if len(several) > 1 and not near:
        view, unseen = None, "Go to a table or list first"
    elif one.points and view is not None and not view.seen():
        unseen = f"Show {view.title} first"
    return Target(
        text=f"{told}: {named}" if named and not unseen else told,
        kind=view.title if view is not None else ACTION,
        icon=one.icon_name or "chevron-right",
        go=go,
        keys=one.act.keys_text,
        why=unseen or ("" if one.isEnabled() else one.toolTip()),
        told=one.act.tip,
        changes=one.act.writes or one.act.key in UNDOES,
    )


def tab_targets(window: QWidget, bring: Callable[[str], object]) -> list[Target]:
    """Returns the pages of the views that stand behind tabs, also those within other pages.

    Args:
        bring: Shows a view, given its key.
    """
    found = {}
    for tabs in window.findChildren(Tabs):
        view = view_around(tabs)
        if view is None or (outer := _pages_around(tabs, view)) is None:
            continue
        for at in range(tabs.count()):
            if _can_turn(tabs, at):
                pages = (*outer, (tabs, tabs.widget(at)))
                title = tabs.title(at)
                found[view.key, title] = Target(
                    text=title,
                    kind=view.title,
                    icon=view.icon_name,
                    go=partial(_turn, bring, view.key, pages),
                )
    return [target for target in found.values() if target.text != target.kind]


Pages = tuple[tuple[Tabs, QWidget | None], ...]


def _pages_around(tabs: QWidget, view: QWidget) -> Pages | None:
    """Returns the pages in which tabs of a view stand, the outermost first; None where they are hidden."""
    found: Pages = ()
    while tabs is not view:
        outer = tabs.parentWidget()
        if outer is None:
            return None
        stack = outer.parentWidget()
        if isinstance(stack, Tabs) and isinstance(outer, QStackedWidget):
            if not _can_turn(stack, stack.indexOf(tabs)):
                return None
            found = ((stack, tabs), *found)
        elif tabs.isHidden():
            return None
        tabs = outer
    return found


def _can_turn(tabs: Tabs, at: int) -> bool:
    return tabs.isTabVisible(at) and tabs.isTabEnabled(at)


def _turn(bring: Callable[[str], object], key: str, pages: Pages) -> None:
    bring(key)
    for tabs, page in pages:
        if page is not None:
            tabs.setCurrentWidget(page)
    pages[-1][0].setFocus()


def model_targets(desk: Desk) -> list[Target]:
    """Returns all parts of the model: the forms of commands and queries, the others where they are shown."""
    acts = [*_pausing_targets(desk), *_reset_targets(desk)]
    return [*_form_targets(desk), *_part_targets(desk), *acts, *_explorable_targets(desk)]


def _pausing_targets(desk: Desk) -> list[Target]:
    """Returns what pauses each subscription, or resumes it."""
    return [
        Target(
            text=f"{'Resume' if still else 'Pause'} {name}",
            kind="subscription",
            icon="play" if still else "pause",
            go=partial(pause_subscription, desk, name, paused=not still),
            why=desk.read_only(),
            changes=True,
        )
        for name, still in desk.workspace.monitor.still().items()
    ]


def _reset_targets(desk: Desk) -> list[Target]:
    """Returns what asks to which position each subscription shall go."""

    def ask(name: str) -> None:
        desk.select(Selection(subscription=name), view="subscriptions")
        desk.reset_wanted.emit(name)

    return [
        Target(
            text=f"Reset {name} …",
            kind="subscription",
            icon="rewind",
            go=partial(ask, name),
            why=desk.read_only(),
            changes=True,
        )
        for name in desk.workspace.monitor.still()
    ]


def _explorable_targets(desk: Desk) -> list[Target]:
    """Returns the invariants and scenarios, each with the view that explores them."""

    def target(name: str, kind: str, go: Callable[[], object]) -> Target:
        return Target(text=f"Explore: {name}", kind=kind, icon="split", go=go)

    return [
        *(
            target(name, "invariant", partial(desk.explore_wanted.emit, "", name))
            for name in desk.workspace.registry.invariants
        ),
        *(
            target(one.name, "scenario", partial(desk.explore_wanted.emit, one.title, ""))
            for one in desk.workspace.scenarios.all()
            if not one.fixed
        ),
    ]


def _part_targets(desk: Desk) -> list[Target]:
    model = desk.workspace.registry

    def target(name: str, kind: str, icon: str, view: str, selection: Selection) -> Target:
        return Target(text=name, kind=kind, icon=icon, go=partial(desk.select, selection, view=view))

    def reacting(name: str, kind: str, icon: str) -> Target:
        return target(name, kind, icon, "subscriptions", Selection(subscription=name))

    def card(name: str, kind: str, icon: str, node: str) -> Target:
        return target(name, kind, icon, "board", Selection(node=f"{node}:{name}"))

    reactors = ((one, "process" if one.stateful else "policy") for one in model.reactors.values())
    return [
        *(card(name, "event", "event", "event") for name in model.events),
        *(
            target(name, "projection", "projection", "projections", Selection(projection=name))
            for name in model.projections
        ),
        *(reacting(one.name, kind, "policy") for one, kind in reactors),
        *(reacting(name, "subscription", "subscription") for name in model.subscriptions),
        *(card(name, "topic", "topic", "topic") for name in model.topics),
        *(
            card(name, "outside system" if name in model.externals else "actor", "person", "external")
            for name in model.actors
        ),
        *(card(name, "aggregate", "aggregate", "aggregate") for name in model.aggregates),
    ]


def _form_targets(desk: Desk) -> list[Target]:

    def form(name: str) -> None:
        desk.command_wanted.emit(name)
        desk.wanted.emit("commands")

    model = desk.workspace.registry
    kinds = {"command": model.commands, "query": model.queries}
    return [
        Target(text=name, kind=kind, icon=kind, go=partial(form, name))
        for kind, names in kinds.items()
        for name in names
    ]


def number_targets(desk: Desk, typed: str) -> list[Target]:
    """Returns what a number may be: the position of an event or message, and the number of a letter."""
    number = int(typed.replace(",", "")) if typed.replace(",", "").isdecimal() else 0
    if not 0 < number < LARGEST:
        return []
    here = desk.select
    at, letter = Selection(position=number), Selection(letter=number)
    return [
        Target(text=f"Position {number:,}", kind="of the log", icon="log", go=partial(here, at, view="log")),
        Target(
            text=f"Dead letter {number:,}",
            kind="letter",
            icon="dead-letter",
            go=partial(here, letter, view="letters"),
        ),
    ]


async def stream_targets(desk: Desk, typed: str) -> Sequence[Target]:
    """Finds streams by what was typed, and what has that number."""
    return number_targets(desk, typed) + [
        Target(
            text=stream.name,
            kind=f"stream, version {stream.version}",
            icon="stream",
            go=partial(desk.select, Selection(stream=stream.name), view="timeline"),
        )
        for stream in await desk.workspace.streams.search(typed, FOUND)
    ]
