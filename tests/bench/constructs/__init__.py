"""One model of many constructs in both forms."""
