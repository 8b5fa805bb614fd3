"""Tags of HTML and XML in a text, each with its place: the whole text comes back, piece by piece.

Tolerant as a browser is: what opens no tag is text, an attribute may lack its quotes, and a comment
that nobody closes reaches to the end. Knows nothing of what the tags mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from allez.spec import SPEC
from allez.text.references import unescape

_SPACES = " \t\n\r\f"
_RAW = frozenset(SPEC["elements"]["raw"].split())
_TEXT_ONLY = frozenset(SPEC["elements"]["text_only"].split())
"""HTML elements in which there are no tags; in the latter there are character references."""

Kind = Literal["text", "open", "close", "single", "other", "raw", "cdata"]
"""`single`: `<br/>`; `other`: comments, declarations, processing instructions; `raw`: the inside of
a script or a style sheet."""


class Token(NamedTuple):
    """`text[start:end]`."""

    kind: Kind
    start: int
    end: int
    name: str = ""
    """Of a tag: the element's, in small letters in HTML."""


class Attribute(NamedTuple):
    """An attribute of a tag; `text[start:end]` is its value as it is spelled, without quotes."""

    name: str
    start: int
    end: int
    quote: str
    """What stands around the value; "" if nothing does."""


def scan(text: str, *, xml: bool) -> Iterator[Token]:
    """Yield the tokens of a text in order; they follow each other without a gap.

    Args:
        text: a page, a document or a part of one.
        xml: names are told apart by capitals, and no element's content is read otherwise.
    """
    position = start = 0
    seen = bytearray(len(text))
    while (position := text.find("<", position)) >= 0:
        token = _tag(text, position, xml, seen)
        if token is None:
            position += 1
            continue
        if start < position:
            yield Token("text", start, position)
        yield token
        position = start = token.end
        if not xml and token.kind == "open" and token.name in _RAW | _TEXT_ONLY:
            end = _end_of_raw(text, position, token.name)
            if position < end:
                kind: Kind = "raw" if token.name in _RAW else "text"
                yield Token(kind, position, end, token.name)
            position = start = end
    if start < len(text):
        yield Token("text", start, len(text))


def _tag(text: str, start: int, xml: bool, seen: bytearray) -> Token | None:
    """Return the token that begins with the `<` at `start`; None if it is only a character.

    `seen` is `_end_of_tag`'s.
    """
    following = text[start + 1 : start + 2]
    if following == "!":
        return _declaration(text, start, xml)
    if following == "?":
        return Token("other", start, _after(text, "?>" if xml else ">", start + 2))
    closes = following == "/"
    first = start + 1 + closes
    if not _begins_name(text[first : first + 1], xml):
        return None
    name_end = first
    while name_end < len(text) and text[name_end] not in _SPACES + "/><":
        name_end += 1
    end = _end_of_tag(text, name_end, seen)
    if end < 0:
        return None
    name = text[first:name_end]
    kind: Kind = "close" if closes else "single" if text[end - 2] == "/" else "open"
    return Token(kind, start, end, name if xml else name.lower())


def _begins_name(character: str, xml: bool) -> bool:
    if xml:
        return character.isalpha() or character in ("_", ":")
    return character.isascii() and character.isalpha()


def _declaration(text: str, start: int, xml: bool) -> Token:
    if text.startswith("<!--", start):
        return Token("other", start, _after(text, "-->", start + 4))
    if xml and text.startswith("<![CDATA[", start):
        return Token("cdata", start, _after(text, "]]>", start + 9))
    end = text.find(">", start)
    bracket = text.find("[", start, end + 1)
    if xml and bracket >= 0:  # a document type with declarations of its own
        return Token("other", start, _after(text, ">", text.find("]", bracket) + 1 or bracket))
    return Token("other", start, end + 1 or len(text))


def _after(text: str, mark: str, start: int) -> int:
    """Return the position behind the next `mark`; the end of the text if there is none."""
    found = text.find(mark, start)
    return found + len(mark) if found >= 0 else len(text)


def _end_of_tag(text: str, position: int, seen: bytearray) -> int:
    """Return the position behind the `>` of a tag, passing over quoted values; -1 if none.

    Args:
        text: what is scanned.
        position: behind the tag's name.
        seen: for each character, whether this has looked at it before, and as what. What comes to
            the same place again finds no end: behind an end that was found, it is not called again.
    """
    value = False
    while position < len(text):
        character = text[position]
        if seen[position] & (1 + value):
            return -1
        seen[position] |= 1 + value
        if character == ">":
            return position + 1
        if character in "\"'" and value:
            position = text.find(character, position + 1)
            if position < 0:
                return -1
        value = character == "=" or (value and character in _SPACES)
        position += 1
    return -1


def _end_of_raw(text: str, start: int, name: str) -> int:
    """Return where the content of an element ends in which there are no tags."""
    position = start
    while (position := text.find("</", position)) >= 0:
        end = position + 2 + len(name)
        if text[position + 2 : end].lower() == name and text[end : end + 1] in (*_SPACES, "/", ">"):
            return position
        position += 2
    return len(text)


def ends(tokens: Sequence[Token]) -> dict[int, int]:
    """Return which token closes each one that opens, elements of one name within each other."""
    found: dict[int, int] = {}
    waiting: dict[str, list[int]] = {}
    for index, token in enumerate(tokens):
        if token.kind == "open":
            waiting.setdefault(token.name, []).append(index)
        elif token.kind == "close" and waiting.get(token.name):
            found[waiting[token.name].pop()] = index
    return found


def pairs(tokens: Sequence[Token]) -> dict[int, int]:
    """Return of each tag that opens or closes a pair the other one; pairs nest.

    A tag that closes belongs to the last one of its name that is open; those that were opened
    behind that one have nobody to close them.
    """
    found: dict[int, int] = {}
    opened: list[int] = []
    waiting: dict[str, int] = {}
    for index, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(index)
            waiting[token.name] = waiting.get(token.name, 0) + 1
        elif token.kind == "close" and waiting.get(token.name):
            while True:
                last = opened.pop()
                waiting[tokens[last].name] -= 1
                if tokens[last].name == token.name:
                    break
            found[last], found[index] = index, last
    return found


def attributes(text: str, tag: Token) -> Iterator[Attribute]:
    """Yield the attributes of a tag in order, those without a value left out."""
    position = tag.start + 1 + len(tag.name)
    end = tag.end - (2 if tag.kind == "single" else 1)
    while position < end:
        if text[position] in _SPACES + "/":
            position += 1
            continue
        start = position
        while position < end and text[position] not in _SPACES + "=":
            position += 1
        name = text[start:position]
        while position < end and text[position] in _SPACES:
            position += 1
        if position == end or text[position] != "=":
            position = max(position, start + 1)
            continue
        position += 1
        while position < end and text[position] in _SPACES:
            position += 1
        quote = text[position : position + 1] if text[position : position + 1] in "\"'" else ""
        if quote:
            start = position + 1
            position = text.find(quote, start, end)
            position = end if position < 0 else position
            yield Attribute(name, start, position, quote)
            position += 1
        else:
            start = position
            while position < end and text[position] not in _SPACES:
                position += 1
            yield Attribute(name, start, position, "")


def value_of(text: str, tag: Token, name: str) -> str | None:
    """Return the value of an attribute, its character references resolved; None if it has none."""
    for attribute in attributes(text, tag):
        if attribute.name == name:
            return unescape(text[attribute.start : attribute.end])
    return None
