"""Checks what a module declares where it declares it, so that a mistake is told by its part and its line."""

from __future__ import annotations


def check_all(where: str, found: object, kind: type) -> None:
    """Makes sure that something is a tuple of objects of one class.

    Raises:
        TypeError: It is not.
    """
    for one in _several(where, found, kind.__name__):
        if not isinstance(one, kind):
            raise TypeError(f"{where} takes {kind.__name__} objects, not {_named(one)}")


def check_classes(where: str, found: object, base: type) -> None:
    """Makes sure that something is a tuple of classes with one base.

    Raises:
        TypeError: It is not.
    """
    for one in _several(where, found, f"{base.__name__} classes"):
        check_class(where, one, base)


def check_class(where: str, found: object, base: type) -> None:
    """Makes sure that something is a class with a base.

    Raises:
        TypeError: It is not.
    """
    if not isinstance(found, type) or not issubclass(found, base):
        raise TypeError(f"{where} takes {base.__name__} classes, not {_named(found)}")


def check_functions(where: str, **functions: object) -> None:
    """Makes sure that functions can be called.

    Raises:
        TypeError: One cannot.
    """
    for name, found in functions.items():
        if not callable(found):
            raise TypeError(f"{name} of {where} takes a function, not {_named(found)}")


def _several(where: str, found: object, what: str) -> tuple[object, ...] | list[object]:
    if not isinstance(found, tuple | list):
        raise TypeError(f"{where} takes a tuple of {what}, not {_named(found)}")
    return found


def _named(found: object) -> str:
    return f"the class {found.__name__}" if isinstance(found, type) else f"{found!r:.80}"
