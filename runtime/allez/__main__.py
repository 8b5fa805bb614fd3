"""`python -m allez` is `allez`."""

from allez.cli.main import command

command()
