"""Checks how the system libraries that Qt needs are found and asked for."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

libraries = importlib.import_module("libraries")
console = importlib.import_module("console")

GL = libraries.Library(name="libGL.so.1", package="libgl1", window=False)
CURSOR = libraries.Library(name="libxcb-cursor.so.0", package="libxcb-cursor0", window=True)


def refuse(name: str) -> None:
    raise OSError(f"{name}: cannot open shared object file")


def test_the_table_names_a_library_and_its_package_once_each() -> None:
    table = libraries.read_table(libraries.TABLE.read_text(encoding="utf-8"))
    assert GL in table
    assert CURSOR in table
    assert len({row.name for row in table}) == len({row.package for row in table}) == len(table)


@pytest.mark.parametrize(
    ("environ", "platform", "drawn_on"),
    [
        ({}, "linux", "offscreen"),
        ({"DISPLAY": "", "WAYLAND_DISPLAY": ""}, "linux", "offscreen"),
        ({"DISPLAY": ":0"}, "linux", "window"),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", "window"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "linux", "offscreen"),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "linux", "window"),
        ({}, "darwin", "window"),
        ({}, "win32", "window"),
    ],
)
def test_what_can_be_drawn_on(environ: dict[str, str], platform: str, drawn_on: str) -> None:
    assert libraries.screen(environ, platform) == drawn_on


@pytest.mark.parametrize(
    ("environ", "on_x"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "XDG_SESSION_TYPE": "wayland"}, False),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "QT_QPA_PLATFORM": "xcb"}, True),
    ],
)
def test_x_libraries_are_asked_for_only_where_qt_uses_x(environ: dict[str, str], on_x: bool) -> None:
    assert libraries.draws_on_x(environ) is on_x


def test_only_what_cannot_be_loaded_is_missing() -> None:
    def load(name: str) -> None:
        if name != GL.name:
            refuse(name)

    assert libraries.missing([GL, CURSOR], window=True, load=load) == [CURSOR]
    assert libraries.missing([GL, CURSOR], window=False, load=refuse) == [GL]


@pytest.mark.parametrize(
    ("root", "sudo", "start"),
    [
        (True, True, "apt-get update && apt-get install"),
        (False, True, "sudo apt-get update && sudo apt-get install"),
        (False, False, "su - -c 'apt-get update && apt-get install"),
    ],
)
def test_the_command_to_type_suits_the_person(root: bool, sudo: bool, start: str) -> None:
    typed = libraries.command_to_type(["libgl1", "libegl1"], root=root, sudo=sudo)
    assert typed.startswith(start)
    assert "libgl1 libegl1" in typed


def without(monkeypatch: pytest.MonkeyPatch, *, programs: set[str], installs: bool) -> list[Any]:
    """Lets every library be missing until apt-get installed it; returns what was installed."""
    installed: list[Any] = []

    def install(packages: list[str]) -> bool:
        installed.extend(packages if installs else [])
        return installs

    monkeypatch.setattr(
        libraries, "missing", lambda wanted, **_: [row for row in wanted if row.package not in installed]
    )
    monkeypatch.setattr(libraries, "_install", install)
    monkeypatch.setattr(libraries, "_is_root", lambda: False)
    monkeypatch.setattr(libraries.shutil, "which", lambda name: name if name in programs else None)
    return installed


def test_what_may_be_installed_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = without(monkeypatch, programs={"apt-get"}, installs=True)
    libraries.supply({"DISPLAY": ":0"}, "linux")
    assert {"libgl1", "libxcb-cursor0"} <= set(installed)


def test_who_may_not_install_is_told_the_one_command(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, programs={"apt-get", "sudo"}, installs=False)
    with pytest.raises(console.Stop, match=r"sudo apt-get install -y --no-install-recommends libgl1 "):
        libraries.supply({}, "linux")


def test_without_apt_the_libraries_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, programs=set(), installs=False)
    with pytest.raises(console.Stop, match=r"libGL\.so\.1"):
        libraries.supply({}, "linux")


def test_other_systems_bring_what_qt_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "missing", lambda *_, **__: pytest.fail("it looked"))
    libraries.supply({}, "darwin")
