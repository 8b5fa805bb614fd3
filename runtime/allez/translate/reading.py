"""Texts as they come: those of a list are there, those of any other iterable are waited for.

What a text is, is the caller's affair: pictures are read likewise.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
Out = TypeVar("Out", covariant=True)


class Texts(Protocol[Out]):
    """What is read, text by text."""

    def ready(self) -> bool:
        """Tell whether `take` would return at once; False at the end, too."""

    def take(self) -> Out:
        """Return the next text; only if it is `ready`."""

    def ended(self) -> bool:
        """Tell whether there is no more; raise what the iterable has raised instead of it."""

    def stop(self) -> None:
        """Read no further; what was read can still be taken."""


def read(texts: Iterable[T], bound: int, wake: Callable[[], None]) -> Texts[T]:
    """Return the texts of any iterable; what is no list or tuple is read by a thread of its own.

    Args:
        texts: what is read.
        bound: how many are read ahead of those that were taken.
        wake: called when there is something new.
    """
    if isinstance(texts, (list, tuple)):
        return Given(texts)
    return ReadAhead(texts, bound, wake)


class Given(Generic[T]):
    """The texts of a list or tuple."""

    def __init__(self, texts: list[T] | tuple[T, ...]) -> None:
        self._texts = deque(texts)

    def ready(self) -> bool:
        """See `Texts`."""
        return bool(self._texts)

    def take(self) -> T:
        """See `Texts`."""
        return self._texts.popleft()

    def ended(self) -> bool:
        """See `Texts`."""
        return not self._texts

    def stop(self) -> None:
        """See `Texts`: they have all been read."""


class ReadAhead(Generic[T]):
    """The texts of an iterable, read by a thread of its own and not far ahead.

    The thread may be inside the iterable, waiting for its next text, when nobody wants that any
    more: it ends when it gets it, and never keeps the process alive.

    Args:
        texts: any iterable.
        bound: how many are read ahead of those that were taken.
        wake: called when there is something new.
    """

    def __init__(self, texts: Iterable[T], bound: int, wake: Callable[[], None]) -> None:
        self._iterator: Iterator[T] = iter(texts)
        self._bound = bound
        self._wake = wake
        self._read: deque[T] = deque()
        self._room = threading.Condition()
        self._process = os.getpid()
        self._stopped = self._ended = False
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="allez-read", daemon=True)
        try:
            self._thread.start()
            self._aside = True
        except RuntimeError:  # there may be no more threads: read when asked, then
            self._aside = False

    def _run(self) -> None:
        while self._next():
            with self._room:
                while len(self._read) >= self._bound and not self._stopped:
                    self._room.wait()
                if self._stopped:
                    return

    def _next(self) -> bool:
        """Read one text; return whether there was one."""
        try:
            self._read.append(next(self._iterator))
        except StopIteration:
            self._ended = True
        except BaseException as error:  # raised where the texts are taken
            self._error = error
            self._ended = True
        self._wake()
        return not self._ended

    def ready(self) -> bool:
        """See `Texts`."""
        if not self._aside and not self._read and not self._ended and not self._stopped:
            self._next()
        return bool(self._read)

    def take(self) -> T:
        """See `Texts`."""
        with self._room:
            self._room.notify()
            return self._read.popleft()

    def ended(self) -> bool:
        """See `Texts`."""
        if self._read or not (self._ended or self._stopped):
            return False
        if self._error is not None:
            raise self._error
        return True

    def stop(self) -> None:
        """See `Texts`."""
        self._stopped = True
        if self._process == os.getpid():  # in a fork nobody reads, or will release the lock
            with self._room:
                self._room.notify()
