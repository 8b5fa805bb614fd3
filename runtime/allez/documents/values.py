"""Strings of programs and cells of tables: placeholders, tags and mnemonics in them, and prose."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from allez.documents.inline import Gatherer, Inline
from allez.text.markup import Marked
from allez.text.tags import scan

_REFERENCE = re.compile(r"&(?:[a-zA-Z]\w*|#\d+|#x[0-9a-fA-F]+);")
_MNEMONIC = re.compile(r"(?<![\w&])[_&](?=[^\W\d_])")
_FORMATTED = re.compile(r"\{\s*\w+\s*,\s*(?:plural|select|selectordinal|choice)\s*,")
_SIGNS = frozenset("_/\\@#=<>|~^*+[]")
"""Signs that stand in names of things rather than in words of a language."""


def escape_text(text: str) -> str:
    """Spell text between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_value(text: str, quote: str) -> str:
    """Spell the value of an attribute between its quotes."""
    spelled = escape_text(text)
    return spelled.replace("'", "&#39;") if quote == "'" else spelled.replace('"', "&quot;")


class Value:
    """A string with what must stay as it is set apart.

    Args:
        text: the string, its escapes resolved.
        mnemonics: one `_` or `&` before a letter marks a key to press.
    """

    def __init__(self, text: str, *, mnemonics: bool = False) -> None:
        self._referenced = bool(_REFERENCE.search(text))
        gatherer = Gatherer(percent=True)
        marks = list(_MNEMONIC.finditer(text)) if mnemonics else []
        self._mnemonic = marks[0].start() if len(marks) == 1 else -1
        for start, end, kind, name in _parts(text):
            raw = text[start:end]
            if kind == "word":
                gatherer.word((raw,))
            elif kind == "open":
                gatherer.open(name, (raw,))
            elif kind == "close":
                gatherer.close(name, (raw,))
            elif kind != "text":
                gatherer.point((raw,))
            else:
                self._text(gatherer, raw, start)
        self.inline: Inline = gatherer.finish(spaced=True)
        """What is translated, and its marks."""

    def _text(self, gatherer: Gatherer, raw: str, start: int) -> None:
        at = self._mnemonic - start
        if 0 <= at < len(raw):
            gatherer.text(self._read(raw[:at]))
            gatherer.point((raw[at],))
            raw = raw[at + 1 :]
        gatherer.text(self._read(raw))

    def _read(self, raw: str) -> str:
        return html.unescape(raw) if self._referenced else raw

    def write(self, translated: Marked) -> str:
        """Return the string of a translation, before it is escaped."""
        escape: Callable[[str], str] = escape_text if self._referenced else str
        return "".join(str(part) for part in self.inline.write(translated, escape))


def _parts(text: str) -> list[tuple[int, int, str, str]]:
    """Return tags, formatted arguments and text in order: start, end, kind and name of each."""
    parts: list[tuple[int, int, str, str]] = []
    for token in scan(text, xml=True):
        if token.kind != "text":
            parts.append((token.start, token.end, token.kind, token.name))
            continue
        position = token.start
        while found := _FORMATTED.search(text, position, token.end):
            end = _balanced(text, found.start(), token.end)
            if end < 0:
                break
            parts.append((position, found.start(), "text", ""))
            parts.append((found.start(), end, "word", ""))
            position = end
        parts.append((position, token.end, "text", ""))
    return parts


def _balanced(text: str, start: int, end: int) -> int:
    """Return the position behind the brace that closes the one at `start`; -1 if none does."""
    depth = 0
    for position in range(start, end):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    return -1


def is_prose(text: str) -> bool:
    """Tell whether a string is words of a language rather than the name or value of a thing.

    A single word is one unless it has a digit, a sign of names or a capital after its first letter
    (but not all of them capitals).
    """
    words = text.split()
    if not any(map(str.isalpha, text)):
        return False
    if len(words) > 1:
        return any(is_prose(word) for word in words) or "{" in text
    word = words[0].strip(".,;:!?…()«»\"'")
    inner = word[1:]
    named = any(c in _SIGNS or c.isdigit() for c in word) or "." in inner or "://" in word
    camel = any(map(str.isupper, inner)) and not word.isupper()
    return len(word) > 1 and not named and not camel
