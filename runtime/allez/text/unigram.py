"""Unigram subwords: of all ways to spell a text, the one with the best sum of scores.

As SentencePiece 0.2.3 finds it, to the last digit: every sum is rounded to float32, and of equal
ones the first found stays, which is the one whose last subword begins first.
Knows nothing of sentences.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence

from allez.spec import SPEC
from allez.text.bpe import Place, Subwords

_UNKNOWN_PENALTY: float = SPEC["tokenizer"]["unknown_penalty"]
"""By how much an unknown character scores less than the worst subword."""


_KEPT_BONUS: float = SPEC["tokenizer"]["kept_bonus"]
"""What a kept subword scores for each byte but the first; all learnt scores are below 0."""


class Unigram:
    """The subwords of one vocabulary and their scores. Safe to share between threads.

    Args:
        ids: of the subwords that text may be spelled with.
        scores: natural log-probabilities, of every id.
        learnt: the ids whose scores were learnt; the lowest says how unknown characters score.
        kept: subwords that are taken wherever they stand.
        unknown: the id for what no subword spells.
        bytes_of: ids of the 256 bytes that stand for an unknown character; empty if none do.
    """

    def __init__(
        self,
        ids: Mapping[str, int],
        scores: Sequence[float],
        *,
        learnt: Collection[int],
        kept: Collection[str],
        unknown: int,
        bytes_of: Sequence[int],
    ) -> None:
        self._scores = _rounded(scores)
        low = min((self._scores[i] for i in learnt), default=0.0)
        self._unknown_score = _rounded([low - _UNKNOWN_PENALTY])[0]
        for piece in kept:
            length = len(piece.encode("utf-8"))
            self._scores[ids[piece]] = _rounded([_KEPT_BONUS * (length - 1)])[0]
        self._unknown = unknown
        self._bytes = bytes_of
        self._ids: dict[str, int] = {}  # of whole subwords; -1 for what only begins one
        self._unread: dict[str, list[tuple[str, int]]] = {}  # by their first two characters
        for piece, index in ids.items():
            if len(piece) == 1:
                self._ids[piece] = index
            else:
                self._unread.setdefault(piece[:2], []).append((piece, index))

    def cut(self, text: str) -> Subwords:
        """Return the subwords of a text."""
        begins, chosen = self._best(text)
        found = Subwords([], [])
        end = len(text)
        while end:  # from the end to the beginning
            start, index = begins[end], chosen[end]
            if index != self._unknown:
                self._add(found, index, (start, end))
            elif self._bytes:
                for byte in reversed(text[start:end].encode("utf-8")):
                    self._add(found, self._bytes[byte], (start, end))
            elif found.ids and found.ids[-1] == index and found.places[-1][0] == end:
                found.places[-1] = (start, found.places[-1][1])  # a run of them is one
            else:
                self._add(found, index, (start, end))
            end = start
        found.ids.reverse()
        found.places.reverse()
        return found

    def _best(self, text: str) -> tuple[list[int], list[int]]:
        """Return, for each end, where the best last subword begins and which one it is."""
        count = len(text)
        best = array("f", bytes(4 * (count + 1)))
        total = array("f", [0])  # rounds what is put into it
        begins, chosen = [-1] * (count + 1), [self._unknown] * (count + 1)
        for start in range(count):
            if text[start : start + 2] in self._unread:
                self._read(text[start : start + 2])
            here, alone = best[start], False
            for end in range(start + 1, count + 1):
                index = self._ids.get(text[start:end])
                if index is None:
                    break
                if index >= 0:
                    total[0] = here + self._scores[index]
                    if begins[end] < 0 or total[0] > best[end]:
                        best[end], begins[end], chosen[end] = total[0], start, index
                    alone = alone or end == start + 1
            if not alone:
                total[0] = here + self._unknown_score
                if begins[start + 1] < 0 or total[0] > best[start + 1]:
                    best[start + 1], begins[start + 1] = total[0], start
                    chosen[start + 1] = self._unknown
        return begins, chosen

    def _read(self, key: str) -> None:
        """Make the subwords that begin with two characters findable; most are never met."""
        for piece, index in self._unread.get(key, ()):
            for end in range(1, len(piece)):
                self._ids.setdefault(piece[:end], -1)
            self._ids[piece] = index
        self._unread.pop(key, None)  # another thread may have done the same

    def _add(self, found: Subwords, index: int, place: Place) -> None:
        found.ids.append(index)
        found.places.append(place)


def _rounded(values: Sequence[float]) -> list[float]:
    """Return each value as the float32 that is nearest to it."""
    return array("f", values).tolist()
