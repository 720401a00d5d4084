"""Benchmarks: figures and ratios of one run; nothing here asserts a time."""
