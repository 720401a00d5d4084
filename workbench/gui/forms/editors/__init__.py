"""The editors, one for each kind of value; adding one takes a file here and a line in `EDITORS`.

How to add an editor, here for colours (``{"type": "string", "format": "color"}``):

1. Write ``color.py`` with a class on `Editor`, or on `LineEditor` where one line of text is enough::

       class ColorEditor(LineEditor):
           \"\"\"A colour, by name or as #rrggbb.\"\"\"

           @override
           @classmethod
           def accepts(cls, schema: Schema) -> bool:
               return schema.get("format") == "color"

           @override
           def parse(self, text: str) -> str:
               if not QColor.isValidColorName(text):
                   raise ValueError("must be a colour such as #3a5bd0")
               return text

2. Name the class in `EDITORS`, above those that would take the same schema: the first that accepts is taken.

Label, hint, presence, errors, tab order and names for tests and screen readers come from the field around it.
"""

from __future__ import annotations

from workbench.gui.forms.editor import Editor
from workbench.gui.forms.editors.choice import ChoiceEditor, ConstEditor
from workbench.gui.forms.editors.duration import DurationEditor
from workbench.gui.forms.editors.group import GroupEditor
from workbench.gui.forms.editors.identifier import UuidEditor
from workbench.gui.forms.editors.json_text import JsonEditor
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
    JsonEditor,
)
"""All editors, the particular before the general; the last accepts everything."""


def editor_for(schema: Schema) -> type[Editor]:
    """Returns the first editor that accepts a schema (references followed, null taken out)."""
    return next(editor for editor in EDITORS if editor.accepts(schema))
