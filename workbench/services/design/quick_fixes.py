"""What would fix a problem of a text, as changes of that text with their effect in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from workbench.errors import CallerError
from workbench.model.counts import counted
from workbench.project.declared.key_lookup import KeyPlace
from workbench.project.declared.section_kinds import KINDS, TYPES
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode, new_name
from workbench.services.design.line_merge import alike
from workbench.services.design.marks.mark import MarkFix
from workbench.services.design.place_names import renamed_piece
from workbench.services.design.quick_fix import EMPTY, QuickFix
from workbench.services.design.state_fixes import (
    begun_state,
    events_of_others,
    for_another,
    known_id,
    known_in_event,
    known_in_state,
    missing_in_state,
    one_more_choice,
    read_in_state,
    with_defaults,
)
from workbench.services.design.text_check import CheckedText
from workbench.services.design.text_members import place_in
from workbench.tusk import Document, Problem, Scope, TskError, parse_in_part, write_key, write_value
from workbench.tusk.splice import splice
from workbench.tusk.write import INDENT

_MEANT = re.compile(r"did you mean (.+?)\?")
_AMONG = re.compile(r"(?:known here|there are|declared are): (.+)\Z")
_NEEDS_WITH = re.compile(r"say it in with \{ ([\w-]+): \"(.*)\" \}\Z")
_WRITE_SECTION = re.compile(r"write \[([\w.-]+)\]")
_WRITE_QUOTED = re.compile(r'write (".*")\Z')
_WRITE_TYPE = re.compile(r"write ([a-z-]+(?: or [a-z-]+)?)")
_NO_SUCH = re.compile(r"(?:there is|this aggregate has) no (\w+) ([\w.-]+)")
_NO_OWNER = re.compile(r"there is no aggregate ([\w-]+)\Z")
"""What is said of an event, too, whose name begins with none, such as ``[event.placed]``."""
_NO_STATE = re.compile(r"the state of (\S+) has no field ([\w-]+)\Z")
_MISSING = re.compile(r"([\w-]+) is missing\Z")
_READS_STATE = re.compile(r"state has no ([\w-]+)\Z")
_NO_CHOICE = re.compile(r"(\S+) (?:cannot be|is never) '([^']+)'")
_BEGINS = re.compile(r"begins with this event, and it does not set (.+)\Z")
_CLOSING = re.compile(r"the closing ([\])}]) is missing")
_UNREAD = "E-"
"""With this the codes of problems begin for which a text cannot be read."""
_REPLACE = "Replace with "
_MOST = 6
"""Names that are offered where none is nearest."""


def quick_fixes(checked: CheckedText, problem: Problem) -> list[QuickFix]:
    """Returns what would fix a problem of a checked text, the most likely first.

    What would leave a text that cannot be read, or no better one if this cannot be read, is left out.
    """
    document = checked.document
    marks = [mark for mark in checked.marks if mark.as_warning == problem]
    if marks:
        return [one for mark in marks for fix in mark.fixes for one in _of_mark(document, fix)]
    other = _NO_SUCH.search(problem.message)
    if (
        other is not None
        and other[0].startswith("this aggregate")
        and f"event.{other[2]}" in document.sections
    ):
        return [
            *_of_marks(document, for_another(document, problem.path, other[2]))
        ]  # nothing near it is meant
    replaced = (*_everywhere(checked, problem), *_closings(document, problem))
    added = tuple(_additions(document, problem))
    if _READS_STATE.match(problem.message) and not _MEANT.search(problem.hint) and added:
        replaced = ()  # what else the state has is of another meaning
    found = (*added, *replaced) if _NO_STATE.match(problem.message) else (*replaced, *added)
    unread = any(one.code.startswith(_UNREAD) for one in checked.problems)
    return [one for one in found if (_mends(document, one) if unread else _is_read(document, one))]


def _is_read(document: Document, fix: QuickFix) -> bool:
    """Whether a text that can be read still can with a fix."""
    try:
        for start, end, written in fix.pieces:
            document = splice(document, start, end, written)
    except TskError:
        return False
    return True


def _mends(document: Document, fix: QuickFix) -> bool:
    """Whether less is wrong with a text that cannot be read once it has a fix."""
    before, after = (parse_in_part(one)[1] for one in (document.text, fix.applied(document.text)))
    return len(after) < len(before)


def _of_mark(document: Document, fix: MarkFix) -> Iterator[QuickFix]:
    """Yields a fix of a mark as a change of the text; none where it cannot be done."""
    try:
        after = fix.change(DesignText(project=document)).project.text
    except CallerError:
        return
    start = alike(document.text, after)
    rest, written = document.text[start:], after[start:]
    same = alike(rest[::-1], written[::-1])
    pieces = ((start, len(document.text) - same, written[: len(written) - same]),)
    yield QuickFix(label=fix.label, effect=fix.effect, pieces=pieces)


def _of_marks(document: Document, fixes: Iterable[MarkFix]) -> Iterator[QuickFix]:
    for fix in fixes:
        yield from _of_mark(document, fix)


def span_of(document: Document, problem: Problem) -> tuple[int, int]:
    """Returns the characters of a document that a problem marks."""
    begin = document.places.start_of(problem.line)
    return begin + problem.column - 1, begin + problem.end_column - 1


def _member(document: Document, problem: Problem) -> tuple[int, int]:
    """Returns the characters of what is wrong: of a list the member that a problem names."""
    start, end = span_of(document, problem)
    named = _NO_SUCH.search(problem.message)
    if named is None or document.text[start : start + 1] != "[" or _is_header(document, start):
        return start, end
    found = re.compile(rf"""(["']?){re.escape(named[2])}\1(?=[\s,\]])""").search(document.text, start, end)
    return found.span() if found is not None else (start, end)


def _everywhere(checked: CheckedText, problem: Problem) -> Iterator[QuickFix]:
    """Yields what is written instead here, and instead of the same name or mistake wherever it stands."""
    same = [one for one in checked.problems if _mistake(one) == _mistake(problem)]
    node = _named_at(checked, problem)
    for fix in _replacements(checked.document, problem):
        yield fix
        more = _of_name(checked, fix, node) if node is not None and fix.renames is None else None
        if more is not None:
            yield more
            continue
        others = [
            each for one in same for each in _replacements(checked.document, one) if each.label == fix.label
        ]
        pieces = sorted({piece for one in others for piece in one.pieces}, reverse=True)
        if len(pieces) > len(fix.pieces):
            yield _in_all(fix, pieces, len(pieces))


def _in_all(fix: QuickFix, pieces: Sequence[tuple[int, int, str]], count: int, files: int = 0) -> QuickFix:
    """Returns a fix that makes these pieces at a number of places; some may stand in files of scenarios."""
    along = f", in {counted(files, 'file')} of scenarios, too" if files else ""
    effect = f"{fix.effect} wherever it stands{along}"
    return QuickFix(label=f"{fix.label} in all {count} places", effect=effect, pieces=tuple(pieces))


def _named_at(checked: CheckedText, problem: Problem) -> DesignNode | None:
    """Returns what there is not and a problem is about; None where it is about something else."""
    start, end = _member(checked.document, problem)
    file = checked.document.file
    return next(
        (
            node
            for node, places in checked.misnamed.items()
            if any(one.file == file and start <= one.start and one.end <= end for one in places)
        ),
        None,
    )


def _of_name(checked: CheckedText, fix: QuickFix, node: DesignNode) -> QuickFix | None:
    """Returns what gives a name that is wrong the right one in all files, as a rename does."""
    name = fix.label.removeprefix(_REPLACE)
    places, document = checked.misnamed[node], checked.document
    own = [
        renamed_piece(document, one, new_name(node, one, name)) for one in places if one.file == document.file
    ]
    if len(places) < 2:
        return None
    files = len({one.file for one in places} - {document.file})
    return replace(_in_all(fix, sorted(own, reverse=True), len(places), files), renames=(node, name))


def _mistake(problem: Problem) -> tuple[str, str, str]:
    return problem.code, problem.message.rpartition(": ")[2], problem.hint


def _replacements(document: Document, problem: Problem) -> Iterator[QuickFix]:
    start, end = _member(document, problem)
    said = document.text[start:end]
    meant = _MEANT.search(problem.hint)
    among = _AMONG.search(problem.hint) if " is never " not in problem.message else None
    names = [meant[1]] if meant is not None else among[1].split(", ")[:_MOST] if among is not None else []
    if problem.path and _is_header(document, start):
        section = ".".join(problem.path)
        if problem.path[0] == "event" and _NO_OWNER.match(problem.message):
            event = ".".join(problem.path[1:])
            for known, new in events_of_others(document, event, names):
                renames = DesignNode("event", event), new
                yield from (replace(one, renames=renames) for one in _of_mark(document, known))
            return
        yield from (_renamed_sections(document, section, name) for name in names)
        return
    for name in names:
        quote = said[:1] if said[:1] in ('"', "'") else ""
        written = f"{quote}{name}{quote}" if quote else name if problem.code == "S-CEL" else write_key(name)
        yield QuickFix(
            label=f"Replace with {name}", effect=f"{said} becomes {written}", pieces=((start, end, written),)
        )
    if problem.code == "S-TYPE" and (meant := _WRITE_TYPE.fullmatch(problem.hint)) is not None:
        yield from _types(document, problem, meant[1].split(" or "))
    quoted = _WRITE_QUOTED.search(problem.hint)
    if quoted is not None and problem.code == "E-QUOTES":
        label = f"Put {said} between quotes"
        yield QuickFix(label=label, effect=f"{said} becomes {quoted[1]}", pieces=((start, end, quoted[1]),))


def _types(document: Document, problem: Problem, names: Sequence[str]) -> Iterator[QuickFix]:
    """Yields other types; what may be missing may be missing still."""
    start, end = span_of(document, problem)
    said = document.text[start:end]
    mark = "?" if said.rstrip("\"'").endswith("?") else ""
    for name in names:
        written = f'"{name}{mark}"'
        yield QuickFix(
            label=f"Replace with {name}", effect=f"{said} becomes {written}", pieces=((start, end, written),)
        )


def _is_header(document: Document, start: int) -> bool:
    return any(one.start == start for one in document.sections.values())


def _renamed_sections(document: Document, name: str, written: str) -> QuickFix:
    """Returns what gives sections another name, of which this one is wrong or with which theirs begin."""
    whole = ".".join((*name.split(".")[:-1], written))
    pieces = [
        (at, at + len(name), whole)
        for key, one in document.sections.items()
        if f"{key}.".startswith(f"{name}.") and (at := document.text.find(name, one.start, one.end)) >= 0
    ]
    effect = f"[{name}] becomes [{whole}]"
    return QuickFix(label=f"Replace with {written}", effect=effect, pieces=tuple(reversed(pieces)))


def _closings(document: Document, problem: Problem) -> Iterator[QuickFix]:
    found = _CLOSING.match(problem.message)
    if found is None:
        return
    start, _ = span_of(document, problem)
    text, mark = document.text, found[1]
    stop = text.find("\n", start)
    at = len(text) if stop < 0 else stop
    if problem.code == "E-BLOCK":
        begun = [one.start for one in document.sections.values() if one.start > start]
        limit = min(begun, default=len(text))
        at = len(text[:limit].rstrip())
        mark = f"\n{mark}" if "\n" in text[start:at] else f" {mark}"
    line = document.places.line(at)
    yield QuickFix(label=f"Write {found[1]}", effect=f"behind line {line}", pieces=((at, at, mark),))


def _additions(document: Document, problem: Problem) -> Iterator[QuickFix]:
    written = _WRITE_SECTION.search(problem.hint)
    unknown = _NO_SUCH.match(problem.message.partition(": ")[2] or problem.message)
    if written is not None and written[1].partition(".")[2] not in ("", "name"):
        yield _new_section(document, *written[1].split(".", 1))
    elif unknown is not None and unknown[1] in ("type", "topic"):
        yield _new_entry(document, TYPES if unknown[1] == "type" else "topics", unknown[2])
    elif unknown is not None and unknown[1] in KINDS:
        yield _new_section(document, unknown[1], unknown[2])
    elif (topic := re.match(r"the topic (\S+) is not declared", problem.message)) is not None:
        yield _new_entry(document, "topics", topic[1])
    yield from _of_marks(document, _of_state(document, problem))
    needs, missing = _NEEDS_WITH.search(problem.hint), _MISSING.match(problem.message)
    if needs is not None and problem.path:
        known = known_in_state(document, problem.path, needs[1]) or known_id(document, problem.path, needs[1])
        value = needs[2].removesuffix("…") or known
        yield from _new_key(document, (*problem.path[:-1], "with", needs[1]), value)
    elif missing is not None and problem.path:
        yield from _new_key(document, problem.path)


def _of_state(document: Document, problem: Problem) -> Iterator[MarkFix]:
    path, said = problem.path, problem.message
    if (state := _NO_STATE.match(said)) is not None:
        yield from missing_in_state(document, state[1], state[2], path)
    if (begins := _BEGINS.search(said)) is not None:
        names = begins[1].split(", ")
        yield from begun_state(document, path, names)
        yield from with_defaults(document, path, names)
    if (read := _READS_STATE.match(said)) is not None:
        yield from read_in_state(document, path, read[1])
    if problem.code == "S-CEL" and (lacks := _NO_CHOICE.match(said)) is not None:
        yield from one_more_choice(document, path, lacks[1], lacks[2])
    if said == "the expression is empty":
        yield from known_in_event(document, path)


def _new_section(document: Document, kind: str, name: str) -> QuickFix:
    place = place_in(f"{kind}.{name}", ())
    lines = [f"[{kind}.{name}]"]
    if place is not None and "fields" in place.keys:
        lines += ["fields {", "}"]
    written = "\n" + "\n".join(lines) + "\n"
    at = len(document.text)
    lead = "" if document.text.endswith("\n") else "\n"
    return QuickFix(
        label=f"New {kind} {name}",
        effect=f"adds [{kind}.{name}] at the end",
        pieces=((at, at, lead + written),),
    )


def _new_entry(document: Document, section: str, name: str) -> QuickFix:
    label = f"New {section.removesuffix('s')} {name}"
    value = ': "string"' if section == TYPES else " {\n}"
    scope = document.sections.get(section)
    line = f"{write_key(name)}{value}\n"
    if scope is not None:
        at = scope.body_end
        lead = "" if document.text[:at].endswith("\n") else "\n"
        return QuickFix(label=label, effect=f"adds it to [{section}]", pieces=((at, at, lead + line),))
    at = min((one.start for one in document.sections.values()), default=len(document.text))
    text = f"[{section}]\n{line}\n"
    return QuickFix(label=label, effect=f"adds [{section}] with it", pieces=((at, at, text),))


def _new_key(document: Document, path: tuple[str, ...], value: str = "") -> Iterator[QuickFix]:
    """Yields what writes a key that is missing into its block, which is made where it is not there."""
    *outer, key = path
    section = next(
        (
            ".".join(outer[:cut])
            for cut in range(len(outer), 0, -1)
            if ".".join(outer[:cut]) in document.sections
        ),
        "",
    )
    if not section:
        return
    inner = outer[len(section.split(".")) :]
    place = place_in(section, (*inner, key))
    written = f"{write_key(key)}{f': {write_value(value)}' if value else _value(key, place)}"
    owner = document.find(tuple(outer)) if inner else None
    if inner and owner is None:
        written = f"{write_key(inner[-1])} {{ {written} }}"
        owner = document.find(tuple(outer[:-1])) if len(inner) > 1 else None
    label, effect = f"Write {key}", f"adds {written}"
    if not value and EMPTY.search(written) is not None:
        label, effect = f"{label} …", f"adds {key}, to be typed"
    if owner is None:
        at = document.sections[section].body_end
        lead = "" if document.text[:at].endswith("\n") else "\n"
        yield QuickFix(label=label, effect=effect, pieces=((at, at, f"{lead}{written}\n"),))
    elif owner.value.scope is not None:
        yield QuickFix(label=label, effect=effect, pieces=(_inside(document, owner.value.scope, written),))


def _inside(document: Document, scope: Scope, written: str) -> tuple[int, int, str]:
    text, start, end = document.text, scope.start, scope.end
    if "\n" not in text[start:end]:
        last = len(text[: end - 1].rstrip())
        lead = " " if text[last - 1] == "{" else ", "
        return last, end - 1, f"{lead}{written} "
    begin = document.places.line_start(end)
    indent = text[begin : end - 1] + INDENT
    return begin, begin, f"{indent}{written}\n"


def _value(key: str, place: KeyPlace | None) -> str:
    if place is not None and (place.model is not None or place.inner is not None) and place.says is None:
        return ' { id: "uuid" }' if key == "fields" else " { }"
    return ': ""'
