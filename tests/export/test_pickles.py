"""Files that other people made: read without their code, and without believing their sizes."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from argparse import Namespace
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from allez.errors import InputError
from allez_export.toolkits.pickles import Stand, Stored, read_checkpoint
from allez_export.toolkits.settings import parse
from support.checkpoints import classes


class Touch:
    """Leaves a file behind when it is unpickled by what believes it."""

    def __init__(self, path: Path, how: Callable[..., Any]) -> None:
        self.path, self.how = path, how

    def __reduce__(self) -> Any:
        return self.how, (f"touch {self.path}",)


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("how", [os.system, eval, exec, __import__], ids=lambda how: how.__name__)
def test_a_pickle_that_runs_code_is_refused(
    tmp_path: Path, how: Callable[..., Any], old: bool
) -> None:
    path = tmp_path / "model.pt"
    content = {"model": {}, "vocab": Touch(tmp_path / "touched", how)}
    torch.save(content, path, _use_new_zipfile_serialization=not old)
    with pytest.raises(InputError, match="which no checkpoint needs"):
        read_checkpoint(path)
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("old", [False, True])
def test_tensors_are_those_that_were_saved(tmp_path: Path, old: bool) -> None:
    made = {
        "whole": torch.randn(3, 4),
        "turned": torch.randn(3, 4).T,
        "half": torch.randn(5).half(),
        "part": torch.arange(10)[2:8:2],
        "learnt": torch.nn.Parameter(torch.randn(2)),
    }
    content = {"model": OrderedDict(made), "opt": Namespace(lr=0.1), "sizes": {1, 2}}
    torch.save(content, tmp_path / "model.pt", _use_new_zipfile_serialization=not old)
    read = read_checkpoint(tmp_path / "model.pt")
    assert (read["opt"].lr, read["sizes"]) == (0.1, {1, 2})
    for name, tensor in made.items():
        stored = read["model"][name]
        assert isinstance(stored, Stored)
        expected = tensor.detach().float() if tensor.is_floating_point() else tensor
        assert torch.equal(stored.tensor(), expected)


def test_foreign_objects_do_nothing(tmp_path: Path) -> None:
    with classes("onmt.secret.Loader") as (kind,):
        loader = kind()
        vars(loader).update(words=["a", "b"])
        torch.save({"vocab": loader}, tmp_path / "model.pt")
    read = read_checkpoint(tmp_path / "model.pt")["vocab"]
    assert isinstance(read, Stand)
    assert vars(read) == {"words": ["a", "b"]}


def rewritten(path: Path, change: Callable[[str, bytes], bytes], *, packed: bool = False) -> None:
    """Write a zip again, with its entries changed."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, data in entries.items():
            archive.writestr(name, change(name, data))


def lying(name: str, data: bytes) -> bytes:
    """Say that a vector of 1,000 numbers has 1,000,000."""
    return data.replace(pickle.dumps(1000, 2)[2:-1], b"J" + (10**6).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("change", "packed", "message"),
    [
        (lambda name, data: data, True, "compressed"),
        (
            lambda name, data: data[:40] if name.endswith("data.pkl") else data,
            False,
            "no checkpoint",
        ),
        (lambda name, data: b"big" if name.endswith("byteorder") else data, False, "big-endian"),
        (lambda name, data: data[:-4] if "/data/" in name else data, False, "bytes"),
        (lying, False, "bytes"),
    ],
    ids=["compressed", "cut", "big-endian", "short data", "huge"],
)
def test_a_file_that_lies_is_refused(
    tmp_path: Path, change: Callable[[str, bytes], bytes], packed: bool, message: str
) -> None:
    path = tmp_path / "model.pt"
    torch.save({"weight": torch.zeros(1000)}, path)
    rewritten(path, change, packed=packed)
    with pytest.raises(InputError, match=message):
        read_checkpoint(path)["weight"].tensor()


@pytest.mark.parametrize("end", [0, 10, 200, 600, -1])
@pytest.mark.parametrize("old", [False, True])
def test_a_cut_file_is_refused(tmp_path: Path, old: bool, end: int) -> None:
    path = tmp_path / "model.pt"
    torch.save({"w": torch.zeros(100)}, path, _use_new_zipfile_serialization=not old)
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(InputError):
        read_checkpoint(path)


@pytest.mark.parametrize(
    "pickled",
    [
        b"\x80\x05\x96\xff\xff\xff\xff\xff\x00\x00\x00.",  # a bytearray of a terabyte
        b"\x80\x02r\xff\xff\xff\x7f.",  # a place in the memo two thousand million behind
        b"\x80\x02}(\x85\x85K\x01u.",
        b"\x80\x02cargparse\nNamespace\n}b.",  # state for a class
        pickle.dumps({((1, (2, 3)), 4): 5}, 2),
    ],
)
def test_a_hostile_pickle_is_refused_at_once(tmp_path: Path, pickled: bytes) -> None:
    path = tmp_path / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickled)
    with pytest.raises(InputError):
        read_checkpoint(path)


def test_a_view_larger_than_its_storage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    torch.save({"w": torch.zeros(1).expand(10**9)}, path)
    with pytest.raises(InputError, match="larger than its storage"):
        read_checkpoint(path)


def test_what_is_no_file_of_torch_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    for data in (b"", b"hello", pickle.dumps([1, 2]), io.BytesIO(b"\x80\x02").getvalue()):
        path.write_bytes(data)
        with pytest.raises(InputError, match="no checkpoint of torch"):
            read_checkpoint(path)
    with pytest.raises(InputError, match="cannot read"):
        read_checkpoint(tmp_path / "nothing.pt")


SETTINGS = """\
# a comment
name: "tiny # one"   # another
empty:
flow: {a: [1, 2.5, yes], b: 'it''s', c: {}}
long: [1,
  2, 3]
list:
- x
- y: 1
  z: null
  -
nested:
  deep:
    number: -1e-3
    text: a: b
"""


def test_settings_are_read() -> None:
    text = SETTINGS.replace("  -\n", "").replace("    text: a: b\n", "    text: a b\n")
    assert parse(text, "x") == {
        "name": "tiny # one",
        "empty": None,
        "flow": {"a": [1, 2.5, True], "b": "it's", "c": {}},
        "long": [1, 2, 3],
        "list": ["x", {"y": 1, "z": None}],
        "nested": {"deep": {"number": -1e-3, "text": "a b"}},
    }
    assert parse("", "x") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: !!python/object:os.system x", "line 1: ! begins"),
        ("a: 1\nb: &x 2", "line 2: & begins"),
        ("a: *x", "begins something"),
        ("a: [1, 2", "bracket"),
        ("a: 1\na: 2", "a occurs twice"),
        ("a: 1\n   b: 2", "indented"),
        ("- 1\n- 2", "no mapping"),
        ("a: |\n  text", "begins something"),
        ("a: " + "[" * 1000, "bracket|deep"),
        ("just words", "neither"),
    ],
)
def test_settings_beyond_plain_ones_are_refused_by_line(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(text, "x")
