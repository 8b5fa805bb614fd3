"""The benchmarks' own parts, on the tiny bundle: the peers do the same work; nothing is timed here."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from allez import Translator


@pytest.fixture(scope="module", autouse=True)
def _importable(root: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        yield


@pytest.fixture(scope="module")
def folder(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make bench` would make of the tiny bundle, without the CTranslate2 model."""
    from benchmarks.prepare import prepare

    return prepare(tiny_bundle, tmp_path_factory.mktemp("work"), opus=False)


@pytest.fixture(scope="module")
def texts(tiny: Translator) -> list[str]:
    """Sentences of the language that the tiny bundle knows, and some that it does not."""
    from benchmarks.sentences import file_like

    return [golden.text for golden in tiny.bundle.golden()] + file_like(20)


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("key", ["plain_onnx", "pytorch", "pytorch_layers"])
def test_a_peer_translates_what_allez_translates_in_fp32(
    folder: Path, texts: list[str], key: str, beam: int
) -> None:
    from benchmarks.systems import Sample, load

    sample = Sample(texts, [len(text) for text in texts], [])
    found = load(key, folder, 1, many=True)(sample, beam)
    with Translator(folder / "allez_fp32", threads=1) as translator:
        assert translator.bundle.manifest.precision == "fp32"
        wanted = [t.text for t in translator.translate_batch(texts, beam_size=beam)]
    assert len(set(wanted)) > 10
    assert found == wanted
