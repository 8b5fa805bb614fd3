"""An encoder that reads an image: its graph, its grid, and the way behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from allez.bundle.contract import encoder_graph
from allez.bundle.onnx_check import read_outline
from allez.bundle.reader import Bundle
from allez.errors import BundleFormatError
from allez.model import ImageSource, Model
from allez.model.decode import decode
from allez.options import SearchOptions
from support import picture_bundle
from support.picture_bundle import COLUMNS, HEIGHT, ROWS, WIDTH

POSITIONS = ROWS * COLUMNS


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return Bundle.read(picture_bundle.make(tmp_path / "pictures"))


def pixels(seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(1, 1, HEIGHT, WIDTH)).astype(np.float32)


def test_the_graph_is_the_contract_s(bundle: Bundle) -> None:
    found = read_outline(bundle.data("encoder"))
    expected = encoder_graph(4, "image")
    assert [v.name for v in found.inputs] == [t.name for t in expected.inputs] == ["image"]
    assert [v.name for v in found.outputs] == [t.name for t in expected.outputs]


def test_a_picture_becomes_memory_position_by_position(bundle: Bundle) -> None:
    model = Model(bundle)
    source = model.source(pixels(1))
    assert isinstance(source, ImageSource)
    assert source.length == POSITIONS
    encoding = model.encode(source)
    assert np.array_equal(encoding.memory, pixels(1)[0])
    assert encoding.length == POSITIONS


def test_search_goes_on_behind_it_alone_or_beside_others(bundle: Bundle) -> None:
    model = Model(bundle)
    requests = [model.request(pixels(seed)) for seed in range(5)]
    assert {request.limit for request in requests} == {model.limit(POSITIONS)}
    options = SearchOptions(beam_size=3, n_best=2)
    together = decode(model, requests, options)
    for request, found in zip(requests, together, strict=True):
        (alone,) = decode(model, [request], options)
        assert [h.tokens for h in alone] == [h.tokens for h in found]
        assert [h.score for h in alone] == [h.score for h in found]
        for hypothesis in found:
            assert hypothesis.attention.shape == (len(hypothesis.tokens), POSITIONS)
            assert np.allclose(hypothesis.attention.sum(axis=1), 1, atol=1e-5)
    assert len({found[0].score for found in together}) == 5


def test_a_grid_that_the_graph_does_not_give_is_refused(tmp_path: Path) -> None:
    other = picture_bundle.INPUT | {"rows": 2, "columns": 2}
    bundle = Bundle.read(picture_bundle.make(tmp_path / "grid", input=other))
    with pytest.raises(BundleFormatError, match=r"float32 \[B, 6, 48\], the contract says"):
        Model(bundle)


def test_one_position_is_no_grid_unless_there_is_no_attention(tmp_path: Path) -> None:
    one = picture_bundle.encoder(positions=1)
    with pytest.raises(BundleFormatError, match=r"float32 \[B, 1, 48\], the contract says"):
        Model(Bundle.read(picture_bundle.make(tmp_path / "one", one)))
    said = {"attention": "none"}
    model = Model(Bundle.read(picture_bundle.make(tmp_path / "none", one, **said)))
    ((best,),) = decode(model, [model.request(pixels(1))], SearchOptions(beam_size=1))
    assert best.attention.shape == (len(best.tokens), 1)


def test_another_size_than_the_manifest_says_is_refused(tmp_path: Path) -> None:
    taller = picture_bundle.encoder(positions=HEIGHT, height=HEIGHT + 1)
    bundle = Bundle.read(picture_bundle.make(tmp_path / "taller", taller))
    with pytest.raises(BundleFormatError, match=r"'image' is float32 \[B, 1, 7, 48\]"):
        Model(bundle)
