"""What is worth a second look in a design, though it compiles: each with its place, words and quick fixes."""
