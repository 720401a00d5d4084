"""What a project's own code raises is its failure, even an exit: nothing of the program ends by it."""

from __future__ import annotations

from typing import Any

from workbench.errors import ModelFailed
from workbench.model.error_text import error_sentence
from workbench.model.secrets import without_secrets


class ProjectCode:
    """Runs a block of code of the project that does not wait for anything.

    What is no `Exception`, such as an exit, becomes `ModelFailed`, except the interruption of the program;
    exceptions come through as they are.

    Args:
        what: Says what could not be done.
        about: What the code is given, whose secrets are masked.
    """

    __slots__ = ("_about", "_what")

    def __init__(self, what: str, *about: Any) -> None:
        self._what, self._about = what, about

    def __enter__(self) -> None:
        """Begins the block."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        """Ends it.

        Raises:
            ModelFailed: The code raised what is no ordinary exception.
        """
        if error is not None and not isinstance(error, Exception | KeyboardInterrupt):
            said = without_secrets(error_sentence(error), *self._about)
            raise ModelFailed(f"{self._what}: {said}") from error
