"""The first words of the sections that declare a model."""

from __future__ import annotations

TYPES = "types"
KINDS = (
    "aggregate",
    "event",
    "command",
    "projection",
    "policy",
    "process",
    "query",
    "handler",
    "actor",
    "external",
    "flow",
    "invariant",
)
"""A section ``[kind.name]`` declares one thing."""
DECLARED = (TYPES, *KINDS)
