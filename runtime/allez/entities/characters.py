"""Kinds of characters, and how far a run of them goes: what the scanners of entities are made of.

A scanner is given a line and a position, and returns where what it knows ends, or the position
itself where there is nothing of it. No regular expressions: hosts disagree about them. Nothing
here looks further than `REACH` characters ahead, so that any line takes linear time.
"""

from __future__ import annotations

from collections.abc import Callable

SPACES = "\u0020\u00a0\u2009\u202f"
"""The spaces that stand within numbers: plain, no-break, thin, narrow no-break."""

APOSTROPHES = "'\u2019"

MINUS = "-\u2212"
"""Signs of a negative number: hyphen and minus."""

EN_DASH = "\u2013"

_OVER = "%\u00b0$\u20ac"
"""What a value ends with; a dash behind it is none of the next one."""

REACH = 300
"""The most characters that one entity has, and that are looked at to find its end."""


def words(text: str) -> frozenset[str]:
    """Return the words of a string, which spaces part."""
    return frozenset(text.split())


def at(text: str, index: int) -> str:
    """Return the character at `index`, "" beyond either end."""
    return text[index] if 0 <= index < len(text) else ""


def is_digit(character: str) -> bool:
    """Tell whether this is one of the ten digits of ASCII."""
    return "0" <= character <= "9"


def is_word(character: str) -> bool:
    """Tell whether this is a letter, a digit or an underscore."""
    return character == "_" or is_digit(character) or character.isalpha()


def run(text: str, start: int, belongs: Callable[[str], bool]) -> int:
    """Return where a run of characters that belong together ends, at most `REACH` further."""
    end = start
    last = min(len(text), start + REACH)
    while end < last and belongs(text[end]):
        end += 1
    return end


def digits(text: str, start: int) -> int:
    """Return where a run of digits ends."""
    return run(text, start, is_digit)


def begins(text: str, start: int) -> bool:
    """Tell whether no word goes on at `start`."""
    return not is_word(at(text, start - 1))


def ends(text: str, end: int) -> bool:
    """Tell whether no word goes on at `end`."""
    return not is_word(at(text, end))


def is_negative(text: str, start: int) -> bool:
    """Tell whether a minus stands here; an en dash is one where no word and no value goes on."""
    if at(text, start) != EN_DASH or not is_digit(at(text, start + 1)):
        return at(text, start) in tuple(MINUS)
    end = start
    while end > 0 and text[end - 1] in SPACES:
        end -= 1
    before = at(text, end - 1)
    over = is_digit(before) or before in _OVER
    return before in ("", "(", "[") or (end < start and not over)


def is_shared(text: str, end: int) -> bool:
    """Tell whether a slash and a number with a sign stand behind one: `–3/–1 °C`."""
    signed = at(text, end + 1) in ("+", EN_DASH, *MINUS)
    return at(text, end) == "/" and signed and is_digit(at(text, end + 2))


def number_begins(text: str, start: int) -> bool:
    """Tell whether neither a word nor a number goes on at `start`."""
    before = at(text, start - 1)
    joined = before != "" and before in ".,:/-+" and is_word(at(text, start - 2))
    return not is_word(before) and not joined


def number_ends(text: str, end: int) -> bool:
    """Tell whether neither a word nor a number goes on at `end`."""
    following = at(text, end)
    joined = following != "" and following in ".,:/-" and is_digit(at(text, end + 1))
    return not is_word(following) and not joined


def word_before(text: str, start: int, between: str = SPACES) -> str:
    """Return the word before a position in small letters, "" if something else stands there.

    Args:
        text: any.
        start: the position.
        between: characters that may stand between the two.
    """
    end = start
    while end > 0 and text[end - 1] in between:
        end -= 1
    begin = end
    while begin > 0 and end - begin < 20 and text[begin - 1].isalpha():
        begin -= 1
    return text[begin:end].lower()
