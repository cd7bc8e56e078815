"""The routes of the API, one topic per file."""
