"""Inline markup through translation: attention says where each mark of a source belongs.

A pair is set around the run of target words that attend more to what it encloses than to the rest;
a point between the words that attend to what is before it and those that attend to what is behind.
Pairs stay within their parents and never overlap, and there are as many marks as before: nothing is
lost and nothing doubled, whatever the attention says. Knows nothing of tags or formats.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from allez.arrays import FloatArray
from allez.results import Doubt, Sentence, Translation
from allez.text import OUTSIDE, Mark, Marked
from allez.translate.alignment import (
    Alignment,
    Span,
    align,
    is_in_word,
    mutual,
    overlap,
    sentence_starts,
    units,
)

_SURE = 1000.0
"""What a unit weighs that must be in a run, or must not; attention sums to far less."""
_LIKELY = 0.25
"""How far below half of a unit's attention that for a pair may be if no unit has more, as a share
of all that the unit has: a word of several tokens has as many times more."""
_EQUAL = 1e-9
"""Sums that differ by less are equal, whatever the order of addition; the shorter run wins."""


def transfer(marked: Marked, translation: Translation) -> Marked:
    """Return the best translation of a marked text, with the marks set in it.

    Lines are looked at one by one, but for those that a pair reaches over: a mark stays in its own.

    Args:
        marked: what was translated.
        translation: the translation of `marked.text`.
    """
    if not marked.marks:
        return Marked(translation.text)
    if "\n" not in marked.text:
        return place(marked, align(translation))
    placed: list[Mark] = []
    for (start, end), low, inner in lines(marked, translation):
        base = len(placed)
        marks: list[Mark] = []
        while len(placed) + len(marks) < len(marked.marks):
            mark = marked.marks[base + len(marks)]
            if mark.start > end:
                break
            parent = mark.parent if mark.parent == OUTSIDE else mark.parent - base
            marks.append(Mark(mark.kind, mark.start - start, mark.end - start, parent))
        if marks:
            found = place(Marked(marked.text[start:end], tuple(marks)), align(inner))
            for mark in found.marks:
                parent = mark.parent if mark.parent == OUTSIDE else mark.parent + base
                placed.append(Mark(mark.kind, mark.start + low, mark.end + low, parent))
    return Marked(translation.text, tuple(placed))


def lines(marked: Marked, translation: Translation) -> Iterator[tuple[Span, int, Translation]]:
    """Yield where each line stands in a text, begins in its translation, and the line's own one."""
    sentences, starts = translation.sentences, sentence_starts(translation)
    begins = [sentence.start for sentence in sentences]
    low, first, start = 0, 0, 0
    for end in [*_line_ends(marked, translation), len(marked.text)]:
        last = bisect_left(begins, end, first)
        high = len(translation.text)
        if last < len(sentences):
            high = starts[last] - (begins[last] - end)
        elif end < len(marked.text):
            high -= len(marked.text) - end
        inner = Translation(
            source=marked.text[start:end],
            texts=(translation.text[low:high],),
            sentences=tuple(moved(sentence, -start) for sentence in sentences[first:last]),
        )
        yield (start, end), low, inner
        low, first, start = high + 1, last, end + 1


def _line_ends(marked: Marked, translation: Translation) -> list[int]:
    """Return where lines end that are translated one by one: no sentence goes on, and no pair."""
    around = sorted(
        [(s.start, s.end) for s in translation.sentences]
        + [(mark.start, mark.end) for mark in marked.marks if mark.kind == "pair"]
    )
    found: list[int] = []
    reached = index = 0
    end = marked.text.find("\n")
    while end >= 0:
        while index < len(around) and around[index][0] <= end:
            reached = max(reached, around[index][1])
            index += 1
        if reached <= end:
            found.append(end)
        end = marked.text.find("\n", end + 1)
    return found


