"""Results that are complete or not there, and that a killed run can be continued on.

A result grows in `<name>.partial` beside its place and is renamed when it is complete. What it is
the result of stands in `<name>.partial.json`, and below that, one line for each record, how long
the result is with it and its checksum: the next run with the same job keeps the complete records
and goes on behind them; one with another job refuses, as does any where a file of these names is
none that a run has left. Knows nothing of translation.
"""

from __future__ import annotations

import json
import logging
import os
import re
import stat
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Protocol

from allez.errors import InputError, OutputError
from allez.files import in_the_way, open_own, reason
from allez.locking import lock

_log = logging.getLogger(__name__)
logging.getLogger("allez").addHandler(logging.NullHandler())  # silent unless asked

_MARK = b'{"allez": "unfinished", "job": '
"""How every `.partial.json` begins: whatever begins otherwise is somebody else's file."""

_LONGEST_JOB = 2**20
"""Bytes of a description that is worth reading."""


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


class _Left(NamedTuple):
    """What an earlier run has left of what it was making."""

    job: dict[str, Any] | None
    """What that was; None: nothing that could be continued."""
    known: bool
    """False if nobody says what it was."""


def _left(first: bytes) -> _Left:
    """Read the first line of a `.partial.json`, which a kill may have cut short."""
    if first.startswith(_MARK):
        try:
            job = json.loads(first)["job"]
        except (ValueError, RecursionError):
            pass
        else:
            if job is None or isinstance(job, dict):
                return _Left(job, known=True)
    return _Left(None, known=False)


