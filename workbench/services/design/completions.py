"""What can stand at an offset of a project file or a scenario: sections, keys, names, words, expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from workbench.project.declared.key_lookup import SWITCH, KeyPlace
from workbench.project.declared.section_kinds import KINDS, TYPES
from workbench.project.declared.sections import SECTIONS
from workbench.project.samples import PROJECT_FILE
from workbench.project.scenarios.scenario_reader import GIVEN, NO_OTHER_EVENTS, PARTS, THEN, WHEN
from workbench.project.settings import Settings
from workbench.services.design.expression_completions import nearest_names, suggestions
from workbench.services.design.references import SPOKEN
from workbench.services.design.text_check import CheckedText, text_of
from workbench.services.design.text_members import (
    Members,
    entries_in,
    is_expression,
    members_of,
    names_at,
    owner_of_event,
    piece_at,
    place_in,
    scopes_around,
)
from workbench.services.design.text_places import Part, TextPlace, place_at
from workbench.tusk import Scope, write_key

SECTION_WORDS = {"topics": "Where messages go", "subscriptions": "Who reads topics", TYPES: "Shared types"}
ITEMS = {"given": GIVEN, "when": WHEN, "then": THEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Something that can stand at a place.

    Attributes:
        insert: What takes the place of what stands there.
        back: How many characters before its end the cursor comes to stand.
        kind: What it is: a kind of section, ``key``, ``word``, ``name``, ``field``, ``function``, ``text``.
        words: What it is for.
        again: Whether what can stand inside it is asked for next.
    """

    name: str
    insert: str
    kind: str
    words: str = ""
    back: int = 0
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Completions:
    """What can stand in a span, the best first.

    Attributes:
        start, end: Of what a completion takes the place of, in characters.
        typed: What of it was typed.
    """

    start: int
    end: int
    typed: str = ""
    found: tuple[Completion, ...] = ()


def completions(checked: CheckedText, text: str, offset: int) -> Completions:
    """Returns what can stand at an offset.

    Args:
        checked: What was last known; the text may be another by now.
    """
    place = place_at(text, offset)
    asked = _Asked(checked, text, offset, place)
    typed = place.typed
    if place.part is Part.SECTION:
        found = list(_sections(checked))
    elif place.part is Part.NOTHING:
        found = []
    elif checked.document.file != PROJECT_FILE:
        found = list(_in_scenario(asked))
    elif place.part is Part.KEY:
        found = list(_keys(asked))
    else:
        inside = _inside_expression(asked)
        if inside is not None:
            return inside
        found = list(_values(asked))
    return _fitting(found, place.start, place.end, typed)


def _fitting(found: Iterable[Completion], start: int, end: int, typed: str) -> Completions:
    """Keeps what fits what was typed: what begins so stands before what holds it."""
    word = typed.casefold()
    ranked = [
        (name.find(word), at, one) for at, one in enumerate(found) if word in (name := one.name.casefold())
    ]
    best = sorted(ranked, key=lambda one: (one[0] > 0, one[1]))
    kept = {one.name: one for _, _, one in reversed(best)}
    return Completions(start=start, end=end, typed=typed, found=tuple(dict(reversed(kept.items())).values()))


@dataclass(frozen=True, slots=True)
class _Asked:
    checked: CheckedText
    text: str
    offset: int
    place: TextPlace

    def scopes(self) -> list[Scope]:
        """Returns the section and the blocks around the place."""
        document, begin = piece_at(self.text, self.offset)
        return scopes_around(document, self.offset - begin)

    def names(self, kind: str) -> Mapping[str, str]:
        return self.checked.names.get(kind, {})


# -- sections and keys --------------------------------------------------------------------------------------


def _sections(checked: CheckedText) -> Iterator[Completion]:
    for kind in KINDS:
        words = str(SECTIONS[kind].model_fields["description"].description)
        yield Completion(name=f"{kind}.", insert=f"{kind}.", kind=kind, words=words, again=kind == "event")
    for aggregate, words in checked.names.get("aggregate", {}).items():
        yield Completion(name=f"event.{aggregate}.", insert=f"event.{aggregate}.", kind="event", words=words)
    for name in (*Settings.model_fields, TYPES):
        if name not in checked.document.sections:
            yield Completion(name=name, insert=name, kind="key", words=SECTION_WORDS.get(name, ""))


