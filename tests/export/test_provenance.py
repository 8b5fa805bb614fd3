"""What a stage was made from decides whether it is made again: never the times of files."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from allez.errors import OutputError
from allez_export import folders
from allez_export.cli import main
from allez_export.config import ConfigError, DataConfig, SourceConfig
from allez_export.stages import STAGES
from allez_export.stages.provenance import RECORD
from allez_export.stages.workspace import Workspace

TOML = """
name = "tiny"
source = "fr"
target = "en"
[data]
train = [{ path = "train.tsv" }]
valid = ["valid.tsv"]
test = ["valid.tsv"]
[package]
notice = "NOTICE"
"""

FILES = {
    "vocabulary": ("tokenizer.json",),
    "align": ("scores.npz",),
    "trace": ("encoder.onnx", "decoder.onnx"),
    "quantize": ("encoder.onnx", "decoder.onnx", "report.json"),
    "verify": ("report.json",),
    "shortlist": ("shortlist.bin", "report.json"),
}
"""What the stages leave; here the time of making, so that each making gives another file."""

GOING_ON = ("train", "evaluate")

FULL = [stage for stage in STAGES if stage not in ("align", "shortlist")]
"""What a configuration without filter and shortlist needs."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "NOTICE").write_text("Mine.", encoding="utf-8")
    for name in ("train.tsv", "valid.tsv"):
        (tmp_path / name).write_text("un\tone\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def make(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Run `all` with stages that write files and nothing else; return which ones ran."""
    ran: list[str] = []

    def pretend(stage: str) -> Callable[[Workspace], None]:
        def run(work: Workspace) -> None:
            ran.append(stage)
            if stage in GOING_ON:
                work.stage(stage).mkdir(parents=True, exist_ok=True)
                (work.stage(stage) / "model.pt").touch()
                return
            with work.writing(stage) as partial:
                for name in FILES.get(stage, ()):
                    (partial / name).write_text(f"{work.config.quantize}", encoding="utf-8")
            if stage == "package":
                work.stage("bundle").mkdir(exist_ok=True)

        return run

    for stage in STAGES:
        monkeypatch.setattr(f"allez_export.stages.{stage}.run", pretend(stage))

    def make(*more: str) -> list[str]:
        ran.clear()
        argv = ["all", "--config", str(folder / "tiny.toml"), "--data", str(folder)]
        assert main([*argv, "--out", str(folder / "run"), *more]) == 0
        return list(ran)

    return make


def with_those_that_go_on(again: list[str]) -> list[str]:
    return [stage for stage in FULL if stage in again or stage in GOING_ON]


def test_what_is_fresh_is_left_alone(make: Callable[..., list[str]], folder: Path) -> None:
    assert make() == FULL
    for number, path in enumerate(sorted(folder.rglob("*"))):  # as a copy may have them
        os.utime(path, (number, number))
    assert make() == list(GOING_ON)
    assert make("--force") == FULL


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ("package.beam_size=8", ["package"]),
        ("quantize.precision=w4", ["quantize", "verify", "package"]),
        ("vocabulary.size=400", ["vocabulary"]),
        ("data.max_words=7", ["vocabulary"]),
        ("data.never=['mer']", ["vocabulary"]),
        ("data.noise=0.5", []),
        ("training.updates=5", []),
    ],
)
def test_a_change_makes_what_depends_on_it_and_says_so(
    make: Callable[..., list[str]],
    capsys: pytest.CaptureFixture[str],
    change: str,
    again: list[str],
) -> None:
    make()
    capsys.readouterr()
    assert make("--set", change) == with_those_that_go_on(again)
    said = capsys.readouterr().err
    for stage in again[:1]:
        assert f"{stage} is made again: {change.split('.')[0]}" in said
        assert "changed" in said


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("train.tsv", ["vocabulary"]),
        ("valid.tsv", ["quantize", "verify", "package"]),
        ("NOTICE", ["package"]),
        ("run/train/model.pt", ["trace", "quantize", "verify", "package"]),
    ],
)
def test_a_changed_file_makes_what_is_made_of_it(
    make: Callable[..., list[str]], folder: Path, name: str, again: list[str]
) -> None:
    make()
    with open(folder / name, "a", encoding="utf-8") as stream:
        stream.write("deux\ttwo\n")
    assert make() == with_those_that_go_on(again)


def test_a_stage_that_this_configuration_does_not_make_is_not_used(
    make: Callable[..., list[str]], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Graphs in int8 were once packaged as w4."""
    make()
    capsys.readouterr()
    argv = ["--config", str(folder / "tiny.toml"), "--data", str(folder)]
    argv += ["--out", str(folder / "run"), "--force", "--set", "quantize.precision=w4"]
    assert main(["verify", *argv]) == 1
    error, hint = capsys.readouterr().err.splitlines()[-2:]
    assert "quantize is not what this configuration makes: quantize.precision changed" in error
    assert "allez-export quantize --force" in hint


def test_a_stage_without_its_record_is_made_again(
    make: Callable[..., list[str]], folder: Path
) -> None:
    make()
    (folder / "run" / "trace" / RECORD).unlink()
    assert make() == ["train", "trace", "evaluate"]


# --- sources and folders --------------------------------------------------------------------


def test_one_file_cannot_be_two_sources() -> None:
    one = SourceConfig(path="a/train.tsv")
    with pytest.raises(ConfigError, match=r"a/train\.tsv is named twice"):
        DataConfig(train=(one, dataclasses.replace(one, limit=5)))
    DataConfig(train=(one, dataclasses.replace(one, path="b/train.tsv")))


def test_a_rename_that_fails_puts_back_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    final, replace = tmp_path / "stage", os.replace
    final.mkdir()
    (final / "precious").touch()

    def refusing(source: Path, target: Path) -> None:
        if str(source).endswith(".partial"):
            raise PermissionError(13, "in use")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refusing)
    with pytest.raises(OutputError, match="in use"), folders.written_aside(final) as partial:
        (partial / "new").touch()
    assert [path.name for path in final.iterdir()] == ["precious"]
    assert [path.name for path in tmp_path.iterdir()] == ["stage"]


def test_one_training_a_folder(tmp_path: Path) -> None:
    lock = tmp_path / "train.lock"
    with (
        folders.locked(lock, "taken"),
        pytest.raises(OutputError, match="taken"),
        folders.locked(lock, "taken"),
    ):
        pytest.fail("two held it")
    with folders.locked(lock, "taken"):
        pass
