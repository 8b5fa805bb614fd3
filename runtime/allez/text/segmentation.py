"""Sentences: what of a text is translated, and what is copied through as it stands.

A character is a Unicode code point on every host; nothing here depends on a locale or a regular
expression.

A line ends at a line feed. A sentence ends with its line, or at a run of terminators and the
closers after it when white space follows and then something that can begin a sentence. Labels that
signs part are sentences. A sentence that is too long is cut near its middle, and each part is
looked at again. Knows nothing of subwords: the caller counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from allez.entities import NUMBER, Masked, is_private
from allez.text.casing import Casing
from allez.text.labels import labels
from allez.text.rules import SentenceRules

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_DIGITS = frozenset("0123456789")  # str.isdigit knows others, and hosts disagree which


Span = tuple[int, int]
"""The first character of a stretch, and the one after its last."""

Kind = Literal["sentence", "copied"]
"""Translated, or copied through as it stands: white space, no letters or strange ones."""


class SourceTokens(NamedTuple):
    """The subwords that a sentence is read as."""

    ids: tuple[int, ...]
    """[S], eos last."""
    spans: tuple[Span, ...]
    """[S]: where each stands in the segment's text; that of eos is empty, at its end."""


class Segment(NamedTuple):
    """A stretch of a text: `text[start:end]` of what was split."""

    text: str
    start: int
    end: int
    kind: Kind
    casing: Casing = "usual"
    """How a sentence is written; it is read in small letters, and answered as it is written."""
    tokens: SourceTokens | None = None
    """Of a sentence, once somebody has asked the tokenizer."""
    masked: Masked | None = None
    """The sentence with symbols in place of its entities; None: the bundle has no symbols."""

    @property
    def is_figure(self) -> bool:
        """Whether this is a number and nothing else: it is said as the target writes it."""
        if self.masked is None or len(self.masked.slots) != 1:
            return False
        (slot,) = self.masked.slots
        return slot.kind == NUMBER and self.masked.text == slot.symbol

    @property
    def source(self) -> SourceTokens:
        """The tokens of a sentence that has been through the tokenizer."""
        assert self.tokens is not None
        return self.tokens


def split(text: str, rules: SentenceRules, count_tokens: Callable[[str], int]) -> list[Segment]:
    """Divide a text into sentences and what stands between them.

    The segments follow each other without a gap and make up the whole text, but for a byte order
    mark at its start, which is dropped: it belongs to the file, not to what was written. A
    sentence begins and ends without white space, has a letter, lies within one line, and has at
    most `max_tokens` tokens unless it is a single character.

    Args:
        text: any text.
        rules: how its language marks sentences.
        count_tokens: how many tokens a string has, eos not counted; asked only about strings of
            at most `max_characters`, and in all about a small multiple of the text.

    Returns:
        The segments in order, without tokens. Two that are copied are never neighbours.
    """
    segments = []
    done = 1 if text.startswith(_BYTE_ORDER_MARK) else 0
    for sentence_start, sentence_end in _sentences(text, done, rules):
        for label in labels(text, sentence_start, sentence_end, rules.spaces):
            for start, end in _fit(text, *label, rules, count_tokens):
                if done < start:
                    segments.append(Segment(text[done:start], done, start, "copied"))
                segments.append(Segment(text[start:end], start, end, "sentence"))
                done = end
    if done < len(text):
        segments.append(Segment(text[done:], done, len(text), "copied"))
    return segments


def sentence_spans(text: str, rules: SentenceRules) -> list[Span]:
    """Return where each sentence of a text stands, however long it is, without white space around.

    What has no letter is none of its own, but may be one here: nothing is left out but white space.
    """
    return [
        (start, end)
        for span in _sentences(text, 0, rules)
        for start, end in [_trimmed(text, *span, rules)]
        if start < end
    ]


def _trimmed(text: str, start: int, end: int, rules: SentenceRules) -> Span:
    while start < end and text[start] in rules.spaces:
        start += 1
    while start < end and text[end - 1] in rules.spaces:
        end -= 1
    return start, end


