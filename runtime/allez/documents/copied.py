"""What a page sets that is no words: formulas, exponents, rows of numbered links, arrows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from allez.documents.seams import Item
from allez.spec import SPEC

_SIGN = r"<su[bp]>[^<>A-Za-z]{1,6}</su[bp]>"
SIGN = re.compile(_SIGN)
"""What stands above or below the line and has no letter: a number of a note, an index."""
_POWER = r"<sup>[-\u2212+]?\d{1,3}</sup>"
_UNITS = sorted(SPEC["units"]["alike"].split(), key=len, reverse=True)
_RAISED = "|".join(re.escape(unit[:-1]) for unit in _UNITS if unit[-1] in "\u00b2\u00b3")
_OVER = "|".join([*(unit for unit in _UNITS if unit.isalpha()), "s", "h", "min"])
_BEGIN = r"(?:(?<![\w'’&;])|(?<=&nbsp;)|(?<=&#160;))"
COPIED = re.compile(
    rf"(?<![A-Za-z])(?:[A-Za-z]+{_SIGN})+[A-Za-z]+(?:{_SIGN})?"
    rf"|{_BEGIN}(?:(?:{_OVER})/)?(?:{_RAISED}){_POWER}(?:/(?:{_OVER})(?!\w)(?:{_POWER})?)?"
    rf"|(?:{_BEGIN}|(?<=['’]))(?:[A-Z][a-z]?){{1,4}}<sub>\d{{1,3}}</sub>"
    rf"|(?<![\w.,;&/])(?<!\d[ \u00a0\u202f])\d{{1,3}}{_POWER}"
)
"""Letters with signs between them, `H<sub>2</sub>O`, elements with a number, `CO<sub>2</sub>`, and
what is raised: units and numbers."""
_NUMBER = re.compile(r"\s*\d{1,4}\s*")
_PAIR = 2
"""Where one link begins and ends."""
_BETWEEN = re.compile(r"[\s,|/\u00b7\u2022]*")
"""What parts the links of a row."""

_GAP = r"(?:\s|&nbsp;|&#160;)*"
ARROW = re.compile(rf"{_GAP}(?:[«»]|&[lr]aquo;|&#(?:171|187);){_GAP}")
"""A quote as it is spelled, with white space."""
_QUOTES = "«»"
_STOPS = frozenset('.,;:!?…"()')
_FEW = 4
"""Words of a label; what is longer, or has a stop, is speech that goes on elsewhere."""


def is_pointing(text: str) -> bool:
    """Tell whether a text is labels with arrows, `« Back | Next »`: quotes without other halves."""
    parts = text.split("|")
    return any(quote in text for quote in _QUOTES) and all(map(_is_label, parts))


def _is_label(text: str) -> bool:
    said = text.strip().strip(_QUOTES)
    return (
        len(text.strip()) - len(said) <= 1
        and len(said.split()) <= _FEW
        and _STOPS.isdisjoint(said)
        and not any(quote in said for quote in _QUOTES)
    )


def with_copied(
    items: Sequence[Item], text: str, *, signs: bool, links: frozenset[str]
) -> list[Item]:
    """Make one word of each formula, and of each row of numbered links.

    They are copied: signs would be set behind their letters, and links around other numbers.

    Args:
        items: a run.
        text: what it stands in.
        signs: whether there are exponents and indices.
        links: elements that are links.
    """
    made = list(items)
    if not made:
        return made
    start, end = made[0].start, made[-1].end
    found = [*_rows(made, text, links)]
    if signs and text.find("</su", start, end) >= 0:
        found += [formula.span() for formula in COPIED.finditer(text, start, end)]
    for low, high in found:
        before = [i for i in made if i.start < low]
        after = [i for i in made if i.end > high]
        if before and before[-1].end > low:
            before[-1] = Item("text", before[-1].start, low)
        if after and after[0].start < high:
            after[0] = Item("text", high, after[0].end)
        made = [*before, Item("word", low, high), *after]
    return made


def _rows(items: Sequence[Item], text: str, links: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield where several links follow each other that show a number each."""
    row: list[int] = []
    for index, item in enumerate(items):
        kinds = [each.kind for each in items[index : index + 3]]
        if item.name not in links or kinds != ["open", "text", "close"]:
            continue
        shown = items[index + 1]
        if not _NUMBER.fullmatch(text, shown.start, shown.end):
            continue
        if row and not _BETWEEN.fullmatch(text, row[-1], item.start):
            if len(row) > _PAIR:
                yield row[0], row[-1]
            row = []
        row += [item.start, items[index + 2].end]
    if len(row) > _PAIR:
        yield row[0], row[-1]
