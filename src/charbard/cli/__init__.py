"""The command line: one command per file, each a thin interface that imports little at start."""
