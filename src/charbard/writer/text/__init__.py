"""Free text: orders, tasks, spelling, and the end of a text."""
