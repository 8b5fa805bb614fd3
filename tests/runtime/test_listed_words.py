"""Translating with a shortlist: faster words, the same rules; nothing depends on neighbours."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez import BundleFormatError, OptionError, Translator
from allez.bundle.reader import Bundle
from allez.cli.main import main
from allez.model.encoder import TextSource
from allez.model.model import Model
from allez.model.shortlist import Shortlist
from allez.options import TranslateOptions

SOURCES = [
    "Je vois le chat noir.",
    "Nous cherchons trois grandes maisons bleues le 14 mars 1987.",
    "Elle n'aime pas les fleurs.",
    "Les enfants vendent la petite voiture verte le 3 juin 2001.",
    "Tu achètes dix livres.",
    "Le voisin ne voit pas la table.",
    "Zut, ça alors ! 🎉",
]


@pytest.fixture(scope="module")
def listed_bundle(root: Path) -> Path:
    """The tiny bundle with candidates, few enough that some words are missed."""
    return root / "spec" / "bundles" / "tiny_shortlist"


@pytest.fixture(scope="module")
def listed(listed_bundle: Path) -> Iterator[Translator]:
    with Translator(listed_bundle, threads=2) as translator:
        yield translator


def words_for(bundle: Bundle, pieces: tuple[str, ...]) -> set[str]:
    """Return what may be said of source tokens, spelled."""
    vocabulary: dict[str, int] = json.loads(bundle.text("tokenizer"))["model"]["vocab"]
    spelled = {token: piece for piece, token in vocabulary.items()}
    shortlist = Shortlist(bundle.data("shortlist"), len(vocabulary), bundle.manifest.target.eos)
    return {spelled[i] for i in shortlist([vocabulary[p] for p in pieces]).tolist()}


@pytest.mark.parametrize("beam_size", [1, 4])
def test_only_listed_words_are_said(listed: Translator, beam_size: int) -> None:
    sizes = []
    for source in SOURCES:
        found = listed.translate(source, beam_size=beam_size, shortlist=True)
        for sentence in found.sentences:
            known = words_for(listed.bundle, sentence.source_tokens)
            assert set(sentence.tokens) <= known
            sizes.append(len(known))
    assert max(sizes) < listed.bundle.manifest.target.size / 2


@pytest.mark.parametrize("beam_size", [1, 4])
def test_without_them_it_is_the_bundle_that_lists_none(
    listed: Translator, tiny: Translator, beam_size: int
) -> None:
    for source in SOURCES:
        whole = listed.translate(source, beam_size=beam_size)
        usual = tiny.translate(source, beam_size=beam_size)
        assert (whole.text, whole.score) == (usual.text, usual.score)
        assert tiny.translate(source, beam_size=beam_size, shortlist=True).text == usual.text
    same = {listed.translate(s, shortlist=True).text == tiny.translate(s).text for s in SOURCES}
    assert same == {True, False}


@pytest.mark.parametrize("options", [{"beam_size": 1}, {"beam_size": 4}, {"beam_size": 30}])
def test_batch_equals_singles(listed: Translator, options: dict[str, Any]) -> None:
    options = {**options, "shortlist": True}
    generator = random.Random(5)
    texts = [" ".join(generator.choices(SOURCES, k=generator.randint(1, 2))) for _ in range(40)]
    together = list(listed.translate_batch(texts, **options))
    for text, result in zip(texts, together, strict=True):
        alone = listed.translate(text, **options)
        assert (result.text, result.tokens) == (alone.text, alone.tokens)
        assert result.score == pytest.approx(alone.score, abs=1e-4)


def test_pieces_equal_the_greedy_translation(listed: Translator) -> None:
    for source in SOURCES:
        for some in (True, False):
            pieces = "".join(listed.stream(source, shortlist=some))
            assert pieces == listed.translate(source, beam_size=1, shortlist=some).text


def test_a_score_counts_all_words(listed: Translator, tiny: Translator) -> None:
    target = "The xylophone sees the table."
    assert listed.score(SOURCES[0], target) == tiny.score(SOURCES[0], target)


def test_a_prefix_may_hold_any_word(listed: Translator) -> None:
    prefix = "We sell ten"
    found = listed.translate(SOURCES[0], prefix=prefix, shortlist=True)
    pieces = set(found.tokens)
    assert found.text.startswith(prefix)
    source = listed.translate(SOURCES[0]).sentences[0].source_tokens
    assert not pieces <= words_for(listed.bundle, source)


def test_its_golden_sentences_come_out_as_recorded(listed: Translator) -> None:
    results = list(listed.selftest())
    assert len(results) == 20
    assert [(r.text, r.problem) for r in results if not r.passed] == []


@pytest.mark.parametrize("value", [None, 1, "no"])
def test_the_option_is_a_truth_value(value: object) -> None:
    with pytest.raises(OptionError, match="shortlist must be True or False"):
        TranslateOptions(shortlist=value)  # type: ignore[arg-type]


def test_the_command_line_switches_them_on(
    listed_bundle: Path, listed: Translator, capsys: pytest.CaptureFixture[str]
) -> None:
    text = next(s for s in SOURCES if listed(s) != listed.translate(s, shortlist=True).text)
    model = ["--model", str(listed_bundle)]
    for more, shortlist in (([], False), (["--shortlist"], True)):
        assert main([*model, *more, text]) == 0
        expected = listed.translate(text, shortlist=shortlist).text
        assert capsys.readouterr().out == expected + "\n"
    assert main(["info", *model]) == 0
    assert "\nshortlist     listed\n" in capsys.readouterr().out


# --- steps ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loaded(tiny_bundle: Path) -> tuple[Model, int]:
    bundle = Bundle.read(tiny_bundle)
    return Model(bundle), bundle.manifest.target.size


lists = st.lists(
    st.sets(st.integers(0, 300), min_size=1, max_size=40).map(sorted), min_size=1, max_size=4
)


@settings(max_examples=60)
@given(chosen=lists, k=st.integers(1, 60), kept=st.integers(0, 3))
def test_a_step_offers_each_sentence_its_own(
    loaded: tuple[Model, int], chosen: list[list[int]], k: int, kept: int
) -> None:
    """Alone and beside others the same words; beyond its own, minus infinity."""
    model, vocabulary = loaded
    own = [np.array(ids, dtype=np.int64) for ids in chosen]
    encoded = [model.encode(TextSource((30 + i, 40, 2))) for i in range(len(own))]
    bos, rows = np.ones(len(own), dtype=np.int64), np.arange(len(own), dtype=np.int64)
    step = model.start(encoded, own)
    whole = step(bos, rows, k, full=True)
    assert whole.log_probs is not None
    assert whole.log_probs.shape == (len(own), vocabulary)
    kept %= len(own)
    step.keep(rows[: kept + 1])
    together = step(bos[: kept + 1], rows[: kept + 1], k)
    for row in range(kept + 1):
        single = model.start([encoded[row]], [own[row]])
        single(bos[:1], rows[:1], 1, full=True)
        alone = single(bos[:1], rows[:1], k)
        count = min(k, len(own[row]))
        assert alone.top_tokens.shape == (1, count)
        assert together.top_tokens[row, :count].tolist() == alone.top_tokens[0].tolist()
        np.testing.assert_allclose(
            together.top_log_probs[row, :count], alone.top_log_probs[0], atol=1e-5
        )
        assert np.isneginf(together.top_log_probs[row, count:]).all()
        assert set(alone.top_tokens[0].tolist()) <= set(chosen[row])


# --- bundles --------------------------------------------------------------------------------


def replaced(bundle: Path, target: Path, data: bytes) -> Path:
    """Copy a bundle with other bytes for its candidates."""
    shutil.copytree(bundle, target)
    (target / "shortlist.bin").write_bytes(data)
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(data).hexdigest()
    manifest["files"]["shortlist"] = {
        "name": "shortlist.bin", "bytes": len(data), "sha256": digest,
    }  # fmt: skip
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return target


def test_a_damaged_file_is_named(listed_bundle: Path, tmp_path: Path) -> None:
    damaged = replaced(listed_bundle, tmp_path / "damaged", b"\1\0\0\0\1\0\0\0")
    with pytest.raises(BundleFormatError, match=r"damaged: the shortlist is for 1 words"):
        Translator(damaged)


@pytest.mark.parametrize("beam_size", [1, 4, 100])
def test_nothing_listed_leaves_the_source_and_eos(
    listed_bundle: Path, tmp_path: Path, beam_size: int
) -> None:
    size = Bundle.read(listed_bundle).manifest.target.size
    empty = struct.pack("<II", 1, size) + bytes(2 * size)
    with Translator(replaced(listed_bundle, tmp_path / "empty", empty)) as translator:
        options: dict[str, Any] = {"beam_size": beam_size, "shortlist": True}
        together = list(translator.translate_batch(SOURCES, **options))
        for source, result in zip(SOURCES, together, strict=True):
            for sentence in result.sentences:
                assert set(sentence.tokens) <= set(sentence.source_tokens)
            assert translator.translate(source, **options).text == result.text
