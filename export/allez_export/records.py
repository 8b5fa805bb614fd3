"""What stands beside results: hashes of what they were made from, and JSON written aside."""

from __future__ import annotations

import json
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
