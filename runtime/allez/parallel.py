"""Two calls at the same time. Knows nothing of what they do.

What they wait for, or do outside the interpreter (hashing, loading a graph), overlaps.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def run_both(aside: Callable[[], A], here: Callable[[], B]) -> tuple[A, B]:
    """Make one call on another thread and one on this; return what both return.

    Raises:
        BaseException: what `here` has raised, or else `aside`, when both have ended.
    """
    results: list[A] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(aside())
        except BaseException as error:  # raised below
            errors.append(error)

    thread = threading.Thread(target=run, name="allez-load")
    try:
        thread.start()
    except RuntimeError:  # there may be no more threads: one after the other, then
        run()
        result = here()
    else:
        try:
            result = here()
        finally:
            thread.join()
    for error in errors:
        raise error
    return results[0], result


def cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
