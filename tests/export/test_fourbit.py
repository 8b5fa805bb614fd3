"""w4: four bits a weight in the file, an int8 graph like any other once it is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from onnx import numpy_helper

from allez.bundle.onnx_check import read_outline
from allez.bundle.reader import Bundle
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.families.recurrent.weights import load_bundle_model
from allez_export.fourbit import constants_of, pack, split
from allez_export.integers import largest_weight
from allez_export.verify import check_candidates, check_integers, encoder_feeds, session, step_feeds

Traced = Callable[[str], tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]]
Quantized = Callable[[str], tuple[onnx.ModelProto, onnx.ModelProto, object]]
Array = npt.NDArray[Any]
NAMES = ("lstm", "lexical", "gru", "none")


@settings(deadline=None)
@given(
    st.sampled_from([((4, 6), 1), ((64, 6), 0), ((2, 40, 4), 1), ((7, 34), 1)]),
    st.data(),
)
def test_a_weight_comes_back_within_half_a_step_of_its_block(
    shape_axis: tuple[tuple[int, ...], int], data: st.DataObject
) -> None:
    shape, axis = shape_axis
    values = data.draw(hnp.arrays(np.int8, shape, elements=st.integers(-64, 64)))
    steps, factors = split(values, axis)
    assert (steps.min() >= -8, steps.max() <= 7, np.abs(factors).max() <= 8) == (True,) * 3
    assert (factors != 0).all()
    back = (steps * factors).astype(np.int16)
    assert np.abs(back).max() <= 64
    blocked = values.reshape(steps.shape).astype(np.int16)
    # No factor does better on the whole block, the largest of all among them.
    error = np.square(back - blocked).sum(axis=axis + 1)
    for factor in (8, -8, 3):
        other = np.rint(blocked / factor).clip(-8, 7) * factor
        assert (error <= np.square(other - blocked).sum(axis=axis + 1)).all()


def test_a_block_with_a_weight_at_the_limit_keeps_it() -> None:
    values = np.array([[64, 1, -9, 17], [-64, 8, 0, 55]], dtype=np.int8)
    steps, factors = split(values, 1)
    back = steps * factors
    np.testing.assert_array_equal(back[:, 0, 0], [64, -64])
    assert np.abs(back.reshape(2, 4) - values).max() <= 4


@pytest.mark.parametrize("name", NAMES)
def test_what_is_unpacked_at_load_is_what_the_file_means(
    traced: Traced, quantized: Quantized, name: str
) -> None:
    """The same to the bit as an int8 graph that holds those weights plainly."""
    model, _, _ = traced(name)
    for plain, feeds in (
        (quantized(name)[0], encoder_feeds([5, 9, 30, 31, 2])),
        (quantized(name)[1], step_feeds(Recurrent(model).facts, 5)),
    ):
        packed = pack(plain)
        same = onnx.ModelProto()
        same.CopyFrom(plain)
        constants = constants_of(packed)
        changed = 0
        for initializer in same.graph.initializer:
            if initializer.name.endswith(".int8"):
                before = numpy_helper.to_array(initializer).astype(np.int16)
                changed += not np.array_equal(before, constants[initializer.name])
                assert np.abs(before - constants[initializer.name]).max() <= 8
                value = numpy_helper.from_array(constants[initializer.name], initializer.name)
                initializer.CopyFrom(value)
        assert changed
        for one, other in zip(
            session(packed).run(None, feeds), session(same).run(None, feeds), strict=True
        ):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", NAMES)
def test_it_passes_the_checks_of_int8(traced: Traced, quantized: Quantized, name: str) -> None:
    model, _, _ = traced(name)
    encoder, decoder = (pack(graph) for graph in quantized(name)[:2])
    assert 32 < largest_weight(decoder) <= 64
    assert check_integers(decoder, step_feeds(Recurrent(model).facts, 3)) >= 3
    assert check_integers(encoder, encoder_feeds([5, 6, 2])) >= 0
    assert check_candidates(decoder, step_feeds(Recurrent(model).facts, 3)) < 1e-5
    for graph in (encoder, decoder):
        data = graph.SerializeToString()
        assert not {o for _, o in read_outline(data).operators} & {"MatMulNBits", "Loop"}
        int8 = [i for i in graph.graph.initializer if i.data_type == onnx.TensorProto.INT8]
        assert not [i.name for i in int8 if i.name.endswith(".int8")]


def test_weights_take_little_more_than_four_bits(quantized: Quantized) -> None:
    decoder = quantized("lstm")[1]
    packed = pack(decoder)
    plain = {i.name: i for i in decoder.graph.initializer if i.name.endswith(".int8")}
    stored = {i.name: len(i.raw_data) for i in packed.graph.initializer}
    for name, initializer in plain.items():
        bits = 8 * (stored[f"{name}.w4"] + stored[f"{name}.w4_factor"])
        # A factor for 32 weights, or for the 16 of a row of this small table.
        assert bits <= (4.5 if name == "table.int8" else 4.25) * np.prod(initializer.dims)


def test_a_model_comes_back_from_it(
    traced: Traced,
    quantized: Quantized,
    drafted: Callable[[str, Seq2Seq, onnx.ModelProto, onnx.ModelProto], Bundle],
) -> None:
    model, _, _ = traced("lexical")
    bundle = drafted("lexical", model, *(pack(graph) for graph in quantized("lexical")[:2]))
    again = load_bundle_model(bundle).state_dict()
    for name, value in model.state_dict().items():
        if value.dim() == 2:
            assert (again[name] - value).abs().mean() < 0.1 * value.abs().mean(), name


def test_what_is_packed_stays_as_it_is(quantized: Quantized) -> None:
    packed = pack(quantized("lstm")[1])
    assert pack(packed) is packed
