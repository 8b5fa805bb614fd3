"""A picture as an encoder is given it: decoded, laid on white, fitted into its size, scaled.

Pillow only decodes. All behind it is described in spec/README.md, so that every host gives the
encoder the same numbers, to the bit. Knows nothing of models.

Letters: h, w rows and columns of the picture, H, W those that the encoder looks at.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from allez.arrays import FloatArray
from allez.bundle import ImageShape
from allez.errors import BundleFormatError, InputError, MissingExtraError
from allez.spec import SPEC

if TYPE_CHECKING:
    from PIL import Image

_RULES = SPEC["pictures"]

PIXELS: int = _RULES["pixels"]
"""The most that a picture may have."""

SIDE: int = _RULES["side"]
"""The most along a side. Sums over so many whole numbers are exact in double precision."""

BYTES: int = _RULES["bytes"]
"""The most that a file may have."""

WHITE: int = 255 * 255
"""A value is a whole number from 0 to this: of 255 by how much of 255 it covers what is white."""

_GREY = _RULES["grey"]

_AT_ONCE = 300_000
"""Pixels of a picture that are worked on at once: the others need no memory meanwhile."""

_COLUMNS = 32
"""Columns that are made at once: all that goes into them lies close together."""

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""[h, w, 4] red, green, blue, and how opaque, each 0 to 255."""

PictureInput: TypeAlias = "str | os.PathLike[str] | bytes | Pixels"
"""A file, what is in one, or an array [h, w, 3] or [h, w, 4] of uint8."""


class Fitted(NamedTuple):
    """Where a picture lies in what the encoder looks at; all around it is white."""

    top: int
    left: int
    height: int
    width: int


def read(picture: PictureInput, shape: ImageShape) -> FloatArray:
    """Return a picture as the encoder takes it.

    Args:
        picture: a path, the bytes of a file (PNG, JPEG, GIF, WebP, BMP; of one that moves, the
            first picture), or an array [h, w, 3] or [h, w, 4] of uint8.
        shape: what the encoder looks at.

    Returns:
        [1, channels, H, W] float32.

    Raises:
        BundleFormatError: the encoder wants channels that no picture has.
        InputError: the picture cannot be read, is none, or is too large.
        MissingExtraError: it is a file, and Pillow is not installed.
    """
    return resampled(pixels_of(picture), shape)


def pixels_of(picture: PictureInput) -> Pixels:
    """Return the pixels of a picture; errors as of `read`."""
    if isinstance(picture, np.ndarray):
        return _checked(picture)
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return decode(bytes(picture), "the picture")
    if not isinstance(picture, (str, os.PathLike)):
        raise InputError(
            f"a picture is a path, bytes, or an array, not {type(picture).__name__}",
            hint="numpy.asarray makes an array of what Pillow has opened",
        )
    return decode(_bytes_of(Path(picture)), str(picture))


def _checked(array: npt.NDArray[Any]) -> Pixels:
    """Return an array as pixels; all of it is opaque if it does not say how much it is."""
    if array.ndim != 3 or array.shape[2] not in (3, 4) or array.dtype != np.uint8:
        shape = ", ".join(map(str, array.shape))
        raise InputError(
            f"an array of a picture is [h, w, 3] or [h, w, 4] of uint8, not [{shape}] of "
            f"{array.dtype}"
        )
    height, width, channels = array.shape
    check_size(height, width, "the picture")
    if channels == 4:
        return array
    opaque = np.full((height, width, 1), 255, dtype=np.uint8)
    return np.concatenate([array, opaque], axis=2)


def check_size(height: int, width: int, name: str) -> None:
    """Raise InputError if a picture is empty, or has more pixels than pictures may have."""
    if min(height, width) < 1:
        raise InputError(f"{name} has no pixels: it is {width} x {height}")
    if height * width > PIXELS or max(height, width) > SIDE:
        raise InputError(
            f"{name} is {width} x {height} pixels, more than {PIXELS:,} or {SIDE:,} along a side",
            hint="make it smaller first",
        )