class OutputFile:
    """`<target>.partial`, renamed to `<target>` at the end of a `with` block that succeeds.

    After a failure the complete records are kept if there is a `job` and at least one of them;
    otherwise nothing is left. What exists under the target's name is replaced at the end only, and
    the result takes over its permissions; a new result has those of `source`, less the umask.

    Args:
        target: a regular file, existing or not.
        source: the file read; it may not be overwritten.
        job: what is being made, in JSON's terms; None: nothing that could be continued.
        unit: what records are called.

    Raises:
        OutputError: no file can be written there, another run is writing it, or what lies in the
            way belongs to somebody else.
    """

    def __init__(
        self,
        target: Path,
        *,
        source: Path | None = None,
        job: Mapping[str, Any] | None = None,
        unit: str = "lines",
    ) -> None:
        self._unit = unit
        self._target = Path(os.path.realpath(target))  # through links, as any editor writes
        self._partial = self._target.with_name(self._target.name + ".partial")
        self._state = self._target.with_name(self._target.name + ".partial.json")
        self._shown = target
        self._job = None if job is None else json.loads(json.dumps(job))
        self._journal: IO[bytes] | None = None
        self._size = self._checksum = 0
        self.done = 0
        """Records in the file."""
        self._check(source)
        try:
            self._mode = 0o666 if source is None else os.stat(source).st_mode & 0o777
            self._stream = self._open(self._partial, create=self._mode | 0o600)
            self._lock()
        except OSError as error:
            raise self._error(error) from None
        try:
            self._resume()
        except BaseException as error:
            empty = not os.fstat(self._stream.fileno()).st_size
            self._close()
            if empty:
                self._partial.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise self._error(error) from None
            raise

    def _error(self, error: OSError | str, hint: str | None = None) -> OutputError:
        if isinstance(error, OutputError):
            return error
        why = error if isinstance(error, str) else reason(error)
        return OutputError(f"cannot write {self._shown}: {why}", hint=hint)

    def _in_the_way(self, path: Path, why: str) -> OutputError:
        return in_the_way(self._shown, path, why)

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

    def _open(self, path: Path, *, create: int | None = None) -> IO[bytes]:
        return open_own(path, shown=self._shown, create=create)

    def _lock(self) -> None:
        """Keep a second run out."""
        if not lock(self._stream):
            self._stream.close()
            raise self._error(f"another run is writing {self._partial}")
        # Between our opening and locking it, another run may have finished and renamed it.
        if not self._partial.exists() or not os.path.samestat(
            os.fstat(self._stream.fileno()), self._partial.stat()
        ):
            self._stream.close()
            raise self._error("another run has just written it")

    def _resume(self) -> None:
        """Go on behind the records that can be kept, or begin."""
        left = self._read_state()
        if left.known and left.job is not None and left.job == self._job:
            self._continue()
            return
        if os.fstat(self._stream.fileno()).st_size:
            if not left.known:
                raise self._in_the_way(self._partial, "and no run has left it")
            if left.job is not None:  # else nothing could have been continued
                job = self._job or {}
                other = [key for key in left.job | job if left.job.get(key) != job.get(key)]
                raise self._in_the_way(self._partial, f"begun with other {' and '.join(other)}")
        # In this order, so that a kill in between never leaves a state beside another's lines,
        # nor lines without a state.
        self._stream.truncate(0)
        self._stream.seek(0)
        self._state.unlink(missing_ok=True)
        self._journal = self._open(self._state, create=0o600)
        try:
            self._journal.write(_MARK + json.dumps(self._job).encode() + b"}\n")
            self._journal.flush()
        except OSError:
            self._state.unlink()
            raise

    def _read_state(self) -> _Left:
        """Return what the partial file is the result of.

        Raises:
            OutputError: no run has written that file.
        """
        try:
            with self._open(self._state) as stream:
                first = stream.readline(_LONGEST_JOB)
        except FileNotFoundError:
            return _Left(None, known=False)
        if not first.startswith(_MARK[: len(first)]):
            raise self._in_the_way(self._state, "and no run has left it")
        return _left(first)

    def _continue(self) -> None:
        """Keep the records that are there and are as they were written, and cut off the rest."""
        self._journal = self._open(self._state)
        self._journal.readline()
        self._stream.seek(0)
        kept, total = self._journal.tell(), os.fstat(self._stream.fileno()).st_size
        for line in iter(self._journal.readline, b""):
            entry = re.fullmatch(rb"\[(\d{1,18}), (\d{1,10})\]\n", line)
            if entry is None or int(entry[1]) > total:  # a kill cut the entry or its record short
                break
            size, checksum = int(entry[1]), int(entry[2])
            data = self._stream.read(max(0, size - self._size))
            if zlib.crc32(data, self._checksum) != checksum:
                why = f"and was changed since a run left it, at its record {self.done + 1}"
                raise self._in_the_way(self._partial, why)
            self._size, self._checksum, self.done = size, checksum, self.done + 1
            kept = self._journal.tell()
        else:
            if self._size < total:
                rest = total - self._size
                _log.warning("%s: its last %d bytes are from no run", self._partial, rest)
        for stream, size in ((self._journal, kept), (self._stream, self._size)):
            stream.truncate(size)
            stream.seek(size)
        if self.done:
            _log.warning("%s: continuing after %d %s", self._shown, self.done, self._unit)

    def __enter__(self) -> OutputFile:
        return self

    def write(self, data: str | bytes) -> None:
        """Write one record, through to the operating system: a kill loses nothing before it."""
        content = encode(data)
        size, checksum = self._size + len(content), zlib.crc32(content, self._checksum)
        try:
            if self._job is not None and self._journal is not None:
                # First what is to be there, then it: no complete record lacks its entry.
                self._journal.write(b"[%d, %d]\n" % (size, checksum))
                self._journal.flush()
            self._stream.write(content)
            self._stream.flush()
        except OSError as error:
            raise self._error(error) from None
        self._size, self._checksum, self.done = size, checksum, self.done + 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            try:
                self._commit()
            except OSError as failure:
                self._keep(failure)
                raise self._error(failure) from None
            except BaseException as failure:
                self._keep(failure)
                raise
        else:
            self._keep(error)

    def _close(self) -> None:
        for stream in (self._stream, self._journal):
            try:
                if stream is not None:
                    stream.close()
            except OSError:  # a full disk says so a second time; what counts was said before
                _log.debug("%s: closing failed", self._partial)

    def _keep(self, error: BaseException | None) -> None:
        """Keep the complete records for another run, if there can be one."""
        self._close()
        if self._job is None or not self.done:
            self._partial.unlink(missing_ok=True)
            self._state.unlink(missing_ok=True)
            return
        # If the input was at fault, the same command may well have the same end.
        further = "" if isinstance(error, InputError) else "; the same command continues there"
        _log.warning("%d %s are kept in %s%s", self.done, self._unit, self._partial, further)

    def _commit(self) -> None:
        os.fsync(self._stream.fileno())
        mode = stat.S_IMODE(os.fstat(self._stream.fileno()).st_mode)
        try:
            wanted = os.stat(self._target).st_mode & 0o777  # what was private stays private
        except FileNotFoundError:
            wanted = mode & self._mode  # the umask was taken off when it was made
        if wanted != mode:
            try:
                os.chmod(self._partial, wanted)
            except OSError:  # all files of a memory stick have the same; no reason to lose the work
                _log.debug("%s: this file system keeps no permissions", self._partial)
        if sys.platform == "win32":  # where what is open cannot be renamed
            self._close()
        os.replace(self._partial, self._target)  # still locked: see _lock
        self._close()
        self._state.unlink(missing_ok=True)


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
    unit: str = "lines",
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
        return OutputFile(target, source=source, job=job, unit=unit)
    return OutputStream(target)


def unfinished(target: Path) -> Mapping[str, Any] | None:
    """Return the job that a run has begun to write to `target` and not brought to its end."""
    state = os.path.realpath(target) + ".partial.json"
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # no waiting for a pipe
    try:
        with open(os.open(state, os.O_RDONLY | flags), "rb") as stream:
            first = stream.readline(_LONGEST_JOB)
    except OSError:  # `OutputFile` tells what is wrong, if anything is
        return None
    return _left(first).job


def encode(data: str | bytes) -> bytes:
    r"""Return UTF-8; lone surrogates, which have none, as `\udcff`, which JSON reads again."""
    return data if isinstance(data, bytes) else data.encode("utf-8", "backslashreplace")
