"""The vocabulary of event-sourced systems, pure: no clock, no disk, no event loop."""
