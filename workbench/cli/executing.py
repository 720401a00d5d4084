"""Runs one verb, and turns everything that can go wrong with it into a sentence and an exit code."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys

from workbench.cli.parsing import DONE, FAILED, Command, Environ, Options
from workbench.errors import WorkbenchError


def execute(command: Command, options: Options, environ: Environ) -> int:
    """Does what was asked; returns the exit code."""
    try:
        code = asyncio.run(_work(command, options, environ))
        sys.stdout.flush()
    except WorkbenchError as error:
        return _failed(error)
    except BrokenPipeError:
        return _nobody_listens()
    except OSError as error:
        return _failed(WorkbenchError(f"{error.filename or 'the machine'}: {error.strerror or error}"))
    except KeyboardInterrupt:
        print("\nworkbench: stopped; what was stored stays", file=sys.stderr)
        return FAILED
    return code


async def _work(command: Command, options: Options, environ: Environ) -> int:
    if command.work is None:
        raise TypeError("this verb opens the window")
    return await command.work(options, environ)


def _failed(error: WorkbenchError) -> int:
    from workbench.cli.answers import many_lines

    print(f"workbench: {many_lines(error.message)}", file=sys.stderr)
    if error.hint:
        print(many_lines(error.hint, "  "), file=sys.stderr)
    return FAILED


def _nobody_listens() -> int:
    """Ends quietly where the reader of a pipe has gone, such as ``head``."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # what is left is written there at exit
    return DONE
