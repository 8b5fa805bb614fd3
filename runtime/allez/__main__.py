"""`python -m allez` is `allez`."""

import sys

from allez.cli.main import main

sys.exit(main())
