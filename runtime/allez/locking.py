"""A lock on an open file, which ends with the stream, or with the process, however that ends."""

from __future__ import annotations

import logging
import sys
from typing import IO

_log = logging.getLogger(__name__)

_LOCKED_BYTE = 2**31 - 2
"""Which byte is locked on Windows, where what is locked cannot be read: far behind the text."""


def lock(stream: IO[bytes], *, wait: bool = False) -> bool:
    """Keep other runs out of a file; return False if one is in it.

    Args:
        stream: an open file.
        wait: until the other one is done (on Windows for ten seconds at most).
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            stream.seek(_LOCKED_BYTE)
            msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            stream.seek(0)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        if wait and sys.platform == "win32":  # what LK_LOCK raises when ten seconds are over
            return False
        _log.debug("%s: this file system has no locks", stream.name)
    return True
