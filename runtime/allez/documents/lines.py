"""Line files: read, translated and written in order, a killed run continued where it stopped.

A line ends at a line feed and nowhere else. Input is UTF-8, strictly unless the caller wants U+FFFD
in place of what is not; a byte order mark is dropped, a carriage return stays. Every line in gives
one record out: one line, or `n_best` lines of text. Every record ends with a line feed, also that
of a last line which had none. What a record is, is in records.py; where they go, and how a run goes
on, is in output.py.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

from allez.bundle import fingerprint
from allez.documents.binary import likely_encoding, refuse_what_is_no_utf8
from allez.documents.records import Format, render
from allez.documents.wrapping import looks_wrapped
from allez.errors import InputError
from allez.files import MAX_LINE_BYTES, reason
from allez.search.beam import REVISION

if TYPE_CHECKING:  # for their names alone: `allez --help` waits for none of it
    from allez.bundle.manifest import Manifest
    from allez.options import TranslateOptions
    from allez.results import Translation
    from allez.translate.pivot import Pivot
    from allez.translate.translator import Translator

Errors = Literal["strict", "replace"]
"""What becomes of bytes that are no UTF-8: an error, or U+FFFD; Python's words for it."""

LONG_LINE = 200_000
"""Of a line with more characters it is told that it takes long, since it is written at once."""

_LOOKED_AT, _MOST_WRAPPED = 200, 400
"""By how many lines a wrapped text is told, and characters that no line of one has."""

_CHUNK = 2**20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_log = logging.getLogger(__name__)


# --- reading --------------------------------------------------------------------------------


class Lines(Protocol):
    """Lines to translate, in groups: what is in one group may be worked on together."""

    def groups(self, skip: int = 0) -> Iterator[Iterable[str]]:
        """Yield all lines but the first `skip`, without their line feeds."""

    @property
    def total(self) -> int | None:
        """How many lines there are, if that is known beforehand."""


class LineFile:
    """A regular file: all of it is checked before anything is done, and read again for the work.

    What is added to the file meanwhile is no part of the work: only the bytes that were checked
    are translated.

    Args:
        path: where it is.
        errors: what becomes of bytes that are no UTF-8.
        size: how many bytes of it are meant; None: all that are there.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """

    def __init__(self, path: Path, *, errors: Errors = "strict", size: int | None = None) -> None:
        self._path = path
        self._errors: Errors = errors
        self._size = size
        self.identity: dict[str, object] = {}
        """Tells these lines from any others."""
        lines = self._lines()
        first = [
            line if len(line) < _MOST_WRAPPED else ""
            for line in itertools.islice(lines, _LOOKED_AT)
        ]
        self.is_wrapped = looks_wrapped(first)
        """Whether its sentences seem to go on from line to line."""
        self.total: int | None = len(first) + sum(1 for _ in lines)
        """How many lines it has."""

    def groups(self, skip: int = 0) -> Iterator[Iterable[str]]:
        """Yield one group: the file can be read as far ahead as anybody likes."""
        yield itertools.islice(self._lines(), skip, None)

    def _lines(self) -> Iterator[str]:
        """Yield all lines; the second time, see to it that they were the same."""
        digest, size = hashlib.sha256(), 0
        with _open(self._path) as stream:

            def read() -> bytes:
                nonlocal size
                data = stream.read(_CHUNK if self._size is None else min(_CHUNK, self._size - size))
                if size == 0:
                    refuse_what_is_no_utf8(data, str(self._path))
                digest.update(data)
                size += len(data)
                return data

            for lines in _split(read, str(self._path), self._errors):
                yield from lines
            grown = self._size is not None and bool(stream.read(1))
        identity: dict[str, object] = {"bytes": size, "sha256": digest.hexdigest()}
        if self._errors != "strict":
            identity["errors"] = self._errors
        if self.identity and self.identity != identity:
            hint = "translate a copy that nobody writes to"
            raise InputError(f"{self._path} was changed while it was being translated", hint=hint)
        if self.identity and grown:
            _log.warning(
                "%s has grown meanwhile; its first %d bytes are translated", self._path, size
            )
        self.identity, self._size = identity, size


class LineStream:
    """Standard input, a pipe, a terminal: lines as they arrive, none of them waited for.

    A group is what one read brings. A typed line is thus answered before the next one is typed,
    while a pipe that is kept full brings hundreds at a time.

    Args:
        stream: opened by the caller.
        name: what errors call it.
        close: whether to close it at the end.
        errors: what becomes of bytes that are no UTF-8.
    """

    def __init__(
        self, stream: IO[bytes], name: str, *, close: bool = False, errors: Errors = "strict"
    ) -> None:
        self._stream = stream
        self._errors: Errors = errors
        self._name = name
        self._close = close
        self.total: int | None = None
        """Unknown until the end."""

    def groups(self, skip: int = 0) -> Iterator[Iterable[str]]:
        """Yield lines as they come; `skip` is for files.

        Raises:
            InputError: a line is not UTF-8; those before it have been yielded.
        """
        assert skip == 0, "a stream cannot be continued"
        read1 = getattr(self._stream, "read1", self._stream.read)  # at most one read underneath
        first = True

        def read() -> bytes:
            nonlocal first
            data = bytes(read1(_CHUNK))
            if first:
                refuse_what_is_no_utf8(data, self._name)
            first = False
            return data

        try:
            yield from _split(read, self._name, self._errors)
        finally:
            if self._close:
                self._stream.close()


