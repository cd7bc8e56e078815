"""Data only; docs/data.md says what each file is and how it was made."""
