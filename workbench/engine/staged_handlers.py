"""Handlers for worlds in which nothing outside may be touched: scenarios and rehearsals."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import wraps
from typing import Any

from workbench.model.messaging import Handler, Message


class _Staged:
    """What a handler is given there: it tells that nothing outside may be touched."""

    dry_run = True

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


def on_stage(handlers: Mapping[str, Handler], *, threads: bool = False) -> dict[str, Handler]:
    """Returns handlers that know that it is a dry run.

    Args:
        threads: Whether the engine may run plain functions in threads, as it does in the project's own world.
    """
    return {name: _on_stage(handler, threads) for name, handler in handlers.items()}


def _on_stage(handler: Handler, threads: bool) -> Handler:
    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def wait(message: Message, context: Any) -> None:
            await handler(message, _Staged(context))

        return wait

    @wraps(handler)
    def act(message: Message, context: Any) -> None:
        handler(message, _Staged(context))

    if not threads:
        act.inline = True  # type: ignore[attr-defined]
    return act
