"""Expressions in CEL: read, checked, and made into functions that keep to a budget."""
