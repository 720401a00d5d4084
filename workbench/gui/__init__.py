"""The desktop face: Qt lives here and nowhere else."""

from workbench.gui.overrides import guard_overrides

guard_overrides()