def _bytes_of(path: Path) -> bytes:
    try:
        with open(path, "rb") as stream:
            data = stream.read(BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    if len(data) > BYTES:
        raise InputError(f"{path} has more than {BYTES:,} bytes", hint="make it smaller first")
    return data


# --- files --------------------------------------------------------------------------------------

_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": ("PngImagePlugin", "PngImageFile"),
    b"\xff\xd8\xff": ("JpegImagePlugin", "JpegImageFile"),
    b"GIF87a": ("GifImagePlugin", "GifImageFile"),
    b"GIF89a": ("GifImagePlugin", "GifImageFile"),
    b"RIFF": ("WebPImagePlugin", "WebPImageFile"),
    b"BM": ("BmpImagePlugin", "BmpImageFile"),
}
"""How a file begins, and what of Pillow reads it. Pillow knows many formats more; a stranger's file
is given to none of those."""


def decode(data: bytes, name: str) -> Pixels:
    """Return the pixels of a file, turned as it says that it was held.

    Args:
        data: all of it.
        name: what errors call it.

    Raises:
        InputError: it is no picture of a known format, broken, or too large.
        MissingExtraError: Pillow is not installed.
    """
    kind = next((k for begin, k in _BEGINNINGS.items() if data.startswith(begin)), None)
    if kind is None or (kind[0] == "WebPImagePlugin" and data[8:12] != b"WEBP"):
        raise InputError(
            f"{name} is not a picture that can be read", hint="PNG, JPEG, GIF, WebP or BMP"
        )
    opener = _opener(*kind)
    try:
        with opener(BytesIO(data)) as image:
            check_size(image.height, image.width, name)
            image.load()
            return _as_rgba(image)
    except InputError:
        raise
    except Exception as error:  # Pillow raises many kinds for a damaged file
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{name} is a broken picture: {first}") from None


def _opener(module: str, kind: str) -> Any:
    """Return the class of Pillow's that reads a format."""
    from importlib import import_module

    try:
        return getattr(import_module(f"PIL.{module}"), kind)
    except ImportError:
        raise MissingExtraError("reading a picture", "pillow") from None


def _as_rgba(image: Image.Image) -> Pixels:
    from PIL import ImageOps

    found: Image.Image = ImageOps.exif_transpose(image) or image
    if found.mode.startswith("I"):  # 16 bits a value: the upper ones
        deep = np.asarray(found).astype(np.int64)
        grey = np.clip(deep >> 8, 0, 255).astype(np.uint8)
        return np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    if found.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):  # CMYK, YCbCr, …
        found = found.convert("RGB")
    return np.array(found.convert("RGBA"))


# --- what every host does -----------------------------------------------------------------------


