"""The command line: one command a file, each a doorway. Imports nothing heavy at start."""
