"""What was typed into forms that the model has no more: kept, and offered to what takes their place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from workbench.gui.views.command_parts import Form, in_place_of

if TYPE_CHECKING:
    from workbench.gui.desk import Desk


class LostForms:
    """Tells of each once, and names what is in its place now: that can go as well, or it comes back.

    Args:
        take_over: Types what is kept under a key into the form of a name.
    """

    def __init__(self, desk: Desk, take_over: Callable[[str, str], None]) -> None:
        self._desk, self._take_over = desk, take_over
        self._lost: dict[Form, Form] = {}
        """What is in the place of what is gone."""

    def offer(self, gone: Form, form: Form) -> None:
        """Offers what is kept of a form that is gone to another."""
        self._lost[gone] = form
        said = f"The model has no {gone[1]} any more; what was typed into its form is kept."
        take_over = (f"Take it over into {form[1]}", partial(self._take_over, form[1], key_of(gone)))
        self._desk.notice("warning", said, take_over, topic=_topic(gone), asks=True)

    def follow(self, before: Collection[Form], offered: Sequence[Form]) -> None:
        """Looks at what the model has now.

        Args:
            before: What it had before.
        """
        for gone, form in list(self._lost.items()):
            if gone in offered or self._desk.workspace.drafts.find(key_of(gone)) is None:
                del self._lost[gone]
                self._desk.notice("warning", "", topic=_topic(gone))
            elif form not in offered:
                self.offer(gone, in_place_of(form, before, offered))


def key_of(form: Form) -> str:
    """Returns the name of the draft of a form."""
    return f"{form[0]}/{form[1]}"


def _topic(gone: Form) -> str:
    return f"form of {key_of(gone)}"
