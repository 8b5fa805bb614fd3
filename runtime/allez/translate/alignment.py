"""Which characters of a source each token of its translation was made from, by its attention.

Knows nothing of markup.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from allez.arrays import FloatArray
from allez.results import Sentence, Translation

_JOINERS = "'’-"
"""What makes one word of the letters on both sides of it."""

_UNITS = re.compile(rf"[^\W_]+(?:[{_JOINERS}][^\W_]+)*|\S")
"""What stands twice in it, a word character but `_`, is what `str.isalnum` accepts."""

_COMBINING = "\u0300"
"""The first sign that combines with a letter."""

_EQUAL = 1e-9
"""Less is nothing, and nothing is divided by it."""

Span = tuple[int, int]


class Alignment(NamedTuple):
    """Which characters of a source each token of its translation was made from."""

    source: str
    target: str
    source_spans: tuple[Span, ...]
    """[S] of the source tokens, in characters of `source`, in order."""
    target_spans: tuple[Span, ...]
    """[T] of the target tokens, in characters of `target`, in order."""
    weights: FloatArray
    """[T, S] how much each target token attends to each source token; rows sum to 1 at most."""


def align(translation: Translation) -> Alignment:
    """Join the alignments of a text's sentences; what was copied is aligned word by word."""
    source, target = translation.source, translation.text
    sources: list[Span] = []
    targets: list[Span] = []
    blocks: list[FloatArray] = []
    read = written = 0
    for sentence, start in zip(translation.sentences, sentence_starts(translation), strict=True):
        _copied(source, (read, sentence.start), written, sources, targets, blocks)
        _translated(sentence, start, sources, targets, blocks)
        read, written = sentence.end, start + len(sentence.text)
    _copied(source, (read, len(source)), written, sources, targets, blocks)
    weights = np.zeros((len(targets), len(sources)))
    row = column = 0
    for block in blocks:
        weights[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return Alignment(source, target, tuple(sources), tuple(targets), weights)


def sentence_starts(translation: Translation) -> list[int]:
    """Return where in a text's best translation that of each sentence begins."""
    target = translation.text
    starts: list[int] = []
    read = written = 0
    for sentence in translation.sentences:
        copied = sentence.start - read
        if sentence.text:
            start = target.find(sentence.text, max(written + copied - 1, written))
            if start < 0:  # what is copied in between is shorter than it was
                start = target.find(sentence.text, written)
        else:  # nothing to find: behind what is copied, or the space between two sentences
            mark = translation.source[read : sentence.start].startswith("\ufeff") and not starts
            start = min(written + (copied - mark if copied else bool(starts)), len(target))
        starts.append(max(start, written))
        read, written = sentence.end, starts[-1] + len(sentence.text)
    return starts


def _copied(
    source: str,
    span: Span,
    written: int,
    sources: list[Span],
    targets: list[Span],
    blocks: list[FloatArray],
) -> None:
    """Align a stretch of the source that was copied with the copy that begins at `written`."""
    words = [unit for unit in units(source[slice(*span)]) if unit]
    sources += [(span[0] + start, span[0] + end) for start, end in words]
    targets += [(written + start, written + end) for start, end in words]
    blocks.append(np.eye(len(words)))


def _translated(
    sentence: Sentence,
    written: int,
    sources: list[Span],
    targets: list[Span],
    blocks: list[FloatArray],
) -> None:
    spans = sentence.hypotheses[0].spans
    sources += sentence.source_spans
    targets += [(written + start, written + end) for start, end in spans]
    weights = sentence.attention
    if weights.shape == (len(spans), len(sentence.source_spans)):
        blocks.append(np.asarray(weights, dtype=np.float64))
    else:  # a model that attends to nothing in particular: the order is all there is to go by
        blocks.append(_in_proportion(len(spans), len(sentence.source_spans)))


def _in_proportion(rows: int, columns: int) -> FloatArray:
    """Return weights as if each target token came of the source token at the same height."""
    weights = np.zeros((rows, columns))
    if columns:
        weights[np.arange(rows), np.arange(rows) * columns // max(rows, 1)] = 1.0
    return weights


def units(text: str) -> list[Span]:
    """Return the words of a text and, each by itself, its other characters that are no white space.

    A word is letters, digits and the signs that combine with them; an apostrophe or a hyphen
    between two belongs to it.
    """
    if not text.isascii():  # signs that combine are letters of their words
        text = "".join(
            "a" if c >= _COMBINING and not c.isalnum() and is_in_word(c) else c for c in text
        )
    return [found.span() for found in _UNITS.finditer(text)]


def is_in_word(character: str) -> bool:
    """Tell whether a character is part of words."""
    if character.isalnum():
        return True
    return character >= _COMBINING and unicodedata.category(character).startswith("M")


def overlap(spans: Sequence[Span], others: Sequence[Span]) -> FloatArray:
    """Return [N, M]: which share of each of the N spans lies within each of the M others."""
    if not spans or not others:
        return np.zeros((len(spans), len(others)))
    a, b = np.array(spans, dtype=np.float64), np.array(others, dtype=np.float64)
    low = np.maximum(a[:, None, 0], b[None, :, 0])
    high = np.minimum(a[:, None, 1], b[None, :, 1])
    lengths = np.maximum(a[:, 1] - a[:, 0], 1.0)
    return np.asarray(np.clip(high - low, 0.0, None) / lengths[:, None])


def mutual(alignment: Alignment) -> FloatArray:
    """Return [T, S] weights of which both sides are sure; rows sum to 1, or to 0.

    A target token's share of its attention for a source token is multiplied with the share of that
    source token's that comes from it: words that everybody looks at (articles, the end) count for
    less, and a word that one target token looks at more than any other does counts for more.
    """
    weights = np.array(alignment.weights)
    weights[:, [end <= start for start, end in alignment.source_spans]] = 0.0
    weights *= weights / np.maximum(weights.sum(axis=0, keepdims=True), _EQUAL)
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), _EQUAL))


def word_links(translation: Translation) -> list[tuple[int, int]]:
    """Return which word of a source each word of its translation was made from.

    Words are what white space divides, counted from 0; each pair is (source, target), in the order
    of the target. A word that attends to nothing has none.
    """
    alignment = align(translation)
    sources, targets = (_divided(text) for text in (alignment.source, alignment.target))
    rows = overlap(alignment.target_spans, targets).T @ mutual(alignment)
    links = np.asarray(rows @ overlap(alignment.source_spans, sources))  # [target, source]
    return [(int(link.argmax()), at) for at, link in enumerate(links) if link.max(initial=0.0) > 0]


def _divided(text: str) -> list[Span]:
    spans: list[Span] = []
    position = 0
    for word in text.split():
        position = text.index(word, position)
        spans.append((position, position + len(word)))
        position += len(word)
    return spans
