"""What a person does with a project as a whole: open, trust, check, reload and begin one."""
