"""A training that begins with a bundle: its words, its weights, and what it lacks at zero."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from allez import Translator
from allez.bundle.reader import Bundle
from allez.text.tokenizer import Tokenizer
from allez_export import toy
from allez_export.checkpoints import load_model, load_run, save
from allez_export.cli import main
from allez_export.config import ConfigError
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.families.recurrent.weights import load_bundle_model
from allez_export.parents import check_license, parent_of, recorded, with_notices
from allez_export.train import begin_with

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
    toy.write(tmp_path / "data")
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
    assert "train   the start: bleu" in capsys.readouterr().err
    log = (out / "train" / "log.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(log[0])["update"] == 0
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
    plain = make_model(second_layer=False).state_dict()
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
    with pytest.raises(ConfigError, match=r"decoder\.lexical"):
        begin_with(make_model(), make_model(lexical_shortcut=True).state_dict())


def test_symbols_are_appended_with_weights_of_their_own(make_model: Callable[..., Seq2Seq]) -> None:
    start, model = make_model(), make_model(seed=5, vocabulary=343)
    fresh = model.table.weight[340:].clone()
    begin_with(model, start.state_dict())
    assert torch.equal(model.table.weight[:340], start.table.weight)
    assert torch.equal(model.bias[:340], start.bias)
    assert torch.equal(model.table.weight[340:], fresh)
    with pytest.raises(ConfigError, match=r"table\.weight"):  # a smaller table forgets words
        begin_with(make_model(vocabulary=339), start.state_dict())


@pytest.mark.parametrize("name", ["checkpoint.pt", "model.pt"])
def test_another_run_is_a_start_too(
    config: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run("vocabulary", config) == 0
    assert run("train", config) == 0
    first = config.parent / "run" / "train" / name
    text = config.read_text(encoding="utf-8").replace(str(TINY_BUNDLE), str(first))
    text += '[vocabulary]\nsymbols = "\ue000-\ue002"\n'
    config.write_text(text, encoding="utf-8")
    out = config.parent / "second"
    assert run("vocabulary", config, "--out", str(out)) == 0, capsys.readouterr().err
    assert run("train", config, "--out", str(out)) == 0, capsys.readouterr().err
    trained = load_model(out / "train" / "model.pt")
    assert trained.family.facts.vocabulary == 420 + 3
    assert [parent["name"] for parent in trained.record["parents"]] == ["tiny"]
    assert Tokenizer(trained.tokenizer).encode("\ue001") != Tokenizer(trained.tokenizer).encode("x")


def test_a_licence_that_contradicts_is_refused(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parent = {"name": "fr-en", "version": "1.3.0", "license": "CC-BY-SA-4.0"}
    with pytest.raises(ConfigError, match=r"Apache-2\.0, but fr-en 1\.3\.0") as caught:
        check_license("Apache-2.0", [parent])
    assert caught.value.hint == '[package] license = "CC-BY-SA-4.0"'
    check_license("CC-BY-SA-4.0", [parent])
    check_license("CC-BY-SA-4.0", [{**parent, "license": "MIT"}])


def test_notices_of_parents_travel_along() -> None:
    parent = parent_of(Bundle.read(TINY_BUNDLE))
    text = with_notices("Mine.\n", [parent])
    assert text.startswith("Mine.\n")
    assert parent["notice"].strip() in text
    assert f"tiny {parent['version']}" in text
    assert set(recorded([parent])[0]) == {"name", "version", "license", "files"}


def test_a_notice_that_is_the_same_is_carried_once() -> None:
    def parent(version: str, notice: str) -> dict[str, Any]:
        return {"name": "small", "version": version, "notice": notice}

    first = with_notices("Old.\n", [])
    second = with_notices("Mine.\n", [parent("1", first)])
    third = with_notices("Mine.\n", [parent("2", second)])
    fourth = with_notices("Mine.\n", [parent("3", third)])
    assert third.count("Mine.") == third.count("Old.") == 1
    assert [line for line in fourth.splitlines() if line] == [
        "Mine.",
        "Trained on from small 3, whose notice is above.",
        "Trained on from small 2, whose notice is above.",
        "Trained on from small 1, whose notice follows.",
        "Old.",
    ]


# --- a share of the start -------------------------------------------------------------------


def test_a_share_of_the_start_stays_in_what_is_exported(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def weights() -> dict[str, torch.Tensor]:
        model = config.parent / "run" / "train" / "model.pt"
        return {k: v.clone() for k, v in load_run(model, "weights")["weights"].items()}

    start = load_bundle_model(Bundle.read(TINY_BUNDLE)).state_dict()
    more = ("--set", "training.learning_rate=0.5", "--set", "training.warmup=0")
    assert run("vocabulary", config) == run("train", config, *more) == 0
    path = config.parent / "run" / "train" / "model.pt"
    state = load_run(path, "weights")
    save({**state, "weights": {name: w + 1 for name, w in state["weights"].items()}}, path)
    share = (*more, "--set", "training.start_share=0.25")
    for _ in range(2):  # the second time there is nothing left to do
        assert run("train", config, *share) == 0
        for name, weight in weights().items():
            began = start.get(name, torch.zeros(()))  # a shortcut that the start lacks: none of it
            assert torch.allclose(weight, began + (0.75 if name in start else 1), atol=1e-6), name
    assert capsys.readouterr().err.count("with 25% of the start BLEU") == 1
    assert load_run(path, "training")["training"]["start_share"] == 0.25


def test_random_weights_leave_no_share(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(f'begin_with = "{TINY_BUNDLE}"\n', ""), encoding="utf-8")
    assert run("vocabulary", config) == 0
    assert run("train", config, "--set", "training.start_share=0.5") != 0
    assert "training.start_share needs training.begin_with" in capsys.readouterr().err
