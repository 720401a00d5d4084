"""Keeps an error in what Qt calls from ending the process, on Python before 3.12.

Where Python code that overrides one of Qt's functions fails, Shiboken adds to the error what was called.
Before 3.12 an error that was raised by C code (an empty list's ``pop``, a Qt object that has ended) may
reach it as class and text, not as an exception; Shiboken takes that text for one, and the process dies by a
segmentation fault (PySide6 6.8 to 6.11, seen on 3.11). A handler on the way makes an exception of it: each
override gets one.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QMetaMethod, QObject


def guard_overrides() -> None:
    """Has each class that is derived from one of Qt's from here on call its overrides through a handler."""
    if sys.version_info >= (3, 12):
        return
    base: Any = QObject.__mro__[1]

    def derived(cls: type, /, **given: Any) -> None:
        super(base, cls).__init_subclass__(**given)
        for name, value in list(vars(cls).items()):
            if hasattr(value, "__code__") and (of := _overridden(cls, name)) is not None:
                setattr(cls, name, _guarded(value, slot=_is_slot(of, name)))

    base.__init_subclass__ = classmethod(derived)


def _overridden(cls: type, name: str) -> type | None:
    """Returns the class of Qt's whose function a class overrides."""
    found = (one for one in cls.__mro__[1:] if one.__module__.startswith("PySide6.") and name in vars(one))
    return None if name == "__init__" else next(found, None)


def _is_slot(of: type, name: str) -> bool:
    meta = getattr(of, "staticMetaObject", None)
    methods = () if meta is None else map(meta.method, range(meta.methodCount()))
    slots = (one for one in methods if one.methodType() is QMetaMethod.MethodType.Slot)
    return any(one.name().data().decode() == name for one in slots)


def _guarded(override: Callable[..., Any], *, slot: bool) -> Callable[..., Any]:
    most = override.__code__.co_argcount if slot else None

    @functools.wraps(override)
    def call(*given: Any, **named: Any) -> Any:
        try:
            return override(*given[:most], **named)  # a slot is given all that a signal says
        except BaseException:  # noqa: TRY203  # an exception from here on
            raise

    return call
