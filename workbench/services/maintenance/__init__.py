"""What keeps the file of a store whole, and a project to a store of its own."""
