"""SentencePiece's character map: which stretches of a text it writes in another way.

The map (`precompiled_charsmap`) is a little-endian uint32 of n bytes, a Darts double array of those
n bytes that is walked by UTF-8, and a block of replacements, each ended by NUL; what the array
holds for a key is where in the block its replacement begins. Knows nothing of subwords.
"""

from __future__ import annotations

import re

import numpy as np

from allez.errors import BundleFormatError
from allez.text.aligned import Edit

_BLOCK = 256
"""Units of the array come in blocks, one place for each byte."""

_VALUE = 0x7FFFFFFF
_LABEL = 0x800000FF
_HAS_VALUE = 0x100


class Charsmap:
    """A character map. Safe to share between threads.

    Args:
        data: the bytes of `precompiled_charsmap`.
        longest: characters that it may put in place of others; Unicode's U+FDFA becomes 18.
        kept: what it leaves as it is wherever that stands, or None.

    Raises:
        BundleFormatError: they are no character map.
    """

    def __init__(self, data: bytes, longest: int, kept: re.Pattern[str] | None = None) -> None:
        size = int.from_bytes(data[:4], "little")
        if len(data) < 4 or size % (4 * _BLOCK) or not 0 < size <= len(data) - 4:
            raise BundleFormatError("tokenizer charsmap is cut short")
        units = np.frombuffer(data, "<u4", size // 4, offset=4)
        children = np.arange(len(units)) ^ (units >> 10) << ((units & 0x200) >> 6)
        if np.any((children >= len(units)) & (units <= _VALUE)):
            raise BundleFormatError("tokenizer charsmap points beyond its end")
        self._units: list[int] = units.tolist()
        self._block = data[4 + size :]
        try:
            replacements = self._block.decode("utf-8").split("\0")
        except UnicodeDecodeError:
            raise BundleFormatError("tokenizer charsmap is not UTF-8") from None
        if replacements.pop() or max(map(len, replacements), default=0) > longest:
            raise BundleFormatError(
                f"tokenizer charsmap has replacements of over {longest} characters"
            )
        self._kept = kept
        self._root = _offset(self._units[0])
        self._first: dict[str, tuple[int, int]] = {}
        self._news: dict[int, str] = {}
        self._dull = self._dull_stretch()

    def edits(self, text: str) -> list[Edit]:
        """Return what is to be rewritten: at each place the longest key that the map has."""
        found: list[Edit] = []
        position, length = 0, len(text)
        while position < length:
            dull = self._dull.match(text, position)
            if dull:
                position = dull.end()
                continue
            kept = self._kept.match(text, position) if self._kept else None
            if kept:
                position = kept.end()
                continue
            end, value = self._longest(text, position)
            if value >= 0:
                found.append((position, end, self._replacement(value)))
            position = end
        return found

    def _dull_stretch(self) -> re.Pattern[str]:
        """Return what matches ASCII that the map leaves alone unless something else follows."""
        dull = []
        for character in map(chr, range(128)):
            node, value = self._walk(self._root, character)
            into = node >= 0 and any(self._walk(node, chr(b))[0] >= 0 for b in range(128))
            if value < 0 and not into and not self._kept:
                dull.append(re.escape(character))
        return re.compile(f"(?:[{''.join(dull)}](?![^\\x00-\\x7f]))+" if dull else r"(?!)")

    def _longest(self, text: str, start: int) -> tuple[int, int]:
        """Return where the longest key at a place ends, and its value; one character and -1."""
        first = text[start]
        if first not in self._first:
            self._first[first] = self._walk(self._root, first)
        node, value = self._first[first]
        end = position = start + 1
        while node >= 0 and position < len(text):
            node, longer = self._walk(node, text[position])
            position += 1
            if longer >= 0:
                end, value = position, longer
        return end, value

    def _walk(self, node: int, character: str) -> tuple[int, int]:
        """Follow a character; return the node it leads to and the value there, -1 where none."""
        unit = 0
        for byte in character.encode("utf-8"):
            node ^= byte
            unit = self._units[node]
            if unit & _LABEL != byte:
                return -1, -1
            node ^= _offset(unit)
        return node, self._units[node] & _VALUE if unit & _HAS_VALUE else -1

    def _replacement(self, value: int) -> str:
        if value not in self._news:
            end = self._block.find(b"\0", value)
            self._news[value] = self._block[value : max(end, 0)].decode("utf-8", "replace")
        return self._news[value]


def _offset(unit: int) -> int:
    """Return how far from a unit its children are, as a number to be combined by exclusive or."""
    return (unit >> 10) << ((unit & 0x200) >> 6)
