"""Makes the checkout's own Python environment in `.venv`, and knows whether it is complete."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console import Stop, ask, say, show

VIRTUALENV = "virtualenv==21.15.8"  # only for a Python that has neither ensurepip nor a recent pip
_OUTER_PIP = (22, 3)  # from here on pip can install into another interpreter's environment
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """A virtual environment inside the checkout.

    Attributes:
        root: The checkout.
    """

    root: Path

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def command(self) -> Path:
        """The command ``workbench``."""
        return self.folder / ("Scripts/workbench.cmd" if os.name == "nt" else "bin/workbench")

    @property
    def unfinished(self) -> Path:
        """A mark that stands while packages are installed; what is found under it is not to be trusted."""
        return self.folder / "unfinished"

    @property
    def stamp(self) -> Path:
        """Where it is written down what was installed."""
        return self.folder / "event-workbench.json"

    def version(self) -> str | None:
        """Asks the interpreter for its version, such as ``3.11``; None if it does not run."""
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        return ask([self.python, "-I", "-S", "-c", code])

    def packages(self, version: str) -> Path:
        """Returns the folder that its packages are installed in."""
        inner = "Lib" if os.name == "nt" else f"lib/python{version}"
        return self.folder / inner / "site-packages"


# --- what is installed


def requirement_files(first: Path) -> list[Path]:
    """Returns a requirements file and those that it includes with ``-r``."""
    included = re.findall(r"^-r\s+(\S+)", first.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [first, *(file for name in included for file in requirement_files(first.parent / name))]


def fingerprint(files: Sequence[Path], version: str) -> str:
    """Returns a digest that changes with the requirements and with Python's version."""
    digest = hashlib.sha256(version.encode())
    for file in files:
        digest.update(b"\0" + file.read_bytes())
    return digest.hexdigest()


def read_stamp(file: Path) -> dict[str, str]:
    """Returns what was written down when the environment was completed; nothing if that is unreadable."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_stamp(file: Path, **said: str) -> None:
    """Adds to what is written down, at once or not at all."""
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(read_stamp(file) | said, indent=1), encoding="utf-8")
    draft.replace(file)


# --- making it


def make(environment: Environment) -> str:
    """Makes the environment if there is none that works, and marks it as unfinished.

    Returns:
        The version of its Python.

    Raises:
        Stop: This Python can make no environment.
    """
    version = None if environment.unfinished.exists() else environment.version()
    if version is None:
        _clear(environment.folder)
        environment.folder.mkdir()
        environment.unfinished.touch()
        _create(environment)
        version = environment.version()
    if version is None:
        raise Stop(
            f"The environment in {environment.folder} was made, but its Python does not run.",
            "Delete that folder and start this again; if that does not help, reinstall Python.",
        )
    return version


def _clear(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()  # what it points to may serve others
    elif folder.exists():
        say("The environment in .venv is incomplete; it is made again.")
        shutil.rmtree(folder)


def _create(environment: Environment) -> None:
    if _has("venv") and _has("ensurepip"):
        command = [sys.executable, "-m", "venv", str(environment.folder)]
    elif _has("venv") and _pip_version() >= _OUTER_PIP:
        # Debian packs ensurepip apart; its pip can serve the new environment from outside
        command = [sys.executable, "-m", "venv", "--without-pip", str(environment.folder)]
    elif _has("pip"):
        _create_with_virtualenv(environment)
        return
    else:
        raise Stop(
            f"This Python ({sys.executable}) has neither pip nor ensurepip, so nothing can be installed.",
            "On Debian and Ubuntu type: sudo apt-get install -y python3-pip python3-venv",
        )
    _run_or_stop(command)


def _create_with_virtualenv(environment: Environment) -> None:
    tool = environment.root / "build" / "virtualenv"
    code, complaints = show(
        [sys.executable, "-m", "pip", "install", "--target", str(tool), "--upgrade", *_QUIETLY, VIRTUALENV],
        _pip_environ(),
    )
    if code:
        raise Stop(*explain(complaints))
    _run_or_stop(
        [sys.executable, "-m", "virtualenv", "--quiet", str(environment.folder)],
        env=os.environ | {"PYTHONPATH": str(tool)},
    )
    shutil.rmtree(tool)


def _run_or_stop(command: Sequence[str], env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        raise Stop(*explain(done.stdout + done.stderr))


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _pip_version() -> tuple[int, ...]:
    said = ask([sys.executable, "-m", "pip", "--version"]) or ""
    found = re.match(r"pip (\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else ()


# --- filling it

_QUIETLY = ("--disable-pip-version-check", "--no-input", "--only-binary=:all:")


def install(environment: Environment, requirements: Path, version: str) -> None:
    """Installs the pinned packages, and writes down that this is done.

    Raises:
        Stop: pip failed.
    """
    environment.unfinished.touch()
    code, complaints = show(
        [*_pip(environment, version), "install", *_QUIETLY, "-r", requirements], _pip_environ()
    )
    if code:
        if _before_installing(complaints):
            environment.unfinished.unlink()
        raise Stop(*explain(complaints))
    done = requirement_files(requirements)  # a file that includes others satisfies them too
    write_stamp(
        environment.stamp, **{file.name: fingerprint(requirement_files(file), version) for file in done}
    )
    environment.unfinished.unlink()


def _pip(environment: Environment, version: str) -> list[str | Path]:
    if (environment.packages(version) / "pip").is_dir():
        return [environment.python, "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", environment.python]


def _before_installing(complaints: str) -> bool:
    """Tells whether pip failed while it gathered packages, when it has changed nothing yet."""
    return not re.search(_FULL, complaints) and bool(re.search(f"{_OFFLINE}|{_ABSENT}", complaints))


# -P keeps the folder that the command is typed in off the import path: it may hold a `workbench` of its own.
_COMMANDS = {
    "posix": '#!/bin/sh\nexec "$(dirname "$(readlink -f "$0")")/python" -P -m workbench "$@"\n',
    "nt": '@"%~dp0python.exe" -P -m workbench %*\r\n',
}


def connect(environment: Environment, version: str) -> None:
    """Makes the checkout importable and the command ``workbench``; both still hold when it was moved."""
    packages = environment.packages(version)
    beside = os.path.relpath(environment.root, packages)
    (packages / "event-workbench.pth").write_text(f"{beside}\n", encoding="ascii")
    environment.command.write_text(_COMMANDS[os.name], encoding="ascii", newline="")
    environment.command.chmod(0o755)


def _pip_environ() -> dict[str, str]:
    """Returns the environment without the settings that would lead pip elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONPATH", "PIP_TARGET", "PIP_PREFIX"}
    }
    return kept | {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}


