"""Sentences: what of a text is translated, and what is copied through as it stands.

The rules travel in the bundle (`sentences.json`), so that every host splits alike. A character is
a Unicode code point on every host; nothing here depends on a locale or a regular expression.

A line ends at a line feed. A sentence ends with its line, or at a run of terminators and the
closers after it when white space follows and then something that can begin a sentence. A sentence
that is too long is cut near its middle, and each part is looked at again. Knows nothing of
subwords: the caller counts them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from allez.checked import parse_object, shown
from allez.errors import BundleFormatError

RULES_VERSION = 1
"""Raised only when an older runtime could no longer follow the rules."""

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_DIGITS = frozenset("0123456789")  # str.isdigit knows others, and hosts disagree which


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRules:
    """How one language marks its sentences; the fields are the keys of `sentences.json`."""

    version: int
    """`RULES_VERSION`."""
    max_tokens: int
    """Longest sentence in tokens, eos not counted."""
    max_characters: int
    """Longest sentence in characters: a longer one is cut before anybody counts its tokens."""
    spaces: frozenset[str]
    """All that counts as white space, the carriage return included; hosts disagree otherwise."""
    terminators: frozenset[str]
    """What ends a sentence when white space follows."""
    wide_terminators: frozenset[str]
    """What ends a sentence also without white space, as in Chinese and Japanese."""
    openers: frozenset[str]
    """What may stand before the first word of a sentence: quotes, brackets, dashes."""
    closers: frozenset[str]
    """What may stand between the terminator and the end of its sentence: quotes, brackets."""
    abbreviations: frozenset[str]
    """Words whose full stop ends no sentence, initials among them. One listed with a capital is
    meant only so ("MM", not millimetres); one that also ends sentences ("etc") is not listed:
    what follows it decides."""
    number_abbreviations: frozenset[str]
    """The same for words that are abbreviations only before a digit ("art. 5")."""
    breaks: tuple[frozenset[str], ...]
    """After which marks a sentence that is too long is cut, the best first."""

    @classmethod
    def from_json(cls, text: str) -> SentenceRules:
        """Read the text of a `sentences.json`.

        Raises:
            BundleFormatError: a key is missing, unknown or of the wrong kind; it is named.
        """
        content = parse_object(text, "the file of sentence rules")
        names = {field.name for field in fields(cls)}
        for key in sorted(content.keys() ^ names):
            problem = "lack" if key in names else "have an unknown key"
            raise BundleFormatError(f"sentence rules {problem} {shown(key)}")
        version = _number(content, "version")
        if version != RULES_VERSION:
            raise BundleFormatError(
                f"sentence rules have version {version}, not {RULES_VERSION}",
                hint="a newer allez may read them",
            )
        return cls(
            version=version,
            max_tokens=_number(content, "max_tokens"),
            max_characters=_number(content, "max_characters"),
            spaces=_characters(content, "spaces"),
            terminators=_characters(content, "terminators"),
            wide_terminators=_characters(content, "wide_terminators"),
            openers=_characters(content, "openers"),
            closers=_characters(content, "closers"),
            abbreviations=_words(content, "abbreviations"),
            number_abbreviations=_words(content, "number_abbreviations"),
            breaks=tuple(frozenset(marks) for marks in _strings(content, "breaks")),
        )


class Piece(NamedTuple):
    """A stretch of a text: `text[start:end]` of what was split."""

    text: str
    start: int
    end: int
    translate: bool
    """False: copied through unchanged (white space, line ends, no letters or strange ones)."""


def split(text: str, rules: SentenceRules, count_tokens: Callable[[str], int]) -> list[Piece]:
    """Divide a text into sentences and what stands between them.

    The pieces follow each other without a gap and make up the whole text, but for a byte order
    mark at its start, which is dropped: it belongs to the file, not to what was written. A
    sentence begins and ends without white space, has a letter, lies within one line, and has at
    most `max_tokens` tokens unless it is a single character.

    Args:
        text: any text.
        rules: how its language marks sentences.
        count_tokens: how many tokens a string has, eos not counted; asked only about strings of
            at most `max_characters`, and in all about a small multiple of the text.

    Returns:
        The pieces in order. Two that are to be copied are never neighbours.
    """
    pieces = []
    done = 1 if text.startswith(_BYTE_ORDER_MARK) else 0
    for sentence_start, sentence_end in _sentences(text, done, rules):
        for start, end in _fit(text, sentence_start, sentence_end, rules, count_tokens):
            if done < start:
                pieces.append(Piece(text[done:start], done, start, False))
            pieces.append(Piece(text[start:end], start, end, True))
            done = end
    if done < len(text):
        pieces.append(Piece(text[done:], done, len(text), False))
    return pieces


def squeeze(text: str, rules: SentenceRules) -> str:
    """Return a sentence with every run of white space as one space, as the model knows it."""
    spaced = "".join(" " if character in rules.spaces else character for character in text)
    return " ".join(word for word in spaced.split(" ") if word)


def as_read(sentence: str, rules: SentenceRules) -> str:
    """Return a sentence as the model knows it: squeezed, and no longer in capitals."""
    squeezed = squeeze(sentence, rules)
    return in_small_letters(squeezed) if in_capitals(squeezed, rules) else squeezed


def in_capitals(text: str, rules: SentenceRules) -> bool:
    """Tell whether a sentence is written in nothing but capitals.

    All its letters are, five at least, and two words have two: no abbreviation, code or address.
    Subwords are learnt from small letters; of capitals a model understands next to nothing. So such
    a sentence is read in small letters, and its translation put into capitals.
    """
    if not text.isupper() or not all(map(str.isupper, filter(str.isalpha, text))):
        return False
    words = [sum(map(str.isupper, word)) for word in squeeze(text, rules).split(" ")]
    return sum(words) >= 5 and sum(count >= 2 for count in words) >= 2


def in_small_letters(text: str) -> str:
    """Return a text with none but its first capital, and not that one if it is within a word."""
    first = next((i for i, character in enumerate(text) if character.isupper()), len(text))
    within = first > 0 and (text[first - 1].isalpha() or text[first - 1].isdecimal())
    kept = first if within else first + 1
    return text[:kept] + "".join(map(_small, text[kept:]))


def to_capitals(text: str) -> str:
    """Return a text in capitals, as long as it was: what has no capital of its own is kept."""
    return "".join(map(_capital, text))


def _small(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _capital(character: str) -> str:
    upper = character.upper()
    return upper if len(upper) == 1 else character


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
    if follower in _DIGITS:
        known |= rules.number_abbreviations
    return word in known or word.lower() in known


def _fit(
    text: str, start: int, end: int, rules: SentenceRules, count_tokens: Callable[[str], int]
) -> Iterator[tuple[int, int]]:
    """Yield the parts of a sentence that are short enough and have a letter, trimmed."""
    while start < end and text[start] in rules.spaces:
        start += 1
    while start < end and text[end - 1] in rules.spaces:
        end -= 1
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


def _number(content: dict[str, Any], key: str) -> int:
    value = content[key]
    if type(value) is not int or not 1 <= value <= 1_000_000:  # not isinstance: True is an int
        raise BundleFormatError(f"sentence rules: {key!r} must be a whole number, 1 to 1,000,000")
    return value


def _characters(content: dict[str, Any], key: str) -> frozenset[str]:
    value = content[key]
    if not isinstance(value, str):
        raise BundleFormatError(f"sentence rules: {key!r} must be a string of characters")
    return frozenset(value)


def _strings(content: dict[str, Any], key: str) -> list[str]:
    value = content[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BundleFormatError(f"sentence rules: {key!r} must be a list of strings")
    return value


def _words(content: dict[str, Any], key: str) -> frozenset[str]:
    for word in (words := _strings(content, key)):
        if not word.isalpha():
            raise BundleFormatError(
                f"sentence rules: {key!r} has {shown(word)}, which can never match",
                hint="only the letters right before the full stop",
            )
    return frozenset(words)
