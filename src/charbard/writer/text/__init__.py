"""Free text: orders, tasks, spelling, where a text ends."""
