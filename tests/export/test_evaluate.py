"""Scores, buckets of length, and evaluations that go on where they were killed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allez.bundle.manifest import FileEntry
from allez.errors import InputError
from allez.options import SearchOptions
from allez.text.tokenizer import Tokenizer
from allez_export.config import LimitsConfig
from allez_export.data.read import Pair
from allez_export.evaluate import (
    bleu,
    bundle_identity,
    chrf,
    evaluate,
    length_table,
    score_texts,
    table,
    torch_search,
    validator,
)
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.records import write_json

ROLES = ("encoder", "decoder", "tokenizer", "sentences", "golden", "notice", "card")


class FakeTranslator:
    """Knows the answers of some files; may die at the n-th batch of texts it is given."""

    def __init__(
        self, answers: dict[str, str], *, dies_at: int | None = None, **manifest: object
    ) -> None:
        self._answers = answers
        self._dies_at = dies_at
        self.threads = 3
        self.asked: list[tuple[int, int]] = []
        files = {role: FileEntry(f"{role}.x", 1, f"hash of {role}") for role in ROLES}
        search = SearchOptions(length_penalty=1.0)
        values = {"files": files, "beam_size": 4, "search": search, "precision": "int8"}
        self.bundle = SimpleNamespace(manifest=SimpleNamespace(**{**values, **manifest}))

    def translate_batch(
        self, texts: Sequence[str], *, beam_size: int | None, shortlist: bool
    ) -> Iterator[SimpleNamespace]:
        assert not shortlist
        self.asked.append((len(texts), beam_size or self.bundle.manifest.beam_size))
        if len(self.asked) == self._dies_at:
            raise KeyboardInterrupt
        return (SimpleNamespace(text=self._answers[text]) for text in texts)


PAIRS = {
    "a.tsv": [("un chat noir dort ici", "a black cat sleeps here"), ("oui", "yes")],
    "b.tsv": [("le chat voit la mer", "the cat sees the sea"), ("non", "no"), ("si", "yes")],
}
ANSWERS = {source: target for pairs in PAIRS.values() for source, target in pairs}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    for name, pairs in PAIRS.items():
        text = "".join(f"{source}\t{target}\n" for source, target in pairs)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / name for name in PAIRS]


# --- scores ---------------------------------------------------------------------------------


def test_scores_are_those_of_sacrebleu() -> None:
    texts = ["the cat sees the sea", "a black cat sleeps here"]
    score, signature = bleu(texts, texts)
    assert score == pytest.approx(100)
    assert signature.startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")
    score, signature = chrf(texts, texts)
    assert score == pytest.approx(100)
    assert signature.startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:")
    assert bleu(["x"] * 2, texts)[0] == 0
    # Hypotheses first: a short one is punished, a short reference is not.
    assert bleu(["the cat sees the"], ["the cat sees the sea"])[0] == pytest.approx(77.88, abs=0.01)


def test_buckets_of_source_length_meet_without_gap_or_overlap() -> None:
    lengths = [1, 5, 6, 10, 11, 15, 16, 25, 26, 40, 41, 200]
    sources = [" ".join(["mot"] * n) for n in lengths]
    texts = [f"the answer number {n} is right" for n in lengths]
    hypotheses = [t if n > 5 else "wrong" for t, n in zip(texts, lengths, strict=True)]
    found = score_texts(sources, hypotheses, texts)
    buckets = found["by_source_words"]
    assert list(buckets) == ["1-5", "6-10", "11-15", "16-25", "26-40", "41-"]
    assert [bucket["sentences"] for bucket in buckets.values()] == [2] * 6
    assert buckets["1-5"]["bleu"] == 0
    assert all(bucket["bleu"] == 100 for name, bucket in buckets.items() if name != "1-5")
    assert found["sentences"] == 12
    assert 0 < found["bleu"] < 100
    assert found["chrf"] > found["bleu"]


def test_buckets_without_a_sentence_are_left_out() -> None:
    found = score_texts(["un deux", "x " * 30], ["a", "b"], ["a", "b"])
    assert list(found["by_source_words"]) == ["1-5", "26-40"]


def test_scores_have_two_digits() -> None:
    found = score_texts(["un deux trois"], ["a b c d e f x"], ["a b c d e f g"])
    assert found["bleu"] == round(found["bleu"], 2)
    json.dumps(found)


# --- evaluating a bundle --------------------------------------------------------------------


def test_every_file_is_scored_with_every_beam(files: list[Path]) -> None:
    translator = FakeTranslator(ANSWERS)
    rows = evaluate(translator, files, beams=(1, None))  # type: ignore[arg-type]
    assert [(row["file"], row["beam_size"]) for row in rows] == [
        ("a.tsv", 1),
        ("a.tsv", 4),
        ("b.tsv", 1),
        ("b.tsv", 4),
    ]
    assert translator.asked == [(2, 1), (2, 4), (3, 1), (3, 4)]
    assert [row["bleu"] for row in rows] == [100.0] * 4
    assert all((row["precision"], row["threads"]) == ("int8", 3) for row in rows)
    assert all(row["sentences_per_second"] > 0 for row in rows)


def test_a_beam_is_not_measured_twice(files: list[Path]) -> None:
    translator = FakeTranslator(ANSWERS)
    rows = evaluate(translator, files, beams=(4, None, 4))  # type: ignore[arg-type]
    assert [row["file"] for row in rows] == ["a.tsv", "b.tsv"]


def test_a_limit_is_of_each_file(files: list[Path]) -> None:
    translator = FakeTranslator(ANSWERS)
    rows = evaluate(translator, files, beams=(1,), limit=1)  # type: ignore[arg-type]
    assert [row["sentences"] for row in rows] == [1, 1]


def test_a_killed_evaluation_goes_on(files: list[Path], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    killed = FakeTranslator(ANSWERS, dies_at=3)
    with pytest.raises(KeyboardInterrupt):
        evaluate(killed, files, beams=(1, None), state=state)  # type: ignore[arg-type]
    before = json.loads(state.read_text(encoding="utf-8"))
    assert [(row["file"], row["beam_size"]) for row in before["rows"]] == [
        ("a.tsv", 1),
        ("a.tsv", 4),
    ]
    translator = FakeTranslator(ANSWERS)
    rows = evaluate(translator, files, beams=(1, None), state=state)  # type: ignore[arg-type]
    assert translator.asked == [(3, 1), (3, 4)]
    assert rows[:2] == before["rows"]
    assert json.loads(state.read_text(encoding="utf-8"))["rows"] == rows
    done = FakeTranslator(ANSWERS)
    assert evaluate(done, files, beams=(1, None), state=state) == rows  # type: ignore[arg-type]
    assert done.asked == []


def hashed(changed: str) -> dict[str, FileEntry]:
    """Return the files of a manifest, one of them another than before."""
    old = {role: FileEntry(f"{role}.x", 1, f"hash of {role}") for role in ROLES}
    return {**old, changed: FileEntry(f"{changed}.x", 1, "another")}


@pytest.mark.parametrize(
    ("manifest", "limit"),
    [
        ({}, 1),
        ({"search": SearchOptions(beam_size=8)}, None),
        ({"search": SearchOptions(length_penalty=0.6)}, None),
        ({"files": hashed("encoder")}, None),
        ({"files": hashed("decoder")}, None),
        ({"files": hashed("tokenizer")}, None),
        ({"files": hashed("sentences")}, None),
    ],
)
def test_scores_of_another_bundle_or_of_a_part_are_not_taken_over(
    files: list[Path], tmp_path: Path, manifest: dict[str, object], limit: int | None
) -> None:
    state = tmp_path / "state.json"
    evaluate(FakeTranslator(ANSWERS), files, beams=(1,), state=state)  # type: ignore[arg-type]
    other = FakeTranslator(ANSWERS, **manifest)
    rows = evaluate(other, files, beams=(1,), state=state, limit=limit)  # type: ignore[arg-type]
    assert len(other.asked) == len(rows) == 2


def test_notice_and_card_have_no_part_in_what_a_bundle_is() -> None:
    one = FakeTranslator({}).bundle.manifest
    files = {**one.files, "card": FileEntry("x", 2, "new"), "notice": FileEntry("y", 2, "new")}
    assert bundle_identity(one) == bundle_identity(FakeTranslator({}, files=files).bundle.manifest)


def test_two_files_of_one_name_are_both_scored(files: list[Path], tmp_path: Path) -> None:
    other = tmp_path / "other" / "a.tsv"
    other.parent.mkdir()
    other.write_text("non\tno\n", encoding="utf-8")
    translator = FakeTranslator(ANSWERS)
    rows = evaluate(translator, [files[0], other], beams=(1,))  # type: ignore[arg-type]
    assert [row["sentences"] for row in rows] == [2, 1]


def test_only_what_is_asked_for_is_returned(files: list[Path], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    evaluate(FakeTranslator(ANSWERS), files, beams=(1, 4), state=state)  # type: ignore[arg-type]
    rows = evaluate(FakeTranslator(ANSWERS), files[1:], beams=(4,), state=state)  # type: ignore[arg-type]
    assert [(row["file"], row["beam_size"]) for row in rows] == [("b.tsv", 4)]


def test_a_file_without_sentences_is_named(tmp_path: Path) -> None:
    path = tmp_path / "empty.tsv"
    path.touch()
    with pytest.raises(InputError, match=r"empty\.tsv"):
        evaluate(FakeTranslator({}), [path], beams=(1,))  # type: ignore[arg-type]


def test_a_damaged_state_is_begun_again(files: list[Path], tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text('{"bundle": [', encoding="utf-8")
    assert len(evaluate(FakeTranslator(ANSWERS), files, beams=(1,), state=state)) == 2  # type: ignore[arg-type]


# --- table and files ------------------------------------------------------------------------


def test_the_table_is_markdown() -> None:
    rows = [
        {
            "file": "a.tsv",
            "sentences": 3000,
            "precision": "int8",
            "beam_size": 4,
            "bleu": 51.6,
            "chrf": 66.006,
            "sentences_per_second": 123.4,
        }
    ]
    lines = table(rows).splitlines()
    assert lines[-1] == "| a.tsv | 3000 | int8 | 4 | 51.60 | 66.01 | 123 |"
    assert len({line.count("|") for line in lines}) == 1
    assert len(table([]).splitlines()) == 2


def test_lengths_have_a_table_of_their_own() -> None:
    buckets = {"1-5": {"sentences": 3, "bleu": 61.26}, "41-": {"sentences": 1, "bleu": 8.0}}
    lines = length_table([{"file": "a.tsv", "beam_size": 4, "by_source_words": buckets}])
    head, _, row = lines.splitlines()
    assert head.endswith("| 1-5 | 6-10 | 11-15 | 16-25 | 26-40 | 41- |")
    assert row == "| a.tsv | 4 | 61.3 |  |  |  |  | 8.0 |"
    assert len({line.count("|") for line in lines.splitlines()}) == 1


def test_json_is_written_aside(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json({"é": [1]}, path)
    assert path.read_text(encoding="utf-8") == '{\n "é": [\n  1\n ]\n}\n'
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


# --- evaluating a model ---------------------------------------------------------------------


@pytest.mark.parametrize(("length", "limit"), [(1, 11), (2, 13), (5, 19), (10, 28), (11, 29)])
def test_the_target_limit_is_that_of_the_bundle(length: int, limit: int) -> None:
    assert LimitsConfig().target(length) == limit


@pytest.mark.parametrize("kinds", [{"attention": "none"}, {"cell": "gru", "attention": "dot"}])
def test_search_over_many_sentences_is_search_over_each(
    make_model: Callable[..., Seq2Seq], sentences: list[list[int]], kinds: dict[str, object]
) -> None:
    model = make_model(**kinds)
    together = torch_search(Recurrent(model), sentences)
    for ids, (found,) in zip(sentences, together, strict=True):
        ((alone,),) = torch_search(Recurrent(model), [ids])
        assert found.tokens == alone.tokens
        assert found.score == pytest.approx(alone.score, abs=1e-5)
        assert len(found.tokens) <= LimitsConfig().target(len(ids))
        assert found.attention.shape[1] == (1 if "none" in kinds.values() else len(ids))
    assert torch_search(Recurrent(model), []) == []


def test_validation_is_the_mean_of_the_files(
    make_model: Callable[..., Seq2Seq],
    tokenizer: Tokenizer,
    pairs: list[Pair],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Any] = []

    def search(
        model: Seq2Seq,
        sources: Iterable[list[int]],
        *,
        limits: LimitsConfig | None = None,
        translated: bool = True,
    ) -> list[list[SimpleNamespace]]:
        sources = list(sources)
        seen.extend(sources)
        answers = ["the cat sees an apple?"] * len(sources)
        return [[SimpleNamespace(tokens=tokenizer.encode(answer))] for answer in answers]

    monkeypatch.setattr("allez_export.evaluate.torch_search", search)
    files = [("right", [("le chat", "the cat sees an apple?")]), ("wrong", pairs[-2:])]
    scores = validator(files, tokenizer)(Recurrent(make_model()))
    assert seen[0] == [*tokenizer.encode("le chat"), 2]
    assert scores["bleu_right"] == pytest.approx(100)
    assert scores["bleu_wrong"] < 20
    assert scores["bleu"] == pytest.approx((scores["bleu_right"] + scores["bleu_wrong"]) / 2)


def test_summaries_are_validated_by_rouge_and_within_their_own_limits(
    make_model: Callable[..., Seq2Seq], tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[LimitsConfig | None, bool]] = []

    def search(
        model: Seq2Seq, sources: Iterable[list[int]], *, limits: LimitsConfig, translated: bool
    ) -> list[list[SimpleNamespace]]:
        asked.append((limits, translated))
        return [[SimpleNamespace(tokens=tokenizer.encode("the cat"))] for _ in sources]

    monkeypatch.setattr("allez_export.evaluate.torch_search", search)
    limits = LimitsConfig(target_per_source=0.0, target_extra=7)
    files = [("texts", [("le chat voit la mer", "the cat sees")])]
    scores = validator(files, tokenizer, task="summarize", limits=limits)(Recurrent(make_model()))
    assert list(scores) == ["rouge_l", "rouge_l_texts"]  # the first one decides
    assert scores["rouge_l"] == pytest.approx(80)
    assert asked == [(limits, False)]


def test_answers_have_their_own_limit(
    make_model: Callable[..., Seq2Seq], sentences: list[list[int]]
) -> None:
    model = Recurrent(make_model())
    limits = LimitsConfig(target_per_source=0.0, target_extra=3)
    found = torch_search(model, sentences, limits=limits)
    assert max(len(best.tokens) for (best,) in found) == 3


def test_scoring_a_bundle_goes_on_where_it_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from allez_export import cli, evaluate

    bundle = Path(__file__).parents[2] / "spec" / "bundles" / "tiny"
    recorded = (bundle / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    golden = [json.loads(line) for line in recorded]
    lines = [f"{entry['text']}\t{entry['translation']}" for entry in golden]
    for name, part in (("a.tsv", lines[:5]), ("b.tsv", lines[5:10])):
        (tmp_path / name).write_text("\n".join(part) + "\n", encoding="utf-8")
    files = [str(tmp_path / name) for name in ("a.tsv", "b.tsv")]
    argv = ["evaluate", str(bundle), *files, "--beam-size=1", "--out", str(tmp_path / "rows.json")]
    scored: list[str] = []
    score = evaluate.evaluate_file

    def counted(translator: Any, path: Path, **options: Any) -> dict[str, Any]:
        if scored == ["a.tsv"]:
            scored.append("killed")
            raise KeyboardInterrupt
        scored.append(path.name)
        return score(translator, path, **options)

    monkeypatch.setattr(evaluate, "evaluate_file", counted)
    assert cli.main(argv) == 130
    assert not (tmp_path / "rows.json").exists()
    assert cli.main(argv) == 0
    assert scored == ["a.tsv", "killed", "b.tsv"]
    rows = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert [(row["file"], row["bleu"]) for row in rows] == [("a.tsv", 100.0), ("b.tsv", 100.0)]
    assert not (tmp_path / "rows.json.state").exists()
    assert "| b.tsv | 5 | int8 | 1 | 100.00 |" in capsys.readouterr().out
