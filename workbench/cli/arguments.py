"""Reads a command line: arguments near their verb, answers that help where something is misspelt."""

from __future__ import annotations

import argparse
import os
import textwrap
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from typing_extensions import override

from workbench.model.hints import did_you_mean, in_brackets
from workbench.model.rates import FASTEST, SLOWEST

Options = argparse.Namespace
Environ = Mapping[str, str]
Work = Callable[[Options, Environ], Awaitable[int]]

DONE, FAILED, WRONG, PROBLEMS = 0, 1, 2, 3
"""Exit codes; the top help says what they mean."""


LARGEST = 2**53
"""Of numbers on a command line: more than there can be of anything here."""


def none_of(word: str, known: Sequence[str]) -> str:
    """Returns what is said of a word that is none of some, with the one that resembles it most."""
    return in_brackets(f"{word!r} should be one of {', '.join(known)}", did_you_mean(word, known))


class Parser(argparse.ArgumentParser):
    """A parser that names what was probably meant."""

    def __init__(self, name: str, about: str, examples: str, usage: str = "") -> None:
        super().__init__(
            prog=f"workbench {name}",
            description=textwrap.dedent(about).strip(),
            epilog=f"examples:\n{textwrap.indent(textwrap.dedent(examples).strip(), '  ')}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
            usage=usage or None,
        )
        self._project: argparse.Action | None = None
        self._needed = False

    @override
    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        options = self._parsed(args)
        if self._project is not None:
            options.project = self._project_of(options, args)
        return options

    def _parsed(self, args: Sequence[str]) -> Options:
        options, unknown = self.parse_known_intermixed_args(args)
        if unknown:
            self.error(self._unknown(unknown))
        return options

    def _unknown(self, words: Sequence[str]) -> str:
        said = []
        known = [one for action in self._actions for one in action.option_strings]
        for word in words:
            meant = did_you_mean(word.partition("=")[0], known)
            what = f"unknown option {word}" if word.startswith("-") else f"nothing takes {word}"
            said.append(in_brackets(what, meant))
        return "; ".join(said)

    @override
    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            raise argparse.ArgumentError(action, none_of(str(value), list(map(str, action.choices))))

    @override
    def error(self, message: str) -> NoReturn:
        from workbench.cli.answers import many_lines
        from workbench.model.error_text import in_short

        said = many_lines(in_short(message))
        self.exit(WRONG, f"{self.prog}: {said}\n  {self.prog} --help says more\n")

    def project(self, what: str = "a project folder, or its project.tsk", *, needed: bool = True) -> None:
        """Adds the first thing that nearly every verb takes; by default the folder that it is typed in.

        Args:
            needed: Whether the verb can do nothing without one, or a ``--sample``.
        """
        said = f"{what}; by default this folder"
        self._project = self.add_argument("project", metavar="PROJECT", type=Path, nargs="?", help=said)
        self._needed = needed

    def _project_of(self, options: Options, args: Sequence[str]) -> Path | None:
        """Returns the project that is named, else the current folder if it is one."""
        named: Path | None = options.project
        here = _is_project(Path())
        other = named is not None and not _is_project(named) and (here or _is_number(named))
        if other and self._project_may_be_left_out():  # the first word belongs to what follows
            vars(options).update(vars(self._parsed([os.curdir, *args])))
            named = Path.cwd() if here else None
        if named is not None or getattr(options, "sample", None):
            return named
        if not here and self._needed:
            said = f"no project is named, and this folder has no project.tsk{self._taken(options)}"
            self.error(f"{said}; give a project folder{', or --sample users' if 'sample' in options else ''}")
        return Path.cwd() if here else None

    def _project_may_be_left_out(self) -> bool:
        """Whether what follows may be left out, too: then the first word always counts as the project."""
        others = (one for one in self._actions if one is not self._project)
        return any(one.nargs in ("*", "?") and not one.option_strings for one in others)

    def _taken(self, options: Options) -> str:
        """Says for what the words were taken that stand where a project could."""
        for one in self._actions:
            if not one.option_strings and one is not self._project and (value := getattr(options, one.dest)):
                return f"; {value} was taken for {one.metavar}"
        return ""

    def number(self, name: str, what: str) -> None:
        """Adds the number that one thing has; where it is left out, `which` says what there is."""
        self.add_argument("number", metavar=name, type=count, nargs="?", help=what)

    def json(self, keys: str) -> None:
        """Adds ``--json``, and what its answer holds."""
        self.add_argument("--json", action="store_true", help=f"answer as JSON: {keys}")

    def zone(self) -> None:
        """Adds ``--zone``, for answers that tell times."""
        self.add_argument(
            "--zone",
            metavar="ZONE",
            type=words,
            default=None,
            help="tell times in this zone: system, UTC, +02:00, Europe/Berlin; by default in the one chosen"
            " in the window or by WORKBENCH_ZONE, else the machine's; JSON is always in UTC",
        )

    def wait(self) -> None:
        """Adds ``--wait``, in seconds."""
        self.add_argument(
            "--wait",
            metavar="TIME",
            type=seconds,
            default=60.0,
            help="longest wait until the queues are empty (default 60s)",
        )

    def trust(self) -> None:
        """Adds ``--trust`` (contract §10)."""
        self.add_argument(
            "--trust",
            action="store_true",
            help="trust the project's Python modules as they are now, and remember that",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerbSpec:
    """What a verb does and how it is asked for.

    Attributes:
        about: What its help says first.
        examples: Lines as they are typed.
        arguments: Adds what it takes to its parser.
        work: Does it and returns the exit code; None for a verb that opens the window.
        actions: Verbs of its own, such as ``list`` and ``show``; the first is meant where none is named.
    """

    about: str
    examples: str
    arguments: Callable[[Parser], None] = lambda _: None
    work: Work | None = None
    actions: Mapping[str, VerbSpec] = field(default_factory=dict)

    def parse(self, name: str, words: Sequence[str]) -> tuple[VerbSpec, Options]:
        """Reads the words behind a verb's name; returns what is to be done and with what.

        Raises:
            SystemExit: With 0 for help, with 2 where the words are wrong.
        """
        if not self.actions:
            parser = Parser(name, self.about, self.examples)
            self.arguments(parser)
            return self, parser.parse_args(list(words))
        action = self._action(name, words)
        rest = words[1:] if words and words[0] == action else words
        return self.actions[action].parse(f"{name} {action}", rest)

    def _action(self, name: str, words: Sequence[str]) -> str:
        first = words[0] if words else ""
        if first in self.actions:
            return first
        usage = f"workbench {name} [ACTION] [PROJECT] …"
        parser = Parser(name, f"{self.about.strip()}\n\n{self._listed()}", self.examples, usage)
        if first in {"-h", "--help"}:
            parser.print_help()
            parser.exit(DONE)
        other = not first or first.startswith("-") or Path(first).exists()
        if not other and (meant := did_you_mean(first, self.actions)):
            parser.error(in_brackets(f"unknown action {first}", meant))
        return next(iter(self.actions))

    def _listed(self) -> str:
        lines = [f"  {name:<9} {one.about.strip().splitlines()[0]}" for name, one in self.actions.items()]
        return "\n".join(["actions:", *lines])


def _is_number(path: Path) -> bool:
    return path.name.isdigit() and not path.exists()


def _is_project(path: Path) -> bool:
    from workbench.project.samples import PROJECT_FILE

    return path.name == PROJECT_FILE or (path / PROJECT_FILE).is_file()


def words(text: str) -> str:
    """Reads text, for what is looked up or stored; it is UTF-8, whatever the machine's own encoding is.

    Raises:
        argparse.ArgumentTypeError: It holds bytes that are no UTF-8.
    """
    if text.isprintable() or not any("\ud800" <= char <= "\udfff" for char in text):
        return text
    try:
        return os.fsencode(text).decode()
    except (UnicodeEncodeError, UnicodeDecodeError):
        raise argparse.ArgumentTypeError(f"{text!r} should be UTF-8") from None


def count(text: str) -> int:
    """Reads a number from 1, for ``--limit`` and the like.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    return _whole(text, 1)


def position(text: str) -> int:
    """Reads a number from 0.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    return _whole(text, 0)


def _whole(text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text[:20]) <= LARGEST:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} should be a whole number from {least}")
    return int(text)


def rate(text: str) -> float:
    """Reads how many a second, or how many times as fast: a number above 0, such as ``0.5`` or ``10``.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not SLOWEST <= number <= FASTEST:
        said = f"{text[:40]!r} should be a number from {SLOWEST:g} to {FASTEST:,.0f}"
        raise argparse.ArgumentTypeError(said)
    return number


def seconds(text: str) -> float:
    """Reads a duration such as ``30s`` or ``2m``; a plain number is seconds.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    from workbench.project.durations import read_duration

    try:
        return read_duration(float(text) if text.replace(".", "", 1).isdigit() else text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} should be a duration such as 30s or 2m") from None
