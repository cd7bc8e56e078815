"""Entry point of `python -m charbard`, which torchrun starts as well."""

from charbard.cli.app import main

main()
