"""What operators do: which of it can be undone, for how long, and why the rest cannot be (L10)."""

from __future__ import annotations

from enum import StrEnum

UNDO_SECONDS = 7 * 24 * 3600.0
"""For how long an act can be undone (contract §11)."""
DAYS = "seven days"


class OperatorAct(StrEnum):
    """What is done to dead letters, subscriptions, projections, streams, jobs and the engine."""

    ARCHIVE = "archive"
    PURGE = "purge"
    RESTORE = "restore"
    REPLAY = "replay"
    EDIT = "edit and replay"
    REPAIR = "repair and replay"
    NOTE = "note"
    IMPORT_LETTERS = "import dead letters"
    PAUSE = "pause"
    RESUME = "resume"
    HOLD = "hold"
    GO_ON = "go on"
    CANCEL = "cancel"
    STEP = "step"
    SKIP = "skip"
    DO_NOW = "do now"
    RESET = "reset"
    REBUILD = "rebuild"
    SWITCH = "switch to rebuilt rows"
    GIVE_UP_REBUILD = "give up rebuild"
    PAUSE_REBUILD = "pause rebuild"
    RESUME_REBUILD = "resume rebuild"
    SKIP_EVENT = "skip event"
    PARK_STREAM = "park stream"
    RESUME_STREAM = "resume stream"
    CLOSE = "close"
    OPEN_AGAIN = "open again"
    IMPORT = "import"
    APPEND = "append"
    ARM = "arm a fault"
    DISARM = "disarm a fault"
    UNDO = "undo"


KEEPING = frozenset(
    {
        OperatorAct.ARCHIVE,
        OperatorAct.PURGE,
        OperatorAct.REPLAY,
        OperatorAct.EDIT,
        OperatorAct.REPAIR,
        OperatorAct.NOTE,
        OperatorAct.SKIP,
        OperatorAct.RESET,
    }
)
"""Acts for which the store keeps what they replaced, under their name."""
OPPOSITES = {
    OperatorAct.PAUSE: OperatorAct.RESUME,
    OperatorAct.RESUME: OperatorAct.PAUSE,
    OperatorAct.HOLD: OperatorAct.GO_ON,
    OperatorAct.GO_ON: OperatorAct.HOLD,
    OperatorAct.REBUILD: OperatorAct.GIVE_UP_REBUILD,
    OperatorAct.PAUSE_REBUILD: OperatorAct.RESUME_REBUILD,
    OperatorAct.RESUME_REBUILD: OperatorAct.PAUSE_REBUILD,
    OperatorAct.PARK_STREAM: OperatorAct.RESUME_STREAM,
    OperatorAct.CLOSE: OperatorAct.OPEN_AGAIN,
    OperatorAct.OPEN_AGAIN: OperatorAct.CLOSE,
}
"""Acts that another act undoes."""
FINAL = {
    OperatorAct.RESTORE: "archive or purge them again",
    OperatorAct.IMPORT_LETTERS: "archive them instead",
    OperatorAct.CANCEL: "begin again with what is left",
    OperatorAct.DO_NOW: "what is done early stays done",
    OperatorAct.STEP: "a delivery that was made stays made",
    OperatorAct.GIVE_UP_REBUILD: "its rows are gone; begin a rebuild again",
    OperatorAct.SWITCH: "the earlier rows are gone; a rebuild makes what the present definition says",
    OperatorAct.SKIP_EVENT: "only a rebuild reads the event again",
    OperatorAct.RESUME_STREAM: "its events are in the rows",
    OperatorAct.IMPORT: "stored events are never removed",
    OperatorAct.APPEND: "stored events are never removed; append one that corrects it",
    OperatorAct.ARM: "disarm it; what it struck stays struck",
    OperatorAct.DISARM: "arm it again",
    OperatorAct.UNDO: "do it again instead",
}
"""Why the other acts cannot be undone, or what to do instead."""
WAITING = "while it waits; what is handed out cannot be undone"
OF_JOBS = "while the job has something left"
REPLAYS = frozenset({OperatorAct.REPLAY, OperatorAct.EDIT, OperatorAct.REPAIR})
"""Acts that end with deliveries, which cannot be undone."""
LIMITS = {
    OperatorAct.PURGE: f"within {DAYS}; then the dead letters are removed",
    OperatorAct.REPLAY: WAITING,
    OperatorAct.EDIT: WAITING,
    OperatorAct.REPAIR: WAITING,
    OperatorAct.REBUILD: "until the new rows take the place of the old ones",
    OperatorAct.HOLD: OF_JOBS,
    OperatorAct.GO_ON: OF_JOBS,
    OperatorAct.RESET: "for what is not delivered by then",
}
"""How far the undo of an act goes, where that is not all of it."""


def prospect(act: OperatorAct) -> str:
    """Says, before an act is done, whether it can be undone: one sentence for questions and documents."""
    if reason := FINAL.get(act):
        return f"It cannot be undone: {reason}."
    return f"It can be undone {LIMITS.get(act, f'within {DAYS}')}."


def purge_prospect(behind: int) -> str:
    """Says the same of a purge, and how far an undo goes where messages behind the letters go on."""
    more = " Undo brings back the dead letters, not what went on behind them." if behind else ""
    return prospect(OperatorAct.PURGE) + more


def undo_said(why_not: str) -> str:
    """Says in a list whether an act can be undone: that it can, that it was, or why it cannot."""
    if not why_not:
        return "can be undone"
    return why_not if why_not.startswith("undone ") else f"no: {why_not}"


def hindrance(act: str, name: str, age: float) -> str:
    """Returns why a recorded act cannot be undone any more; empty where it can.

    Args:
        act: What was done, an `OperatorAct`.
        name: Under which the store keeps what it replaced; empty in a store of schema 8 or older.
        age: Seconds since it was done.
    """
    known = OperatorAct(act) if act in {*OperatorAct} else None
    if known is not None and (reason := FINAL.get(known)):
        return reason
    if not name or known is None:
        return "what was there before was not kept"
    return f"{DAYS} are over" if age > UNDO_SECONDS else ""
