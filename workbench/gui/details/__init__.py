"""The details of what is chosen on the board: its form, its exact text, and what is known of it."""
