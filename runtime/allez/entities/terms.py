"""Terms of a glossary in a line: as they are, in capitals, and in plural.

The nouns of a compound have their plurals each ("tableaux de bord"); it stands in plural if one
before its preposition does. Knows nothing of other entities, and of grammar no more than endings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from allez.entities.characters import at, begins, ends, is_word, run, words
from allez.spec import SPEC

_JOINTS = words(SPEC["terms"]["joints"]) | words(SPEC["terms"]["of"])
"""Words that join the nouns of a compound, and have no plural."""
_BEHIND: list[str] = [f" {word} " for word in SPEC["terms"]["of"].split()]
"""What stands behind the noun of an English compound that takes its plural."""
_HISSES = tuple(SPEC["terms"]["hisses"].split())
"""How English nouns end whose plural ends in "es"."""
_PLURALS = ("s", "x", "S", "X")
_DEMONSTRATIVES = ("ci", "là")


class Term(NamedTuple):
    """A term of a glossary in a line."""

    end: int
    said: str
    """What it is in the target language, in capitals or in plural where it is that here."""
    term: str
    """How the glossary spells it."""


def term_at(
    line: str, start: int, terms: Sequence[tuple[str, str]], *, french: bool
) -> Term | None:
    """Return the first of the terms that begins at a position, in any case and number.

    Args:
        line: the text.
        start: a position in it.
        terms: each with what it is in the target language; none is empty.
        french: whether that is French, and the line English; else the other way round.
    """
    if is_word(line[start]) and not begins(line, start):
        return None
    first = _folded(line[start])
    for term, said in terms:
        mine = _folded(term[0]) == first
        spelled = _spelled(line, start, term, english=french) if mine else None
        if spelled is None or (is_word(term[-1]) and not ends(line, spelled.end)):
            continue
        if _is_part(line, start, spelled.end, term):
            continue
        if spelled.plural:
            said = plural_in_french(said) if french else plural_of(said)
        return Term(spelled.end, said.upper() if spelled.loud else said, term)
    return None


class _Spelled(NamedTuple):
    end: int
    loud: bool
    """Whether it is in capitals, unlike the term."""
    plural: bool


def _spelled(line: str, start: int, term: str, *, english: bool) -> _Spelled | None:
    """Return how a term is spelled from a position on; None: something else stands there."""
    end, singular, marks = start, "", ""
    heads = joined = plural = False
    for piece in _pieces(term):
        is_joint = piece.lower() in _JOINTS
        is_noun = is_word(piece[0]) and not is_joint
        read = _english_noun if english else _french_noun
        here, mark, stop = read(line, end, piece) if is_noun else ("", "", 0)
        if not mark:
            stop = end + len(piece)
            here = line[end:stop]
            if _folded(here) != _folded(piece):
                return None
        end, singular, marks = stop, singular + here, marks + mark
        plural = plural or (mark != "" and not joined)
        heads |= is_noun
        joined |= heads and is_joint
    loud = _folded(singular, case=False) != _folded(term, case=False)
    loud = loud and len(term) > 1 and singular == singular.upper()
    if marks != (marks.upper() if loud else marks.lower()):
        return None
    return _Spelled(end, loud, plural)


def _french_noun(line: str, start: int, noun: str) -> tuple[str, str, int]:
    """Return the singular of a noun that stands in plural, its mark, and where it ends.

    The mark is "" if something else stands there.
    """
    end = start + len(noun)
    here, mark = line[start:end], at(line, end)
    if mark in ("x", "X") and len(noun) > 3 and noun.lower().endswith("al"):
        here = {"u": here[:-1] + "l", "U": here[:-1] + "L"}.get(here[-1:], here)  # "canaux"
    found = mark in _PLURALS and ends(line, end + 1) and _folded(here) == _folded(noun)
    return (here, mark, end + 1) if found else ("", "", 0)


def _english_noun(line: str, start: int, noun: str) -> tuple[str, str, int]:
    """Return what `_french_noun` does of English: "boxes", "cities", "stomachs"."""
    for plural in (plural_of(noun), f"{noun}s"):
        end = start + len(plural)
        here = line[start:end]
        if _folded(here) == _folded(plural) and ends(line, end):
            both = zip(noun, plural, strict=False)
            alike = len(list(takewhile(lambda two: two[0] == two[1], both)))
            mark, rest = here[alike:], noun[alike:]
            return here[:alike] + (rest.upper() if mark.isupper() else rest), mark, end
    return "", "", 0


def _pieces(term: str) -> Iterator[str]:
    """Yield the words of a term and what stands between them, in order."""
    start = 0
    while start < len(term):
        end = run(term, start, is_word) if is_word(term[start]) else start + 1
        yield term[start:end]
        start = end


def _folded(text: str, *, case: bool = True) -> str:
    """Return a text in small letters and with straight apostrophes, which says the same."""
    return (text.lower() if case else text).replace("\u2019", "'")


def _is_part(line: str, start: int, end: int, term: str) -> bool:
    """Tell whether what is spelled like a term is part of a compound word or of a name.

    A compound is joined by a hyphen (but `-ci`, `-là`). A name is a capitalised word beside
    another, which begins no sentence; a term that has a capital itself may be a name.
    """
    if at(line, start - 1) == "-" and is_word(at(line, start - 2)):
        return True
    if at(line, end) == "-" and is_word(at(line, end + 1)):
        return not (line[end + 1 : end + 3] in _DEMONSTRATIVES and ends(line, end + 3))
    if not line[start].isupper() or term[0].isupper() or at(line, start + 1).isupper():
        return False
    if at(line, end) == " " and _is_title(line, end + 1):
        return True
    first = start - 1
    if at(line, first) != " ":
        return False
    while first > 0 and line[first - 1].isalpha():
        first -= 1
    inside = at(line, first - 1) == " " and is_word(at(line, first - 2))
    return inside and _is_title(line, first)


def _is_title(line: str, start: int) -> bool:
    return at(line, start).isupper() and at(line, start + 1).islower()


def plural_of(noun: str) -> str:
    """Return the plural of an English noun, by the regular rules: "point of sale" has it within."""
    places = [place for word in _BEHIND if (place := noun.lower().find(word)) > 0]
    if places:
        return plural_of(noun[: min(places)]) + noun[min(places) :]
    ending = noun[-3:].lower()
    if ending.endswith("y") and ending[-2:-1] not in ("a", "e", "o", "u"):
        return f"{noun[:-1]}ies"
    if ending == "sis" and noun[-4:-3].lower() != "s":
        return f"{noun[:-2]}es"
    if ending.endswith(_HISSES):
        return f"{noun}es"
    return f"{noun}s"


def plural_in_french(noun: str) -> str:
    """Return the plural of a French noun, by the regular rules: up to the first joint."""
    said = ""
    heads = joined = False
    for piece in _pieces(noun):
        is_joint = piece.lower() in _JOINTS
        joined |= heads and is_joint
        heads |= is_word(piece[0]) and not is_joint
        said += piece if joined or is_joint or not is_word(piece[0]) else _plural_word(piece)
    return said


def _plural_word(word: str) -> str:
    small = word.lower()
    if small.endswith(("s", "x", "z")) or (len(word) > 1 and word == word.upper()):
        return word
    if small.endswith("al") and len(word) > 3:
        return f"{word[:-1]}ux"
    return f"{word}x" if small.endswith(("au", "eu")) else f"{word}s"
