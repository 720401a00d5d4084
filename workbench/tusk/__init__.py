"""TuskLang text to values and back, lossless; knows nothing of events."""

from workbench.tusk.document import Document, Entry, Scope, Value, ValueKind
from workbench.tusk.edit import delete, insert, rename, set_value, write_value
from workbench.tusk.parser import parse
from workbench.tusk.problems import Problem, TskError
from workbench.tusk.resolve import Resolved, resolve
from workbench.tusk.save import ChangedOnDisk, digest_of, mark_of, open_file, read_file, save

__all__ = [
    "ChangedOnDisk",
    "Document",
    "Entry",
    "Problem",
    "Resolved",
    "Scope",
    "TskError",
    "Value",
    "ValueKind",
    "delete",
    "digest_of",
    "insert",
    "mark_of",
    "open_file",
    "parse",
    "read_file",
    "rename",
    "resolve",
    "save",
    "set_value",
    "write_value",
]
