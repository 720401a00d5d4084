"""The desktop face: Qt lives here and nowhere else."""
