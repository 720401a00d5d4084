"""Where a design stands: what is designed, what is written, and why these differ."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.services.design.design_text import DesignText
from workbench.tusk import Document, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignState:
    """Where a design stands.

    Attributes:
        undo, redo: What would be undone and done again; empty where there is nothing.
        written: What the files say.
        problems: Why what is designed is not written yet; empty where the files have it.
        refused: Why it could not be written though it loads; empty for anything else.
        running: The project file that runs; None where the model was made by code.
        broken: Why the files do not load as they are written, so that an older model runs; empty where
            `problems` say it.
    """

    text: DesignText = field(default_factory=DesignText)
    written: DesignText = field(default_factory=DesignText)
    undo: str = ""
    redo: str = ""
    problems: tuple[Problem | str, ...] = ()
    refused: str = ""
    broken: tuple[Problem | str, ...] = ()
    running: Document | None = None

    @property
    def wrong(self) -> tuple[Problem | str, ...]:
        """Why what is designed does not run: it is not written, or what is written does not load."""
        return self.problems or self.broken
