"""Where on a picture each word of its caption was found: a sheet of small pictures, by Pillow.

Each word has the picture once, as the encoder saw it, as it is where the word's attention lay
and faded to grey elsewhere. Knows nothing of models.

Letters: H, W rows and columns of a picture; T words; R, C rows and columns of the grid.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from allez.arrays import FloatArray
from allez.errors import InputError, MissingExtraError, OptionError

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    from allez.answers import Caption

PANEL = 192
"""Pixels of the longer side of each small picture."""

ACROSS = 6
"""Small pictures in a row."""

GAP = 12
"""White pixels between them."""

LABEL = 20
"""Pixels of the line below each."""

FADED = 0.7
"""How far a place without attention fades."""

GREY = 128
"""To what: it is seen on white grounds and on dark ones."""

LARGEST = 60_000
"""Pixels of a sheet from above to below: PNG readers refuse much more."""

_MARK = "▁"

Pixels = npt.NDArray[np.uint8]
"""[H, W, 3]"""


class Seen(NamedTuple):
    """A picture, and what was said about it."""

    name: str
    pixels: Pixels
    """As the encoder saw them."""
    caption: Caption


class Word(NamedTuple):
    """A word of a caption, and where it was found."""

    text: str
    weights: FloatArray
    """[R, C], which sum to 1."""


def words_of(caption: Caption) -> list[Word]:
    """Return the words of a caption; the weights of one are the mean of its subwords'."""
    parts: list[tuple[str, list[FloatArray]]] = []
    for token, row in zip(caption.tokens, caption.attention, strict=True):
        if token.startswith(_MARK) or not parts:
            parts.append((token.removeprefix(_MARK), [row]))
        else:
            text, rows = parts[-1]
            parts[-1] = (text + token, [*rows, row])
    return [Word(text, np.mean(rows, axis=0).reshape(caption.grid)) for text, rows in parts if text]


def brightness(weights: FloatArray, height: int, width: int) -> FloatArray:
    """Return how bright each pixel is, 0 to 1: the weights as a share of the largest, smoothed.

    Args:
        weights: [R, C].
        height: of the picture.
        width: of the picture.

    Returns:
        [height, width]
    """
    share = weights / max(float(weights.max()), 1e-9)
    found: FloatArray = _between(_between(share, height).T, width).T
    return found


def _between(values: FloatArray, wanted: int) -> FloatArray:
    """Return columns of another length, straight lines between the middles of what there is."""
    count = len(values)
    at = np.clip((np.arange(wanted) + 0.5) * count / wanted - 0.5, 0, count - 1)
    low = np.floor(at).astype(int)
    part = (at - low)[:, None]
    found: FloatArray = values[low] * (1 - part) + values[np.minimum(low + 1, count - 1)] * part
    return found


def faded(pixels: Pixels, weights: FloatArray) -> Pixels:
    """Return a picture [H, W, 3] that is grey where there is little weight."""
    height, width = pixels.shape[:2]
    kept = 1 - FADED + FADED * brightness(weights, height, width)[:, :, None]
    found: Pixels = np.rint(GREY + (pixels.astype(np.float64) - GREY) * kept).astype(np.uint8)
    return found


def png(pictures: Sequence[Seen]) -> bytes:
    """Return a sheet: of each picture itself, then once for each word of its caption.

    Raises:
        InputError: a caption has no attention.
        MissingExtraError: Pillow is not installed.
        OptionError: they are too many for one sheet.
    """
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError:
        raise MissingExtraError("drawing a PNG", "pillow") from None
    rows = [row for seen in pictures for row in _rows(seen)]
    tall = max(_size(panel)[0] for row in rows for panel, _ in row) + LABEL + GAP
    wide = max(_size(panel)[1] for row in rows for panel, _ in row) + GAP
    height, width = GAP + tall * len(rows), GAP + wide * max(map(len, rows))
    if height > LARGEST:
        raise OptionError(
            f"{len(pictures)} pictures are too many for one sheet", hint="name fewer of them"
        )
    sheet = Image.new("RGB", (width, height), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for index, row in enumerate(rows):
        for column, (panel, label) in enumerate(row):
            left, top = GAP + wide * column, GAP + tall * index
            _put(sheet, pen, font, panel, label, left, top)
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()


def _rows(seen: Seen) -> list[list[tuple[Pixels, str]]]:
    """Return small pictures and the line below each, row by row."""
    if seen.caption.grid == (1, 1):
        raise InputError(
            f"{seen.name}: this bundle has no attention to draw: its memory is one vector"
        )
    panels = [(seen.pixels, seen.name)]
    panels += [(faded(seen.pixels, word.weights), word.text) for word in words_of(seen.caption)]
    return [panels[i : i + ACROSS] for i in range(0, len(panels), ACROSS)]


def _size(pixels: Pixels) -> tuple[int, int]:
    """Return height and width of a small picture."""
    height, width = pixels.shape[:2]
    factor = PANEL / max(height, width)
    return max(1, round(height * factor)), max(1, round(width * factor))


def _put(
    sheet: Image.Image,
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    panel: Pixels,
    label: str,
    left: int,
    top: int,
) -> None:
    """Put one small picture and its line onto the sheet."""
    from PIL import Image

    height, width = _size(panel)
    large = Image.fromarray(panel).resize((width, height), Image.Resampling.BICUBIC)
    sheet.paste(large, (left, top))
    pen.rectangle((left - 1, top - 1, left + width, top + height), outline=(200, 200, 200))
    shown = "".join(c if c.isprintable() else "?" for c in label)
    while len(shown) > 1 and pen.textlength(shown, font=font) > width:
        shown = shown.rstrip("…")[:-1] + "…"
    pen.text((left, top + height + 3), shown, fill="black", font=font)
