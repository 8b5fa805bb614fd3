"""Bundles: what is read is what the manifest describes, or a named error."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allez import Translator
from allez.bundle.reader import Bundle, find
from allez.errors import (
    BundleError,
    BundleFormatError,
    BundleNotFoundError,
    ChecksumError,
    SessionError,
)

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A bundle that may be damaged, of format 1."""
    return Path(shutil.copytree(root / "spec" / "bundles" / "tiny_v1", tmp_path / "bundle"))


def edit_manifest(bundle: Path, edit: Edit) -> None:
    path = bundle / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def replace_file(bundle: Path, role: str, data: bytes) -> None:
    """Put other bytes in a role's file, and make the manifest agree."""

    def edit(manifest: dict[str, Any]) -> None:
        entry = manifest["files"][role]
        (bundle / entry["name"]).write_bytes(data)
        entry.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())

    edit_manifest(bundle, edit)


def test_reads_what_the_manifest_names(tiny_bundle: Path) -> None:
    bundle = Bundle.read(tiny_bundle)
    assert bundle.manifest.name == "tiny"
    assert bundle.manifest.attention == "general"
    assert [state.name for state in bundle.manifest.states] == [f"state.{i}" for i in range(4)]
    assert bundle.data("decoder") == (tiny_bundle / "decoder.onnx").read_bytes()
    assert len(bundle.golden()) == 20


