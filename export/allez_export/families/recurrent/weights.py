"""A bundle's weights as a PyTorch model again: to train on from them, or to run them elsewhere.

The integers times their scales, put back where torch has them: the inverse of what `graphs` and
`quantize` do.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.fourbit import constants_of

Array = npt.NDArray[Any]

_TORCH_ORDER = {"lstm": (0, 2, 3, 1), "gru": (1, 0, 2)}
"""Where the gates of torch, i f g o and r z n, stand among those of ONNX, i o f c and z r h."""


class Graph:
    """The constants of a graph, as they were before they were quantized."""

    def __init__(self, data: bytes) -> None:
        model = onnx.load_from_string(data)
        graph = model.graph
        self._constants = constants_of(model)
        quantized = {n.output[0]: n.input[1] for n in graph.node if n.op_type == "QuantizeLinear"}
        nodes = list(graph.node)
        for node in graph.node:
            nodes += [inner for a in node.attribute if a.HasField("g") for inner in a.g.node]
        self._bias_unit = {
            node.input[6]: self._constants[node.input[1]] * self._constants[node.input[4]]
            for node in nodes
            if node.op_type == "QGemm" and len(node.input) > 6 and node.input[4] in self._constants
        }
        self._input_scale = {
            node.input[1]: self._constants[quantized[node.input[0]]]
            for node in graph.node
            if node.op_type == "MatMulInteger" and quantized.get(node.input[0]) in self._constants
        }

    def __contains__(self, name: str) -> bool:
        spellings = (name, f"{name}.int8", f"{name}.int32", f"{name}.stored")
        return any(spelling in self._constants for spelling in spellings)

    def __getitem__(self, name: str) -> Array:
        if name in self._constants:
            return self._constants[name]
        if f"{name}.stored" in self._constants:  # see `allez_export.stored`
            return self._constants[f"{name}.stored"] * self._constants[f"{name}.stored_scale"]
        integers: Array = self._constants[f"{name}.int8"].astype(np.float32)
        if f"{name}.scale" in self._constants and integers.ndim == 2:  # per column, or per word
            scale = self._constants[f"{name}.scale"]
            return integers * (scale[:, None] if name == "table" else scale)
        if f"{name}.int8" in self._input_scale:  # [in, out], a factor per column
            factor = self._constants[f"{name}.factor"] / self._input_scale[f"{name}.int8"]
            return integers * factor
        rows = f"{name}.scale_rows"
        if rows in self._constants:
            return integers * self._constants[rows]  # the table, where only words are looked up
        scale = self._constants[f"{name}.scale"]  # a recurrent operator's, [2, in, gates x h]
        return (integers * scale[:, None, :]).transpose(0, 2, 1)

    def bias(self, name: str) -> Array:
        """Return a bias, which may be in the units of the integers that it is added to."""
        if name in self._constants:
            return self._constants[name]
        return self._constants[f"{name}.int32"] * self._bias_unit[f"{name}.int32"]

    def lookup_range(self) -> float:
        """Return what words are divided by when they are looked up; `first.W` makes up for it."""
        if "table.scale" not in self._constants:
            return 1.0
        return float(self._constants["table.scale"][0] / self._constants["table.scale_rows"][0, 0])

    def cell(self, name: str, width: int, input_range: float) -> dict[str, Array]:
        """Return a decoder's cell in torch's words, from one matrix or from two."""
        if f"{name}.Wx" in self:  # a GRU's, or an LSTM's of the first bundles; torch's gates
            inputs = self[f"{name}.Wx"].T.copy()
            inputs[:, :width] /= input_range
            biases = self.bias(f"{name}.bx")
            return {
                "weight_ih": inputs,
                "weight_hh": self[f"{name}.Wh"].T,
                "bias_ih": biases,
                "bias_hh": self.bias(f"{name}.bh") if f"{name}.bh" in self else 0 * biases,
            }
        matrix, bias = self[f"{name}.W"].T, self.bias(f"{name}.b")  # [4H, I + H], gates i f o g
        i, f, o, g = np.split(np.concatenate([matrix, bias[:, None]], axis=1), 4)
        joined = np.concatenate([i, f, g, o])
        inputs = joined[:, : -width - 1].copy()
        inputs[:, :width] /= input_range
        return {
            "weight_ih": inputs,
            "weight_hh": joined[:, -width - 1 : -1],
            "bias_ih": joined[:, -1],
            "bias_hh": np.zeros_like(joined[:, -1]),
        }


def _gates(onnx_order: Array, cell: str) -> Array:
    """Put gates [gates x h, ...] into torch's order."""
    order = _TORCH_ORDER[cell]
    parts = np.split(onnx_order, len(order))
    return np.concatenate([parts[i] for i in order])


