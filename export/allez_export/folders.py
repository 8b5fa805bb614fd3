"""Results are written aside and put in place when they are whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from allez.errors import AllezError, OutputError


@contextmanager
def written_aside(final: Path) -> Iterator[Path]:
    """Give a fresh folder to write into; it replaces `final` when all went well.

    Raises:
        OutputError: it cannot be written.
    """
    partial = final.with_name(final.name + ".partial")
    previous = final.with_name(final.name + ".previous")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
    except OSError as error:
        raise OutputError(f"cannot write {partial}: {error.strerror}") from None
    try:
        yield partial
        shutil.rmtree(previous, ignore_errors=True)
        if final.exists():
            os.replace(final, previous)
        os.replace(partial, final)
        shutil.rmtree(previous, ignore_errors=True)
    except AllezError:  # some of ours are OSErrors too, and say more
        raise
    except OSError as error:
        raise OutputError(f"cannot write {final}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
