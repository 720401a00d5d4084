"""``python -m workbench``: the desktop window, or the command line where a subcommand asks for it."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def leave_the_working_folder() -> None:
    """Takes the folder that the program was started in off ``sys.path`` (contract §10).

    ``python -m`` puts it there, and it may be a project's: whatever is imported later, by whomever, would be
    looked for in it first. Nothing is imported before that but what Python itself has loaded.
    """
    try:
        here = os.path.realpath(os.curdir)
    except OSError:  # it is gone, and nothing can be found in it
        return
    home = os.path.realpath(os.path.join(__file__, os.pardir, os.pardir))  # noqa: PTH118
    if here != home:
        sys.path[:] = [path for path in sys.path if os.path.realpath(path or here) != here]


def keep_the_streams() -> None:
    """Opens the standard streams that were closed, lest a file of ours get one of their numbers."""
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            got = os.open(os.devnull, os.O_RDWR)
            while got < number:
                got = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(got, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Runs the program; returns the exit code."""
    keep_the_streams()
    leave_the_working_folder()
    try:
        from workbench.app import run
        from workbench.cli.execute import as_a_program

        as_a_program(dict(os.environ))
        return run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:  # before anything was begun, or while it ended
        return 1


if __name__ == "__main__":
    sys.exit(main())
