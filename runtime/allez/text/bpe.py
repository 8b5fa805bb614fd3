"""Byte-pair encoding: the characters of a word, merged while a rule applies.

Knows nothing of sentences, nor of what the subwords mean.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

Place = tuple[int, int]
"""Where a subword begins and ends, in characters of what was cut."""


_SHORT = 40
"""As many characters at most are merged by looking at all pairs each time."""

_SINGLE: list[Place] = [(at, at + 1) for at in range(40)]


class Subwords(NamedTuple):
    """What a text or a word is cut into."""

    ids: list[int]
    places: list[Place]
    """One for each id; the bytes of a character all have the place of that character."""


class BytePairs:
    """The rules of one vocabulary.

    Args:
        ids: of each subword.
        merges: pairs of subwords that become one, the first ones first.
        unknown: the subword for a character that has none; None if its bytes stand for it.
        fused: whether unknown characters side by side are one subword.
        suffix: what the last character of a word bears in the vocabulary.
        kept: what is a subword wherever it stands, and merges with nothing; None if nothing is.
    """

    def __init__(
        self,
        ids: Mapping[str, int],
        merges: Sequence[tuple[str, str]],
        *,
        unknown: str | None,
        fused: bool,
        suffix: str,
        kept: re.Pattern[str] | None,
    ) -> None:
        self._ids = ids
        self._alphabet = frozenset(piece for piece in ids if len(piece) == 1)
        self._merges = merges
        self._ranks = dict(zip(merges, range(len(merges)), strict=True))
        self._unknown = unknown
        self._fused = fused
        self._suffix = suffix
        self._kept = kept

    def cut(self, word: str) -> Subwords:
        """Return the subwords of a word."""
        found = Subwords([], [])
        done = 0
        for match in self._kept.finditer(word) if self._kept else ():
            self._cut(word, done, match.start(), found)
            found.ids.append(self._ids[match.group()])
            found.places.append(match.span())
            done = match.end()
        self._cut(word, done, len(word), found)
        return found

    def _cut(self, word: str, start: int, end: int, found: Subwords) -> None:
        """Add the subwords of a stretch of a word."""
        symbols: list[str] = []
        places: list[Place] = []
        if not self._suffix and end <= len(_SINGLE) and self._alphabet.issuperset(word):
            symbols, places = list(word[start:end]), _SINGLE[start:end]  # as nearly all words
            start = end
        for at in range(start, end):
            character = word[at] + self._suffix if at + 1 == len(word) else word[at]
            if character in self._ids:
                symbols.append(character)
            elif self._unknown is None:
                spelled = [f"<0x{byte:02X}>" for byte in word[at].encode("utf-8")]
                symbols += spelled
                places += [(at, at + 1)] * (len(spelled) - 1)
            elif self._fused and symbols and symbols[-1] == self._unknown:
                places[-1] = (places[-1][0], at + 1)
                continue
            else:
                symbols.append(self._unknown)
            places.append((at, at + 1))
        if len(symbols) > _SHORT:
            self._merge(symbols, places)
        elif len(symbols) > 1:
            self._merge_few(symbols, places)
        for symbol, place in zip(symbols, places, strict=True):
            if symbol:
                found.ids.append(self._ids[symbol])
                found.places.append(place)

    def _merge_few(self, symbols: list[str], places: list[Place]) -> None:
        """Do what `_merge` does, in a time that grows with the square of the length.

        Of a word it takes a fifth of the time, since nothing is set up for what does not follow.
        """
        never, ranks = len(self._merges), self._ranks
        found = [ranks.get(pair, never) for pair in pairwise(symbols)]
        while found and (rank := min(found)) < never:
            at = found.index(rank)
            symbols[at] += symbols.pop(at + 1)
            places[at] = (places[at][0], places.pop(at + 1)[1])
            del found[at]
            if at < len(found):
                found[at] = ranks.get((symbols[at], symbols[at + 1]), never)
            if at > 0:
                found[at - 1] = ranks.get((symbols[at - 1], symbols[at]), never)

    def _merge(self, symbols: list[str], places: list[Place]) -> None:
        """Merge until no rule applies: always the first rule, and of its places the leftmost.

        What is merged into the symbol before it is left empty.
        """
        from heapq import heapify, heappop, heappush  # no usual word is as long

        count, ranks = len(symbols), self._ranks
        before, behind = list(range(-1, count - 1)), list(range(1, count + 1))
        queue = [  # rank, then place
            ranks[pair] * count + at for at, pair in enumerate(pairwise(symbols)) if pair in ranks
        ]
        heapify(queue)
        while queue:
            rank, at = divmod(heappop(queue), count)
            left, right = self._merges[rank]
            eaten = behind[at]
            if eaten == count or symbols[at] != left or symbols[eaten] != right:
                continue  # one of the two has grown meanwhile
            symbols[at], symbols[eaten] = left + right, ""
            places[at] = (places[at][0], places[eaten][1])
            after = behind[at] = behind[eaten]
            if after < count:
                before[after] = at
                pair = symbols[at], symbols[after]
                if pair in ranks:
                    heappush(queue, ranks[pair] * count + at)
            prior = before[at]
            if prior >= 0:
                pair = symbols[prior], symbols[at]
                if pair in ranks:
                    heappush(queue, ranks[pair] * count + prior)
