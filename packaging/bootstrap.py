"""Takes a fresh machine to a checkout that runs: system libraries, environment, packages, a look at Qt."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import IO

import libraries
from console import Stop, say
from environment import (
    Environment,
    connect,
    disk_full,
    fingerprint,
    install,
    make,
    read_stamp,
    requirement_files,
    write_stamp,
)

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
_ROOM = {RUNTIME: 600 << 20, DEVELOPMENT: 750 << 20}  # installed 415 and 525 MiB, and what pip unpacks
_PROBE = "from PySide6 import QtSvg; from PySide6.QtWidgets import QApplication; QApplication(['probe'])"


def prepare(requirements: str, screen: str, root: Path = ROOT) -> Path:
    """Makes sure that everything is there, and does nothing if it is.

    Args:
        requirements: Name of the requirements file in this folder.
        screen: ``window`` or ``offscreen``: what Qt must be able to draw on.
        root: The checkout.

    Returns:
        The environment's Python.

    Raises:
        Stop: Something is in the way; it says what to do.
    """
    environment = Environment(root=root)
    file = Path(__file__).with_name(requirements)
    if _is_ready(environment, file, screen):
        return environment.python
    started = perf_counter()
    with _plain_words(root), _alone(root):
        if not _is_ready(environment, file, screen):  # another one may have done it meanwhile
            say("Preparing this checkout; this is done once and takes a minute or two.\n")
            _prepare(environment, file, screen)
            say(f"\nReady after {perf_counter() - started:.0f} s.")
    return environment.python


def _is_ready(environment: Environment, requirements: Path, screen: str) -> bool:
    stamp = read_stamp(environment.stamp)
    if requirements.name not in stamp or screen not in stamp:
        return False
    if environment.unfinished.exists() or not environment.command.exists():
        return False
    version = environment.version()
    return version is not None and _has_packages(environment, requirements, version)


def _has_packages(environment: Environment, requirements: Path, version: str) -> bool:
    wanted = fingerprint(requirement_files(requirements), version)
    return read_stamp(environment.stamp).get(requirements.name) == wanted


def _prepare(environment: Environment, requirements: Path, screen: str) -> None:
    say("1/3  System libraries for Qt")
    libraries.supply({**os.environ} if screen == "window" else {})
    say("2/3  Python environment in .venv")
    _check_room(environment, _ROOM[requirements.name])
    version = make(environment)
    say(f"3/3  Packages of packaging/{requirements.name}")
    if not _has_packages(environment, requirements, version):
        install(environment, requirements, version)
    connect(environment, version)
    _probe(environment, screen)
    write_stamp(environment.stamp, **{screen: "works"})


def _check_room(environment: Environment, need: int) -> None:
    if environment.stamp.exists():
        return
    free = shutil.disk_usage(environment.root).free
    if free < need:
        raise Stop(*disk_full(free, need))


def _probe(environment: Environment, screen: str) -> None:
    """Lets Qt open its display once, because only that shows whether every library is there."""
    env = {**os.environ}
    if screen == "offscreen":
        env["QT_QPA_PLATFORM"] = "offscreen"
    done = subprocess.run(
        [environment.python, "-c", _PROBE], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Stop(*_why_not_drawn(done.stderr.strip()))


def _why_not_drawn(complaint: str) -> tuple[str, str]:
    if "could not connect to display" in complaint:
        return (
            "A display is named (DISPLAY or WAYLAND_DISPLAY), but it does not answer.",
            "Start this from a desktop session; without a window: env -u DISPLAY python3 packaging/run.py",
        )
    return (
        f"Qt cannot draw on this machine. It says:\n\n{complaint}\n",
        "packaging/system-packages.txt lists what it needs.",
    )


@contextmanager
def _plain_words(root: Path) -> Iterator[None]:
    """Turns what the file system refuses into sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Stop(*disk_full(None)) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise Stop(
                f"This checkout cannot be written to: {error.filename or root}",
                f"Make a copy of your own and start it there, for example: cp -r {root} event-workbench-copy",
            ) from error
        raise


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Lets one process at a time work on the environment; the system frees the lock of one that dies."""
    (root / "build").mkdir(exist_ok=True)
    with (root / "build" / "prepare.lock").open("a") as file:
        if not _lock(file, wait=False):
            say("Another start is preparing this checkout; waiting for it.")
            _lock(file, wait=True)
        os.set_inheritable(file.fileno(), True)  # pip holds it even when this process is killed
        yield


def _lock(file: IO[str], *, wait: bool) -> bool:
    """Takes the lock; the Windows call gives up after ten seconds of waiting, so it is asked again."""
    while True:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if not wait and error.errno in {errno.EACCES, errno.EAGAIN}:
                return False
            if not wait or error.errno != errno.EDEADLK:
                raise
        else:
            return True
