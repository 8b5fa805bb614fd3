"""w4: the int8 graphs with each weight stored in four bits, and unpacked when they are loaded.

A block of weights of one channel is 16 steps from -8 to 7 times a factor from -8 to 8, a whole
number: the product is within the 7 bits of an int8 weight, so what is unpacked is an int8 graph
like any other, as fast, and the same to the bit in any batch and on any processor. Unpacking is
made of standard operators on constants, which ONNX Runtime folds once, at level basic.

Its own operator for four bits, `MatMulNBits`, is not used: it multiplies in floats, so a row
differs with the number of rows, and it is slower than int8 on processors without AVX-512.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

BLOCK = 32
"""Weights that share a factor, at most."""

FACTORS = np.array([*range(-8, 0), *range(1, 9)], dtype=np.int16)

Array = npt.NDArray[Any]
Int8 = npt.NDArray[np.int8]

_STEPS = "w4_steps"
_PACKED, _FACTOR, _SHAPE = ".w4", ".w4_factor", ".w4_shape"


def _blocked(values: Array, axis: int) -> Array:
    """See an axis [... n ...] as blocks [... blocks, width ...]."""
    size = values.shape[axis]
    width = max(d for d in range(1, BLOCK + 1) if size % d == 0)
    shape = (*values.shape[:axis], size // width, width, *values.shape[axis + 1 :])
    return values.reshape(shape)


def split(values: Int8, axis: int) -> tuple[Int8, Int8]:
    """Return the nearest steps and factors.

    Args:
        values: within 64.
        axis: along which weights are blocked.

    Returns:
        Steps from -8 to 7 and factors [... blocks, 1 ...]; both in the shape of blocks.
    """
    blocked = _blocked(values, axis).astype(np.int16)
    around = axis + 1
    best = np.full(blocked.sum(axis=around, keepdims=True).shape, np.inf)
    factors = np.ones(best.shape, dtype=np.int16)
    for factor in FACTORS:
        steps = np.rint(blocked / factor).clip(-8, 7)
        error = np.square(steps * factor - blocked).sum(axis=around, keepdims=True)
        factors = np.where(error < best, factor, factors)
        best = np.minimum(error, best)
    steps = np.rint(blocked / factors).clip(-8, 7)
    return steps.astype(np.int8), factors.astype(np.int8)


def _bytes_of(steps: Int8) -> npt.NDArray[np.uint8]:
    """Put neighbours into one byte, the first into its lower half."""
    halves = (steps.reshape(-1, 2) + 8).astype(np.uint8)
    joined: npt.NDArray[np.uint8] = halves[:, 0] | (halves[:, 1] << np.uint8(4))
    return joined


def _steps_of_bytes() -> npt.NDArray[np.float32]:
    """Return the two steps of each of the 256 bytes, [256, 2]."""
    codes = np.arange(256)
    return np.stack([codes & 15, codes >> 4], axis=1).astype(np.float32) - 8


def pack(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return an int8 graph with its weights in four bits, to be unpacked at load.

    A graph that is packed already comes back as it is.
    """
    if any(initializer.name == _STEPS for initializer in model.graph.initializer):
        return model
    packed = onnx.ModelProto()
    packed.CopyFrom(model)
    del packed.graph.initializer[:], packed.graph.node[:]
    constants: dict[str, Array] = {_STEPS: _steps_of_bytes()}
    nodes: list[onnx.NodeProto] = []
    for initializer in model.graph.initializer:
        name, values = initializer.name, numpy_helper.to_array(initializer)
        if not name.endswith(".int8") or values.shape[-1] % 2:
            packed.graph.initializer.append(initializer)
            continue
        # along the channel: a word's row of the table, a column of every other matrix
        steps, factors = split(values, 1 if name == "table.int8" else values.ndim - 2)
        constants |= {
            f"{name}{_PACKED}": _bytes_of(steps),
            f"{name}{_FACTOR}": factors,
            f"{name}{_SHAPE}_blocks": np.array(steps.shape, dtype=np.int64),
            f"{name}{_SHAPE}": np.array(values.shape, dtype=np.int64),
        }
        nodes += _unpacking(name)
    packed.graph.initializer.extend(numpy_helper.from_array(v, k) for k, v in constants.items())
    packed.graph.node.extend([*nodes, *model.graph.node])
    onnx.checker.check_model(packed, full_check=False)
    return packed


def _unpacking(name: str) -> Iterator[onnx.NodeProto]:
    """Yield the nodes that make an int8 weight of its bytes and factors."""
    node, part = helper.make_node, f"{name}{_PACKED}"
    yield node("Cast", [part], [f"{part}.codes"], to=TensorProto.INT32)
    yield node("Gather", [_STEPS, f"{part}.codes"], [f"{part}.pairs"])
    yield node("Reshape", [f"{part}.pairs", f"{name}{_SHAPE}_blocks"], [f"{part}.steps"])
    yield node("Cast", [f"{name}{_FACTOR}"], [f"{part}.factors"], to=TensorProto.FLOAT)
    yield node("Mul", [f"{part}.steps", f"{part}.factors"], [f"{part}.blocks"])
    yield node("Cast", [f"{part}.blocks"], [f"{part}.int8"], to=TensorProto.INT8)
    yield node("Reshape", [f"{part}.int8", f"{name}{_SHAPE}"], [name])


def constants_of(model: onnx.ModelProto) -> dict[str, Array]:
    """Return all constants of a graph by name, those in four bits unpacked."""
    found = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    for packed in [name for name in found if name.endswith(_PACKED)]:
        name = packed.removesuffix(_PACKED)
        steps = _steps_of_bytes()[found[packed]].reshape(found[f"{name}{_SHAPE}_blocks"])
        blocks = steps * found[f"{name}{_FACTOR}"]
        found[name] = blocks.astype(np.int8).reshape(found[f"{name}{_SHAPE}"])
    return found
