"""The lexicon is learnt from pairs alone, and tells translations from other pairs."""

from __future__ import annotations

import dataclasses
import itertools
import random
from pathlib import Path

import numpy as np
import pytest

from allez.errors import InputError
from allez_export import toy
from allez_export.cli import main
from allez_export.config.file import load_config
from allez_export.data.align import FLOOR, learn_lexicon, score_examples, word_frequency
from allez_export.data.read import read_pairs
from allez_export.stages.inputs import load_sources
from allez_export.stages.workspace import Workspace

ROOT = Path(__file__).parents[2]

# Source words 10 to 19 are translated by 30 to 39, in reverse order.
V = 40


def language(count: int, seed: int) -> list[tuple[list[int], list[int]]]:
    generator = random.Random(seed)
    sources = [generator.sample(range(10, 20), generator.randint(1, 6)) for _ in range(count)]
    return [(ids, [i + 20 for i in reversed(ids)]) for ids in sources]


def test_each_word_finds_its_translation() -> None:
    lexicon = learn_lexicon(language(400, 1), V)
    assert lexicon.shape == (V, V)
    for word in range(10, 20):
        assert lexicon[word].argmax() == word + 20
        assert lexicon[word, word + 20] > 0.9
        assert lexicon[word].sum() == pytest.approx(1, abs=1e-4)
    assert lexicon[20:].sum() == 0  # never a source word


def test_one_round_is_counted_by_hand() -> None:
    # Two sources "a" and "a b" with targets "x" and "x y"; eos (2) takes part in each.
    lexicon = learn_lexicon([([3], [5]), ([3, 4], [5, 6])], 7, rounds=1)
    # a: half of the first x, a third of the second x, a third of y.
    np.testing.assert_allclose(lexicon[3, [5, 6]], np.array([5 / 6, 2 / 6]) / (7 / 6), rtol=1e-5)
    np.testing.assert_allclose(lexicon[4, [5, 6]], [0.5, 0.5], rtol=1e-5)
    np.testing.assert_allclose(lexicon[2], lexicon[3], rtol=1e-5)


def test_translations_score_high_and_others_low() -> None:
    examples = language(400, 1)
    lexicon = learn_lexicon(examples, V)
    frequency = word_frequency(examples, V)
    right = language(100, 2)
    wrong = [(a[0], b[1]) for a, b in itertools.pairwise(right)]
    disjoint = [(s, t) for s, t in wrong if not {i + 20 for i in s} & set(t)]
    assert len(disjoint) > 5
    assert score_examples(right, lexicon, frequency).min() > 0
    assert score_examples(disjoint, lexicon, frequency).max() < -0.3


def test_a_score_is_that_of_the_definition() -> None:
    lexicon = np.zeros((8, 8), dtype=np.float32)
    lexicon[3, 5], lexicon[4, 6], lexicon[2, 6] = 0.8, 0.5, 0.1
    frequency = np.full(8, 0.125, dtype=np.float32)
    (score,) = score_examples([([3, 4], [5, 6])], lexicon, frequency)
    explained = [0.8 / 3, 0.6 / 3]
    assert score == pytest.approx(np.mean(np.log(np.array(explained) + FLOOR)) - np.log(0.125))


def test_order_and_neighbours_make_no_difference() -> None:
    examples = language(600, 3)
    lexicon, frequency = learn_lexicon(examples, V), word_frequency(examples, V)
    scores = score_examples(examples, lexicon, frequency)
    order = np.random.default_rng(0).permutation(len(examples))
    shuffled = score_examples([examples[i] for i in order], lexicon, frequency)
    np.testing.assert_allclose(shuffled, scores[order], rtol=1e-5)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The synthetic language, half a hundred of its pairs set against the wrong sentence."""
    folder = tmp_path_factory.mktemp("align")
    toy.write(folder)
    pairs = list(read_pairs(folder / "train.tsv"))
    long = [i for i, (s, _) in enumerate(pairs) if len(s.split()) > 6][:100]
    for one, other in zip(long[::2], long[1::2], strict=True):
        pairs[one] = (pairs[one][0], pairs[other][1])
    (folder / "train.tsv").write_text("".join(f"{s}\t{t}\n" for s, t in pairs), encoding="utf-8")
    text = (ROOT / "export" / "configs" / "tiny.toml").read_text(encoding="utf-8")
    path = folder / "noisy.toml"
    path.write_text(text.replace("[data]", "[data]\nmin_score = 0.5"), encoding="utf-8")
    out = folder / "run"
    paths = ["--config", str(path), "--data", str(folder), "--out", str(out)]
    assert main(["vocabulary", *paths]) == 0
    assert main(["align", *paths]) == 0
    return Workspace(
        config=load_config(path),
        config_path=path,
        data=folder,
        out=out,
        force=False,
        threads=None,
        device="cpu",
        limit=None,
    )


def test_pairs_that_are_no_translations_are_left_out(
    work: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    (everything,) = load_sources(work, scored=False)
    (kept,) = load_sources(work)
    assert "loosely translated" in capsys.readouterr().err
    right = set(synthetic_pairs(work))
    wrong = [pair for pair in everything if pair not in right]
    assert len(wrong) > 40
    left = [pair for pair in kept if pair not in right]
    assert len(left) <= 0.1 * len(wrong)
    dropped = len(everything) - len(kept) - (len(wrong) - len(left))
    assert dropped <= 0.01 * len(right)


def synthetic_pairs(work: Workspace) -> list[tuple[str, str]]:
    """The training data as the language has them."""
    folder = work.data / "right"
    folder.mkdir(exist_ok=True)
    toy.write(folder)
    return list(read_pairs(folder / "train.tsv"))


def test_other_data_are_noticed(work: Workspace, tmp_path: Path) -> None:
    lines = (work.data / "train.tsv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "train.tsv").write_text("".join(lines[:-7]), encoding="utf-8")
    with pytest.raises(InputError, match=r"train\.tsv changed"):
        load_sources(dataclasses.replace(work, data=tmp_path))


def test_training_needs_the_scores_it_filters_by(work: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"scores\.npz"):
        load_sources(dataclasses.replace(work, out=tmp_path))


def test_frequency_is_that_of_target_words() -> None:
    frequency = word_frequency([([3], [5, 5]), ([3], [6, 5])], 8)
    assert frequency.tolist() == pytest.approx([0, 0, 0, 0, 0, 0.75, 0.25, 0])
