"""Fields on the board, a line each: added, changed where they stand, moved, copied, taken away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from workbench.gui.actions import action
from workbench.gui.board.asking import ADD_KEYS, CHANGE_KEYS, Asking, Entered, Offer
from workbench.gui.board.board_offers import holders, identity_of, sign_of
from workbench.gui.board.board_slices import BoardPart
from workbench.services.design import field_gestures, gestures
from workbench.services.design.field_gestures import FIELDED
from workbench.services.design.field_lines import split_field_lines, why_unreadable, write_field_line
from workbench.services.design.gestures import DesignNode
from workbench.services.design.typed_types import said_of_types, types_meant, with_types

SHOWN = 6
"""Fields of the same name that are offered."""
HINT = "name: type, name: type …"


class BoardFields(BoardPart):
    """Asks for fields; each is a step of the design."""

    _told: Collection[str] = ()
    """Lines of which it was told that there is no such type; they are taken as they are."""

    def why_not(self, identity: str) -> str:
        """Says why a card takes no fields; empty where it does."""
        node = self.editor.node(identity)
        return "" if node is not None and node.kind in FIELDED else "It has no fields of its own"

    @action("Add fields …", keys="F", icon="edit", on="canvas", group=3, why=why_not)
    def add_fields(self, identity: str) -> None:
        """Asks for the fields of a node, one after the other."""
        if (node := self.editor.node(identity)) is not None:
            self.add(node)

    def _names(self, node: DesignNode) -> list[str]:
        return list(gestures.fields_of(self.editor.state.text, node))

    # -- one line ------------------------------------------------------------------------------------------

    def add(self, node: DesignNode) -> None:
        """Asks for a new field behind the others."""
        self._ask(node, "", "", f"New field of {node.name}")

    def change(self, node: DesignNode, name: str) -> None:
        """Asks for another line in the place of a field; what a line cannot say is changed in the text."""
        fields = gestures.fields_of(self.editor.state.text, node)
        line = write_field_line(name, fields[name]) if name in fields else None
        if line is not None:
            self._ask(node, name, line, f"Field of {node.name}")
        elif name in fields:
            said = f"A line cannot say all of the field {name}: change it in the text (F12)."
            self.editor.desk.notice("info", said)

    def _ask(self, node: DesignNode, name: str, line: str, title: str) -> None:
        events = field_gestures.emitted_by(self.editor.state.text, node) if not name else []
        names, self._told = self._names(node), ()
        if events:
            title += f"; Ctrl+Enter: also of {' and '.join(events)}"
        asking = Asking(
            title=title,
            sign=sign_of(node.kind),
            text=line,
            hint=HINT,
            take=partial(self._taken, node, name, line),
            fits=partial(self._known, node) if not name else lambda _typed: (),
            marks=False,
            between=", ",
            act="" if name else "add_fields",
            keys=CHANGE_KEYS if name else ADD_KEYS,
            erase=partial(self._erased, node, name),
            step=partial(self._stepped, node, name),
            copy=partial(self._copy, node, name),
            check=partial(self._wrong, node),
            keeps=f"{identity_of(node)} {name}",
            card=identity_of(node),
            field=names.index(name) if name in names else len(names),
        )
        self.editor.place_of_entry.ask(asking, None)

    def _wrong(self, node: DesignNode, typed: str) -> str:
        """Says why what was typed cannot be understood, or which types there are not."""
        if not typed.strip():
            return ""
        unread = why_unreadable(typed, column=node.kind == "projection")
        return unread or said_of_types(self._meant(node, typed))

    def _meant(self, node: DesignNode, typed: str) -> dict[str, str]:
        """Returns the types of a line that there are not, each with what was meant."""
        return types_meant(self.editor.state.text.project, typed, column=node.kind == "projection")

    def _tells_types(self, node: DesignNode, typed: str) -> bool:
        """Tells once which types of a line there are not, with what was meant in their place."""
        readable = not why_unreadable(typed, column=node.kind == "projection")
        meant = self._meant(node, typed) if readable and typed not in self._told else {}
        if not meant:
            return False
        entry = self.editor.entry
        right = with_types(typed, meant)
        self._told = {typed, right}
        entry.line.setText(right)
        entry.tell(f"{said_of_types(meant)}. Enter again takes it", "muted")
        return True

    def _known(self, node: DesignNode, typed: str) -> list[Offer]:
        """Returns what other things say of a field of the name that was typed."""
        found = field_gestures.known_lines(self.editor.state.text, node, typed)
        return [Offer(text=f"{line}    as in {owner}", name=line) for line, owner in found.items()][:SHOWN]

    def _taken(self, node: DesignNode, name: str, line: str, entered: Entered) -> None:
        if entered.offer is not None:
            entered = replace(entered, text=entered.offer.name)
        then = partial(self._next, node, name, entered)
        if entered.text in {"", line}:
            then() if entered.inside and entered.text else self.editor.entry.leave()
            return
        if self._tells_types(node, entered.text):
            return
        said = entered.text.partition(":")[0].strip()
        if name and said.removesuffix("?") != name:
            self.editor.changes.rename_field(node, line, entered.text, then=then)
            return
        if name:
            fields = self.editor.desk.workspace.design.fields
            change = partial(fields.changed, node=node, line=entered.text, was=line)
            self.editor.do(f"Change field {said} of {node.name}", change, then)
            return
        lines = split_field_lines(entered.text)
        what = f"field {said}" if len(lines) == 1 else f"{len(lines)} fields"
        add = partial(field_gestures.with_fields, node=node, line=entered.text, along=entered.on)
        self.editor.do(f"Add {what} of {node.name}", add, then)

    def _next(self, node: DesignNode, name: str, entered: Entered) -> None:
        """Goes on: Tab to the field behind, a new field to another new one; a changed one is done."""
        if entered.away:
            self.editor.entry.leave()
            return
        now = entered.text.partition(":")[0].strip().removesuffix("?")
        names = self._names(node)
        behind = names[names.index(now) + 1 :] if name and now in names else []
        if behind and entered.inside:
            self.change(node, behind[0])
        elif name and not entered.inside:
            self.editor.entry.leave()
        else:
            self.add(node)

    def _erased(self, node: DesignNode, name: str) -> None:
        """Takes away the field whose line is empty; in a new line the last one, to be changed."""
        fields = gestures.fields_of(self.editor.state.text, node)
        gone = name or next(reversed(fields), "")
        if gone not in fields:
            return
        line = "" if name else write_field_line(gone, fields[gone]) or gone
        change = partial(gestures.without_field, node=node, name=gone)
        then = (
            self.editor.entry.leave
            if name
            else partial(self._ask, node, "", line, f"New field of {node.name}")
        )
        self.editor.do(f"Remove field {gone} of {node.name}", change, then)

    def _stepped(self, node: DesignNode, name: str, by: int, carried: bool) -> None:
        names = self._names(node)
        if carried:
            change = partial(field_gestures.field_moved, node=node, name=name, by=by)
            self.editor.do(f"Move field {name} of {node.name}", change, partial(self.change, node, name))
            return
        to = (names.index(name) if name in names else len(names)) + by
        if 0 <= to < len(names):
            self.change(node, names[to])
        elif to == len(names):
            self.add(node)

    # -- copies --------------------------------------------------------------------------------------------

    def _copy(self, node: DesignNode, name: str) -> None:
        """Asks to what a field is copied."""
        if not name:
            return
        asking = Asking(
            title=f"Copy the field {name} to",
            sign=sign_of(node.kind),
            take=partial(self._copied, node, name),
            fits=lambda typed: holders(self.editor.state.text, node, name, typed),
            lights=lambda typed: (identity_of(node), self.takers(node, name, typed)),
            card=identity_of(node),
        )
        self.editor.place_of_entry.ask(asking, None)

    def _copied(self, node: DesignNode, name: str, entered: Entered) -> None:
        target = self.editor.node(entered.offer.node) if entered.offer is not None else None
        if target is None:
            self.editor.entry.tell(f"nothing that takes the field is named {entered.text}")
        else:
            self.copy_to(node, name, target)

    def takers(self, node: DesignNode, name: str, typed: str = "") -> Collection[str]:
        """Returns the ids of what a field can be copied to, as far as what was typed fits."""
        return [one.node for one in holders(self.editor.state.text, node, name, typed)]

    def copy_to(self, node: DesignNode, name: str, target: DesignNode) -> None:
        """Copies a field with its type."""
        change = partial(field_gestures.copied, node=node, name=name, target=target)
        self.editor.wanted = identity_of(target)
        self.editor.do(f"Copy field {name} to {target.name}", change, self.editor.entry.leave)
