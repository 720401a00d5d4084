"""Commands in, one by one or from a file."""

from workbench.services.commands.commands import Commands

__all__ = ["Commands"]