def moved(sentence: Sentence, by: int) -> Sentence:
    """Return a sentence of a text that begins so many characters further on."""

    def check() -> tuple[Doubt, ...]:
        return tuple(
            doubt
            if doubt.start is None or doubt.end is None
            else doubt._replace(start=doubt.start + by, end=doubt.end + by)
            for doubt in sentence.doubts
        )

    return replace(
        sentence,
        start=sentence.start + by,
        end=sentence.end + by,
        source_spans=tuple((start + by, end + by) for start, end in sentence.source_spans),
        check=check,
    )


class _Placing:
    """One text whose marks are being set, parents before what they enclose."""

    def __init__(self, marked: Marked, alignment: Alignment) -> None:
        self.source = marked
        self.text = alignment.target
        self.words = _find_words(marked, self.text)
        copied = list(self.words.values())
        self.units = _whole_units(_units_of(self.text, alignment.target_spans), copied)
        self.is_word = np.array([_has_word(self.text, unit) for unit in self.units], dtype=bool)
        # [U, S]: what each unit attends to, its tokens together
        self.attended = overlap(alignment.target_spans, self.units).T @ mutual(alignment)
        self.source_spans = alignment.source_spans
        spans = np.array(self.source_spans, dtype=np.float64).reshape(-1, 2)
        self.source_starts, self.source_ends = spans[:, 0], spans[:, 1]
        copied = [(mark.start, mark.end) for mark in marked.marks if mark.kind == "word"]
        self.source_units = _whole_units(_units_of(marked.text, self.source_spans), copied)
        self.placed: dict[int, Mark] = {}

    def within(self, span: Span) -> FloatArray:
        """Return [U]: how much of each unit's attention lies in a stretch of the source."""
        inside = np.minimum(self.source_ends, span[1]) - np.maximum(self.source_starts, span[0])
        shares = np.clip(inside, 0.0, None) / np.maximum(self.source_ends - self.source_starts, 1.0)
        return np.asarray(self.attended @ shares)

    def bounds(self, parent: int) -> Span:
        """Return where in the target the children of a mark may stand."""
        if parent == OUTSIDE:
            return 0, len(self.text)
        return self.placed[parent].start, self.placed[parent].end

    def source_bounds(self, parent: int) -> Span:
        """Return where in the source the children of a mark stand."""
        if parent == OUTSIDE:
            return 0, len(self.source.text)
        return self.source.marks[parent].start, self.source.marks[parent].end

    def inner(self, parent: int) -> list[int]:
        """Return the units inside a placed parent."""
        low, high = self.bounds(parent)
        return [i for i, (start, end) in enumerate(self.units) if low <= start and end <= high]

    def source_words(self, span: Span) -> list[Span]:
        """Return the words in a stretch of the source, other characters left out."""
        text = self.source.text
        return [
            (start, end)
            for start, end in self.source_units
            if span[0] < end and start < span[1] and _has_word(text, (start, end))
        ]

    def is_around(self, pair: int, mark: int) -> bool:
        """Tell whether a pair encloses a mark of the source, at any depth."""
        while mark != OUTSIDE and mark != pair:
            mark = self.source.marks[mark].parent
        return mark == pair


def _find_words(marked: Marked, target: str) -> dict[int, Span]:
    """Return where what was read as a word is spelled in the target; none is found twice."""
    found: dict[int, Span] = {}
    for index, mark in enumerate(marked.marks):
        if mark.kind == "word":
            word = marked.text[mark.start : mark.end]
            start = target.find(word)
            while start >= 0 and any(
                a < start + len(word) and start < b for a, b in found.values()
            ):
                start = target.find(word, start + 1)
            if word and start >= 0:
                found[index] = (start, start + len(word))
    return found


def _units_of(text: str, tokens: Sequence[Span]) -> list[Span]:
    """Return the units of a text; what one symbol stands for, `12,50 €`, is one of them."""
    filled = [span for span in tokens if span[1] > span[0] + 1 and _is_symbol(text[slice(*span)])]
    return _whole_units(units(text), filled) if filled else units(text)


def _is_symbol(token: str) -> bool:
    """Tell whether a token stands for more than a word or a sign: digits with signs or spaces."""
    return (
        not token.isalpha() and any(map(str.isdecimal, token)) and not all(map(is_in_word, token))
    )


