"""Waits for what another process or thread does. A bound against hanging for ever, no measure."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 300.0
"""Seconds; so many that a busy machine is not a failing test."""


def until(condition: Callable[[], object]) -> None:
    """Return once the condition holds.

    Raises:
        TimeoutError: it does not, however long one waits.
    """
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE:.0f} seconds in vain")
        time.sleep(0.002)
