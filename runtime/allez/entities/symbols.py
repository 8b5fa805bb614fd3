"""Symbols: entities become one private-use character each, and come back as what is said for them.

Between the two lies the model. The first entity of a kind gets the first symbol of the kind, and so
on; the same value has the same symbol. Back: `fill`, which also puts right what hangs on a value:
`a` or `an` in English, `de` or `d'` in French, spaces, the capital of a term that begins the
sentence.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

from allez.entities.characters import at, is_digit, is_word
from allez.entities.find import NAME, NUMBER, TERM, Entity
from allez.entities.marks import is_private
from allez.errors import InputError
from allez.spec import SPEC

Symbols = dict[str, tuple[str, ...]]
"""The symbols of each kind, in the order in which they are given out."""


class Slot(NamedTuple):
    """A symbol in a sentence and what stands behind it."""

    symbol: str
    kind: str
    source: str
    """The letters in the source."""
    said: str
    """What stands for it in the translation."""
    times: int
    """How often the sentence has it."""
    joined: str
    """The symbol right before it, without a space between them; "" if there is none."""
    tight_before: bool
    """Whether a letter or digit stands right before it."""
    tight_after: bool
    """Whether a letter or digit stands right behind it."""
    apart: bool
    """Whether it begins the sentence, or a space stands right before it."""


class Masked(NamedTuple):
    """A sentence with symbols."""

    text: str
    slots: tuple[Slot, ...]
    """One for each symbol, in order of appearance."""
    entities: tuple[Entity, ...]
    """Which stand at the symbols, in order, with positions in the sentence as it was."""


def mask(text: str, entities: Sequence[Entity], symbols: Symbols) -> Masked:
    """Put symbols in place of entities; those of a kind that has no more symbols stay raw."""
    slots: dict[tuple[str, str, str], Slot] = {}
    used: list[Entity] = []
    parts: list[str] = []
    done = 0
    for entity in entities:
        key = entity.kind, text[entity.start : entity.end], entity.said
        slot = slots.get(key)
        if slot is None:
            given = sum(other.kind == entity.kind for other in slots.values())
            if given == len(symbols[entity.kind]):
                continue
            before = used[-1] if used and used[-1].end == entity.start else None
            slot = Slot(
                symbol=symbols[entity.kind][given],
                kind=entity.kind,
                source=key[1],
                said=entity.said,
                times=0,
                joined=parts[-1] if before else "",
                tight_before=is_word(at(text, entity.start - 1)),
                tight_after=is_word(at(text, entity.end)),
                apart=entity.start == 0 or text[entity.start - 1].isspace(),
            )
        slots[key] = slot._replace(times=slot.times + 1)
        parts += [text[done : entity.start], slot.symbol]
        used.append(entity)
        done = entity.end
    parts.append(text[done:])
    return Masked("".join(parts), tuple(slots.values()), tuple(used))


def excess(entities: Sequence[Entity], symbols: Symbols) -> int | None:
    """Return which entity is the first that finds no symbol left, None if all find one."""
    seen: dict[str, set[tuple[str, str]]] = {}
    for index, entity in enumerate(entities):
        values = seen.setdefault(entity.kind, set())
        values.add((entity.value, entity.said))
        if len(values) > len(symbols[entity.kind]):
            return index
    return None


class Filled(NamedTuple):
    """A translation with its values."""

    text: str
    spans: tuple[tuple[int, int], ...]
    """For each symbol in order of appearance, where its value stands."""
    places: tuple[int, ...]
    """Where each character of the translation with symbols stands now, and where it ends."""

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of the translation with symbols is now."""
        return self.places[start], max(self.places[start], self.places[end])


def fill(text: str, slots: Sequence[Slot], *, language: str = "en") -> Filled:
    """Put values in place of symbols.

    Args:
        text: the translation, words already in their case.
        slots: the sentence's; other symbols are dropped.
        language: of the translation: of English `a` before a value may have to be `an`, of French
            `de` to be `d'`.
    """
    by_symbol = {slot.symbol: slot for slot in slots}
    out = ""
    spans: list[tuple[int, int]] = []
    before = ""  # the symbol that was said last, if nothing but spaces came after it
    skip_space = False
    places: list[int] = []
    for index, character in enumerate(text):
        slot = by_symbol.get(character)
        if slot is None:
            double = bool(before) and out.endswith(" ")
            if is_private(character) or (character == " " and (skip_space or double)):
                places.append(len(out))
                continue
            glued = before and spans[-1][1] == len(out) and is_word(out[-1:])
            if glued and character.isalpha() and not by_symbol[before].tight_after:
                out += " "
            before = before if character == " " else ""
            skip_space = character in "(" and _symbol_follows(text, index + 1, by_symbol)
            if character == ")" and spans and spans[-1][1] == len(out.rstrip(" ")):
                out = out.rstrip(" ")
            places.append(len(out))
            out += character
            continue
        said = slot.said
        joined = slot.joined and slot.joined == before
        out = out.rstrip(" ") if joined else _with_space(out, slot)
        if language == "en":
            out = _with_article(out, said, slot.kind == NUMBER)
        elif language == "fr":
            out = _with_elision(out, said, slot.kind)
        if slot.kind == TERM and not any(map(str.isalnum, out)):
            said = said[:1].upper() + said[1:]
        places.append(len(out))
        spans.append((len(out), len(out) + len(said)))
        out += said
        before, skip_space = character, False
    places.append(len(out))
    for index in range(len(text) - 1, -1, -1):  # spaces that were taken back
        places[index] = min(places[index], places[index + 1])
    return Filled(out, tuple(spans), tuple(places))


