"""The texts of a project, its project file and its scenarios, as one value that is changed as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.project.samples import PROJECT_FILE
from workbench.tusk import Document, parse

REPAIR = "repair it, or remove it"
"""What is to be done with a file that cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignText:
    """What a project says, every change gives another.

    Attributes:
        project: The project file.
        scenarios: The files of scenarios that can be read, by their names below the project's folder.
        unread: What stands in the files that cannot be read, by their names; nothing is written over it.
    """

    project: Document = field(default_factory=lambda: parse("", PROJECT_FILE))
    scenarios: Mapping[str, Document] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)

    def files(self) -> Iterator[Document]:
        """Yields every file."""
        yield self.project
        yield from self.scenarios.values()

    def with_project(self, document: Document) -> DesignText:
        """Returns the same with another project file."""
        return replace(self, project=document)

    def with_file(self, document: Document) -> DesignText:
        """Returns the same with another document in the place of the file of its name."""
        if document.file == PROJECT_FILE:
            return self.with_project(document)
        return replace(self, scenarios={**self.scenarios, document.file: document})

    def without_file(self, name: str) -> DesignText:
        """Returns the same without a file of scenarios."""
        return replace(self, scenarios={key: one for key, one in self.scenarios.items() if key != name})

    def with_said(self, name: str, said: str | None) -> DesignText:
        """Returns the same with another text of a file; None takes the file away.

        Raises:
            TskError: The text cannot be read.
        """
        return self.without_file(name) if said is None else self.with_file(parse(said, name))

    def exchanged(self, file: str, pieces: Sequence[tuple[int, int, str]]) -> DesignText:
        """Returns the same with pieces of a file's text exchanged: begin, end and what stands there then.

        Raises:
            TskError: The file could not be read any more.
        """
        document = self.project if file == PROJECT_FILE else self.scenarios[file]
        text = document.text
        for start, end, written in sorted(set(pieces), reverse=True):
            text = text[:start] + written + text[end:]
        return self.with_file(parse(text, file)) if text != document.text else self


def not_over(name: str) -> str:
    """Says why a file that cannot be read is not written."""
    return f"{name} cannot be read, and what stands in it is not written over"
