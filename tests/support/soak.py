"""How much the long tests do: a share in every run, all of it in `make soak`."""

from __future__ import annotations

import os

SOAK = os.environ.get("ALLEZ_SOAK") == "1"


def amount(*, share: int, whole: int) -> int:
    """Return how often to try: `whole` where this is `make soak`.

    A test that asks carries the mark `soak`, by which `make soak` finds it.
    """
    return whole if SOAK else share
