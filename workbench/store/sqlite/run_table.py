"""The shape of the tables in which modules name the functions that run operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.store.operations import Operation

if TYPE_CHECKING:
    from workbench.store.sqlite.transaction import Transaction

Run = dict[type[Operation], Callable[["Transaction", Any], Any]]
