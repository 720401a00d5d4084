"""One search over everything that is stored: events, messages, letters, commands, rows of read models."""
