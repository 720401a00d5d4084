"""The look: light, dark or the system's, readable everywhere, and told when it changes."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontInfo, QGuiApplication, QImage, QPainter, QPalette
from PySide6.QtWidgets import QPushButton

from workbench.gui.font_files import load_fonts
from workbench.gui.theme import (
    DARK,
    KINDS,
    LIGHT,
    Theme,
    code_font,
    mix,
    palette,
    style_sheet,
    theme,
    ui_font,
)

LOOKS = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
GROUNDS = ("window", "surface", "raised", "alternate", "hover", "selection")
INKS = ("text", "muted", "accent_ink", "link", "ok", "warning", "error", "info", *(f"{k}_ink" for k in KINDS))


def luminance(color):
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second):
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_measured_as_the_guidelines_do():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@LOOKS
@pytest.mark.parametrize("ink", INKS)
def test_text_is_readable_on_every_ground(colors, ink):
    poor = {on: contrast(getattr(colors, ink), getattr(colors, on)) for on in GROUNDS}
    assert {on: ratio for on, ratio in poor.items() if ratio < 4.5} == {}


@LOOKS
@pytest.mark.parametrize("fill", ["accent", "selection", *KINDS])
def test_text_is_readable_on_every_fill(colors, fill):
    assert contrast(getattr(colors, f"on_{fill}"), getattr(colors, fill)) >= 4.5


@LOOKS
@pytest.mark.parametrize("role", ["ok", "warning", "error", "info", "muted", "accent"])
def test_banners_and_badges_are_readable(colors, role):
    assert contrast(colors.text, colors.tint(role)) >= 4.5
    assert contrast(colors.ink(role), colors.tint(role)) >= 4.5
    assert contrast(colors.ink(role), colors.tint(role, 0.16)) >= 4.5


@LOOKS
@pytest.mark.parametrize("ground", GROUNDS[:-1])
def test_what_is_disabled_and_lines_that_matter_can_be_seen(colors, ground):
    assert contrast(colors.faint, getattr(colors, ground)) >= 3


@LOOKS
@pytest.mark.parametrize("ground", ["window", "surface", "raised", "alternate"])
def test_rings_around_what_has_the_focus_can_be_seen(colors, ground):
    assert contrast(colors.accent, getattr(colors, ground)) >= 3


@LOOKS
@pytest.mark.parametrize("ground", ["window", "surface", "raised"])
@pytest.mark.parametrize("field", ["QLineEdit, QAbstractSpinBox, QComboBox", "QCheckBox::indicator, "])
def test_the_edges_of_what_one_types_into_or_ticks_can_be_seen(colors, field, ground):
    (edge,) = re.findall(
        rf"^{field}[^{{]*{{[^}}]*?border: 1px solid (#\w+)", style_sheet(colors), re.MULTILINE
    )
    assert contrast(edge, getattr(colors, ground)) >= 3
    focused = [rule for rule in style_sheet(colors).splitlines() if ":focus" in rule.split("{")[0]]
    inks = [color for rule in focused for color in re.findall(r"#\w{6}", rule.split("{")[1])]
    assert {ink for ink in inks if contrast(ink, getattr(colors, ground)) < 3} <= {
        colors.selection,
        colors.surface,
    }


@LOOKS
def test_every_colour_is_one(colors):
    assert [name for name, color in asdict(colors).items() if not re.fullmatch("#[0-9a-f]{6}", color)] == []


def test_the_two_looks_differ_in_light():
    assert luminance(LIGHT.surface) > 0.9
    assert luminance(DARK.surface) < 0.05


def test_kinds_and_the_accent_are_written_in_their_ink():
    assert LIGHT.ink("event") == LIGHT.event_ink
    assert LIGHT.ink("accent") == LIGHT.accent_ink
    assert LIGHT.ink("error") == LIGHT.error
    with pytest.raises(AttributeError):
        LIGHT.ink("no-such-role")


@pytest.mark.parametrize(
    ("share", "mixed"), [(1, "#ff0080"), (0, "#00ff00"), (0.5, "#808040"), (0.25, "#40bf20")]
)
def test_colours_are_mixed_by_their_shares(share, mixed):
    assert mix("#ff0080", "#00ff00", share) == mixed


# --- choosing


@pytest.fixture
def look(qapp):
    return Theme()


def test_a_look_is_chosen_and_told_only_when_it_changes(look):
    told = []
    look.set_mode("light")
    look.changed.connect(lambda: told.append(look.colors))
    look.set_mode("light")
    assert told == []
    look.set_mode("dark")
    look.set_mode("dark")
    assert (look.dark, look.mode) == (True, "dark")
    look.set_mode("light")
    assert (look.dark, look.mode) == (False, "light")
    assert told == [DARK, LIGHT]


def test_the_system_is_followed_where_nothing_was_chosen(look, qapp):
    assert look.mode == "system"
    system = look.dark
    look.set_mode("dark")
    look.set_mode("system")
    assert (look.mode, look.dark) == ("system", system)


def test_a_look_that_is_not_there_is_refused_and_nothing_changes(look):
    look.set_mode("dark")
    told = []
    look.changed.connect(lambda: told.append(True))
    with pytest.raises(ValueError, match="no look is named 'sepia'"):
        look.set_mode("sepia")
    assert (look.mode, look.dark, told) == ("dark", True, [])


def test_there_is_one_look_for_the_application(qapp):
    assert theme() is theme()
    assert theme().parent() is qapp


@pytest.fixture
def dressed(qapp):
    before = qapp.styleSheet(), qapp.palette(), qapp.font()
    made = Theme()
    made.install(qapp)
    yield made
    made.set_mode("system")
    QGuiApplication.styleHints().colorSchemeChanged.disconnect(made._follow)
    qapp.setStyleSheet(before[0])
    qapp.setPalette(before[1])
    qapp.setFont(before[2])


@pytest.mark.parametrize(("mode", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_the_application_is_dressed_in_the_chosen_look(dressed, qapp, mode, colors):
    dressed.set_mode(mode)
    assert qapp.palette().color(QPalette.ColorRole.Base) == QColor(colors.surface)
    assert qapp.palette().color(QPalette.ColorRole.Text) == QColor(colors.text)
    assert qapp.styleSheet() == style_sheet(colors)


def test_what_is_made_undressed_wears_the_sheet_afterwards(dressed, qapp, qtbot):
    dressed.set_mode("dark")
    button = QPushButton("one")
    qtbot.addWidget(button)
    height = button.sizeHint().height()
    with dressed.undressed():
        assert qapp.styleSheet() == ""
        other = QPushButton("one")
        qtbot.addWidget(other)
        assert other.sizeHint().height() != height
    assert qapp.styleSheet() == style_sheet(DARK)
    assert other.sizeHint() == button.sizeHint()
    with Theme().undressed():
        assert qapp.styleSheet() == style_sheet(DARK), "a look that was not installed changes nothing"


# --- shapes and fonts


@LOOKS
def test_the_style_sheet_is_filled_in_and_its_pictures_are_there(colors):
    sheet = style_sheet(colors)
    assert "$" not in sheet
    assert colors.accent in sheet
    pictures = re.findall(r'url\("([^"]+)"\)', sheet)
    assert pictures
    assert [path for path in pictures if not Path(path).is_file()] == []


@LOOKS
def test_the_palette_has_the_colours_also_for_what_is_disabled(colors):
    made, role = palette(colors), QPalette.ColorRole
    assert made.color(role.Window) == QColor(colors.window)
    assert made.color(role.PlaceholderText) == QColor(colors.muted)
    assert made.color(QPalette.ColorGroup.Disabled, role.Text) == QColor(colors.faint)
    assert made.color(QPalette.ColorGroup.Active, role.Text) == QColor(colors.text)


def test_the_packaged_fonts_are_used(qapp):
    assert load_fonts() == 5
    assert QFontInfo(ui_font()).family() == "Inter"
    assert QFontInfo(code_font()).family() == "JetBrains Mono"
    assert QFontInfo(code_font()).fixedPitch()
    assert (ui_font(12).pointSizeF(), code_font(8).pointSizeF()) == (12, 8)


@pytest.mark.parametrize("font", [ui_font, code_font])
@pytest.mark.parametrize(("written", "other"), [("5x1", "5×1"), ("a!=b", "a≠b"), ("a->b", "a→b")])
def test_what_is_written_is_shown_sign_by_sign(qapp, font, written, other):
    def drawn(text):
        image = QImage(200, 40, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        painter.setFont(font(14.0))
        painter.setPen(QColor("#ffffff"))
        painter.drawText(4, 30, text)
        painter.end()
        return image

    assert drawn(written) != drawn(other)
