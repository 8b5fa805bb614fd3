"""A training that begins with a bundle: its words, its weights, and what it lacks at zero."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from allez import Translator
from allez.bundle.reader import Bundle
from allez_export.checkpoints import load_model
from allez_export.cli import main
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.families.recurrent.weights import load_bundle_model
from support import synthetic

ROOT = Path(__file__).parents[2]
TINY_BUNDLE = ROOT / "spec" / "bundles" / "tiny"


CONFIG = """
name = "more"
source = "fr"
target = "en"
[data]
root = "unused"
train = [{ path = "train.tsv" }]
valid = ["valid.tsv"]
valid_limit = 100
[model]
width = 48
encoder_layers = 1
attention = "general"
second_layer = true
lexical_shortcut = true
[training]
begin_with = "BUNDLE"
updates = 1
warmup = 1000
batch_tokens = 400
chunk_tokens = 4000
average = 0.0
"""


@pytest.fixture
def config(tmp_path: Path, denormals: None) -> Path:
    synthetic.write(tmp_path / "data")
    path = tmp_path / "more.toml"
    path.write_text(CONFIG.replace("BUNDLE", str(TINY_BUNDLE)), encoding="utf-8")
    return path


def run(stage: str, config: Path, *more: str) -> int:
    folder = config.parent
    return main(
        [stage, "--config", str(config), "--data", str(folder / "data"),
         "--out", str(folder / "run"), "--threads", "1", *more]
    )  # fmt: skip


def test_a_bundle_in_torch_translates_as_the_bundle_does(config: Path) -> None:
    from allez_export.evaluate import torch_search

    model = load_bundle_model(Bundle.read(TINY_BUNDLE))
    with Translator(TINY_BUNDLE) as translator:
        golden = translator.bundle.golden()
    found = torch_search(Recurrent(model), [list(sentence.source_ids) for sentence in golden])
    assert [f[0].tokens for f in found] == [sentence.target_ids for sentence in golden]


def test_training_goes_on_from_the_bundle(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("vocabulary", config) == 0
    out = config.parent / "run"
    learnt = (out / "vocabulary" / "tokenizer.json").read_bytes()
    assert learnt == (TINY_BUNDLE / "tokenizer.json").read_bytes()
    assert run("train", config) == 0, capsys.readouterr().err
    family = load_model(out / "train" / "model.pt").family
    assert isinstance(family, Recurrent)
    start = load_bundle_model(Bundle.read(TINY_BUNDLE)).state_dict()
    after = family.model.state_dict()
    assert set(after) - set(start) == {"decoder.lexical.weight"}
    # One update at a thousandth of the rate moves nothing by more than that.
    for name, weight in start.items():
        assert torch.allclose(after[name], weight, atol=1e-4), name
    assert float(after["decoder.lexical.weight"].abs().max()) < 1e-4
    log = (out / "train" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(log[-1])["bleu"] > 90  # what the bundle knew is not forgotten


def test_a_bundle_of_another_width_is_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("vocabulary", config) == 0
    assert run("train", config, "--set", "model.width=32") == 1
    message = capsys.readouterr().err
    assert "training.begin_with" in message
    assert "hint:" in message


def test_only_a_shortcut_may_be_lacking(make_model: Callable[..., Seq2Seq]) -> None:
    from allez_export.config import ConfigError
    from allez_export.train import begin_with

    plain = make_model(second_layer=False)
    with pytest.raises(ConfigError, match=r"decoder\.second"):
        begin_with(make_model(second_layer=True), plain)


def test_another_version_is_refused(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("vocabulary", config, "--set", 'training.begin_with_version="9.9"') == 1
    assert "is version 1.0.0, not 9.9" in capsys.readouterr().err
    assert run("vocabulary", config, "--set", 'training.begin_with_version="1.0.0"') == 0


def test_what_is_not_there_is_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("vocabulary", config, "--set", "training.begin_with=nowhere") == 1
    assert "there is no bundle 'nowhere'" in capsys.readouterr().err


def test_weights_that_the_model_lacks_are_refused(make_model: Callable[..., Seq2Seq]) -> None:
    from allez_export.config import ConfigError
    from allez_export.train import begin_with

    with pytest.raises(ConfigError, match=r"decoder\.lexical"):
        begin_with(make_model(), make_model(lexical_shortcut=True))
