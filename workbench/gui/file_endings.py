"""Says in which file, and so in which format, an export is written whose name a person typed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path


def file_to_write(chosen: str, kind: str, formats: Mapping[str, str], *, offered: str) -> Path:
    """Returns the file: the ending that was typed decides, and where there is none the kind that was chosen.

    Args:
        chosen: What the dialog returned. Who types over a name that is offered may leave its ending behind
            the own one, as in ``part.json.svg``.
        kind: Of files, as it was chosen.
        formats: Endings without the dot, and what kinds they are called by.
        offered: The ending of the name that was offered.
    """
    path = Path(chosen)
    if ending_of(path) == offered and ending_of(path.with_suffix("")) in formats:
        path = path.with_suffix("")
    if ending_of(path) in formats:
        return path
    ending = next((one for one, text in formats.items() if text == kind), offered)
    return path.with_name(f"{path.name}.{ending}")


def ending_of(path: Path) -> str:
    """Returns the ending of a file's name, without the dot and in small letters."""
    return path.suffix[1:].lower()
