"""What a new file or folder can be called so that every system takes it."""

from __future__ import annotations

import re

from workbench.errors import InvalidName
from workbench.model.json_values import check_new_name, visible

LONGEST = 255
"""Bytes of a name."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
_NOT_TAKEN = re.compile(r'[<>:"/\\|?*]')


def is_reserved(name: str) -> bool:
    """Whether Windows has a name for itself, whatever it ends with, such as ``aux.tsk``."""
    return _RESERVED.fullmatch(name) is not None


def check_file_name(name: str, *, what: str, beside: tuple[str, ...] = ()) -> str:
    """Returns the name if it keeps `check_new_name` and every system takes it.

    Args:
        beside: What else is there.

    Raises:
        InvalidName: It does not, or differs from one beside it in upper and lower case alone; says why.
    """
    check_new_name(name, what=what)
    size = len(name.encode())
    if found := _NOT_TAKEN.search(name):
        raise InvalidName(f"{what} contains {found[0]}, which Windows does not take", path="")
    if name[-1] in ". ":
        raise InvalidName(f"{what} ends with a point or a blank, which Windows does not take", path="")
    if is_reserved(name):
        raise InvalidName(f"{name} is a name that Windows has for itself", path="")
    if size > LONGEST:
        raise InvalidName(f"{what} takes {size} bytes, and can have {LONGEST}", path="")
    folded = name.casefold()
    if other := next((one for one in beside if one != name and one.casefold() == folded), ""):
        said = f"{visible(other)} stands there, which differs in upper and lower case alone"
        raise InvalidName(said, path="", hint="some systems take both for one: choose another name")
    return name
