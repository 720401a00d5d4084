"""Colours that can be read, icons that exist, times as people read them."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import workbench
from workbench.assets import asset
from workbench.gui.catalog import VIEWS
from workbench.gui.icons import icon
from workbench.gui.theme import DARK, KINDS, LIGHT, style_sheet, theme
from workbench.gui.times import absolute, relative, set_zone, short, zone_name

SECOND = 1_000_000
NOON = 1_795_521_600 * SECOND + 123_456


@pytest.fixture(autouse=True)
def _utc():
    set_zone("utc")
    yield
    set_zone("local")


@pytest.fixture
def look(qapp):
    before = theme().mode
    yield theme()
    theme().set_mode(before)


def luminance(color):
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_on_every_ground(colors):
    for ground in ("window", "surface", "raised", "alternate"):
        for ink in ("text", "muted", "ok", "warning", "error", "info"):
            assert contrast(colors.ink(ink), getattr(colors, ground)) >= 4.5, (ink, ground)
    for kind in KINDS:
        assert contrast(getattr(colors, f"on_{kind}"), getattr(colors, kind)) >= 4.5, kind
        assert contrast(colors.ink(kind), colors.surface) >= 3, kind
    assert contrast(colors.on_selection, colors.selection) >= 4.5
    assert contrast(colors.on_accent, colors.accent) >= 4.5


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_banners_and_badges_can_be_read_on_their_tint(colors):
    for role in ("ok", "warning", "error", "info"):
        assert contrast(colors.ink(role), colors.tint(role, 0.16)) >= 4.5, role
        assert contrast(colors.text, colors.tint(role)) >= 4.5, role


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
def test_the_style_sheet_has_every_colour_filled_in(colors):
    sheet = style_sheet(colors)
    assert "$" not in sheet
    pictures = set(re.findall(r'url\("([^"]+)"\)', sheet))
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


def test_choosing_a_look_is_told_and_an_unknown_one_refused(look):
    look.set_mode("light")
    told = []
    look.changed.connect(lambda: told.append(look.dark))
    look.set_mode("dark")
    look.set_mode("dark")
    look.set_mode("light")
    assert told == [True, False]
    with pytest.raises(ValueError, match="purple"):
        look.set_mode("purple")


def test_every_role_has_a_colour_in_both_looks():
    for colors in (LIGHT, DARK):
        for one in fields(colors):
            assert re.fullmatch(r"#[0-9a-f]{6}", getattr(colors, one.name)), one.name


def test_every_icon_that_the_program_names_exists(look):
    source = "\n".join(
        path.read_text("utf-8") for path in (Path(workbench.__file__).parent / "gui").rglob("*.py")
    )
    names = set(re.findall(r'\bicon\(\s*"([a-z-]+)"', source))
    names |= set(re.findall(r'toolbar_button\(\s*"[^"]*",\s*"([a-z-]+)"', source))
    names |= set(re.findall(r'\bicon="([a-z-]+)"', source))
    names |= {entry.icon for entry in VIEWS}
    assert len(names) > 30
    for name in names:
        assert asset("icons", f"{name}.svg").is_file(), name
        assert not icon(name).pixmap(16, 16).toImage().isNull(), name


def test_icons_follow_the_look(look):
    look.set_mode("light")
    light = icon("stream").pixmap(32, 32).toImage()
    look.set_mode("dark")
    assert icon("stream").pixmap(32, 32).toImage() != light


def test_a_time_is_told_to_the_millisecond_in_the_chosen_zone():
    assert absolute(NOON) == "2026-11-24 12:00:00.123"
    assert zone_name() == "UTC"


@pytest.mark.parametrize("far", [2**62, -(2**62)])
def test_times_beyond_the_calendar_are_told_as_numbers(far):
    assert "µs" in absolute(far)
    assert relative(far, 0)
    assert short(far) == absolute(far)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "now"),
        (3, "3 s ago"),
        (180, "3 min ago"),
        (7_200, "2 h ago"),
        (172_800, "2 d ago"),
        (-120, "in 2 min"),
    ],
)
def test_how_long_ago_a_time_is(seconds, said):
    assert relative(NOON - seconds * SECOND, NOON) == said


def test_a_short_time_leaves_out_what_goes_without_saying():
    from workbench.model.clock import SystemClock

    now = SystemClock().now()
    assert short(now) == absolute(now)[11:19]
    assert short(NOON - 86_400 * 3_000 * SECOND) == absolute(NOON - 86_400 * 3_000 * SECOND)[:10]
