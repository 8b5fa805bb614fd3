"""What formulas, lists of allowed values and filters of a sheet compare its cells with.

All of it stays, and so does a cell with just such a text: they would find nothing else. Knows
nothing of where in a file they stand.
"""

from __future__ import annotations

import re

from allez.text.references import unescape

_FORMULA = re.compile(
    r"<(?:\w+:)?(?P<name>f|formula[12]?|definedName)\b[^<>]*>(?P<text>[^<]+)<"
    r"|\s(?:table:(?:formula|condition)|style:condition|calcext:value)=\"(?P<value>[^\"]*)\""
)
"""In Excel's way, and in that of OpenDocument."""
_VALUE = re.compile(
    r"<(?:\w+:)?(?P<name>filter|customFilter|cfRule|filter-condition|filter-set-item)\b[^<>]*?"
    r"\s(?:val|text|table:value)=\"(?P<value>[^\"]*)\""
)
_LOOKING = re.compile(
    r"\b(?:(?:COUNT|SUM|AVERAGE|MAX|MIN)IFS?|X?MATCH|[HVX]?LOOKUP|SEARCH)\(", re.IGNORECASE
)
"""Functions in whose strings `*` stands for anything, and `?` for one character."""
_STRING = re.compile(r"\"((?:[^\"]|\"\")*)\"")


_SIGN = re.compile(r"~[*?~]|.", re.DOTALL)
_WILD = re.compile(r"[*?]")
_LEAST = 2
"""Letters and figures of a pattern: `A*` would be half of a sheet."""


class Compared:
    """Texts that cells are compared with, in small letters and without white space around."""

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._patterns: dict[str, _Pattern] = {}

    def __bool__(self) -> bool:
        return bool(self._texts)

    def __contains__(self, text: object) -> bool:
        said = _folded(str(text))
        return said in self._texts or any(p.matches(said) for p in self._patterns.values())

    def add(self, text: str, *, is_pattern: bool = False) -> None:
        """Add a text; `>=Oui` stands for `Oui`, and `Oui*` may for what begins so."""
        said = _folded(text.lstrip("<>="))
        if not said:
            return
        self._texts.add(said)
        if is_pattern and _WILD.search(said) and sum(map(str.isalnum, said)) >= _LEAST:
            self._patterns.setdefault(said, _Pattern(said))

    def read(self, text: str) -> None:
        """Add what cells are compared with in a part of a file."""
        for value in _VALUE.finditer(text):
            self.add(unescape(value["value"]), is_pattern=value["name"] == "customFilter")
        for formula in _FORMULA.finditer(text):
            said = unescape(formula["text"] or formula["value"])
            is_pattern = _LOOKING.search(said) is not None
            for string in _STRING.findall(said):
                self.add(string.replace('""', '"'), is_pattern=is_pattern)
                for item in string.split(",") if formula["name"] == "formula1" else ():
                    self.add(item)


class _Pattern:
    """What stands between the stars of a pattern, found one behind the other; `~*` is a star."""

    def __init__(self, pattern: str) -> None:
        pieces: list[list[str]] = [[]]
        for found in _SIGN.finditer(pattern):
            if found[0] == "*":
                pieces.append([])
            else:
                pieces[-1].append("." if found[0] == "?" else re.escape(found[0][-1]))
        self._pieces = [re.compile("".join(piece), re.DOTALL) for piece in pieces]
        self._last = len(pieces[-1])

    def matches(self, text: str) -> bool:
        """Tell whether a whole text is as the pattern says."""
        first, *others = self._pieces
        if not others:
            return first.fullmatch(text) is not None
        found = first.match(text)
        for piece in others[:-1]:
            found = piece.search(text, found.end()) if found else None
        end = len(text) - self._last
        return found is not None and found.end() <= end and others[-1].match(text, end) is not None


def _folded(text: str) -> str:
    return text.strip().casefold()
