"""What a person begins with: a configuration that reads back, pairs cut in three, the toy."""

from __future__ import annotations

from pathlib import Path

import pytest

from allez_export import toy
from allez_export.cli import main
from allez_export.config.file import load_config
from allez_export.data.read import read_pairs


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    lines = (f"{s}\t{t}\n" for s, t in toy.pairs(3, 1200))
    (tmp_path / "mine.tsv").write_text("".join(lines), encoding="utf-8")
    return tmp_path


def test_a_configuration_for_own_pairs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "mine", "--data", "mine.tsv", "--source", "fr", "--target", "en"]) == 0
    assert capsys.readouterr().out == "allez-export all --config mine/mine.toml\n"
    config = load_config(here / "mine" / "mine.toml")
    assert (config.name, config.source, config.target) == ("mine", "fr", "en")
    assert config.training.begin_with is None
    parts = {
        name: list(read_pairs(here / config.data.root / f"{name}.tsv"))
        for name in ("train", "valid", "test")
    }
    everything = list(dict.fromkeys(read_pairs(here / "mine.tsv")))
    assert sorted(pair for part in parts.values() for pair in part) == sorted(everything)
    assert len(parts["valid"]) == len(parts["test"]) == len(everything) // 10
    assert (config.data.valid, config.data.test) == (("valid.tsv",), ("test.tsv",))


def test_a_configuration_that_trains_on(here: Path, tiny_bundle: Path) -> None:
    argv = ["init", "mine", "--data", "mine.tsv", "--begin-with", str(tiny_bundle)]
    assert main(argv) == 0
    config = load_config(here / "mine" / "mine.toml")
    assert config.training.begin_with == str(tiny_bundle)
    assert (config.model.width, config.model.encoder_layers) == (48, 1)
    assert config.package.license == "Apache-2.0"  # the parent's


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (["init", "a/b", "--data", "mine.tsv"], "is no name for a model"),
        (["init", "few", "--data", "few.tsv"], "holds 2 different pairs"),
        (["init", "x", "--data", "absent.tsv"], "cannot read absent.tsv"),
        (["init", "x", "--data", "mine.tsv", "--begin-with", "nowhere"], "no bundle 'nowhere'"),
    ],
)
def test_what_cannot_be_begun_is_explained(
    here: Path, capsys: pytest.CaptureFixture[str], argv: list[str], error: str
) -> None:
    (here / "few.tsv").write_text("un\tone\ndeux\ttwo\nun\tone\n", encoding="utf-8")
    assert main(argv) in (1, 2)
    assert error in capsys.readouterr().err
    assert not (here / "few").exists()
    assert not (here / "x").exists()


def test_nothing_is_written_over(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "mine", "--data", "mine.tsv"]) == 0
    (here / "mine" / "mine.toml").write_text("edited", encoding="utf-8")
    assert main(["init", "mine", "--data", "mine.tsv"]) == 1
    assert "mine exists" in capsys.readouterr().err
    assert (here / "mine" / "mine.toml").read_text(encoding="utf-8") == "edited"


def test_the_toy_is_written_over_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "toy").mkdir()
    (here / "toy" / "train.tsv").write_text("mine", encoding="utf-8")
    assert main(["toy", "toy"]) == 1
    assert "toy is not empty" in capsys.readouterr().err
    assert (here / "toy" / "train.tsv").read_text(encoding="utf-8") == "mine"


def test_the_toy_is_whole(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["toy", "toy"]) == 0
    assert capsys.readouterr().out == "allez-export all --config toy/tiny.toml --data toy\n"
    config = load_config(here / "toy" / "tiny.toml")
    names = [source.path for source in config.data.train]
    for name in (*names, *config.data.valid, *config.data.test):
        assert list(read_pairs(here / "toy" / name))
