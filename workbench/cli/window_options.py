"""What the verbs take that open the window; the window itself is the program's business."""

from __future__ import annotations

from pathlib import Path

from workbench.cli.arguments import Parser, VerbSpec
from workbench.project.samples import SAMPLES


def _open(parser: Parser) -> None:
    parser.project("a project folder, its project.tsk, or a bundle", needed=False)
    parser.add_argument(
        "--into",
        metavar="FOLDER",
        type=Path,
        help="unpack a bundle there; by default where it ends with its window",
    )
    parser.add_argument("--sample", choices=SAMPLES, help="a copy of a sample instead")
    parser.add_argument("--theme", choices=("system", "light", "dark"), default=None)
    parser.add_argument("--fresh", action="store_true", help="start from a new copy; the old one is kept")
    parser.trust()


def _tour(parser: Parser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the pictures go")
    parser.add_argument(
        "shown", metavar="PROJECT", type=Path, nargs="?", help="a project of your own instead"
    )
    parser.add_argument("--sample", default=SAMPLES[0], choices=SAMPLES)
    parser.trust()


OPEN = VerbSpec(
    about="""
        Opens a project in the window; without one, this folder if it is a project, else the project of the
        last time, or a sample. A bundle opens paused, at its event, as a world of its own.
    """,
    examples="""
        workbench open my-project
        workbench open bug.workbench
        workbench open bug.workbench --into bug
        workbench open --sample users
        workbench my-project --theme dark
    """,
    arguments=_open,
)
TOUR = VerbSpec(
    about="""
        Drives a sample by itself, without a display if there is none, and saves a picture of every view. Of a
        project a copy is driven, with what its store holds: its story is played and its scenarios are run.
    """,
    examples="""
        workbench tour pictures
        workbench tour pictures --sample orders
        workbench tour pictures my-project
    """,
    arguments=_tour,
)
