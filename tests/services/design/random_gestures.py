"""Projects in hostile dress, gestures that are drawn at random, and what each comment of a text speaks of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.conftest import ROOT
from workbench.errors import InvalidValue
from workbench.services.design import field_gestures, gestures
from workbench.services.design.design_text import DesignText
from workbench.services.design.gestures import DesignNode
from workbench.services.design.references import references
from workbench.services.design.relations import RELATIONS, declared_names
from workbench.tusk import Document, Scope, parse

FOLDERS = sorted(path.parent for path in (ROOT / "resources").rglob("project.tsk"))
"""Every sample and template."""
DRESSES = ("plain", "crlf", "bom", "comments", "tabs", "ragged", "no end", "one line", "all")
KINDS = (
    *("command", "event", "aggregate", "projection", "policy", "process"),
    *("handler", "query", "topic", "subscription", "actor", "external"),
)
NAMES = ("a", "order.lost", "b-c", "order.x.y", "order", "orders", "place_order", "user.gone", "1", "", "a b")
LINES = (
    "extra: money min 0",
    "note?",
    "lines: [string]",
    "status: placed | paid",
    "id",
    "x: nothing",
    "",
    "a b",
)
GESTURES = (
    *("make", "make", "link", "link", "unlink", "field", "field", "along", "copy", "move"),
    *("change field", "remove field", "rename", "rename", "remove", "remove along"),
)
REMOVING = ("remove", "remove along", "unlink", "remove field")
"""Gestures that may take a comment along with what it speaks of."""
_COMMENT = re.compile(r"# c\d+;")


def texts_in(folder, how, rng):
    """Returns the texts of a project in a dress."""
    files = {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.tsk")}
    read = [parse(dressed(text, how, rng), name) for name, text in sorted(files.items())]
    scenarios = {one.file: one for one in read if one.file != "project.tsk"}
    return DesignText(project=next(one for one in read if one.file == "project.tsk"), scenarios=scenarios)


def dressed(text, how, rng):
    """Returns a text that says the same and looks otherwise."""
    worn = {how} if how != "all" else {"crlf", "bom", "comments", "tabs", "no end"}
    plain = '"""' not in text and "'''" not in text
    if "one line" in worn and plain:
        text = re.sub(r"\{\n((?:[^{}\n]*\n)+?)[ \t]*\}", _on_one_line, text)
    if "comments" in worn and plain:
        text = commented(text, rng)
    if "tabs" in worn and plain:
        text = re.sub(r"(?m)^(?: {4})+", lambda found: "\t" * (len(found[0]) // 4), text)
    if "ragged" in worn and plain:
        text = re.sub(r"(?m)^[ ]*(?=[\w\"])", lambda _: " " * rng.randrange(7), text)
    if "no end" in worn:
        text = text.rstrip("\n")
    if "crlf" in worn:
        text = text.replace("\n", "\r\n")
    return "\ufeff" + text if "bom" in worn else text


def _on_one_line(found):
    lines = [line.strip().removesuffix(",") for line in found[1].splitlines()]
    if any("#" in line for line in lines):
        return found[0]
    return "{ " + ", ".join(line for line in lines if line) + " }"


def commented(text, rng):
    """Returns a text with comments, each another one: above lines, behind them, and standing alone."""
    found, count = [], 0
    for line in text.splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            found.append(f"{indent}# c{count};")
            count += 1
        behind = line.strip() and rng.random() < 0.4 and not line.lstrip().startswith("#")
        found.append(f"{line}  # c{count};" if behind else line)
        count += bool(behind)
        if rng.random() < 0.1:
            found += ["", f"# c{count};", ""]
            count += 1
    return "\n".join(found) + "\n"


# -- gestures -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A gesture: what kind it is, and what it does; it raises `InvalidValue` where it cannot be."""

    kind: str
    words: str
    change: object


def drawn(text, rng):
    """Returns a gesture over what a text declares."""
    declared = {(one.kind, one.name) for one in references(text) if one.role == "header"}
    nodes = [DesignNode(kind, name) for kind, name in sorted(declared) if kind in KINDS]
    nodes += [DesignNode("topic", name) for name in declared_names(text.project, "topic")]
    nodes += [DesignNode("subscription", name) for name in declared_names(text.project, "subscription")]
    node, other = (rng.choice(nodes or [DesignNode("event", "none")]) for _ in range(2))
    legal = [one for one in nodes if any((r.source, r.target) == (node.kind, one.kind) for r in RELATIONS)]
    other = rng.choice(legal) if legal and rng.random() < 0.8 else other
    kind = rng.choice(GESTURES)
    name, line, maker = rng.choice(NAMES), rng.choice(LINES), rng.choice(KINDS)
    after = rng.choice([None, node])
    field = rng.choice([*gestures.fields_of(text, node), "none"])
    by = rng.choice([-1, 1])

    def change(text):
        match kind:
            case "make":
                return gestures.made(text, maker, name, after)
            case "link":
                return gestures.linked(text, node, other)
            case "unlink":
                return gestures.unlinked(text, node, other)
            case "field":
                return gestures.with_field(text, node, line)
            case "along":
                return field_gestures.with_fields(text, node, line, along=True)
            case "copy":
                return field_gestures.copied(text, node, field, other)
            case "move":
                return field_gestures.field_moved(text, node, field, by)
            case "change field":
                return gestures.with_field(text, node, line, instead=field)
            case "remove field":
                return gestures.without_field(text, node, field)
            case "rename":
                return gestures.renamed(text, node, name, gestures.places_of(text, node))
            case _:
                along = gestures.left_over(text, node) if kind == "remove along" else ()
                return gestures.removed(text, node, along=along)

    words = f"{kind} {node} {other} {maker} {name!r} {after} {line!r} {field} {by}"
    return Drawn(kind=kind, words=words, change=change)


def done(text, gesture):
    """Returns the text after a gesture; None where that cannot be done."""
    try:
        return gesture.change(text)
    except InvalidValue:
        return None


# -- comments -----------------------------------------------------------------------------------------------


def paths_in(document: Document) -> list[tuple[str, ...]]:
    """Returns the paths of all sections and entries, in their order; a section's name is one step."""
    found: list[tuple[str, ...]] = []

    def walk(path: tuple[str, ...], scope: Scope) -> None:
        for key, entry in scope.entries.items():
            found.append((*path, key))
            if entry.value.scope is not None:
                walk((*path, key), entry.value.scope)

    walk((), document.top)
    for name, scope in document.sections.items():
        found.append((f"[{name}]",))
        walk((f"[{name}]",), scope)
    return found


def spoken_of(document: Document) -> dict[str, tuple[str, ...]]:
    """Returns what each comment speaks of: the path of an entry or section; empty for one that stands alone.

    One behind an entry on its line speaks of that; one right above an entry or header, of that.
    """
    text, found = document.text, {}
    begins, ends = _lines_of(document)
    for match in _COMMENT.finditer(text):
        line = text.rfind("\n", 0, match.start()) + 1
        if text[line : match.start()].strip(" \t\r\ufeff"):
            found[match[0]] = ends.get(line, ())
            continue
        while text[line:].lstrip(" \t\ufeff").startswith("#") and "\n" in text[line:]:
            line = text.index("\n", line) + 1
        found[match[0]] = begins.get(line, ())
    return found


def _lines_of(document: Document) -> tuple[dict[int, tuple[str, ...]], dict[int, tuple[str, ...]]]:
    """Returns by the begin of a line what begins on it first, and what ends on it last."""
    text = document.text
    begins: dict[int, tuple[str, ...]] = {}
    ends: dict[int, tuple[str, ...]] = {}

    def line(at):
        return text.rfind("\n", 0, at) + 1

    def walk(path: tuple[str, ...], scope: Scope) -> None:
        for key, entry in scope.entries.items():
            begins.setdefault(line(entry.start), (*path, key))
            if entry.value.scope is not None:
                ends.setdefault(line(entry.value.start), (*path, key))
                walk((*path, key), entry.value.scope)
            ends[line(entry.value.end - 1)] = (*path, key)

    walk((), document.top)
    for name, scope in document.sections.items():
        begins[line(scope.start)] = ends[line(scope.start)] = (f"[{name}]",)
        walk((f"[{name}]",), scope)
    return begins, ends
