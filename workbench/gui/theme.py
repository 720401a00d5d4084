"""Gives the program its look: colours for light and dark, fonts, and the shapes of the controls."""

from __future__ import annotations

import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from workbench.assets import asset
from workbench.gui.font_files import load_fonts

Mode = Literal["system", "light", "dark"]
TEXT_SIZE, SMALLEST, LARGEST = 9.0, 6.0, 32.0
"""Points of texts that are edited: at first, and within which they are chosen."""
"""Whether the look follows the system or is chosen."""

KINDS = (
    "command",
    "aggregate",
    "event",
    "topic",
    "subscription",
    "policy",
    "projection",
    "external",
    "person",
)
"""The kinds of things in a model; each has a fill, a colour on that fill, and an ink for views."""

# Text reaches 4.5:1 on every ground it is used on, icons and rings 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
#   role          light    dark
_ROLES = """
    window           #f3f4f6  #15171c
    surface          #ffffff  #1b1e24
    raised           #f9fafb  #22262e
    alternate        #f8f9fb  #1e2128
    hover            #eceef2  #272c35
    pressed          #e7eaef  #303743
    text             #1b2027  #e3e7ed
    muted            #59626f  #9aa5b4
    faint            #7c8594  #717c8c
    border           #d8dce3  #323843
    accent           #3a5bd0  #4b68dc
    on_accent        #ffffff  #ffffff
    accent_ink       #3556c8  #8aa4ff
    selection        #dce5fd  #293863
    on_selection     #17223f  #f1f5ff
    link             #2f55cc  #86a5ff
    ok               #12713a  #4cc38a
    warning          #8a5300  #e5a93d
    error            #bd2a30  #ff8080
    info             #1d63b8  #6cb2f7
    command          #cfe1ff  #1d3a66
    on_command       #0f3476  #cfe2ff
    command_ink      #1f5fc4  #74aefc
    aggregate        #fdeaa7  #54430f
    on_aggregate     #4d3b00  #fdeaa7
    aggregate_ink    #7d6000  #e0bb3f
    event            #ffd9b0  #5e3714
    on_event         #5c2c00  #ffdcb8
    event_ink        #a54b09  #f79a51
    topic            #c3efec  #0e4747
    on_topic         #07403f  #c0f2ee
    topic_ink        #0c716d  #41c3bb
    subscription     #d9ddf5  #333b63
    on_subscription  #2a3268  #dde1fb
    subscription_ink #4c57a8  #9ba7f2
    policy           #ecd9fb  #482a63
    on_policy        #4a1f73  #efdcff
    policy_ink       #8440bd  #cb93f5
    projection       #cdefd0  #1c4a2a
    on_projection    #114821  #cdf3d3
    projection_ink   #1d7436  #62c77f
    external         #f9d9e3  #5a2a3c
    on_external      #6b1a38  #fbdbe5
    external_ink     #b0305f  #f389ac
    person           #e4e7ec  #343b46
    on_person        #2a313b  #e3e7ed
    person_ink       #59626f  #9aa5b4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Colors:
    """The colours of one look, each ``#rrggbb``, named by the part they play.

    ``window``, ``surface`` (views), ``raised`` (cards, headers), ``alternate``, ``hover`` and ``pressed`` are
    grounds; ``text``, ``muted``, ``accent_ink``, ``link``, ``ok``, ``warning``, ``error``, ``info`` and every
    ``<kind>_ink`` are readable on them; ``faint`` is for what is disabled and for lines that matter,
    ``border`` for the others. ``on_<role>`` is readable on the fill ``<role>``.
    """

    window: str
    surface: str
    raised: str
    alternate: str
    hover: str
    pressed: str
    text: str
    muted: str
    faint: str
    border: str
    accent: str
    on_accent: str
    accent_ink: str
    selection: str
    on_selection: str
    link: str
    ok: str
    warning: str
    error: str
    info: str
    command: str
    on_command: str
    command_ink: str
    aggregate: str
    on_aggregate: str
    aggregate_ink: str
    event: str
    on_event: str
    event_ink: str
    topic: str
    on_topic: str
    topic_ink: str
    subscription: str
    on_subscription: str
    subscription_ink: str
    policy: str
    on_policy: str
    policy_ink: str
    projection: str
    on_projection: str
    projection_ink: str
    external: str
    on_external: str
    external_ink: str
    person: str
    on_person: str
    person_ink: str

    def ink(self, role: str) -> str:
        """Returns the colour in which text and icons of a role are drawn on a view.

        Args:
            role: A field's name; for the accent and the kinds, which are fills, their ink is meant.

        Raises:
            AttributeError: No role has that name.
        """
        name = f"{role}_ink" if role == "accent" or role in KINDS else role
        return str(getattr(self, name))

    def tint(self, role: str, share: float = 0.12) -> str:
        """Returns the surface with a touch of a role's ink, a ground for banners and marked lines."""
        return mix(self.ink(role), self.surface, share)


