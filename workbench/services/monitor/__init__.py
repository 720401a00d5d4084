"""What runs, and how well."""

from workbench.services.monitor.drain import Drain
from workbench.services.monitor.monitor import Monitor
from workbench.services.monitor.monitor_values import ProjectionView

__all__ = ["Drain", "Monitor", "ProjectionView"]
