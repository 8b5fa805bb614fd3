"""Activations as bytes: which byte stands for 0, and where in a graph they are best made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import onnx

from allez_export.families.family import Extent

ZERO_POINT = 128
"""Of activations, which are unsigned: 1 to 255 stands for -range to +range."""


class Activation(NamedTuple):
    """What stands for an activation: unsigned bytes, and the names of their constants."""

    data: str
    factor: str
    """Name of the scale."""
    zero: str
    """Name of the byte that stands for 0."""
    scale: float


def step_and_zero(extent: Extent) -> tuple[float, int]:
    """Return what a step of unsigned bytes stands for, and the byte that stands for 0."""
    if not isinstance(extent, tuple):
        return extent / (ZERO_POINT - 1), ZERO_POINT
    scale = ((extent[1] - extent[0]) or 1.0) / 255
    return scale, round(-extent[0] / scale)


def within(extent: Extent) -> str:
    """Return the range of an activation in words."""
    if isinstance(extent, tuple):
        return f"from {extent[0]:.4g} to {extent[1]:.4g}"
    return f"within {extent:.4g}"


class Place(NamedTuple):
    """Where bytes are made."""

    nodes: list[onnx.NodeProto]
    """Those before it that are still needed."""
    top: str
    """What is quantized."""
    moves: list[onnx.NodeProto]
    """What is done to the bytes, in order."""


def where_quantized(
    nodes: Sequence[onnx.NodeProto],
    readers: Mapping[str, int],
    weights: Mapping[str, Any],
    name: str,
    *,
    positive: bool,
) -> Place:
    """Return where an activation is best made bytes.

    What only moved values moves bytes instead: ONNX Runtime would quantize there, and undo it. A
    relu before it is left out where no byte stands for less than 0.

    Args:
        nodes: before the activation is read.
        readers: how many nodes read a name, and callers of the graph.
        weights: constants.
        name: of the activation.
        positive: whether byte 0 stands for 0.
    """
    makers = {node.output[0]: node for node in nodes}
    moves, top = list[onnx.NodeProto](), name
    while top in makers and makers[top].op_type in ("Reshape", "Transpose") and readers[top] == 1:
        moves.insert(0, makers[top])
        top = makers[top].input[0]
    left_out = [node.output[0] for node in moves]
    rectified = makers.get(top)
    if positive and rectified is not None and readers[top] == 1 and rectified.op_type == "Sub":
        x, least = rectified.input[0], makers.get(rectified.input[1])
        if least is not None and readers[rectified.input[1]] == 1 and _least_of(least, x, weights):
            left_out += [top, rectified.input[1]]
            top = x
    return Place([node for node in nodes if node.output[0] not in left_out], top, moves)


def _least_of(node: onnx.NodeProto, x: str, weights: Mapping[str, Any]) -> bool:
    """Tell whether a node is min(x, 0)."""
    others = [name for name in node.input if name != x]
    zero = weights.get(others[0]) if node.op_type == "Min" and len(others) == 1 else None
    return zero is not None and not zero.any()
