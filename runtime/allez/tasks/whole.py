"""A text that is read as a whole, or the turns of a dialogue: tokens, and what had to be left out.

Knows subwords and sentences, and nothing of models.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from allez.bundle import Bundle
from allez.spec import SPEC
from allez.text import (
    SentenceRules,
    SourceTokens,
    Span,
    Tokenizer,
    normalize_space,
    places,
    sentence_spans,
)

_RULES = SPEC["whole"]

CHARACTERS: int = _RULES["characters"]
"""A text of more than so many characters for each token that is read at most is too long, whatever
its subwords are: nobody looks at all of a book."""


_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Reader(NamedTuple):
    """How a bundle reads whole texts."""

    tokenizer: Tokenizer
    rules: SentenceRules
    eos: int
    tokens: int
    """The most that the encoder is given, eos not counted."""
    separator: str = " "
    """What stands between the turns of a dialogue."""
    turns: int | None = None
    """The most turns that are read; None: as many as there is room for."""

    @classmethod
    def of(cls, bundle: Bundle, tokenizer: Tokenizer) -> Reader:
        """Return how a bundle for texts reads; BundleFormatError if its rules are none."""
        given = bundle.manifest.input
        rules = SentenceRules.from_json(bundle.text("sentences"))
        eos = bundle.manifest.source.eos
        return cls(tokenizer, rules, eos, given.tokens, given.separator or " ", given.turns)

    @property
    def characters(self) -> int:
        """The most that are looked at."""
        return self.tokens * CHARACTERS


class Whole(NamedTuple):
    """A text as it is read."""

    tokens: SourceTokens
    """Ids [S], eos last, and where each stands in the text given; that of eos is empty, at the end
    of what was read."""
    read: Span
    """The stretch of the text that was read: all of it but white space at its ends, or less."""
    cut: bool
    """Whether it is less."""


class Turns(NamedTuple):
    """A dialogue as it is read."""

    tokens: SourceTokens
    """Ids [S], eos last, and where each stands in `text`."""
    text: str
    """The turns that were read, with separators between them."""
    spans: tuple[Span, ...]
    """Where each of these turns stands in it."""
    cut: bool
    """Whether there was no room for all that would have been read."""


def normal(text: str, rules: SentenceRules) -> str:
    """Return a text in one line, each run of white space a space.

    Line feeds are white space here, and a byte order mark at the beginning.
    """
    return normalize_space(_in_one_line(text), rules)


def _in_one_line(text: str) -> str:
    """Return a text of the same length without line feeds."""
    marked = text.startswith(_BYTE_ORDER_MARK)
    return (" " + text[1:] if marked else text).replace("\n", " ")


def _places(text: str, count: int, rules: SentenceRules) -> Sequence[int]:
    """Return where the first `count` characters of the normal text stand, and the next one."""
    size = 2 * count
    while True:
        found = places(_in_one_line(text[:size]), rules)
        if len(found) > count or size >= len(text):
            return found
        size *= 2


def read_text(text: str, reader: Reader) -> Whole:
    """Read a text from its beginning, as much of it as there is room for.

    What is too long is cut behind the last sentence that fits, if that leaves half of what there
    is room for, or else behind a token.
    """
    told = normal(text, reader.rules)
    head = told[: reader.characters]
    ids, spans = reader.tokenizer.encode_spans(head)
    cut = len(head) < len(told) or len(ids) > reader.tokens
    end = 0
    if cut:
        end = _end_of_sentences(head, reader, complete=len(head) == len(told))
        if end:
            ids, spans = reader.tokenizer.encode_spans(head[:end])
        else:
            ids, spans = ids[: reader.tokens], spans[: reader.tokens]
    at = _places(text, len(head), reader.rules) if told != text else range(len(head) + 1)

    def placed(span: Span) -> Span:
        start, end = span
        return at[start], at[end - 1] + 1 if end > start else at[start]

    last = end or (spans[-1][1] if cut and spans else len(head))
    read = placed((0, last))
    found = (*map(placed, spans), (read[1], read[1]))
    return Whole(SourceTokens((*ids, reader.eos), found), read, cut)


def read_turns(turns: Sequence[str], reader: Reader) -> Turns:
    """Read a dialogue from its end, as much of it as there is room for.

    The oldest turns are left out first; of the last one, if that alone is too long, the beginning.
    A turn without anything but white space and separators is none.

    Args:
        turns: of both sides, the oldest first.
        reader: the bundle's.
    """
    most = reader.turns or len(turns)
    asked: list[str] = []
    size = 0
    for turn in reversed(turns):
        if len(asked) == most or size > reader.characters:  # what is older has no room
            break
        told = without_separator(turn, reader)
        if told:
            asked.insert(0, told)
            size += len(told)
    kept = _fitting(asked, reader)
    cut = len(kept) < len(asked)
    if asked and not kept:
        text, tokens = _beginning_left_out(asked[-1], reader)
        return Turns(tokens, text, ((0, len(text)),), cut)
    text = reader.separator.join(kept)
    return Turns(_tokens(text, reader), text, _turn_spans(kept, reader), cut)


def without_separator(turn: str, reader: Reader) -> str:
    """Return a turn in one line; a separator that somebody has typed is a space."""
    told = normal(turn, reader.rules)
    sign = reader.separator.strip(" ")
    return normal(told.replace(sign, " "), reader.rules) if sign and sign in told else told


def _tokens(text: str, reader: Reader) -> SourceTokens:
    ids, spans = reader.tokenizer.encode_spans(text)
    return SourceTokens((*ids, reader.eos), (*spans, (len(text), len(text))))


def _count(text: str, reader: Reader) -> int:
    """Return how many tokens a text has; one too many, if nobody would count them."""
    if len(text) > reader.characters:
        return reader.tokens + 1
    return len(reader.tokenizer.encode(text))


def _end_of_sentences(head: str, reader: Reader, *, complete: bool) -> int:
    """Return where the last sentence ends that there is room for; 0 if that is too early.

    Args:
        head: the beginning of a text, white space normalized.
        reader: the bundle's.
        complete: whether it is all of the text, so that the last sentence ends where it does.
    """
    best = count = 0
    for _, end in sentence_spans(head, reader.rules):
        if end == len(head) and not complete:
            break
        tokens = _count(head[:end], reader)
        if tokens > reader.tokens:
            break
        best, count = end, tokens
    return best if 2 * count >= reader.tokens else 0


def _fitting(turns: Sequence[str], reader: Reader) -> list[str]:
    """Return the last turns that there is room for together, none if not even for the last one."""
    for first in range(len(turns) - 1, -1, -1):
        if _count(reader.separator.join(turns[first:]), reader) > reader.tokens:
            return list(turns[first + 1 :])
    return list(turns)


def _beginning_left_out(turn: str, reader: Reader) -> tuple[str, SourceTokens]:
    """Return what is read of a turn that is too long: its end, and the tokens of that.

    It begins with the first sentence that leaves it short enough, if that is half of what there is
    room for, or else with a token.
    """
    tail = turn[-reader.characters :]
    for start, _ in sentence_spans(tail, reader.rules):
        if start == 0:  # of the turn, which is too long; or somewhere within it
            continue
        tokens = _count(tail[start:], reader)
        if tokens <= reader.tokens:
            if 2 * tokens >= reader.tokens:
                return tail[start:], _tokens(tail[start:], reader)
            break
    ids, spans = reader.tokenizer.encode_spans(tail)
    ids, spans = ids[-reader.tokens :], spans[-reader.tokens :]
    first = spans[0][0]
    moved = [(start - first, end - first) for start, end in [*spans, (len(tail), len(tail))]]
    return tail[first:], SourceTokens((*ids, reader.eos), tuple(moved))


def _turn_spans(turns: Sequence[str], reader: Reader) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = 0
    for turn in turns:
        spans.append((start, start + len(turn)))
        start += len(turn) + len(reader.separator)
    return tuple(spans)
