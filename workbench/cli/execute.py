"""Runs a command line, and turns everything that can go wrong with it into a sentence and an exit code."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from workbench.cli.arguments import DONE, FAILED, Environ, Options, VerbSpec
from workbench.errors import WorkbenchError

PATIENCE = 10.0
"""Seconds after which a process that was told to end does so, whatever it does."""
DETAILS = "last-error.txt"
"""Where the person's own files lie: what a developer wants to know of an unexpected error."""


def execute(command: VerbSpec, options: Options, environ: Environ) -> int:
    """Does what was asked; returns the exit code."""
    import asyncio  # not above: help needs none of it

    return asyncio.run(_work(command, options, environ))


async def _work(command: VerbSpec, options: Options, environ: Environ) -> int:
    if command.work is None:
        raise TypeError("this verb opens the window")
    import asyncio

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: _beside(context.get("exception"), environ))
    return await command.work(options, environ)


def guarded(work: Callable[[], int], environ: Environ) -> int:
    """Does some work; whatever it raises is said in a sentence, and no traceback leaves the program.

    Returns:
        The exit code, as the top help explains them.

    Raises:
        SystemExit: The command line was wrong, or only help was asked for; everything is said by then.
    """
    try:
        code = _said(work, environ)
    except SystemExit:
        if failed := _flush():
            return failed
        raise
    return _flush(told=code == FAILED) or code


def _said(work: Callable[[], int], environ: Environ) -> int:
    try:
        return work()
    except WorkbenchError as error:
        return _failed(error)
    except BrokenPipeError:
        return DONE  # the reader has seen enough, such as `head`
    except OSError as error:
        where = error.filename or ("the current folder" if not _stands() else "the machine")
        return _failed(WorkbenchError(f"{where}: {error.strerror or error}"))
    except KeyboardInterrupt:
        _say("\nworkbench: stopped; what was stored stays")
        return FAILED
    except Exception as error:  # noqa: BLE001  # we are wrong, or the project's code is
        _say(f"workbench: {_unexpected(error, environ)}")
        return FAILED


def _failed(error: WorkbenchError) -> int:
    from workbench.cli.answers import many_lines
    from workbench.model.error_text import in_short

    _say(f"workbench: {many_lines(in_short(error.message))}")
    if error.hint:
        _say(many_lines(error.hint, "  "))
    return FAILED


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # if stderr fails, too, there is no way left to say so
        print(text, file=sys.stderr)


def _unexpected(error: BaseException, environ: Environ) -> str:
    """Says an unexpected error in one sentence, and where its details are."""
    from workbench.cli.answers import one_line
    from workbench.project.trust_list import config_folder

    frame = traceback.extract_tb(error.__traceback__)[-1:]
    place = f" ({Path(frame[0].filename).name}:{frame[0].lineno})" if frame else ""
    said = one_line(f"unexpected error: {type(error).__name__}: {error}{place}")
    path = config_folder(environ) / DETAILS
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace"
        )
    except OSError as other:
        return f"{said}; its details could not be written to {path}: {other.strerror or other}"
    return f"{said}; details are in {path}"


# -- what happens beside the work -------------------------------------------------------------------------


def as_a_program(environ: Environ) -> None:
    """Settles what belongs to the process: threads fail in a sentence, and a signal to end is like Ctrl+C."""

    def failed(said: Any) -> None:
        _beside(said.exc_value, environ)

    threading.excepthook = sys.unraisablehook = failed
    for name in ("SIGTERM", "SIGHUP"):
        kind = getattr(signal, name, None)
        if kind is not None and signal.getsignal(kind) is signal.SIG_DFL:  # nohup ignores one of them
            signal.signal(kind, _end)
    # A shell has what it starts in the background ignore Ctrl+C, which would leave `_end` without effect.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(*_: object) -> None:
    """Stops the work as Ctrl+C does; if it does not stop in time (M2), ends anyway."""
    last = threading.Timer(PATIENCE, os._exit, [FAILED])
    last.daemon = True
    last.start()
    signal.raise_signal(signal.SIGINT)


def _beside(error: BaseException | None, environ: Environ) -> None:
    """Says what failed beside the work, which goes on."""
    if error is not None and not isinstance(error, BrokenPipeError | SystemExit):
        _say(f"workbench: beside the work, {_unexpected(error, environ)}")


# -- the streams ------------------------------------------------------------------------------------------


def _flush(*, told: bool = False) -> int:
    """Hands out what was said; returns `FAILED` where that is not possible, for other reasons than `head`.

    Args:
        told: What failed was said already, and once is enough.
    """
    code = DONE
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            _turn_away(stream)
        except (OSError, ValueError) as error:
            _turn_away(stream)
            if not told:
                reason = getattr(error, "strerror", None) or error
                _say(f"workbench: the answer could not be written: {reason}")
            code = FAILED
    return code


def _turn_away(stream: TextIO) -> None:
    """Has what is left be written to nowhere when the program ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _stands() -> bool:
    """Whether the folder in which the program was started is still there."""
    try:
        return bool(Path.cwd())
    except OSError:
        return False