def settled(text: str, language: str = "en") -> str:
    """Return the part of a growing translation that `fill` writes the same whatever follows."""
    stable = text.rstrip(" ")
    held = _ELIDED if language == "fr" else ("a", "an")
    word = stable.rpartition(" ")[2].lstrip("(\"'\u201c\u2018")
    if word.lower() in held:
        stable = stable[: -len(word)].rstrip(" ")
    return stable.rstrip("( ")


def _symbol_follows(text: str, start: int, known: dict[str, Slot]) -> bool:
    while at(text, start) == " ":
        start += 1
    return at(text, start) in known


def _with_space(out: str, slot: Slot) -> str:
    """Return what is said so far with one space at its end, if one belongs before the value."""
    last = out[-1:]
    if last == " ":
        return out.rstrip(" ") + " "
    words = is_word(last) and is_word(slot.said[:1]) and not slot.tight_before
    apart = slot.apart and last != "" and (is_word(last) or last in ".,;:!?")
    return f"{out} " if words or apart else out


def _with_article(out: str, said: str, number: bool) -> str:
    """Return what is said so far with `a` or `an` at its end as the value wants it."""
    article = out.rstrip(" ").rpartition(" ")[2].lstrip("(\"'\u201c\u2018")
    if not out.endswith(" ") or article.lower() not in ("a", "an"):
        return out
    stem = out.rstrip(" ")[: -len(article)]
    vowel = sounds_like_vowel(said)
    return f"{stem}{article[0]}{'n' if vowel else ''} " if number or said else out


_SHORT = ("d'", "qu'", "d\u2019", "qu\u2019")
_ELIDED = ("de", "que", "le", "la", *_SHORT)
"""What a value decides about in French; `le` and `la` only before a term."""

_VOWELS: str = SPEC["spoken"]["fr"]["vowels"]


def _with_elision(out: str, said: str, kind: str) -> str:
    """Return what is said so far with `de` or `d'` at its end as the name or term wants it.

    Before `h` and `y`, whose sound is not told by their letter, and before what begins with no
    letter, it stays as the model said it.
    """
    first = said[:1].lower()
    if kind not in (NAME, TERM) or not first.isalpha() or first in "hy":
        return out
    stable = out.rstrip(" ")
    word = stable.rpartition(" ")[2].lstrip("(\"'\u201c\u2018").lower()
    if first not in _VOWELS:
        return f"{stable[:-1]}e " if word in _SHORT else out
    if word in _SHORT:
        return stable
    whole = word in ("de", "que") or (kind == TERM and word in ("le", "la"))
    return f"{stable[:-1]}'" if whole and out.endswith(" ") else out


_SPOKEN = SPEC["spoken"]["en"]
_LETTERS_WITH_VOWEL: str = _SPOKEN["letters"]
"""Capitals whose name begins with a vowel: "an SMS"."""

_NO_VOWEL = tuple(_SPOKEN["no_vowel"].split())
"""How words begin that are written with a vowel and spoken without."""


def sounds_like_vowel(said: str) -> bool:
    """Tell whether English says `an` before this: by its first letter or number."""
    start = next((i for i, c in enumerate(said) if c.isalnum()), None)
    if start is None:
        return False
    first = said[start]
    if is_digit(first):
        end = start
        while end < len(said) and is_digit(said[end]):
            end += 1
        digits = said[start:end]
        teen = digits[:2] in ("11", "18") and len(digits) in (2, 4, 5)
        return first == "8" or teen
    end = start
    while end < len(said) and said[end].isalpha():
        end += 1
    word = said[start:end]
    if word.isupper() and len(word) < 5 and not (len(word) > 3 and word[0] in "AEIOU"):
        return first in _LETTERS_WITH_VOWEL
    return first.lower() in _SPOKEN["vowels"] and not word.lower().startswith(_NO_VOWEL)


def mask_target(
    text: str, slots: Sequence[Slot], *, prefix: bool = False, symbols: Container[str] = ()
) -> str:
    """Put symbols in place of values in a text of the target language.

    Args:
        text: a translation, or how one begins.
        slots: the source's.
        prefix: whether the text goes on, so that a value begun at its end is meant whole.
        symbols: all of the bundle's.

    Raises:
        InputError: one of them is typed, where no value has it.
    """
    forms = [(form, slot) for slot in slots for form in {slot.said, slot.source} if form]
    forms.sort(key=lambda item: (-len(item[0]), item[0]))
    left = {slot.symbol: slot.times for slot in slots}
    out = ""
    position = 0
    while position < len(text):
        for form, slot in forms:
            whole = text.startswith(form, position)
            begun = prefix and _begun(text, position, form)
            if left[slot.symbol] and (whole or begun) and _fits(text, position, form, begun):
                left[slot.symbol] -= 1
                out += slot.symbol
                position += len(form)
                break
        else:
            if text[position] in symbols:
                raise InputError(f"U+{ord(text[position]):04X} is a symbol, it cannot be said")
            out += text[position]
            position += 1
    return out


def _begun(text: str, start: int, form: str) -> bool:
    """Tell whether a text ends amid a value."""
    rest = text[start:]
    return len(rest) < len(form) and form.startswith(rest) and (len(rest) > 1 or is_digit(rest))


def _fits(text: str, start: int, form: str, begun: bool) -> bool:
    """Tell whether a value stands apart from the words around it."""
    if is_word(form[0]) and is_word(at(text, start - 1)):
        return False
    return begun or not (is_word(form[-1]) and is_word(at(text, start + len(form))))
