"""Recurrent models of Marian, s2s and amun: computed as the equations say, refused where not."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allez import Translator
from allez.errors import InputError
from allez.text.tokenizer import Tokenizer
from allez_export.cli import main
from allez_export.families.attentional.family import Attentional
from allez_export.toolkits import toolkit
from support import french, marian, subwords
from support.checkpoints import quantize_all
from support.marian_recurrent import SETTINGS, Recurrent, draw

SPM = {"vocab_size": 300, "hard_vocab_limit": False, "bos_id": -1, "eos_id": 0, "unk_id": 1}

KINDS: dict[str, dict[str, Any]] = {
    "gru, tied": {},
    "amun": {"type": "amun", "tied-embeddings": False},
    "several layers": {
        "enc-depth": 3, "dec-depth": 2, "dec-cell-base-depth": 4, "tied-embeddings": False,
    },
    "lstm": {"enc-cell": "lstm", "dec-cell": "lstm", "enc-depth": 2, "dec-depth": 3},
    "lstm, more cells": {"enc-cell": "lstm", "dec-cell": "lstm", "dec-cell-base-depth": 3},
    "one vocabulary, tied": {"tied-embeddings-all": True, "dim-rnn": 5},
    "one vocabulary, own tables": {"dim-emb": 11},
}  # fmt: skip


@pytest.fixture(scope="module")
def vocabularies() -> tuple[bytes, bytes]:
    """Two of SentencePiece's models, of different sizes."""
    lines = french.sentences(4, 600)
    return subwords.train(lines, **SPM), subwords.train(lines, **SPM | {"vocab_size": 260})


@pytest.fixture
def write(tmp_path: Path, vocabularies: tuple[bytes, bytes]) -> Callable[..., Any]:
    """Write a model's files; returns their paths, the arrays and the settings."""

    def made(changes: dict[str, Any], *, one: bool = False) -> tuple[list[Path], Any, Any]:
        sides = vocabularies[:1] if one else vocabularies
        counts = [len(subwords.pieces_of(model)) for model in sides]
        settings = {**SETTINGS, "dim-vocabs": [counts[0], counts[-1]], **changes}
        arrays = draw(settings)
        paths = [tmp_path / "model.npz"]
        paths[0].write_bytes(marian.npz(arrays, settings))
        for name, model in zip(("a.spm", "b.spm"), sides, strict=False):
            paths.append(tmp_path / name)
            paths[-1].write_bytes(model)
        return paths, arrays, settings

    return made


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_the_equations(kind: str, write: Callable[..., Any]) -> None:
    one = kind.startswith("one")
    paths, arrays, settings = write(KINDS[kind], one=one)
    family = toolkit("marian").read(paths).family
    assert isinstance(family, Attentional)
    expected, facts = Recurrent(arrays, settings), family.facts
    source_words, words = settings["dim-vocabs"]
    assert facts.source_words == source_words + one
    generator = random.Random(3)
    for length in (1, 3, 9):
        source = [*(generator.randrange(2, source_words) for _ in range(length)), 0]
        target = [*(generator.randrange(2, words) for _ in range(length)), 0]
        wanted = expected.log_probs(source, target)
        # Beside a longer one, whose padding it must not see.
        step = family.reference_step([source, [*source[:-1], 5, 6, 7, 0]])
        previous = facts.bos
        for place, word in enumerate(target):
            rows = np.array([0, 1])
            found = step(np.array([previous, previous]), rows, 1, full=True).log_probs
            assert found is not None
            assert np.abs(found[0, :words] - wanted[place]).max() < 1e-5
            assert (found[0, words:] < -5000).all()
            previous = word


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"layer-normalization": True}, "layer-normalization"),
        ({"type": "nematus"}, "nematus"),
        ({"enc-cell-depth": 2}, "enc-cell-depth"),
        ({"enc-type": "alternating"}, "enc-type"),
        ({"skip": True}, "skip"),
        ({"enc-cell": "mlstm"}, "enc-cell"),
        ({"dec-cell-base-depth": 1}, "dec-cell-base-depth"),
        ({"something-new": 3}, "something-new"),
        ({"enc-depth": 2}, "encoder_bi_l2_cell1"),
    ],
)
def test_what_is_not_read_is_named(
    changes: dict[str, Any], named: str, write: Callable[..., Any]
) -> None:
    paths, arrays, settings = write({})
    paths[0].write_bytes(marian.npz(arrays, settings | changes))
    with pytest.raises(InputError, match=named):
        toolkit("marian").read(paths)


