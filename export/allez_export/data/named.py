"""How well the list of names tells names: precision and recall over pairs.

    python -m allez_export.data.named [--turned] names.txt PAIRS.tsv.gz ...

With `--turned` the second column, English, is the source.
A word that the rule carries over is right if it stands in the reference in the same letters. A word
with a capital that stands in the reference in the same letters, and does not begin the sentence, is
one that the rule should have carried over.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from allez.entities import FORMS, Names, find, find_names
from allez_export.data.names import WORD
from allez_export.data.read import Pair, read_pairs


class Told(NamedTuple):
    """Words, counted once in each sentence."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the words carried over that the reference has."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """Share of the words that the reference has which are carried over."""
        return self.right / max(self.right + self.missed, 1)


def measure(names: Names, pairs: Iterable[Pair], language: str = "fr") -> Told:
    """Count what the rule carries over, sentences in capitals left out."""
    right = wrong = missed = 0
    for source, target in pairs:
        if source.isupper():
            continue
        others = find(source, FORMS.get(language), None)
        found = find_names(source, others, names)
        carried = {word for e in found for word in _capitalized(source[e.start : e.end])}
        there = set(WORD.findall(target))
        first = next(iter(WORD.findall(source)), "")
        right += len(carried & there)
        wrong += len(carried - there)
        missed += len((_capitalized(source) - carried - {first}) & there)
    return Told(right, wrong, missed)


def _capitalized(text: str) -> set[str]:
    return {word for word in WORD.findall(text) if len(word) > 1 and word[0].isupper()}


def main() -> None:
    """Measure and write a line for each file."""
    turned = sys.argv[1:2] == ["--turned"]
    known, *paths = map(Path, sys.argv[1 + turned :])
    names = Names.from_text(known.read_text(encoding="utf-8"))
    for path in paths:
        told = measure(names, read_pairs(path, turned=turned), "en" if turned else "fr")
        sys.stdout.write(
            f"{path.name}\tprecision {told.precision:.3f}\trecall {told.recall:.3f}\t"
            f"right {told.right}, wrong {told.wrong}, missed {told.missed}\n"
        )


if __name__ == "__main__":
    main()
