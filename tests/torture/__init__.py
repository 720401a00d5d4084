"""Torture: what the store promises holds while processes die, disks fail and callers race."""
