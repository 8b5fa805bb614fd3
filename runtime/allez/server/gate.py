"""Who is let in: so many at a time, the others are told when to come again.

Each request that is let in is worked on by a thread of its own; their sentences meet in the one
queue of a translator, where batches fill across requests.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

from allez.server.refusals import Refusal

T = TypeVar("T")

TOGETHER = 256
"""Requests that are worked on at the same time: the more there are, the fuller are the batches."""

_SHARE = 0.1
"""Of the latest request in the mean of how long one takes."""


class Gate:
    """Lets requests in up to a bound, and runs their work on threads.

    Args:
        most: requests that are worked on or wait for it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._seconds = 1.0
        self._threads = ThreadPoolExecutor(min(most, TOGETHER), thread_name_prefix="allez-request")

    def inside(self) -> int:
        """Return how many requests are worked on or wait for it."""
        return self._inside

    def _retry_after(self) -> int:
        """Return in how many seconds half of those inside are likely done."""
        rounds = max(1.0, self._inside / TOGETHER)
        return max(1, math.ceil(self._seconds * rounds / 2))

    async def run(self, work: Callable[[], T]) -> T:
        """Do the work of one request on a thread, and return what it returns.

        Raises:
            Refusal: too many are inside.
        """
        if self._inside >= self._most:
            raise Refusal(
                429, "too many requests are waiting", "waiting", retry_after=self._retry_after()
            )
        self._inside += 1
        began = monotonic()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._inside -= 1
            self._seconds += _SHARE * (monotonic() - began - self._seconds)

    def close(self) -> None:
        """Let the threads go; their work must be done."""
        self._threads.shutdown(wait=True)
