"""Handlers for worlds in which nothing outside may be touched: scenarios and rehearsals."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, TypeVar

import msgspec

from workbench.model.messaging import Handler, Message

T = TypeVar("T", bound=msgspec.Struct)
_IDS = frozenset({"position", "id_bytes", "correlation_bytes", "causation_bytes"})


class _Staged:
    """What a handler is given there: it tells that nothing outside may be touched."""

    dry_run = True

    def __init__(self, context: Any, reads: Callable[[str], object], looked: Callable[[], object]) -> None:
        self._context = context
        self._reads = reads
        self._looked = looked

    @property
    def idempotency_key(self) -> str:
        """The same for every try of this delivery; it is told that it was looked at."""
        self._looked()
        key: str = self._context.idempotency_key
        return key

    def row(self, projection: str, key: Any) -> dict[str, Any] | None:
        """Returns a row of a read model; it is told that it was looked at."""
        self._reads(projection)
        found: dict[str, Any] | None = self._context.row(projection, key)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)


def watched(kind: type[T], looked: Callable[[], object]) -> Callable[[T], T]:
    """Returns what copies messages or events into such that tell where code looks at an id or a position.

    Args:
        kind: `Message` or `RecordedEvent`.
    """

    def look(self: Any, name: str) -> Any:
        if name in _IDS:
            looked()
        return kind.__getattribute__(self, name)

    meta: Any = type(kind)
    made: Any = meta(kind.__name__, (kind,), {"__getattribute__": look, "__module__": kind.__module__})
    fields = kind.__struct_fields__
    return lambda one: made(**{name: getattr(one, name) for name in fields})


def on_stage(
    handlers: Mapping[str, Handler],
    *,
    threads: bool = False,
    reads: Callable[[str], object] = lambda _projection: None,
    failed: Callable[[str, Exception], object] = lambda _handler, _error: None,
    looked: Callable[[str], object] | None = None,
) -> dict[str, Handler]:
    """Returns handlers that know that it is a dry run.

    Args:
        threads: Whether the engine may run plain functions in threads, as it does in the project's own world.
        reads: Told the read model of which a handler looks at a row.
        failed: Told the handler that raised something, and what; it goes on as ever.
        looked: Told the handler that looks at an id or a position of what it is given.
    """
    return {
        name: _on_stage(
            handler, threads, reads, partial(failed, name), None if looked is None else partial(looked, name)
        )
        for name, handler in handlers.items()
    }


def _on_stage(
    handler: Handler,
    threads: bool,
    reads: Callable[[str], object],
    failed: Callable[[Exception], object],
    looked: Callable[[], object] | None,
) -> Handler:
    given = watched(Message, looked) if looked is not None else lambda message: message
    tell = looked or (lambda: None)
    if inspect.iscoroutinefunction(handler):

        @wraps(handler)
        async def wait(message: Message, context: Any) -> None:
            try:
                await handler(given(message), _Staged(context, reads, tell))
            except Exception as error:
                failed(error)
                raise

        return wait

    @wraps(handler)
    def act(message: Message, context: Any) -> None:
        try:
            handler(given(message), _Staged(context, reads, tell))
        except Exception as error:
            failed(error)
            raise

    if not threads:
        act.inline = True  # type: ignore[attr-defined]
    return act
