"""Bundles that every host must refuse, or take: what `spec/vectors/bundles.jsonl` is made of.

    python -m support.refusals      in `tests/`: writes the file, and how Python refuses each

A case is a name, a bundle to begin with, and edits as `bundles.py` lists them.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from allez import Translator
from allez.errors import AllezError
from support import wire
from support.bundles import BUNDLES, VECTORS, make
from support.wire import add, build, drop, edit, put

Edits = list[dict[str, Any]]
Case = tuple[str, str, Edits]
Way = Sequence[tuple[int, int]]

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
FIRST = ((GRAPH, 0), (CONSTANT, 0))
NODE_3 = ((GRAPH, 0), (NODE, 3))
SOURCE = ((GRAPH, 0), (INPUT, 0))


def nested(depth: int) -> bytes:
    """Return the fields of a graph in which an If holds an If holds an If …"""
    graph = b""
    for _ in range(depth):
        attribute = build([(1, 2, b"then_branch"), (BRANCH, 2, graph), (20, 0, 5)])
        node = build([(OP, 2, b"If"), (ATTRIBUTE, 2, attribute)])
        graph = build([(NODE, 2, node)])
    return graph


def turned(operator: bytes, name: bytes) -> Callable[[Any], Any]:
    """Return a change to a node of com.microsoft with one attribute set."""
    attribute = build([(1, 2, name), (3, 0, 1), (20, 0, 2)])
    return lambda _: [(OP, 2, operator), (DOMAIN, 2, b"com.microsoft"), (ATTRIBUTE, 2, attribute)]


CONV = {
    **{"dilations": [1, 1], "kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [2, 2]},
    "group": 1,
}


def convolution(inputs: int = 2, **changes: Any) -> Callable[[Any], Any]:
    """Return a change to a convolution; an attribute that is None is left out."""
    fields: list[Any] = [(1, 2, b"x")] * inputs + [(OP, 2, b"Conv")]
    for name, value in {**CONV, **changes}.items():
        if value is None:
            continue
        if isinstance(value, bytes):
            held = [(4, 2, value), (20, 0, 3)]
        elif isinstance(value, int):
            held = [(3, 0, value % 2**64), (20, 0, 2)]
        else:
            held = [*((8, 0, number % 2**64) for number in value), (20, 0, 7)]
        fields.append((ATTRIBUTE, 2, build([(1, 2, name.encode()), *held])))
    return lambda _: fields


GRAPHS: list[tuple[str, str, Way, Callable[[Any], Any]]] = [
    ("a convolution with a bias", "encoder", NODE_3, convolution(3)),
    ("a convolution of one input", "encoder", NODE_3, convolution(1)),
    ("a convolution without strides", "encoder", NODE_3, convolution(strides=None)),
    ("a convolution without anything", "encoder", NODE_3, convolution(**dict.fromkeys(CONV))),
    ("a convolution of stride 0", "encoder", NODE_3, convolution(strides=[1, 0])),
    ("a convolution of negative dilations", "encoder", NODE_3, convolution(dilations=[-3, 1])),
    ("a convolution of negative pads", "encoder", NODE_3, convolution(pads=[0, 0, 0, -1])),
    ("a convolution of two pads", "encoder", NODE_3, convolution(pads=[1, 1])),
    ("a convolution along one axis", "encoder", NODE_3, convolution(kernel_shape=[3])),
    ("a convolution with a huge window", "encoder", NODE_3, convolution(kernel_shape=[3, 33])),
    ("a convolution in groups", "encoder", NODE_3, convolution(group=2)),
    ("a convolution in groups like a list", "encoder", NODE_3, convolution(group=[1, 1])),
    ("a convolution padded by itself", "encoder", NODE_3, convolution(auto_pad=b"VALID")),
    ("an operator that loops", "decoder", NODE_3, put(OP, "Loop")),
    ("an operator of a foreign domain", "decoder", NODE_3, put(DOMAIN, "com.evil")),
    ("an operator nobody exports", "encoder", NODE_3, lambda _: [(OP, 2, b"MatMulNBits"),
        (DOMAIN, 2, b"com.microsoft")]),
    ("FusedMatMul turned", "encoder", NODE_3, turned(b"FusedMatMul", b"transBatchA")),
    ("QGemm turned", "encoder", NODE_3, turned(b"QGemm", b"transA")),
    ("an operator in a branch", "decoder", (*IN_BRANCH, (NODE, 0)), put(OP, "Scan")),
    ("a domain in a branch", "decoder", (*IN_BRANCH, (NODE, 0)), put(DOMAIN, "ai.onnx.ml")),
    ("a node more in a branch", "decoder", IN_BRANCH, add(NODE, build([(OP, 2, b"Py")]))),
    ("branches in branches", "decoder", IN_BRANCH, lambda f: [*f, *wire.parse(nested(12))]),
    ("functions", "decoder", (), add(25, b"")),
    ("training information", "decoder", (), add(20, b"")),
    ("metadata", "decoder", (), add(14, b"")),
    ("an unknown field", "decoder", (), add(99, b"")),
    ("two graphs", "decoder", (), add(GRAPH, b"")),
    ("a newer IR version", "decoder", (), put(1, 11)),
    ("an IR version beyond all", "decoder", (), put(1, 2**64 - 1)),
    ("a newer opset", "decoder", ((8, 0),), put(2, 22)),
    ("an opset of a foreign domain", "decoder", ((8, 0),), put(1, "ai.onnx.ml")),
    ("a newer opset of com.microsoft", "encoder", ((8, 1),), put(2, 2)),
    ("an old opset", "encoder", ((8, 1),), put(1, "")),
    ("no opset", "encoder", (), lambda f: [x for x in f if x[0] != 8]),
    ("two opsets", "encoder", (), lambda f: [*f, *[x for x in f if x[0] == 8]]),
    ("external data", "encoder", FIRST, add(13, b"")),
    ("a place of data", "encoder", FIRST, put(14, 1)),
    ("numbers as a list", "encoder", FIRST, add(4, b"\0" * 4)),
    ("a huge dimension", "encoder", FIRST, put(1, 10**15)),
    ("a negative dimension", "encoder", FIRST, put(1, 2**64 - 1)),
    ("more numbers than bytes", "encoder", FIRST, put(1, 2**30)),
    ("nine dimensions", "encoder", FIRST, lambda f: [*[(1, 0, 1)] * 9, *f]),
    ("no numbers", "encoder", FIRST, drop(9)),
    ("strings", "encoder", FIRST, put(2, 8)),
    ("a type that wraps around", "encoder", FIRST, put(2, 2**32 + 1)),
    ("a sparse constant", "encoder", ((GRAPH, 0),), add(15, b"")),
    ("an attribute that is a tensor", "decoder", (*IF, (ATTRIBUTE, 0)), add(5, b"")),
    ("an attribute by reference", "decoder", (*IF, (ATTRIBUTE, 0)), add(21, b"x")),
    ("an attribute of a strange kind", "decoder", (*IF, (ATTRIBUTE, 0)), put(20, 10)),
    ("an attribute of two kinds", "decoder", (*IF, (ATTRIBUTE, 0)), put(3, 1)),
    ("an input of another name", "encoder", SOURCE, put(1, "src")),
    ("two inputs of one name", "encoder", SOURCE, put(1, "source_length")),
    ("an input of another type", "encoder", (*SOURCE, *TYPE), put(1, 1)),
    ("an input of strings", "encoder", (*SOURCE, *TYPE), put(1, 8)),
    ("an input without shape", "encoder", (*SOURCE, *TYPE), drop(2)),
    ("an axis of another name", "encoder", (*SOURCE, *AXIS), put(2, "S")),
    ("an axis of one size", "encoder", (*SOURCE, *AXIS), lambda _: [(1, 0, 7)]),
    ("an axis of size and name", "encoder", (*SOURCE, *AXIS), add(1, 7)),
    ("an input that is a sequence", "encoder", (*SOURCE, (2, 0)), lambda _: [(4, 2, b"")]),
    ("an input that is nothing", "encoder", ((GRAPH, 0),), add(INPUT, build([(1, 2, b"x")]))),
    ("no outputs", "decoder", ((GRAPH, 0),), drop(OUTPUT)),
    ("a name that is not UTF-8", "decoder", ((GRAPH, 0), (OUTPUT, 0)), put(1, b"\xff")),
    ("a name without end", "decoder", ((GRAPH, 0), (NODE, 0)), put(OP, "x" * 300)),
    ("a wrong count of outputs", "decoder", (*SPLIT, (ATTRIBUTE, 1)), put(3, 3)),
    ("an input's name that is not UTF-8", "decoder", ((GRAPH, 0), (NODE, 0)), add(1, b"\xff")),
    ("an operator that is a number", "decoder", ((GRAPH, 0), (NODE, 0)), put(OP, 5)),
    ("a field of another wire type", "decoder", ((GRAPH, 0), (NODE, 0)), put(OP, b"1234", wire=5)),
]  # fmt: skip
"""Graphs with one thing wrong: a name, the role, the way inwards, and the change there."""


def splices(old: bytes, new: bytes) -> list[list[Any]]:
    """Return what makes one text of bytes of another: places of the old, lengths, other bytes."""
    found: list[list[Any]] = []
    a = b = 0
    while old[a:] != new[b:]:
        while a < len(old) and b < len(new) and old[a] == new[b]:
            a, b = a + 1, b + 1
        for removed, inserted in ((r, i) for r in range(4) for i in range(4)):
            rest_a, rest_b = old[a + removed :], new[b + inserted :]
            if removed + inserted and rest_a[:24] == rest_b[:24] and len(rest_a) > 24:
                break
        else:
            same = 0
            while same < min(len(old) - a, len(new) - b) and old[-1 - same] == new[-1 - same]:
                same += 1
            removed, inserted = len(old) - a - same, len(new) - b - same
        found.append([a, removed, new[b : b + inserted].hex()])
        a, b = a + removed, b + inserted
    return found


def graph_cases() -> Iterator[Case]:
    """Yield the graphs as cases."""
    for name, role, way, change in GRAPHS:
        data = edit(TINY[role], way, change)
        yield name, "tiny", [{"file": f"{role}.onnx", "splices": splices(TINY[role], data)}]
    yield "no graph", "tiny", [{"file": "decoder.onnx", "hex": "080a42021015"}]
    yield "an empty graph file", "tiny", [{"file": "encoder.onnx", "hex": ""}]
    yield "text in place of a graph", "tiny", [{"file": "encoder.onnx", "text": "not a graph"}]
    half = [[len(TINY["decoder"]) // 2, len(TINY["decoder"]) - len(TINY["decoder"]) // 2, ""]]
    yield "half a graph", "tiny", [{"file": "decoder.onnx", "splices": half}]


def value(key: str, to: Any, base: str = "tiny") -> Case:
    """Return a case with one value of the manifest set."""
    shown = json.dumps(to, ensure_ascii=True)
    return f"{key} = {shown[:40]}", base, [{"set": key, "to": to}]


def missing(key: str, base: str = "tiny") -> Case:
    """Return a case with one key of the manifest dropped."""
    return f"no {key}", base, [{"drop": key}]


ENTITIES = {"number": ["\ue000", "\ue001"], "name": [], "thing": [], "term": [], "numbers": None}
CONFIDENCE = {"intercept": 0.5, "features": [{"name": "mean_score", "weight": 2.0}]}


def searched(search: Any) -> Case:
    """Return a case of format 3 with what it says of search."""
    edits = [{"set": "format_version", "to": 3}, {"set": "search", "to": search}]
    return f"format 3, search {json.dumps(search)[:80]}", "tiny", edits


USUAL = {"beam_size": 4, "length_penalty": 1.0}
SEARCHES: list[Any] = [
    {**USUAL, "length_offset": -1}, {**USUAL, "length_offset": 10.5},
    {**USUAL, "length_offset": "5"}, {**USUAL, "early_stopping": True},
    {**USUAL, "early_stopping": "never"}, {**USUAL, "finished": "lost"}, {**USUAL, "patience": 2},
    {**USUAL, "repeats": "never"}, {**USUAL, "repeats": 3},
    {"beam_size": 4, "finished": "kept"}, {**USUAL, "beam_size": 101}, 4, None,
]  # fmt: skip
PARENT = {"name": "a", "version": "1", "license": "CC0-1.0", "files": {"encoder": "0" * 64}}
IMAGE = {
    **{"kind": "image", "height": 2, "width": 3, "channels": 1, "mean": [0.5], "scale": [0.25]},
    **{"rows": 1, "columns": 2},
}

MANIFESTS: list[Case] = [
    *[value("format_version", to) for to in (4, 0, True, "2", 1.0, "\x1b" * 200, None, [], {})],
    missing("format_version"),
    *[value(key, to) for key, to in (
        ("name", 3), ("name", "x" * 1001), ("name", "a\nb"), ("name", "a\u202eb"),
        ("name", "a\u200bb"), ("name", "a\u00a0b"), ("license", "\x1b[2J"), ("task", "dance"),
        ("task", "translation"), ("task", None), ("files", []), ("files.decoder", "decoder.onnx"),
        ("files.decoder.name", "../decoder.onnx"), ("files.decoder.name", "/etc/passwd"),
        ("files.decoder.name", "manifest.json"), ("files.decoder.name", "NUL.onnx"),
        ("files.decoder.name", "com1"), ("files.decoder.name", ".hidden"),
        ("files.decoder.name", "a" * 101), ("files.decoder.name", "d\u00e9codeur.onnx"),
        ("files.decoder.bytes", 10**12), ("files.card.bytes", 64_000_001),
        ("files.decoder.bytes", -1), ("files.decoder.sha256", "0" * 63),
        ("files.decoder.sha256", "A" * 64), ("input", "text"), ("input.kind", "sound"),
        ("input.cut", "words"), ("input.tokens", 0), ("input.tokens", 10_001),
        ("input.separator", 3), ("source", "fr"), ("source.language", None),
        ("source.tokenizer", "target_tokenizer"), ("source.size", 3), ("source.size", 1_000_001),
        ("source.eos", -1), ("source.eos", 420), ("target.bos", 420), ("target.bos", 1.0),
        ("target.eos", 1_000_000), ("target.size", 10**30),
        ("target.typography", "de"), ("target.typography", True), ("states", {}), ("states", [3]),
        ("states", [{"name": "state.0"}]), ("states", [{"name": "state.1", "width": 48}]),
        ("states.0.width", 0), ("states.3.width", 65_537), ("memory_width", 0),
        ("key_width", 65_537), ("attention", 1), ("limits.target_per_source", -0.5),
        ("limits.target_per_source", 50), ("limits.target_per_source", "1.8"),
        ("limits.target_extra", 0), ("limits.target_extra", 10_001), ("limits", None),
        ("search.beam_size", 101), ("search.length_penalty", 10.5), ("search.beam_size", True),
        ("optimization_level", "most"), ("minimum_onnxruntime", "any"),
        ("minimum_onnxruntime", "1.\u00b2"), ("minimum_onnxruntime", "1.2.3.4.5"),
        ("training_data", "train"), ("training_data", ["a", 1]), ("training_data", ["a\n"]),
        ("parents", {}), ("parents", [{**PARENT, "files": {"encoder": "0"}}]),
        ("parents", [{**PARENT, "version": 1}]), ("entities", []),
        ("entities", {**ENTITIES, "number": "\ue000"}),
        ("entities", {**ENTITIES, "number": ["\ue000", "\ue000"]}),
        ("entities", {**ENTITIES, "name": ["\ue001"]}), ("entities", {**ENTITIES, "name": ["a"]}),
        ("entities", {**ENTITIES, "thing": ["\ue020\ue021"]}),
        ("entities", {**ENTITIES, "date": []}), ("entities", {**ENTITIES, "numbers": {}}),
        ("entities", {**ENTITIES, "numbers": {"source": "fr", "target": "de"}}),
        ("confidence", {**CONFIDENCE, "intercept": None}),
        ("confidence", {**CONFIDENCE, "features": CONFIDENCE["features"] * 2}),
        ("confidence", {**CONFIDENCE, "scale": 1}), ("scores", []), ("made_with", "hands"),
        ("input", {**IMAGE, "scale": [0.0]}), ("input", {**IMAGE, "mean": [0.5, 0.5]}),
        ("input", {**IMAGE, "channels": 5}), ("input", {**IMAGE, "mean": ["a"]}),
        ("input", {**IMAGE, "rows": 0}), ("input", {**IMAGE, "columns": 1001}),
    )],
    *[missing(key) for key in (
        "name", "task", "files.decoder", "files.tokenizer", "files.sentences", "files.golden",
        "input.kind", "source.eos", "target", "states", "search.beam_size", "scores",
    )],
    value("task", "summarize"),
    ("a bundle that reads images", "tiny", [
        {"set": "task", "to": "caption"}, {"set": "input", "to": IMAGE}, {"drop": "source"},
        {"drop": "files.sentences"}]),
    *[searched(to) for to in SEARCHES],
    ("names without entities", "tiny", [{"set": "files.names", "to": {
        "name": "names.txt", "bytes": 0, "sha256": "0" * 64}}]),
    ("a long file of names", "tiny", [{"set": "files.names", "to": {
        "name": "names.txt", "bytes": 400_001, "sha256": "0" * 64}}]),
    ("a shortlist of two tokenizers", "tiny_shortlist", [
        {"set": "files.target_tokenizer", "to": {
            "name": "t.json", "bytes": 0, "sha256": "0" * 64}},
        {"set": "target.tokenizer", "to": "target_tokenizer"}]),
    *[value(key, to, "tiny_v1") for key, to in (
        ("task", "summary"), ("vocabulary", "420"), ("vocabulary", True), ("vocabulary", 3),
        ("vocabulary", 420.5), ("tokens", []), ("tokens.eos", 0), ("tokens.eos", 100_000),
        ("limits.source_tokens", 20_000), ("limits.target_per_source", 50),
        ("encoder_inputs", ["image"]), ("minimum_onnxruntime", "any"), ("name", "a\u200bb"),
        ("source", {}),
    )],
    *[missing(key, "tiny_v1") for key in ("vocabulary", "tokens.pad", "encoder_inputs")],
    ("not a number", "tiny", [{"replace": ['"length_penalty": 1.0', '"length_penalty": NaN']}]),
    ("NaN in scores", "tiny", [{"replace": ['"scores": {', '"scores": {"x": NaN, ']}]),
    ("a number beyond all", "tiny",
        [{"replace": ['"length_penalty": 1.0', '"length_penalty": 1e999']}]),
    ("a number of 5,000 digits", "tiny", [{"replace": ['"size": 420', '"size": ' + "9" * 5000]}]),
    ("a key twice", "tiny", [{"replace": ['"name": "tiny"', '"name": "tiny", "name": "tiny"']}]),
    ("a list within lists", "tiny",
        [{"replace": ['"scores": {', '"scores": {"x": ' + "[" * 80 + "]" * 80 + ", "]}]),
    ("an empty manifest", "tiny", [{"manifest": ""}]),
    ("a manifest cut short", "tiny", [{"manifest": "{"}]),
    ("a list as manifest", "tiny", [{"manifest": "[]"}]),
    ("a manifest with a byte order mark", "tiny", [{"manifest": "\ufeff{}"}]),
    ("a manifest that is not UTF-8", "tiny", [{"manifest_hex": "fffe7b7d"}]),
    ("a manifest of a million bytes", "tiny",
        [{"file": "manifest.json", "zeros": 1_000_001, "mend": False}]),
]  # fmt: skip

FILES: list[Case] = [
    ("a byte more", "tiny", [{"file": "golden.jsonl", "text": " ", "mend": False}]),
    ("another byte", "tiny",
        [{"file": "decoder.onnx", "splices": [[9000, 1, "7f"]], "mend": False}]),
    ("a missing file", "tiny", [{"remove": "decoder.onnx"}]),
    ("a folder in place of a file", "tiny", [{"folder": "decoder.onnx"}]),
    ("a link", "tiny", [{"link": "decoder.onnx"}]),
    ("a manifest that is a link", "tiny", [{"link": "manifest.json"}]),
    ("no manifest", "tiny", [{"remove": "manifest.json"}]),
    ("another vocabulary", "tiny", [{"set": "source.size", "to": 421},
        {"set": "target.size", "to": 421}]),
    ("sentences longer than the encoder takes", "tiny", [{"set": "input.tokens", "to": 99}]),
    ("another width of memory", "tiny", [{"set": "memory_width", "to": 47}]),
    ("another width of keys", "tiny", [{"set": "key_width", "to": 96}]),
    ("one state fewer", "tiny", [{"drop": "states.3"}]),
    ("another width of states", "tiny", [{"set": "states.0.width", "to": 49}]),
    ("sentence rules that are none", "tiny", [{"file": "sentences.json", "text": "[]"}]),
    *[(f"sentence rules, {key} = {json.dumps(to)}", "tiny",
        [{"file": "sentences.json", "set": key, "to": to}]) for key, to in (
        ("version", 2), ("max_tokens", 0), ("max_characters", 5_000_000), ("spaces", []),
        ("breaks", [1]), ("abbreviations", ["p. ex"]), ("colour", "red"))],
    ("sentence rules without spaces", "tiny", [{"file": "sentences.json", "drop": "spaces"}]),
    ("a shortlist of another size", "tiny_shortlist",
        [{"file": "shortlist.bin", "hex": "0100000001000000"}]),
    ("a shortlist of another layout", "tiny_shortlist",
        [{"file": "shortlist.bin", "hex": "00000000"}]),
]  # fmt: skip

ZIPS: list[Case] = [
    ("a zip without manifest", "tiny", [{"remove": "manifest.json"}, {"zip": {}}]),
    ("two top folders", "tiny", [{"zip": {"top": "a/", "also": ["b/x"]}}]),
    ("a folder in a folder", "tiny", [{"zip": {"top": "a/b/"}}]),
    ("two files of one name", "tiny", [{"zip": {"twice": ["manifest.json"]}}]),
    ("more than a thousand files", "tiny", [{"zip": {"also": [f"f{i}" for i in range(1000)]}}]),
    ("a zip without a file", "tiny", [{"remove": "decoder.onnx"}, {"zip": {}}]),
    ("a zip too large", "tiny", [{"set": "files.decoder.bytes", "to": 200_000_001}, {"zip": {}}]),
    ("a zip of nothing", "tiny", [{"file": "decoder.onnx", "zeros": 20_000_000}, {"zip": {}}]),
    ("a file larger than said", "tiny",
        [{"file": "decoder.onnx", "zeros": 1_000_000, "mend": False}, {"zip": {}}]),
]  # fmt: skip

TAKEN: list[Case] = [
    searched(USUAL),
    searched({**USUAL, "length_offset": 5, "early_stopping": "best", "finished": "kept"}),
    ("as it is", "tiny", []),
    ("of format 1", "tiny_v1", []),
    ("with a shortlist", "tiny_shortlist", []),
    ("a zip", "tiny", [{"zip": {}}]),
    ("a zip with one top folder", "tiny", [{"zip": {"top": "tiny/"}}]),
    ("a zip as some systems make it", "tiny",
        [{"zip": {"top": "tiny/", "also": ["__MACOSX/tiny/._NOTICE"]}}]),
    ("an unknown role", "tiny", [{"set": "files.later", "to": {"name": "later.bin"}}]),
    ("an unknown key", "tiny", [{"set": "later", "to": 1}]),
    ("parents", "tiny", [{"set": "parents", "to": [PARENT]}]),
    ("confidence", "tiny", [{"set": "confidence", "to": CONFIDENCE}]),
    ("French punctuation", "tiny", [{"set": "target.typography", "to": "fr"}]),
    ("a separator", "tiny", [{"set": "input.separator", "to": " "}]),
    ("a score of any kind", "tiny", [{"set": "scores", "to": {"x": [None, {"y": 1e300}]}}]),
]  # fmt: skip


def cases() -> Iterator[Case]:
    """Yield all cases; which are refused, the file says."""
    yield from TAKEN
    yield from MANIFESTS
    yield from FILES
    yield from ZIPS
    yield from graph_cases()


def answer(path: Path) -> dict[str, str]:
    """Return the kind of error and the reason for which Python refuses a bundle, if it does.

    What stands for the place itself, which is another on every machine, is left out.
    """
    try:
        Translator(path, threads=1).close()
    except AllezError as error:
        reason = str(error).replace(f"{path}: ", "").replace(str(path), "BUNDLE")
        return {"kind": type(error).__name__, "reason": reason}
    return {}


def main() -> None:
    """Write the vectors."""
    taken = {name for name, _, _ in TAKEN}
    lines = []
    for name, base, edits in cases():
        with tempfile.TemporaryDirectory() as folder:
            found = answer(make(base, edits, Path(folder)))
        assert bool(found) == (name not in taken), (name, found)
        case = {"name": name, "bundle": base, "edits": edits, **found}
        lines.append(json.dumps(case, ensure_ascii=True) + "\n")
    VECTORS.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
