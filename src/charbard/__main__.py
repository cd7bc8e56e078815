"""Entry point of `python -m charbard`, which torchrun also runs."""

from charbard.cli.app import main

main()