def open_lines(
    path: Path, *, errors: Errors = "strict", begun: Mapping[str, Any] | None = None
) -> LineFile | LineStream:
    """Return the lines of a file; of a named pipe as of a stream.

    Args:
        path: where it is.
        errors: what becomes of bytes that are no UTF-8.
        begun: the job that an earlier run has begun, if any: of a file that has grown since, the
            lines are those that it had then, so that the job can be brought to its end.

    Raises:
        InputError: it cannot be read; if it is a regular file, also that it is not UTF-8.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        return LineStream(_open(path), str(path), close=True, errors=errors)
    return LineFile(path, errors=errors, size=_size_then(path, begun))


def _size_then(path: Path, begun: Mapping[str, Any] | None) -> int | None:
    """Return how long the file was, if it begins with what an earlier run has begun with."""
    known = (begun or {}).get("input")
    if not isinstance(known, dict) or not isinstance(size := known.get("bytes"), int):
        return None
    if not 0 < size < os.path.getsize(path):
        return None
    digest, left = hashlib.sha256(), size
    with _open(path) as stream:
        while left and (data := stream.read(min(left, _CHUNK))):
            digest.update(data)
            left -= len(data)
    return size if digest.hexdigest() == known.get("sha256") else None


def _open(path: Path) -> io.BufferedReader:
    try:
        return open(path, "rb")
    except FileNotFoundError:
        hint = "check the name; without a file, standard input is read"
        raise InputError(f"{path} does not exist", hint=hint) from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {reason(error)}") from None


def _split(read: Callable[[], bytes], name: str, errors: Errors = "strict") -> Iterator[list[str]]:
    """Yield the lines that complete with each read, and what is left at the end."""
    number, pending = 0, b""
    while True:
        try:
            data = read()
        except OSError as error:
            raise InputError(f"cannot read {name}: {reason(error)}") from None
        *complete, pending = (pending + data).split(b"\n")
        if not data and pending and (number or pending != _BYTE_ORDER_MARK):
            complete.append(pending)  # the last line of a file may lack its line feed
        lines: list[str] = []
        failure = None
        for index, line in enumerate(complete):
            number += 1
            _check_length(line, name, number)
            try:
                lines.append(_decode(line, number, errors))
            except UnicodeDecodeError as error:
                failure = _not_utf8(error, name, number, complete[index:])
                break
        if lines:
            yield lines
        if failure is not None:
            raise failure
        if not data:
            return
        _check_length(pending, name, number + 1)


def _decode(line: bytes, number: int, errors: Errors) -> str:
    text = line.decode("utf-8", errors)
    return text[1:] if number == 1 and line.startswith(_BYTE_ORDER_MARK) else text


def _not_utf8(
    error: UnicodeDecodeError, name: str, number: int, lines: Sequence[bytes]
) -> InputError:
    """Return what is wrong with the first of these lines, and what all of them may be."""
    encoding = likely_encoding(b"\n".join(lines))
    return InputError(
        f"{name}, line {number}: not UTF-8 (byte 0x{error.object[error.start]:02x} "
        f"at position {error.start + 1})",
        hint=f"if it is text in another encoding: iconv -f {encoding} -t UTF-8; "
        "if only a few bytes are wrong: --errors replace",
    )


def _check_length(line: bytes, name: str, number: int) -> None:
    if len(line) > MAX_LINE_BYTES:
        raise InputError(
            f"{name}, line {number}: longer than {MAX_LINE_BYTES:,} bytes", hint="is it text?"
        )


# --- the work -------------------------------------------------------------------------------


def describe_job(
    lines: LineFile,
    manifest: Manifest,
    options: TranslateOptions,
    form: Format,
    before: Sequence[Manifest] = (),
) -> dict[str, Any]:
    """Return everything that decides what comes out, for `OutputFile`.

    Args:
        lines: what is translated.
        manifest: of the bundle that does it.
        options: how it searches.
        form: of the records.
        before: of bundles that write what this one reads.
    """
    job = {
        "input": lines.identity,
        "model": _identity(manifest),
        "options": options.decisive(manifest.search),
        "search": REVISION,
        "format": form,
    }
    if before:
        job["pivot"] = [[_identity(m), options.decisive(m.search)] for m in before]
    return job


def _identity(manifest: Manifest) -> dict[str, str]:
    return {
        "name": manifest.name,
        "version": manifest.version,
        "sha256": fingerprint(manifest),
    }


def translate_lines(
    translator: Translator | Pivot,
    lines: Lines,
    write: Callable[[str], None],
    *,
    options: TranslateOptions,
    form: Format = "text",
    done: int = 0,
    progress: Callable[[int], None] = lambda done: None,
    look: Callable[[Translation, int], None] | None = None,
) -> None:
    """Translate all lines but the first `done`, in order, each written as soon as it is ready.

    Args:
        translator: does the work.
        lines: what to translate.
        write: takes one record.
        options: how to search.
        form: what a record looks like.
        done: records that exist already.
        progress: is told after each record how many there are.
        look: is shown each translation that was written, and the number of its line from 1.

    Raises:
        InputError: the input is not UTF-8, or is not what it was when it was first read.
    """
    from allez.documents.stamps import translate_apart  # what is not of lines needs none

    translate = partial(translator.translate_batch, options=options)
    for group in lines.groups(done):
        for translation in translate_apart(_announced(group, done + 1), translate):
            write(render(translation, form, options.n_best, done + 1))
            done += 1
            if look is not None:
                look(translation, done)
            progress(done)


def _announced(lines: Iterable[str], number: int) -> Iterable[str]:
    """Return lines, the first of which has this number; of a very long one it is told in time.

    What is there stays a list: what is still to come is read by a thread.
    """

    def announced(line: str, number: int) -> str:
        if len(line) > LONG_LINE:
            _log.warning(
                "line %d has %d characters; it is written when all of it is done", number, len(line)
            )
        return line

    texts = map(announced, lines, itertools.count(number))
    return list(texts) if isinstance(lines, list) else texts
