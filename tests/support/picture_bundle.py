"""A bundle that reads pictures, put together by hand: what it says of them means nothing.

Its encoder hands the picture itself to the decoder of `spec/bundles/tiny`: as memory and keys, a
row of pixels for each position, and as states, its brightest pixels.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from support.bundles import BUNDLES
from support.wire import Fields, build

HEIGHT, WIDTH, ROWS, COLUMNS, STATES = 6, 48, 2, 3, 4
INPUT = {
    **{"kind": "image", "height": HEIGHT, "width": WIDTH, "channels": 1},
    **{"mean": [127.5], "scale": [127.5], "rows": ROWS, "columns": COLUMNS},
}


def encoder(*, positions: int = HEIGHT, height: int = HEIGHT) -> bytes:
    """Return `encoder.onnx`: image [B, 1, height, 48] to memory [B, positions, 48]."""
    states = [f"state.{index}" for index in range(STATES)]
    whole = positions == height
    part = ["image"] if whole else ["image", "first", "last", "axis"]
    nodes = [
        _node("Identity" if whole else "Slice", part, ["part"]),
        _node("Squeeze", ["part", "channel"], ["memory"]),
        _node("Identity", ["memory"], ["keys"]),
        _node("ReduceMax", ["memory", "axis"], ["brightest"]),
        _node("Sub", ["brightest", "brightest"], ["memory_mask"]),
        *(_node("ReduceMax", ["memory", "channel"], [name]) for name in states),
    ]
    constants = [
        _integers("channel", [1]),
        _integers("axis", [2]),
        _integers("first", [0]),
        _integers("last", [positions]),
    ]
    outputs = [
        _value("memory", ["B", "M", WIDTH]),
        _value("keys", ["B", "M", WIDTH]),
        _value("memory_mask", ["B", "M"]),
        *(_value(name, ["B", WIDTH]) for name in states),
    ]
    graph: Fields = [
        *((1, 2, node) for node in nodes),
        (2, 2, b"encoder"),
        *((5, 2, constant) for constant in constants),
        (11, 2, _value("image", ["B", 1, height, WIDTH])),
        *((12, 2, output) for output in outputs),
    ]
    return build([(1, 0, 10), (7, 2, build(graph)), (8, 2, build([(1, 2, b""), (2, 0, 20)]))])


def make(folder: Path, graph: bytes | None = None, **manifest: Any) -> Path:
    """Write the bundle into a folder that is not there yet; return it.

    Args:
        folder: where to.
        graph: another encoder.
        manifest: other values of the manifest.
    """
    shutil.copytree(BUNDLES / "tiny", folder)
    data = encoder() if graph is None else graph
    (folder / "encoder.onnx").write_bytes(data)
    (folder / "golden.jsonl").write_bytes(b"")
    said = json.loads((folder / "manifest.json").read_bytes())
    del said["source"], said["files"]["sentences"]
    for role, content in (("encoder", data), ("golden", b"")):
        said["files"][role] |= {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    said |= {"name": "pictures", "task": "caption", "input": INPUT} | manifest
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


def _node(operator: str, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
    fields: Fields = [(1, 2, name.encode()) for name in inputs]
    fields += [(2, 2, name.encode()) for name in outputs]
    fields += [(4, 2, operator.encode())]
    if operator == "ReduceMax":
        fields += [(5, 2, build([(1, 2, b"keepdims"), (3, 0, 0), (20, 0, 2)]))]
    return build(fields)


def _integers(name: str, values: Sequence[int]) -> bytes:
    data = b"".join(value.to_bytes(8, "little", signed=True) for value in values)
    return build([(1, 0, len(values)), (2, 0, 7), (8, 2, name.encode()), (9, 2, data)])


def _value(name: str, axes: Sequence[str | int]) -> bytes:
    dims = [
        build([(1, 0, axis) if isinstance(axis, int) else (2, 2, axis.encode())]) for axis in axes
    ]
    tensor = build([(1, 0, 1), (2, 2, build([(1, 2, dim) for dim in dims]))])
    return build([(1, 2, name.encode()), (2, 2, build([(1, 2, tensor)]))])