def test_a_zip_is_as_good_as_a_folder(tiny_bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in tiny_bundle.iterdir():
            archive.write(file, file.name)
    with Translator(path) as zipped, Translator(tiny_bundle) as plain:
        assert zipped("Je vois le chat noir.") == plain("Je vois le chat noir.")


def test_found_by_path_by_name_and_by_default(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert find(tiny_bundle) == tiny_bundle
    assert find(str(tiny_bundle)) == tiny_bundle
    monkeypatch.chdir(tmp_path)
    assert find().name == "fr-en"
    assert find("fr-en") == find()
    monkeypatch.chdir(tiny_bundle.parent)
    assert find("tiny") == Path("tiny")


def test_a_name_is_not_taken_over_by_a_folder_that_lies_here(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shutil.copytree(tiny_bundle, tmp_path / "fr-en")
    monkeypatch.chdir(tmp_path)
    assert find("fr-en") == find()
    for named in ("./fr-en", str(tmp_path / "fr-en"), Path("fr-en")):
        assert find(named).samefile(tmp_path / "fr-en")


@pytest.mark.parametrize("name", ["nowhere", "no/where", "", "fr-en/..", "manifest.json"])
def test_no_bundle_there(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleNotFoundError) as caught:
        find(name)
    assert isinstance(caught.value, FileNotFoundError)
    assert caught.value.hint


@pytest.mark.parametrize(
    "name", ["encoder.onnx", "decoder.onnx", "tokenizer.json", "sentences.json", "golden.jsonl"]
)
@pytest.mark.parametrize("damage", ["flip", "cut", "lengthen", "empty"])
def test_damaged_files_are_noticed(copy: Path, name: str, damage: str) -> None:
    path = copy / name
    data = path.read_bytes()
    middle = len(data) // 2
    path.write_bytes(
        {
            "flip": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "cut": data[:-1],
            "lengthen": data + b" ",
            "empty": b"",
        }[damage]
    )
    with pytest.raises(ChecksumError, match=name) as caught:
        Bundle.read(copy)
    assert caught.value.hint


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "decoder.onnx").unlink()
    with pytest.raises(BundleFormatError, match=r"decoder\.onnx is missing"):
        Bundle.read(copy)


def test_links_are_not_followed(copy: Path, tiny_bundle: Path) -> None:
    (copy / "decoder.onnx").unlink()
    (copy / "decoder.onnx").symlink_to(tiny_bundle / "decoder.onnx")
    with pytest.raises(BundleFormatError, match=r"decoder\.onnx is a symbolic link"):
        Bundle.read(copy)


def _set(*path: str, to: Any) -> Edit:
    def edit(manifest: dict[str, Any]) -> None:
        for key in path[:-1]:
            manifest = manifest[key]
        manifest[path[-1]] = to

    return edit


def test_unknown_roles_and_keys_are_left_alone(copy: Path) -> None:
    edit_manifest(copy, _set("files", "later", to={"name": "later.bin"}))
    edit_manifest(copy, _set("later", to=1))
    assert "later" not in Bundle.read(copy).manifest.files


@pytest.mark.parametrize(
    ("role", "data"),
    [
        ("encoder", b""),
        ("encoder", b"not a graph"),
        ("decoder", b"\x08\x0a" * 50),
        ("tokenizer", b"{}"),
        ("tokenizer", b"\xff"),
        ("sentences", b"{}"),
    ],
    ids=str,
)
def test_foreign_files_with_right_hashes(copy: Path, role: str, data: bytes) -> None:
    replace_file(copy, role, data)
    with pytest.raises((BundleError, SessionError)):
        Translator(copy)


def test_a_damaged_zip(tiny_bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in tiny_bundle.iterdir():
            archive.write(file, file.name)
    data = bytearray(path.read_bytes())
    for start in range(100, len(data) - 3000, 2000):  # the directory at the end stays readable
        data[start : start + 8] = b"\xff" * 8
    path.write_bytes(data)
    with pytest.raises(BundleError):
        Bundle.read(path)


@pytest.mark.parametrize("scores", [[], [-1.0] * 5000, [float("inf")]])
def test_golden_scores_that_make_no_sense(copy: Path, scores: list[float]) -> None:
    lines = (copy / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    entry = {**json.loads(lines[0]), "first_scores": scores}
    replace_file(copy, "golden", json.dumps(entry).encode() + b"\n")
    with Translator(copy) as translator:
        (result,) = translator.selftest()
    assert result.passed == (not scores)


def test_graphs_in_each_others_place(copy: Path) -> None:
    data = {role: (copy / f"{role}.onnx").read_bytes() for role in ("encoder", "decoder")}
    replace_file(copy, "encoder", data["decoder"])
    replace_file(copy, "decoder", data["encoder"])
    with pytest.raises(BundleFormatError, match="the contract says"):
        Translator(copy)


def test_a_zip_that_unpacks_to_more_than_it_says(tiny_bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "tiny.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in tiny_bundle.iterdir():
            zeros = bytes(50_000_000) if file.name == "decoder.onnx" else file.read_bytes()
            archive.writestr(file.name, zeros)
    with pytest.raises(ChecksumError, match=r"decoder\.onnx"):
        Bundle.read(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a POSIX thing")
def test_a_named_pipe_is_no_file_of_a_bundle(copy: Path) -> None:
    (copy / "decoder.onnx").unlink()
    os.mkfifo(copy / "decoder.onnx")
    with pytest.raises(BundleFormatError, match="is missing"):
        Bundle.read(copy)


@pytest.mark.parametrize("change", [1, -1], ids=["more", "fewer"])
def test_a_vocabulary_that_does_not_fit_the_graphs(copy: Path, change: int) -> None:
    """Tokenizer and manifest agree with each other, but not with the graphs."""
    content = json.loads((copy / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = content["model"]["vocab"]
    if change > 0:
        vocabulary["extra"] = len(vocabulary)
    else:
        last = max(vocabulary, key=vocabulary.__getitem__)
        del vocabulary[last]
        merges = content["model"]["merges"]
        content["model"]["merges"] = [m for m in merges if "".join(m) != last]
    replace_file(copy, "tokenizer", json.dumps(content).encode())
    edit_manifest(copy, _set("vocabulary", to=len(vocabulary)))
    with pytest.raises(BundleFormatError, match=f"do not fit a vocabulary of {len(vocabulary)}"):
        Translator(copy)


def test_a_tokenizer_of_another_size(copy: Path) -> None:
    content = json.loads((copy / "tokenizer.json").read_text(encoding="utf-8"))
    content["model"]["vocab"]["extra"] = len(content["model"]["vocab"])
    replace_file(copy, "tokenizer", json.dumps(content).encode())
    with pytest.raises(BundleFormatError, match="subwords"):
        Translator(copy)


def test_a_runtime_too_old(copy: Path) -> None:
    edit_manifest(copy, _set("minimum_onnxruntime", to="99.0.0"))
    with pytest.raises(SessionError, match=r"99\.0\.0"):
        Translator(copy)


@pytest.mark.parametrize("line", [b"{}", b"x", b'{"text": 1}'])
def test_malformed_golden_lines_are_named(copy: Path, line: bytes) -> None:
    good = (copy / "golden.jsonl").read_bytes()
    replace_file(copy, "golden", good + line + b"\n")
    with pytest.raises(BundleFormatError, match="line 21"):
        Bundle.read(copy).golden()


def test_a_folder_may_be_named_by_text(tiny_bundle: Path) -> None:
    assert Bundle.read(str(tiny_bundle)).manifest.name == "tiny"


def test_a_link_put_there_in_between_is_not_followed(
    copy: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write into the folder cannot win by being quick."""
    (copy / "decoder.onnx").unlink()
    (copy / "decoder.onnx").symlink_to(tiny_bundle / "decoder.onnx")
    monkeypatch.setattr(Path, "is_symlink", lambda self: False)
    with pytest.raises(BundleFormatError, match=r"decoder\.onnx cannot be read"):
        Bundle.read(copy)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a POSIX thing")
def test_a_pipe_put_there_in_between_is_not_waited_for(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / "decoder.onnx").unlink()
    os.mkfifo(copy / "decoder.onnx")
    is_file = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda self: self.suffix == ".onnx" or is_file(self))
    with pytest.raises(BundleFormatError, match=r"decoder\.onnx is missing"):
        Bundle.read(copy)
