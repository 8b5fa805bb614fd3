"""A clock that goes when it is told to: tests of time limits wait for nothing."""

from __future__ import annotations


class Clock:
    """Stands in for `time.monotonic`."""

    def __init__(self) -> None:
        self._now = 1000.0

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let that much time pass."""
        self._now += seconds
