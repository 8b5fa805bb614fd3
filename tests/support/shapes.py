"""A set of pictures that tests draw themselves: a few shapes, in two styles, and scenes of them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from PIL import Image, ImageDraw

SHAPES = {"1f534": "red circle", "1f7e6": "blue square", "1f53a": "red triangle"}
FRENCH = {"1f534": "cercle rouge", "1f7e6": "carré bleu", "1f53a": "triangle rouge"}
COLOURS = {"1f534": (220, 30, 30), "1f7e6": (30, 60, 220), "1f53a": (220, 30, 30)}
STYLES = ("flat", "lined")

PROGRAM = """
from PIL import Image

NAMES = {names!r}
CODES = list(NAMES)


def draw(seed, sprites):
    style = sorted(sprites)[seed % len(sprites)]
    code = CODES[seed % len(CODES)]
    image = Image.new("RGB", (48, 48), "white")
    small = sprites[style][code].resize((20, 20))
    image.paste(small, (2 + seed % 20, 2 + seed % 23), small)
    return image, "a small " + NAMES[code], "petit " + NAMES[code]
"""


def sprite(code: str, style: str, size: int = 72) -> Image.Image:
    """Draw one shape, RGBA."""
    picture = Image.new("RGBA", (size, size))
    pen, line = ImageDraw.Draw(picture), "black" if style == "lined" else None
    box = (4, 4, size - 5, size - 5)
    if code == "1f534":
        pen.ellipse(box, fill=COLOURS[code], outline=line, width=3)
    elif code == "1f7e6":
        pen.rectangle(box, fill=COLOURS[code], outline=line, width=3)
    else:
        corners = [(size // 2, 4), (size - 5, size - 5), (4, size - 5)]
        pen.polygon(corners, fill=COLOURS[code], outline=line, width=3)
    return picture


def encoded(picture: Image.Image) -> bytes:
    """Return a picture as PNG, under whatever name it is stored."""
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def write_set(folder: Path) -> None:
    """Write sprites, a program of scenes, and pictures to score."""
    lines = ["style\temoji\tkind\ten\tfr"]
    with zipfile.ZipFile(folder / "sprites.zip", "w") as pack:
        for style in STYLES:
            for code, name in SHAPES.items():
                lines.append(f"{style}\t{code}\temoji\t{name}\t{FRENCH[code]}")
                pack.writestr(f"{style}/{code}.webp", encoded(sprite(code, style)))
    (folder / "sprites.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "scenes.py").write_text(PROGRAM.format(names=SHAPES), encoding="utf-8")
    lines = ["file\tkind\tstyle\ten\tfr\tid"]
    with zipfile.ZipFile(folder / "valid.zip", "w") as pack:
        for number, (code, name) in enumerate(SHAPES.items()):
            picture = Image.new("RGB", (48, 48), "white")
            shape = sprite(code, "flat", 36)
            picture.paste(shape, (6, 6), shape)
            pack.writestr(f"{number}.webp", encoded(picture))
            lines.append(f"{number}.webp\temoji\tflat\t{name}\t{FRENCH[code]}\t{code}")
    (folder / "valid.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


CONFIG = """
name = "shapes"
target = "en"
task = "caption"
[data]
valid = ["valid.tsv"]
test = ["valid.tsv"]
[pictures]
sprites = "sprites.tsv"
scenes = "scenes.py"
share = 0.3
size = 48
stem = 8
widths = [12, 16, 24]
blocks = [0, 1, 0]
batch = 16
workers = 0
[limits]
target_per_source = 0.0
target_extra = 12
[vocabulary]
size = 320
alphabet = 60
typography = false
[model]
width = 32
dropout = 0.0
[training]
updates = 120
validations = 2
learning_rate = 6e-3
average = 0.9
label_smoothing = 0.0
bfloat16 = false
threads = 1
[quantize]
calibration = 3
least_identical = 0.6
[package]
license = "CC0-1.0"
golden = 3
least_golden = 1
"""
"""Learns to tell the shapes apart in some seconds."""