def _keys(asked: _Asked) -> Iterator[Completion]:
    place = asked.place
    known = place_in(place.section, place.path) if place.section else None
    scopes = asked.scopes()
    here = [key for key in scopes[-1].entries if key != place.said] if scopes else []
    if known is None:
        return
    for key, words in known.keys.items():
        if key not in here:
            yield _key(key, known.inside(key), words, place)
    names = _names_of_keys(asked, known, scopes)
    inner = known.inside("x") if known.inner is not None else None
    for name, words in names.items():
        if name not in here:
            yield _key(name, inner, words, place, kind="field" if known.says is None else "name")


def _key(key: str, inside: KeyPlace | None, words: str, place: TextPlace, kind: str = "key") -> Completion:
    """Makes the completion of a key: with its block, its quotes or what else its value begins with."""
    written = key if place.quoted else write_key(key)
    if place.said and place.end - place.start > len(place.typed):
        return Completion(name=key, insert=written, kind=kind, words=words)
    tail, back, again = ": ", 0, True
    if place.quoted:
        tail = ""
    elif inside is not None and inside.is_block:
        tail, back, again = " { }", 2, False
    elif inside is not None and not inside.choices and not inside.is_list and (inside.is_text or inside.says):
        tail, back = ': ""', 1
    return Completion(name=key, insert=written + tail, kind=kind, words=words, back=back, again=again)


def _names_of_keys(asked: _Asked, known: KeyPlace, scopes: list[Scope]) -> Members:
    """Returns the names that the keys of a block can have where they are not free."""
    if known.says is not None and known.says.names:
        return asked.names(known.says.names)
    path = asked.place.path
    around = scopes[-2] if len(scopes) > 1 else None
    if path[-1:] == ("with",) and around is not None:
        return _fields_of_action(asked, around)
    if path[-1:] in (("set",), ("put",), ("add",)):
        return _kept(asked)
    return {}


def _fields_of_action(asked: _Asked, around: Scope) -> Members:
    for key, kind in (("emit", "event"), ("issue", "command"), ("withdraw", "command")):
        if name := text_of(around, key):
            return members_of(asked.checked, kind, name)
    return {}


def _kept(asked: _Asked) -> Members:
    """Returns the state or the columns that a block of a section changes."""
    kind, _, name = asked.place.section.partition(".")
    if kind == "event":
        section = asked.scopes()[0]
        owner = text_of(section, "aggregate") or owner_of_event(asked.checked, name)
        return members_of(asked.checked, "aggregate", owner)
    return members_of(asked.checked, kind, name)


# -- values -------------------------------------------------------------------------------------------------


def _values(asked: _Asked) -> Iterator[Completion]:
    place = asked.place
    known = place_in(place.section, place.path) if place.section else None
    if known is None:
        return
    if known.says is None and "type" in known.keys:  # the type alone stands for the block
        known = known.inside("type") or known
    for word in known.choices:
        quoted = word not in SWITCH and not word.isdigit()
        if quoted or place.part is Part.VALUE:
            yield Completion(name=word, insert=_quoted(word, place) if quoted else word, kind="word")
    kind = names_at(place, known)
    for name, words in _named(asked, kind).items():
        yield Completion(name=name, insert=_quoted(name, place), kind=kind, words=words)


def _named(asked: _Asked, kind: str) -> Members:
    section = asked.scopes()[0]
    if kind == "field":
        return entries_in(section, "fields")
    if kind != "column":
        names = asked.names(kind)
        return _own_events(asked, section, names) or names if asked.place.path[-1:] == ("emit",) else names
    return entries_in(section, "columns") or members_of(
        asked.checked, "projection", text_of(section, "list") or text_of(section, "get")
    )


