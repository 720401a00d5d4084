"""What a bare system is told of this machine, and what is made of the answers."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

fresh = importlib.import_module("fresh")
libraries = importlib.import_module("libraries")


def test_pip_is_told_the_way_to_packages_and_nothing_of_this_machines_files() -> None:
    listed = """global.index-url='https://first.example/simple'
global.find-links='/opt/wheels'
global.extra-index-url='file:///opt/own https://second.example/simple\\nhttps://third.example/simple'
user.index-url='https://mine.example/simple'
:env:.cert='/etc/own.crt'
:env:.default-timeout='180'"""
    assert fresh.pip_settings(listed) == {
        "PIP_INDEX_URL": "https://mine.example/simple",
        "PIP_EXTRA_INDEX_URL": "https://second.example/simple https://third.example/simple",
        "PIP_DEFAULT_TIMEOUT": "180",
    }
    assert fresh.pip_settings("") == {}


def test_apt_is_told_how_packages_are_reached() -> None:
    proxy = 'Acquire::http::Proxy "http://near.example:3142";\n'
    assert fresh.apt_settings(f'APT "";\nAcquire "";\n{proxy}Dir::Cache "var/cache/apt";\n') == proxy


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["# deb\ndeb [signed-by=x] http://a.example/debian bookworm main\n"], "http://a.example/debian"),
        (["", "Types: deb\nURIs: http://b.example/debian-security\n\nURIs:  http://c.example/debian\n"],
         "http://c.example/debian"),
        ([], None),
    ],
)  # fmt: skip
def test_the_mirror_is_that_of_this_machine(texts: list[str], found: str | None) -> None:
    assert fresh.mirror(texts) == found


def test_what_a_script_asks_root_to_type_is_found() -> None:
    typed = libraries.command_to_type(["libgl1"], root=False, sudo=False)
    assert fresh.request(f"They must be installed once:\n\n    {typed}\n") == typed.removeprefix(
        "su - -c '"
    ).removesuffix("'")
    assert fresh.request("-> ok in 1 s\n") == ""


class Answering:
    """A system that says what it was told to say."""

    suite = "trixie"

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[str, str]] = []

    def type(self, command: str, user: str) -> tuple[int, str]:
        self.heard.append((user, command))
        return self.answers.pop(0)


def test_what_a_user_may_not_is_typed_by_root_and_then_it_goes_on() -> None:
    system: Any = Answering(
        (0, "3.13.5\n"), (1, "    su - -c 'apt-get x'\n"), (0, ""), (0, "done"), (1, "red")
    )
    typed = list(fresh.try_out(system, "ada", ["one", "two"]))
    assert [(user, command.rpartition(" ")[2]) for user, command in system.heard[1:]] == [
        ("ada", "one"), ("root", "x"), ("ada", "one"), ("ada", "two"),
    ]  # fmt: skip
    assert [(one.code, bool(one.asked)) for one in typed] == [(1, True), (0, False), (0, False), (1, False)]
    lines = fresh.summary(typed).splitlines()
    assert [line.split()[0] for line in lines] == ["asked", "ok", "ok", "FAILED"]
    assert "trixie, Python 3.13.5" in lines[0]


def test_it_gives_up_where_it_is_asked_again_and_again() -> None:
    asks = (1, "    su - -c 'apt-get x'\n")
    system: Any = Answering((0, "3.13.5"), asks, (0, ""), asks)
    typed = list(fresh.try_out(system, "ada", ["one"]))
    assert (typed[-1].code, typed[-1].asked) == (1, "")
