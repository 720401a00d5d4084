"""Writes what documents take from the program: tables of two pages, the picture of the layers.

    .venv/bin/python packaging/documents.py

A test compares the files with what is written here.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, get_args

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pydantic import BaseModel  # noqa: E402

from workbench.model.retry import RetryPolicy  # noqa: E402
from workbench.project.declared.sections import SECTIONS, Acting, ActionSection  # noqa: E402
from workbench.project.project_file import ALIASES, OFFSETS  # noqa: E402
from workbench.project.scenarios.scenario_reader import GIVEN, THEN, WHEN  # noqa: E402
from workbench.project.settings import QueueSection, Settings  # noqa: E402
from workbench.services.design.marks.find_marks import KINDS  # noqa: E402
from workbench.services.documents.markdown import code, sentence, table  # noqa: E402
from workbench.services.project_editor.setting_forms import collection_of, default_of, section_of, shown  # noqa: E402

DOCS = ROOT / "resources" / "docs"
HEADS = ("setting", "type", "default", "limits", "what it does")
Model = type[BaseModel]
_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}
_LIMITS = {"ge": "at least {:,}", "gt": "more than {:,}", "le": "at most {:,}"}
_HEADING = re.compile(r"^##+ (.+)$", re.MULTILINE)
_TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


# --- the reference of the project file


def models() -> dict[str, Model]:
    """Returns the models whose settings have a table, by the heading that they stand below."""
    found: dict[str, Model] = {}
    for name, field in Settings.model_fields.items():
        if model := section_of(field.annotation) or collection_of(field.annotation):
            found[f"`[{name}]`"] = model
    found |= {f"`[{kind}.NAME]`": model for kind, model in SECTIONS.items()}
    for model in list(found.values()):
        for inner in _inner(model):
            if inner not in found.values():
                found[title(inner)] = inner
    return found


def _inner(model: Model) -> Iterator[Model]:
    """Yields the models of blocks inside, at any depth."""
    seen = {model}
    open_ = [model]
    while open_:
        for field in open_.pop().model_fields.values():
            for one in _models_of(field.annotation):
                if one not in seen:
                    seen.add(one)
                    open_.append(one)
                    yield one


def _models_of(annotation: Any) -> Iterator[Model]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_of(argument)


def title(model: Model) -> str:
    """Returns what a block is called: ``Field`` for ``FieldSection``."""
    return re.sub(r"(Section|Settings)$", "", model.__name__)


def settings_table(model: Model) -> list[str]:
    """Returns the lines of the table of a model's settings."""
    schema = model.model_json_schema(by_alias=False)
    properties = schema.get("properties") or schema["$defs"][model.__name__]["properties"]
    rows = []
    own = vars(model).get("__annotations__", {})
    for name, field in sorted(model.model_fields.items(), key=lambda pair: pair[0] not in own):
        if field.description is not None and not _told_elsewhere(model, name):
            item = properties[name]
            said = sentence(f"{field.description}{_aliases(model, name)}")
            limits = _limits(field, "s" if _is_span(item) else "")
            rows.append(
                (code(field.alias or name), _type(item, schema), _default(model, name, item), limits, said)
            )
    return table(HEADS, rows)[:-1]


def _told_elsewhere(model: Model, name: str) -> bool:
    """Whether a setting is that of an action, whose table stands apart."""
    return issubclass(model, Acting) and name in ActionSection.model_fields


def _is_span(item: Mapping[str, Any]) -> bool:
    return any(one.get("format") == "span" for one in (item, *item.get("anyOf", ())))


def _aliases(model: Model, name: str) -> str:
    if model in SECTIONS.values() or model.__module__ != Settings.__module__:
        return ""
    others = [
        f"`{alias}`" + (f", which is {OFFSETS[alias]} less" if alias in OFFSETS else "")
        for alias, own in ALIASES.items()
        if own == name
    ]
    return f". Also read as {', '.join(others)}" if others else ""


