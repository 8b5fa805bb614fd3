"""`golden.jsonl`: what a right host makes of a few examples, for self-tests.

Knows nothing of where the file lies, nor of how an example is answered.
"""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple

from allez.errors import BundleFormatError


class Picture(NamedTuple):
    """A picture, plain as it is: three bytes a pixel, row by row."""

    height: int
    width: int
    rgb: bytes
    """[height, width, 3]"""


class Golden(NamedTuple):
    """One line of `golden.jsonl`: what is read, and what a right host makes of it."""

    text: str
    """Of a picture, what it is called."""
    source_ids: tuple[int, ...]
    """Ends with eos; of a picture there are none."""
    first_scores: tuple[float, ...]
    """The best log-probabilities of the first step, descending."""
    target_ids: tuple[int, ...]
    """Greedy translation, eos not among them."""
    translation: str
    margin: float
    """The smallest gap between first and second choice on the way."""
    picture: Picture | None = None
    """In place of a text."""


def read_golden(text: str, kind: str) -> list[Golden]:
    """Return the examples of a file.

    Args:
        text: of the file.
        kind: what the bundle reads, "text" or "image".

    Raises:
        BundleFormatError: a line is malformed.
    """
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line:  # after the last line end
            continue
        try:
            found.append(_golden(json.loads(line), kind))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise BundleFormatError(
                f"golden.jsonl, line {number} is malformed: {error!r}"
            ) from None
    return found


def _golden(entry: Any, kind: str) -> Golden:
    """Return a line of `golden.jsonl`; ValueError and the like, if it is none."""
    picture = None
    if kind == "image":
        drawn = entry["picture"]
        height, width = int(drawn["height"]), int(drawn["width"])
        picture = Picture(height, width, base64.b64decode(drawn["rgb"], validate=True))
        if min(height, width) < 1 or len(picture.rgb) != 3 * height * width:
            raise ValueError("a picture has three bytes for each of its pixels")
    return Golden(
        text=str(entry["text"]),
        source_ids=() if picture else tuple(int(i) for i in entry["source_ids"]),
        first_scores=tuple(float(s) for s in entry["first_scores"]),
        target_ids=tuple(int(i) for i in entry["target_ids"]),
        translation=str(entry["translation"]),
        margin=float(entry["margin"]),
        picture=picture,
    )
