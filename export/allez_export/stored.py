"""Weights that are multiplied as floats, stored in a byte each.

When a graph is loaded, integers and the scale of each channel become floats again: standard
operators on constants, which ONNX Runtime folds once, at level basic. So the file is a quarter as
large, and nothing is faster or slower. Convolutions are kept so: integers would save little of
their time, and would have to be the same to the bit on every processor.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

LIMIT = 127
"""Largest absolute value of a stored weight."""

LEAST = 4096
"""Weights of fewer numbers stay as they are."""

_MULTIPLIED = {"Conv": 0, "MatMul": 1}
"""Operators, and the axis of their second input along which each channel has a scale."""


def stored(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a graph whose large weights are stored as integers."""
    found = onnx.ModelProto()
    found.CopyFrom(model)
    constants = {initializer.name: initializer for initializer in found.graph.initializer}
    axes = {
        node.input[1]: _MULTIPLIED[node.op_type]
        for node in found.graph.node
        if node.op_type in _MULTIPLIED and node.input[1] in constants
    }
    nodes: list[onnx.NodeProto] = []
    for name, axis in axes.items():
        value = numpy_helper.to_array(constants[name])
        if value.dtype != np.float32 or value.size < LEAST:
            continue
        others = tuple(i for i in range(value.ndim) if i != axis)
        largest = np.abs(value).max(axis=others, keepdims=True)
        scale = np.where(largest > 0, largest, 1.0).astype(np.float32) / np.float32(LIMIT)
        integers = np.clip(np.rint(value / scale), -LIMIT, LIMIT).astype(np.int8)
        found.graph.initializer.remove(constants[name])
        parts = {f"{name}.stored": integers, f"{name}.stored_scale": scale}
        found.graph.initializer.extend(numpy_helper.from_array(v, k) for k, v in parts.items())
        nodes.append(
            helper.make_node(
                "Cast", [f"{name}.stored"], [f"{name}.stored_float"], to=TensorProto.FLOAT
            )
        )
        inputs = [f"{name}.stored_float", f"{name}.stored_scale"]
        nodes.append(helper.make_node("Mul", inputs, [name]))
    rest = list(found.graph.node)
    del found.graph.node[:]
    found.graph.node.extend([*nodes, *rest])
    onnx.checker.check_model(found, full_check=False)
    return found
