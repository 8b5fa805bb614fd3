"""Endless batches of pictures with captions, each a function of a seed and its number.

So a run that was stopped continues exactly, and another process may draw ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from allez_export.pictures.augment import (
    Generator,
    colour_matrix,
    erased,
    placed,
    redrawn,
    softened,
    turned,
)
from allez_export.pictures.read import Sprite, load_scenes, read_sprites
from allez_export.vocabulary import BOS, EOS, PAD

SPRITE = 72
"""Pixels of a sprite's longer side where it stands alone, in the pictures that are scored."""

COLUMN = {"en": 1, "fr": 2}
"""Where a caption stands in what `draw` of the scenes returns, by language."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture."""

    picture: Image.Image
    """RGB."""
    caption: str


@dataclass(frozen=True, slots=True)
class PictureBatch:
    """Pictures with captions, the shortest ones first."""

    pixels: npt.NDArray[np.uint8]
    """[B, H, W, 3]"""
    target: npt.NDArray[np.int64]
    """[B, T + 1], bos, words, eos, then pad."""

    @property
    def tokens(self) -> int:
        """Target tokens, eos among them."""
        return int((self.target[:, 1:] != PAD).sum())


class Artist:
    """Draws single sprites, and scenes of them; reads the files when it draws for the first time.

    Args:
        sprites: table of the sprites.
        scenes: program that draws scenes; None: there are none.
        language: of the captions, "en" or "fr".
        size: pixels of a side.
        share: of the pictures that are scenes.
        kinds: of the sprites that are used.
    """

    def __init__(
        self,
        sprites: Path,
        scenes: Path | None,
        language: str,
        *,
        size: int,
        share: float,
        kinds: tuple[str, ...] = ("emoji",),
    ) -> None:
        self._table, self._program = sprites, scenes
        self._language, self._size, self._share, self._kinds = language, size, share, kinds

    @cached_property
    def sprites(self) -> list[Sprite]:
        """All of them."""
        return read_sprites(self._table, self._language, self._kinds)

    @cached_property
    def _scenes(self) -> Any:
        return None if self._program is None else load_scenes(self._program)

    @cached_property
    def _in_scenes(self) -> frozenset[str]:
        return frozenset() if self._scenes is None else frozenset(self._scenes.CODES)

    @cached_property
    def _by_style(self) -> dict[str, dict[str, Sprite]]:
        found: dict[str, dict[str, Sprite]] = {}
        for sprite in self.sprites:
            if sprite.code in self._in_scenes:
                found.setdefault(sprite.style, {})[sprite.code] = sprite
        return found

    def draw(self, generator: Generator) -> Drawn:
        """Draw one picture."""
        if self._scenes is not None and generator.random() < self._share:
            drawn = self.scene(generator)
        else:
            drawn = self._alone(generator)
        if generator.random() < 0.2:
            drawn = Drawn(softened(drawn.picture, generator), drawn.caption)
        return drawn

    def scene(self, generator: Generator) -> Drawn:
        """Draw a scene, its things redrawn first."""

        def varied(sprite: Sprite) -> Image.Image:
            picture = redrawn(sprite, generator)
            return turned(picture, generator) if generator.random() < 0.5 else picture

        seed = int(generator.integers(2**62))
        styles = {style: _Varied(things, varied) for style, things in self._by_style.items()}
        found = self._scenes.draw(seed, styles)
        picture, caption = found[0], found[COLUMN[self._language]]
        if generator.random() < 0.3:
            picture = picture.convert("RGB", colour_matrix(generator, 0.05, 0.1))
        return Drawn(picture, caption)

    def _alone(self, generator: Generator) -> Drawn:
        """Draw one sprite, on white or, if no scene could show it, on any colour."""
        sprite = self.sprites[int(generator.integers(len(self.sprites)))]
        picture, size = redrawn(sprite, generator), self._size
        ground = (255, 255, 255)
        if generator.random() < 0.1 and sprite.code not in self._in_scenes:
            red, green, blue = (int(v) for v in generator.integers(0, 256, 3))
            ground = (red, green, blue)
        canvas = Image.new("RGB", (size, size), ground)
        chance = generator.random()
        if chance < 0.2:
            left, top = (size - picture.width) // 2, (size - picture.height) // 2
            canvas.paste(picture, (left, top), picture)
        else:
            near = SPRITE * size / 96 * np.exp(generator.normal(0.0, 0.03))
            extent = near if chance < 0.6 else size * generator.uniform(0.6, 0.94)
            picture = placed(picture, size, float(extent), generator)
            canvas.paste(picture, (0, 0), picture)
        if generator.random() < 0.1:
            erased(canvas, generator)
        return Drawn(canvas, sprite.name)

    def captions(self, scenes: int, seed: int) -> Iterator[str]:
        """Yield the names of all sprites, and the captions of so many scenes."""
        yield from (sprite.name for sprite in self.sprites)
        if self._scenes is not None:
            generator = np.random.default_rng([seed, 2])
            yield from (self.scene(generator).caption for _ in range(scenes))


class _Varied(dict[str, Image.Image]):
    """The sprites of a style as scenes ask for them, each redrawn when it is taken."""

    def __init__(self, things: dict[str, Sprite], varied: Callable[[Sprite], Image.Image]) -> None:
        super().__init__(dict.fromkeys(things))  # type: ignore[arg-type]
        self._things, self._redraw = things, varied

    def __getitem__(self, code: str) -> Image.Image:
        return self._redraw(self._things[code])


class Batches:
    """Batches by number; a data set of torch's loader.

    Args:
        artist: draws.
        encode: makes token ids of a caption.
        size: pictures of a batch.
        seed: of all that is drawn.
    """

    def __init__(
        self, artist: Artist, encode: Callable[[str], list[int]], size: int, seed: int
    ) -> None:
        self._artist, self._encode, self._size, self._seed = artist, encode, size, seed

    def __getitem__(self, number: int) -> PictureBatch:
        """Return a batch, the same one for the same number."""
        generator = np.random.default_rng([self._seed, 1, number])
        drawn = [self._artist.draw(generator) for _ in range(self._size)]
        coded = [[BOS, *self._encode(one.caption), EOS] for one in drawn]
        order = sorted(range(self._size), key=lambda i: len(coded[i]))
        target = np.full((self._size, max(map(len, coded))), PAD, dtype=np.int64)
        for row, index in enumerate(order):
            target[row, : len(coded[index])] = coded[index]
        pixels = np.stack([np.asarray(drawn[index].picture) for index in order])
        return PictureBatch(pixels, target)
