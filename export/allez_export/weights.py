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
from onnx import numpy_helper

from allez.bundle import Bundle
from allez_export.model import Seq2Seq

Array = npt.NDArray[Any]

_TORCH_ORDER = {4: (0, 2, 3, 1), 3: (1, 0, 2)}
"""Where the gates of torch (i f g o, or r z n) stand among those of ONNX."""


class _Graph:
    """The constants of a graph, as they were before they were quantized."""

    def __init__(self, data: bytes) -> None:
        graph = onnx.load_from_string(data).graph
        self._constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        quantized = {n.output[0]: n.input[1] for n in graph.node if n.op_type == "QuantizeLinear"}
        self._input_scale = {
            node.input[1]: self._constants[quantized[node.input[0]]]
            for node in graph.node
            if node.op_type == "MatMulInteger"
        }

    def __contains__(self, name: str) -> bool:
        return name in self._constants or f"{name}.int8" in self._constants

    def __getitem__(self, name: str) -> Array:
        if name in self._constants:
            return self._constants[name]
        integers: Array = self._constants[f"{name}.int8"].astype(np.float32)
        if f"{name}.int8" in self._input_scale:  # [in, out], a factor per column
            factor = self._constants[f"{name}.factor"] / self._input_scale[f"{name}.int8"]
            return integers * factor
        rows = f"{name}.scale_rows"
        if rows in self._constants:
            return integers * self._constants[rows]  # the table
        scale = self._constants[f"{name}.scale"]  # a recurrent operator's, [2, in, gates x h]
        return (integers * scale[:, None, :]).transpose(0, 2, 1)


def _gates(onnx_order: Array) -> Array:
    """Put gates [4h or 3h, ...] into torch's order; LSTM only, as shipped."""
    parts = np.split(onnx_order, 4)
    return np.concatenate([parts[i] for i in _TORCH_ORDER[4]])


def load_bundle_model(bundle: Bundle) -> Seq2Seq:
    """Return an LSTM bundle's weights as a torch model in evaluation mode."""
    encoder, decoder = _Graph(bundle.data("encoder")), _Graph(bundle.data("decoder"))
    width = bundle.manifest.key_width
    layers = sum(f"B{layer}" in encoder for layer in range(64))
    model = Seq2Seq(
        bundle.manifest.vocabulary,
        width=width,
        encoder_layers=layers,
        attention=bundle.manifest.attention,
        second_layer="second.Wx" in decoder,
        lexical_shortcut="lexical" in decoder,
        dropout=0.0,
    )
    factor = math.sqrt(width)  # the graphs have folded the embedding's into what stands behind it
    values: dict[str, Array] = {"table.weight": decoder["table"], "bias": decoder["bias"]}
    for layer in range(layers):
        for direction, suffix in enumerate(("", "_reverse")):
            inputs = _gates(encoder[f"W{layer}"][direction]) / (factor if layer == 0 else 1.0)
            biases = np.split(encoder[f"B{layer}"][direction], 2)
            for name, value in (
                ("weight_ih", inputs),
                ("weight_hh", _gates(encoder[f"R{layer}"][direction])),
                ("bias_ih", _gates(biases[0])),
                ("bias_hh", _gates(biases[1])),
            ):
                values[f"encoder.rnn.{name}_l{layer}{suffix}"] = value
    for cell, module, scale in (("first", "rnn", factor), ("second", "second", 1.0)):
        if f"{cell}.Wx" in decoder:
            values[f"decoder.{module}.weight_ih_l0"] = decoder[f"{cell}.Wx"].T / scale
            values[f"decoder.{module}.weight_hh_l0"] = decoder[f"{cell}.Wh"].T
            values[f"decoder.{module}.bias_ih_l0"] = decoder[f"{cell}.bx"]
            values[f"decoder.{module}.bias_hh_l0"] = np.zeros_like(decoder[f"{cell}.bx"])
    values["decoder.Wa.weight"] = decoder["Wa"].T
    values["decoder.attention.key.weight"] = encoder["key_weight"].T
    for name in ("norm.weight", "norm.bias"):
        if name in decoder:
            values[f"decoder.{name}"] = decoder[name]
    if "lexical" in decoder:
        values["decoder.lexical.weight"] = decoder["lexical"].T / factor
    model.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in values.items()})
    return model.eval().requires_grad_(False)
