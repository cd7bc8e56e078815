"""The command line: one command per file, each a thin interface. Imports nothing heavy at start."""
