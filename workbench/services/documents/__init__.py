"""What a project says of itself, and the manual: text for people."""
