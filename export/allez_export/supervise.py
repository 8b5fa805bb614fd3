"""Keeps a training run going: a process of its own for it, started again when it dies.

Training keeps checkpoints, so that what dies costs minutes; this is for machines on which processes
are killed, for want of memory or by a scheduler. Knows nothing of torch.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

TRIES = 5
"""Deaths in a row without a new checkpoint, after which it is given up."""

PAUSE = 10.0
"""Seconds before it is started again: what killed it may pass."""

OURS = (0, 1, 2, 130)
"""Exit codes that the program gives by itself: done, an error told, wrong use, interrupted."""


def supervise(
    argv: Sequence[str],
    checkpoint: Path,
    say: Callable[[str], None],
    *,
    pause: float = PAUSE,
    start: Callable[[Sequence[str]], int] | None = None,
) -> int:
    """Run `allez-export` with these arguments until it ends by itself; return its exit code.

    Args:
        argv: arguments of the command line, without `--supervise`.
        checkpoint: the file that says how far it is.
        say: tells the user what happened.
        pause: seconds before it is started again.
        start: runs the command and returns its exit code, negative of a signal; for tests.
    """
    run = start or _run
    deaths = 0
    while True:
        before = _stamp(checkpoint)
        code = run(argv)
        told_by_itself = code in OURS
        if told_by_itself:
            return code
        moved = _stamp(checkpoint) != before
        deaths = 1 if moved else deaths + 1
        cause = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        if deaths >= TRIES:
            say(f"train   ended by {cause}, {TRIES} times without a new checkpoint: given up")
            return 1
        say(f"train   ended by {cause}; it goes on from its last checkpoint in {pause:.0f} s")
        time.sleep(pause)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def _run(argv: Sequence[str]) -> int:
    command = [sys.executable, "-c", _MAIN, *argv]
    with subprocess.Popen(command) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child was interrupted too, and says so
            child.wait()
            return 130


_MAIN = """
import os, sys
from allez_export.cli import main
try:
    code = main(sys.argv[1:])
except Exception:
    import traceback
    traceback.print_exc()
    os._exit(70)  # a crash, which is told from an error that was reported
sys.exit(code)
"""
