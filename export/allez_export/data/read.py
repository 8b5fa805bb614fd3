"""Sentence pairs of files: read, and filtered with reasons. Knows nothing of torch."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from allez.errors import InputError
from allez_export.config import DataConfig, SourceConfig

Pair = tuple[str, str]
"""A sentence and its translation."""


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a UTF-8 text file, gzipped or not, without their line ends.

    Raises:
        InputError: it is missing, unreadable, or not UTF-8 (the line is named).
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    yield line.decode("utf-8").rstrip("\r\n")
                except UnicodeDecodeError:
                    raise InputError(f"{path}, line {number}: not UTF-8") from None
    except OSError as error:  # gzip.BadGzipFile among them
        hint = "name the data folder with --data" if isinstance(error, FileNotFoundError) else None
        raise InputError(f"cannot read {path}: {error.strerror or error}", hint=hint) from None
    except (EOFError, zlib.error) as error:
        raise InputError(f"cannot read {path}: damaged gzip file ({error})") from None


def read_pairs(path: Path, target_path: Path | None = None) -> Iterator[Pair]:
    """Yield sentence pairs of a two-column file, or of two files with as many lines.

    Raises:
        InputError: a line has not two columns, or the files differ in length; both named.
    """
    if target_path is None:
        for number, line in enumerate(read_lines(path), 1):
            columns = line.split("\t")
            if len(columns) != 2:
                raise InputError(
                    f"{path}, line {number}: {len(columns)} columns where 2 were expected",
                    hint="each line is: source, tab, target",
                )
            yield columns[0], columns[1]
        return
    try:
        yield from zip(read_lines(path), read_lines(target_path), strict=True)
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} and {target_path} have different numbers of lines") from None


def why_dropped(pair: Pair, config: DataConfig) -> str | None:
    """Return the reason why a pair is no good to learn from, or None."""
    source, target = (side.split() for side in pair)
    if not source or not target:
        return "an empty side"
    if max(len(source), len(target)) > config.max_words:
        return "too long"
    # Four words are added to both, since a short sentence may well double its length.
    long, short = max(len(source), len(target)) + 4, min(len(source), len(target)) + 4
    if long > config.max_ratio * short:
        return "lengths too different"
    if len(source) > 3 and source == target:
        return "not translated"
    return None


def fold(text: str) -> str:
    """Return a text without case, punctuation and signs: what near-duplicates have in common."""
    return re.sub(r"\W+", " ", text.casefold()).strip() or text


def load_source(
    source: SourceConfig, config: DataConfig, root: Path, seen: set[Pair]
) -> tuple[list[Pair], Counter[str]]:
    """Return the pairs kept of one source, and how many were dropped, by reason.

    `seen` holds the folded pairs of all sources so far, and grows.
    """
    kept: list[Pair] = []
    dropped: Counter[str] = Counter()
    target = root / source.target_path if source.target_path else None
    for number, pair in enumerate(read_pairs(root / source.path, target)):
        if source.limit is not None and number >= source.limit:
            break
        reason = why_dropped(pair, config)
        folded = (fold(pair[0]), fold(pair[1]))
        if reason is None and folded in seen:
            reason = "found before"
        if reason is None:
            seen.add(folded)
            kept.append(pair)
        else:
            dropped[reason] += 1
    if not kept:
        raise InputError(f"{root / source.path}: no pair is left after filtering")
    return kept, dropped
