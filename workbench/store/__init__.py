"""Ports of the event store and their adapters."""
