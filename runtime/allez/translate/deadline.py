"""When the work for one call must stop. Knows nothing of the work."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from allez.errors import CancelledError, SessionError
from allez.options import Cancel


class Cancellation(threading.Event):
    """A `cancel` that tells those who wait when it is set, so that they need not look at it.

    Anything else with `is_set` must be asked again and again, by everybody who waits.
    """

    def __init__(self) -> None:
        super().__init__()
        self._listening: list[Callable[[], None]] = []

    def tell(self, listener: Callable[[], None]) -> None:
        """Have a function called when it is set."""
        self._listening.append(listener)

    def set(self) -> None:
        """Give the call up."""
        super().set()
        for listener in self._listening:
            listener()


class Called(NamedTuple):
    """What errors call who works, and what is made."""

    worker: str = "translator"
    work: str = "translation"


TRANSLATOR = Called()


class Deadline:
    """Tells the work for one call when to stop; begins to count when it is made.

    Args:
        cancel: what the caller sets, from any thread, to give up.
        max_time: seconds from now; None: as long as it takes.
        closed: whether whoever does the work has been closed.
        called: what errors call that, and the work.
    """

    def __init__(
        self,
        cancel: Cancel | None = None,
        max_time: float | None = None,
        *,
        closed: Callable[[], bool] = lambda: False,
        called: Called = TRANSLATOR,
    ) -> None:
        self._cancel = cancel
        self._end = math.inf if max_time is None else monotonic() + max_time
        self._closed = closed
        self._called = called
        self._released = False
        self._process = os.getpid()

    def must_be_asked(self) -> bool:
        """Tell whether a caller may give up without a word."""
        return self._cancel is not None and not isinstance(self._cancel, Cancellation)

    def was_told(self) -> bool:
        """Tell whether a `Cancellation` is set; runs no code of callers."""
        return isinstance(self._cancel, Cancellation) and self._cancel.is_set()

    def release(self) -> None:
        """Nobody waits for the answer any more."""
        self._released = True

    def time_is_up(self) -> bool:
        """Tell whether the time is up; asks nobody else."""
        return monotonic() >= self._end

    def left(self) -> float | None:
        """Return how many seconds are left; None: as many as it takes."""
        return None if self._end == math.inf else max(0.0, self._end - monotonic())

    def check_process(self) -> None:
        """See to it that this is the process that made the call, whatever is there already.

        Raises:
            SessionError: it is a fork of it, where nobody does the rest of the work.
        """
        if self._process != os.getpid():
            raise SessionError(
                f"this {self._called.work} was begun before the process forked",
                hint="begin it again",
            )

    def over(self) -> bool:
        """Tell whether the time is up.

        Raises:
            CancelledError: the caller has given up.
            SessionError: the translator is closed, or this is a fork of the process that made the
                call.
        """
        self.check_process()
        if self._closed():
            raise SessionError(f"the {self._called.worker} is closed")
        if self._released or (self._cancel is not None and self._cancel.is_set()):
            raise CancelledError(f"the {self._called.work} was cancelled")
        return self.time_is_up()
