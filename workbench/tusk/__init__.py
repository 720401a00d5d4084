"""TuskLang text to values and back, lossless; knows nothing of events."""
