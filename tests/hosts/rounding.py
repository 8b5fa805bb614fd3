"""How far one rounding carries: Python beside itself, with all embeddings one bit off.

    python -m hosts.rounding [--model BUNDLE] [--beam-size N] [--count N] [--words N]

Hosts whose processors or libraries round `exp`, `tanh` or a sum otherwise in the last bit of a
float read a value near the edge of two steps of eight bits as the other one. What follows from
that is no fault of a host. This tells how much it is: the same kernels, and embeddings that are
off by one unit in the last place. The report is that of compare.py, and the least that it can ask
of another host. It needs `onnx`, as the exporter does.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from allez.bundle.reader import Bundle
from hosts.answers import ask_python
from hosts.compare import SENTENCES, SHIPPED, Rescorer, compare, generated, say

SCALES = "table.scale_rows"
GRAPHS = ("encoder", "decoder")


def off_by_one_bit(graph: bytes) -> bytes:
    """Return an ONNX graph in which each scale of the words' table is the next larger float."""
    model = onnx.load_from_string(graph)
    (table,) = (each for each in model.graph.initializer if each.name == SCALES)
    scales = numpy_helper.to_array(table)
    table.CopyFrom(numpy_helper.from_array(np.nextafter(scales, np.float32(np.inf)), SCALES))
    return model.SerializeToString()


def moved(bundle: Bundle) -> Bundle:
    """Return a bundle whose embeddings are one unit in the last place larger."""
    content = {role: bundle.data(role) for role in bundle.manifest.files}
    changed = {role: off_by_one_bit(content[role]) for role in GRAPHS}
    return dataclasses.replace(bundle, _content=content | changed)


def main() -> None:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(description="tell how far one rounding carries")
    parser.add_argument("--model", type=Path, default=SHIPPED)
    parser.add_argument("--beam-size", type=int, default=1)
    parser.add_argument("--count", type=int, default=SENTENCES, help="how many to generate")
    parser.add_argument("--words", type=float, default=math.inf, help="of at most so many words")
    arguments = parser.parse_args()
    lines = generated(arguments.count, arguments.words)
    bundle = Bundle.read(arguments.model)
    size = arguments.beam_size
    ours, others = (ask_python(each, lines, size) for each in (bundle, moved(bundle)))
    for problem in compare(lines, ours, others, Rescorer(bundle, candidates=False), size):
        say(f"beyond what is asked of hosts: {problem}")


if __name__ == "__main__":
    main()
