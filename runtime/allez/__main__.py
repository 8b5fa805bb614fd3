"""`python -m allez` is `allez`."""

import sys

from allez.cli import main

sys.exit(main())
