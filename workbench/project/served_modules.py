"""Serves a project's modules from the bytes that were trusted, and keeps all else of its folder out (T2).

Whatever Python finds for a project it finds here, whether a statement asks for it, ``importlib`` or a reload,
at the start or in the middle of a handler: never a file that changed meanwhile, a ``.pyc``, a library
or a file that is not imported by its name.
"""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from typing_extensions import override

from workbench.project.python_sources import TAKEN, Source, Sources

_INSTALLED = tuple(os.path.realpath(place) for place in sys.path if place)
"""Where the program's own libraries lie, should that be inside a project's folder."""


class ServedModules(Loader):
    """The modules of one load: each has its own, so that the earlier model goes on undisturbed.

    ``import helpers`` in a module of the project finds ``helpers.py`` of its folder if it is among the
    sources, and otherwise what is installed.

    Args:
        package: Under which they are kept in ``sys.modules``.
    """

    def __init__(self, package: str, sources: Sources) -> None:
        self.package = package
        self.root = os.path.realpath(sources.root)
        self._found = sources.found
        self._builtins = {**vars(builtins), "__import__": self._import}

    def spec(self, full: str) -> ModuleSpec:
        """Returns how a module is made.

        Raises:
            ModuleNotFoundError: The project has none of that name, or it cannot be used.
        """
        name = full.removeprefix(self.package).removeprefix(".")
        source = self._found.get(name)
        if not name or (source is not None and source.text is not None):
            origin = str(source.path) if source is not None else None
            return ModuleSpec(full, self, origin=origin, is_package=source is None or source.package)
        if source is None:
            raise ModuleNotFoundError(f"the project has no module {name}", name=full)
        raise ModuleNotFoundError(f"the project has no module {name}: {source.problem}", name=name)

    @override
    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__builtins__"] = self._builtins
        source = self._source(module)
        if source is not None and source.text is not None:
            module.__file__ = str(source.path)
            exec(compile(source.text, str(source.path), "exec", dont_inherit=True), vars(module))  # noqa: S102  # trusted

    def _source(self, module: ModuleType) -> Source | None:
        return self._found.get(module.__name__.removeprefix(self.package).removeprefix("."))

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Answers import statements of the project's modules."""
        top = name.partition(".")[0]
        if level or top in TAKEN or top not in self._found:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        module = builtins.__import__(f"{self.package}.{name}", globals, locals, fromlist or (), 0)
        return module if fromlist else sys.modules[f"{self.package}.{top}"]


class _Finder(MetaPathFinder):
    """Asked first for every module while a project's modules are served."""

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        served = _served.get(fullname.partition(".")[0])
        return served.spec(fullname) if served is not None else _outside(fullname, path)


def _outside(name: str, path: Iterable[str] | None) -> ModuleSpec | None:
    """Finds what lies on the disk, where a project's folder is on the path; else leaves that to Python.

    Raises:
        ModuleNotFoundError: It is in the folder, so it was not trusted.
    """
    places = [place for place in (sys.path if path is None else path) if isinstance(place, str)]
    if (
        not any(map(_served_root, places))
        or BuiltinImporter.find_spec(name)
        or FrozenImporter.find_spec(name)
    ):
        return None
    spec = PathFinder.find_spec(name, places)
    if spec is None:
        return None
    for place in [spec.origin or "", *(spec.submodule_search_locations or ())]:
        if root := place and _served_root(place):
            said = f"{name} lies in {root}, but is not what was trusted: no statement imports it"
            raise ModuleNotFoundError(said, name=name)
    return spec


def _served_root(place: str) -> str:
    """Returns the project's folder around a place; empty where there is none, or it is installed there."""
    real = os.path.realpath(place)
    for served in _served.values():
        if _within(real, served.root):
            ours = (place for place in _INSTALLED if _within(place, served.root))
            return "" if any(_within(real, one) for one in ours) else served.root
    return ""


def _within(place: str, folder: str) -> bool:
    return place == folder or place.startswith(folder.rstrip(os.sep) + os.sep)


_served: dict[str, ServedModules] = {}
_finder = _Finder()


def serve(package: str, sources: Sources) -> None:
    """Has Python find a project's modules under a package, until `serve_no_more`."""
    _served[package] = ServedModules(package, sources)
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def serve_no_more(package: str) -> None:
    """Has Python find them no more; those that are in use live on."""
    _served.pop(package, None)
    if not _served and _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
