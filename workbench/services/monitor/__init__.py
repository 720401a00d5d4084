"""What runs, and how well."""

from workbench.services.monitor.monitor import Monitor

__all__ = ["Monitor"]
