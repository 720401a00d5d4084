"""Finds the places of what a text names and does not declare, in all files of a project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, places_of
from workbench.services.design.references import HEADER, Reference, references
from workbench.services.design.text_check import CheckedText
from workbench.tusk import Document, Problem


def with_misnamed(checked: CheckedText, scenarios: Callable[[], Mapping[str, Document]]) -> CheckedText:
    """Returns what is known of a project file, with what its mistakes say that there is not.

    What is declared, and only cannot stand where it does, is none of it.

    Args:
        scenarios: Reads the files of scenarios; called where something is wrong.
    """
    wrong = checked.mistakes if checked.is_read else ()
    if not wrong:
        return checked
    texts = DesignText(project=checked.document, scenarios=scenarios())
    return replace(checked, misnamed=_misnamed_in(texts, wrong))


def _misnamed_in(text: DesignText, problems: Sequence[Problem]) -> Mapping[DesignNode, Sequence[Reference]]:
    """Returns what problems of the project file say that there is not, with all places that name it."""
    known = references(DesignText(project=text.project))
    declared = {(one.kind, one.name) for one in known if one.role == HEADER}
    found = {
        (one.kind, one.name)
        for problem in problems
        for one in _within(text, known, problem)
        if one.name in problem.message
    } - declared
    places = references(text, found) if found else ()
    return {DesignNode(*one): places_of(text, DesignNode(*one), places) for one in sorted(found)}


def _within(text: DesignText, known: Sequence[Reference], problem: Problem) -> Iterator[Reference]:
    begin = text.project.places.start_of(problem.line) - 1
    start, end = begin + problem.column, begin + problem.end_column
    return (one for one in known if start <= one.start and one.end <= end)
