"""Where activations become bytes, and what each byte stands for."""

from __future__ import annotations

import numpy as np
import pytest
from onnx import helper

from allez_export.activations import step_and_zero, where_quantized

NODE = helper.make_node
RELU = [NODE("Min", ["x", "zero"], ["least"]), NODE("Sub", ["x", "least"], ["r"])]
WEIGHTS = {"zero": np.zeros((), dtype=np.float32), "one": np.ones((), dtype=np.float32)}


def test_a_range_has_all_255_steps_and_zero_is_a_byte() -> None:
    assert step_and_zero(2.54) == (pytest.approx(0.02), 128)
    assert step_and_zero((0.0, 5.1)) == (pytest.approx(0.02), 0)
    assert step_and_zero((-1.0, 4.1)) == (pytest.approx(0.02), 50)
    assert step_and_zero((0.0, 0.0))[0] > 0


@pytest.mark.parametrize("positive", [True, False])
def test_a_relu_is_left_out_where_no_byte_is_below_zero(positive: bool) -> None:
    readers = {"x": 2, "least": 1, "r": 1}
    place = where_quantized(RELU, readers, WEIGHTS, "r", positive=positive)
    assert place.top == ("x" if positive else "r")
    assert place.nodes == ([] if positive else RELU)


def test_what_is_read_elsewhere_stays() -> None:
    for shared in ("r", "least"):
        readers = {"x": 2, "least": 1, "r": 1} | {shared: 2}
        place = where_quantized(RELU, readers, WEIGHTS, "r", positive=True)
        assert (place.top, place.nodes) == ("r", RELU)


def test_another_bound_than_zero_is_no_relu() -> None:
    other = [NODE("Min", ["x", "one"], ["least"]), RELU[1]]
    place = where_quantized(other, {"x": 2, "least": 1, "r": 1}, WEIGHTS, "r", positive=True)
    assert (place.top, place.nodes) == ("r", other)


def test_bytes_are_moved_instead_of_numbers() -> None:
    moves = [
        NODE("Transpose", ["y"], ["turned"], perm=[1, 0]),
        NODE("Reshape", ["turned", "shape"], ["z"]),
    ]
    readers = {"y": 1, "turned": 1, "z": 1}
    place = where_quantized(moves, readers, WEIGHTS, "z", positive=False)
    assert (place.top, place.nodes, place.moves) == ("y", [], moves)
    place = where_quantized(moves, readers | {"turned": 2}, WEIGHTS, "z", positive=False)
    assert (place.top, place.nodes, place.moves) == ("turned", moves[:1], moves[1:])
