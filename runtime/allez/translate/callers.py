"""Those who wait for others to do their work; each is woken by itself, when there is something.

Of sixty-four callers who are all woken whenever a batch is done, most find nothing of theirs, and
each has cost a switch of threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple

from allez.translate.deadline import Deadline

PATIENCE = 0.02
"""Seconds after which who waits for others looks whether he is to give up, if nobody tells him."""

REST = 1.0
"""Seconds after which he looks even so."""

CROWD = 8
"""Callers that look so often; where more of them wait, they look as often together."""


class _Caller(NamedTuple):
    """Somebody who waits."""

    woken: threading.Condition
    works: bool
    """Whether it takes work meanwhile, though there are threads."""


class Callers:
    """All who wait, the longest first; the lock is held whenever something here is called.

    Args:
        lock: of the queue that they wait for.
    """

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._waiting: dict[Deadline, _Caller] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def sleep(self, deadline: Deadline, *, works: bool, soon: bool) -> None:
        """Wait until woken, or until it is to look by itself; meanwhile the lock is free.

        Args:
            deadline: of the call, which has no other thread that waits.
            works: whether it may be woken to work, though there are threads.
            soon: whether something may have changed that it was not woken for.
        """
        left = deadline.left()
        is_over = left is not None and left <= 0  # what it waits for is in a thread's hand
        often = soon or is_over or deadline.was_told() or deadline.must_be_asked()
        caller = self._waiting[deadline] = _Caller(threading.Condition(self._lock), works)
        seconds = (PATIENCE if often else REST) * max(1.0, len(self._waiting) / CROWD)
        try:
            caller.woken.wait(seconds if left is None or is_over else min(seconds, left))
        finally:
            del self._waiting[deadline]

    def wake(self, deadlines: Iterable[Deadline]) -> None:
        """Let those of some calls look."""
        for deadline in set(deadlines) & self._waiting.keys():
            self._waiting[deadline].woken.notify()

    def wake_all(self) -> None:
        """Let everybody look."""
        self.wake(list(self._waiting))

    def wake_one(self, *, anybody: bool) -> None:
        """Let one look who works, or the first of all."""
        for caller in self._waiting.values():
            if caller.works or anybody:
                caller.woken.notify()
                return
