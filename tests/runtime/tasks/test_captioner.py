"""`Captioner` with a bundle that means nothing: pictures in, words and a grid out."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import allez
from allez.errors import BundleFormatError, InputError, OptionError, SessionError
from allez.tasks import captioner as module
from support import picture_bundle
from support.picture_bundle import COLUMNS, HEIGHT, ROWS, WIDTH


@pytest.fixture(scope="module")
def captioner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[allez.Captioner]:
    folder = picture_bundle.make(tmp_path_factory.mktemp("captions") / "pictures")
    with allez.Captioner(folder, threads=2) as captioner:
        yield captioner


def picture(seed: int, height: int = 2 * HEIGHT, width: int = 2 * WIDTH) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_caption_knows_the_grid(captioner: allez.Captioner) -> None:
    caption = captioner.caption(picture(1), n_best=3)
    assert caption.grid == (ROWS, COLUMNS)
    assert caption.attention.shape == (len(caption.tokens), ROWS * COLUMNS)
    assert np.allclose(caption.attention.sum(axis=1), 1, atol=1e-5)
    assert len(caption.texts) == 3
    assert caption.text == captioner(picture(1))
    assert caption.confidence is None


def test_a_batch_is_each_alone(captioner: allez.Captioner) -> None:
    pictures = [picture(seed, 5 + seed, 90 - seed) for seed in range(9)]
    alone = [captioner.caption(each) for each in pictures]
    for found in (captioner.caption_batch(pictures), captioner.caption_batch(iter(pictures))):
        for one, two in zip(alone, found, strict=True):
            assert (one.text, one.score) == (two.text, two.score)
    assert len({one.score for one in alone}) > 1


def test_pieces_of_a_stream_are_the_greedy_caption(captioner: allez.Captioner) -> None:
    pieces = list(captioner.stream(picture(2)))
    assert "".join(pieces) == captioner.caption(picture(2), beam_size=1).text


def test_what_is_no_picture_is_an_error(captioner: allez.Captioner, tmp_path: Path) -> None:
    for wrong in (b"", b"GIF89a", tmp_path / "none.png", np.zeros((3, 3)), 3):
        with pytest.raises(InputError):
            captioner.caption(wrong)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="takes many pictures, not one"):
        captioner.caption_batch("a.png")
    with pytest.raises(OptionError, match="keep goes with translations alone"):
        captioner.caption(picture(1), keep=["a"])


def test_what_comes_before_a_broken_one_is_answered(captioner: allez.Captioner) -> None:
    answers = captioner.caption_batch(iter([picture(1), b"none"]))
    assert next(answers).finished in (True, False)
    with pytest.raises(InputError):
        next(answers)


def test_when_the_time_is_over_no_picture_is_read(
    captioner: allez.Captioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(module, "read", lambda *given: seen.append(given))
    for pictures in ([picture(1)] * 300, iter([picture(1)] * 3)):
        found = list(captioner.caption_batch(pictures, max_time=0))
        assert {(caption.text, caption.finished) for caption in found} <= {("", False)}
    assert not captioner.caption(picture(1), max_time=0).finished
    assert list(captioner.stream(picture(1), max_time=0)) == []
    assert seen == []


def test_without_attention_there_is_one_position(tmp_path: Path) -> None:
    one = picture_bundle.encoder(positions=1)
    folder = picture_bundle.make(tmp_path / "none", one, attention="none")
    with allez.Captioner(folder, threads=1) as captioner:
        caption = captioner.caption(picture(1))
        assert caption.grid == (1, 1)
        assert caption.attention.shape[1] == 1


def test_golden_examples_hold_pictures(captioner: allez.Captioner, tmp_path: Path) -> None:
    drawn = picture(4, 3, 5)
    greedy = captioner.caption(drawn, beam_size=1)
    model = captioner._workers.model  # the numbers that are recorded
    step = model.start([model.encode(model.source(captioner._material(drawn, lambda: False).read))])
    scores = step(np.array([model.bos]), np.zeros(1, dtype=np.int64), 3).top_log_probs[0]
    vocabulary = [captioner._target.pieces([i])[0] for i in range(420)]
    rgb = base64.b64encode(drawn.tobytes()).decode()
    line = {
        "text": "noise",
        "picture": {"height": 3, "width": 5, "rgb": rgb},
        "first_scores": [float(score) for score in scores],
        "target_ids": [vocabulary.index(token) for token in greedy.tokens],
        "translation": greedy.text,
        "margin": 0.3,
    }

    def made(name: str, **changes: object) -> Path:
        folder = picture_bundle.make(tmp_path / name)
        data = (json.dumps(line | changes) + "\n").encode()
        (folder / "golden.jsonl").write_bytes(data)
        manifest = json.loads((folder / "manifest.json").read_bytes())
        sha256 = hashlib.sha256(data).hexdigest()
        manifest["files"]["golden"] |= {"bytes": len(data), "sha256": sha256}
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder

    with allez.Captioner(made("right"), threads=1) as right:
        assert [(test.text, test.problem) for test in right.selftest()] == [("noise", None)]
    wrong = {"height": 5, "width": 5, "rgb": rgb}
    with (
        allez.Captioner(made("wrong", picture=wrong), threads=1) as broken,
        pytest.raises(BundleFormatError, match=r"golden.jsonl, line 1 is malformed"),
    ):
        list(broken.selftest())


def test_a_closed_one_says_so(tmp_path: Path) -> None:
    captioner = allez.Captioner(picture_bundle.make(tmp_path / "pictures"), threads=1)
    captioner.close()
    with pytest.raises(SessionError, match="the captioner is closed"):
        captioner.caption(picture(1))
