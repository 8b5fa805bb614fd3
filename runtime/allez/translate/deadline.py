"""When the work for one call must stop. Knows nothing of the work."""

from __future__ import annotations

import math
import os
import threading
import time

from allez.errors import CancelledError, OptionError, SessionError


class Brake:
    """Tells the work for one call when to stop.

    Args:
        cancel: set by the caller, from any thread, to give up.
        max_time: seconds from now; None: as long as it takes.

    Raises:
        OptionError: `max_time` is no number of seconds, or `cancel` no event.
    """

    def __init__(self, cancel: threading.Event | None, max_time: float | None) -> None:
        number = isinstance(max_time, (int, float)) and not isinstance(max_time, bool)
        if max_time is not None and not (number and max_time >= 0):
            raise OptionError(f"max_time must be seconds, 0 or more, not {max_time!r}")
        if cancel is not None and not isinstance(cancel, threading.Event):
            raise OptionError(f"cancel must be a threading.Event, not {type(cancel).__name__}")
        self._cancel = cancel
        self._end = math.inf if max_time is None else time.monotonic() + min(max_time, 1e18)
        self._released = False
        self._process = os.getpid()

    def release(self) -> None:
        """Nobody waits for the answer any more."""
        self._released = True

    def over(self) -> bool:
        """Tell whether the time is up.

        Raises:
            CancelledError: the caller has given up.
            SessionError: this is a fork of the process that made the call.
        """
        if self._process != os.getpid():
            raise SessionError(
                "this translation was begun before the process forked", hint="begin it again"
            )
        if self._released or (self._cancel is not None and self._cancel.is_set()):
            raise CancelledError("the translation was cancelled")
        return time.monotonic() >= self._end