def _own_events(asked: _Asked, section: Scope, events: Members) -> Members:
    """Returns the events of the aggregates that a command is decided over."""
    owners: set[str] = set()
    for key in ("creates", "changes", "creates_or_changes"):
        entry = section.entries.get(key)
        inner = entry.value.scope if entry is not None else None
        owners |= {text_of(section, key)} if inner is None else set(inner.entries)
        for one in inner.entries.values() if inner is not None else ():
            owners |= {text_of(one.value.scope, "aggregate")} if one.value.scope is not None else set()
    return {name: words for name, words in events.items() if owner_of_event(asked.checked, name) in owners}


def _quoted(word: str, place: TextPlace) -> str:
    return word if place.part is Part.TEXT else f'"{word}"'


def _inside_expression(asked: _Asked) -> Completions | None:
    """Returns what can stand in the expression at the place; None where there is none."""
    place = asked.place
    known = place_in(place.section, place.path) if place.section else None
    before = place.typed
    if place.part is not Part.TEXT or known is None:
        return None
    if place.path[-1:] == ("message",):
        if before.rfind("{") <= before.rfind("}"):
            return None
        before = before[before.rfind("{") + 1 :]
    elif not is_expression(place.section, place.path):
        return None
    path = (*place.section.split("."), *place.path)
    names = nearest_names(asked.checked.scopes, path)
    told = suggestions(before, names, asked.names("event"))
    typed = told[0].typed if told else ""
    found = [
        Completion(
            name=one.name,
            insert=f"{one.name}()" if one.kind == "function" else one.name,
            kind=one.kind,
            words=one.words,
            back=one.kind == "function",
        )
        for one in told
    ]
    behind = asked.text[asked.offset : place.end]
    rest = len(behind) - len(behind.lstrip(_LETTERS)) if typed else 0
    return _fitting(found, asked.offset - len(typed), asked.offset + rest, typed)


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"


# -- scenarios ----------------------------------------------------------------------------------------------


def _in_scenario(asked: _Asked) -> Iterator[Completion]:
    place = asked.place
    depth, part = len(place.path), next((one for one in place.path[1:2]), "")
    if place.part is Part.KEY and depth == 1:
        for key in PARTS:
            tail, back = (': ""', 1) if key == "now" else (": [  ]", 2)
            yield Completion(name=key, insert=key + tail, kind="key", back=back)
    elif place.part is Part.KEY and depth == 2 and part in ITEMS:
        yield from _item_keys(asked, part)
    elif place.part is Part.KEY and depth > 2 and place.path[-1] in ("data", "exactly"):
        for name, words in _data_of(asked.checked, asked.scopes()[-2]).items():
            yield Completion(name=name, insert=f"{write_key(name)}: ", kind="field", words=words)
    elif place.part is Part.VALUE and part in ITEMS and depth == 2 and place.in_array:
        for key in ITEMS[part]:
            yield Completion(name=key, insert=f'{{ {key}: "" }}', kind="key", back=3, again=True)
        if part == "then":
            yield Completion(name=NO_OTHER_EVENTS, insert=f'"{NO_OTHER_EVENTS}"', kind="word")
    elif place.part in (Part.TEXT, Part.VALUE) and depth > 2:
        for kind in SPOKEN.get(place.path[-1], ()):
            for name, words in asked.names(kind).items():
                yield Completion(name=name, insert=_quoted(name, place), kind=kind, words=words)


def _item_keys(asked: _Asked, part: str) -> Iterator[Completion]:
    here = list(asked.scopes()[-1].entries)
    head = next((key for key in here if key in ITEMS[part] and key != asked.place.said), "")
    for key in ITEMS[part][head] if head else ITEMS[part]:
        block = key in ("data", "exactly")
        tail, back = (" { }", 2) if block else (': ""', 1)
        if key not in here or key == asked.place.said:
            yield Completion(name=key, insert=key + tail, kind="key", back=back, again=not block)


def _data_of(checked: CheckedText, item: Scope) -> Members:
    for key, kind in (("event", "event"), ("command", "command"), ("projection", "projection")):
        if name := text_of(item, key) or text_of(item, f"no_{key}"):
            return members_of(checked, kind, name)
    return {}
