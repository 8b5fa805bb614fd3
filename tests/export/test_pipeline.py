"""The whole way on the synthetic language: train, trace, quantize, verify, package, translate."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from allez import Translator
from allez_export import toy
from allez_export.cli import main
from allez_export.data.read import read_pairs

ROOT = Path(__file__).parents[2]
TINY = ROOT / "export" / "configs" / "tiny.toml"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    toy.write(folder)
    return folder


def run(stage: str, config: Path, data: Path, out: Path, *more: str) -> int:
    paths = ["--config", str(config), "--data", str(data), "--out", str(out)]
    return main([stage, *paths, *more])


@pytest.fixture(scope="module")
def made(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of `allez-export all`."""
    out = tmp_path_factory.mktemp("run") / "tiny"
    assert run("all", TINY, data, out) == 0
    return out


def exact(bundle: Path, data: Path, beam_size: int) -> float:
    """Share of the test sentences that are translated without a fault."""
    pairs = list(read_pairs(data / "test.tsv"))
    with Translator(bundle) as translator:
        results = translator.translate_batch([s for s, _ in pairs], beam_size=beam_size)
        right = [r.text == target for r, (_, target) in zip(results, pairs, strict=True)]
    return sum(right) / len(right)


@pytest.mark.parametrize("beam_size", [1, 4])
def test_the_language_is_learnt(made: Path, data: Path, beam_size: int) -> None:
    assert exact(made / "bundle", data, beam_size) >= 0.95


def test_the_report_names_every_check(made: Path) -> None:
    report = json.loads((made / "verify" / "report.json").read_text(encoding="utf-8"))
    assert {
        "fp32 contract", "int8 contract", "fp32 encoder", "fp32 decoder step", "fp32 greedy",
        "int8 weights", "int8 candidates", "int8 integers", "behaviour",
    } == set(report)  # fmt: skip
    assert report["int8 integers"]["products_equal_to_numpy"] >= 12
    bundled = json.loads((made / "bundle" / "report.json").read_text(encoding="utf-8"))
    assert bundled["behaviour"] == report["behaviour"]


