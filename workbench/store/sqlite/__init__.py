"""The SQLite adapter of the store's ports; the only place that knows SQL."""