def test_an_array_too_many_or_of_another_shape_is_named(write: Callable[..., Any]) -> None:
    paths, arrays, settings = write({})
    more = {**arrays, "decoder_cell1_gamma1": np.ones((1, 24), dtype=np.float32)}
    paths[0].write_bytes(marian.npz(more, settings))
    with pytest.raises(InputError, match="decoder_cell1_gamma1"):
        toolkit("marian").read(paths)
    wide = {**arrays, "decoder_U_att": np.ones((16, 2), dtype=np.float32)}
    paths[0].write_bytes(marian.npz(wide, settings))
    with pytest.raises(InputError, match="decoder_U_att"):
        toolkit("marian").read(paths)


@pytest.mark.parametrize("kind", ["several layers", "lstm"])
def test_it_becomes_a_bundle_that_translates(
    kind: str, write: Callable[..., Any], tmp_path: Path
) -> None:
    paths, arrays, settings = write(KINDS[kind])
    expected = Recurrent(arrays, settings)
    lines = []
    for number, text in enumerate(("Le chat dort.", "La mer")):
        target = [7 + number, 9, 0]
        ids = Tokenizer(toolkit("marian").read(paths).source_tokenizer).encode(text)
        scores = expected.log_probs([*ids, 0], target)[range(3), target].tolist()
        lines.append(json.dumps({
            "source": text, "source_ids": [*ids, 0], "target_ids": target,
            "target_log_probs": scores,
        }))  # fmt: skip
    (tmp_path / "reference.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "NOTICE").write_text("Nobody.\n", encoding="utf-8")
    asked = ["import", "marian", *map(str, paths), "--out", str(tmp_path / "run")]
    asked += ["--source", "fr", "--target", "en", "--name", "tiny", "--license", "MIT"]
    asked += ["--notice", str(tmp_path / "NOTICE"), "--precision", "fp32"]
    assert main([*asked, "--reference", str(tmp_path / "reference.jsonl")]) == 0
    with Translator(tmp_path / "run" / "bundle") as translator:
        assert translator.translate("Le chat dort.").text


REAL = os.environ.get("ALLEZ_CHECKPOINTS")


@pytest.mark.skipif(REAL is None, reason="ALLEZ_CHECKPOINTS names no folder of checkpoints")
def test_a_real_amun_scores_as_marian_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(str(REAL))
    (tmp_path / "NOTICE").write_text("Made for tests.\n", encoding="utf-8")
    sides = [folder / "marian-s2s" / f"vocab.{side}.spm" for side in ("fr", "en")]
    asked = ["import", "marian", str(folder / "marian-amun" / "model.npz"), *map(str, sides)]
    asked += ["--out", str(tmp_path / "run"), "--source", "fr", "--target", "en"]
    asked += ["--name", "real", "--license", "CC-BY-2.0", "--notice", str(tmp_path / "NOTICE")]
    quantize_all(monkeypatch)
    asked += ["--reference", str(folder / "marian-amun" / "reference.jsonl")]
    assert main(asked) == 0
    report = json.loads((tmp_path / "run" / "verify" / "report.json").read_text(encoding="utf-8"))
    assert report["reference"]["source_ids"] == 50
    assert report["reference"]["worst_token_score"] < 1e-4
    assert report["reference int8"]["chrf_of_int8_against_fp32"] >= 90
    assert abs(report["reference int8"]["mean_token_score"]) <= 0.05


@pytest.mark.skipif(REAL is None, reason="ALLEZ_CHECKPOINTS names no folder of checkpoints")
@pytest.mark.parametrize("name", ["marian-s2s", "marian-nematus"])
def test_real_ones_with_layer_normalization_are_refused(name: str) -> None:
    folder = Path(str(REAL))
    sides = [folder / "marian-s2s" / f"vocab.{side}.spm" for side in ("fr", "en")]
    with pytest.raises(InputError, match=r"layer-normalization|nematus"):
        toolkit("marian").read([folder / name / "model.npz", *sides])
