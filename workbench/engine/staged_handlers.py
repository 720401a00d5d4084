"""Handlers for worlds in which nothing outside may be touched: scenarios and rehearsals."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any

from workbench.model.messaging import Handler, Message


class _Staged:
    """What a handler is given there: it tells that nothing outside may be touched."""

    dry_run = True

    def __init__(self, context: Any, reads: Callable[[str], object]) -> None:
        self._context = context
        self._reads = reads

    def row(self, projection: str, key: Any) -> dict[str, Any] | None:
        """Returns a row of a read model; it is told that it was looked at."""
        self._reads(projection)
        found: dict[str, Any] | None = self._context.row(projection, key)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


def on_stage(
    handlers: Mapping[str, Handler],
    *,
    threads: bool = False,
    reads: Callable[[str], object] = lambda _projection: None,
    failed: Callable[[str, Exception], object] = lambda _handler, _error: None,
) -> dict[str, Handler]:
    """Returns handlers that know that it is a dry run.

    Args:
        threads: Whether the engine may run plain functions in threads, as it does in the project's own world.
        reads: Told the read model of which a handler looks at a row.
        failed: Told the handler that raised something, and what; it goes on as ever.
    """
    return {
        name: _on_stage(handler, threads, reads, partial(failed, name)) for name, handler in handlers.items()
    }


def _on_stage(
    handler: Handler, threads: bool, reads: Callable[[str], object], failed: Callable[[Exception], object]
) -> Handler:
    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def wait(message: Message, context: Any) -> None:
            try:
                await handler(message, _Staged(context, reads))
            except Exception as error:
                failed(error)
                raise

        return wait

    @wraps(handler)
    def act(message: Message, context: Any) -> None:
        try:
            handler(message, _Staged(context, reads))
        except Exception as error:
            failed(error)
            raise

    if not threads:
        act.inline = True  # type: ignore[attr-defined]
    return act
