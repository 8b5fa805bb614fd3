"""`Captioner`: a picture in, a few words out."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from allez.answers import Caption
from allez.bundle import Golden, ImageShape
from allez.errors import OptionError
from allez.options import OptionChanges, TranslateOptions
from allez.tasks.picture import PictureInput, read
from allez.tasks.writer import Material, Over, Said, Writer
from allez.translate.deadline import Called

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from allez.translate.loaded import Read


class Captioner(Writer):
    """A bundle that says what a picture shows; see `Writer` for how it is loaded.

    Files are read with Pillow (the extra `images`); an array needs nothing.
    """

    task = "caption"
    _called = Called("captioner", "caption")

    def __call__(self, picture: PictureInput) -> str:
        """Return the caption of a picture, with the bundle's own search options."""
        return self.caption(picture).text

    def caption(
        self,
        picture: PictureInput,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Caption:
        """Say what a picture shows.

        Args:
            picture: a path, the bytes of a file (PNG, JPEG, GIF, WebP, BMP; of one that moves, the
                first picture), or an array [h, w, 3] or [h, w, 4] of uint8. It is laid on white and
                fitted into the bundle's size, keeping its shape.
            options: see `TranslateOptions`; None: what the bundle says. `keep`, `glossary` and
                `markup` go with translations alone.
            changes: fields of `TranslateOptions` by name, in place of those of `options`.

        Raises:
            InputError: the picture cannot be read, is none, or is too large.
            MissingExtraError: it is a file, and Pillow is not installed.
            OptionError: an option makes no sense, or the prefix is too long.
            CancelledError: `cancel` was set.
            SessionError: ONNX Runtime failed, or the captioner is closed.
        """
        return self._write(lambda over: self._material(picture, over), options, changes)

    def caption_batch(
        self,
        pictures: Iterable[PictureInput],
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[Caption, None, None]:
        """Say what many pictures show, on all threads; yield one `Caption` for each, in order.

        Reads ahead, waits and stops as `Translator.translate_batch` does. One that cannot be read
        ends it, after the captions of those before.

        Args:
            pictures: any pictures.
            options: as for `caption`.
            changes: as for `caption`; errors too.
        """
        if isinstance(pictures, (str, bytes, os.PathLike)):
            raise OptionError("caption_batch takes many pictures, not one", hint="use caption")
        return self._write_all(pictures, self._material, options, changes)

    def stream(
        self,
        picture: PictureInput,
        *,
        options: TranslateOptions | None = None,
        **changes: Unpack[OptionChanges],
    ) -> Generator[str, None, bool]:
        """Yield the greedy caption of a picture piece by piece; return whether it came to its end.

        The pieces never change afterwards; joined, they are `caption(picture, beam_size=1).text`.

        Args:
            picture: as for `caption`.
            options: as for `caption`; but the search is greedy.
            changes: as for `caption`; errors too.
        """
        return self._streamed(lambda over: self._material(picture, over), options, changes)

    @property
    def _shape(self) -> ImageShape:
        image = self._manifest.input.image
        assert image is not None  # the task and its kind of input were checked
        return image

    def _check_bundle(self) -> None:
        self._bundle.check_task(self.task, "image")

    def _length(self, material: Material[Any]) -> int:
        return self._shape.positions

    def _read_golden(self, golden: Golden) -> Read:
        assert golden.picture is not None  # as the bundle was read
        height, width, rgb = golden.picture
        return read(np.frombuffer(rgb, dtype=np.uint8).reshape(height, width, 3), self._shape)

    def _material(self, picture: PictureInput, over: Over) -> Material[Caption]:
        shape = self._shape
        attends = self._manifest.attention != "none"
        grid = (shape.rows, shape.columns) if attends else (1, 1)

        def answer(said: Said) -> Caption:
            return Caption(hypotheses=said.hypotheses, rate=said.rate, grid=grid)

        if over():  # a picture may take as long to read as to describe
            nothing = (1, shape.channels, shape.height, shape.width)
            return Material(np.zeros(nothing, dtype=np.float32), "", answer)
        return Material(read(picture, shape), "", answer)
