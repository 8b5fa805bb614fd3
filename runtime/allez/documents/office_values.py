"""What Office shows that stands in attributes: descriptions, tooltips, prompts, numbering."""

from __future__ import annotations

import re

from allez.documents.document import Builder
from allez.documents.inline import Gatherer, Inline
from allez.documents.mixed import add_value
from allez.documents.values import escape_value, is_prose
from allez.text.elements import names
from allez.text.references import unescape
from allez.text.tags import Attribute, Token, attributes

_READ = {
    **dict.fromkeys(("docPr", "cNvPr"), names("descr title")),
    **dict.fromkeys(("hlinkClick", "hlinkHover", "hyperlink"), names("tooltip")),
    **dict.fromkeys(("tblCaption", "tblDescription"), names("val")),
    "textpath": names("string"),
    "listItem": names("displayText"),
    "dataValidation": names("promptTitle prompt errorTitle error"),
}
"""Of each element, whatever its prefix is, the attributes that are shown."""
_MOST = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}
"""Characters of an attribute with which Excel still opens a file."""
_LEVEL = re.compile(r"<(?:\w+:)?lvlText\b[^>]*?\sw:val=\"(?P<text>[^\"<]*)\"")
_NUMBER = re.compile(r"%\d")


def add_values(builder: Builder, token: Token) -> None:
    """Add what the attributes of a tag show; nothing if it is none that opens an element."""
    if token.kind not in ("open", "single"):
        return
    prefix, _, name = token.name.rpartition(":")
    shown = _READ.get(name, frozenset()) | (names("alt") if prefix == "v" else frozenset())
    for attribute in attributes(builder.text, token) if shown else ():
        called = attribute.name.rpartition(":")[2]
        if called in shown and attribute.quote:
            _add(builder, attribute, _MOST.get(called, 0))


def _add(builder: Builder, attribute: Attribute, most: int) -> None:
    """Add the value of an attribute that has at most so many characters; 0: any number."""
    text = unescape(builder.text[attribute.start : attribute.end])
    if is_prose(text):
        add_value(builder, attribute, most=most)


def add_levels(builder: Builder) -> None:
    """Add what stands around the numbers of lists and chapters, as in `Article %1`."""
    for level in _LEVEL.finditer(builder.text):
        text = unescape(level["text"])
        if not is_prose(_NUMBER.sub("", text)):
            continue
        gatherer = Gatherer()
        position = 0
        for number in _NUMBER.finditer(text):
            gatherer.text(text[position : number.start()])
            gatherer.word((number[0],))
            position = number.end()
        gatherer.text(text[position:])
        _add_level(builder, *level.span("text"), gatherer.finish(spaced=True))


def _add_level(builder: Builder, start: int, end: int, inline: Inline) -> None:
    builder.add(
        start,
        end,
        inline.marked,
        lambda translated: inline.write(translated, lambda text: escape_value(text, '"')),
    )