def _type(item: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Says in words what a setting takes."""
    if reference := item.get("$ref"):
        target = schema["$defs"][reference.rpartition("/")[2]]
        return _choice(target["enum"]) if "enum" in target else _link(reference)
    if "enum" in item or "const" in item:
        return _choice(item.get("enum") or [item["const"]])
    if "anyOf" in item:
        options = [one for one in item["anyOf"] if one.get("type") != "null"]
        return ", ".join(dict.fromkeys(_type(one, schema) for one in options))
    if item.get("format") == "span":
        return "duration or `forever`" if "forever" in item["examples"] else "duration"
    if item.get("type") == "array":
        return f"list of {_type(item['items'], schema)}"
    if item.get("type") == "object":
        inner = item.get("additionalProperties")
        return f"block of {_type(inner, schema)}" if isinstance(inner, dict) else "block of values"
    return _WORDS.get(str(item.get("type")), "value")


def _choice(values: Sequence[Any]) -> str:
    return ", ".join(code(str(value)) for value in values)


def _link(reference: str) -> str:
    name = re.sub(r"(Section|Settings)$", "", reference.rpartition("/")[2])
    return f"[{name.lower()}](#{name.lower()})"


def _default(model: Model, name: str, item: Mapping[str, Any]) -> str:
    """Says what holds where a setting is not written."""
    if model.model_fields[name].is_required():
        return "required"
    value = default_of(model, name)
    if value is None and model is QueueSection:
        policy = QueueSection().policy(RetryPolicy())
        value = getattr(policy, "delay" if name == "retry_delay" else name)
    elif value is None and name in QueueSection.model_fields:
        return "as in `[message_queue]`"
    if value in (None, "", [], {}, ()):
        return "–"
    return code(shown(value, {"format": "span"} if _is_span(item) else item))


def _limits(field: Any, unit: str) -> str:
    """Says what a value must keep to."""
    said = [
        words.format(getattr(limit, name)) + unit
        for limit in field.metadata
        for name, words in _LIMITS.items()
        if hasattr(limit, name)
    ]
    least = next((limit.min_length for limit in field.metadata if hasattr(limit, "min_length")), None)
    most = next((limit.max_length for limit in field.metadata if hasattr(limit, "max_length")), None)
    if most is not None:
        said.append(f"{least} to {most} characters")
    elif least is not None:
        said.append(f"{least} or more")
    return ", ".join(said) or "–"


def items_table(forms: Mapping[str, Sequence[str]]) -> list[str]:
    """Returns the lines of the table of a part of a scenario."""
    rows = [(code(head), ", ".join(map(code, more)) or "–") for head, more in forms.items()]
    return table(("an item has", "and may have"), rows)[:-1]


def tables() -> dict[str, list[str]]:
    """Returns the lines of every table of `project-file.md`, by its heading."""
    found = {heading: settings_table(model) for heading, model in models().items()}
    return found | {f"`{name}`": items_table(forms) for name, forms in _PARTS}


_PARTS = (("given", GIVEN), ("when", WHEN), ("then", THEN))


def with_tables(text: str) -> str:
    """Returns the reference with the first table below each heading as the program has it.

    Raises:
        ValueError: A heading is missing, or is there though the program knows no such thing.
    """
    wanted = tables()
    pieces = _HEADING.split(text)
    missing = set(wanted) - set(pieces[1::2])
    if missing:
        raise ValueError(f"project-file.md has no heading for {', '.join(sorted(missing))}")
    made = [pieces[0]]
    for heading, body in zip(pieces[1::2], pieces[2::2], strict=True):
        depth = "##" if heading.startswith("`[") or heading not in wanted else "###"
        made.append(f"{depth} {heading}{_with_table(body, wanted.get(heading))}")
    return "".join(made)


def _with_table(body: str, lines: Sequence[str] | None) -> str:
    if lines is None:
        return body
    said = "\n".join(lines) + "\n"
    if _TABLE.search(body):
        return _TABLE.sub(lambda _found: said, body, count=1)
    return f"{body.rstrip()}\n\n{said}\n"


def marks_table() -> list[str]:
    """Returns the lines of the table of `marks.md`."""
    rows = [(code(one.code), str(one.severity), one.title, f"{one.why}.", one.way) for one in KINDS]
    return table(("mark", "severity", "what is marked", "why it matters", "what to do"), rows)[:-1]


# --- the picture of the layers


def layers() -> list[list[str]]:
    """Returns the layers of the import contracts from above, those side by side together."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    (found,) = (one["layers"] for one in contracts if one["type"] == "layers")
    return [[name.removeprefix("workbench.") for name in line.split(" | ")] for line in found]


def duty(layer: str) -> str:
    """Returns the first sentence of a layer's own words."""
    place = ROOT / "workbench" / layer
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    return file.read_text(encoding="utf-8").split('"""')[1].split("\n")[0].rstrip(".")


WIDTH, HEIGHT, GAP = 800, 34, 6


def picture() -> str:
    """Returns the layers as SVG: each may import only what stands below it."""
    boxes = []
    top = GAP
    for number, line in enumerate(layers()):
        wide = (WIDTH - GAP) // len(line)
        for column, layer in enumerate(line):
            said = duty(layer) if len(line) == 1 else ""
            boxes.append(_box(GAP + column * wide, top, wide - GAP, 0x6A - 4 * number, (layer, said)))
        top += HEIGHT + GAP
    size = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
    return "\n".join([head, *boxes, "</svg>", ""])


def _box(left: int, top: int, width: int, shade: int, words: tuple[str, str]) -> str:
    colour = f"#{shade // 2:02x}{shade:02x}{shade * 3 // 2:02x}"
    text = '<text x="{}" y="{}" font-size="{}" font-weight="{}" fill="#fff">{}</text>'
    return "\n".join(
        [
            f'<rect x="{left}" y="{top}" width="{width}" height="{HEIGHT}" rx="5" fill="{colour}"/>',
            text.format(left + 12, top + 22, 13, "bold", words[0]),
            text.format(left + 100, top + 22, 12, "normal", escape(words[1].replace("`", ""))),
        ]
    )


# --- the files


def fresh() -> dict[Path, str]:
    """Returns every file that is made here, and what should stand in it."""
    reference, marks = DOCS / "project-file.md", DOCS / "marks.md"
    return {
        reference: with_tables(reference.read_text(encoding="utf-8")),
        marks: _with_table(marks.read_text(encoding="utf-8"), marks_table()),
        DOCS / "layers.svg": picture(),
    }


if __name__ == "__main__":
    for file, text in fresh().items():
        file.write_text(text, encoding="utf-8")
        print(file.relative_to(ROOT).as_posix())
