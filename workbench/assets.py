"""Finds the files that are packaged with the program: icons, fonts, sample projects."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOTS = (_HERE / "_resources", _HERE.parent / "resources")


def asset(*parts: str) -> Path:
    """Returns the path of a packaged file or folder.

    Args:
        *parts: Names below the resources folder, such as ``"icons", "play.svg"``.

    Raises:
        FileNotFoundError: Nothing of that name was packaged.
    """
    for root in _ROOTS:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(f"no packaged resource named {'/'.join(parts)}")
