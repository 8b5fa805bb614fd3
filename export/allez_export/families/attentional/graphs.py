"""What is traced: encoder and step of an `AttentionalModel`, as `allez.bundle.contract` says."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from allez_export.families.attentional.model import AttentionalModel
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
from allez_export.families.steps import best_words, never_row


class EncoderGraph(nn.Module):
    """`encoder.onnx`: source ids to memory, keys, mask and the decoder's first states."""

    def __init__(self, model: AttentionalModel) -> None:
        super().__init__()
        self._model = [model]  # no submodule: only what is used of it is traced
        self.config = config = model.config
        table = model.weights["source_table"] * config.source_scale
        self.table = nn.Parameter(table.clone())
        directions = ["", "_reverse"][: 2 if config.bidirectional else 1]
        for layer in range(config.encoder_layers):
            weights = {
                part: [model.weights[f"encoder.{part}_l{layer}{d}"] for d in directions]
                for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            }
            ordered = {
                name: [reorder_gates(w, config.cell) for w in some]
                for name, some in weights.items()
            }
            biases = zip(ordered["bias_ih"], ordered["bias_hh"], strict=True)
            for name, tensors in (
                ("W", ordered["weight_ih"]),
                ("R", ordered["weight_hh"]),
                ("B", [torch.cat(pair) for pair in biases]),
            ):
                self._keep(f"{name}{layer}", tensors)
        self.key_weight = self.key_bias = None
        if "key.weight" in model.weights:
            self.key_weight = nn.Parameter(model.weights["key.weight"].T.contiguous())
        if "key.bias" in model.weights:
            self.key_bias = nn.Parameter(model.weights["key.bias"].clone())
        for name, weight in model.weights.items():
            if name.startswith("bridge."):
                value = weight.T.contiguous() if name.endswith("weight") else weight.clone()
                self.register_parameter(name.replace(".", "_"), nn.Parameter(value))

    def _keep(self, name: str, directions: Sequence[Tensor]) -> None:
        """Keep a weight of a layer: of both directions in one, or each for itself."""
        if self.config.stacks:
            for way, tensor in zip(("forward", "reverse"), directions, strict=True):
                self.register_parameter(f"{name}_{way}", nn.Parameter(tensor.unsqueeze(0)))
        else:
            self.register_parameter(name, nn.Parameter(torch.stack(list(directions))))

    def forward(self, source: Tensor, source_length: Tensor) -> tuple[Tensor, ...]:
        """Read source [B, S] int64 with source_length [B] int32; see `allez.bundle.contract`."""
        config = self.config
        length = source_length
        if not config.reads_end:  # one less, but at least one
            length = torch.minimum(1 - length, torch.tensor(-1, dtype=torch.int32)) * -1
        embedded = F.embedding(source, self.table)  # [B, S, E]
        states = embedded.transpose(0, 1)  # [S, B, E]
        tails: list[list[Tensor]] = [[] for _ in range(2 if config.cell == "lstm" else 1)]
        if config.stacks:
            found = [self._stack(states, length, way) for way in ("forward", "reverse")]
            states = torch.cat([top for top, _ in found], dim=2)  # [S, B, D]
            tails = [
                [torch.cat(pair, dim=1) for pair in zip(*both, strict=True)]
                for both in zip(*(some for _, some in found), strict=True)
            ]
        for layer in range(0 if config.stacks else config.encoder_layers):
            states, *last = self._layer(f"{layer}", states, length)  # [S, directions, B, H]
            states = states.transpose(1, 2).flatten(2)  # [S, B, D]
            for tail, one in zip(tails, last, strict=True):
                tail.append(one.transpose(0, 1).flatten(1))  # [B, D]
        if config.attention == "none":
            memory = tails[0][-1].unsqueeze(1)
            mask = torch.zeros_like(tails[0][-1][:, :1])
        else:
            memory = states.transpose(0, 1)  # [B, S, D]
            mask = mask_beyond(length, source.shape[1])  # [B, S]
        keys = keys_of(memory, self.key_weight, self.key_bias)
        first = self._model[0].first_states(tails, memory, mask, self._bridge)
        return (memory, keys, mask, *first)

    def _bridge(self, name: str, state: Tensor) -> Tensor:
        name = name.replace(".", "_")
        product = state @ getattr(self, f"{name}_weight")
        bias = getattr(self, f"{name}_bias", None)
        return product if bias is None else product + bias

    def _stack(self, states: Tensor, length: Tensor, way: str) -> tuple[Tensor, list[list[Tensor]]]:
        """Return the top layer's states [S, B, H] of one direction, and the last of each layer."""
        tails: list[list[Tensor]] = [[] for _ in range(2 if self.config.cell == "lstm" else 1)]
        for layer in range(self.config.encoder_layers):
            states, *last = self._layer(f"{layer}_{way}", states, length, way)
            states = states.squeeze(1)
            for tail, one in zip(tails, last, strict=True):
                tail.append(one.squeeze(0))
        return states, tails

    def _layer(
        self, layer: str, states: Tensor, length: Tensor, way: str | None = None
    ) -> Sequence[Tensor]:
        usual = "bidirectional" if self.config.bidirectional else "forward"
        weights = [getattr(self, f"{name}{layer}") for name in "WRB"]
        return recurrent_layer(self.config.cell, way or usual, states, weights, length)


