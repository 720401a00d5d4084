"""A text pane for TuskLang; it knows texts and what is wrong with them, and nothing of projects."""
