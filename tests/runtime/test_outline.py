"""Graphs are read before ONNX Runtime reads them: what no bundle may hold never gets there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez import Translator
from allez.bundle import onnx_check
from allez.bundle.contract import OPERATORS, decoder_graph, encoder_graph
from allez.bundle.onnx_check import read_outline
from allez.bundle.reader import Bundle
from allez.errors import BundleFormatError, SessionError
from support import wire
from support.refusals import CONSTANT, GRAPH, NODE, TINY
from support.wire import add, build, edit, put


def test_what_the_files_say_is_what_the_contract_says(
    tiny_bundle: Path, shipped_bundle: Path
) -> None:
    for path in (tiny_bundle, shipped_bundle):
        bundle = Bundle.read(path)
        for role, graph in (("encoder", encoder_graph(4)), ("decoder", decoder_graph(4))):
            found = read_outline(bundle.data(role))
            assert [v.name for v in found.inputs] == [t.name for t in graph.inputs]
            assert [v.name for v in found.outputs] == [t.name for t in graph.outputs]
            assert found.operators <= OPERATORS
            assert ("", "If") in found.operators or role == "encoder"


def replace_graph(bundle: Path, role: str, data: bytes) -> None:
    import hashlib

    (bundle / f"{role}.onnx").write_bytes(data)
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][role] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (bundle / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_external_data_comes_with_a_hint() -> None:
    data = edit(TINY["encoder"], ((GRAPH, 0), (CONSTANT, 0)), add(13, b""))
    with pytest.raises(BundleFormatError) as caught:
        read_outline(data)
    assert caught.value.hint == "all weights must be in the graph's own file"


def test_a_graph_is_read_as_onnx_whatever_else_it_looks_like(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    """ONNX Runtime's own format is known by four bytes, which a producer's name can be."""
    data = build([(1, 0, 10), (2, 2, b"ORTM" + b"x" * 20), *wire.parse(TINY["encoder"])[2:]])
    assert data[4:8] == b"ORTM"
    copy = Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))
    replace_graph(copy, "encoder", data)
    with Translator(copy) as translator, Translator(tiny_bundle) as plain:
        text = "Je vois le chat noir."
        assert translator(text) == plain(text)


def test_what_onnxruntime_refuses_is_one_error_and_nothing_is_printed(
    tiny_bundle: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """By itself the library prints to standard output, and tries the same once more."""
    copy = Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))
    replace_graph(
        copy, "decoder", edit(TINY["decoder"], ((GRAPH, 0), (NODE, 3)), put(1, "nowhere"))
    )
    with pytest.raises(SessionError, match="ONNX Runtime refused the decoder graph: "):
        Translator(copy)
    assert capfd.readouterr() == ("", "")


def test_packed_numbers_are_numbers() -> None:
    def pack(fields: Any) -> Any:
        dims = b"".join(wire.varint(v) for n, _, v in fields if n == 1)
        return [(1, 2, dims), *(f for f in fields if f[0] != 1)]

    path = ((GRAPH, 0), (CONSTANT, 0))
    assert read_outline(edit(TINY["encoder"], path, pack)) == read_outline(TINY["encoder"])


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"\x08", "does not end"),
        (b"\x08" + b"\xff" * 20, "does not end"),
        (b"\x08" + b"\xff" * 9 + b"\x02", "does not end"),
        (b"\x3a\x05abc", "ends too early"),
        (b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "ends too early"),
        (b"\x3b", "malformed"),
        (b"\x00\x00", "unknown field 0"),
        (b"", "IR version 0"),
        (b"\x08\x0a\x42\x02\x10\x14", "there is no graph"),
    ],
    ids=repr,
)
def test_bytes_that_are_no_message(data: bytes, named: str) -> None:
    with pytest.raises(BundleFormatError, match=named):
        read_outline(data)


def test_the_outline_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_check, "MAX_FIELDS", 100)
    with pytest.raises(BundleFormatError, match="more than 100 fields"):
        read_outline(TINY["decoder"])


@settings(max_examples=300)
@given(data=st.data())
def test_any_damage_is_an_outline_or_a_named_error(data: st.DataObject) -> None:
    graph = bytearray(TINY[data.draw(st.sampled_from(["encoder", "decoder"]))])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(graph) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "insert", "set"])):
            case "flip":
                graph[at] ^= 1 << data.draw(st.integers(0, 7))
            case "cut":
                del graph[at : at + data.draw(st.integers(1, 50))]
            case "insert":
                graph[at:at] = data.draw(st.binary(max_size=12))
            case _:
                graph[at] = 0xFF
        if not graph:
            break
    try:
        found = read_outline(bytes(graph))
    except BundleFormatError:
        return
    assert found.operators <= OPERATORS
