"""The face without a screen: a module for each group of verbs, for scripts and machines without a display."""
