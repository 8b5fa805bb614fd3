"""Sentence pairs of files: read, and filtered with reasons. Knows nothing of torch."""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from allez.errors import InputError
from allez_export.config import DataConfig, SourceConfig
from allez_export.data.marked import MARK, take_mark
from allez_export.folders import MADE, data_path
from allez_export.made.answers import answers

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


def read_rows(path: Path, config: DataConfig) -> Iterator[tuple[str, Pair]]:
    """Yield the domain of each line of a file, "" if no column says it, and its pair.

    Raises:
        InputError: a line has too few columns; it is named.
    """
    if config.columns == (1, 2) and config.domain_column is None:
        yield from (("", pair) for pair in read_pairs(path))
        return
    source, target = (column - 1 for column in config.columns)
    domain = None if config.domain_column is None else config.domain_column - 1
    needed = max(*config.columns, config.domain_column or 1)
    for number, line in enumerate(read_lines(path), 1):
        columns = line.split("\t")
        if len(columns) < needed:
            raise InputError(
                f"{path}, line {number}: {len(columns)} columns where {needed} were expected",
                hint="data.columns and data.domain_column say which are read",
            )
        yield "" if domain is None else columns[domain], (columns[source], columns[target])


def read_domains(
    path: Path, config: DataConfig, limit: int | None, *, only: Sequence[str] = ()
) -> dict[str, list[Pair]]:
    """Return the pairs of each domain of a file, in the order in which they begin.

    Args:
        path: of a valid or test file.
        config: says which columns are what.
        limit: only the first so many pairs of each domain.
        only: the domains that are wanted; none named: all.

    Raises:
        InputError: the file cannot be read, or lacks a domain that is wanted.
    """
    found: dict[str, list[Pair]] = {domain: [] for domain in only}
    if config.domain_column is None:
        found = {"": []}
    for domain, pair in read_rows(path, config):
        if not only or domain in only:
            pairs = found.setdefault(domain, [])
            if limit is None or len(pairs) < limit:
                pairs.append(pair)
    empty = [domain for domain in only if not found[domain]]
    if empty:
        raise InputError(f"{path} has no line of the domain {empty[0]!r}")
    return found


def read_pairs(
    path: Path, target_path: Path | None = None, *, turned: bool = False
) -> Iterator[Pair]:
    """Yield sentence pairs of a two-column file, or of two files with as many lines.

    Args:
        path: of the file, or of the one with the first sides.
        target_path: of the one with the second sides.
        turned: whether the second side of each pair is its source.

    Raises:
        InputError: a line has not two columns, or the files differ in length; both named.
    """
    if turned:
        yield from ((source, target) for target, source in read_pairs(path, target_path))
        return
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


def why_dropped(pair: Pair, config: DataConfig, *, translated: bool = True) -> str | None:
    """Return the reason why a pair is no good to learn from, or None.

    Args:
        pair: source and target.
        config: says what is too long.
        translated: whether one side is the other in another language.
    """
    source, target = (side.split() for side in pair)
    if not source or not target:
        return "an empty side"
    if max(len(source), len(target)) > config.max_words:
        return "too long"
    if config.never and forbidden(config.never).search(pair[1].casefold()):
        return "never to be said"
    if not translated:
        return None
    # Four words are added to both, since a short sentence may well double its length.
    long, short = max(len(source), len(target)) + 4, min(len(source), len(target)) + 4
    if long > config.max_ratio * short:
        return "lengths too different"
    if len(source) > 3 and source == target:
        return "not translated"
    return None


@cache
def forbidden(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds, in a casefolded text, one of the words that `DataConfig.never` holds."""
    whole: list[str] = []
    parts: list[str] = []
    for word in words:
        pattern = r"\W+".join(map(re.escape, word.strip("*").casefold().split()))
        last = r"\b" if re.search(r"\w$", word) else ""  # no word ends with a star, or with a sign
        (whole if re.match(r"\w", word) else parts).append(pattern + last)
    return re.compile("|".join([*parts, *([rf"\b(?:{'|'.join(whole)})"] if whole else [])]))


def fold(text: str) -> str:
    """Return a text without case, punctuation and signs: what near-duplicates have in common."""
    return re.sub(r"\W+", " ", text.casefold()).strip() or text


def load_source(
    source: SourceConfig,
    config: DataConfig,
    root: Path,
    seen: set[Pair],
    *,
    translated: bool = True,
) -> tuple[list[Pair], Counter[str]]:
    """Return the pairs kept of one source, and how many were dropped, by reason.

    Args:
        source: which files, and which lines of them.
        config: how they are read, and what is dropped.
        root: the data folder.
        seen: the folded pairs of all sources so far; grows.
        translated: whether one side is the other in another language.

    Raises:
        InputError: a file cannot be read, nothing is left, or a target is marked as made.
    """
    kept: list[Pair] = []
    dropped: Counter[str] = Counter()
    for number, pair in enumerate(_pairs_of(source, config, root)):
        if source.limit is not None and number >= source.limit:
            break
        _, plain = take_mark(pair)
        if plain[1].startswith(MARK):
            raise InputError(
                f"{root / source.path}, pair {number + 1}: the target is marked as made by a model",
                hint="data.columns = [2, 1] needs what `backtranslate --turned` makes",
            )
        reason = why_dropped(plain, config, translated=translated)
        folded = (fold(plain[0]), fold(plain[1]))
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


def _pairs_of(source: SourceConfig, config: DataConfig, root: Path) -> Iterator[Pair]:
    """Yield the pairs of one source."""
    if source.target_path is not None:
        target = root / source.target_path
        yield from read_pairs(root / source.path, target, turned=config.turned)
        return
    path = data_path(source.path, root)
    if source.path.startswith(MADE):
        yield from answers(path)
        return
    for domain, pair in read_rows(path, config):
        if source.domain in (None, domain):
            yield pair
