"""What cannot be imported: each one line that says what was expected, and nothing written."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from allez.errors import InputError
from allez_export.cli import main
from allez_export.folders import written_aside
from allez_export.reference import read_references
from allez_export.toolkits import toolkit
from allez_export.toolkits.files import Files
from allez_export.toolkits.marian_files import read_model, unpacked
from support import checkpoints

Refused = Callable[..., str]


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refused:
    """Try to import a checkpoint of OpenNMT-py or another; return what was said."""
    folder = tmp_path / "given"
    folder.mkdir()
    checkpoints.opennmt(folder, version="3.x")
    notice = tmp_path / "notice.txt"
    notice.write_text("Nobody.\n", encoding="utf-8")

    def run(*more: str, name: str = "tiny", out: Path | str = tmp_path / "run") -> str:
        asked = {"--source": "fr", "--target": "en", "--license": "CC0-1.0"}
        asked |= {"--notice": str(notice), "--name": name, "--out": str(out)}
        argv = ["import", "opennmt", str(folder)]
        before = sorted(tmp_path.rglob("*"))
        assert main([*argv, *(part for pair in asked.items() for part in pair), *more]) in (1, 2)
        assert sorted(tmp_path.rglob("*")) == before, "something was written"
        said = capsys.readouterr().err.splitlines()
        lines = [line for line in said if not line.startswith(("import  ", "trace  ", "verify  "))]
        assert [line.split(":")[0] for line in lines] == ["error", "hint"]
        return lines[0]

    return run


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no checkpoint of torch"),
        (b"Some text.\n" * 9, "is no checkpoint of torch"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "is no checkpoint of torch"),
        (b"PK\x03\x04" + bytes(99), "is cut off"),
        (b"\x80\x02}q\x00X\x09\x00\x00\x00ab", "damaged or cut off"),
        (b"\x80\x02(((", "damaged or cut off"),
    ],
    ids=["empty", "text", "picture", "zip", "pickle", "marks"],
)
def test_a_foreign_or_cut_checkpoint_is_named(
    refused: Refused, tmp_path: Path, data: bytes, message: str
) -> None:
    (tmp_path / "given" / "model.pt").write_bytes(data)
    assert message in refused()


def test_what_the_output_layer_lacks_is_named_where_it_lies(
    refused: Refused, tmp_path: Path
) -> None:
    path = tmp_path / "given" / "model.pt"
    content = torch.load(path, weights_only=False)
    del content["generator"]["weight"]
    torch.save(content, path)
    assert refused().endswith("lacks the weight generator.weight")


@pytest.mark.parametrize("name", ["..", ".x", 'a"b', "a\nb", "a/b", "", " "])
def test_a_name_that_is_no_part_of_a_file_name_is_refused(refused: Refused, name: str) -> None:
    assert "no name for a model" in refused(name=name)


@pytest.mark.parametrize("option", ["--license", "--model-version"])
def test_what_the_bundle_says_of_itself_is_a_line_of_text(refused: Refused, option: str) -> None:
    assert option in refused(option, " ")
    assert option in refused(option, "a\nb")


def test_force_replaces_no_folder_but_a_run(refused: Refused, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert "not the folder of a run" in refused("--force", out=mine)
    assert "is a file" in refused("--force", out=mine / "thesis.txt")
    assert "no name of a folder" in refused("--force", out=".")
    assert "no name of a folder" in refused("--force", out="..")


def test_a_failure_leaves_none_of_the_folders_that_were_to_hold_the_run(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b" / "run"

    def fail() -> None:
        with written_aside(out) as partial:
            assert partial.is_dir()
            raise InputError("no use")

    with pytest.raises(InputError, match="no use"):
        fail()
    assert not (tmp_path / "a").exists()
    with written_aside(out):
        pass
    assert out.is_dir()


def test_a_folder_that_cannot_be_written_is_named(refused: Refused, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "cannot write" in refused(out=tmp_path / "file" / "run")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "holds no sentence"),
        ("[" * 100_000, "line 1: no outputs"),
        ('{"source": "a", "beam5": [{"score": 1}]}', "line 1: no outputs"),
        ('{"source": "a", "greedy_ids": [4, 3], "greedy_log_probs": [-1]}', "2 greedy_ids have 1"),
        ('{"source": "a", "target_ids": [3], "target_log_probs": [NaN]}', "not all numbers"),
    ],
    ids=["empty", "deep", "beam", "lengths", "nan"],
)
def test_a_broken_reference_is_named_by_its_line(
    refused: Refused, tmp_path: Path, line: str, message: str
) -> None:
    path = tmp_path / "reference.jsonl"
    path.write_text(f"{line}\n" if line else "", encoding="utf-8")
    assert message in refused("--reference", str(path))


@pytest.mark.parametrize("key", ["greedy_ids", "target_ids", "beam5"])
@pytest.mark.parametrize("token", [-1, 999_999])
def test_a_reference_of_another_vocabulary_is_refused(
    refused: Refused, tmp_path: Path, key: str, token: int
) -> None:
    path = tmp_path / "reference.jsonl"
    given: Any = [{"ids": [token]}] if key == "beam5" else [token]
    path.write_text(json.dumps({"source": "le chat", key: given}), encoding="utf-8")
    assert len(read_references([path])) == 1
    assert f"has the id {token}, the target" in refused("--reference", str(path))


@pytest.mark.parametrize(
    ("side", "key", "value", "message"),
    [
        ("encoder", "type: recurrent", "type: transformer", "the weights say 'recurrent'"),
        ("encoder", "type: recurrent", "type: recurrent, rnn_type: gru", "the weights say 'lstm'"),
        ("encoder", "type: recurrent", "type: recurrent, num_layers: 3", "the weights say 1"),
        ("encoder", "type: recurrent", "type: recurrent, hidden_size: 9", "the weights say 5"),
        ("encoder", "type: recurrent", "type: recurrent, bidirectional: no", "weights say true"),
        ("decoder", "type: recurrent", "type: recurrent, hidden_size: []", "the weights say 8"),
        ("decoder", "type: recurrent", "type: recurrent, attention: bahdanau", "say 'luong'"),
        ("decoder", "type: recurrent", "type: recurrent, input_feeding: no", "say true"),
        ("encoder", "encoder:", "reader:", "no encoder and decoder"),
    ],
)
def test_settings_of_another_model_are_refused(
    tmp_path: Path, side: str, key: str, value: str, message: str
) -> None:
    checkpoints.joeynmt(tmp_path)
    path = tmp_path / "config.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line.replace(key, value) if f"  {side}:" in line else line for line in lines]
    toolkit("joeynmt").read([tmp_path])
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match=message) as error:
        toolkit("joeynmt").read([tmp_path])
    assert error.value.hint


def test_files_beside_the_first_that_is_named_come_first(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.yaml").write_text("", encoding="utf-8")
    (tmp_path / "second" / "a.codes").write_text("", encoding="utf-8")
    files = Files([tmp_path / "first", tmp_path / "second"])
    assert files.find("config.yaml") == tmp_path / "first" / "config.yaml"
    assert files.find("*.codes") == tmp_path / "second" / "a.codes"
    shutil.copy(tmp_path / "first" / "config.yaml", tmp_path / "first" / "other.yaml")
    with pytest.raises(InputError, match="several files"):
        files.find("*.yaml")


def test_a_packed_file_that_grows_without_end_is_refused_before_it_does(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(30_000_000))
    (tmp_path / "model.npz").write_bytes(packed.getvalue())
    with pytest.raises(InputError, match="few bytes"):
        read_model(tmp_path / "model.npz")
    (tmp_path / "model.bin.gz").write_bytes(gzip.compress(bytes(30_000_000)))
    with pytest.raises(InputError, match="when it is unpacked"):
        unpacked(tmp_path / "model.bin.gz")


def test_a_shortlist_of_text_is_no_shortlist(tmp_path: Path) -> None:
    for name in ("model.npz", "vocab.spm", "lex.s2t"):
        (tmp_path / name).write_bytes(b"")
    paths = [tmp_path / name for name in ("model.npz", "vocab.spm", "lex.s2t")]
    with pytest.raises(InputError, match="no binary shortlist") as error:
        toolkit("marian").read(paths)
    assert "marian-conv" in str(error.value.hint)
