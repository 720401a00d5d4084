"""What a command caused, told as a story; which events made a row, and which of them set a cell."""
