"""Forms made from JSON Schemas: one generator for commands, retry policies, filters and settings."""

from workbench.gui.forms.form_field import FormField
from workbench.gui.forms.json_schema import FieldError, Loc, Schema, Validate
from workbench.gui.forms.schema_form import SchemaForm
from workbench.gui.forms.validation import parse_validator, pydantic_validator

__all__ = [
    "FieldError",
    "FormField",
    "Loc",
    "Schema",
    "SchemaForm",
    "Validate",
    "parse_validator",
    "pydantic_validator",
]
