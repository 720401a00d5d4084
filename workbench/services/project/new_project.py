"""Begins a new project in a folder of its own, from a template."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.assets import asset
from workbench.errors import InvalidValue, NotFound, StoreReadOnly
from workbench.model.hints import did_you_mean
from workbench.model.json_values import check_name
from workbench.project.samples import PROJECT_FILE, SAMPLES
from workbench.tusk import parse, save, set_value

EMPTY = "empty"
TEMPLATES = (EMPTY, *SAMPLES, "auction", "trip")
IGNORED = "data/\n__pycache__/\n"
"""What a project has beside its text, and that does not belong in Git."""


def template_folder(name: str) -> Path:
    """Returns where a template's files are.

    Raises:
        NotFound: There is no such template.
    """
    if name not in TEMPLATES:
        hint = did_you_mean(name, TEMPLATES, f"templates: {', '.join(TEMPLATES)}")
        raise NotFound(f"there is no template {name}", hint=hint)
    return asset("samples" if name in SAMPLES else "templates", name)


def create(folder: Path, template: str = EMPTY) -> list[Path]:
    """Makes a project; its name is that of the folder. Returns its files.

    Raises:
        NotFound: There is no such template.
        InvalidValue: Something stands in the folder already, or its name cannot be a project's.
        StoreReadOnly: It cannot be written.
    """
    source = template_folder(template)
    check_name(folder.resolve().name, what="the project's name")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidValue(f"{folder} exists already and is not empty", path="", hint="choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(source.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                target = folder / path.relative_to(source)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        (folder / ".gitignore").write_text(IGNORED, encoding="utf-8")
    except OSError as error:
        raise StoreReadOnly(f"{folder} cannot be written: {error.strerror or error}") from error
    _name(folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _name(folder: Path) -> None:
    """Gives the project its folder's name, as an edit that leaves the rest of the file as it is."""
    path = folder / PROJECT_FILE
    was = path.read_bytes()
    document = set_value(parse(was, PROJECT_FILE), ("project", "name"), folder.resolve().name)
    save(path, document.text.encode(), was=was)
