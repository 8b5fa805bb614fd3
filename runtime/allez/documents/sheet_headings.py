"""What is printed above and below the cells of a sheet: text with codes, `&CTitle&RPage &P`."""

from __future__ import annotations

import re

from allez.documents.document import Builder
from allez.documents.inline import Gatherer
from allez.documents.values import escape_text
from allez.text.references import unescape

_HEADING = re.compile(
    r"<(?:\w+:)?(?P<name>(?:odd|even|first)(?:Header|Footer))\b[^>]*>(?P<text>[^<]*)</"
)
_SECTION = re.compile(r"(?:&amp;[LCR])?(?:&amp;&amp;|(?!&amp;[LCR]).)*", re.DOTALL)
"""What stands at the left, in the middle or at the right."""
_CODE = re.compile(
    r"&amp;(?:(?:&quot;|\")(?P<font>.*?)(?:&quot;|\")|\d+|K[0-9A-Fa-f]{6}|(?P<letter>&amp;|.))",
    re.DOTALL,
)
_SHOWN = frozenset("PNDTFAZG")
"""Codes in whose place something is printed: a page's number, a date, a name."""


def add_headings(builder: Builder) -> None:
    """Add the texts of a sheet's headers and footers, each section by itself, codes as they are."""
    for heading in _HEADING.finditer(builder.text):
        for section in _SECTION.finditer(builder.text, *heading.span("text")):
            _add(builder, *section.span())


def _add(builder: Builder, start: int, end: int) -> None:
    text = builder.text
    gatherer = Gatherer()
    position = start
    for code in _CODE.finditer(text, start, end):
        gatherer.text(unescape(text[position : code.start()]))
        if code["letter"] == "&amp;":  # `&&` is one
            gatherer.text("&")
        elif code["letter"] in _SHOWN:
            gatherer.word((code[0],))
        else:
            gatherer.point((code[0],))
        position = code.end()
    gatherer.text(unescape(text[position:end]))
    inline = gatherer.finish(spaced=True)
    if inline.has_words:
        builder.add(start, end, inline.marked, lambda translated: inline.write(translated, _escape))


def _escape(text: str) -> str:
    return escape_text(text.replace("&", "&&"))