def mix(first: str, second: str, share: float) -> str:
    """Returns the colour that is `share` (0 to 1) of the first and the rest of the second."""
    pairs = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


_ROWS = [line.split() for line in _ROLES.strip().splitlines()]
LIGHT = Colors(**{row[0]: row[1] for row in _ROWS})
DARK = Colors(**{row[0]: row[2] for row in _ROWS})


class Theme(QObject):
    """The look of the running application: follows the system unless told otherwise.

    Attributes:
        text_size: Of the texts that are edited, in points.
    """

    changed = Signal()
    """The colours changed; what paints itself should repaint."""
    resized = Signal()
    """Texts that are edited have another size."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode: Mode = "system"
        self._app: QApplication | None = None
        self._dark = _system_is_dark()
        self.text_size = TEXT_SIZE

    def set_text_size(self, points: float) -> None:
        """Chooses how large the texts are that are edited, within what can be read."""
        points = min(max(points, SMALLEST), LARGEST)
        if points != self.text_size:
            self.text_size = points
            self.resized.emit()

    @property
    def mode(self) -> Mode:
        """What was chosen: follow the system, or one look."""
        return self._mode

    @property
    def dark(self) -> bool:
        """Whether the dark look is shown."""
        return self._dark

    @property
    def colors(self) -> Colors:
        """The colours of the look that is shown."""
        return DARK if self._dark else LIGHT

    @contextmanager
    def as_look(self, *, dark: bool) -> Iterator[None]:
        """Gives what is painted in one turn of the loop the colours of a look; the window keeps its own."""
        shown, self._dark = self._dark, dark
        try:
            yield
        finally:
            self._dark = shown

    def install(self, app: QApplication) -> None:
        """Gives the application fonts, palette and style sheet; call it once, before windows are made."""
        load_fonts()
        app.setFont(ui_font())
        self._app = app
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._tell_system()
        self._dress()

    def set_mode(self, mode: Mode) -> None:
        """Chooses a look, or to follow the system.

        Raises:
            ValueError: There is no such mode.
        """
        if mode not in get_args(Mode):
            raise ValueError(f"no look is named {mode!r}")
        self._mode = mode
        self._tell_system()
        self._follow()

    def _tell_system(self) -> None:
        """Has native frames and dialogs look alike."""
        schemes = {
            "system": Qt.ColorScheme.Unknown,
            "light": Qt.ColorScheme.Light,
            "dark": Qt.ColorScheme.Dark,
        }
        if self._app is not None:
            QGuiApplication.styleHints().setColorScheme(schemes[self._mode])

    def _follow(self) -> None:
        dark = self._mode == "dark" or (self._mode == "system" and _system_is_dark())
        if dark != self._dark:
            self._dark = dark
            self._dress()
            self.changed.emit()

    @contextmanager
    def undressed(self) -> Iterator[None]:
        """Has many widgets made in one turn of the loop without the style sheet, which they get then.

        Else Qt polishes a widget with all that is in it at every place that it comes to on its way.
        """
        if self._app is not None:
            self._app.setStyleSheet("")
        try:
            yield
        finally:
            self._dress()

    def _dress(self) -> None:
        """Gives palette and style sheet; the old sheet goes first.

        To go from one sheet to another costs Qt 0.3 ms for each widget, seen or not; to put one on costs a
        quarter of that: 0.55 s and 0.15 s of 2,000 widgets. Nothing is painted in between.
        """
        if self._app is not None:
            self._app.setStyleSheet("")
            self._app.setPalette(palette(self.colors))
            self._app.setStyleSheet(style_sheet(self.colors))


_theme: Theme | None = None


def theme() -> Theme:
    """Returns the theme of the running application, which owns it; made at the first call.

    Raises:
        RuntimeError: There is no application.
    """
    global _theme  # noqa: PLW0603 - a cache of the application's child, since every paint asks for it
    app = QApplication.instance()
    if app is None:
        raise RuntimeError("a theme needs an application")
    if _theme is None or not isValid(_theme) or _theme.parent() is not app:
        _theme = Theme(app)
    return _theme


def palette(colors: Colors) -> QPalette:
    """Builds Qt's palette from the colours."""
    role = QPalette.ColorRole
    parts = {
        role.Window: colors.window,
        role.WindowText: colors.text,
        role.Base: colors.surface,
        role.AlternateBase: colors.alternate,
        role.Text: colors.text,
        role.Button: colors.raised,
        role.ButtonText: colors.text,
        role.BrightText: colors.error,
        role.ToolTipBase: colors.raised,
        role.ToolTipText: colors.text,
        role.PlaceholderText: colors.muted,
        role.Highlight: colors.selection,
        role.HighlightedText: colors.on_selection,
        role.Accent: colors.accent,
        role.Link: colors.link,
        role.LinkVisited: colors.policy_ink,
        role.Light: colors.raised,
        role.Midlight: colors.hover,
        role.Mid: colors.border,
        role.Dark: colors.faint,
        role.Shadow: mix("#000000", colors.border, 0.5),
    }
    result = QPalette()
    for part, color in parts.items():
        result.setColor(part, QColor(color))
    for part in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, part, QColor(colors.faint))
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(colors.pressed))
    return result


