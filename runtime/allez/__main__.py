"""`python -m allez` is `allez`."""

import sys

from allez.cli.commands import main

sys.exit(main())
