"""Event Workbench: design, run, break, understand and repair event-sourced flows on one desk."""

__version__ = "0.1.0"
