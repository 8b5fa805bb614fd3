"""The punctuation of French, put into a translation: spaces that no line is broken at, « ».

A model reads and writes `Où ?` and `Où?` as one, and every quote as `"`. What is said here is how
a translation is handed out; a bundle asks for it (`target.typography`). Knows nothing of bundles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from allez.spec import SPEC

NO_BREAK, NARROW = "\u00a0", "\u202f"

_SPACES = {"?": NARROW, "!": NARROW, ";": NARROW, ":": NO_BREAK}
"""What stands before a mark."""

_RULES: dict[str, str] = SPEC["typography"]
_OPENERS = _RULES["openers"]
"""Behind these no mark gets a space, and a quote begins."""

_JOINTS = _RULES["joints"]
"""Behind these a quote begins, too."""

_BEHIND = _RULES["behind"]
"""What may follow `?` and `!`, but for white space and quotes."""

_QUOTES = _RULES["quotes"]

_HELD = ' ?!;:\u00ab\u00bb"' + NO_BREAK + NARROW
"""What is decided by what follows."""


class Typeset(NamedTuple):
    """A text with its typography."""

    text: str
    starts: tuple[int, ...]
    """Where each character of the text as it was stands now."""
    ends: tuple[int, ...]
    """Where it ends."""

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of the text as it was is now."""
        if start < end:
            return self.starts[start], self.ends[end - 1]
        place = self.ends[start - 1] if start else 0
        return place, place


def typeset(text: str, kept: Sequence[tuple[int, int]] = ()) -> Typeset:
    """Return a French text with the spaces and quotes that French has.

    Args:
        text: a sentence, or how one begins that `stable` has cut.
        kept: stretches that nothing is changed in, in order: addresses, times, numbers.
    """
    out = ""
    starts: list[int] = []
    ends: list[int] = []
    quoted = False
    inside = iter([*kept, (len(text), len(text))])
    start, end = next(inside)
    for index, character in enumerate(text):
        while index >= end and end < len(text):
            start, end = next(inside)
        before, behind, said = "", "", character
        if not start <= index < end:
            if character in _SPACES and _is_marked(text, index):
                before = _SPACES[character]
            elif character == '"':
                begins = _begins_quote(text, index)
                if begins or _ends_quote(text, index, quoted=quoted):
                    quoted = begins
                    said = "\u00ab" if begins else "\u00bb"
                    before, behind = ("", NO_BREAK) if begins else (NO_BREAK, "")
            elif character == "\u00ab" and text[index + 1 : index + 2].strip():
                behind = NO_BREAK
            elif character == "\u00bb":
                before = NO_BREAK
            elif character == " ":
                said = _space(text, index)
        if before and (not out or out[-1].isspace()):
            before = ""
        out += before
        starts.append(len(out))
        out += said
        ends.append(len(out))
        out += behind
    return Typeset(out, tuple(starts), tuple(ends))


def stable(text: str) -> str:
    """Return the part of a growing text that `typeset` writes the same whatever follows."""
    return text.rstrip(_HELD)


def _space(text: str, index: int) -> str:
    """Return the space that stands where the text has a plain one."""
    following = text[index + 1 : index + 2]
    if following == "\u00bb" or text[index - 1 : index] == "\u00ab":
        return NO_BREAK
    return _SPACES[following] if following in _SPACES and _is_marked(text, index + 1) else " "


def _is_marked(text: str, index: int) -> bool:
    """Tell whether a mark ends what is said, and is none of an address, a smiley or a time."""
    character, following = text[index], text[index + 1 : index + 2]
    goes_on = following != "" and not following.isspace() and following not in _QUOTES
    if goes_on and (character in ";:" or following not in _BEHIND):
        return False
    place = index - 1
    while place >= 0 and text[place] == " ":
        place -= 1
    before = text[place] if place >= 0 else ""
    return before != "" and before not in _OPENERS and before not in "?!;:\u00ab"


def _begins_quote(text: str, index: int) -> bool:
    before, following = text[index - 1 : index] if index else "", text[index + 1 : index + 2]
    apart = not before or before.isspace() or before in _OPENERS or before in _JOINTS
    return apart and following != "" and not following.isspace() and following != '"'


def _ends_quote(text: str, index: int, *, quoted: bool) -> bool:
    """Tell whether a quote ends; one that nobody began may be an inch behind a digit."""
    before = text[index - 1 : index] if index else ""
    if not before or before.isspace() or before in _OPENERS or before == '"':
        return False
    return quoted or not "0" <= before <= "9"
