"""Pictures: decoded whatever they are, laid on white, fitted, refused in one line."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.bundle.manifest import ImageShape
from allez.errors import BundleFormatError, InputError, MissingExtraError
from allez.tasks import picture
from support.pictures import by_definition

Image = pytest.importorskip("PIL.Image", reason="pillow is of the images extra")

SHAPE = ImageShape(12, 12, 3, (0.0,) * 3, (1.0,) * 3, 1, 1)
"""Values as they are, 0 to 255."""


def shape(height: int, width: int, channels: int = 3) -> ImageShape:
    return ImageShape(height, width, channels, (0.0,) * channels, (1.0,) * channels, 1, 1)


def saved(image: Any, kind: str, **more: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **more)
    return stream.getvalue()


def plain(colour: Any, size: tuple[int, int] = (12, 12), mode: str = "RGB") -> Any:
    return Image.new(mode, size, colour)


def png(width: int, height: int) -> bytes:
    """Return a PNG that says that it has so many pixels, and has hardly any."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_picture_becomes_what_the_definition_says(data: Any) -> None:
    size = st.integers(1, 24)
    height, width = data.draw(size), data.draw(size)
    to = shape(data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12)))
    seed = data.draw(st.integers(0, 2**32 - 1))
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), dtype=np.uint8)
    found = picture.resampled(pixels, to)
    assert found.shape == (1, 3, to.height, to.width)
    assert found.astype("<f4").tobytes() == by_definition(pixels, to)


def test_a_picture_worked_on_in_parts_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (57, 83, 4), dtype=np.uint8)
    whole = picture.resampled(pixels, shape(40, 50))
    monkeypatch.setattr(picture, "_AT_ONCE", 100)
    monkeypatch.setattr(picture, "_COLUMNS", 3)
    assert np.array_equal(picture.resampled(pixels, shape(40, 50)), whole)


def test_a_picture_of_the_right_size_is_read_as_it_is() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    assert np.array_equal(picture.read(pixels, SHAPE)[0], pixels.transpose(2, 0, 1))


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP"])
def test_files_of_each_kind_are_read(kind: str, tmp_path: Path) -> None:
    image = plain((10, 200, 30))
    path = tmp_path / "picture"  # what it is called does not matter
    path.write_bytes(saved(image, kind))
    for given_as in (path, str(path), path.read_bytes(), np.asarray(image)):
        found = picture.read(given_as, SHAPE)
        assert found[0, :, 5, 5].tolist() == [10.0, 200.0, 30.0]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_files_that_lose_a_little_are_read(kind: str) -> None:
    found = picture.read(saved(plain((10, 200, 30)), kind, quality=95), SHAPE)
    assert np.abs(found[0, :, 5, 5] - [10, 200, 30]).max() < 6


def test_what_is_transparent_is_white() -> None:
    half = saved(plain((0, 0, 0, 51), mode="RGBA"), "PNG")
    assert picture.read(half, SHAPE)[0, :, 3, 3].tolist() == [204.0] * 3
    palette = plain(1, mode="P")
    palette.putpalette([255, 0, 0, 0, 255, 0])
    gone = saved(palette, "GIF", transparency=1)
    assert picture.read(gone, SHAPE).min() == 255.0


def test_of_a_picture_that_moves_the_first_is_read() -> None:
    others = [plain("blue"), plain("green")]
    for kind in ("GIF", "WEBP", "PNG"):
        data = saved(plain("red"), kind, save_all=True, append_images=others, duration=100)
        red, green, blue = picture.read(data, SHAPE)[0, :, 6, 6]
        assert red > 200
        assert max(green, blue) < 60


def test_cmyk_grey_and_deep_pictures_are_read() -> None:
    cyan = saved(plain((255, 0, 0, 0), mode="CMYK"), "JPEG", quality=95)
    red, green, blue = picture.read(cyan, SHAPE)[0, :, 6, 6]
    assert red < 40
    assert min(green, blue) > 140
    assert picture.read(saved(plain(90, mode="L"), "PNG"), SHAPE)[0, :, 6, 6].tolist() == [90] * 3
    deep = Image.fromarray(np.full((12, 12), 0x5AFF, dtype=np.uint16))
    assert picture.read(saved(deep, "PNG"), SHAPE)[0, :, 6, 6].tolist() == [0x5A] * 3
    assert picture.read(saved(plain(1, mode="1"), "PNG"), SHAPE).min() == 255.0