# --- saying what went wrong

_FULL = r"No space left on device|Errno 28|Disk quota exceeded|not enough space on the disk"
_OFFLINE = (
    r"Temporary failure in name resolution|Name or service not known|getaddrinfo failed|Failed to establish"
    r"|NewConnectionError|ConnectionError|Network is unreachable|Connection refused|timed out|TimeoutError"
    r"|ProxyError|CERTIFICATE_VERIFY_FAILED|nodename nor servname"
)
_ABSENT = r"No matching distribution found for (\S+)"


def explain(complaints: str) -> tuple[str, str]:
    """Returns what went wrong with pip, and what can be done about it, in sentences."""
    if re.search(_FULL, complaints):
        return disk_full(None)
    if re.search(_OFFLINE, complaints):
        return (
            "pip could not reach the place that it gets packages from.",
            "Check the network (and pip's proxy and index settings: pip config list), then start this again.",
        )
    if found := re.search(_ABSENT, complaints):
        return (
            f"There is no {found[1]} for this Python ({sys.version.split()[0]} on {sys.platform}).",
            "Try another Python from 3.11 on; 64-bit Linux, macOS and Windows are supported.",
        )
    if re.search(r"Permission denied|Errno 13|Read-only file system", complaints):
        return (
            "A folder could not be written to.",
            "The lines above name it; the checkout must belong to you.",
        )
    last = complaints.strip().splitlines()[-1:] or ["it said nothing"]
    return (
        f"The environment could not be made: {last[0]}",
        "The lines above say more. Start this again to go on.",
    )


def disk_full(free: int | None, need: int | None = None) -> tuple[str, str]:
    """Returns the sentences for a disk without room."""
    amount = (
        ""
        if free is None or need is None
        else f": {free // _MEBIBYTE} MiB are free, {need // _MEBIBYTE} are needed"
    )
    return (
        f"The disk is full{amount}.",
        "Make room for the checkout's .venv and for temporary files, then start this again.",
    )
