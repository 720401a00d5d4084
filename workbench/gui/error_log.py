"""Errors that nothing else takes, such as one in what Qt calls: told in the window, kept in a file."""

from __future__ import annotations

import contextlib
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from workbench.model.error_text import error_sentence

NAME = "errors.txt"
KEPT = 200_000
"""Characters of the file; the oldest errors go."""
TOLD = "An error of the program: {}. What was done last may not have taken effect. Details are in {}."

CALLED = re.compile(r"Error calling Python override of \S+\(\): ")
"""What Shiboken puts before an error, once for each call of Qt's on the way."""


class ErrorLog:
    """Writes each error behind the earlier ones, and tells of the first of a kind at a place.

    Args:
        folder: Where the file lies; it is made.
        tell: Told in a sentence, and where the file is; called where the error was, so it must not fail.
    """

    def __init__(self, folder: Path, tell: Callable[[str, Path], object]) -> None:
        self.file = folder / NAME
        self._tell = tell
        self._told: set[tuple[type, str, int]] = set()
        self._before = sys.excepthook

    def begin(self) -> None:
        """Takes what nothing else takes from here on."""
        sys.excepthook = self._failed

    def end(self) -> None:
        """Leaves it to Python again."""
        sys.excepthook = self._before

    def _failed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._before(kind, error, trace)
        with contextlib.suppress(OSError):  # a full disk; it was written to stderr
            self.file.parent.mkdir(parents=True, exist_ok=True)
            before = self.file.read_text("utf-8", errors="replace") if self.file.exists() else ""
            said = "".join(traceback.format_exception(kind, error, trace))
            text = f"{before}{said}\n"[-KEPT:]
            self.file.write_text(text, encoding="utf-8", errors="backslashreplace")
        last = traceback.extract_tb(trace)[-1:]
        place = (last[0].filename, last[0].lineno or 0) if last else ("", 0)
        if (kind, *place) not in self._told:
            self._told.add((kind, *place))
            said = CALLED.sub("", error_sentence(error)).rstrip(".")
            self._tell(TOLD.format(said, self.file), self.file)
