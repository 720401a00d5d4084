"""The reference: a store in memory, as simple as it can be, that keeps the same contract."""
