"""Tables of any size: read, translated and written row by row, as `tables` does with a whole one.

A table is checked from its first to its last byte before anything is done, and read again for the
work; only some rows are held at a time. Each row is a record, so that a killed run goes on behind
the last one that was written. Knows nothing of where rows go.
"""

from __future__ import annotations

import codecs
import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from allez.documents.document import TextDocument
from allez.documents.encoding import at_beginning, not_in, refuse_nul
from allez.documents.reading import Reading
from allez.documents.tables import Table, row_end, separator_of
from allez.documents.translation import Look, Translate, translate_all
from allez.errors import InputError
from allez.files import MAX_LINE_BYTES, reason
from allez.results import Translation

_CHUNK = 2**20
_TOGETHER = 256
"""Rows that are translated together."""


class TableFile:
    """A table in a file.

    Args:
        path: where it is.
        reading: `columns`: see `tables.parse_csv`.
        separator: what parts its cells; None: what its first line says.

    Raises:
        InputError: it cannot be read, is in another encoding, or a quotation mark is never closed.
        OptionError: there is no such column.
    """

    def __init__(self, path: Path, reading: Reading, separator: str | None) -> None:
        self._path = path
        with self._open() as stream:
            beginning = stream.read(_CHUNK)
        self._mark, self._codec = at_beginning(beginning)
        text = codecs.getincrementaldecoder(self._codec)("replace").decode(
            beginning[len(self._mark) :]
        )
        refuse_nul(text)
        self._separator = separator or separator_of(text.split("\n", 1)[0])
        self.digest = ""
        """SHA-256 of the file, in hexadecimal digits."""
        rows = self._rows()
        sample = list(itertools.islice(rows, Table.SAMPLE + 1))
        self._table = Table(sample, self._separator, reading.columns)
        self.total = len(sample) + sum(1 for _ in rows)
        """How many rows it has."""

    def documents(self, skip: int = 0) -> Iterator[TextDocument]:
        """Yield each row but the first `skip` as a document.

        Raises:
            InputError: the file is not what it was when it was first read.
        """
        for number, row in itertools.islice(enumerate(self._rows()), skip, None):
            yield self._table.document(row, number, self._encode(first=number == 0))

    def _encode(self, *, first: bool) -> Callable[[str], bytes]:
        mark, codec = self._mark if first else b"", self._codec
        return lambda text: mark + text.encode(codec)

    def _open(self) -> IO[bytes]:
        try:
            return open(self._path, "rb")
        except OSError as error:
            raise InputError(f"cannot be read: {reason(error)}") from None

    def _rows(self) -> Iterator[str]:
        """Yield each row with its line end; at the end, see to it that the file was the same."""
        digest = hashlib.sha256()
        pending, position, line = "", 0, 1
        for text in itertools.chain(self._texts(digest.update), [None]):
            line += pending.count("\n", 0, position)
            pending, position = pending[position:] + (text or ""), 0
            while (end := row_end(pending, position, self._separator, last=text is None)) > 0:
                yield pending[position:end]
                position = end
            if text is None and position < len(pending):
                line += pending.count("\n", 0, position)
                raise InputError(f"line {line}: a quotation mark is never closed")
            if len(pending) - position > MAX_LINE_BYTES:
                line += pending.count("\n", 0, position)
                raise InputError(
                    f"line {line}: a row of more than {MAX_LINE_BYTES:,} characters",
                    hint="a quotation mark there may never be closed",
                )
        if self.digest not in ("", digest.hexdigest()):
            raise InputError(
                "it was changed while it was being translated",
                hint="translate a copy that nobody writes to",
            )
        self.digest = digest.hexdigest()

    def _texts(self, look: Callable[[bytes], None]) -> Iterator[str]:
        """Yield the text of the file piece by piece, and show each piece's bytes."""
        decoder = codecs.getincrementaldecoder(self._codec)()
        before, line = len(self._mark), 1
        with self._open() as stream:
            look(stream.read(before))
            while True:
                data = stream.read(_CHUNK)
                look(data)
                try:
                    text = decoder.decode(data, final=not data)
                except UnicodeDecodeError as error:
                    line += error.object.count(b"\n", 0, error.start)
                    raise not_in(self._codec, error.object[error.start], line) from None
                line += text.count("\n")
                yield text
                if not data:
                    return


def _groups(documents: Iterable[TextDocument]) -> Iterator[list[TextDocument]]:
    group: list[TextDocument] = []
    size = 0
    for document in documents:
        group.append(document)
        size += sum(len(segment.source.text) for segment in document.segments)
        if len(group) == _TOGETHER or size > _CHUNK:
            yield group
            group, size = [], 0
    if group:
        yield group


def open_csv(path: Path, reading: Reading) -> TableFile:
    """Return a table whose first line tells what parts its cells; see `TableFile`."""
    return TableFile(path, reading, None)


def open_tsv(path: Path, reading: Reading) -> TableFile:
    """Return a table whose cells are parted by tabs; see `TableFile`."""
    return TableFile(path, reading, "\t")


def translate_rows(
    table: TableFile,
    write: Callable[[bytes], None],
    steps: Sequence[Translate],
    *,
    done: int = 0,
    progress: Callable[[int], None] = lambda done: None,
    look: Look = lambda row, text, translation: None,
) -> None:
    """Translate all rows but the first `done`, in order.

    Args:
        table: what is translated.
        write: takes one row.
        steps: each translates what the one before wrote.
        done: rows that are there already.
        progress: is told after each row how many there are.
        look: as for `translate_document`, but numbers are those of rows, from 1.
    """
    for group in _groups(table.documents(done)):
        texts = [segment.source for document in group for segment in document.segments]
        rows = [row for row, document in enumerate(group, done + 1) for _ in document.segments]

        def show(
            number: int, text: str, translation: Translation, rows: Sequence[int] = rows
        ) -> None:
            look(rows[number], text, translation)

        translated = iter(translate_all(texts, steps, look=show))
        for document in group:
            write(document.render(list(itertools.islice(translated, len(document.segments)))))
            done += 1
            progress(done)
