"""Training pairs that are made, not found: facts in frames, and words that agree with numbers.

    python -m allez_export.made.pairs 120000 made.train.tsv.gz

Seeded: the same count and seed give the same file. Needs `num2words` (the extra `made`; LGPL
2.1, used when data is made and never shipped).
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from allez_export.made import DATA, one
from allez_export.made.everyday import OPEN
from allez_export.made.opposites import MAKERS as OPPOSITES
from allez_export.made.values import MAKERS as VALUES
from allez_export.made.words import MAKERS as WORDS

Generator = np.random.Generator
Pair = tuple[str, str]

FACTS_SHARE = 0.28
"""The share of pairs with values in frames."""

WORDS_SHARE = 0.38
"""The share of pairs about number words, dates, measures, limits or negation; the rest is of every
day (`everyday.OPEN`)."""

_ELIDED = frozenset("AEIOUÉÈÊÂÎÔ")
"""Capitals before which "de" loses its e."""


def filled(frame: Pair, generator: Generator) -> Pair:
    """Return a frame with a value in each of its slots."""
    source, target = frame
    for kind, make in VALUES.items():
        for slot in (f"{{{kind}}}", f"{{{kind}2}}"):
            if slot in source:
                here, there = make(generator)
                if here[0] in _ELIDED:
                    source = source.replace(f" de {slot}", f" d'{slot}")
                source, target = source.replace(slot, here), target.replace(slot, there)
    return source, target


def fact(generator: Generator) -> Pair:
    """Return a frame with values, at times with a sentence before or behind it."""
    source, target = filled(one(generator, DATA["facts"]), generator)
    if generator.random() < 0.25:
        before = one(generator, DATA["openings"])
        source, target = before[0] + source, before[1] + target
    if generator.random() < 0.25 and source.endswith((".", "!", "?")):
        behind = one(generator, DATA["endings"])
        source, target = source + behind[0], target + behind[1]
    return source, target


def words(generator: Generator) -> Pair:
    """Return a pair about number words, dates, measures, limits or negation."""
    return _of([*WORDS.values(), *OPPOSITES.values()], generator)


def everyday(generator: Generator) -> Pair:
    """Return a list, a dose, an age or how often something is done."""
    return _of(list(OPEN.values()), generator)


def _of(makers: Sequence[tuple[float, Callable[[Generator], Pair]]], generator: Generator) -> Pair:
    chosen = int(generator.choice(len(makers), p=[share for share, _ in makers]))
    source, target = makers[chosen][1](generator)
    return source.replace("..", "."), target.replace("..", ".")


def pairs(count: int, seed: int) -> Iterator[Pair]:
    """Yield that many different pairs."""
    generator = np.random.default_rng([1729, seed])
    seen: set[Pair] = set()
    while len(seen) < count:
        share = generator.random()
        make = fact if share < FACTS_SHARE else everyday
        if FACTS_SHARE <= share < FACTS_SHARE + WORDS_SHARE:
            make = words
        pair = make(generator)
        if pair not in seen:
            seen.add(pair)
            yield pair


def write(count: int, path: Path, seed: int = 1) -> None:
    """Write a file as the trainer reads it."""
    with gzip.open(path, "wt", encoding="utf-8", newline="\n") as file:
        for source, target in pairs(count, seed):
            file.write(f"{source}\t{target}\n")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
