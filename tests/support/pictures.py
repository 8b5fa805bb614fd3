"""Pictures by definition: the rules of spec/README.md, one number after the other."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from allez.bundle.manifest import ImageShape


def weights(size: int, wanted: int, index: int) -> list[int]:
    """Return the weight of each of `size` pixels in one of those that they become."""
    reach = 2 * max(size, wanted)
    middle = (2 * index + 1) * size
    return [max(0, reach - abs((2 * i + 1) * wanted - middle)) for i in range(size)]


def mixed(values: Sequence[float], parts: Sequence[int]) -> float:
    """Return the mean of some values by weight, summed in their order."""
    total = 0.0
    for value, part in zip(values, parts, strict=True):
        if part:
            total += part * value
    return total / sum(parts)


def by_definition(pixels: Any, shape: ImageShape) -> bytes:
    """Return what an encoder is given of pixels [h, w, 4], as float32, little end first."""
    h, w, _ = pixels.shape
    if w * shape.height >= h * shape.width:
        wide, high = shape.width, max(1, (2 * h * shape.width + w) // (2 * w))
    else:
        wide, high = max(1, (2 * w * shape.height + h) // (2 * h)), shape.height
    left, top = (shape.width - wide) // 2, (shape.height - high) // 2
    rows = [weights(h, high, y) for y in range(high)]
    columns = [weights(w, wide, x) for x in range(wide)]
    planes = []
    for c in range(3):
        laid = [
            [float(int(p[c]) * int(p[3]) + 255 * (255 - int(p[3]))) for p in row] for row in pixels
        ]
        across = [[mixed(row, parts) for parts in columns] for row in laid]  # [h][wide]
        upright = list(zip(*across, strict=True))  # [wide][h]
        planes.append([[mixed(column, parts) for column in upright] for parts in rows])
    if shape.channels == 1:
        red, green, blue = planes
        planes = [
            [
                [(299 * r + 587 * g + 114 * b) / 1000 for r, g, b in zip(*line, strict=True)]
                for line in zip(red, green, blue, strict=True)
            ]
        ]
    found = []
    for c, plane in enumerate(planes):
        for y in range(shape.height):
            for x in range(shape.width):
                inside = top <= y < top + high and left <= x < left + wide
                value = plane[y - top][x - left] if inside else 65025.0
                found.append((value / 255 - shape.mean[c]) / shape.scale[c])
    return struct.pack(f"<{len(found)}f", *found)


def shape_of(to: dict[str, Any]) -> ImageShape:
    """Return what a vector wants a picture to become; the grid plays no part."""
    return ImageShape(
        to["height"], to["width"], to["channels"], tuple(to["mean"]), tuple(to["scale"]), 1, 1
    )


def drawn(case: dict[str, Any]) -> Any:
    """Return the pixels [h, w, 4] of a vector."""
    data = base64.b64decode(case["rgba"])
    return np.frombuffer(data, dtype=np.uint8).reshape(case["height"], case["width"], 4)


def write_cases() -> list[dict[str, Any]]:
    """Return vectors: small pictures drawn at random, and what becomes of them."""
    rng = np.random.default_rng(20)
    colour = {"channels": 3, "mean": [127.5] * 3, "scale": [64.0] * 3}
    uneven = {"channels": 3, "mean": [123.675, 116.28, 103.53], "scale": [58.395, 57.12, 57.375]}
    grey = {"channels": 1, "mean": [0.0], "scale": [255.0]}
    wanted = [
        ("as it is", 4, 4, 4, 4, colour, "opaque"),
        ("half as large", 8, 8, 4, 4, colour, "any"),
        ("smaller by a third", 9, 9, 6, 6, uneven, "any"),
        ("larger", 3, 3, 7, 7, colour, "any"),
        ("wide", 3, 11, 8, 8, colour, "any"),
        ("high", 11, 3, 8, 8, uneven, "any"),
        ("a line of one pixel", 1, 23, 6, 6, colour, "any"),
        ("a column, to nearly nothing", 40, 1, 5, 5, colour, "any"),
        ("one pixel", 1, 1, 3, 5, colour, "any"),
        ("into what is wide", 5, 4, 3, 9, colour, "any"),
        ("rounded up at the half", 3, 8, 4, 4, colour, "any"),
        ("rows and columns left over are unequal", 2, 4, 5, 5, colour, "any"),
        ("grey", 6, 5, 4, 4, grey, "any"),
        ("grey of nothing but colours", 4, 4, 4, 4, grey, "opaque"),
        ("all transparent", 5, 5, 4, 4, colour, "clear"),
        ("much smaller", 37, 29, 4, 3, uneven, "any"),
    ]
    cases = []
    for name, h, w, height, width, how, alpha in wanted:
        pixels = rng.integers(0, 256, (h, w, 4), dtype=np.uint8)
        if alpha != "any":
            pixels[:, :, 3] = 255 if alpha == "opaque" else 0
        to = {"height": height, "width": width, **how}
        case: dict[str, Any] = {"case": name, "height": h, "width": w}
        case["rgba"] = base64.b64encode(pixels.tobytes()).decode()
        case |= {"to": to}
        case["values"] = base64.b64encode(by_definition(pixels, shape_of(to))).decode()
        cases.append(case)
    return cases


def simple(number: int) -> Any:
    """Return a picture [h, w, 3] of one colour on white: square, or round."""
    drawn = np.random.default_rng(number)
    height, width = drawn.integers(9, 30, 2)
    picture = np.full((height, width, 3), 255, dtype=np.uint8)
    y, x = np.mgrid[:height, :width]
    far = np.abs(np.stack([y - height / 2, x - width / 2]))
    inside = (np.hypot(*far) if number % 2 else far.max(axis=0)) < min(height, width) / 3
    picture[inside] = [(220, 30, 30), (30, 60, 220), (20, 160, 60)][number % 3]
    return picture


def as_golden(picture: Any) -> dict[str, Any]:
    """Return a picture [h, w, 3] as golden examples have it."""
    height, width, _ = picture.shape
    rgb = base64.b64encode(picture.tobytes()).decode()
    return {"height": height, "width": width, "rgb": rgb}


def from_golden(said: dict[str, Any]) -> Any:
    """Return a picture [h, w, 3] that golden examples have."""
    data = np.frombuffer(base64.b64decode(said["rgb"]), dtype=np.uint8)
    return data.reshape(said["height"], said["width"], 3)
