"""Results that are complete or not there, and that a killed run can be continued on.

A result grows in `<name>.partial` beside its place and is renamed when it is complete. What it is
the result of stands in `<name>.partial.json`: the next run with the same job keeps the complete
records and goes on behind them; one with another job refuses. Knows nothing of translation.
"""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from allez.errors import OutputError

_log = logging.getLogger(__name__)
logging.getLogger("allez").addHandler(logging.NullHandler())  # silent unless asked


class Output(Protocol):
    """Where records go; a context manager."""

    done: int
    """Records that are there."""

    def write(self, data: str | bytes) -> None:
        """Write one record."""

    def __enter__(self) -> Output: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class OutputFile:
    """`<target>.partial`, renamed to `<target>` at the end of a `with` block that succeeds.

    After a failure the complete records are kept if there is a `job` and at least one of them;
    otherwise nothing is left. What exists under the target's name is replaced at the end only.

    Args:
        target: a regular file, existing or not.
        source: the file read; it may not be overwritten.
        job: what is being made, in JSON's terms; None: nothing that could be continued.
        lines_per_record: lines of one record.

    Raises:
        OutputError: no file can be written there, or another run is writing it.
    """

    def __init__(
        self,
        target: Path,
        *,
        source: Path | None = None,
        job: Mapping[str, Any] | None = None,
        lines_per_record: int = 1,
    ) -> None:
        self._target = Path(os.path.realpath(target))  # through links, as any editor writes
        self._partial = self._target.with_name(self._target.name + ".partial")
        self._state = self._target.with_name(self._target.name + ".partial.json")
        self._shown = target
        self._job = None if job is None else json.loads(json.dumps(job))
        self.done = 0
        """Records in the file."""
        self._check(source)
        try:
            self._stream = open(self._partial, "a+b")  # noqa: SIM115  (__exit__ closes it)
        except OSError as error:
            raise self._error(error) from None
        try:
            self._lock()
            self.done = self._resume(lines_per_record)
        except OSError as error:
            self._stream.close()
            raise (error if isinstance(error, OutputError) else self._error(error)) from None

    def _error(self, error: OSError | str, hint: str | None = None) -> OutputError:
        why = error if isinstance(error, str) else reason(error)
        return OutputError(f"cannot write {self._shown}: {why}", hint=hint)

    def _check(self, source: Path | None) -> None:
        """Refuse what must fail, or would destroy something, before any work is done."""
        # os.path, because Path's own questions raise where a folder may not be looked into
        if os.path.isdir(self._target):
            raise self._error("it is a folder", "name a file in it")
        if not os.path.isdir(self._target.parent):
            raise self._error(f"there is no folder {self._target.parent}", "make it first")
        if os.path.exists(self._target) and not os.access(self._target, os.W_OK):
            raise self._error("it is write-protected")  # renaming would get past that
        for path in (self._target, self._partial, self._state):
            if source is not None and os.path.exists(path) and os.path.samefile(path, source):
                raise self._error(f"{source} is being read", "write to another file")

    def _lock(self) -> None:
        """Keep a second run out; the lock ends with the process, however that ends."""
        if sys.platform == "win32":  # where an open file cannot be renamed over anyway
            return
        import fcntl

        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise self._error(f"another run is writing {self._partial}") from None
        except OSError:
            _log.debug("%s: this file system has no locks", self._partial)
        # Between our opening and locking it, another run may have finished and renamed it.
        if not self._partial.exists() or not os.path.samestat(
            os.fstat(self._stream.fileno()), self._partial.stat()
        ):
            raise self._error("another run has just written it")

    def _resume(self, lines_per_record: int) -> int:
        """Cut the partial file to what can be kept; return how many records that is."""
        state = self._read_state()
        if state is not None and state == self._job:
            done, size = self._complete(lines_per_record)
            self._stream.truncate(size)
            if done:
                _log.warning("%s: continuing after %d lines", self._shown, done)
            return done
        if self._partial.stat().st_size:
            hint = f"remove {self._partial}, or write to another file"
            if state is None:
                raise self._error(f"{self._partial} is in the way, and no run has left it", hint)
            if state:  # else nothing could have been continued
                job = self._job or {}
                other = [key for key in state | job if state.get(key) != job.get(key)]
                why = f"begun with other {' and '.join(other)}"
                raise self._error(f"{self._partial} is in the way, {why}", hint)
        # In this order, so that a kill in between never leaves a state beside another's lines,
        # nor lines without a state.
        self._stream.truncate(0)
        self._state.write_text(json.dumps(self._job or {}, indent=1), encoding="utf-8")
        return 0

    def _read_state(self) -> dict[str, Any] | None:
        """Return what the partial file is the result of: {} if unknown, None if nobody says."""
        try:
            state = json.loads(self._state.read_bytes())
        except OSError:
            return None
        except ValueError:  # a kill cut it short
            return {}
        return state if isinstance(state, dict) else {}

    def _complete(self, lines_per_record: int) -> tuple[int, int]:
        """Return the number of complete records in the partial file, and their bytes."""
        lines = position = size = 0
        self._stream.seek(0)
        for line in self._stream:
            if not line.endswith(b"\n"):
                break
            lines, position = lines + 1, position + len(line)
            if lines % lines_per_record == 0:
                size = position
        return lines // lines_per_record, size

    def __enter__(self) -> OutputFile:
        return self

    def write(self, data: str | bytes) -> None:
        """Write one record, through to the operating system: a kill loses nothing before it."""
        try:
            self._stream.write(encode(data))
            self._stream.flush()
        except OSError as error:
            raise self._error(error) from None
        self.done += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self._commit()
            return
        try:
            self._stream.close()
        except OSError:  # a full disk says so a second time; what counts was said before
            _log.debug("%s: closing failed", self._partial)
        if self._job is None or not self.done:
            self._partial.unlink(missing_ok=True)
            self._state.unlink(missing_ok=True)
        else:
            _log.warning(
                "%d lines are kept in %s; the same command continues there",
                self.done,
                self._partial,
            )

    def _commit(self) -> None:
        try:
            os.fsync(self._stream.fileno())
            if sys.platform == "win32":
                self._stream.close()
            if os.path.exists(self._target):  # what was private stays private
                os.chmod(self._partial, os.stat(self._target).st_mode & 0o777)
            os.replace(self._partial, self._target)  # still locked: see _lock
            self._stream.close()
            self._state.unlink(missing_ok=True)
        except OSError as error:
            self._stream.close()
            raise self._error(error) from None


