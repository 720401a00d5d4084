"""A project and what matters of its store as one file that can be handed on."""
