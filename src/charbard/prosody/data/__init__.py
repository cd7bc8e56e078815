"""Data files: rhyme books and forms, each with its origin and licence in its header."""
