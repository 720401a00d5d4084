"""The texts of a project as one thing that is designed: references, gestures, undo."""
