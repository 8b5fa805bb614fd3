"""Files of pictures with captions: sprites to train on, and pictures to score.

A set is a table and a zip of one name: `sprites.tsv` with `sprites.zip`. A table has a header; the
column of a language holds the captions. Sprites stand in the zip as `STYLE/EMOJI.webp`, which is
RGBA; other pictures under the name in the column `file`.
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from allez.errors import InputError
from allez_export.data.read import read_lines

Pixels = npt.NDArray[np.uint8]
"""[H, W, 3]"""


@dataclass(frozen=True, slots=True)
class Sprite:
    """One drawing of one thing."""

    style: str
    code: str
    """Code points in hex, joined by hyphens."""
    name: str
    """Its caption."""
    picture: Image.Image
    """RGBA."""


@dataclass(frozen=True, slots=True)
class Captioned:
    """A picture to be scored, with the caption that it should get."""

    pixels: Pixels
    caption: str
    kind: str
    style: str
    """"" where it is one of those known from training."""


def read_table(path: Path, *columns: str) -> Iterator[tuple[str, ...]]:
    """Yield the named columns of each line of a table with a header.

    Raises:
        InputError: it cannot be read, lacks a column, or a line is too short; all named.
    """
    lines = enumerate(read_lines(path), 1)
    header = next(lines, (1, ""))[1].split("\t")
    missing = [column for column in columns if column not in header]
    if missing:
        raise InputError(
            f"{path} has no column {missing[0]!r}", hint=f"its header names {', '.join(header)}"
        )
    places = [header.index(column) for column in columns]
    for number, line in lines:
        fields = line.split("\t")
        if len(fields) != len(header):
            raise InputError(f"{path}, line {number}: {len(fields)} columns, not {len(header)}")
        yield tuple(fields[place] for place in places)


class Pack:
    """The pictures of a zip, decoded when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            hint = "name the data folder with --data" if not path.exists() else None
            raise InputError(f"cannot read {path}: {error}", hint=hint) from None

    def picture(self, name: str, mode: str) -> Image.Image:
        """Return a picture in a mode of Pillow's.

        Raises:
            InputError: there is none of that name, or it is broken.
        """
        try:
            with Image.open(io.BytesIO(self._zip.read(name))) as found:
                return found.convert(mode)
        except (KeyError, OSError, zipfile.BadZipFile) as error:
            raise InputError(f"{self._path}: {name} cannot be read: {error}") from None

    def close(self) -> None:
        """Close the file."""
        self._zip.close()


def read_sprites(table: Path, language: str, kinds: tuple[str, ...]) -> list[Sprite]:
    """Return the sprites of some kinds, with their names in a language.

    Raises:
        InputError: a file cannot be read, or nothing is left.
    """
    pack, found = Pack(table.with_suffix(".zip")), []
    for style, code, kind, name in read_table(table, "style", "emoji", "kind", language):
        if kind in kinds:
            picture = pack.picture(f"{style}/{code}.webp", "RGBA")
            found.append(Sprite(style, code, name, picture))
    pack.close()
    if not found:
        raise InputError(f"{table}: no sprite is of kind {' or '.join(kinds)}")
    return found


def read_captioned(table: Path, language: str, limit: int | None = None) -> list[Captioned]:
    """Return pictures to score.

    Raises:
        InputError: a file cannot be read.
    """
    pack, found = Pack(table.with_suffix(".zip")), []
    rows = read_table(table, "file", language, "kind", "style")
    for number, (name, caption, kind, style) in enumerate(rows):
        if limit is not None and number >= limit:
            break
        pixels = np.asarray(pack.picture(name, "RGB"))
        found.append(Captioned(pixels, caption, kind, style))
    pack.close()
    return found


def load_scenes(path: Path) -> Any:
    """Run a program that draws scenes, and return it as a module.

    It belongs to the data, not to us: whoever names it in a configuration trusts it. It has `draw`,
    which takes a seed and sprites (style to code points to picture) and returns a picture and its
    caption in English and in French, and `CODES`, the code points of all that it can draw.

    Raises:
        InputError: it cannot be read or run, or is no such program.
    """
    name = "allez_export_scenes"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise InputError(f"cannot read {path}", hint="name the data folder with --data")
    module: ModuleType = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a program of somebody else's raises
        raise InputError(f"{path} cannot be run: {error!r}") from None
    if not hasattr(module, "draw") or not hasattr(module, "CODES"):
        raise InputError(f"{path} draws no scenes: it has no draw, or no CODES")
    return module
