"""Entities: the spans of a text whose facts are carried over, and how the target says them.

`find` looks through a paragraph for what stands alike in both languages (a *thing*), for numbers,
and for the terms of a glossary; names are looked for sentence by sentence, once it is known what
else there is (`names`). Spans come in order and are disjoint. Knows nothing of models: who asks
says which letters were learnt and how the two languages write numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from allez.entities.characters import (
    at,
    begins,
    is_digit,
    run,
    words,
)
from allez.entities.english import QUOTES, is_translated, moment, numbered, singular
from allez.entities.forms import FORMS, Form
from allez.entities.marks import (
    backslash,
    blank,
    braces,
    code,
    colons,
    dollar,
    emoji,
    is_private,
    markup,
    option,
    path,
    percent,
    private,
    sign,
    tagged,
)
from allez.entities.named import is_named
from allez.entities.numbers import (
    CURRENCY_SIGNS,
    Amount,
    begins_number,
    name_end,
    plain,
    read,
    write,
)
from allez.entities.numerals import (
    clock,
    date,
    feet,
    house,
    joined,
    lapse,
    mixed,
    noughts,
    spaced,
    telephone,
    version,
)
from allez.entities.periods import period
from allez.entities.rates import passed
from allez.entities.stretches import Stretch, shared, span, stretch
from allez.entities.terms import term_at
from allez.entities.units import unit_behind
from allez.entities.wordlike import (
    Knows,
    account,
    address,
    file,
    foreign,
    identifier,
    initials,
    is_latin,
)
from allez.spec import SPEC

NUMBER, NAME, THING, TERM = "number", "name", "thing", "term"
KINDS = (NUMBER, NAME, THING, TERM)


class Entity(NamedTuple):
    """A span `text[start:end]` that becomes one symbol."""

    start: int
    end: int
    kind: str
    """One of `KINDS`."""
    said: str
    """What stands for it in the translation."""
    value: str
    """What is the same on both sides: the letters themselves, or a number's value."""


Scanner = Callable[[str, int], int]

_MARKS: dict[str, tuple[Scanner, ...]] = {
    "`": (code,),
    "<": (markup, sign),
    "&": (markup,),
    "{": (braces,),
    "[": (braces,),
    "%": (percent,),
    "$": (dollar,),
    "#": (emoji, tagged),
    "*": (emoji,),
    "@": (tagged,),
    ":": (colons,),
    "\\": (backslash,),
    "/": (path,),
    "~": (path,),
    ".": (blank, path),
    "\u2026": (blank,),
    "-": (option,),
}
_DIGITS: tuple[Scanner, ...] = (
    emoji,
    date,
    version,
    telephone,
    house,
    mixed,
    feet,
    identifier,
    spaced,
    lapse,
)
_WORDS: tuple[Scanner, ...] = (initials, address, account, file, identifier)


def find(
    text: str,
    source: Form | None,
    target: Form | None,
    *,
    knows: Knows = is_latin,
    keep: Sequence[tuple[int, int]] = (),
    glossary: Iterable[tuple[str, str]] = (),
) -> list[Entity]:
    """Return the things, numbers and terms of a paragraph, in order and disjoint.

    Args:
        text: the paragraph; no span crosses a line feed.
        source: how its language writes numbers; None: numbers stay as they are.
        target: how the other language does.
        knows: whether the model has learnt a letter.
        keep: spans [start, end) that are never translated; empty ones and those that overlap an
            earlier one are passed over; of two that begin together the longer one counts.
        glossary: terms and what they are in the target language; the longest one counts.
    """
    found: list[Entity] = []
    terms = sorted((t for t in glossary if t[0]), key=lambda term: (-len(term[0]), term[0]))
    done = 0
    kept = (span for span in keep if 0 <= span[0] < span[1] <= len(text))
    for start, end in sorted(kept, key=lambda span: (span[0], -span[1])):
        if start >= done:
            _find_between(text, done, start, source, target, knows, terms, found)
            found.append(Entity(start, end, THING, text[start:end], text[start:end]))
            done = end
    _find_between(text, done, len(text), source, target, knows, terms, found)
    return found


