"""Weights as integers: how they are rounded, and how large they may get."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from allez_export.fourbit import constants_of

WEIGHT_LIMIT = 64
"""Largest absolute value of a quantized weight."""

LOOKUP_LIMIT = 127
"""Of a table that is only looked up: nothing adds up its values in 16 bits."""

Array = npt.NDArray[Any]


def quantize_weight(
    weight: Array, axis: int, *, least: Array | float = 0.0, limit: int = WEIGHT_LIMIT
) -> tuple[npt.NDArray[np.int8], Array]:
    """Return signed 7-bit weights and their scales.

    Args:
        weight: any shape.
        axis: scales are shared along all axes but this one (and leading axes before it).
        least: no scale is smaller.
        limit: the largest absolute value; of what is multiplied by bytes, no other.
    """
    others = tuple(i for i in range(weight.ndim) if i > axis) if axis == 0 else (weight.ndim - 2,)
    largest = np.abs(weight).max(axis=others, keepdims=True)
    scale = np.where(largest > 0, largest, 1.0).astype(np.float32) / limit
    shape = scale.shape
    scale = np.maximum(scale, np.reshape(least, shape) if np.ndim(least) else least)
    scale = scale.astype(np.float32)
    values = np.clip(np.rint(weight / scale), -limit, limit).astype(np.int8)
    return values, scale.squeeze(others).astype(np.float32)


def largest_product(model: onnx.ModelProto) -> int:
    """Return how many weights the largest fp32 matrix of a model has; 0 if it has none."""
    matrices = [i for i in model.graph.initializer if len(i.dims) == 2 and i.data_type == 1]
    return max((i.dims[0] * i.dims[1] for i in matrices), default=0)


def largest_weight(model: onnx.ModelProto) -> int:
    """Return the largest absolute value among the int8 weights of a model; 0 if it has none.

    A table that is only looked up is none: nothing is multiplied by it. Nor is what becomes floats
    again when the graph is loaded.
    """
    constants = constants_of(model)
    readers: dict[str, set[str]] = {}
    for graph in _graphs(model.graph):
        for node in graph.node:
            for name in node.input:
                readers.setdefault(name, set()).add(node.op_type)
    # What is gathered within the vocabulary layer is multiplied there.
    inner = {n for graph in list(_graphs(model.graph))[1:] for n in names_used(graph)}
    found = [
        values.astype(np.int16)
        for name, values in constants.items()
        if values.dtype == np.int8
        and (readers.get(name) not in ({"Gather"}, {"Cast"}) or name in inner)
    ]
    return max((int(np.abs(values).max(initial=0)) for values in found), default=0)


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """Yield a graph and those of its branches."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from _graphs(attribute.g)


def nodes_of(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yield the nodes of a graph, those of branches too."""
    for each in _graphs(graph):
        yield from each.node


def names_used(graph: onnx.GraphProto) -> list[str]:
    """Return what the nodes of a graph read, those of branches too."""
    return [name for node in nodes_of(graph) for name in node.input]
