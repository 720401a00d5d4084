"""What a change of the model would do to what is stored: both models over the real history, read-only."""
