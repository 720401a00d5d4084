"""Reads the command line and wires the layers: the one place that knows every face of the program."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from workbench.cli.arguments import Options
from workbench.cli.execute import execute, guarded
from workbench.cli.verb_list import parse


def run(arguments: list[str]) -> int:
    """Runs one command line; returns the exit code."""
    environ = dict(os.environ)
    return guarded(partial(_run, arguments, environ), environ)


def _run(arguments: list[str], environ: dict[str, str]) -> int:
    verb, command, options = parse(arguments)
    return _desktop(verb, options) if command.work is None else execute(command, options, environ)


def _desktop(verb: str, options: Options) -> int:
    if verb == "open" and options.into is not None:
        options.project = _unpacked(options)
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        if verb == "open":
            print(
                "There is no display here, so no window can be shown.\n"
                "Try: workbench tour FOLDER, which saves pictures of every view.",
                file=sys.stderr,
            )
            return 1
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from workbench.gui.application import show

    if verb == "tour":
        from workbench.gui.tour import tour

        target = (options.shown, "" if options.shown else options.sample)
        return tour(options.folder, target, dict(os.environ), trust=options.trust)
    return show(options, dict(os.environ))


def _unpacked(options: Options) -> Path:
    """Returns the folder into which a bundle was unpacked.

    Raises:
        InvalidValue: It is no bundle that was named.
        WorldError: It cannot be unpacked; nothing is left of it.
    """
    from workbench.errors import InvalidValue
    from workbench.interop.bundle_file import is_bundle
    from workbench.services.bundles.opened_bundle import open_bundle

    if options.project is None or not is_bundle(options.project):
        raise InvalidValue("--into is for a bundle, a file NAME.workbench", path="")
    fork = open_bundle(options.project, options.into, lambda *_said: None)
    print(f"{fork.name} is in {options.into}")
    folder: Path = options.into
    return folder
