"""The fonts that come with the program."""

from __future__ import annotations

from PySide6.QtGui import QFontDatabase

from workbench.assets import asset

_FONTS = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Bold.ttf",
)


def load_fonts() -> int:
    """Makes the packaged fonts known to Qt; without them the system's are used.

    Returns:
        How many were found.
    """
    found = 0
    for name in _FONTS:
        try:
            path = asset("fonts", name)
        except FileNotFoundError:
            continue
        found += QFontDatabase.addApplicationFont(str(path)) >= 0
    return found
