"""A bundle's weights become a model again: the same within quantization, old layout and new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from allez.bundle.reader import Bundle
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.families.recurrent.weights import load_bundle_model
from allez_export.quantize import WEIGHT_LIMIT, quantize
from allez_export.trace import trace_decoder, trace_encoder

Drafted = Callable[[str, Seq2Seq, onnx.ModelProto, onnx.ModelProto], Bundle]
Traced = Callable[[str], tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]]


def scores(model: Seq2Seq) -> torch.Tensor:
    """Return the scores of all words, with the targets given."""
    generator = torch.Generator().manual_seed(3)
    source, target = (
        torch.randint(3, len(model.bias), (4, n), generator=generator) for n in (9, 7)
    )
    logits = model(source, target) @ model.table.weight.T + model.bias
    return logits.log_softmax(dim=-1)


@pytest.mark.parametrize("name", ["lstm", "lexical"])
def test_a_model_comes_back_within_quantization(
    traced: Traced, drafted: Drafted, name: str
) -> None:
    model, encoder, decoder = traced(name)
    int8 = quantize(encoder, decoder, 6.0)[:2]
    bundle = drafted(name, model, *int8)
    manifest = bundle.manifest
    assert (manifest.attention, manifest.target.size) == (model.decoder.attention.kind, 340)
    again = load_bundle_model(bundle)
    before, after = model.state_dict(), again.state_dict()
    assert before.keys() == after.keys()
    for key, value in before.items():
        if key.endswith(("bias_ih_l0", "bias_hh_l0")) and key.startswith("decoder"):
            continue  # only their sum is kept
        step = value.abs().max() / WEIGHT_LIMIT
        assert (after[key] - value).abs().max() <= 1.01 * step, key
    for part in ("rnn", "second"):
        sums = [
            m[f"decoder.{part}.bias_ih_l0"] + m[f"decoder.{part}.bias_hh_l0"]
            for m in (before, after)
        ]
        torch.testing.assert_close(*sums, atol=1e-3, rtol=0)
    difference = (scores(again) - scores(model)).abs()
    assert 0 < difference.mean() < 0.03
    assert difference.max() < 0.3
    twice = quantize(trace_encoder(again), trace_decoder(again), 6.0)[:2]
    third = load_bundle_model(drafted(name, again, *twice))
    assert (scores(third) - scores(again)).abs().mean() < difference.mean()


def test_bundles_of_the_first_layout_are_read(tiny_bundle: Path) -> None:
    """Two matrices a cell, and biases in floats."""
    bundle = Bundle.read(tiny_bundle)
    model = load_bundle_model(bundle)
    decoder = onnx.load_from_string(bundle.data("decoder"))
    constants = {i.name: onnx.numpy_helper.to_array(i) for i in decoder.graph.initializer}
    table = constants["table.int8"] * constants["table.scale_rows"]
    np.testing.assert_array_equal(model.table.weight.numpy(), table)
    hidden = constants["first.Wh.int8"] * constants["first.Wh.factor"] * 127
    np.testing.assert_allclose(
        model.decoder.rnn.weight_hh_l0.numpy(), hidden.T, rtol=1e-5, atol=1e-7
    )
