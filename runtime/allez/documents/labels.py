"""Labels: what stands in cells, on buttons and over chapters, short and without a stop.

A model that learnt from sentences often takes the capital of a label's first word for a name's,
and a word in capitals for an abbreviation. So what it is not sure of is read once more in small
letters, and the reading that it is surer of stands. Knows nothing of formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from allez.results import Translation
from allez.text.casing import to_capitals
from allez.text.elements import names
from allez.text.markup import Marked

_SURE = 0.8
"""How sure a model must be of a label for no second reading. Of 109 labels of shops, programs and
slides 27 came out better by it through `fr-en`, and 3 worse (`Suivant`, `Accueil`)."""
_MOST_WORDS = 8
_DOUBTED = 0.3
"""The same of a word in capitals; and how sure it must be of it in small letters."""
_COLON = " :"
"""Behind a word it tells of what follows, so that an abbreviation is read as one."""
_WITH_COLON = 0.25
"""How sure a model must be of that. Of 130 words of forms and signs and abbreviations 10 came out
better by both through `fr-en` (`NOM`, `RUE`, `OUI`, `TVA`), and 2 worse (`ACCUEIL`, `HEURE`)."""
_BEHIND = " \u00a0\n♪♫"
"""What may stand behind the end of a line: notes, of one that is sung."""
_DOTS = re.compile(r"(?:\.{2,}|…)(?P<space>\s*)(?=\w)")
_WITHIN = frozenset("'’-")
_ABBREVIATED = names("approx dept e ed eg est etc f fig g i ie max min no p pp st vol vs")
_LONG_NAME = 5
"""A name of fewer letters may be shortened: `Corp`, `Inc`, `Ltd`, `Mr`, `St`."""
_STOPS = (".", "!", "?", "…")


def is_label(text: str) -> bool:
    """Tell whether a text is a label whose only capital is that of its first letter."""
    text = text.strip()
    return (
        text[:1].isupper()
        and len(text[0].lower()) == 1
        and text[1:] == text[1:].lower()
        and len(text.split()) <= _MOST_WORDS
        and not text.endswith(_STOPS)
        and "\n" not in text
    )


def is_word_in_capitals(text: str) -> bool:
    """Tell whether a text is one word of two capitals or more."""
    return text.isalpha() and text.isupper() and len(text) > 1 and len(text.lower()) == len(text)


class Reading(NamedTuple):
    """How a label may be read as well."""

    source: Marked
    """What is translated; its marks stand as those of the label."""
    least: float
    """How sure a model must be of it, besides surer than of every other reading."""
    finish: Callable[[Marked], Marked]
    """Makes of its translation that of the label."""


def further_readings(source: Marked, translation: Translation) -> Sequence[Reading]:
    """Return how a label of which a model is not sure may be read; nothing if it is sure.

    Not what the model cannot rate, and nothing in which letters are carried over: a name, a term,
    what the caller keeps.
    """
    text = source.text
    labels, in_capitals = is_label(text), is_word_in_capitals(text)
    if len(translation.sentences) != 1 or not (labels or in_capitals):
        return ()  # before the model is asked how sure it is, which takes long
    (sentence,) = translation.sentences
    if any(c.kind in ("name", "term") or not _has_digit(c.text) for c in sentence.carried):
        return ()
    sure = sentence.confidence
    if sure is None:
        return ()
    if labels and sure < _SURE:
        at = len(text) - len(text.lstrip())
        small = text[:at] + text[at].lower() + text[at + 1 :]
        return (Reading(Marked(small, source.marks), 0.0, lambda read: read),)
    if in_capitals and sure < _DOUBTED:
        return (
            Reading(Marked(text.lower(), source.marks), _DOUBTED, _to_capitals),
            Reading(Marked(text + _COLON, source.marks), _WITH_COLON, _without_colon),
        )
    return ()


def _to_capitals(read: Marked) -> Marked:
    return read._replace(text=to_capitals(read.text))


def _without_colon(read: Marked) -> Marked:
    text = read.text.removesuffix(":").rstrip()
    marks = (
        m._replace(start=min(m.start, len(text)), end=min(m.end, len(text))) for m in read.marks
    )
    return Marked(text, tuple(marks))


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def is_better(reading: Reading, again: Translation, before: Translation) -> bool:
    """Tell whether another reading of a label stands; not a word that nobody has translated."""
    if len(again.sentences) != 1 or not again.text.strip():
        return False
    (new,), (old,) = again.sentences, before.sentences
    sure = new.confidence or 0.0
    if sure < reading.least or (reading.least and again.text == reading.source.text):
        return False
    return sure > (old.confidence or 0.0) and len(new.doubts) <= len(old.doubts)


def without_stop(source: Marked, translated: Marked) -> Marked:
    """Return a translation without full stops at the ends of lines that its source does not have.

    A model that learnt from sentences ends what it reads with one. Behind an abbreviation (`etc.`,
    `p.m.`, `Inc.`) it stays, but for one that the source ends with.
    """
    said, lines = source.text.split("\n"), translated.text.split("\n")
    if len(said) != len(lines):
        said, lines = [source.text], [translated.text]
    text, marks = translated.text, translated.marks
    position = len(text)
    for original, line in zip(reversed(said), reversed(lines), strict=True):
        position -= len(line)
        if (within := _added_stop(original, line)) >= 0:
            at = position + within
            text = text[:at] + text[at + 1 :]
            marks = tuple(
                m._replace(start=m.start - (m.start > at), end=m.end - (m.end > at)) for m in marks
            )
        position -= 1
    return Marked(text, marks)


def _added_stop(source: str, translated: str) -> int:
    """Return where the full stop stands that ends a translation alone; -1 if there is none."""
    ending, shown = source.rstrip(_BEHIND)[-1:], translated.rstrip(_BEHIND)
    words = shown[:-1].split()
    if not shown.endswith(".") or not words or not (ending.isalnum() or ending in tuple("}%)]€$")):
        return -1
    word = words[-1]
    letters = "".join(c for c in word if c not in _WITHIN)
    if letters in _ABBREVIATED:
        return -1
    said = source.rstrip(_BEHIND).split()[-1] == word
    is_name = letters.istitle() and len(letters) >= _LONG_NAME
    is_word = letters.isalpha() and (letters.islower() or is_name)
    return len(shown) - 1 if said or is_word or word.endswith("}") else -1


def ended_alike(source: Marked, translated: Marked) -> Marked:
    """Return a translation that ends with the mark of its source, if that is none of a statement.

    A model that learnt from sentences takes the end of a point of a list for that of a sentence.
    """
    mark = source.text.rstrip(_BEHIND)[-1:]
    text = translated.text.rstrip(_BEHIND)
    if mark not in ("!", "?", ":", ";", ",") or (not text[-1:].isalnum() and text[-1:] != "."):
        return translated
    if text.endswith("..") or not any(map(str.isalpha, text)):
        return translated
    end = len(text) - text.endswith(".")
    return translated._replace(text=text[:end] + mark + translated.text[len(text) :])


def begun_alike(source: Marked, translated: Marked) -> Marked:
    """Return a translation whose dots stand at its first word if its source's do: `...and`."""
    dots = _DOTS.match(translated.text)
    before = _DOTS.match(source.text)
    if dots is None or before is None or before["space"] or not dots["space"]:
        return translated
    low, high = dots.span("space")
    marks = tuple(
        m._replace(start=_without(m.start, low, high), end=_without(m.end, low, high))
        for m in translated.marks
    )
    return Marked(translated.text[:low] + translated.text[high:], marks)


def _without(place: int, low: int, high: int) -> int:
    """Return where a place of a text is once `text[low:high]` is gone."""
    return place - max(0, min(place, high) - low)


def with_capital(source: Marked, translated: Marked) -> Marked:
    """Return a translation with a capital if its source begins with one.

    A first word that has capitals of its own, or that is a word of the source, stays as it is.
    """
    text = translated.text
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    begins = source.text.lstrip()[:1].isupper() and first[:1].islower()
    if not begins or first != first.lower():
        return translated
    if first in source.text.split() or len(first[0].upper()) != 1:
        return translated
    at = text.index(first)
    return Marked(text[:at] + first[0].upper() + text[at + 1 :], translated.marks)
