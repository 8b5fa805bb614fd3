"""Files that are ours alone, and what is said of those that are not."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import IO

from allez.errors import OutputError

MAX_LINE_BYTES = 16 * 2**20
"""Longer ones are taken for something else than lines of text."""


def open_own(path: Path, *, shown: Path, create: int | None = None) -> IO[bytes]:
    """Open a file that is ours alone; one that is not there is made, with the mode `create`.

    Never through a link: whoever can write in the folder could have it lead to any file.

    Raises:
        FileNotFoundError: it is not there, and is not to be made.
        OutputError: it is a link, or no file; `shown` cannot be written then.
    """
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    if os.path.islink(path):
        raise in_the_way(shown, path, "and is a link")
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        if create is None:
            raise
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, create)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        os.close(descriptor)
        raise in_the_way(shown, path, "and is no file of its own")
    return open(descriptor, "r+b")


def in_the_way(shown: Path, path: Path, why: str) -> OutputError:
    """Return the error that `shown` cannot be written because of what lies at `path`."""
    hint = f"remove {path}, or write to another file"
    return OutputError(f"cannot write {shown}: {path} is in the way, {why}", hint=hint)


def reason(error: OSError) -> str:
    """Return what the operating system says, to stand behind a colon."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits; OSError: it cannot be read."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while data := stream.read(2**20):
            digest.update(data)
    return digest.hexdigest()
