"""Streams, their events and what those made of them."""

from workbench.services.streams.streams import StateAt, Streams

__all__ = ["StateAt", "Streams"]
