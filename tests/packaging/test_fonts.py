"""Checks the packaged fonts: there, small, and with their licences."""

from __future__ import annotations

import pytest

from workbench.assets import asset

FAMILIES = {
    "Inter": ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf"),
    "JetBrainsMono": ("JetBrainsMono-Regular.ttf", "JetBrainsMono-Bold.ttf"),
}
SIGNATURES = {".otf": b"OTTO", ".ttf": b"\x00\x01\x00\x00"}


@pytest.mark.parametrize("name", [name for files in FAMILIES.values() for name in files])
def test_a_font_is_a_font_file(name: str) -> None:
    font = asset("fonts", name)
    assert font.read_bytes().startswith(SIGNATURES[font.suffix])


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_brings_its_whole_licence(family: str) -> None:
    text = asset("fonts", f"OFL-{family}.txt").read_text(encoding="utf-8")
    assert text.startswith("Copyright ")
    for part in ("SIL OPEN FONT LICENSE Version 1.1", "PREAMBLE", "DEFINITIONS", "TERMINATION", "DISCLAIMER"):
        assert part in text
    assert text.rstrip().endswith("OTHER DEALINGS IN THE FONT SOFTWARE.")


def test_nothing_else_lies_there_and_all_of_it_is_small() -> None:
    files = list(asset("fonts").iterdir())
    known = {name for names in FAMILIES.values() for name in names} | {f"OFL-{name}.txt" for name in FAMILIES}
    assert {file.name for file in files} == known
    assert sum(file.stat().st_size for file in files) < 2_500_000
