"""Every graph that the exporter makes is one that the runtime lets through, and says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import onnx
import pytest

from allez.bundle.contract import OPERATORS
from allez.bundle.onnx_check import read_outline
from allez_export.families.recurrent.model import Seq2Seq

Traced = Callable[[str], tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]]
Quantized = Callable[[str], tuple[onnx.ModelProto, onnx.ModelProto, object]]


def operators(graph: onnx.GraphProto) -> Iterator[tuple[str, str]]:
    for node in graph.node:
        yield node.domain, node.op_type
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from operators(attribute.g)


@pytest.mark.parametrize("name", ["lstm", "gru", "none"])
def test_the_outline_is_what_onnx_reads(traced: Traced, quantized: Quantized, name: str) -> None:
    for model in (*traced(name)[1:], *quantized(name)[:2]):
        found = read_outline(model.SerializeToString())
        assert found.operators == frozenset(operators(model.graph)) <= OPERATORS
        assert [value.name for value in found.inputs] == [v.name for v in model.graph.input]
        for value, proto in zip(found.outputs, model.graph.output, strict=True):
            dims = proto.type.tensor_type.shape.dim
            assert value.name == proto.name
            assert value.shape == tuple(dim.dim_param or dim.dim_value for dim in dims)
