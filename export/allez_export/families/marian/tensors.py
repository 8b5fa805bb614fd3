"""What a student's modules do with tensors, exported as one node where torch would make several."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from allez_export.families.family import OPSET


def positions(count: int, width: int) -> Tensor:
    """Return the sinusoids of positions [count, d]: all sines, then all cosines."""
    half = width // 2
    exponents = torch.arange(half, dtype=torch.float64) / max(half - 1, 1)
    angles = torch.arange(count, dtype=torch.float64)[:, None] * 10000.0**-exponents
    return torch.cat([angles.sin(), angles.cos()], dim=1).float()


def with_rows(table: Tensor, rows: int) -> Tensor:
    """Return a table with rows of zeros behind it."""
    return torch.cat([table, table.new_zeros(rows - len(table), *table.shape[1:])])


def product(a: Tensor, b: Tensor) -> Tensor:
    """Return a @ b of [..., n, m] and [..., m, l], exported as one node."""
    if torch.compiler.is_exporting():
        return _node("MatMul", (a, b), (*b.shape[:-2], a.shape[-2], b.shape[-1]))
    return a @ b


def size_of(x: Tensor, start: int, end: int) -> Tensor:
    """Return some of a shape as a tensor."""
    if torch.compiler.is_exporting():
        attributes = {"start": start, "end": end}
        return _node("Shape", (x,), (end - start,), torch.int64, attributes)
    return torch.tensor(x.shape[start:end])


def reshaped(x: Tensor, sizes: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return x in a shape that a tensor gives; torch's exporter would compute it with divisions.

    Args:
        x: any shape.
        sizes: of the result, one of them perhaps -1.
        shape: the same, without -1, for the exporter.
    """
    if torch.compiler.is_exporting():
        return _node("Reshape", (x, sizes), shape)
    return x.reshape(sizes.tolist())


def _node(
    name: str,
    inputs: tuple[Tensor, ...],
    shape: tuple[int, ...],
    dtype: torch.dtype = torch.float32,
    attributes: dict[str, Any] | None = None,
) -> Tensor:
    return torch.onnx.ops.symbolic(
        name, inputs, attributes or {}, dtype=dtype, shape=shape, version=OPSET
    )
