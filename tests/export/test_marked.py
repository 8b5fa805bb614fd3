"""Marked pairs in training: the mark stands before what the model reads, and is nowhere else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from allez.text.tokenizer import Tokenizer
from allez_export.cli import main
from allez_export.config import DataConfig, SourceConfig
from allez_export.data.marked import MARK, put_mark, take_mark
from allez_export.data.masking import masker
from allez_export.data.mix import Stream, sample_pairs
from allez_export.data.read import Pair, load_source
from allez_export.vocabulary import append

PAIRS = [(f"le chat {i}", f"the cat {i}") for i in range(5100, 5160)]
MADE = [(put_mark(source), target) for source, target in PAIRS]


@pytest.fixture(scope="module")
def symbols(definition: str) -> Tokenizer:
    """A vocabulary that has a token for the mark, and for numbers."""
    return Tokenizer(append(definition, (*map(chr, range(0xE000, 0xE00A)), MARK)))


def drawn(
    sources: Sequence[Sequence[Pair]], tokenizer: Tokenizer, **augmented: float
) -> list[Pair]:
    """Return the pairs of a chunk as text."""
    train = tuple(SourceConfig(path=f"{index}.tsv") for index in range(len(sources)))
    config = DataConfig(train=train, **augmented)  # type: ignore[arg-type]
    mask = masker(config, Path(), ("fr", "en"))
    stream = Stream(
        sources, config, tokenizer, seed=1, chunk_tokens=2000, batch_tokens=100, mask=mask
    )
    found = []
    for batch in stream.chunk():
        for source, target in zip(batch.source.tolist(), batch.target.tolist(), strict=True):
            end = target.index(2)
            found.append((tokenizer.decode(source[:-1]), tokenizer.decode(target[1:end])))
    return found


def test_a_mark_is_taken_and_put_back() -> None:
    assert take_mark(("le chat", "the cat")) == (False, ("le chat", "the cat"))
    assert take_mark((put_mark("le chat"), "the cat")) == (True, ("le chat", "the cat"))
    assert take_mark((f"{MARK}le chat", "the cat")) == (True, ("le chat", "the cat"))


def test_the_tokens_behind_a_mark_stay_what_they_are(
    tokenizer: Tokenizer, symbols: Tokenizer
) -> None:
    for vocabulary, most in ((symbols, 2), (tokenizer, 4)):  # a blank, and a symbol or three bytes
        plain, made = vocabulary.encode_batch(["l'été (rien)", put_mark("l'été (rien)")])
        assert made[-len(plain) :] == plain
        assert len(made) == len(plain) + most
        assert vocabulary.decode(made) == put_mark("l'été (rien)")
    assert symbols.encode(MARK)[-1] == symbols.size - 1


@pytest.mark.parametrize("kind", ["symbols", "tokenizer"])
def test_made_pairs_are_drawn_with_their_mark_and_others_without(
    kind: str, request: pytest.FixtureRequest
) -> None:
    found = drawn([PAIRS[:30], MADE[30:]], request.getfixturevalue(kind))
    assert set(found) == {*PAIRS[:30], *MADE[30:]}


def test_joined_pairs_have_one_mark_before_all_of_them(symbols: Tokenizer) -> None:
    found = drawn([[*PAIRS[:45], *MADE[45:]]], symbols, concatenate=1.0)
    kinds = Counter()
    for source, target in found:
        made, (plain, _) = take_mark((source, target))
        assert MARK not in plain + target
        assert plain.count("chat") == target.count("cat") > 1
        any_made = any(int(word) >= 5145 for word in target.split() if word.isdigit())
        assert made == any_made
        kinds[made] += 1
    assert min(kinds[True], kinds[False]) > 10


def test_a_copy_of_the_written_side_was_not_made(symbols: Tokenizer) -> None:
    found = drawn([MADE], symbols, copy=0.5)
    assert {source == target for source, target in found} == {True, False}
    for source, target in found:
        assert source.startswith(MARK) == (source != target)


@pytest.mark.parametrize("change", ["noise", "mask", "untranslatable", "concatenate"])
def test_a_made_pair_is_changed_as_it_would_be_without_the_mark(
    symbols: Tokenizer, change: str
) -> None:
    plain, made = (drawn([pairs], symbols, **{change: 0.9}) for pairs in (PAIRS, MADE))
    assert [take_mark(pair) for pair in made] == [(True, pair) for pair in plain]
    assert set(plain) != set(PAIRS)


def test_pairs_are_filtered_as_if_they_had_no_mark(tmp_path: Path) -> None:
    pairs = [("le chat", "the cat"), ("a b c d", "a b c d"), ("", "x"), ("un", "one two " * 9)]
    for name, some in (("a", pairs), ("b", [(put_mark(s), t) for s, t in pairs])):
        text = "".join(f"{source}\t{target}\n" for source, target in some)
        (tmp_path / f"{name}.tsv").write_text(text, encoding="utf-8")
    config = DataConfig()
    _, plain = load_source(SourceConfig(path="a.tsv"), config, tmp_path, set())
    kept, made = load_source(SourceConfig(path="b.tsv"), config, tmp_path, set())
    assert made == plain
    assert kept == [(put_mark("le chat"), "the cat")]
    again = [("Le chat !", "the cat"), (put_mark("le chien"), "the dog")]
    text = "".join(f"{source}\t{target}\n" for source, target in again)
    (tmp_path / "c.tsv").write_text(text, encoding="utf-8")
    seen = {("le chat", "the cat")}  # a pair that people wrote, and a model too, is there once
    kept, dropped = load_source(SourceConfig(path="c.tsv"), config, tmp_path, seen)
    assert kept == again[1:]
    assert dropped == Counter({"found before": 1})


def test_what_is_sampled_for_other_stages_has_no_mark() -> None:
    config = DataConfig(train=(SourceConfig(path="a.tsv"),))
    assert set(sample_pairs([MADE], config, 500, 1)) == set(PAIRS)


def test_vocabulary_and_alignment_are_those_of_the_pairs_without_marks(
    tmp_path: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (root / "export" / "configs" / "tiny.toml").read_text(encoding="utf-8")
    config = tmp_path / "tiny.toml"
    text = text.replace("[data]", "[data]\nmin_score = -100\nvalid_limit = 2")
    text = re.sub(r"(?m)^(updates|validate_every) = .*", r"\1 = 2", text)
    config.write_text(text, encoding="utf-8")
    folders = {"plain": tmp_path / "plain", "made": tmp_path / "made"}
    for name, folder in folders.items():
        assert main(["toy", str(folder)]) == 0
        train = folder / "train.tsv"
        lines = train.read_text(encoding="utf-8").splitlines(keepends=True)[:2000]
        marks = ["" if name == "plain" or i % 2 else put_mark("") for i in range(len(lines))]
        train.write_text("".join(map("".join, zip(marks, lines, strict=True))), encoding="utf-8")
        for stage in ("vocabulary", "align", "train"):
            argv = ["--config", str(config), "--data", str(folder), "--out", str(folder / "run")]
            assert main([stage, *argv]) == 0, capsys.readouterr().err
    told = capsys.readouterr().err
    assert "of them back-translated, dropped" in told
    one, other = (folder / "run" for folder in folders.values())
    files = [folder / "vocabulary" / "tokenizer.json" for folder in (one, other)]
    assert files[0].read_bytes() == files[1].read_bytes()
    scores = [np.load(folder / "align" / "scores.npz") for folder in (one, other)]
    np.testing.assert_array_equal(scores[0]["train.tsv"], scores[1]["train.tsv"])
