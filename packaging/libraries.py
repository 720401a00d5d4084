"""Finds the system libraries that Qt lacks on Linux, and installs them where it may."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from console import Stop, ask, say

TABLE = Path(__file__).with_name("system-packages.txt")
_APT_LISTS = Path("/var/lib/apt/lists")


@dataclass(frozen=True, kw_only=True, slots=True)
class Library:
    """A shared library that Qt loads.

    Attributes:
        name: What the dynamic linker calls it, such as ``libGL.so.1``.
        package: The package of Debian and Ubuntu that holds it.
        window: Whether only a window on an X display needs it.
    """

    name: str
    package: str
    window: bool


def read_table(text: str) -> list[Library]:
    """Reads lines of library, package and ``always`` or ``window``; ``#`` opens a comment."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Library(name=name, package=package, window=when == "window") for name, package, when in rows]


def screen(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    """Tells what Qt can draw on.

    Returns:
        ``window``, or ``offscreen`` where there is no display.
    """
    chosen = environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if chosen:
        return "offscreen" if chosen in {"offscreen", "minimal"} else "window"
    if not platform.startswith("linux"):
        return "window"
    return "window" if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY") else "offscreen"


def draws_on_x(environ: Mapping[str, str]) -> bool:
    """Tells whether Qt will open its windows on an X display rather than on Wayland."""
    chosen = environ.get("QT_QPA_PLATFORM", "").split(";")[0]
    if chosen:
        return chosen == "xcb"
    wayland = environ.get("XDG_SESSION_TYPE") == "wayland" and environ.get("WAYLAND_DISPLAY")
    return bool(environ.get("DISPLAY")) and not wayland


def missing(
    libraries: Sequence[Library], *, window: bool, load: Callable[[str], object] = ctypes.CDLL
) -> list[Library]:
    """Returns what the dynamic linker cannot load; it alone knows every place where libraries may be."""
    lacking = []
    for library in libraries:
        if library.window and not window:
            continue
        try:
            load(library.name)
        except OSError:
            lacking.append(library)
    return lacking


def command_to_type(packages: Sequence[str], *, root: bool, sudo: bool) -> str:
    """Returns the one command that installs the packages on Debian or Ubuntu."""
    words = f"apt-get update && {{}}apt-get install -y --no-install-recommends {' '.join(packages)}"
    if root:
        return words.format("")
    return f"sudo {words.format('sudo ')}" if sudo else f"su - -c '{words.format('')}'"


def supply(environ: Mapping[str, str], platform: str = sys.platform) -> None:
    """Makes sure that Qt's system libraries are there; does nothing outside Linux.

    Raises:
        Stop: Some are missing and this user may not install them.
    """
    if not platform.startswith("linux"):
        return
    table = read_table(TABLE.read_text(encoding="utf-8"))
    lacking = missing(table, window=draws_on_x(environ))
    if not lacking:
        return
    names = ", ".join(library.name for library in lacking)
    say(f"Qt needs system libraries that are missing: {names}")
    packages = [library.package for library in lacking]
    if not _install(packages) or missing(lacking, window=True):
        raise Stop(*_request(packages, f"Without them no window can be drawn: {names}"))


def supply_program(name: str, platform: str = sys.platform) -> None:
    """Makes sure that a program is there whose package is called like it; does nothing outside Linux.

    Raises:
        Stop: It is missing and this user may not install it.
    """
    if not platform.startswith("linux") or shutil.which(name):
        return
    if not _install([name]) or not shutil.which(name):
        raise Stop(*_request([name], f"This needs the program {name}."))


def _request(packages: Sequence[str], need: str) -> tuple[str, str]:
    if shutil.which("apt-get") is None:
        return need, "Install the packages of your system that hold what is missing, then start this again."
    typed = command_to_type(packages, root=_is_root(), sudo=shutil.which("sudo") is not None)
    return (
        f"{', '.join(packages)}: must be installed once, by an administrator. Type this, then start again:",
        f"\n    {typed}",
    )


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _install(packages: Sequence[str]) -> bool:
    """Installs packages with apt-get as root or through a sudo that asks nothing.

    Returns:
        Whether apt-get did it.
    """
    if shutil.which("apt-get") is None:
        return False
    if _is_root():
        rights: list[str] = []
    elif ask(["sudo", "-n", "true"]) is not None:
        rights = ["sudo", "-n"]
    else:
        return False
    say(f"Installing them with apt-get: {' '.join(packages)}")
    apt = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    listed = any(_APT_LISTS.glob("*_Packages*"))
    if listed and subprocess.run(install, check=False).returncode == 0:
        return True
    # a fresh machine has no lists of packages, an old one outdated ones
    refreshed = subprocess.run([*apt, "update"], check=False).returncode == 0
    return refreshed and subprocess.run(install, check=False).returncode == 0