def test_a_picture_is_turned_as_it_was_held() -> None:
    image = plain("white", (12, 12))
    image.paste("black", (0, 0, 12, 6))  # above
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright, the right side up
    found = picture.read(saved(image, "JPEG", exif=exif, quality=95), SHAPE)
    assert found[0, 0, 6, 9] < 40
    assert found[0, 0, 6, 2] > 215


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the picture is not a picture that can be read"),
        (b"%PDF-1.7", "the picture is not a picture that can be read"),
        (b"RIFF\x00\x00\x00\x00WAVE", "the picture is not a picture that can be read"),
        (b"\x89PNG\r\n\x1a\nnothing more", "the picture is a broken picture: "),
        (b"\xff\xd8\xff\xe0 broken", "the picture is a broken picture: "),
        (b"GIF89a", "the picture is a broken picture: "),
        (b"BM", "the picture is a broken picture: "),
    ],
)
def test_what_is_no_picture_is_refused_in_a_line(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        picture.read(data, SHAPE)
    assert "\n" not in str(caught.value)


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (50, 50, 3), dtype=np.uint8)
    for kind in ("PNG", "JPEG", "WEBP", "BMP"):
        path = tmp_path / f"half.{kind}"
        whole = saved(Image.fromarray(noise), kind)
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(InputError, match=f"half.{kind} is a broken picture"):
            picture.read(path, SHAPE)


def test_a_hundred_megapixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(InputError, match="10000 x 10000 pixels, more than 50,000,000") as caught:
        picture.read(png(10_000, 10_000), SHAPE)
    assert caught.value.hint == "make it smaller first"
    with pytest.raises(InputError, match="is 70000 x 2 pixels"):
        picture.read(png(70_000, 2), SHAPE)
    with pytest.raises(InputError, match="a broken picture"):  # so many are allowed, and absent
        picture.read(png(7_000, 7_000), SHAPE)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]), st.data())
def test_a_damaged_file_is_a_picture_or_an_error(kind: str, data: Any) -> None:
    noise = np.random.default_rng(4).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    whole = bytearray(saved(Image.fromarray(noise), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    for damaged in (bytes(whole), bytes(whole[:cut])):
        message = ""
        try:
            found = picture.read(damaged, SHAPE)
        except InputError as error:
            message = str(error)
            found = np.zeros((1, 3, 12, 12))
        assert "\n" not in message
        assert found.shape == (1, 3, 12, 12)
        assert np.isfinite(found).all()


def test_files_that_cannot_be_read_or_are_too_large_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match=r"cannot read .*gone\.png: No such file"):
        picture.read(tmp_path / "gone.png", SHAPE)
    with pytest.raises(InputError, match="cannot read"):
        picture.read(tmp_path, SHAPE)
    monkeypatch.setattr(picture, "BYTES", 10)
    (tmp_path / "large.png").write_bytes(png(1, 1))
    with pytest.raises(InputError, match=r"large\.png has more than 10 bytes"):
        picture.read(tmp_path / "large.png", SHAPE)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), dtype=np.uint8),
        np.zeros((4, 4, 2), dtype=np.uint8),
        np.zeros((4, 4, 3), dtype=np.float32),
        np.zeros((1, 4, 4, 3), dtype=np.uint8),
    ],
)
def test_arrays_of_other_shapes_are_refused(array: Any) -> None:
    with pytest.raises(InputError, match=r"an array of a picture is \[h, w, 3\]"):
        picture.read(array, SHAPE)


def test_an_empty_array_and_another_type_are_refused() -> None:
    with pytest.raises(InputError, match="has no pixels: it is 0 x 4"):
        picture.read(np.zeros((4, 0, 3), dtype=np.uint8), SHAPE)
    with pytest.raises(InputError, match="not int"):
        picture.read(17, SHAPE)  # type: ignore[arg-type]


def test_channels_that_no_picture_has_are_refused() -> None:
    pixels = np.zeros((2, 2, 3), dtype=np.uint8)
    with pytest.raises(BundleFormatError, match="1 or 3 channels, not 2"):
        picture.read(pixels, shape(4, 4, 2))
    assert picture.read(pixels, shape(4, 4, 1)).shape == (1, 1, 4, 4)


def test_without_pillow_arrays_are_read_and_files_ask_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = saved(plain("red"), "PNG")
    monkeypatch.setitem(sys.modules, "PIL.PngImagePlugin", None)
    with pytest.raises(MissingExtraError, match="reading a picture needs pillow"):
        picture.read(data, SHAPE)
    assert picture.read(np.zeros((2, 2, 3), dtype=np.uint8), SHAPE).max() == 0.0


def test_the_filter_is_a_triangle() -> None:
    pixels = np.zeros((1, 4, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    pixels[0, 1, :3] = 255
    found = picture.resampled(pixels, shape(1, 2))[0, 0, 0]
    assert found.tolist() == [pytest.approx(255 * 3 / 7), pytest.approx(255 * 1 / 7)]