def _find_between(
    text: str,
    start: int,
    end: int,
    source: Form | None,
    target: Form | None,
    knows: Knows,
    terms: Sequence[tuple[str, str]],
    found: list[Entity],
) -> None:
    """Append what stands between two positions, line by line."""
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = end if line_end < 0 else line_end
        line = text[start:line_end]
        for entity in _find_in_line(line, source, target, knows, terms):
            found.append(entity._replace(start=entity.start + start, end=entity.end + start))
        start = line_end + 1


def _find_in_line(
    line: str,
    source: Form | None,
    target: Form | None,
    knows: Knows,
    terms: Sequence[tuple[str, str]],
) -> list[Entity]:
    found = []
    position = 0
    french = target is not None and target.hours
    french_source = source is not None and source.hours
    while position < len(line):
        term = term_at(line, position, terms, french=french) if terms else None
        if term is not None:
            found.append(Entity(position, term.end, TERM, term.said, term.term))
            position = term.end
            continue
        passed_over = passed(line, position) if french_source else position
        inner = range(position + 1, passed_over) if terms else ()
        if passed_over > position and not any(
            term_at(line, place, terms, french=french) for place in inner
        ):
            position = passed_over
            continue
        if not terms and (position == 0 or line[position - 1] == " "):
            space = line.find(" ", position)
            space = len(line) if space < 0 else space
            if _is_plain(line[position:space], knows):
                position = space + 1
                continue
        entity = _at(line, position, source, target, knows)
        if entity is not None:
            found.append(entity)
            position = entity.end
        elif line[position].isalpha():
            position = run(line, position, str.isalpha)
        elif is_digit(line[position]):
            position = run(line, position, is_digit)
        else:
            position += 1
    return found


_BEFORE_WORDS = '\u00ab\u00bb"\u201c\u201d(\u00a0\u202f'
_BEHIND_WORDS = ".,;:!?\u2026)\u00ab\u00bb\"\u201c\u201d'\u2019\u00a0\u202f"


def _is_plain(chunk: str, knows: Knows) -> bool:
    """Tell whether nothing between two spaces can begin an entity, as with most words.

    This only saves time: the scanners would find nothing there either.
    """
    if chunk.isalpha() and chunk.isascii() and chunk[1:].islower():
        return True
    if "....." in chunk or "\u2026\u2026" in chunk:
        return False
    core = chunk.lstrip(_BEFORE_WORDS).rstrip(_BEHIND_WORDS)
    letters = core.replace("'", "").replace("\u2019", "").replace("-", "")
    if not letters.isalpha() or core[0] == "-":
        return not core and chunk.isascii() and "(" not in chunk
    if not (core.isascii() or all(c.isascii() or not c.isalpha() or knows(c) for c in core)):
        return False
    regular = core.islower() or core[1:].islower() or core.isupper() or core.istitle()
    return regular and not core.endswith("années")


_DOLLARS = words(SPEC["prices"]["dollars"])
_BEFORE_NUMBERS = "+(-\u2013\u2212\u00b1" + CURRENCY_SIGNS + QUOTES


def _at(
    line: str, start: int, source: Form | None, target: Form | None, knows: Knows
) -> Entity | None:
    """Return the thing or number that begins at a position."""
    first = line[start]
    if first == " ":
        return None
    if first == "_" and begins(line, start) and blank(line, start) > start:
        return _thing(line, start, blank(line, start))
    if first.isalpha() or first == "_":
        return _at_word(line, start, source, target, knows)
    if is_digit(first) or first in _BEFORE_NUMBERS:
        entity = _at_number(line, start, source, target)
        if entity is not None:
            return entity
    if is_private(first):
        return _thing(line, start, private(line, start))
    for scanner in _MARKS.get(first, () if first.isascii() else (emoji, sign)):
        end = scanner(line, start)
        if end > start:
            return _thing(line, start, end)
    return None