class Cell(nn.Module):
    """One step of a layer of the decoder; matrices are stored [in, out].

    Words have a matrix of their own, since they are not within the range of states.
    """

    def __init__(self, model: AttentionalModel, name: str) -> None:
        super().__init__()
        config = model.config
        self.cell = config.cell
        names = ("weight_hh", "bias_ih", "bias_hh")
        weights = {part: model.weights[f"{name}.{part}"] for part in names}
        nothing = weights["weight_hh"][:, :0]
        inputs, split = model.weights.get(f"{name}.weight_ih", nothing), 0
        if name == "cells.0":
            split = model.weights["table"].shape[1]
            inputs = inputs.clone()
            inputs[:, :split] *= config.target_scale
        words, rest = inputs[:, :split], inputs[:, split:]  # [gates x H, in]
        if self.cell == "lstm":
            rest = torch.cat([rest, weights["weight_hh"]], dim=1)
            words, rest = sigmoids_first(words), sigmoids_first(rest)
            self.b = nn.Parameter(sigmoids_first(weights["bias_ih"] + weights["bias_hh"]))
        else:
            self.b = nn.Parameter(weights["bias_ih"].clone())
            self.bh = nn.Parameter(weights["bias_hh"].clone())
            self.Wh = _turned(weights["weight_hh"])
        self.Ww = _turned(words) if split else None
        self.Wx = _turned(rest) if rest.shape[1] else None

    def forward(
        self, words: Tensor | None, inputs: Sequence[Tensor], state: Sequence[Tensor]
    ) -> tuple[Tensor, ...]:
        """Return the next state, hidden first, of words [N, E], inputs [N, ...], states [N, H]."""
        if self.cell == "lstm":
            hidden, memory = state
            gates = self._product(words, [*inputs, hidden])  # [N, 4H]
            return lstm_state(gates, memory)
        (hidden,) = state
        assert self.Wh is not None
        return gru_state(self._product(words, inputs), hidden, self.Wh, self.bh)

    def _product(self, words: Tensor | None, inputs: Sequence[Tensor]) -> Tensor:
        gates = None if words is None or self.Ww is None else words @ self.Ww + self.b
        if self.Wx is None:
            return self.b.unsqueeze(0) if gates is None else gates
        x = torch.cat(list(inputs), dim=1) if len(inputs) > 1 else inputs[0]
        return x @ self.Wx + self.b if gates is None else gates + x @ self.Wx


def _turned(weight: Tensor | None) -> nn.Parameter | None:
    """Return a matrix [out, in] as a parameter [in, out]."""
    return None if weight is None else nn.Parameter(weight.T.contiguous())


def _kept(weight: Tensor | None) -> nn.Parameter | None:
    return None if weight is None else nn.Parameter(weight.clone())


