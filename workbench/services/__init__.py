"""What a person can do with an open project, for every face of the program."""