def _at_number(line: str, start: int, source: Form | None, target: Form | None) -> Entity | None:
    if not begins_number(line, start, source):
        return None
    first = line[start]
    if is_digit(first) and source is not None and source.hours:
        day = None if target is None or target.hours else period(line, start)
        if day is not None:
            return Entity(start, day.end, NUMBER, day.written(), day.value)
        two = stretch(line, start, source)
        if two is not None:
            return _two(line, start, two, source, target)
        one = shared(line, start, source)
        if one is not None:
            return _counted(line, start, *one, target)
        end = name_end(line, start, source)
        if end > start and is_named(line, start, end):
            return _thing(line, start, end)
    elif source is not None and not source.hours:
        entity = _at_english(line, start, source, target)
        if entity is not None:
            return entity
    if is_digit(first) or first in "+(":
        for scanner in _DIGITS if is_digit(first) else (telephone,):
            end = scanner(line, start)
            if end > start:
                return _thing(line, start, end)
    if first != "(":
        entity = _number(line, start, source, target)
        if entity is not None:
            return entity
    if not is_digit(first):
        return None
    for scanner in (clock, joined, noughts, address):
        end = scanner(line, start)
        if end > start:
            return _thing(line, start, end)
    return None


def _at_english(line: str, start: int, source: Form, target: Form | None) -> Entity | None:
    """Return what English alone reads where a number begins."""
    two = span(line, start, source)
    if two is not None:
        return _two(line, start, two, source, target)
    if not is_digit(line[start]):
        return None
    end = plain(line, start, source)[0]
    joined = at(line, end) == "-" and unit_behind(line, end, source.units)[0] > end
    if joined or moment(line, start):
        return _number(line, start, source, target)
    end = numbered(line, start)
    return _thing(line, start, end) if end > start else None


def _at_word(
    line: str, start: int, source: Form | None, target: Form | None, knows: Knows
) -> Entity | None:
    if not begins(line, start):
        return None
    end = run(line, start, str.isalpha)
    word = line[start:end]
    following = at(line, end)
    plain = word.isascii() or all(map(knows, filter(lambda c: not c.isascii(), word)))
    if not plain:
        stop = foreign(line, start, knows)
        if stop > start:
            return _thing(line, start, stop)
    humps = not word[1:].islower() and not word.isupper()
    inner = following != "" and (is_digit(following) or following in "_@.-:/\\(+%")
    if len(word) > 1 and not humps and not inner:
        if word == "années" and source is not None:
            return _number(line, start, source, target)
        if not (word in _DOLLARS and following == "$"):
            return None
    if following == "$":
        entity = _number(line, start, source, target)
        if entity is not None:
            return entity
    if not inner and not humps:
        return None
    for scanner in _WORDS:
        stop = scanner(line, start)
        english = source is not None and not source.hours
        if stop > start and not (english and is_translated(line[start:stop])):
            thing = _thing(line, start, stop)
            said = singular(thing.said) if english and scanner is identifier else thing.said
            return thing._replace(said=said, value=said)
    return None


def _number(line: str, start: int, source: Form | None, target: Form | None) -> Entity | None:
    number = None if source is None else read(line, start, source)
    if number is None:
        return None
    return _counted(line, start, *number, target)


def _two(line: str, start: int, two: Stretch, source: Form, target: Form | None) -> Entity:
    said = line[start : two.end] if target is None else two.written(source, target)
    return Entity(start, two.end, NUMBER, said, two.value)


def _counted(line: str, start: int, end: int, amount: Amount, target: Form | None) -> Entity:
    said = write(amount, target) if target is not None else line[start:end]
    return Entity(start, end, NUMBER, said, amount.value)


def _thing(line: str, start: int, end: int) -> Entity:
    letters = line[start:end]
    return Entity(start, end, THING, letters, letters)


__all__ = ["FORMS", "KINDS", "NAME", "NUMBER", "TERM", "THING", "Entity", "find"]
