"""Graphs are read before ONNX Runtime reads them: what no bundle may hold never gets there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
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
from allez.model import session
from support import wire
from support.wire import add, build, drop, edit, put

BUNDLES = Path(__file__).parents[2] / "spec" / "bundles"


Path_ = Sequence[tuple[int, int]]
Change = Callable[[Any], Any]

TINY = {role: (BUNDLES / "tiny" / f"{role}.onnx").read_bytes() for role in ("encoder", "decoder")}

# Fields of ONNX: a model's graph; a graph's nodes, constants, inputs, outputs; and so on inwards.
GRAPH, NODE, CONSTANT, INPUT, OUTPUT = 7, 1, 5, 11, 12
OP, DOMAIN, ATTRIBUTE, BRANCH = 4, 7, 5, 6
TYPE = ((2, 0), (1, 0))
AXIS = (*TYPE, (2, 0), (1, 0))


def node_of(data: bytes, operator: bytes) -> tuple[int, int]:
    """Return the step to the first node of an operator."""
    (graph,) = (field[2] for field in wire.parse(data) if field[0] == GRAPH)
    nodes = [field[2] for field in wire.parse(graph) if field[0] == NODE]
    return NODE, next(i for i, n in enumerate(nodes) if (OP, 2, operator) in wire.parse(n))


IF = ((GRAPH, 0), node_of(TINY["decoder"], b"If"))
SPLIT = ((GRAPH, 0), node_of(TINY["decoder"], b"Split"))
IN_BRANCH = (*IF, (ATTRIBUTE, 0), (BRANCH, 0))


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


def nested(depth: int) -> bytes:
    """Return the fields of a graph in which an If holds an If holds an If …"""
    graph = b""
    for _ in range(depth):
        attribute = build([(1, 2, b"then_branch"), (BRANCH, 2, graph), (20, 0, 5)])
        node = build([(OP, 2, b"If"), (ATTRIBUTE, 2, attribute)])
        graph = build([(NODE, 2, node)])
    return graph


@pytest.mark.parametrize(
    ("role", "path", "change", "named"),
    [
        ("decoder", ((GRAPH, 0), (NODE, 3)), put(OP, "Loop"), "operator 'Loop'"),
        ("decoder", ((GRAPH, 0), (NODE, 3)), put(DOMAIN, "com.evil"), "operator 'com.evil::"),
        ("encoder", ((GRAPH, 0), (NODE, 3)), lambda f: [(OP, 2, b"MatMulNBits"),
            (DOMAIN, 2, b"com.microsoft")], "operator 'com.microsoft::MatMulNBits'"),
        *[("encoder", ((GRAPH, 0), (NODE, 3)), lambda f, op=op, name=name: [(OP, 2, op),
            (DOMAIN, 2, b"com.microsoft"), (ATTRIBUTE, 2, build([(1, 2, name), (3, 0, 1),
            (20, 0, 2)]))], f"{op.decode()} has '{name.decode()}', which bundles do not use")
          for op, name in ((b"FusedMatMul", b"transBatchA"), (b"QGemm", b"transA"))],
        ("decoder", (*IN_BRANCH, (NODE, 0)), put(OP, "Scan"), "operator 'Scan'"),
        ("decoder", (*IN_BRANCH, (NODE, 0)), put(DOMAIN, "ai.onnx.ml"), "operator 'ai.onnx.ml::"),
        ("decoder", IN_BRANCH, add(NODE, build([(OP, 2, b"Py")])), "operator 'Py'"),
        ("decoder", IN_BRANCH, lambda f: [*f, *wire.parse(nested(12))], "nested more than 8"),
        ("decoder", (), add(25, b""), "the model has functions"),
        ("decoder", (), add(20, b""), "the model has training_info"),
        ("decoder", (), add(14, b""), "the model has metadata_props"),
        ("decoder", (), add(99, b""), "an unknown field 99"),
        ("decoder", (), add(GRAPH, b""), "graph of the model is malformed"),
        ("decoder", (), drop(GRAPH), "there is no graph"),
        ("decoder", (), put(1, 11), "IR version 11 is not one"),
        ("decoder", (), put(1, 2**64 - 1), "IR version"),
        ("decoder", ((8, 0),), put(2, 22), "opset 22 of the domain '' is not one"),
        ("decoder", ((8, 0),), put(1, "ai.onnx.ml"), "is not one that bundles use"),
        ("encoder", ((8, 1),), put(2, 2), "opset 2 of the domain 'com.microsoft' is not one"),
        ("encoder", ((8, 1),), put(1, ""), "opset 1 of the domain ''"),
        ("encoder", (), lambda f: [x for x in f if x[0] != 8], "there is no opset of the domain"),
        ("encoder", (), lambda f: [*f, *[x for x in f if x[0] == 8]], "two opsets"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), add(13, b""), "a tensor has external_data"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), put(14, 1), "a tensor has data_location"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), add(4, b"\0" * 4), "a tensor has float_data"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), put(1, 10**15), "has dimensions"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), put(1, 2**64 - 1), "has dimensions"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), put(1, 2**30), "bytes"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), lambda f: [*[(1, 0, 1)] * 9, *f],
            "has dimensions"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), drop(9), "has 0 bytes"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), put(2, 8), "elements of type 8"),
        ("encoder", ((GRAPH, 0), (CONSTANT, 0)), put(2, 2**32 + 1), "elements of type"),
        ("encoder", ((GRAPH, 0),), add(15, b""), "a graph has sparse_initializer"),
        ("decoder", (*IF, (ATTRIBUTE, 0)), add(5, b""), "an attribute has t"),
        ("decoder", (*IF, (ATTRIBUTE, 0)), add(21, b"x"), "an attribute has ref_attr_name"),
        ("decoder", (*IF, (ATTRIBUTE, 0)), put(20, 10), "of no kind that bundles use"),
        ("decoder", (*IF, (ATTRIBUTE, 0)), put(3, 1), "of no kind"),
        ("encoder", ((GRAPH, 0), (INPUT, 0)), put(1, "src"), "input 'source' is absent"),
        ("encoder", ((GRAPH, 0), (INPUT, 0)), put(1, "source_length"), "have one name"),
        ("encoder", ((GRAPH, 0), (INPUT, 0), *TYPE), put(1, 1), "the contract says"),
        ("encoder", ((GRAPH, 0), (INPUT, 0), *TYPE), put(1, 8), "no type or shape"),
        ("encoder", ((GRAPH, 0), (INPUT, 0), *TYPE), drop(2), "no type or shape"),
        ("encoder", ((GRAPH, 0), (INPUT, 0), *AXIS), put(2, "S"), r"\[S, S\]"),
        ("encoder", ((GRAPH, 0), (INPUT, 0), *AXIS), lambda f: [(1, 0, 7)], r"\[7, S\]"),
        ("encoder", ((GRAPH, 0), (INPUT, 0), *AXIS), add(1, 7), "neither one size nor one name"),
        ("encoder", ((GRAPH, 0), (INPUT, 0), (2, 0)), lambda f: [(4, 2, b"")], "sequence_type"),
        ("encoder", ((GRAPH, 0),), add(INPUT, build([(1, 2, b"x")])), "'x' is not a tensor"),
        ("decoder", ((GRAPH, 0),), drop(OUTPUT), "output 'attention' is absent"),
        ("decoder", ((GRAPH, 0), (OUTPUT, 0)), put(1, b"\xff"), "is not UTF-8"),
        ("decoder", ((GRAPH, 0), (NODE, 0)), put(OP, "x" * 10_000), "has 10000 bytes"),
        ("decoder", (*SPLIT, (ATTRIBUTE, 1)), put(3, 3), "Split has 4 outputs, not 3"),
        ("decoder", ((GRAPH, 0), (NODE, 0)), add(1, b"\xff"), "is not UTF-8"),
        ("decoder", ((GRAPH, 0), (NODE, 0)), put(OP, 5), "op_type of a node is malformed"),
        ("decoder", ((GRAPH, 0), (NODE, 0)), put(OP, b"1234", wire=5), "is malformed"),
    ],
    ids=str,
)  # fmt: skip
def test_what_no_bundle_may_hold_is_named_and_goes_no_further(
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    role: str,
    path: Path_,
    change: Change,
    named: str,
) -> None:
    def reached(*_: object, **__: object) -> None:
        pytest.fail("ONNX Runtime was given the graph")

    data = edit(TINY[role], path, change)
    assert data != TINY[role]
    copy = Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))
    replace_graph(copy, role, data)
    original = session.ort.InferenceSession
    monkeypatch.setattr(
        session.ort,
        "InferenceSession",
        lambda graph, *a, **k: reached() if graph == data else original(graph, *a, **k),
    )
    with pytest.raises(BundleFormatError, match=named) as caught:
        Translator(copy)
    assert f"the {role} graph: " in str(caught.value)
    assert str(copy) in str(caught.value)


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
