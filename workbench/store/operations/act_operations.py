"""What can be written of operators' acts: their records, and their undo (L9, L10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from workbench.store.operations.operation import Operation
from workbench.store.operator_actions import OperatorAction

if TYPE_CHECKING:
    from workbench.store.operations.touched import Touched


class RecordAction(Operation, frozen=True, kw_only=True):
    """Records what an operator did; answers with the record's number.

    It stands in the same `Atomic` as what was done, behind it (L9): what the operations before it answered,
    as a number, is added to its count, and stands for ``{answer}`` in its detail and its name. Where there is
    a record of its name, that one is added to: an act that takes several writes has one record.

    Attributes:
        counts: Whether those answers say how much was done.
        undoes: Number of the record of the act that this one undoes; 0 for none. Where answers count, and
            none says that something was done, it is no undo.
        if_done: What changed nothing is no act: nothing is recorded, and the answer is 0; as of an undo.
    """

    never_refuses: ClassVar[bool] = True
    action: OperatorAction
    counts: bool = True
    undoes: int = 0
    if_done: bool = False

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.operations = True


class BringBack(Operation, frozen=True, kw_only=True):
    """Puts back what an act replaced, where nothing has changed it since; answers on how many things.

    What cannot be put back now stays kept: it can be once what changed it is taken back, too.

    Attributes:
        act: The name under which it is kept.
        subscription: Whose cursor it may be; empty for none.
        released: Subscriptions in which a dead letter blocks nothing (O2).
        limit: How much of it is dealt with at once.
    """

    act: str
    subscription: str = ""
    released: tuple[str, ...] = ()
    limit: int = 100

    @override
    def touch(self, answer: Any, touched: Touched) -> None:
        touched.letters = touched.released = True
        if self.subscription and answer:
            touched.subscriptions.add(self.subscription)
            touched.moved.add(self.subscription)
