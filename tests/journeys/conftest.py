"""A real X server for journeys, where one can be had."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from ctypes.util import find_library
from typing import Any

import pytest

SCREEN = ("Xvfb", "openbox", "xdotool")
"""Programs of a real X server with a window manager, and of hands in front of it."""
LIBRARIES = ("xcb-cursor", "xcb-icccm", "xcb-keysyms", "xcb-shape", "xkbcommon-x11")
"""System libraries without which Qt opens no window on it."""


@contextmanager
def _running(words: list[str], environ: Mapping[str, str], **more: Any) -> Iterator[None]:
    with subprocess.Popen(words, env=environ, stderr=subprocess.DEVNULL, **more) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.fixture
def screen() -> Iterator[Mapping[str, str]]:
    """A real X server; yields what a program needs to know of it."""
    missing = [one for one in SCREEN if shutil.which(one) is None]
    missing += [one for one in LIBRARIES if find_library(one) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    reading, writing = os.pipe()
    with ExitStack() as ends:
        words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
        ends.enter_context(_running(words, os.environ, pass_fds=(writing,)))
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        environ = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        ends.enter_context(_running(["openbox"], environ))
        yield environ
