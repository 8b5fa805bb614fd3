"""The list of words that are no names, counted in training pairs; see `allez.entities.names`.

    python -m allez_export.data.names [--turned] names.txt PAIRS.tsv.gz ...

With `--turned` the second column is the source.
A word is listed if training has it in small letters, or if its letters stand on the target side in
fewer than four fifths of the pairs that have it with a capital. (Nine tenths, as one would first
think, loses names that translators drop or abbreviate: precision is the same and recall lower.) Of
a word that is seldom seen, half is enough: one loose pair would be a fifth of them.
A listed word that stands with a capital within sentences more often than in small letters is listed
with its capital as well ("Italie"): it is no name that is carried over, but no common word either.
Letters that only lack their accents there ("Épinal", "Epinal") count as the same, unless that is so
often that it is how the target language spells it ("Montréal", "Montreal").
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from allez.entities.names import ENDINGS, Names
from allez_export.data.augment import without_accents
from allez_export.data.read import Pair, read_pairs

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
"""Letters, with hyphens within."""
_SENTENCE_ENDS = (".", "!", "?", ":", "…")
_LONGEST = 23
_SMALL, _SMALL_ALONE = 3, 10
"""How often a word must stand in small letters; the second if it never has a capital at all."""
_SMALL_SHARE = 0.05
"""Below this share of small letters they are slips of the pen."""
_KEPT_SHARE = 0.8
_FEW, _KEPT_SHARE_OF_FEW = 20, 0.5
"""In fewer pairs than this a smaller share is enough."""
_BARE = 20
"""So many pairs without the accents say that the target language has none in this name."""
_PROPER = 5
"""How often a word must stand with a capital within sentences to be one that has it."""
_MOST = 60_000
"""Pairs of a file that are counted: a large one would list what it alone translates."""
_EVIDENCE = 2
"""One pair alone says nothing of how a name is translated."""


class Counts:
    """What is counted of capitalised words, all in small letters."""

    def __init__(self) -> None:
        self.small: Counter[str] = Counter()
        self.within: Counter[str] = Counter()
        self.first: Counter[str] = Counter()
        self.kept: Counter[str] = Counter()
        self.bare: Counter[str] = Counter()

    def add(self, pair: Pair) -> None:
        """Count one pair."""
        source, target = pair
        others: set[str] | None = None
        seen: set[str] = set()
        for found in WORD.finditer(source):
            word = found[0]
            if word[0].islower():
                self.small[word] += 1
            elif len(word) > 1 and word not in seen and not (word.isupper() and source.isupper()):
                seen.add(word)
                before = source[: found.start()].rstrip(' «"“-–—([•*')
                first = not before or before.endswith(_SENTENCE_ENDS)
                (self.first if first else self.within)[word.lower()] += 1
                if others is None:
                    capitals = {w for w in WORD.findall(target) if not w.islower()}
                    others = capitals | {w.lower() for w in capitals}
                if word in others or word.lower() in others:  # "Unesco" is said by "UNESCO"
                    self.kept[word.lower()] += 1
                elif not word.isascii() and without_accents(word) in others:
                    self.bare[word.lower()] += 1

    def common(self) -> frozenset[str]:
        """Return the words to list; what follows from a shorter one is left out."""
        listed = {
            word
            for word, count in self.small.items()
            if count >= (_SMALL if self.within[word] + self.first[word] else _SMALL_ALONE)
            and count > _SMALL_SHARE * self.within[word]
        }
        for word in self.within.keys() | self.first.keys():
            count = self.within[word] + self.first[word]
            kept_letters = self.kept[word]
            if self.bare[word] < _BARE:
                kept_letters += self.bare[word]
            share = _KEPT_SHARE_OF_FEW if count < _FEW else _KEPT_SHARE
            if count >= _EVIDENCE and kept_letters < share * count:
                listed.add(word)
        kept: set[str] = set()
        for word in sorted(listed, key=lambda word: (len(word), word)):
            parts = word.split("-")
            follows = any(word.endswith(end) and word[: -len(end)] in kept for end in ENDINGS)
            made = len(parts) > 1 and all(part in kept for part in parts)
            if len(word) <= _LONGEST and not follows and not made:
                kept.add(word)
        return frozenset(kept | self._proper(listed))

    def _proper(self, listed: set[str]) -> set[str]:
        """Return those of some words that are written with a capital, with it."""
        return {
            word[0].upper() + word[1:]
            for word in listed
            if len(word) <= _LONGEST
            and "-" not in word
            and self.within[word] >= max(_PROPER, self.small[word] + 1)
        }


def learn(pairs: Iterable[Pair]) -> Names:
    """Return the list that training pairs give."""
    counts = Counts()
    for pair in pairs:
        counts.add(pair)
    return Names(counts.common())


if __name__ == "__main__":
    turned = sys.argv[1:2] == ["--turned"]
    out, *files = map(Path, sys.argv[1 + turned :])
    names = learn(pair for file in files for pair in islice(read_pairs(file, turned=turned), _MOST))
    out.write_text(names.to_text(), encoding="utf-8", newline="\n")
