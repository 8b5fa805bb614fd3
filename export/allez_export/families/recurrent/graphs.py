"""What is traced: two stateless modules written to be exported, as `allez.bundle.contract` says.

They take their weights from a trained `Seq2Seq` and rearrange them once: gates in ONNX order for
the encoder's recurrent operator, matrices stored [in, out] for the decoder's explicit cells (an
LSTM's two in one, so that a step has one product for them), and the embedding's factor folded into
the matrices behind it. Nothing is remembered between calls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from allez_export.families.parts import (
    attend,
    gru_state,
    keys_of,
    lstm_state,
    mask_beyond,
    recurrent_layer,
    reorder_gates,
    sigmoids_first,
)
from allez_export.families.recurrent.model import Attention, Seq2Seq, Writes
from allez_export.families.steps import best_words


def state_widths(model: Writes) -> list[int]:
    """Return the width of each state that the decoder carries, in order."""
    decoder = model.decoder
    count = decoder.parts * (2 if decoder.second is not None else 1) + decoder.input_feeding
    return [model.width] * count


def key_parameters(attention: Attention) -> tuple[nn.Parameter | None, nn.Parameter | None]:
    """Return the matrix [D, A] and the bias [A] that make keys; None: there is none."""
    if not hasattr(attention, "key"):
        return None, None
    bias = attention.key.bias
    weight = nn.Parameter(attention.key.weight.detach().T.contiguous())
    return weight, None if bias is None else nn.Parameter(bias.detach().clone())


class EncoderGraph(nn.Module):
    """`encoder.onnx`: source ids to memory, keys, mask and the decoder's first states."""

    def __init__(self, model: Seq2Seq) -> None:
        super().__init__()
        rnn = model.encoder.rnn
        self.cell = "lstm" if model.decoder.parts == 2 else "gru"
        self.parts = model.decoder.parts
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
        self.key_weight, self.key_bias = key_parameters(model.decoder.attention)

    def forward(self, source: Tensor, source_length: Tensor) -> tuple[Tensor, ...]:
        """Read source [B, S] int64 with source_length [B] int32; see `allez.bundle.contract`."""
        embedded = F.embedding(source, self.table)  # [B, S, H]
        states = embedded.transpose(0, 1)  # [S, B, H]
        last: tuple[Tensor, ...] = ()
        for layer in range(self.layers):
            weights = [getattr(self, f"{name}{layer}") for name in "WRB"]
            states, *tails = recurrent_layer(
                self.cell, "bidirectional", states, weights, source_length
            )  # [S, 2, B, H/2]
            states = states.transpose(1, 2).flatten(2)  # [S, B, D]
            last = tuple(tail.transpose(0, 1).flatten(1) for tail in tails)  # [B, D]
        if self.kind == "none":
            memory = last[0].unsqueeze(1)  # [B, 1, D]
            mask = torch.zeros_like(last[0][:, :1])
        else:
            memory = states.transpose(0, 1)  # [B, S, D]
            mask = mask_beyond(source_length, source.shape[1])  # [B, S]
        keys = keys_of(memory, self.key_weight, self.key_bias)
        if self.lexical:
            memory = torch.cat([memory, embedded], dim=2)  # [B, S, 2H]
        rest = [torch.zeros_like(last[0]) for _ in range(self.states - len(last))]
        return (memory, keys, mask, *last, *rest)


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
            self.W = nn.Parameter(sigmoids_first(joined).T.contiguous())
            biases = weights["bias_ih_l0"] + weights["bias_hh_l0"]  # only ever added up
            self.b = nn.Parameter(sigmoids_first(biases))
            return
        self.Wx = nn.Parameter(inputs.T.contiguous())
        self.Wh = nn.Parameter(weights["weight_hh_l0"].T.contiguous())
        self.bx = nn.Parameter(weights["bias_ih_l0"].clone())
        self.bh = nn.Parameter(weights["bias_hh_l0"].clone())

    def forward(self, inputs: Sequence[Tensor], state: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Return the next state, hidden first, from inputs [N, I] in parts and states [N, H]."""
        if self.cell == "lstm":
            hidden, memory = state
            gates = torch.cat([*inputs, hidden], dim=1) @ self.W + self.b  # [N, 4H]
            return lstm_state(gates, memory)
        (hidden,) = state
        x = torch.cat(list(inputs), dim=1) if len(inputs) > 1 else inputs[0]
        return gru_state(x @ self.Wx + self.bx, hidden, self.Wh, self.bh)


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
        self.query = self.v = None
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
        context, attention = attend(
            self.kind, first[0], memory, keys, memory_mask, self.query, self.v
        )  # [N, D]
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