def _has_word(text: str, unit: Span) -> bool:
    return is_in_word(text[unit[0]]) or any(map(is_in_word, text[slice(*unit)]))


def _whole_units(found: list[Span], words: list[Span]) -> list[Span]:
    """Return the units of a text, each of the words being one."""
    others = [u for u in found if not any(u[0] < end and start < u[1] for start, end in words)]
    return sorted([*others, *words])


def place(marked: Marked, alignment: Alignment) -> Marked:
    """Set the marks of a source text in its translation; as many, in the same order, and nested.

    Args:
        marked: the source; its marks nest (see `text.markup.check`).
        alignment: of `marked.text` and its translation.
    """
    placing = _Placing(marked, alignment)
    children: dict[int, list[int]] = {}
    for index, mark in enumerate(marked.marks):
        children.setdefault(mark.parent, []).append(index)
    waiting = [OUTSIDE]
    while waiting:
        parent = waiting.pop()
        pairs = [i for i in children.get(parent, ()) if marked.marks[i].kind == "pair"]
        _place_pairs(placing, parent, pairs)
        waiting += pairs
    for index in placing.words:
        _place_word(placing, index)
    for index, mark in enumerate(marked.marks):
        if index not in placing.placed:
            position = _position(placing, mark.parent, mark.start)
            placing.placed[index] = Mark(mark.kind, position, position, mark.parent)
    return Marked(alignment.target, tuple(placing.placed[i] for i in range(len(marked.marks))))


def _place_word(placing: _Placing, index: int) -> None:
    """Leave a word where it is spelled; a pair that did not reach so far is not around it."""
    start, end = placing.words[index]
    parent = placing.source.marks[index].parent
    while True:
        low, high = placing.bounds(parent)
        if low <= start and end <= high:
            break
        parent = placing.source.marks[parent].parent
    placing.placed[index] = Mark("word", start, end, parent)


def _place_pairs(placing: _Placing, parent: int, pairs: list[int]) -> None:
    """Give each pair of one parent its run of units, the surest first."""
    if not pairs:
        return
    inner = placing.inner(parent)
    spans = {i: (placing.source.marks[i].start, placing.source.marks[i].end) for i in pairs}
    total = placing.within(placing.source_bounds(parent))
    gains: dict[int, FloatArray] = {}
    for pair, span in spans.items():
        gains[pair] = np.where(placing.is_word, placing.within(span) - total / 2, 0.0)
        for word, place_ in placing.words.items():
            gains[pair][placing.units.index(place_)] = (
                _SURE if placing.is_around(pair, word) else -_SURE
            )
    free = set(inner)
    waiting = list(pairs)
    while waiting:
        runs = {i: _best_run(gains[i], inner, free) for i in waiting}
        pair = max(waiting, key=lambda i: (runs[i][0], -i))
        waiting.remove(pair)
        run = _whole_run(placing, pair, parent, inner) or runs[pair][1]
        run = _with_edges(placing, spans[pair], _longest(run, free), free)
        if not run:
            run = _without_words(placing, pair, gains[pair], total, free)
        if run:
            span = placing.units[run[0]][0], placing.units[run[-1]][1]
        else:
            span = (_position(placing, parent, spans[pair][0]),) * 2
        placing.placed[pair] = Mark("pair", *span, parent)
        free.difference_update(run)


def _best_run(gains: FloatArray, inner: list[int], free: set[int]) -> tuple[float, list[int]]:
    """Return the largest sum that a run of free units has, and the run; none if none is above 0."""
    best: tuple[float, list[int]] = (0.0, [])
    total = 0.0
    run: list[int] = []
    for index in inner:
        if index not in free:
            total, run = 0.0, []
            continue
        if total <= 0.0:
            total, run = 0.0, []
        total += float(gains[index])
        run = [*run, index]
        if total > best[0] + _EQUAL:
            best = (total, run)
    return best


