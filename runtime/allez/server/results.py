"""Translated documents that wait to be fetched, each under a name that nobody can guess."""

from __future__ import annotations

import re
import secrets
import threading
from pathlib import PurePath
from time import monotonic
from typing import NamedTuple

MOST_BYTES = 128 * 2**20
"""Of all that wait; then the oldest goes."""

SECONDS = 900.0
"""How long one waits."""


class Result(NamedTuple):
    """A translated document."""

    name: str
    data: bytes
    end: float


class Results:
    """Those of one server, in memory. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Result] = {}

    def add(self, name: str, data: bytes) -> str:
        """Keep a document; return the name that it is fetched by.

        Args:
            name: of the file; letters that a header or a disk could trip over are left out.
            data: its bytes.
        """
        ending = re.sub(r"[^A-Za-z0-9.]", "", PurePath(name).suffix)[:12]
        token = secrets.token_urlsafe(24) + ending
        with self._lock:
            self._drop()
            while self._waiting and self._bytes() + len(data) > MOST_BYTES:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[token] = Result(f"translated{ending}", data, monotonic() + SECONDS)
        return token

    def get(self, token: str) -> Result | None:
        """Return a document; None: there is none, or none any more."""
        with self._lock:
            self._drop()
            return self._waiting.get(token)

    def _bytes(self) -> int:
        return sum(len(result.data) for result in self._waiting.values())

    def _drop(self) -> None:
        """Let go what has waited long enough; the oldest stand first."""
        now = monotonic()
        while self._waiting and next(iter(self._waiting.values())).end < now:
            del self._waiting[next(iter(self._waiting))]
