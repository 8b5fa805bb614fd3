"""Ways in which the same thing is drawn differently, so that a model learns the thing.

Each set of emoji has a hand of its own: outlines or none, flat colours or shaded ones, soft or
crisp, fatter or thinner. What a name depends on is left alone: colours where the name says one,
left and right where they matter.
"""

from __future__ import annotations

import math
import re

import numpy as np
from PIL import Image, ImageChops, ImageFilter, ImageOps

from allez_export.pictures.read import Sprite

Generator = np.random.Generator

_COLOURS = re.compile(
    r"\b(red|orange|yellow|green|blue|purple|brown|black|white|pink|gr[ae]y|light|dark|medium|"
    r"roug|jaun|vert|bleu|violet|marron|noir|blanc|ros[ea]\b|gris|clair|fonc|blond|moon|lune)",
    re.IGNORECASE,
)
"""Beginnings of words, in English and French, that make a colour part of a name."""

_SIDES = re.compile(r"\b(left|right|facing|gauche|droite|lettre|letter|button|bouton|clock)", re.I)

_SYMMETRIC = (
    *((0x1F32D, 0x1F37F), (0x1F3E0, 0x1F3F0), (0x1F400, 0x1F440), (0x1F451, 0x1F487)),
    *((0x1F600, 0x1F640), (0x1F680, 0x1F6A4), (0x1F950, 0x1F9AE), (0x1F9C0, 0x1F9E6)),
)
"""First and last code point of food, plants, buildings, animals, clothes, people, faces, vehicles:
what is the same thing when it looks the other way. Signs, letters and clocks are not."""


def keeps_colours(name: str) -> bool:
    """Return whether a name says a colour."""
    return bool(_COLOURS.search(name))


def may_be_mirrored(sprite: Sprite) -> bool:
    """Return whether a sprite is called the same in a mirror."""
    first = int(sprite.code.split("-")[0], 16)
    return any(low <= first <= high for low, high in _SYMMETRIC) and not _SIDES.search(sprite.name)


def colour_matrix(generator: Generator, hue: float, strength: float) -> tuple[float, ...]:
    """Return a matrix of 3 x 4, row by row, that changes hue, saturation, contrast and lightness.

    Args:
        generator: draws by how much.
        hue: the standard deviation of the turn, in radians.
        strength: of the others.
    """
    angle, wide = generator.normal(0.0, hue), 2 * strength
    saturation = math.exp(generator.uniform(-wide, wide))
    contrast = math.exp(generator.uniform(-strength, strength))
    lift = 255 * generator.uniform(-strength, strength) / 4
    grey = np.full((3, 3), 1 / 3)
    # A turn about the grey axis (Rodrigues): what is grey stays grey.
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    turn = math.cos(angle) * (np.eye(3) - grey) + math.sin(angle) * cross
    matrix = contrast * (grey + saturation * turn)
    offset = 127.5 * (1 - contrast) + lift
    return tuple(float(v) for row in matrix for v in (*row, offset))


def recoloured(picture: Image.Image, matrix: tuple[float, ...]) -> Image.Image:
    """Return an RGBA picture in other colours."""
    alpha = picture.getchannel("A")
    changed = picture.convert("RGB").convert("RGB", matrix)
    changed.putalpha(alpha)
    return changed


def outlined(picture: Image.Image, generator: Generator) -> Image.Image:
    """Return an RGBA picture with a dark line around it, as some hands draw."""
    wide = picture.getchannel("A").filter(ImageFilter.MaxFilter(int(generator.choice([3, 5]))))
    shade = int(generator.integers(0, 60))
    line = Image.new("RGBA", picture.size, (shade, shade, shade, 0))
    line.putalpha(wide)
    return Image.alpha_composite(line, picture)


def line_drawing(picture: Image.Image) -> Image.Image:
    """Return the edges of an RGBA picture, black on white, as in clip art without colours."""
    width, height = picture.size
    white = Image.new("RGBA", (width + 4, height + 4), "white")  # no edge along the border
    white.alpha_composite(picture, (2, 2))
    edges = ImageOps.grayscale(white).filter(ImageFilter.FIND_EDGES)
    edges = edges.crop((2, 2, width + 2, height + 2)).point(lambda value: 2 * value)
    drawn = ImageOps.invert(edges).convert("RGB")
    drawn.putalpha(ImageChops.lighter(picture.getchannel("A"), edges))
    return drawn


def redrawn(sprite: Sprite, generator: Generator) -> Image.Image:
    """Return a sprite's picture in other colours, outlined or as a line drawing, or as it is."""
    picture, chance = sprite.picture, generator.random(5)
    if chance[0] < 0.5 and may_be_mirrored(sprite):
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    coloured = keeps_colours(sprite.name)
    if chance[1] < 0.04 and not coloured:
        return line_drawing(picture)
    if chance[2] < 0.6:
        hue = 0.1 if coloured or chance[3] < 0.8 else 1.0
        picture = recoloured(picture, colour_matrix(generator, hue, 0.25))
    elif chance[2] < 0.68 and not coloured:
        grey = ImageOps.grayscale(picture.convert("RGB")).convert("RGB")
        grey.putalpha(picture.getchannel("A"))
        picture = grey
    if chance[4] < 0.12:
        picture = outlined(picture, generator)
    return picture


def turned(picture: Image.Image, generator: Generator) -> Image.Image:
    """Return an RGBA picture turned a little, its canvas as large as it needs."""
    angle = float(generator.normal(0.0, 6.0))
    return picture.rotate(angle, Image.Resampling.BILINEAR, expand=True)


def placed(picture: Image.Image, size: int, extent: float, generator: Generator) -> Image.Image:
    """Return an RGBA picture [size, size]: scaled, stretched, sheared and turned, near the centre.

    Args:
        picture: RGBA, of any size.
        size: of the canvas.
        extent: pixels of its longer side there.
        generator: draws all else.
    """
    scale = extent / max(picture.size)
    stretch = math.exp(generator.normal(0.0, 0.06))
    across, down = scale * stretch, scale / stretch
    angle, shear = generator.normal(0.0, 0.1), generator.normal(0.0, 0.06)
    dx, dy = generator.normal(0.0, 1.5, 2)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    forward = turn @ np.array([[across, shear * across], [0.0, down]])
    back = np.linalg.inv(forward)
    middle = np.array(picture.size) / 2 - back @ np.array([size / 2 + dx, size / 2 + dy])
    matrix = (*back[0], middle[0], *back[1], middle[1])
    kind = Image.Transform.AFFINE
    return picture.transform((size, size), kind, matrix, Image.Resampling.BILINEAR)


def softened(picture: Image.Image, generator: Generator) -> Image.Image:
    """Return a picture blurred or sharpened a little."""
    if generator.random() < 0.5:
        return picture.filter(ImageFilter.BoxBlur(float(generator.uniform(0.3, 1.0))))
    percent = int(generator.uniform(40, 150))
    return picture.filter(ImageFilter.UnsharpMask(radius=1, percent=percent, threshold=2))


def erased(picture: Image.Image, generator: Generator, share: float = 0.35) -> None:
    """Cover a rectangle of an RGB picture with one colour (Zhong et al. 2020), in place."""
    width, height = picture.size
    across = int(generator.uniform(0.1, share) * width)
    down = int(generator.uniform(0.1, share) * height)
    left, top = generator.integers(0, width - across), generator.integers(0, height - down)
    colour = tuple(int(v) for v in generator.integers(0, 256, 3))
    picture.paste(colour, (int(left), int(top), int(left) + across, int(top) + down))
