"""`python -m charbard`, which is also what torchrun starts."""

from charbard.cli.app import main

main()
