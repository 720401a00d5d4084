"""The views of the window, one module each."""