class StepGraph(nn.Module):
    """`decoder.onnx`: one target step for N rows, B sentences of K rows each."""

    def __init__(self, model: AttentionalModel) -> None:
        super().__init__()
        self.config = config = model.config
        weights = model.weights
        self.parts, self.scale = model.parts, config.target_scale
        self.table = nn.Parameter(weights["table"].clone())
        self.output = None
        if "output.weight" in weights:
            self.output = nn.Parameter(weights["output.weight"].clone())
        self.bias = nn.Parameter(weights["output.bias"].clone())
        self.cells = nn.ModuleList(Cell(model, f"cells.{n}") for n in range(config.decoder_layers))
        names = [f"conditional.{n}" for n in range(config.conditional)]
        self.conditional = nn.ModuleList(Cell(model, name) for name in names)
        self.query, self.v = _turned(weights.get("query.weight")), _kept(weights.get("v"))
        self.projection = _turned(weights.get("projection.weight"))
        self.projection_bias = _kept(weights.get("projection.bias"))
        self._keep_readout(weights, model.memory, model.hidden)
        never = never_row(len(self.bias), config.never)
        self.never = None if never is None else nn.Parameter(never)

    def _keep_readout(self, weights: dict[str, Tensor], memory: int, hidden: int) -> None:
        """Keep the readout in two: of words, and of states in the order that is concatenated."""
        self.readout_words: nn.Parameter | None = None
        self.readout: nn.Parameter | None = None
        self.readout_bias = _kept(weights.get("readout.bias"))
        if not self.config.readout:
            return
        sizes = {"words": weights["table"].shape[1], "hidden": hidden, "context": memory}
        whole = weights["readout.weight"].split([sizes[p] for p in self.config.readout], dim=1)
        columns = dict(zip(self.config.readout, whole, strict=True))
        if "words" in columns:
            self.readout_words = _turned(columns.pop("words") * self.scale)
        self.readout = _turned(torch.cat(list(columns.values()), dim=1))

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
        made, attention, after = self.advance(token, memory, keys, memory_mask, states)
        features = self.projected(made)
        output = self.table if self.output is None else self.output
        scored = best_words(features, output, self.bias, candidates, candidate_mask, k, self.never)
        return (*scored, attention, *after)

    def advance(
        self, token: Tensor, memory: Tensor, keys: Tensor, mask: Tensor, states: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Return what the readout makes [N, W], attention [N, M], and the states after it."""
        config, parts = self.config, self.parts
        words = F.embedding(token, self.table)  # [N, E]
        top = parts * (config.decoder_layers - 1)

        def attended(hidden: Tensor) -> tuple[Tensor, Tensor]:
            return attend(config.attention, hidden, memory, keys, mask, self.query, self.v)

        inputs: list[Tensor] = []
        if config.attention_first:
            context, attention = attended(states[top])
            inputs = [context]
        elif config.input_feeding:
            inputs = [states[-1]]
        after: list[Tensor] = []
        for layer, cell in enumerate(self.cells):
            before = states[layer * parts : (layer + 1) * parts]
            made = cell(None if layer else words, inputs, before)
            if layer == 0 and config.conditional:
                context, attention = attended(made[0])
                for place, other in enumerate(self.conditional):
                    made = other(None, [] if place else [context], made)
            after += made
            inputs = [after[layer * parts]]
        hidden = after[top]
        if not config.attention_first and not config.conditional:
            context, attention = attended(hidden)
        read = self._read_out({"words": words, "hidden": hidden, "context": context})
        return read, attention, [*after, read] if config.input_feeding else after

    def projected(self, made: Tensor) -> Tensor:
        """Return what enters the vocabulary layer [N, F] of what the readout made."""
        if self.projection is None:
            return made
        features = made @ self.projection
        return features if self.projection_bias is None else features + self.projection_bias

    def _read_out(self, parts: dict[str, Tensor]) -> Tensor:
        if self.readout is None:
            return parts["hidden"]
        names = [name for name in self.config.readout if name != "words"]
        joined = torch.cat([parts[name] for name in names], dim=1)
        made = joined @ self.readout
        made = made if self.readout_bias is None else made + self.readout_bias
        if self.readout_words is not None:
            made = made + parts["words"] @ self.readout_words
        return torch.tanh(made) if self.config.readout_activation == "tanh" else made
