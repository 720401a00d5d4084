"""What a project's own code raises is its failure, even an exit: nothing of the program ends by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workbench.errors import ModelFailed
from workbench.model.error_text import error_sentence
from workbench.model.secrets import without_secrets


@contextmanager
def project_code(what: str, *about: Any) -> Iterator[None]:
    """Runs code of the project that does not wait for anything.

    Args:
        what: Says what could not be done.
        about: What the code is given, whose secrets are masked.

    Raises:
        ModelFailed: It raised what is no `Exception`, such as an exit; but the program's own interruption.
        Exception: As the code raised it.
    """
    try:
        yield
    except (Exception, KeyboardInterrupt):
        raise
    except BaseException as error:
        said = without_secrets(error_sentence(error), *about)
        raise ModelFailed(f"{what}: {said}") from error
