"""Three kinds of files with rows: text, JSON lines, Parquet. Cut, read, written; none held whole.

Text and JSON lines are cut at bytes, as Hadoop does: a line belongs to the part in which it begins,
so that no file is read to be cut. Parquet is cut between groups of rows, of which it has a list.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from allez.errors import InputError, MissingExtraError
from allez.files import MAX_LINE_BYTES

BROKEN = "\0broken"
"""Where a row that cannot be read says why, instead of its columns; no column has such a name."""


class Part(NamedTuple):
    """A piece of a file."""

    number: int
    path: str
    start: int
    """The byte from which on lines belong to it; of Parquet, the first group of rows."""
    end: int
    """The byte from which on they do not; of Parquet, the group after the last."""


Write = Callable[[dict[str, Any]], None]
"""Writes one row."""


@dataclass(frozen=True)
class Shape:
    """A kind of files."""

    suffix: str
    read: Callable[[str, Part], Iterator[dict[str, Any]]]
    """Yields the rows of a part; of text, whose lines have no names, with this column."""
    writer: Callable[[Path, Path, str], AbstractContextManager[Write]]
    """Opens a result: the file that rows come from, its own place, the column of translations."""


def shape_of(files: Sequence[Path]) -> Shape:
    """Return what kind of files these are.

    Raises:
        InputError: there are none, or of several kinds, or of one that is not known.
    """
    suffixes = {path.suffix.lower() for path in files}
    if len(suffixes) == 1 and (found := SHAPES.get(suffixes.pop())):
        return found
    known = ", ".join(SHAPES)
    if not files:
        raise InputError("there is nothing to translate", hint=f"known are {known}")
    raise InputError(
        f"files of several kinds: {', '.join(sorted(suffixes))}"
        if suffixes
        else f"{files[0]} is of no kind that has rows",
        hint=f"known are {known}; documents are for allez translate",
    )


def cut(path: Path, shape: Shape, column: str, part_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield where parts of a file begin and end, having seen to it that it has the column.

    Raises:
        InputError: it has not, or cannot be read.
        MissingExtraError: Parquet, without pyarrow.
    """
    if shape is SHAPES[".parquet"]:
        yield from _cut_parquet(path, column, part_bytes)
        return
    size = path.stat().st_size
    if shape is SHAPES[".jsonl"] and size:
        with path.open("rb") as stream:
            first = _parse(stream.readline(MAX_LINE_BYTES))
        if BROKEN in first:
            raise InputError(f"{path}, line 1: {first[BROKEN]}", hint="one JSON object a line")
        _need(column, first, path)
    for start in range(0, size, part_bytes):
        yield start, min(start + part_bytes, size)


def _need(column: str, columns: Sequence[str] | dict[str, Any], path: Path) -> None:
    if column not in columns:
        known = ", ".join(columns) or "none"
        hint = f"--column NAME; there is: {known}"
        raise InputError(f"{path} has no column {column!r}", hint=hint)


# --- lines ----------------------------------------------------------------------------------


def _lines(part: Part) -> Iterator[bytes]:
    """Yield the lines that begin in a part, without their line feeds.

    Raises:
        InputError: one is longer than a line may be.
    """
    with open(part.path, "rb") as stream:
        if part.start:  # what began before belongs to the part before
            stream.seek(part.start - 1)
            _line(stream, part)
        while stream.tell() < part.end:
            line = _line(stream, part)
            yield line[:-1] if line.endswith(b"\n") else line


def _line(stream: BinaryIO, part: Part) -> bytes:
    at = stream.tell()
    line = stream.readline(MAX_LINE_BYTES + 1)
    if len(line) > MAX_LINE_BYTES:
        raise InputError(
            f"{part.path}, byte {at:,}: a line is longer than {MAX_LINE_BYTES:,} bytes",
            hint="is it text?",
        )
    return line


def _read_text(column: str, part: Part) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_lines(part)):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            yield {BROKEN: "not UTF-8"}
        else:
            yield {column: text[1:] if _marked(text, part, number) else text}


def _marked(text: str, part: Part, number: int) -> bool:
    """Tell whether a file begins with a byte order mark here."""
    return part.start == 0 and number == 0 and text.startswith("\ufeff")


@contextmanager
def _write_text(source: Path, place: Path, into: str) -> Iterator[Write]:
    with place.open("wb") as stream:

        def write(row: dict[str, Any]) -> None:
            text = row[into] or ""
            # A byte token can spell a line feed; lines must stay lines.
            stream.write(text.replace("\n", " ").encode() + b"\n")

        yield write


def _read_json(column: str, part: Part) -> Iterator[dict[str, Any]]:
    yield from map(_parse, _lines(part))


def _parse(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return {BROKEN: "not JSON"}
    return row if isinstance(row, dict) else {BROKEN: "no JSON object"}


@contextmanager
def _write_json(source: Path, place: Path, into: str) -> Iterator[Write]:
    with place.open("wb") as stream:

        def write(row: dict[str, Any]) -> None:
            row.pop(BROKEN, None)
            # A lone surrogate of an input, `"\\ud800"`, can only be written as it was.
            try:
                data = json.dumps(row, ensure_ascii=False).encode()
            except UnicodeEncodeError:
                data = json.dumps(row).encode()
            stream.write(data + b"\n")

        yield write


# --- Parquet --------------------------------------------------------------------------------


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("Parquet", "pyarrow") from None
    return pyarrow.parquet


def _cut_parquet(path: Path, column: str, part_bytes: int) -> Iterator[tuple[int, int]]:
    """Put groups of rows together until they are as large as a part."""
    try:
        metadata = _parquet().ParquetFile(path).metadata
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {str(error).splitlines()[0]}") from None
    _need(column, metadata.schema.to_arrow_schema().names, path)
    start = size = 0
    for group in range(metadata.num_row_groups):
        size += metadata.row_group(group).total_byte_size
        if size >= part_bytes:
            yield start, group + 1
            start, size = group + 1, 0
    if start < metadata.num_row_groups:
        yield start, metadata.num_row_groups


def _read_parquet(column: str, part: Part) -> Iterator[dict[str, Any]]:
    file = _parquet().ParquetFile(part.path)
    for batch in file.iter_batches(_ROWS, row_groups=list(range(part.start, part.end))):
        yield from batch.to_pylist()


_ROWS = 1024
"""Rows of Parquet read and written together."""


@contextmanager
def _write_parquet(source: Path, place: Path, into: str) -> Iterator[Write]:
    """Write rows with the columns of the source, their types, and the two new ones."""
    import pyarrow

    parquet = _parquet()
    schema = parquet.ParquetFile(source).schema_arrow
    for name in (into, "error"):
        if name in schema.names:
            schema = schema.remove(schema.get_field_index(name))
        schema = schema.append(pyarrow.field(name, pyarrow.string()))
    rows: list[dict[str, Any]] = []
    with parquet.ParquetWriter(place, schema) as writer:

        def flush() -> None:
            writer.write_batch(pyarrow.RecordBatch.from_pylist(rows, schema=schema))
            rows.clear()

        def write(row: dict[str, Any]) -> None:
            rows.append(row)
            if len(rows) == _ROWS:
                flush()

        yield write
        flush()


SHAPES = {
    ".txt": Shape(".txt", _read_text, _write_text),
    ".jsonl": Shape(".jsonl", _read_json, _write_json),
    ".parquet": Shape(".parquet", _read_parquet, _write_parquet),
}