def load_bundle_model(bundle: Bundle) -> Seq2Seq:
    """Return a bundle's weights as a torch model in evaluation mode.

    Raises:
        InputError: its graphs are not those of such a model, so that there is nothing to read.
    """
    encoder, decoder = Graph(bundle.data("encoder")), Graph(bundle.data("decoder"))
    try:
        model = _empty_model(bundle, encoder, decoder)
        values = _values(model, encoder, decoder)
        model.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in values.items()})
    except (KeyError, ValueError, RuntimeError) as error:  # another exporter's names, or shapes
        raise InputError(
            f"{bundle.path}: its weights cannot be read back: {str(error).splitlines()[0]}",
            hint="training begins with bundles of recurrent models, or with a model.pt",
        ) from None
    return model.eval().requires_grad_(False)


def cell_of(decoder: Graph, width: int) -> str:
    """Return of which kind a decoder's cells are."""
    gru = "first.Wx" in decoder and decoder["first.Wx"].shape[1] == 3 * width
    return "gru" if gru else "lstm"


def has_second(decoder: Graph) -> bool:
    """Return whether a decoder has a layer above the attention."""
    return "second.Wx" in decoder or "second.W" in decoder


def _empty_model(bundle: Bundle, encoder: Graph, decoder: Graph) -> Seq2Seq:
    """Return a model of the kind and size that the graphs are of."""
    width = bundle.manifest.key_width
    apart = "first.Wx" in decoder
    inputs = len(decoder["first.Wx"]) if apart else len(decoder["first.W"]) - width
    return Seq2Seq(
        bundle.manifest.target.size,
        width=width,
        cell=cell_of(decoder, width),
        encoder_layers=sum(f"B{layer}" in encoder for layer in range(64)),
        attention=bundle.manifest.attention,
        input_feeding=inputs == 2 * width,
        second_layer=has_second(decoder),
        lexical_shortcut="lexical" in decoder,
        dropout=0.0,
    )


def _values(model: Seq2Seq, encoder: Graph, decoder: Graph) -> dict[str, Array]:
    """Return all weights by torch's names."""
    cell = model.encoder.rnn.mode.lower()
    factor = math.sqrt(model.width)
    values = decoder_values(model.width, encoder, decoder)
    for layer in range(model.encoder.rnn.num_layers):
        for direction, suffix in enumerate(("", "_reverse")):
            biases = np.split(encoder[f"B{layer}"][direction], 2)
            for name, value in (
                ("weight_ih", encoder[f"W{layer}"][direction] / (factor if layer == 0 else 1.0)),
                ("weight_hh", encoder[f"R{layer}"][direction]),
                ("bias_ih", biases[0]),
                ("bias_hh", biases[1]),
            ):
                values[f"encoder.rnn.{name}_l{layer}{suffix}"] = _gates(value, cell)
    return values


def decoder_values(width: int, encoder: Graph, decoder: Graph) -> dict[str, Array]:
    """Return the weights of decoder and attention, and the table of words, by torch's names.

    Args:
        width: H.
        encoder: has the attention's keys.
        decoder: has all else.
    """
    factor = math.sqrt(width)  # the graphs have folded the embedding's into what stands behind it
    values: dict[str, Array] = {"table.weight": decoder["table"], "bias": decoder.bias("bias")}
    parts = decoder.cell("first", width, decoder.lookup_range())
    parts["weight_ih"][:, :width] /= factor
    values |= {f"decoder.rnn.{name}_l0": value for name, value in parts.items()}
    if has_second(decoder):
        parts = decoder.cell("second", width, 1.0)
        values |= {f"decoder.second.{name}_l0": value for name, value in parts.items()}
    values["decoder.Wa.weight"] = decoder["Wa"].T
    if "key_weight" in encoder:  # of general, concat and additive attention
        values["decoder.attention.key.weight"] = encoder["key_weight"].T
    if "key_bias" in encoder:
        values["decoder.attention.key.bias"] = encoder["key_bias"]
    if "query" in decoder:
        values["decoder.attention.query.weight"] = decoder["query"].T
        values["decoder.attention.v"] = decoder["v"]
    for name in ("norm.weight", "norm.bias"):
        if name in decoder:
            values[f"decoder.{name}"] = decoder[name]
    if "lexical" in decoder:
        values["decoder.lexical.weight"] = decoder["lexical"].T / factor
    return values
