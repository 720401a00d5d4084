"""TuskLang text to values and back, lossless; knows nothing of events."""

from workbench.tusk.document import Document, Entry, Scope, Value, ValueKind
from workbench.tusk.edit import delete, insert, rename, set_value
from workbench.tusk.parser import parse, parse_in_part, whole_text
from workbench.tusk.problems import Problem, TskError
from workbench.tusk.resolve import Resolved, resolve
from workbench.tusk.save import (
    ChangedOnDisk,
    digest_of,
    mark_of,
    open_file,
    read_file,
    remove,
    remove_unfinished,
    replace_file,
    save,
    unfinished,
    why_unwritten,
)
from workbench.tusk.section_edit import (
    add_section,
    comments_above,
    end_of_free_lines,
    remove_section,
    rename_section,
    section_begins,
    section_span,
)
from workbench.tusk.whole_folder import move_folder, whole_folder
from workbench.tusk.write import Raw, write_key, write_value

__all__ = [
    "ChangedOnDisk",
    "Document",
    "Entry",
    "Problem",
    "Raw",
    "Resolved",
    "Scope",
    "TskError",
    "Value",
    "ValueKind",
    "add_section",
    "comments_above",
    "delete",
    "digest_of",
    "end_of_free_lines",
    "insert",
    "mark_of",
    "move_folder",
    "open_file",
    "parse",
    "parse_in_part",
    "read_file",
    "remove",
    "remove_section",
    "remove_unfinished",
    "rename",
    "rename_section",
    "replace_file",
    "resolve",
    "save",
    "section_begins",
    "section_span",
    "set_value",
    "unfinished",
    "whole_folder",
    "whole_text",
    "why_unwritten",
    "write_key",
    "write_value",
]
