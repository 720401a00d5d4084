"""Writes the examples of an event model as scenarios."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.interop.event_model_file import EventModelFile, ModelExample, ModelStep
from workbench.services.design.import_elements import ImportedElement
from workbench.services.design.import_fields import sample_of, value_of
from workbench.services.design.import_names import field_name
from workbench.tusk import write_value
from workbench.tusk.write import INDENT, write_lines

_STEPS = {"SPEC_EVENT": "event", "SPEC_COMMAND": "command", "SPEC_READMODEL": "projection"}
NO_OTHER_EVENTS = "no other events"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedExamples:
    """A file of scenarios; empty where there are none."""

    text: str
    count: int


def examples_of(
    model: EventModelFile,
    elements: Sequence[ImportedElement],
    known: Mapping[str, Collection[str]],
    notes: list[str],
) -> ImportedExamples:
    """Returns the examples as scenarios; those that speak of something unknown are noted instead.

    Args:
        known: Names that the project has, by kind.
    """
    texts: dict[str, str] = {}
    for one in (example for part in model.slices for example in part.specifications):
        title = _free(one.title.strip() or "Example", texts)
        try:
            texts[title] = _scenario(title, one, _Names(elements, known))
        except LookupError as error:
            notes.append(f"the example {title} was left out: {error.args[0]}")
    return ImportedExamples(text="\n".join(texts.values()), count=len(texts))


def _free(title: str, taken: Mapping[str, str]) -> str:
    names = (title, *(f"{title} ({number})" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


@dataclass(frozen=True, slots=True)
class _Names:
    elements: Sequence[ImportedElement]
    known: Mapping[str, Collection[str]]

    def of(self, step: ModelStep) -> ImportedElement:
        """Returns what a step is about.

        Raises:
            LookupError: The project has nothing of the kind.
        """
        kind = _STEPS.get(step.type, "")
        fitting = [one for one in self.elements if one.kind == kind and one.name in self.known.get(kind, ())]
        for name in filter(None, (step.linked_id, step.title)):
            for one in fitting:
                if name in one.ids:
                    return one
        raise LookupError(f"nothing in the model is called {step.title or step.linked_id}")


def _scenario(title: str, one: ModelExample, names: _Names) -> str:
    subject = next((step for step in (*one.when, *one.given, *one.then) if step.type in _STEPS), None)
    if subject is None:
        raise LookupError("it says nothing that a scenario can say")
    about = names.of(subject)
    sure = about.id_field()
    key = _id(about, subject) or (str(sample_of(sure)) if sure is not None else "1")
    given = [_happened(names.of(step), step, key) for step in one.given if step.type == "SPEC_EVENT"]
    acts = {"SPEC_COMMAND": _asked, "SPEC_EVENT": _happened}
    when = [acts[step.type](names.of(step), step, key) for step in one.when if step.type in acts]
    then = [*_then(one, names, key)] or [NO_OTHER_EVENTS]
    lines = [*_part("given", given), *_part("when", when), *_part("then", then)]
    comments = [f"# {line}" for remark in one.comments for line in remark.description.splitlines()]
    return "\n".join([*comments, f"{write_value(title)} {{", *(INDENT + line for line in lines), "}", ""])


def _part(word: str, items: Sequence[Any]) -> list[str]:
    if not items:
        return []
    return write_lines(word, items[0] if len(items) == 1 and isinstance(items[0], str) else items)


def _then(one: ModelExample, names: _Names, key: str) -> Iterator[Any]:
    commands = [names.of(step).name for step in one.when if step.type == "SPEC_COMMAND"]
    for step in one.then:
        if step.type == "SPEC_ERROR" and commands:
            yield {"rejected": commands[-1]}
        elif step.type == "SPEC_EVENT":
            yield {"event": names.of(step).name, **_data(names.of(step), step, whole=False)}
        elif step.type == "SPEC_READMODEL":
            data = _data(names.of(step), step, whole=False)
            yield {"row": _id(names.of(step), step) or key, "projection": names.of(step).name, **data}


def _happened(element: ImportedElement, step: ModelStep, key: str) -> dict[str, Any]:
    stream = f"{element.owner}-{_id(element, step) or key}"
    return {"event": element.name, "stream": stream, **_data(element, step, whole=True)}


def _asked(element: ImportedElement, step: ModelStep, key: str) -> dict[str, Any]:
    data = _data(element, step, whole=True)
    found = element.id_field()
    if found is not None:
        data["data"].setdefault(field_name(found.name), key)
    return {"command": element.name, **data}


def _id(element: ImportedElement, step: ModelStep) -> str:
    """Returns the id of the aggregate or row that a step speaks of; empty where it does not say."""
    found = element.id_field()
    said = {field_name(one.name): one.example for one in step.fields}
    example = said.get(field_name(found.name)) if found is not None else None
    return "" if example is None or isinstance(example, dict | list) else str(example)


def _data(element: ImportedElement, step: ModelStep, *, whole: bool) -> dict[str, Any]:
    """Returns the data of a step.

    Args:
        whole: With a value for every field that must have one.
    """
    types = {field_name(one.name): one for one in element.fields}
    said: dict[str, Any] = {}
    for one in step.fields:
        name = field_name(one.name)
        if one.example not in (None, "", []) and name in types:
            value = value_of(types[name], one.example)
            said |= {name: value} if value is not None else {}
    missing = {name: sample_of(one) for name, one in types.items() if whole and not one.optional}
    data = {**missing, **said} if whole else said
    return {"data": data} if data or whole else {}
