"""One decoder step against its int8 products alone, for the table of results.

`limit` measures it; this turns what it says into figures. Without it the rows say `not measured`.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from benchmarks.measure import Figure

ROWS = 64


def limits(folder: Path, *, quick: bool) -> list[Figure]:
    """Return the figures `step` and `products` of the systems that can be measured.

    Args:
        folder: as `prepare` left it.
        quick: whether few repetitions are enough.
    """
    if importlib.util.find_spec("benchmarks.limit") is None:
        return []
    raise NotImplementedError