def _whole_run(placing: _Placing, pair: int, parent: int, inner: list[int]) -> list[int]:
    """Return the run of a pair that encloses all words of its parent: all of them again."""
    mark = placing.source.marks[pair]
    around = placing.source_bounds(parent)
    if not placing.source.text[slice(*around)].strip():
        return []
    text = placing.source.text
    if not (text[around[0] : mark.start] + text[mark.end : around[1]]).strip():
        return inner
    words = placing.source_words(around)
    if not words or placing.source_words((mark.start, mark.end)) != words:
        return []
    found = [i for i in inner if placing.is_word[i]]
    return list(range(found[0], found[-1] + 1)) if found else []


def _longest(run: list[int], free: set[int]) -> list[int]:
    """Return the longest stretch of a run whose units are all free, the first of several."""
    best: list[int] = []
    here: list[int] = []
    for index in run:
        here = [*here, index] if index in free else []
        best = here if len(here) > len(best) else best
    return best


def _with_edges(placing: _Placing, span: Span, run: list[int], free: set[int]) -> list[int]:
    """Stretch a run over as many signs at its edges as the source encloses at its own."""
    if not run:
        return run
    text = placing.source.text
    inside = [u for u in placing.source_units if span[0] <= u[0] and u[1] <= span[1]]
    signs = [not _has_word(text, unit) for unit in inside]
    if all(signs):
        return run
    for step, count in ((-1, signs.index(False)), (1, signs[::-1].index(False))):
        for _ in range(count):
            following = run[-1] + 1 if step > 0 else run[0] - 1
            if following not in free or placing.is_word[following]:
                break
            if placing.units[following] in placing.words.values():
                break
            run = [*run, following] if step > 0 else [following, *run]
    return run


def _without_words(
    placing: _Placing, pair: int, gains: FloatArray, total: FloatArray, free: set[int]
) -> list[int]:
    """Return the unit for a pair that no word attends to: the same sign, or the likeliest word."""
    mark = placing.source.marks[pair]
    text = placing.source.text[mark.start : mark.end].strip()
    if not text:
        return []
    if not placing.source_words((mark.start, mark.end)):
        same = [i for i in sorted(free) if placing.text[slice(*placing.units[i])] == text]
        return same[:1]
    likely = [i for i in sorted(free) if placing.is_word[i] and gains[i] > -_LIKELY * total[i]]
    return [_first_of_most(likely, gains)] if likely else []


def _first_of_most(among: Sequence[int], weights: FloatArray) -> int:
    """Return the first of some units, in order, that has most; less by next to nothing is as much.

    What one word of several stands for has its weight shared evenly: a host that adds in another
    order must not choose another one.
    """
    most = max(float(weights[index]) for index in among)
    return next(index for index in among if weights[index] > most - _EQUAL)


def _position(placing: _Placing, parent: int, source: int) -> int:
    """Return where a point of the source belongs within its parent, outside of what is placed."""
    low, high = placing.bounds(parent)
    start, end = placing.source_bounds(parent)
    text = placing.source.text
    if not text[start:source].strip():
        return low
    if not text[source:end].strip():
        return high
    inner = placing.inner(parent)
    follows = not text[source - 1].isspace()
    if follows and not is_in_word(text[source]):  # a footnote: it belongs to the word before it
        word = max(u for u in placing.source_units if u[0] < source)
        weights = placing.within(word)
        position = placing.units[_first_of_most(inner, weights)][1] if inner else high
    else:
        before, after = placing.within((start, source)), placing.within((source, end))
        sums = np.concatenate([[0.0], np.cumsum((before - after)[inner])]) if inner else [0.0]
        cut = _first_of_most(range(len(sums)), np.asarray(sums))
        if cut == len(inner):
            position = placing.units[inner[-1]][1] if inner else low
        else:
            at_end = follows and cut > 0
            position = placing.units[inner[cut - 1]][1] if at_end else placing.units[inner[cut]][0]
    siblings = [m for m in placing.placed.values() if m.parent == parent]
    for sibling in siblings:
        if sibling.start < position < sibling.end:
            near_end = follows or sibling.end - position < position - sibling.start
            position = sibling.end if near_end else sibling.start
    return position
