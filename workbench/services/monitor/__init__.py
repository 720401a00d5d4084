"""What runs, and how well."""

from workbench.services.monitor.drain import Drain
from workbench.services.monitor.monitor import Monitor

__all__ = ["Drain", "Monitor"]
