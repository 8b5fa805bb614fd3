"""Sentence pairs: reading, filtering with reasons, mixing by weight, batches of equal length.

Everything is drawn from seeded generators, so that a training run continues exactly where it
stopped: `Stream.state` is all that has to be kept. Knows nothing of torch.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from allez.errors import InputError
from allez.text.tokenizer import Tokenizer
from allez_export.augment import Pair as Pair
from allez_export.augment import careless, untranslatable
from allez_export.config import DataConfig, SourceConfig
from allez_export.vocabulary import BOS, EOS, PAD

_CHUNK, _ORDER, _SAMPLE = 1, 2, 3
"""First of the numbers that seed a generator, so that no two purposes share one."""

Ids = npt.NDArray[np.int64]


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


@dataclass(frozen=True, slots=True)
class Batch:
    """Sentences of one source length, S; targets of any length, padded to T - 1."""

    source: Ids
    """[B, S] ids, eos last."""
    target: Ids
    """[B, T] ids: bos, the sentence, eos, pad."""

    @property
    def tokens(self) -> int:
        """Target tokens to predict, eos counted."""
        return int((self.target[:, 1:] != PAD).sum())


def make_batches(examples: Sequence[tuple[list[int], list[int]]], tokens: int) -> list[Batch]:
    """Sort examples (ids without bos and eos) into batches of about `tokens` target tokens."""
    order = sorted(range(len(examples)), key=lambda i: (len(examples[i][0]), len(examples[i][1])))
    batches: list[Batch] = []
    group: list[int] = []

    def flush() -> None:
        if not group:
            return
        longest = max(len(examples[i][1]) for i in group)
        source = np.array([[*examples[i][0], EOS] for i in group], dtype=np.int64)
        target = np.full((len(group), longest + 2), PAD, dtype=np.int64)
        for row, i in enumerate(group):
            ids = examples[i][1]
            target[row, : len(ids) + 2] = [BOS, *ids, EOS]
        batches.append(Batch(source, target))
        group.clear()

    for i in order:
        width = len(examples[i][1]) + 1  # the longest so far: targets are sorted within a length
        same = not group or len(examples[group[0]][0]) == len(examples[i][0])
        if not same or (len(group) + 1) * width > tokens:
            flush()
        group.append(i)
    flush()
    return batches


class Stream:
    """Endless training batches, mixed from several sources by weight.

    Each source is read in a random order of its own, again and again; `state` says how far.
    """

    def __init__(
        self,
        sources: Sequence[Sequence[Pair]],
        config: DataConfig,
        tokenizer: Tokenizer,
        *,
        seed: int,
        chunk_tokens: int,
        batch_tokens: int,
    ) -> None:
        self._sources = sources
        self._config = config
        self._tokenizer = tokenizer
        self._seed = seed
        self._chunk_tokens = chunk_tokens
        self._batch_tokens = batch_tokens
        self._orders: list[tuple[int, npt.NDArray[np.int64]] | None] = [None] * len(sources)
        self.state: dict[str, Any] = {"chunk": 0, "cursors": [[0, 0] for _ in sources]}
        """Chunks drawn, and for each source its pass and position."""
        self.sizes = [len(pairs) for pairs in sources]
        """Pairs of each source: what a checkpoint was made with."""

    def chunk(self, *, late: bool = False) -> list[Batch]:
        """Draw the next chunk and return its batches in random order; advances `state`."""
        generator = np.random.default_rng([_CHUNK, self._seed, self.state["chunk"]])
        weights = np.array(
            [
                s.late_weight if late and s.late_weight is not None else s.weight
                for s in self._config.train
            ]
        )
        quotas = self._chunk_tokens * weights / weights.sum()
        examples: list[tuple[list[int], list[int]]] = []
        for index, quota in enumerate(quotas):
            examples += self._draw(index, quota, generator)
        batches = make_batches(examples, self._batch_tokens)
        generator.shuffle(batches)
        self.state["chunk"] += 1
        return batches

    def _draw(
        self, index: int, quota: float, generator: np.random.Generator
    ) -> list[tuple[list[int], list[int]]]:
        """Return examples of one source worth about `quota` target tokens."""
        drawn: list[tuple[list[int], list[int]]] = []
        total = 0
        while total < quota:
            # What is drawn is used: few at a time towards the end, so as not to draw too many.
            count = int(np.clip((quota - total) / 40, 1, 256))
            pairs = [self._example(index, generator) for _ in range(count)]
            sources = self._tokenizer.encode_batch([source for source, _ in pairs])
            targets = self._tokenizer.encode_batch([target for _, target in pairs])
            for example in zip(sources, targets, strict=True):
                if example[0] and example[1]:
                    drawn.append(example)
                    total += len(example[1]) + 1
        return drawn

    def _example(self, index: int, generator: np.random.Generator) -> Pair:
        """Return the next pair of a source, with the augmentations the configuration asks for."""
        config = self._config
        source, target = self._next(index)
        joined = 1
        if generator.random() < config.concatenate:
            joined = int(generator.integers(2, 5))
        for _ in range(joined - 1):
            more = self._next(index)
            if len(source.split()) + len(more[0].split()) > config.max_words // 2:
                break
            source, target = f"{source} {more[0]}", f"{target} {more[1]}"
        if generator.random() < config.untranslatable:
            source, target = untranslatable((source, target), generator)
        if generator.random() < config.copy:
            source = target
        elif generator.random() < config.noise:
            source = careless(source, generator)
        return source, target

    def _next(self, index: int) -> Pair:
        """Return the pair under a source's cursor and move on."""
        cursor = self.state["cursors"][index]
        pairs = self._sources[index]
        if cursor[1] >= len(pairs):
            cursor[:] = [cursor[0] + 1, 0]
        cached = self._orders[index]
        if cached is None or cached[0] != cursor[0]:
            generator = np.random.default_rng([_ORDER, self._seed, index, cursor[0]])
            cached = (cursor[0], generator.permutation(len(pairs)))
            self._orders[index] = cached
        cursor[1] += 1
        return pairs[cached[1][cursor[1] - 1]]


def sample_lines(
    sources: Sequence[Sequence[Pair]], config: DataConfig, count: int, seed: int
) -> Iterator[str]:
    """Yield both sides of what `sample_pairs` yields."""
    for pair in sample_pairs(sources, config, count, seed):
        yield from pair


def sample_pairs(
    sources: Sequence[Sequence[Pair]], config: DataConfig, count: int, seed: int
) -> Iterator[Pair]:
    """Yield about `count` pairs drawn with the training weights.

    Weights are shares of tokens, so a source's share of the pairs is its weight divided by its
    mean length; a source that is too small is read several times, as in training.
    """
    generator = np.random.default_rng([_SAMPLE, seed])
    lengths = [np.mean([len(t) for _, t in pairs[:2000]]) + 1 for pairs in sources]
    shares = np.array([s.weight for s in config.train]) / np.array(lengths)
    for pairs, share in zip(sources, shares / shares.sum(), strict=True):
        for index in generator.integers(0, len(pairs), size=round(count * share)):
            yield pairs[index]
