"""What is traced: two stateless modules written to be exported, as `allez.bundle.contract` says.

They take their weights from a trained `Seq2Seq` and rearrange them once: gates in ONNX order for
the encoder's recurrent operator, matrices stored [in, out] for the decoder's explicit cells (an
LSTM's two in one, so that a step has one product for them), and the embedding's factor folded into
the matrices behind it. Nothing is remembered between calls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from allez.bundle.contract import MASKED
from allez_export.families.family import OPSET
from allez_export.families.recurrent.model import Seq2Seq, Writes
from allez_export.families.steps import best_words

_GATES = {"lstm": (0, 3, 1, 2), "gru": (1, 0, 2)}
"""torch orders i f g o and r z n; ONNX i o f c and z r h."""


def state_widths(model: Writes) -> list[int]:
    """Return the width of each state that the decoder carries, in order."""
    decoder = model.decoder
    count = decoder.parts * (2 if decoder.second is not None else 1) + decoder.input_feeding
    return [model.width] * count


def reorder_gates(weight: Tensor, cell: str) -> Tensor:
    """Put the gates [gates x H, ...] of a torch layer into ONNX order."""
    parts = weight.chunk(len(_GATES[cell]))
    return torch.cat([parts[i] for i in _GATES[cell]])


class EncoderGraph(nn.Module):
    """`encoder.onnx`: source ids to memory, keys, mask and the decoder's first states.

    The recurrent operator is emitted as such, with the true lengths as `sequence_lens`; it is
    symbolic and computes nothing outside an export.
    """

    def __init__(self, model: Seq2Seq) -> None:
        super().__init__()
        rnn = model.encoder.rnn
        self.cell = "lstm" if model.decoder.parts == 2 else "gru"
        self.parts = model.decoder.parts
        self.hidden = rnn.hidden_size
        self.layers = rnn.num_layers
        self.kind = model.decoder.attention.kind
        self.states = len(state_widths(model))
        self.lexical = model.decoder.lexical is not None
        self.table = nn.Parameter(model.table.weight.detach().clone())
        for layer in range(self.layers):
            names = [f"l{layer}", f"l{layer}_reverse"]
            weights = {
                part: [getattr(rnn, f"{part}_{name}").detach() for name in names]
                for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            }
            factor = math.sqrt(model.width) if layer == 0 else 1.0
            stacked = {
                "W": [reorder_gates(w * factor, self.cell) for w in weights["weight_ih"]],
                "R": [reorder_gates(w, self.cell) for w in weights["weight_hh"]],
                "B": [
                    torch.cat([reorder_gates(i, self.cell), reorder_gates(h, self.cell)])
                    for i, h in zip(weights["bias_ih"], weights["bias_hh"], strict=True)
                ],
            }
            for name, tensors in stacked.items():
                self.register_parameter(f"{name}{layer}", nn.Parameter(torch.stack(tensors)))
        attention = model.decoder.attention
        self.key_weight = self.key_bias = None
        if hasattr(attention, "key"):
            self.key_weight = nn.Parameter(attention.key.weight.detach().T.contiguous())
            if attention.key.bias is not None:
                self.key_bias = nn.Parameter(attention.key.bias.detach().clone())

    def forward(self, source: Tensor, source_length: Tensor) -> tuple[Tensor, ...]:
        """Read source [B, S] int64 with source_length [B] int32; see `allez.bundle.contract`."""
        embedded = F.embedding(source, self.table)  # [B, S, H]
        states = embedded.transpose(0, 1)  # [S, B, H]
        last: tuple[Tensor, ...] = ()
        for layer in range(self.layers):
            states, *tails = self._layer(layer, states, source_length)  # [S, 2, B, H/2]
            states = states.transpose(1, 2).flatten(2)  # [S, B, D]
            last = tuple(tail.transpose(0, 1).flatten(1) for tail in tails)  # [B, D]
        if self.kind == "none":
            memory = last[0].unsqueeze(1)  # [B, 1, D]
            mask = torch.zeros_like(last[0][:, :1])
        else:
            memory = states.transpose(0, 1)  # [B, S, D]
            positions = torch.arange(source.shape[1], dtype=torch.int32)
            beyond = positions.unsqueeze(0) >= source_length.unsqueeze(1)
            mask = beyond.to(torch.float32) * MASKED  # [B, S]
        keys = memory
        if self.key_weight is not None:
            keys = memory @ self.key_weight
            if self.key_bias is not None:
                keys = keys + self.key_bias
        if self.lexical:
            memory = torch.cat([memory, embedded], dim=2)  # [B, S, 2H]
        rest = [torch.zeros_like(last[0]) for _ in range(self.states - len(last))]
        return (memory, keys, mask, *last, *rest)

    def _layer(self, layer: int, states: Tensor, length: Tensor) -> Sequence[Tensor]:
        steps, batch = states.shape[0], states.shape[1]
        attributes: dict[str, Any] = {
            "hidden_size": self.hidden,
            "direction": "bidirectional",
        }
        if self.cell == "gru":
            attributes["linear_before_reset"] = 1
        tail = (2, batch, self.hidden)
        return torch.onnx.ops.symbolic_multi_out(
            self.cell.upper(),
            (states, *(getattr(self, f"{name}{layer}") for name in "WRB"), length),
            attrs=attributes,
            dtypes=[torch.float32] * (1 + self.parts),
            shapes=[(steps, *tail), *[tail] * self.parts],
            version=OPSET,
        )


class Cell(nn.Module):
    """One step of an LSTM or GRU layer as explicit matrix products, weights stored [in, out].

    An LSTM has one matrix for its input and state, with the gates in the order i f o g: three
    sigmoids side by side. A GRU keeps two, since its reset gate acts on the state's product alone.
    """

    def __init__(self, rnn: nn.RNNBase, *, input_factor: Tensor | float = 1.0) -> None:
        super().__init__()
        self.cell = rnn.mode.lower()
        weights = {name: weight.detach() for name, weight in rnn.named_parameters()}
        inputs = weights["weight_ih_l0"] * input_factor
        if self.cell == "lstm":
            joined = torch.cat([inputs, weights["weight_hh_l0"]], dim=1)  # [4H, I + H]
            self.W = nn.Parameter(_sigmoids_first(joined).T.contiguous())
            biases = weights["bias_ih_l0"] + weights["bias_hh_l0"]  # only ever added up
            self.b = nn.Parameter(_sigmoids_first(biases))
            return
        self.Wx = nn.Parameter(inputs.T.contiguous())
        self.Wh = nn.Parameter(weights["weight_hh_l0"].T.contiguous())
        self.bx = nn.Parameter(weights["bias_ih_l0"].clone())
        self.bh = nn.Parameter(weights["bias_hh_l0"].clone())

    def forward(self, inputs: Sequence[Tensor], state: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Return the next state, hidden first, from inputs [N, I] in parts and states [N, H]."""
        width = state[0].shape[1]
        if self.cell == "lstm":
            hidden, memory = state
            gates = torch.cat([*inputs, hidden], dim=1) @ self.W + self.b  # [N, 4H]
            opening, g = gates.split([3 * width, width], dim=1)
            i, f, o = torch.sigmoid(opening).chunk(3, dim=1)
            memory = f * memory + i * torch.tanh(g)
            return o * torch.tanh(memory), memory
        (hidden,) = state
        x = torch.cat(list(inputs), dim=1) if len(inputs) > 1 else inputs[0]
        from_input, nx = (x @ self.Wx + self.bx).split([2 * width, width], dim=1)
        from_state, nh = (hidden @ self.Wh + self.bh).split([2 * width, width], dim=1)
        r, z = torch.sigmoid(from_input + from_state).chunk(2, dim=1)
        new = torch.tanh(nx + r * nh)
        return (new + z * (hidden - new),)


