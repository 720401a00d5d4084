"""The name of the person who acts, for the records of what operators do (L9)."""

from __future__ import annotations

import os
from collections.abc import Mapping

NAMES = ("USER", "LOGNAME", "USERNAME")
"""Variables of the environment in which the name of a person stands, the first counts."""


def account_name(environ: Mapping[str, str]) -> str:
    """Returns the person's name by the environment, else that of the account, at last its number."""
    return next((environ[name] for name in NAMES if environ.get(name)), "") or _of_process()


def _of_process() -> str:
    try:
        import pwd
    except ImportError:  # this system knows no numbers of accounts
        return ""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
