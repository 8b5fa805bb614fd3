"""Ordinals in Roman figures, as French writes centuries: `XXIe`, `XVIème`."""

from __future__ import annotations

from allez.spec import SPEC

_RULES = SPEC["ordinals"]
_ENDS = _RULES["ends"].split()
_UNITS = ("", *_RULES["units"].split())
_NUMBERS = {
    _RULES["tens"] * (number // 10) + _UNITS[number % 10]: number
    for number in range(2, _RULES["most"] + 1)
}


_FIRST: dict[str, str] = _RULES["first"]


def roman_ordinal(word: str) -> str:
    """Return a Roman ordinal in figures, `21e`, "" if it is none."""
    for end in _ENDS:
        if word.endswith(end) and (number := _NUMBERS.get(word.removesuffix(end))):
            return f"{number}{end}"
    return _FIRST.get(word, "")
