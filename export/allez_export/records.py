"""What stands beside results: hashes of what they were made from, and JSON written aside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from allez.errors import InputError
from allez.files import hash_of


def file_digest(path: Path, *, hint: str | None = None) -> str:
    """Return the SHA-256 of a file.

    Args:
        path: of the file.
        hint: what to do if there is none.

    Raises:
        InputError: it cannot be read.
    """
    try:
        status = path.stat()
        return _digest(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        advice = hint if isinstance(error, FileNotFoundError) else None
        raise InputError(f"cannot read {path}: {error.strerror}", hint=advice) from None


@lru_cache(maxsize=1024)
def _digest(path: Path, size: int, changed: int) -> str:
    """Return the SHA-256 of a file; several stages of one command ask for the same corpora."""
    return hash_of(path)


def read_state(path: Path) -> dict[str, Any]:
    """Return what work that goes on by itself left behind; nothing if nothing can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def write_json(content: Any, path: Path) -> None:
    """Write JSON aside, then rename."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


class Scored:
    """Rows of an evaluation, kept in a file, so that a killed one goes on.

    Args:
        state: the file; None: nothing is kept.
        bundle: what the scores depend on; rows of another bundle are not taken.
        limit: of how many examples a row is at most, likewise.
    """

    def __init__(self, state: Path | None, bundle: list[str], limit: int | None) -> None:
        self._state = state
        self._kept = {"bundle": bundle, "limit": limit}
        kept = read_state(state) if state is not None else {}
        same = {name: kept.get(name) for name in self._kept} == self._kept
        self._known: list[dict[str, Any]] = kept.get("rows", []) if same else []
        self.rows: list[dict[str, Any]] = []

    def add(
        self,
        start: dict[str, Any],
        score: Callable[[], Iterable[dict[str, Any]]],
        *,
        needed: Iterable[str] = (),
        **said: Any,
    ) -> None:
        """Add the rows that hold `start`: those that were kept, or else what `score` returns.

        Args:
            start: which file, by which beam.
            score: scores it.
            needed: what rows must hold that were kept, or they are made again.
            said: what the rows say besides, and what they are not found by.
        """
        found = [row for row in self._known if start.items() <= row.items()]
        if not all(name in row for name in needed for row in found):
            found = []
        self.rows += [{**start, **row, **said} for row in found or score()]
        if self._state is not None:
            write_json({**self._kept, "rows": self.rows}, self._state)
