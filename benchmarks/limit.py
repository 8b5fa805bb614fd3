"""How near a decoder's step comes to the integer products that it cannot do without.

    python benchmarks/limit.py BUNDLE [--candidates 500] [--positions 16] [--profile]

Takes the products of one step out of a bundle's `decoder.onnx`, each as a `MatMulInteger` on a
constant matrix, and times the whole step and them alone, by turns, in one process on one thread, at
the bundle's own optimization level. Prints medians of processor time, which other programs' work
does not lengthen, and their ratio. Needs the `export` extra for `onnx`.
"""

from __future__ import annotations

import argparse
import collections
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import allez.model.session  # noqa: F401  switches the telemetry of what follows off
from allez.bundle.contract import MEMORY_STEP, WHOLE_VOCABULARY, state_names
from allez.bundle.reader import Bundle, find

# isort: split
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from allez_export.fourbit import constants_of

Array = npt.NDArray[Any]
ROWS = (1, 4, 64, 256)
CANDIDATES = 500
POSITIONS = MEMORY_STEP
LEVELS = {
    "disabled": ort.GraphOptimizationLevel.ORT_DISABLE_ALL,
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}


def open_session(graph: bytes, level: str, profile: Path | None = None) -> ort.InferenceSession:
    """Load a graph as the runtime does."""
    options = ort.SessionOptions()
    options.graph_optimization_level = LEVELS[level]
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    if profile is not None:
        options.enable_profiling = True
        options.profile_file_prefix = str(profile)
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yield all nodes, those in branches too."""
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from nodes(attribute.g)


def matrices(model: onnx.ModelProto, candidates: int) -> list[Array]:
    """Return the integer matrices [in, out] of one step, the vocabulary layer's last.

    Args:
        model: a decoder.
        candidates: only as many words of the vocabulary layer; 0 stands for all.
    """
    constants, graph = constants_of(model), model.graph
    products = {"MatMulInteger": 1, "QGemm": 3}
    names = [n.input[products[n.op_type]] for n in nodes(graph) if n.op_type in products]
    table = constants["table.int8"]  # [V, H]
    found = [constants[name] for name in names if name in constants and name != "table.int8"]
    if not found:
        raise SystemExit("error: the decoder has no integer products")
    return [*found, (table[3 : 3 + candidates] if candidates else table).T.copy()]


def products_alone(weights: list[Array]) -> bytes:
    """Return a graph of the products and nothing else."""
    made, constants = [], [numpy_helper.from_array(np.array(128, dtype=np.uint8), "zero")]
    inputs, outputs = [], []
    for index, weight in enumerate(weights):
        x, w, y = f"x{index}", f"w{index}", f"y{index}"
        made.append(helper.make_node("MatMulInteger", [x, w, "zero"], [y]))
        constants.append(numpy_helper.from_array(weight, w))
        value = helper.make_tensor_value_info
        inputs.append(value(x, TensorProto.UINT8, ["N", weight.shape[0]]))
        outputs.append(value(y, TensorProto.INT32, ["N", weight.shape[1]]))
    graph = helper.make_graph(made, "products", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 20)]
    data: bytes = helper.make_model(graph, ir_version=10, opset_imports=opsets).SerializeToString()
    return data


def step_inputs(bundle: Bundle, rows: int, candidates: int, positions: int) -> dict[str, Array]:
    """Return inputs of one step: a sentence per row, and from 256 rows on four rows each."""
    generator = np.random.default_rng(0)
    manifest = bundle.manifest
    sentences = rows // 4 if rows > 64 else 1 if rows <= 4 else rows
    listed = np.sort(
        generator.choice(np.arange(3, manifest.target.size), candidates, replace=False)
    )

    def uniform(*shape: int) -> Array:
        return generator.uniform(-1, 1, shape).astype(np.float32)

    return {
        "token": generator.integers(3, manifest.target.size, rows),
        "parent": np.arange(rows),
        "memory": uniform(sentences, positions, manifest.memory_width),
        "keys": uniform(sentences, positions, manifest.key_width),
        "memory_mask": np.zeros((sentences, positions), dtype=np.float32),
        "candidates": listed if candidates else np.array([WHOLE_VOCABULARY]),
        "candidate_mask": np.zeros((sentences, candidates or 1), dtype=np.float32),
        "k": np.array(1 if sentences == rows else 8),
        **{
            name: uniform(rows, state.width)
            for name, state in zip(state_names(len(manifest.states)), manifest.states, strict=True)
        },
    }


def bound(session: ort.InferenceSession, inputs: dict[str, Array]) -> Callable[[], object]:
    """Return a call without arguments: what the runtime asks for, tensors made beforehand."""
    values = {k: ort.OrtValue.ortvalue_from_numpy(v) for k, v in inputs.items()}
    wanted = [o.name for o in session.get_outputs() if o.name != "log_probs"]
    return lambda: session.run_with_ort_values(wanted, values)


def by_turns(calls: dict[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """Return the median processor time of each call, in milliseconds."""
    for call in calls.values():
        for _ in range(3):
            call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or min(map(len, times.values())) < 5:
        for name, call in calls.items():
            begin = time.thread_time()
            call()
            times[name].append(time.thread_time() - begin)
    return {name: statistics.median(some) * 1e3 for name, some in times.items()}


def measure(
    bundle: Path, rows: int, candidates: int, *, positions: int = POSITIONS, seconds: float = 2.0
) -> dict[str, float]:
    """Time one step and its products alone.

    Args:
        bundle: folder or zip.
        rows: N; more than 64 are four of each sentence.
        candidates: words scored; 0 for the whole vocabulary.
        positions: M.
        seconds: how long to go on.

    Returns:
        `step_ms` and `products_ms`.
    """
    opened = Bundle.read(bundle)
    decoder, level = opened.data("decoder"), opened.manifest.optimization_level
    weights = matrices(onnx.load_from_string(decoder), candidates)
    generator = np.random.default_rng(1)
    given = {
        f"x{i}": generator.integers(0, 256, (rows, w.shape[0])).astype(np.uint8)
        for i, w in enumerate(weights)
    }
    step = open_session(decoder, level)
    found = by_turns(
        {
            "step_ms": bound(step, step_inputs(opened, rows, candidates, positions)),
            "products_ms": bound(open_session(products_alone(weights), level), given),
        },
        seconds,
    )
    return found


def shares(bundle: Path, rows: int, *, positions: int = POSITIONS) -> dict[str, float]:
    """Return the share of a step's time that each kind of node takes, largest first."""
    opened = Bundle.read(bundle)
    with tempfile.TemporaryDirectory() as folder:
        level = opened.manifest.optimization_level
        session = open_session(opened.data("decoder"), level, Path(folder) / "step")
        call = bound(session, step_inputs(opened, rows, 0, positions))
        for _ in range(100):
            call()
        events = json.loads(Path(session.end_profiling()).read_text(encoding="utf-8"))
    times: dict[tuple[str, str], list[int]] = collections.defaultdict(list)
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith("kernel_time"):
            times[event["args"]["op_name"], event["name"]].append(event["dur"])
    kinds: dict[str, float] = collections.defaultdict(float)
    for (kind, _), some in times.items():
        if kind != "If":  # what is inside is counted itself
            kinds[kind] += statistics.median(some)
    total = sum(kinds.values())
    return {k: v / total for k, v in sorted(kinds.items(), key=lambda item: -item[1])}


def main() -> int:
    """Print the table, and the exit code is 0."""
    parser = argparse.ArgumentParser(description="How near a step comes to its integer products.")
    parser.add_argument("bundle", nargs="?", type=Path, help="default: the shipped one")
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--positions", type=int, default=POSITIONS, help="of memory, M")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each row of the table")
    parser.add_argument("--profile", action="store_true", help="also the time per kind of node")
    options = parser.parse_args()
    bundle = find(options.bundle)
    say = sys.stdout.write
    say("| rows | candidates | step, ms | products alone, ms | ratio |\n")
    say("| ---: | ---: | ---: | ---: | ---: |\n")
    for candidates in (0, options.candidates):
        for rows in ROWS:
            found = measure(
                bundle, rows, candidates, positions=options.positions, seconds=options.seconds
            )
            step, products = found["step_ms"], found["products_ms"]
            words = candidates or "all"
            say(f"| {rows} | {words} | {step:.3f} | {products:.3f} | {step / products:.2f} |\n")
    if options.profile:
        say("\n| node, 64 rows | share |\n| --- | ---: |\n")
        for kind, share in shares(bundle, 64, positions=options.positions).items():
            if share >= 0.002:
                say(f"| {kind} | {share:.1%} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
