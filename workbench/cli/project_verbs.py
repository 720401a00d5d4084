"""Verbs about a project's files: begin one, check them, write the model down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.answers import answer, many_lines, note, one_line
from workbench.cli.arguments import DONE, FAILED, PROBLEMS, Environ, Options, Parser, VerbSpec
from workbench.model.counts import counted
from workbench.model.hints import in_brackets

if TYPE_CHECKING:
    from workbench.services.design.marks.mark import DesignMark
    from workbench.services.project.run_check import Complaint

FORMATS = ("markdown", "mermaid", "event-model")
"""How a model can be written down."""


def _new_takes(parser: Parser) -> None:
    from workbench.services.project.new_project import EMPTY, TEMPLATES

    parser.add_argument(
        "folder", metavar="FOLDER", type=Path, help="the folder to make; also the project's name"
    )
    parser.add_argument(
        "--template",
        metavar="NAME",
        default=EMPTY,
        help=f"{', '.join(TEMPLATES)}; {EMPTY} by default",
    )
    parser.add_argument(
        "--event-model",
        metavar="FILE",
        type=Path,
        help="begin with a model of another tool: JSON of the event-modeling specification",
    )
    parser.json("folder, template, files, notes")


async def _new(options: Options, _environ: Environ) -> int:
    from workbench.interop.event_model_file import read_event_model
    from workbench.services.project.new_project import bring_in, create

    model = read_event_model(options.event_model) if options.event_model is not None else None
    files = create(options.folder, options.template)
    notes: tuple[str, ...] = ()
    if model is not None:
        found = bring_in(options.folder, model)
        files, notes = [*files, *(options.folder / one for one in found.text.scenarios)], found.notes
    said = {"folder": str(options.folder), "template": options.template, "files": [str(one) for one in files]}
    said |= {"notes": list(notes)}
    has_story = any(path.name == "story.ndjson" for path in files)
    lines = [f"{options.folder} is a project now:", *(f"  {path}" for path in files), "", "What next:"]
    lines += [f"  workbench check {options.folder}", f"  workbench open {options.folder}"]
    if has_story:
        lines.append(f"  workbench run {options.folder}        plays its story.ndjson")
    for one in notes:
        note(one_line(one))
    answer(options, said, "\n".join(lines))
    return DONE


def _check_takes(parser: Parser) -> None:
    parser.project()
    parser.trust()
    parser.add_argument("--strict", action="store_true", help="end with 3 for a mark that is a warning, too")
    parser.add_argument(
        "--advise",
        action="store_true",
        help="list also what is worth a second look, each with its place and ways out",
    )
    parser.json(
        "project, complete, problems [{file, line, column, code, message, hint}],"
        " marks [{severity, part, file, line, column, code, message, why, hint, fixes [{label, effect}]}],"
        " model, unseen, flows {command:NAME and the like: [{verb, name, cause, words, given}]}"
    )


async def _check(options: Options, environ: Environ) -> int:
    from workbench.services.design.marks.mark import Severity
    from workbench.services.project.project_check import check_project, in_words

    verdict = await check_project(options.project, environ, trust=options.trust)
    warnings = [one for one in verdict.marks if one.kind.severity is Severity.WARNING]
    lines = [many_lines(str(one)) for one in verdict.complaints]
    lines += [] if options.advise else [one_line(str(one)) for one in warnings]
    if verdict.complaints:
        count = len(verdict.complaints)
        note(f"{count} problem{'s' if count > 1 else ''}")
    elif not verdict.unseen:
        model = in_words(verdict.model) or "an empty model"
        listed = "" if options.advise else " (--advise says more)"
        marks = f", {counted(len(verdict.marks), 'mark')}{listed}" if verdict.marks else ""
        lines.append(f"{one_line(verdict.name)}: no problems{marks}; {model}")
    if verdict.unseen:
        note(
            f"workbench: {', '.join(verdict.unseen)}: not trusted yet, so it was not imported and only its"
            " syntax was checked\n  read it; if you trust it, say --trust, which remembers this folder with"
            " these files"
        )
    if options.advise:
        lines += [line for mark in verdict.marks for line in _advice(mark)]
    said = {"project": verdict.name, "complete": not verdict.unseen}
    said |= {
        "problems": _listed(verdict.complaints),
        "marks": [_mark(one) for one in verdict.marks],
        "model": dict(verdict.model),
        "unseen": list(verdict.unseen),
    }
    said["flows"] = {of: [asdict(one) for one in flows] for of, flows in verdict.flows.items()}
    answer(options, said, "\n".join(lines))
    wrong = verdict.complaints or (options.strict and warnings)
    return PROBLEMS if wrong else FAILED if verdict.unseen else DONE


def _listed(complaints: Sequence[Complaint]) -> list[dict[str, object]]:
    return [
        {
            "file": one.file,
            "line": one.line,
            "column": one.column,
            "code": one.code,
            "message": one.message,
            "hint": one.hint,
        }
        for one in complaints
    ]


def _advice(mark: DesignMark) -> Iterator[str]:
    """Yields the lines of a mark: where and what, why it matters, and what could be done at once."""
    yield one_line(str(mark))
    yield f"  {one_line(mark.kind.why)}."
    for fix in mark.fixes:
        yield f"  - {one_line(in_brackets(fix.label, fix.effect))}"


def _mark(mark: DesignMark) -> dict[str, Any]:
    place = mark.place
    return {
        "severity": mark.kind.severity,
        "part": " ".join(mark.part),
        "file": place.file if place else "",
        "line": place.line if place else 0,
        "column": place.column if place else 0,
        "code": mark.kind.code,
        "message": mark.message,
        "why": mark.kind.why,
        "hint": mark.kind.way,
        "fixes": [{"label": one.label, "effect": one.effect} for one in mark.fixes],
    }


def _docs_takes(parser: Parser) -> None:
    parser.project()
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default=FORMATS[0],
        help="Markdown; Mermaid's eventmodeling diagram; or JSON of the event-modeling specification",
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help="write there; by default to the terminal")
    parser.trust()


async def _docs(options: Options, environ: Environ) -> int:
    from workbench.interop.output_files import write_output
    from workbench.services.documents.project_document import document_of

    text = document_of(options.project, environ, trust=options.trust, form=options.format)
    if options.output is None:
        print(text, end="")
    else:
        write_output(options.output, text.encode())
        print(f"{options.output} was written: {counted(len(text.splitlines()), 'line')}")
    return DONE


NEW = VerbSpec(
    about="""
        Begins a project in a new folder: a project.tsk that you can read and edit, and what the template
        brings with it. The folder's name becomes the project's name.
    """,
    examples="""
        workbench new shop
        workbench new shop --template orders
        workbench new sale --template auction
        workbench new shop --event-model config.json
    """,
    arguments=_new_takes,
    work=_new,
)
CHECK = VerbSpec(
    about="""
        Names every problem of a project's file, its modules, its scenarios and its story, a line each:

          file:line:column: CODE message (hint)

        A store that is there is only looked at: whether the model can still read every event. Ends with 3 if
        there are problems, with 1 if modules could not be checked because they are not trusted, with 0 if all
        is well. What --advise lists is no problem, and changes nothing of that.
    """,
    examples="""
        workbench check my-project
        workbench check my-project --advise
        workbench check my-project --trust --json
    """,
    arguments=_check_takes,
    work=_check,
)
DOCS = VerbSpec(
    about="""
        Writes a project's model down as Markdown: what flows where and the event model as Mermaid diagrams,
        every command, event, read model and subscription with its fields; the texts are the docstrings. The
        other formats hand it to other modelling tools; JSON has the scenarios as examples.
    """,
    examples="""
        workbench docs my-project
        workbench docs my-project --output MODEL.md
        workbench docs my-project --format event-model --output config.json
    """,
    arguments=_docs_takes,
    work=_docs,
)
