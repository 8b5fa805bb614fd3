"""The sheet of `allez caption --attention`: words, weights laid over pictures, a PNG."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from allez.answers import Caption
from allez.cli import overlay
from allez.cli.main import main
from allez.cli.overlay import GAP, LABEL, PANEL, Seen
from allez.errors import InputError, OptionError
from allez.results import Hypothesis
from support import picture_bundle

Image = pytest.importorskip("PIL.Image", reason="pillow is of the images extra")


def caption(tokens: tuple[str, ...], weights: list[list[float]], grid: tuple[int, int]) -> Caption:
    text = "".join(tokens).replace("▁", " ").strip()
    spans = tuple((0, 0) for _ in tokens)
    attention = np.array(weights, dtype=np.float32).reshape(len(tokens), grid[0] * grid[1])
    best = Hypothesis(
        text=text, tokens=tokens, spans=spans, score=0.0, attention=attention, finished=True
    )
    return Caption(hypotheses=(best,), grid=grid)


def seen(tokens: tuple[str, ...] = ("▁a", "▁do", "g"), size: int = 8) -> Seen:
    weights = [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]][: len(tokens)]
    pixels = np.full((size, size, 3), 100, dtype=np.uint8)
    return Seen("dog.png", pixels, caption(tokens, weights, (1, 2)))


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def test_words_are_whole_and_have_the_mean_of_their_parts() -> None:
    first, second = overlay.words_of(seen().caption)
    assert (first.text, second.text) == ("a", "dog")
    assert first.weights.tolist() == [[1.0, 0.0]]
    assert second.weights.tolist() == [[0.25, 0.75]]


def test_a_token_that_spells_nothing_is_no_word() -> None:
    found = overlay.words_of(caption(("▁", "▁x"), [[1.0], [1.0]], (1, 1)))
    assert [word.text for word in found] == ["x"]


def test_pixels_are_as_bright_as_the_cell_they_lie_in() -> None:
    weights = np.array([[0.1, 0.4], [0.0, 0.2]])
    bright = overlay.brightness(weights, 40, 60)
    assert bright.shape == (40, 60)
    assert bright[0, -1] == pytest.approx(1.0)
    assert bright[0, 0] == pytest.approx(0.25)
    assert bright[-1, 0] == pytest.approx(0.0)
    assert bright[-1, -1] == pytest.approx(0.5)
    row = bright[0]
    assert (np.diff(row) >= 0).all()


def test_what_has_no_attention_is_grey() -> None:
    pixels = np.full((10, 20, 3), 100, dtype=np.uint8)
    found = overlay.faded(pixels, np.array([[0.0, 1.0]]))
    assert found[5, -1].tolist() == [100] * 3
    assert found[5, 0].tolist() == [round(128 - 28 * (1 - overlay.FADED))] * 3


def test_a_sheet_has_the_picture_and_each_word() -> None:
    sheet = opened(overlay.png([seen(), seen(("▁a",))]))
    height, width, _ = sheet.shape
    assert (height, width) == (GAP + 2 * (PANEL + LABEL + GAP), GAP + 3 * (PANEL + GAP))
    assert sheet[GAP + 50, GAP + 50].tolist() == [100] * 3  # the picture itself
    label = sheet[GAP + PANEL + 2 : GAP + PANEL + LABEL, GAP : GAP + PANEL]
    assert label.min() < 100  # its name
    assert sheet[-60, -60].tolist() == [255] * 3  # the second caption is shorter


def test_many_words_go_on_in_another_row() -> None:
    tokens = tuple(f"▁{i}" for i in range(9))
    said = caption(tokens, [[1.0, 0.0]] * 9, (1, 2))
    sheet = opened(overlay.png([Seen("x" * 90, np.zeros((4, 8, 3), dtype=np.uint8), said)]))
    assert sheet.shape[:2] == (GAP + 2 * (PANEL // 2 + LABEL + GAP), GAP + 6 * (PANEL + GAP))


def test_without_attention_and_in_too_great_number_nothing_is_drawn() -> None:
    alone = Seen("a.png", np.zeros((4, 4, 3), dtype=np.uint8), caption(("▁a",), [[1.0]], (1, 1)))
    with pytest.raises(InputError, match="no attention to draw"):
        overlay.png([alone])
    with pytest.raises(OptionError, match="300 pictures are too many for one sheet"):
        overlay.png([seen()] * 300)


def test_the_command_draws_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = picture_bundle.make(tmp_path / "pictures")
    files = []
    for number in range(2):
        noise = np.random.default_rng(number).integers(0, 256, (30, 40, 3), dtype=np.uint8)
        files.append(str(tmp_path / f"{number}.png"))
        Image.fromarray(noise).save(files[-1])
    command = ["caption", "--model", str(folder), "--max-length", "3", *files]
    assert main(command) == 0
    told = capsys.readouterr().out
    out = tmp_path / "sheet.png"
    assert main([*command, "--attention", str(out)]) == 0
    assert capsys.readouterr().out == told
    assert opened(out.read_bytes()).shape[0] > 2 * 20


def test_the_command_refuses_what_it_cannot_draw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = picture_bundle.make(tmp_path / "pictures")
    command = ["caption", "--model", str(folder), "a.png", "--attention"]
    assert main([*command, "sheet.pdf"]) == 2
    assert "sheet.pdf: only PNG can be written" in capsys.readouterr().err
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png")
    there = tmp_path / "nowhere" / "sheet.png"
    assert main([*command[:-2], str(tmp_path / "a.png"), "--attention", str(there)]) == 1
    assert capsys.readouterr().err.startswith("error: ")
