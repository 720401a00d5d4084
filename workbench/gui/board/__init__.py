"""The flow board: the whole model drawn from its registrations, with the messages that move through it."""
