"""Data files; docs/data.md describes each one and how it was made."""
