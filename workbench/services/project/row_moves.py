"""Says before a project runs whether its tables could take along the rows that handlers wrote (J6)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.errors import ModelError, WorldError
from workbench.model.projection import Projection
from workbench.project.project import Project
from workbench.store.conversion import BY_HANDLERS, Move, refuse_fold
from workbench.store.paging import all_rows
from workbench.store.ports import ModelReader
from workbench.store.store_file import read_store_file


def misfits(project: Project) -> list[ModelError]:
    """Returns why tables of the model cannot take the rows that stand in the project's store.

    A store that cannot be read is no matter of the model: then nothing is said.
    """
    if not project.store_path.is_file():
        return []
    try:
        return list(_misfits(project, project.store_path))
    except WorldError:
        return []


def _misfits(project: Project, path: Path) -> Iterator[ModelError]:
    with read_store_file(path) as reader:
        for projection in project.registry.projections.values():
            try:
                _look(projection, reader)
            except ModelError as error:
                yield error


def _look(projection: Projection, reader: ModelReader) -> None:
    live = next((one for one in reader.generations(projection.name) if one.live), None)
    if live is None:
        return
    if not projection.by_handlers:
        if live.definition_hash == BY_HANDLERS:
            refuse_fold(projection.name, live.rows)
        return
    move = Move(projection.name, live.columns, projection.shape())
    if live.columns != move.columns:
        move.check(all_rows(reader, projection.name, projection.key))
