"""Shortlists: the words that may occur in a sentence's translation, by the words of the sentence.

`shortlist.bin` of a bundle, little endian: uint32 1 (of this layout), uint32 V, V counts uint16,
then the lists of all source words one after the other, uint16 ids, ascending in each. A sentence's
shortlist is the lists of its words, the words themselves (names and numbers are copied), and eos.
Every sentence ends with eos, so the list of eos holds what may stand in any translation.
Knows nothing of ONNX.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allez.arrays import IntArray
from allez.errors import BundleFormatError
from allez.spec import SPEC

LAYOUT: int = SPEC["shortlist"]["layout"]
MAX_VOCABULARY: int = SPEC["shortlist"]["vocabulary"]
"""Ids have 16 bits; a bundle with more words has no shortlist."""


class Shortlist:
    """The lists of a bundle, checked.

    Args:
        data: the bytes of `shortlist.bin`.
        vocabulary: V, as the manifest says.
        eos: id behind every sentence.

    Raises:
        BundleFormatError: the file is not what the format says.
    """

    def __init__(self, data: bytes, vocabulary: int, eos: int) -> None:
        head = np.frombuffer(data[:8], dtype="<u4") if len(data) >= 8 else np.zeros(2, dtype="<u4")
        if head[0] != LAYOUT:
            raise _error(f"has layout {head[0]}; this runtime reads {LAYOUT}")
        if head[1] != vocabulary or vocabulary > MAX_VOCABULARY:
            raise _error(f"is for {head[1]} words, the manifest says {vocabulary}")
        if len(data) < 8 + 2 * vocabulary or len(data) % 2:
            raise _error("ends too early")
        counts = np.frombuffer(data, dtype="<u2", count=vocabulary, offset=8)
        self._ids = np.frombuffer(data, dtype="<u2", offset=8 + 2 * vocabulary)
        ends = np.cumsum(counts, dtype=np.int64)  # [V]
        if ends[-1] != len(self._ids):
            raise _error(f"holds {len(self._ids)} ids, its counts say {ends[-1]}")
        starts = ends - counts
        follows = np.ones(len(self._ids), dtype=bool)  # another id of the same list
        follows[starts[counts > 0]] = False
        falls = self._ids[1:] <= self._ids[:-1]
        if int(self._ids.max(initial=0)) >= vocabulary or (falls & follows[1:]).any():
            raise _error("has ids beyond the vocabulary, or not ascending")
        self._starts = [0, *ends.tolist()]
        self._vocabulary = vocabulary
        self._eos = eos

    def __call__(self, source: Sequence[int]) -> IntArray:
        """Return the words for a sentence's ids [S]: ascending [C], each once."""
        listed = np.zeros(self._vocabulary, dtype=bool)
        listed[list(source)] = listed[self._eos] = True
        for token in {*source, self._eos}:
            listed[self._ids[self._starts[token] : self._starts[token + 1]]] = True
        return np.flatnonzero(listed).astype(np.int64, copy=False)


def _error(what: str) -> BundleFormatError:
    return BundleFormatError(f"the shortlist {what}")
