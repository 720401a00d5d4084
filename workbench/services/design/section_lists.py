"""Changes what a declared section does: its actions, and the lists and maps of what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent
from typing import Any

from workbench.project.declared.key_lookup import key_place
from workbench.project.declared.sections import ActionSection
from workbench.tusk import Document, Entry, Raw, ValueKind, delete, insert, set_value, write_value
from workbench.tusk.document import Path
from workbench.tusk.splice import splice

DOES = ("emit", "issue", "publish", "withdraw")
"""Keys that say what an action does."""
ALWAYS_LIST = "steps"
"""The key that holds a list also where it has one name."""
_ACTION = tuple(one.alias or name for name, one in ActionSection.model_fields.items())
_OF_WITHDRAWAL = {"withdraw", "when", "otherwise"}
_NO_LETTER = re.compile(r"[^A-Za-z0-9_]+")
_REST = re.compile(r"[ \t]*,?[ \t]*(?:#[^\n]*)?\r?\n?")
_ABOVE = re.compile(r"(?:^[ \t]*#[^\n]*\n)*\Z", re.MULTILINE)


def usual_order(path: Path) -> Sequence[str]:
    """Returns the keys that can stand at a path of the project file, in their usual order."""
    for length in range(len(path), 0, -1):
        place = key_place(".".join(path[:length]), path[length:])
        if place is not None and place.keys:
            return list(place.keys)
    return ()


def put(document: Document, path: Path, value: Any) -> Document:
    """Returns the document with a value at a path, where it usually stands."""
    return set_value(document, path, value, order=usual_order(path[:-1]))


def add_name(document: Document, path: Path, name: str) -> Document:
    """Returns the document with a name among those of a key, which holds one or a list."""
    entry = document.find(path)
    if entry is None:
        return put(document, path, name)
    names = _names(entry)
    return document if name in names else put(document, path, [*names, name])


def remove_name(document: Document, path: Path, name: str) -> Document:
    """Returns the document without a name among those of a key; with the last one the key goes."""
    entry = document.find(path)
    if entry is None or name not in _names(entry):
        return document
    names = [one for one in _names(entry) if one != name]
    if not names:
        return delete(document, path)
    return put(document, path, names[0] if len(names) == 1 and path[-1] != ALWAYS_LIST else names)


def add_action(
    document: Document, path: Path, does: str, name: str, given: Mapping[str, str] | None = None
) -> Document:
    """Returns the document in which what stands at a path does one thing more.

    Several actions stand in ``do``; one alone moves there when a second one comes.

    Args:
        given: Fields that are said in ``with``, each an expression.
    """
    action = {does: name, **({"with": given} if given else {})}
    if document.find((*path, "do")) is not None:
        return put(document, (*path, "do", _free(document, path, name)), action)
    if not any(document.find((*path, key)) is not None for key in DOES):
        for key, value in action.items():
            document = put(document, (*path, key), value)
        return document
    first = _said(document, path)
    named = next(one for one in first if one.key in DOES)
    spans = [_whole(document, entry) for entry in first]
    block = _block(document, spans)
    for entry in first:
        document = _taken_out(document, (*path, entry.key))
    key = _word(_names(named)[0])
    document = put(document, (*path, "do"), {key: Raw(block)})
    return put(document, (*path, "do", _free(document, path, name)), action)


def remove_action(document: Document, path: Path, does: str, name: str) -> Document:
    """Returns the document in which what stands at a path does not do that any more."""
    for place in list(_acting(document, path)):
        entry = document.find((*place, does))
        if entry is None or name not in _names(entry):
            continue
        beside = any(one != does and document.find((*place, one)) is not None for one in DOES)
        if len(_names(entry)) > 1 or (beside and does == "withdraw"):
            document = remove_name(document, (*place, does), name)
        elif beside:
            for one in _said(document, place):
                if one.key not in _OF_WITHDRAWAL:
                    document = delete(document, (*place, one.key))
        elif place == path:
            for one in _said(document, path):
                document = delete(document, (*path, one.key))
        else:
            document = delete(document, place)
    several = document.find((*path, "do"))
    if several is not None and several.value.scope is not None and not several.value.scope.entries:
        document = delete(document, (*path, "do"))
    return document


def _said(document: Document, path: Path) -> list[Entry]:
    """Returns what an action says at a path; ``key`` is that of its message, else of the process."""
    own = [key for key in _ACTION if key != "key" or document.find((*path, "publish")) is not None]
    return [entry for key in own if (entry := document.find((*path, key))) is not None]


def actions(document: Document, path: Path) -> Iterator[tuple[str, str]]:
    """Yields what is done at a path: the key that says it, and what it names."""
    for place in _acting(document, path):
        for does in DOES:
            entry = document.find((*place, does))
            for name in _names(entry) if entry is not None else ():
                yield does, name


def waiting_at(document: Document, steps: Path) -> list[str]:
    """Returns the commands that the steps of a process issue for later, each once."""
    places = (one for event in names_at(document, steps) for one in _acting(document, (*steps, event)))
    late = (one for one in places if any(document.find((*one, key)) is not None for key in ("after", "at")))
    return list(dict.fromkeys(name for one in late for name in names_at(document, (*one, "issue"))))


def add_withdrawal(document: Document, step: Path, command: str) -> Document:
    """Returns the document in which a step of a process withdraws a command, whatever else it does if."""
    alone = document.find((*step, "with")) is not None and document.find((*step, "issue")) is None
    if alone or any(document.find((*step, key)) is not None for key in ("do", "when", "each")):
        return add_action(document, step, "withdraw", command)
    return add_name(document, (*step, "withdraw"), command)


def add_entry(document: Document, path: Path, value: Mapping[str, Any]) -> Document:
    """Returns the document with an entry of a map, unless it is there."""
    if document.find(path) is not None:
        return document
    return insert(document, path, value, order=usual_order(path[:-1]))


def names_at(document: Document, path: Path) -> list[str]:
    """Returns the names that a key holds, or those of the entries of a map or section."""
    entry = document.find_content(path)
    if entry is None:
        section = document.sections.content(".".join(path))
        return list(section.entries) if section is not None else []
    return list(entry.value.scope.entries) if entry.value.scope is not None else _names(entry)


def _acting(document: Document, path: Path) -> Iterator[Path]:
    yield path
    for key in names_at(document, (*path, "do")):
        yield (*path, "do", key)


def _names(entry: Entry) -> list[str]:
    items = entry.value.items if entry.value.kind is ValueKind.ARRAY else [entry.value]
    return [str(one.plain) for one in items if one.kind is ValueKind.STRING]


def _whole(document: Document, entry: Entry) -> tuple[int, int]:
    """Returns the span of an entry; where it has its lines alone, with the comments above and behind it."""
    text, begin, end = document.text, entry.line_start, entry.line_end
    behind = _REST.fullmatch(text, entry.value.end, end)
    if text[begin : entry.start].strip(" \t\ufeff") or behind is None:
        return entry.start, entry.value.end
    found = _ABOVE.search(text, 0, begin)
    return found.start() if found is not None else begin, end


def _taken_out(document: Document, path: Path) -> Document:
    entry = document.find(path)
    start, end = _whole(document, entry) if entry is not None else (0, 0)
    alone = entry is not None and start < entry.start
    return splice(document, start, end, "") if alone else delete(document, path)


def _block(document: Document, spans: Sequence[tuple[int, int]]) -> str:
    texts = [document.text[start:end].strip() for start, end in spans]
    line = "{ " + ", ".join(texts) + " }"
    if "\n" not in line and "#" not in line and len(line) <= 80:
        return line
    end = document.line_end
    lines = [text if '"""' in text or "'''" in text else indent(text, "    ").strip() for text in texts]
    return "{" + "".join(f"{end}        {one}" for one in lines) + f"{end}    }}"


def _word(name: str) -> str:
    """Returns a key for what is done, by the last part of what it names."""
    return _NO_LETTER.sub("_", name.rpartition(".")[2]) or write_value(name)


def _free(document: Document, path: Path, name: str) -> str:
    taken, word = set(names_at(document, (*path, "do"))), _word(name)
    return next(key for key in (word, *(f"{word}_{at}" for at in range(2, 10_000))) if key not in taken)
