"""Edits numbers with all their digits: whole ones, decimal ones, and those of a floating point."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from typing_extensions import override

from workbench.gui.forms.editors.line import LineEditor

_WHOLE = re.compile(r"[+-]?[0-9]{1,4000}\Z")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")


class IntegerEditor(LineEditor):
    """A whole number of any size; the arrow keys count up and down."""

    takes = ("integer",)
    narrow = True

    @override
    def parse(self, text: str) -> int:
        if not _WHOLE.match(text):
            raise ValueError("must be a whole number")
        return int(text)

    @override
    def step(self, by: int) -> None:
        value = self.value()
        if isinstance(value, int):
            self.line.setText(str(value + by * int(self.shape.schema.get("multipleOf", 1))))


class NumberEditor(LineEditor):
    """A number of a floating point; one without fraction keeps its digits as a whole number."""

    takes = ("number",)
    narrow = True

    @override
    def parse(self, text: str) -> int | float:
        if _WHOLE.match(text):
            return int(text)
        if not _NUMBER.match(text):
            raise ValueError("must be a number")
        if math.isinf(number := float(text)):
            raise ValueError("is too large for a number of this kind")
        return number

    @override
    def text_of(self, value: Any) -> str:
        return str(value).removesuffix(".0")


class DecimalEditor(LineEditor):
    """A decimal number, given on as text so that not a digit is lost."""

    takes = ("string", "decimal")
    narrow = True

    @override
    def parse(self, text: str) -> str:
        try:
            finite = Decimal(text).is_finite()
        except InvalidOperation:
            finite = False
        if not finite:
            raise ValueError("must be a number")
        return text
