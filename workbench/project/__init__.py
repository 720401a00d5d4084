"""A folder on disk becomes settings and a model."""
