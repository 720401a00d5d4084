"""``python -m workbench``: the desktop window, or the command line where a subcommand asks for it."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def leave_the_working_folder() -> None:
    """Takes the folder that the program was started in off ``sys.path`` (contract §10).

    ``python -m`` puts it there, and it may be a project's: whatever is imported later, by whomever, would be
    looked for in it first. Not even `pathlib` is imported before that.
    """
    here = os.path.realpath(os.curdir)
    home = os.path.realpath(os.path.join(__file__, os.pardir, os.pardir))  # noqa: PTH118
    if here != home:
        sys.path[:] = [path for path in sys.path if os.path.realpath(path or here) != here]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit code."""
    leave_the_working_folder()
    from workbench.app import run

    return run(list(sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    sys.exit(main())