class OutputStream:
    """What cannot be renamed into place, such as a named pipe or `/dev/null`."""

    def __init__(self, target: Path, descriptor: int | None = None) -> None:
        self._shown = target
        self.done = 0
        """Records written."""
        try:
            opened = target if descriptor is None else os.dup(descriptor)
            self._stream = open(opened, "wb", buffering=0)  # noqa: SIM115  (as above)
        except OSError as error:
            raise OutputError(f"cannot write {target}: {reason(error)}") from None

    def __enter__(self) -> OutputStream:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def write(self, data: str | bytes) -> None:
        """Write one record."""
        remaining = memoryview(encode(data))
        try:
            while remaining:
                remaining = remaining[self._stream.write(remaining) :]
        except BrokenPipeError:
            raise  # the reader has had enough, which is no error
        except OSError as error:
            raise OutputError(f"cannot write {self._shown}: {reason(error)}") from None
        self.done += 1


def open_output(
    target: Path,
    *,
    source: Path | None = None,
    job: Mapping[str, Any] | None = None,
    lines_per_record: int = 1,
) -> Output:
    """Return what writes to `target`; see `OutputFile` for arguments and errors."""
    # A name of what is open already: opened anew, it would write from the start of the file.
    descriptor = re.fullmatch(r"/dev/(?:fd/(\d+)|std(out|err))|/proc/self/fd/(\d+)", str(target))
    if descriptor:
        number, name, other = descriptor.groups()
        return OutputStream(target, {"out": 1, "err": 2}.get(name) or int(number or other))
    try:
        mode = target.stat().st_mode
    except OSError:
        mode = stat.S_IFREG  # there is nothing yet
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return OutputFile(target, source=source, job=job, lines_per_record=lines_per_record)
    return OutputStream(target)


def encode(data: str | bytes) -> bytes:
    r"""Return UTF-8; lone surrogates, which have none, as `\udcff`, which JSON reads again."""
    return data if isinstance(data, bytes) else data.encode("utf-8", "backslashreplace")


def reason(error: OSError) -> str:
    """Return what the operating system says, to stand behind a colon."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]