def _sigmoids_first(weight: Tensor) -> Tensor:
    """Put the gates [4H, ...] of torch, i f g o, into the order i f o g."""
    i, f, g, o = weight.chunk(4)
    return torch.cat([i, f, o, g])


class DecoderStep(nn.Module):
    """`decoder.onnx`: one target step for N rows, B sentences of K rows each."""

    def __init__(self, model: Writes) -> None:
        super().__init__()
        decoder, attention = model.decoder, model.decoder.attention
        factor = torch.full((decoder.rnn.input_size,), 1.0)
        factor[: model.width] = math.sqrt(model.width)
        self.kind = attention.kind
        self.width = model.width
        self.parts = decoder.parts
        self.input_feeding = decoder.input_feeding
        self.table = nn.Parameter(model.table.weight.detach().clone())
        self.bias = nn.Parameter(model.bias.detach().clone())
        self.first = Cell(decoder.rnn, input_factor=factor)
        self.second = None if decoder.second is None else Cell(decoder.second)
        self.norm = decoder.norm
        self.Wa = nn.Parameter(decoder.Wa.weight.detach().T.contiguous())
        self.lexical = None
        if decoder.lexical is not None:
            lexical = decoder.lexical.weight.detach() * math.sqrt(model.width)
            self.lexical = nn.Parameter(lexical.T.contiguous())
        if hasattr(attention, "query"):
            self.query = nn.Parameter(attention.query.weight.detach().T.contiguous())
            self.v = nn.Parameter(attention.v.detach().clone())

    def forward(
        self,
        token: Tensor,
        parent: Tensor,
        memory: Tensor,
        keys: Tensor,
        memory_mask: Tensor,
        candidates: Tensor,
        candidate_mask: Tensor,
        k: Tensor,
        states: Sequence[Tensor],
    ) -> tuple[Tensor, ...]:
        """Take one step; inputs and outputs as `allez.bundle.contract.decoder_graph` lists them."""
        states = [F.embedding(parent, state) for state in states]  # [N, W]
        inputs = [F.embedding(token, self.table)]  # [N, H]
        if self.input_feeding:
            inputs.append(states[-1])
        first = self.first(inputs, states[: self.parts])
        context, attention = self._attend(first[0], memory, keys, memory_mask)  # [N, D]
        words = None
        if self.lexical is not None:
            context, words = context.split([self.width, self.width], dim=1)
        attentional = torch.tanh(torch.cat([context, first[0]], dim=1) @ self.Wa)  # [N, H]
        features, second = attentional, ()
        if self.second is not None and self.norm is not None:
            second = self.second([attentional], states[self.parts : 2 * self.parts])
            features = self.norm(attentional + second[0])
        if words is not None:
            features = features + torch.tanh(words @ self.lexical)
        scored = best_words(features, self.table, self.bias, candidates, candidate_mask, k)
        fed = (attentional,) if self.input_feeding else ()
        return (*scored, attention, *first, *second, *fed)

    def _attend(
        self, hidden: Tensor, memory: Tensor, keys: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return context [N, D] and weights [N, M]; memory is shared by a sentence's rows."""
        batch = memory.shape[0]
        grouped = hidden.reshape(batch, -1, hidden.shape[1])  # [B, K, H]
        if self.kind == "none":
            scores = grouped[:, :, :1] * 0.0 + keys[:, :, 0].unsqueeze(1) * 0.0
        elif self.kind in ("dot", "general"):
            scores = grouped @ keys.transpose(1, 2)  # [B, K, M]
        else:
            query = (hidden @ self.query).reshape(batch, -1, self.query.shape[1])
            scores = torch.tanh(query.unsqueeze(2) + keys.unsqueeze(1)) @ self.v  # [B, K, M]
        weights = (scores + mask.unsqueeze(1)).softmax(dim=2)
        context = weights @ memory  # [B, K, D]
        return context.reshape(-1, memory.shape[2]), weights.reshape(-1, memory.shape[1])
