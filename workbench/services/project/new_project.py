"""Begins a new project in a folder of its own, from a template."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from workbench.assets import asset
from workbench.errors import InvalidValue, NotFound, StoreReadOnly
from workbench.interop.event_model_file import EventModelFile
from workbench.model.file_names import check_file_name
from workbench.model.hints import did_you_mean
from workbench.model.json_values import check_new_name
from workbench.project.samples import PROJECT_FILE, SAMPLES, copy_packaged, packaged_files
from workbench.services.design.design_text import DesignText
from workbench.services.design.model_import import ImportedModel, with_event_model
from workbench.tusk import parse, save, set_value, whole_folder, why_unwritten

EMPTY = "empty"
TEMPLATES = {
    EMPTY: "Nothing but its settings; the model is still to be designed",
    "users": "A sample in Python: accounts, and the mail that welcomes them",
    "orders": "A sample in Python: orders, payments and what happens when a card is declined",
    "users-declared": "The users sample, without code",
    "orders-declared": "The orders sample, without code",
    "auction": "Bids until a closing time, a winner who pays in time or the next one wins",
    "trip": "A flight and a room: both in time, or none of them",
}
"""What a project can begin with, each with what it is."""
IGNORED_FILE = ".gitignore"
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


def create(folder: Path, template: str = EMPTY, *, beside: bool = False) -> list[Path]:
    """Makes a project; its name is that of the folder. Returns its files.

    Args:
        beside: Beside what stands in the folder already; none of it is replaced.

    Raises:
        NotFound: There is no such template.
        InvalidValue: What stands in the folder is in the way, or its name cannot be a project's.
        StoreReadOnly: It cannot be written.
    """
    source = template_folder(template)
    check_folder(folder, beside=beside)
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not beside)):
        raise InvalidValue(f"{folder} exists already and is not empty", path="", hint="choose another folder")
    files = packaged_files(source)
    if taken := next((folder / one for one in files if (folder / one).exists()), None):
        said = f"{taken} exists already, and the template {template} has a file of that name"
        raise InvalidValue(said, path="", hint="choose another folder, or another template")
    made = [*files, *([] if (folder / IGNORED_FILE).exists() else [Path(IGNORED_FILE)])]
    here, name = folder.exists(), folder.resolve().name
    try:
        with nullcontext(folder) if here else whole_folder(folder) as place:
            copy_packaged(source, place)
            if Path(IGNORED_FILE) in made:
                (place / IGNORED_FILE).write_text(IGNORED, encoding="utf-8")
            _name(place, name)
    except OSError as error:
        for one in made if here else ():
            (folder / one).unlink(missing_ok=True)
        raise StoreReadOnly(f"{folder} cannot be written: {why_unwritten(error)}") from error
    return sorted(folder / one for one in made)


def check_folder(folder: Path, *, beside: bool = False) -> None:
    """Looks whether a project can have the name of its folder.

    Args:
        beside: The folder is there.

    Raises:
        InvalidName: It cannot, or not on every system; says why.
    """
    name, what = folder.resolve().name, "the project's name"
    if beside:
        check_new_name(name, what=what)
        return
    try:
        others = tuple(one.name for one in folder.parent.iterdir())
    except OSError:
        others = ()  # said when it is made
    check_file_name(name, what=what, beside=others)


def bring_in(folder: Path, model: EventModelFile) -> ImportedModel:
    """Writes an event model into a new project; returns what became of it.

    Raises:
        StoreReadOnly: It cannot be written.
    """
    was = (folder / PROJECT_FILE).read_bytes()
    found = with_event_model(DesignText(project=parse(was, PROJECT_FILE)), model)
    try:
        for one in found.text.files():
            path = folder / one.file
            path.parent.mkdir(exist_ok=True)
            save(path, one.dump(), was=was if one.file == PROJECT_FILE else None)
    except OSError as error:
        raise StoreReadOnly(f"{folder} cannot be written: {error.strerror or error}") from error
    return found


def _name(folder: Path, name: str) -> None:
    """Gives a project a name, as an edit that leaves the rest of the file as it is."""
    path = folder / PROJECT_FILE
    document = set_value(parse(path.read_bytes(), PROJECT_FILE), ("project", "name"), name)
    path.write_bytes(document.text.encode())
