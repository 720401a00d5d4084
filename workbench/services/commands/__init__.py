"""Commands in, one by one or from a file."""

from workbench.services.commands.appended import Appended, appended_words
from workbench.services.commands.commands import Commands

__all__ = ["Appended", "Commands", "appended_words"]