def _sentences(text: str, start: int, rules: SentenceRules) -> Iterator[tuple[int, int]]:
    """Yield where each sentence starts and ends, white space around it included."""
    terminators = rules.terminators | rules.wide_terminators
    while start < len(text):
        line_end = text.find("\n", start)
        if line_end < 0:
            line_end = len(text)
        position = start
        has_letter = False  # "1." begins an item of a list, it is no sentence
        while position < line_end:
            if text[position] not in terminators:
                has_letter = has_letter or text[position].isalpha()
                position += 1
                continue
            dot = position
            while position < line_end and text[position] in terminators:
                position += 1
            is_word_end = position == dot + 1 and text[dot] == "."
            is_wide = text[position - 1] in rules.wide_terminators
            position = _after_closers(text, position, line_end, rules)
            follower = _next_sentence(text, position, line_end, rules)
            if not has_letter or not follower or not (is_wide or text[position] in rules.spaces):
                continue
            if is_word_end and _is_abbreviation(text, start, dot, follower, rules):
                continue
            yield start, position
            start = position
            has_letter = False
        yield start, line_end
        start = line_end + 1


def _after_closers(text: str, position: int, end: int, rules: SentenceRules) -> int:
    """Return where the closers at `position` end; French sets a space before some."""
    while position < end:
        spaced = position + 1 < end and text[position] in rules.spaces
        mark = text[position + spaced]
        # After a space, a mark that could do either (a straight quote) opens.
        if mark not in rules.closers or (spaced and mark in rules.openers):
            break
        position += 1 + spaced
    return position


def _next_sentence(text: str, position: int, end: int, rules: SentenceRules) -> str:
    """Return the first character of the sentence at `position`, "" if none can begin there."""
    while position < end and (text[position] in rules.spaces or text[position] in rules.openers):
        position += 1
    if position == end:
        return ""
    first = text[position]
    goes_on = (rules.terminators, rules.wide_terminators, rules.closers, *rules.breaks)
    return "" if first.islower() or any(first in marks for marks in goes_on) else first


def _is_abbreviation(text: str, start: int, dot: int, follower: str, rules: SentenceRules) -> bool:
    """Tell whether the word before `dot` keeps the sentence going that began at `start`."""
    word_start = dot
    while word_start > start and (
        text[word_start - 1].isalpha() or text[word_start - 1] in _DIGITS  # "21st" is not "st"
    ):
        word_start -= 1
    word = text[word_start:dot]
    known = rules.abbreviations
    if follower in _DIGITS or is_private(follower):  # a number that is hidden
        known |= rules.number_abbreviations
    return word in known or word.lower() in known


def _fit(
    text: str, start: int, end: int, rules: SentenceRules, count_tokens: Callable[[str], int]
) -> Iterator[tuple[int, int]]:
    """Yield the parts of a sentence that are short enough and have a letter, trimmed."""
    start, end = _trimmed(text, start, end, rules)
    if end - start <= rules.max_characters:
        sentence = text[start:end]
        if not any(map(str.isalpha, sentence)):
            return
        if len(sentence) == 1 or count_tokens(sentence) <= rules.max_tokens:
            yield start, end
            return
    cut = _best_cut(text, start, end, rules)
    yield from _fit(text, start, cut, rules, count_tokens)
    yield from _fit(text, cut, end, rules, count_tokens)


def _best_cut(text: str, start: int, end: int, rules: SentenceRules) -> int:
    """Return where to cut a sentence: in its middle half, the best place nearest the middle.

    Two halves make better sentences than a full one and a scrap. The search stays within a
    bounded distance, so that all cuts of a very long line take linear time.
    """
    middle = start + (end - start) // 2
    reach = min(end - start, rules.max_characters) // 4

    def badness(cut: int) -> tuple[int, int]:
        return _cut_rank(text, cut, rules), abs(cut - middle)

    return min(range(middle - reach, middle + reach + 1), key=badness)


def _cut_rank(text: str, cut: int, rules: SentenceRules) -> int:
    """Rank a cut before `text[cut]`, 0 the best: a mark, two words, white space, anywhere."""
    marks = len(rules.breaks)
    if text[cut] not in rules.spaces:
        return marks + 2
    for rank, group in enumerate(rules.breaks):
        if text[cut - 1] in group:
            return rank
    # Letters on both sides: "10 000", "5 %", "« a »" and "M. B" stay whole.
    return marks if text[cut - 1].isalpha() and text[cut + 1].isalpha() else marks + 1
