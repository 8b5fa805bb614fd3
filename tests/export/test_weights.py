"""A bundle's weights become a model again: the same within quantization, old layout and new."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.families.recurrent.quantize import activation_ranges
from allez_export.families.recurrent.weights import load_bundle_model
from allez_export.quantize import WEIGHT_LIMIT, quantize
from allez_export.trace import trace_decoder, trace_encoder

Drafted = Callable[[str, Seq2Seq, onnx.ModelProto, onnx.ModelProto], Bundle]
Exported = tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]
Traced = Callable[[str], Exported]


def scores(model: Seq2Seq) -> torch.Tensor:
    """Return the scores of all words, with the targets given."""
    generator = torch.Generator().manual_seed(3)
    source, target = (
        torch.randint(3, len(model.bias), (4, n), generator=generator) for n in (9, 7)
    )
    logits = model(source, target) @ model.table.weight.T + model.bias
    return logits.log_softmax(dim=-1)


MOVED = {"lstm": (0.03, 0.3), "gru": (0.05, 0.5)}
"""How far quantizing may move scores, in the mean and at most; a GRU has fewer gates."""

CONCAT = {"cell": "gru", "attention": "concat", "second_layer": True, "encoder_layers": 2}


@pytest.fixture
def exported(
    traced: Traced, make_model: Callable[..., Seq2Seq], request: pytest.FixtureRequest
) -> Exported:
    """A variant with its graphs; `concat` is traced for this file alone."""
    if request.param != "concat":
        return traced(request.param)
    family = Recurrent(make_model(**CONCAT))
    return family.model, trace_encoder(family), trace_decoder(family)


def same_biases(before: dict[str, torch.Tensor], after: dict[str, torch.Tensor]) -> None:
    """Compare the biases of the decoder's LSTM cells, of which only the sum is kept."""
    for name in [n for n in before if n.startswith("decoder") and n.endswith("bias_ih_l0")]:
        other = name.replace("bias_ih", "bias_hh")
        sums = [weights[name] + weights[other] for weights in (before, after)]
        torch.testing.assert_close(*sums, atol=1e-3, rtol=0)


@pytest.mark.parametrize("exported", ["lstm", "lexical", "gru", "concat"], indirect=True)
def test_a_model_comes_back_within_quantization(exported: Exported, drafted: Drafted) -> None:
    model, encoder, decoder = exported
    int8 = quantize(encoder, decoder, activation_ranges(model, 6.0))[:2]
    bundle = drafted("lstm", model, *int8)
    again = load_bundle_model(bundle)
    kept = Recurrent(model).config
    assert Recurrent(again).config == dataclasses.replace(kept, dropout=0.0)
    before, after = model.state_dict(), again.state_dict()
    assert before.keys() == after.keys()
    for key, value in before.items():
        if kept.cell == "lstm" and key.startswith("decoder") and "bias_" in key:
            continue
        step = value.abs().max() / WEIGHT_LIMIT
        if kept.input_feeding and key == "decoder.rnn.weight_ih_l0":
            step *= 3  # words, whose weights are larger, share a scale with what is fed
        assert (after[key] - value).abs().max() <= 1.01 * step, key
    same_biases(before, after)
    mean, largest = MOVED[kept.cell]
    difference = (scores(again) - scores(model)).abs()
    assert 0 < difference.mean() < mean
    assert difference.max() < largest


def test_a_second_time_loses_hardly_anything(traced: Traced, drafted: Drafted) -> None:
    model, encoder, decoder = traced("lstm")
    again = load_bundle_model(
        drafted("lstm", model, *quantize(encoder, decoder, activation_ranges(model, 6.0))[:2])
    )
    family = Recurrent(again)
    graphs = trace_encoder(family), trace_decoder(family)
    third = load_bundle_model(
        drafted("lstm", again, *quantize(*graphs, activation_ranges(again, 6.0))[:2])
    )
    lost = (scores(again) - scores(model)).abs().mean()
    assert (scores(third) - scores(again)).abs().mean() < lost


def test_graphs_of_another_exporter_are_refused(tiny_bundle: Path) -> None:
    bundle = Bundle.read(tiny_bundle)
    decoder = onnx.load_from_string(bundle.data("decoder"))
    for initializer in decoder.graph.initializer:
        initializer.name = f"theirs.{initializer.name}"
    content = {role: bundle.data(role) for role in bundle.manifest.files}
    other = Bundle(
        bundle.path, bundle.manifest, {**content, "decoder": decoder.SerializeToString()}
    )
    with pytest.raises(InputError, match="weights cannot be read back") as caught:
        load_bundle_model(other)
    assert "recurrent" in (caught.value.hint or "")


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
