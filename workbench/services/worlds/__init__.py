"""Worlds on a copy of the store, in which something is tried: nothing of it reaches the project's own."""
