"""What formulas, lists of allowed values and filters of a sheet compare its cells with.

All of it stays, and so does a cell with just such a text: they would find nothing else. Knows
nothing of where in a file they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from allez.text.references import unescape

_FORMULA = re.compile(
    r"<(?:\w+:)?(?P<name>f|formula[12]?|definedName)\b[^<>]*>(?P<text>[^<]+)<"
    r"|\s(?:table:(?:formula|condition)|style:condition|calcext:value)=\"(?P<value>[^\"]*)\""
)
"""In Excel's way, and in that of OpenDocument."""
_VALUE = re.compile(
    r"<(?:\w+:)?(?:filter|customFilter|cfRule|filter-condition|filter-set-item)\b[^<>]*?"
    r"\s(?:val|text|table:value)=\"(?P<value>[^\"]*)\""
)
_STRING = re.compile(r"\"((?:[^\"]|\"\")*)\"")


def compared_with(text: str) -> frozenset[str]:
    """Return what cells are compared with in a part of a file, as `folded` returns it."""
    found = {folded(unescape(value["value"])) for value in _VALUE.finditer(text)}
    for formula in _FORMULA.finditer(text):
        said = unescape(formula["text"] or formula["value"])
        for string in _STRING.findall(said):
            found.update(_texts(string.replace('""', '"'), is_list=formula["name"] == "formula1"))
    return frozenset(found - {""})


def _texts(string: str, *, is_list: bool) -> Iterator[str]:
    """Yield what a string of a formula may be compared with: `>=Oui` stands for `Oui`."""
    yield folded(string.lstrip("<>="))
    if is_list:
        yield from map(folded, string.split(","))


def folded(text: str) -> str:
    """Return what a text is compared by: capitals do not count."""
    return text.strip().casefold()
