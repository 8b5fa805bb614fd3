"""Training batches mixed from several sources by weight.

Everything is drawn from seeded generators, so that a training run continues exactly where it
stopped: `Stream.state` is all that has to be kept. Knows nothing of torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from allez.text.tokenizer import Tokenizer
from allez_export.config import DataConfig
from allez_export.data.augment import careless, untranslatable
from allez_export.data.batches import Batch, make_batches
from allez_export.data.marked import put_mark, take_mark, unmarked
from allez_export.data.read import Pair

_CHUNK, _ORDER, _SAMPLE = 1, 2, 3
"""First of the numbers that seed a generator, so that no two purposes share one."""


Mask = Callable[[Pair, np.random.Generator], Pair]
"""Puts symbols in place of entities on both sides of a pair."""


def unmasked(pair: Pair, generator: np.random.Generator) -> Pair:
    """Return the pair as it is."""
    return pair


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
        mask: Mask = unmasked,
        language: str = "fr",
    ) -> None:
        self._language = language
        self._sources = sources
        self._mask = mask
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
        """Return the next pair of a source, with the augmentations the configuration asks for.

        A made source is changed as any other; the mark then stands before all of it.
        """
        config = self._config
        made, (source, target) = take_mark(self._next(index))
        joined = 1
        if generator.random() < config.concatenate:
            joined = int(generator.integers(2, 5))
        for _ in range(joined - 1):
            also, more = take_mark(self._next(index))
            if len(source.split()) + len(more[0].split()) > config.max_words // 2:
                break
            made, source, target = made or also, f"{source} {more[0]}", f"{target} {more[1]}"
        if generator.random() < config.untranslatable:
            source, target = untranslatable((source, target), generator)
        if config.mask:
            source, target = self._mask((source, target), generator)
        if generator.random() < config.copy:
            return target, target  # nobody made that
        if generator.random() < config.noise:
            source = careless(source, generator, self._language)
        return put_mark(source) if made else source, target

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
    """Yield about `count` pairs drawn with the training weights, without marks.

    Weights are shares of tokens, so a source's share of the pairs is its weight divided by its
    mean length; a source that is too small is read several times, as in training.
    """
    generator = np.random.default_rng([_SAMPLE, seed])
    lengths = [np.mean([len(t) for _, t in pairs[:2000]]) + 1 for pairs in sources]
    shares = np.array([s.weight for s in config.train]) / np.array(lengths)
    for pairs, share in zip(sources, shares / shares.sum(), strict=True):
        for index in generator.integers(0, len(pairs), size=round(count * share)):
            yield unmarked(pairs[index])