def style_sheet(colors: Colors) -> str:
    """Fills the packaged style sheet with the colours."""
    template = string.Template(asset("themes", "workbench.qss").read_text(encoding="utf-8"))
    names = {row[0]: getattr(colors, row[0]) for row in _ROWS}
    return template.substitute(
        names,
        icons=asset("icons").as_posix(),
        accent_hover=mix("#000000", colors.accent, 0.08),
        accent_pressed=mix("#000000", colors.accent, 0.2),
        scroll=mix(colors.faint, colors.surface, 0.4),
    )


def ui_font(size: float = 9.75, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Returns the font of the interface; `size` is in points."""
    font = QFont(_general_font())
    font.setPointSizeF(size)
    font.setWeight(weight)
    return font


@cache
def _general_font() -> QFont:
    """Returns our font with the system's behind it, which takes long to be found."""
    font = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
    font.setFamilies(["Inter", *font.families()])
    return sign_by_sign(font)


def code_font(size: float = TEXT_SIZE) -> QFont:
    """Returns the font of payloads, ids and code, all letters equally wide; `size` is in points."""
    font = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    font.setFamilies(["JetBrains Mono", *font.families()])
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSizeF(size)
    return sign_by_sign(font)


def sign_by_sign(font: QFont) -> QFont:
    """Has a font show a text as it is written: no ``×`` for the x of ``5x1``, no ``≠`` for ``!=``."""
    font.setFeature(QFont.Tag("calt"), 0)
    return font


def _system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
