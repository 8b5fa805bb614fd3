"""A text that is rewritten step by step and still knows where its characters came from.

Knows nothing of why it is rewritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Edit = tuple[int, int, str]
"""From where to where, in characters, and what stands there instead."""


class Aligned(NamedTuple):
    """A text derived from another one."""

    text: str
    """What has become of it."""
    starts: list[int]
    """For each character of `text`, where in the original its source begins; never descending."""
    ends: list[int]
    """Where that ends; never descending."""

    @classmethod
    def of(cls, text: str) -> Aligned:
        """Return a text that nothing has been done to."""
        return cls(text, list(range(len(text))), list(range(1, len(text) + 1)))

    def edited(self, edits: Iterable[Edit]) -> Aligned:
        """Return the text with stretches replaced; each new character came from all of its own.

        Args:
            edits: from left to right, not overlapping, none of an empty stretch.
        """
        text, starts, ends, done = [], list[int](), list[int](), 0
        for start, end, new in edits:
            text += [self.text[done:start], new]
            starts += self.starts[done:start]
            ends += self.ends[done:start]
            starts += [self.starts[start]] * len(new)
            ends += [self.ends[end - 1]] * len(new)
            done = end
        text.append(self.text[done:])
        return Aligned("".join(text), starts + self.starts[done:], ends + self.ends[done:])


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with stretches replaced, from left to right."""
    parts, done = [], 0
    for start, end, new in edits:
        parts += [text[done:start], new]
        done = end
    return "".join([*parts, text[done:]])
