"""The public face: what the modules of a project, and programs that embed one, import from `workbench`."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import (
    ANY,
    NO_STREAM,
    STREAM_EXISTS,
    BackPressure,
    CallerError,
    CommandRejected,
    InvalidCommand,
    InvalidValue,
    ModelFailed,
    NoHandler,
    NotFound,
    NotTrusted,
    PermanentError,
    ProjectError,
    ProjectionFaulted,
    StoreNotAllowed,
    StoreReadOnly,
    TopicNotFound,
    WorkbenchError,
    WorldError,
    WrongExpectedVersion,
)
from workbench.model.aggregate import Aggregate
from workbench.model.changes import Changes
from workbench.model.command import Answer, Command, CommandResult, Involved, Query, ReadModels
from workbench.model.decision_context import DecisionContext, For, ReactionContext
from workbench.model.event import Event, RecordedEvent, Upcaster
from workbench.model.messaging import Context, Message, Priority
from workbench.model.policy import After, At, Issue, Policy, Process, Refusal, Withdraw
from workbench.model.projection import Column, ColumnKind, On, OnFault, Projection, Rows
from workbench.model.registry import Definitions
from workbench.model.row_conditions import AllOf, AnyOf, Compare

if TYPE_CHECKING:
    from workbench.services.embedded_project import EmbeddedProject

__all__ = [
    "ANY",
    "NO_STREAM",
    "STREAM_EXISTS",
    "After",
    "Aggregate",
    "AllOf",
    "Answer",
    "AnyOf",
    "At",
    "BackPressure",
    "CallerError",
    "Changes",
    "Column",
    "ColumnKind",
    "Command",
    "CommandRejected",
    "CommandResult",
    "Compare",
    "Context",
    "DecisionContext",
    "Definitions",
    "Event",
    "For",
    "InvalidCommand",
    "InvalidValue",
    "Involved",
    "Issue",
    "Message",
    "ModelFailed",
    "NoHandler",
    "NotFound",
    "NotTrusted",
    "On",
    "OnFault",
    "PermanentError",
    "Policy",
    "Priority",
    "Process",
    "ProjectError",
    "Projection",
    "ProjectionFaulted",
    "Query",
    "ReactionContext",
    "ReadModels",
    "RecordedEvent",
    "Refusal",
    "Rows",
    "StoreNotAllowed",
    "StoreReadOnly",
    "TopicNotFound",
    "Upcaster",
    "Withdraw",
    "WorkbenchError",
    "WorldError",
    "WrongExpectedVersion",
    "explore",
    "open",
]


def open(  # noqa: A001  # it is called workbench.open
    path: Path | str, *, trusted: bool = False, in_memory: bool = False
) -> AbstractAsyncContextManager[EmbeddedProject]:
    """Opens a project in a program: ``async with workbench.open("shop") as project``.

    Its engine runs inside the block, on the program's event loop. The block ends when running handlers have
    ended and the store is closed, also when the program is cancelled.

    Args:
        path: The project's folder or its file.
        trusted: Whether its Python modules may be imported, and its store opened where it is, as they are
            now; else only what a person trusted before (T2, T3).
        in_memory: Whether it works on an empty store that ends with the block; its own is not touched.

    Raises:
        InvalidValue: The path is none.
        NotFound: There is no such project.
        NotTrusted: It has Python modules that are not trusted.
        StoreNotAllowed: The store lies outside the folder or is another project's, and that was not allowed.
        StoreReadOnly: Another program works on the store, or it cannot be written.
        ProjectError: The project's files are wrong; every problem with its place.
        WorldError: The store cannot be opened.
    """
    from workbench.services.embedded_project import opened

    return opened(path, trusted=trusted, in_memory=in_memory)


def explore(
    path: Path | str,
    scenario: str = "",
    *,
    trusted: bool = False,
    seconds: float = 10.0,
    deviations: int = 2,
    faults: str = "",
    seed: int = 1,
) -> list[str]:
    """Looks in a test for an order in which a scenario breaks an invariant, as ``workbench explore`` does.

    Args:
        path: The project's folder or its file.
        scenario: Only scenarios whose sentence or file holds this.
        trusted: Whether its Python modules may be imported as they are now; else only what a person trusted.
        faults: What may go wrong in a run, each once: ``"crash,duplicate,delay"``.

    Returns:
        What was tried of each scenario, in a sentence.

    Raises:
        AssertionError: An invariant is broken; says in which order, and that as a scenario. Or there was
            nothing to explore, or a scenario could not be explored to the end; says why.
        NotFound: There is no such project or scenario.
        NotTrusted: It has Python modules that are not trusted.
        ProjectError: The project's files are wrong; every problem with its place.

    Example:
        ```python
        def test_no_order_goes_wrong():
            workbench.explore("shop", seconds=5, faults="crash")
        ```
    """
    import asyncio

    from workbench.services.worlds.exploration import ExplorePlan, no_order_goes_wrong

    plan = ExplorePlan(
        seconds=seconds,
        deviations=deviations,
        seed=seed,
        faults=dict.fromkeys(faults.split(","), 1) if faults else {},
        processes=1,
    )
    return asyncio.run(no_order_goes_wrong(Path(path), scenario, plan, trusted=trusted))
