"""Parts that graphs of several families are made of: recurrent layers and states, keys, attention.

Letters: N rows, B sentences of K rows each, S source length, M memory positions, D memory width, A
key width, H width of a recurrent state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from allez.bundle.contract import MASKED
from allez_export.families.family import OPSET

_GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}
"""torch orders i f g o and r z n; ONNX i o f c and z r h."""


def reorder_gates(weight: Tensor, cell: str) -> Tensor:
    """Put the gates [gates x H, ...] of a torch layer into ONNX order."""
    parts = weight.chunk(len(_GATES[cell]))
    return torch.cat([parts[i] for i in _GATES[cell]])


def sigmoids_first(weight: Tensor) -> Tensor:
    """Put the gates [4H, ...] of torch, i f g o, into the order i f o g."""
    i, f, g, o = weight.chunk(4)
    return torch.cat([i, f, o, g])


def recurrent_layer(
    cell: str, direction: str, states: Tensor, weights: Sequence[Tensor], length: Tensor
) -> Sequence[Tensor]:
    """Return the states [S, directions, B, H] of a layer, and its last ones [directions, B, H].

    The operator is emitted as such, with the true lengths as `sequence_lens`; it is symbolic and
    computes nothing outside an export.

    Args:
        cell: "lstm", whose last states are hidden and cell, or "gru".
        direction: as ONNX calls it.
        states: [S, B, ...].
        weights: W, R and B of ONNX, [directions, ...].
        length: [B] int32.
    """
    steps, batch, hidden = states.shape[0], states.shape[1], weights[1].shape[2]
    last = 2 if cell == "lstm" else 1
    attributes: dict[str, Any] = {"hidden_size": hidden, "direction": direction}
    if cell == "gru":
        attributes["linear_before_reset"] = 1
    tail = (weights[1].shape[0], batch, hidden)
    return torch.onnx.ops.symbolic_multi_out(
        cell.upper(),
        (states, *weights, length),
        attrs=attributes,
        dtypes=[torch.float32] * (1 + last),
        shapes=[(steps, *tail), *[tail] * last],
        version=OPSET,
    )


def lstm_state(gates: Tensor, memory: Tensor) -> tuple[Tensor, Tensor]:
    """Return the next hidden state and cell [N, H], of gates [N, 4H] in the order i f o g."""
    width = memory.shape[1]
    opening, g = gates.split([3 * width, width], dim=1)
    i, f, o = torch.sigmoid(opening).chunk(3, dim=1)
    memory = f * memory + i * torch.tanh(g)
    return o * torch.tanh(memory), memory


def gru_state(of_input: Tensor, hidden: Tensor, weight: Tensor, bias: Tensor) -> tuple[Tensor]:
    """Return the next state [N, H].

    Args:
        of_input: [N, 3H] what the gates r z n get from the input.
        hidden: [N, H].
        weight: [H, 3H] of the state.
        bias: [3H] likewise.
    """
    width = hidden.shape[1]
    from_input, nx = of_input.split([2 * width, width], dim=1)
    from_state, nh = (hidden @ weight + bias).split([2 * width, width], dim=1)
    r, z = torch.sigmoid(from_input + from_state).chunk(2, dim=1)
    new = torch.tanh(nx + r * nh)
    return (new + z * (hidden - new),)


def mask_beyond(length: Tensor, positions: int) -> Tensor:
    """Return [B, M]: 0, but -1e9 for the positions beyond each length [B] int32."""
    beyond = torch.arange(positions, dtype=torch.int32).unsqueeze(0) >= length.unsqueeze(1)
    return beyond.to(torch.float32) * MASKED


def keys_of(memory: Tensor, weight: Tensor | None, bias: Tensor | None) -> Tensor:
    """Return the keys [B, M, A] of memory [B, M, D]; without a matrix they are the same."""
    if weight is None:
        return memory
    return memory @ weight if bias is None else memory @ weight + bias


def attend(
    kind: str,
    hidden: Tensor,
    memory: Tensor,
    keys: Tensor,
    mask: Tensor,
    query: Tensor | None = None,
    v: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Return context [N, D] and weights [N, M]; memory is shared by a sentence's rows.

    Args:
        kind: "none", "dot", "general", or one that is additive.
        hidden: [N, H].
        memory: [B, M, D].
        keys: [B, M, A].
        mask: [B, M].
        query: [H, A], of additive attention.
        v: [A], likewise.
    """
    batch = memory.shape[0]
    grouped = hidden.reshape(batch, -1, hidden.shape[1])  # [B, K, H]
    if kind == "none":
        scores = grouped[:, :, :1] * 0.0 + keys[:, :, 0].unsqueeze(1) * 0.0
    elif kind in ("dot", "general"):
        scores = grouped @ keys.transpose(1, 2)  # [B, K, M]
    else:
        assert query is not None
        assert v is not None
        asked = (hidden @ query).reshape(batch, -1, query.shape[1])
        scores = torch.tanh(asked.unsqueeze(2) + keys.unsqueeze(1)) @ v  # [B, K, M]
    weights = (scores + mask.unsqueeze(1)).softmax(dim=2)
    context = weights @ memory  # [B, K, D]
    return context.reshape(-1, memory.shape[2]), weights.reshape(-1, memory.shape[1])