def fitted(height: int, width: int, shape: ImageShape) -> Fitted:
    """Return where a picture of [h, w] pixels lies: as large as fits, in the middle."""
    if width * shape.height >= height * shape.width:
        inner = (max(1, (2 * height * shape.width + width) // (2 * width)), shape.width)
    else:
        inner = (shape.height, max(1, (2 * width * shape.height + height) // (2 * height)))
    return Fitted((shape.height - inner[0]) // 2, (shape.width - inner[1]) // 2, *inner)


class Taps(NamedTuple):
    """What of one row or column goes into each of those that it becomes."""

    first: npt.NDArray[np.int64]
    """[wanted] which pixel is the first."""
    weights: npt.NDArray[np.float64]
    """[wanted, taps] of it and those behind it, whole numbers; 0 where there is none."""


def triangle(size: int, wanted: int) -> Taps:
    """Return how much of `size` pixels goes into each of those that they become.

    Distances are counted in parts of a pixel of which both have a whole number.
    """
    middle = (2 * np.arange(wanted, dtype=np.int64) + 1) * size  # [wanted]
    reach = 2 * max(size, wanted)
    first = np.maximum(((middle - reach) // wanted + 1) // 2, 0)
    place = first[:, None] + np.arange(reach // wanted + 2)  # [wanted, taps]
    weights = reach - np.abs((2 * place + 1) * wanted - middle[:, None])
    return Taps(first, np.where(place < size, np.maximum(weights, 0), 0).astype(np.float64))


def resampled(pixels: Pixels, shape: ImageShape) -> FloatArray:
    """Return pixels as the encoder takes them: [1, channels, H, W] float32."""
    if shape.channels not in (1, 3):
        raise BundleFormatError(f"pictures have 1 or 3 channels, not {shape.channels}")
    height, width, _ = pixels.shape
    at = fitted(height, width, shape)
    inner = _down(_across(pixels, at.width), at.height)  # [h', w', 3]
    if shape.channels == 1:
        red, green, blue = (inner[:, :, i] for i in range(3))
        mixed = _GREY[0] * red + _GREY[1] * green + _GREY[2] * blue
        inner = (mixed / sum(_GREY))[:, :, None]
    values = np.full((shape.height, shape.width, shape.channels), float(WHITE))
    values[at.top : at.top + at.height, at.left : at.left + at.width] = inner
    read_as = (values / 255 - np.array(shape.mean)) / np.array(shape.scale)
    return np.ascontiguousarray(read_as.transpose(2, 0, 1)[None], dtype=np.float32)


def as_seen(pixels: Pixels, shape: ImageShape) -> npt.NDArray[np.uint8]:
    """Return pixels as the encoder sees them, in colours: [H, W, 3], 0 to 255."""
    plain = shape._replace(channels=3, mean=(0.0,) * 3, scale=(1.0,) * 3)
    values = resampled(pixels, plain)[0].transpose(1, 2, 0)
    found: npt.NDArray[np.uint8] = np.rint(values).clip(0, 255).astype(np.uint8)
    return found


def _across(pixels: Pixels, wanted: int) -> npt.NDArray[np.float64]:
    """Return rows laid on white, of another width: [h, wanted, 3], values 0 to 255 x 255.

    Sums of whole numbers below 2 to the 53rd are exact, in whatever order they are added.
    """
    height, width, _ = pixels.shape
    taps = triangle(width, wanted)
    total = taps.weights.sum(axis=1)
    blocks = [_block(taps, left, width) for left in range(0, wanted, _COLUMNS)]
    found = np.empty((height, wanted, 3))
    step = max(1, _AT_ONCE // width)
    for top in range(0, height, step):
        part = pixels[top : top + step].transpose(0, 2, 1).astype(np.float64)  # [rows, 4, w]
        opaque = part[:, 3:]
        laid = np.ascontiguousarray(part[:, :3] * opaque + 255.0 * (255.0 - opaque))
        flat = laid.reshape(-1, width)  # [rows x 3, w]
        sums = np.concatenate([flat[:, at] @ weights for at, weights in blocks], axis=1)
        rows = (sums / total).reshape(-1, 3, wanted)
        found[top : top + step] = rows.transpose(0, 2, 1)
    return found


def _block(taps: Taps, left: int, width: int) -> tuple[slice, npt.NDArray[np.float64]]:
    """Return which pixels go into some columns, and their weights [pixels, columns]."""
    first, weights = taps.first[left : left + _COLUMNS], taps.weights[left : left + _COLUMNS]
    start, count = int(first[0]), weights.shape[1]
    dense = np.zeros((int(first[-1]) - start + count, len(first)))
    for column, begin in enumerate(first - start):
        dense[begin : begin + count, column] = weights[column]
    return slice(start, start + len(dense)), dense[: width - start]


def _down(rows: npt.NDArray[np.float64], wanted: int) -> npt.NDArray[np.float64]:
    """Return columns of another height: [wanted, w', 3]; sums from above to below."""
    taps = triangle(len(rows), wanted)
    total = np.zeros((wanted, *rows.shape[1:]))
    for step in range(taps.weights.shape[1]):
        at = np.minimum(taps.first + step, len(rows) - 1)
        total += taps.weights[:, step, None, None] * rows[at]
    found: npt.NDArray[np.float64] = total / taps.weights.sum(axis=1)[:, None, None]
    return found
