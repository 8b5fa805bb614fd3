"""What a text goes through before it is cut into subwords, and where its characters came from.

Each step either rewrites a text at once, or says what it would rewrite; both come to the same.
Knows nothing of subwords.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Protocol

from allez.text.aligned import Aligned, Edit, edited
from allez.text.charsmap import Charsmap


class Step(Protocol):
    """One step of a normalizer."""

    def apply(self, text: str) -> str:
        """Return what becomes of a text."""
        ...

    def edits(self, text: str) -> list[Edit]:
        """Return the stretches that change, from left to right."""
        ...


class Normalizer:
    """The steps that a bundle names, one after the other.

    Args:
        steps: the first one first.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps

    def apply(self, text: str) -> str:
        """Return what becomes of a text."""
        text = encodable(text)
        for step in self._steps:
            text = step.apply(text)
        return text

    def align(self, text: str) -> Aligned:
        """Return what becomes of a text, and where in it each character came from."""
        aligned = Aligned.of(encodable(text))
        for step in self._steps:
            if step.apply(aligned.text) != aligned.text:
                aligned = aligned.edited(step.edits(aligned.text))
        return aligned


def encodable(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 can carry, by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


class Composed:
    """Unicode's normalization form C."""

    def apply(self, text: str) -> str:
        """Return a text composed."""
        return text if text.isascii() else unicodedata.normalize("NFC", text)

    def edits(self, text: str) -> list[Edit]:
        """Compose cluster by cluster (a character and the marks on it).

        Where clusters touch one another, so that the whole comes out otherwise, all came from all.
        """
        found: list[Edit] = []
        for cluster in _clusters(text):
            old = text[cluster]
            new = unicodedata.normalize("NFC", old)
            if new != old:
                found.append((cluster.start, cluster.stop, new))
        whole = unicodedata.normalize("NFC", text)
        return found if edited(text, found) == whole else [(0, len(text), whole)]


def _clusters(text: str) -> list[slice]:
    starts = [at for at, character in enumerate(text) if at == 0 or not _joins(character)]
    return [slice(a, b) for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _joins(character: str) -> bool:
    """Tell whether a character belongs to the one before: a mark, or a Hangul vowel or final."""
    if character.isascii():
        return False
    return "ᅠ" <= character <= "ᇿ" or unicodedata.category(character)[0] == "M"


class Replaced:
    """Every occurrence of a string put in another way.

    Args:
        old: what is looked for, from left to right and never overlapping.
        new: what takes its place.
    """

    def __init__(self, old: str, new: str) -> None:
        self._old = old
        self._new = new

    def apply(self, text: str) -> str:
        """Return a text with all of them replaced."""
        return text.replace(self._old, self._new)

    def edits(self, text: str) -> list[Edit]:
        """Return where they are."""
        found: list[Edit] = []
        start = text.find(self._old)
        while start >= 0:
            end = start + len(self._old)
            found.append((start, end, self._new))
            start = text.find(self._old, end)
        return found


class Stripped:
    """No spaces at the ends. Other white space is text, as it is to SentencePiece.

    Args:
        left: at the beginning.
        right: at the end.
    """

    def __init__(self, *, left: bool, right: bool) -> None:
        self._left = left
        self._right = right

    def apply(self, text: str) -> str:
        """Return a text without them."""
        text = text.lstrip(" ") if self._left else text
        return text.rstrip(" ") if self._right else text

    def edits(self, text: str) -> list[Edit]:
        """Return where they are."""
        start = len(text) - len(text.lstrip(" ")) if self._left else 0
        end = max(start, len(text.rstrip(" "))) if self._right else len(text)
        return [(a, b, "") for a, b in ((0, start), (end, len(text))) if a < b]


class Squeezed:
    """Two spaces or more as one."""

    def apply(self, text: str) -> str:
        """Return a text with single spaces."""
        return _SPACES.sub(" ", text) if "  " in text else text

    def edits(self, text: str) -> list[Edit]:
        """Return where there are more."""
        return [(*found.span(), " ") for found in _SPACES.finditer(text)]


class Mapped:
    """What SentencePiece's character map makes of a text.

    Args:
        charsmap: the map.
    """

    def __init__(self, charsmap: Charsmap) -> None:
        self._map = charsmap

    def apply(self, text: str) -> str:
        """Return a text mapped."""
        found = self._map.edits(text)
        return edited(text, found) if found else text

    def edits(self, text: str) -> list[Edit]:
        """Return what is mapped."""
        return self._map.edits(text)


_SPACES = re.compile("  +")
