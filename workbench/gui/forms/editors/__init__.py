"""The editors, one for each kind of value; a further one is a file here, and its name in `EDITORS`."""

from __future__ import annotations

from workbench.gui.forms.editor import Editor
from workbench.gui.forms.editors.choice import ChoiceEditor, ConstEditor
from workbench.gui.forms.editors.duration import DurationEditor
from workbench.gui.forms.editors.group import GroupEditor
from workbench.gui.forms.editors.identifier import UuidEditor
from workbench.gui.forms.editors.json_text import JsonEditor
from workbench.gui.forms.editors.mapping import MapEditor
from workbench.gui.forms.editors.moment import DateEditor, DateTimeEditor, TimeEditor
from workbench.gui.forms.editors.number import DecimalEditor, IntegerEditor, NumberEditor
from workbench.gui.forms.editors.scalar import ScalarEditor
from workbench.gui.forms.editors.sequence import ListEditor
from workbench.gui.forms.editors.switch import SwitchEditor
from workbench.gui.forms.editors.text import LongTextEditor, SecretEditor, TextEditor
from workbench.gui.forms.json_schema import Schema

EDITORS: tuple[type[Editor], ...] = (
    ConstEditor,
    ChoiceEditor,
    SwitchEditor,
    IntegerEditor,
    NumberEditor,
    DecimalEditor,
    DateTimeEditor,
    DateEditor,
    TimeEditor,
    DurationEditor,
    UuidEditor,
    SecretEditor,
    LongTextEditor,
    TextEditor,
    ScalarEditor,
    GroupEditor,
    ListEditor,
    MapEditor,
    JsonEditor,
)
"""All editors, the particular before the general; the last accepts everything."""


def editor_for(schema: Schema) -> type[Editor]:
    """Returns the first editor that accepts a schema (references followed, null taken out)."""
    return next(editor for editor in EDITORS if editor.accepts(schema))