def test_scores_reach_manifest_and_card(made: Path) -> None:
    manifest = json.loads((made / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    rows = json.loads((made / "evaluate" / "scores.json").read_text(encoding="utf-8"))
    assert manifest["scores"] == {
        f"test.tsv beam {row['beam_size']}": {"bleu": row["bleu"], "chrf": row["chrf"]}
        for row in rows
    }
    card = (made / "bundle" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"{rows[0]['bleu']:.2f}" in card


def test_the_card_tells_what_int8_costs(made: Path, data: Path) -> None:
    assert run("evaluate", TINY, data, made, "--fp32") == 0
    rows = json.loads((made / "evaluate" / "fp32" / "scores.json").read_text(encoding="utf-8"))
    assert {row["precision"] for row in rows} == {"fp32"}
    card = (made / "bundle" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "BLEU of int8 minus that of fp32: test.tsv beam 1: " in card


def test_confidence_reaches_manifest_and_card(
    made: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "copy"
    shutil.copytree(made, out)
    name = sorted(path.name for path in data.glob("valid*"))[0]
    weights = {"intercept": 0.5, "features": [{"name": "mean_score", "weight": 2.0}]}
    row = {"file": "other.tsv", "sentences": 7, "bad": 0.25, "auroc": 0.9, "simple": 0.8}
    asked: list[tuple[list[str], list[str]]] = []

    def measure(_: Translator, fitted_on: dict[str, object], told_on: dict[str, object]) -> object:
        asked.append((list(fitted_on), list(told_on)))
        files = [{**row, "calibration": [[0.2, 0.3], [0.8, 0.7]]}]
        return {"weights": weights, "fit": list(fitted_on), "files": files}

    monkeypatch.setattr("allez_export.confidence.measure", measure)
    wanted = ("--set", f'package.confidence=["{name}"]')
    assert run("evaluate", TINY, data, out, *wanted) == 0
    assert asked == [([name], [])]
    manifest = json.loads((out / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["confidence"] == weights
    card = (out / "bundle" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| other.tsv | 7 | 25% | 0.90 | 0.80 | 0.20: 0.30, 0.80: 0.70 |" in card
    with Translator(out / "bundle") as translator:
        (sentence,) = translator.translate("la dame voit 10 livres").sentences
    assert sentence.confidence is not None
    assert 0 < sentence.confidence < 1
    assert run("evaluate", TINY, data, out, *wanted) == 0
    assert len(asked) == 1  # the same bundle is not measured twice


def test_nothing_half_written_is_left(made: Path) -> None:
    left = [p for p in made.rglob("*") if "partial" in p.name or p.name.endswith(".previous")]
    assert left == []


def test_a_second_run_makes_nothing_again(made: Path, data: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (made / "trace").iterdir()}
    log = (made / "train" / "log.jsonl").read_text(encoding="utf-8")
    assert run("all", TINY, data, made) == 0
    assert {p: p.stat().st_mtime_ns for p in (made / "trace").iterdir()} == before
    assert (made / "train" / "log.jsonl").read_text(encoding="utf-8") == log


def test_an_existing_stage_needs_force(
    made: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for stage in ("vocabulary", "trace", "quantize", "verify", "package"):
        assert run(stage, TINY, data, made) == 1
        assert "exists" in capsys.readouterr().err


def test_any_bundle_can_be_scored(
    made: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scores.json"
    bundle, test = str(made / "bundle"), str(data / "test.tsv")
    arguments = ["--beam-size", "1", "--limit", "20", "--out", str(out)]
    assert main(["evaluate", bundle, test, *arguments]) == 0
    assert "| test.tsv | 20 | int8 | 1 |" in capsys.readouterr().out
    assert json.loads(out.read_text(encoding="utf-8"))[0]["sentences"] == 20


KINDS = {
    "gru": 'cell = "gru"\nattention = "additive"\ninput_feeding = true\nsecond_layer = false',
    "none": 'cell = "lstm"\nattention = "none"',
    "dot": 'cell = "gru"\nattention = "dot"',
    "concat": 'cell = "lstm"\nattention = "concat"\ninput_feeding = true',
}


@pytest.mark.parametrize("kind", KINDS)
def test_other_models_keep_the_same_contract(
    kind: str, made: Path, data: Path, tmp_path: Path
) -> None:
    """A little training is enough: what is held is the contract, not the quality."""
    text = TINY.read_text(encoding="utf-8")
    text = text.replace('attention = "general"\n', KINDS[kind] + "\n")
    text = text.replace("updates = 700", "updates = 240")
    text = text.replace("validate_every = 350", "validate_every = 240")
    text = text.replace(
        "calibration = 100", "calibration = 20\nleast_identical = 0.0\nmost_bleu_lost = 100.0"
    )
    text = text.replace("width = 48", "width = 32")
    text = text.replace("golden = 20", "golden = 1")
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    out = tmp_path / "run"
    shutil.copytree(made / "vocabulary", out / "vocabulary")
    for stage in ("train", "trace", "quantize", "verify", "package"):
        assert run(stage, config, data, out) == 0, stage
    report = json.loads((out / "quantize" / "report.json").read_text(encoding="utf-8"))
    if "gru" in text:
        assert "no int8 GRU" in report["encoder"]["kept"][0]["why"]
    with Translator(out / "bundle") as translator:
        sentence = translator.translate("Je vois le chat noir.", n_best=2).sentences[0]
    assert sentence.text
    positions = 1 if kind == "none" else len(sentence.source_tokens)
    assert sentence.attention.shape == (len(sentence.tokens), positions)


def test_fp32_bundles_are_bundles_too(made: Path, data: Path, tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8").replace(
        "[quantize]\n", '[quantize]\nprecision = "fp32"\n'
    )
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    out = tmp_path / "run"
    for stage in ("vocabulary", "train", "trace"):
        shutil.copytree(made / stage, out / stage)
    assert run("verify", config, data, out) == 0
    assert run("package", config, data, out) == 0
    assert json.loads((out / "bundle" / "manifest.json").read_text())["precision"] == "fp32"
    assert exact(out / "bundle", data, 1) >= 0.95


def test_candidates_are_learnt_measured_and_packaged(
    made: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    for stage in ("vocabulary", "train", "trace", "quantize", "verify"):
        shutil.copytree(made / stage, out / stage)
    assert run("shortlist", TINY, data, out) == 0
    assert "has no [shortlist]" in capsys.readouterr().err
    wanted = [f"--set=shortlist.{change}" for change in ("sentences=1500", "common=30")]
    assert run("package", TINY, data, out, *wanted) == 1
    assert "run `allez-export shortlist` first" in capsys.readouterr().err
    assert run("shortlist", TINY, data, out, *wanted) == 0
    assert run("shortlist", TINY, data, out, *wanted) == 1
    record = out / "shortlist" / "stage.json"
    right = record.read_text(encoding="utf-8")
    other = json.loads(right)
    other["files"]["quantize/decoder.onnx"] = "of others"
    record.write_text(json.dumps(other), encoding="utf-8")
    assert run("package", TINY, data, out, *wanted) == 1
    assert "quantize/decoder.onnx changed" in capsys.readouterr().err
    record.write_text(right, encoding="utf-8")
    assert run("package", TINY, data, out, *wanted) == 0

    report = json.loads((out / "bundle" / "report.json").read_text(encoding="utf-8"))["shortlist"]
    assert report["bytes"] == (out / "bundle" / "shortlist.bin").stat().st_size
    found = report["files"]["valid"]
    assert found["recall"] > 0.98
    assert found["identical"] > 0.9
    assert found["listed"] < 420 / 2
    card = (out / "bundle" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"| valid | 100 | {found['recall']:.2%} |" in card
    assert exact(out / "bundle", data, 4) >= 0.9

    arguments = [str(out / "bundle"), str(data / "test.tsv"), "--beam-size=1", "--limit=20"]
    capsys.readouterr()
    assert main(["evaluate", *arguments, "--shortlist"]) == 0
    printed = capsys.readouterr().out
    assert "| test.tsv | 20 | int8 | 1 |" in printed
    assert "| file | sentences | recall |" in printed
    assert main(["evaluate", *arguments]) == 0
    assert "recall" not in capsys.readouterr().out


def test_w4_bundles_translate_as_well_in_less_space(made: Path, data: Path, tmp_path: Path) -> None:
    text = TINY.read_text(encoding="utf-8").replace(
        "[quantize]\n", '[quantize]\nprecision = "w4"\n'
    )
    config = tmp_path / "config.toml"
    config.write_text(text, encoding="utf-8")
    out = tmp_path / "run"
    for stage in ("vocabulary", "train", "trace"):
        shutil.copytree(made / stage, out / stage)
    for stage in ("quantize", "verify", "package"):
        assert run(stage, config, data, out) == 0
    report = json.loads((out / "verify" / "report.json").read_text(encoding="utf-8"))
    assert report["int8 integers"]["products_equal_to_numpy"] >= 12
    assert report["behaviour"]["identical"] > 0.5
    bundle = out / "bundle"
    assert json.loads((bundle / "manifest.json").read_text())["precision"] == "w4"
    assert "| precision | w4 |" in (bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    sizes = [(path / "encoder.onnx").stat().st_size for path in (made / "bundle", bundle)]
    assert sizes[1] < 0.75 * sizes[0]  # biases and scales count in a model this small
    assert exact(bundle, data, 1) >= 0.9


def test_training_on_cuda_says_when_there_is_none(
    made: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    assert run("train", TINY, data, made, "--device", "cuda") == 2
    assert "hint: --device cpu" in capsys.readouterr().err
