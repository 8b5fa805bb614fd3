"""Traces the two graph modules to fp32 ONNX files, to the letter of `allez.bundle.contract`."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from allez.bundle.contract import Graph, decoder_graph, encoder_graph
from allez_export.families.family import OPSET, VOCABULARY_LAYER, Facts, Family

IR_VERSION = 10

FAINT = 80.0
"""Scores so far below the best add nothing to a sum of float32; from 87 on, their exponentials
are denormal."""

TYPES = {
    "float32": TensorProto.FLOAT,
    "int64": TensorProto.INT64,
    "int32": TensorProto.INT32,
}


def trace(family: Family, folder: Path) -> None:
    """Write `encoder.onnx` and `decoder.onnx` of a trained model into a folder."""
    onnx.save(trace_encoder(family), folder / "encoder.onnx")
    onnx.save(trace_decoder(family), folder / "decoder.onnx")


def trace_encoder(family: Family) -> onnx.ModelProto:
    """Return `encoder.onnx` of a trained model."""
    facts = family.facts
    graph = encoder_graph(len(facts.state_widths), facts.reads)
    given: tuple[object, ...]
    if facts.picture is None:
        # Two sentences of different lengths, so that no axis looks constant.
        given = torch.ones(2, 5, dtype=torch.int64), torch.tensor([5, 3], dtype=torch.int32)
    else:
        seen = facts.picture
        given = (torch.zeros(2, seen.channels, seen.height, seen.width),)
    proto = _export(family.encoder_module(), given, graph, {"B": 2, "S": 5})
    return _finish(proto, graph, facts)


def trace_decoder(family: Family) -> onnx.ModelProto:
    """Return `decoder.onnx` of a trained model."""
    facts = family.facts
    graph = decoder_graph(len(facts.state_widths))
    positions = facts.positions(5)  # of an image always as many, which the graph does not say
    arguments = (
        torch.ones(6, dtype=torch.int64),
        torch.zeros(6, dtype=torch.int64),
        torch.zeros(2, positions, facts.memory_width),
        torch.zeros(2, positions, facts.key_width),
        torch.zeros(2, positions),
        torch.arange(7),
        torch.zeros(2, 7),
        torch.tensor(4),
        [torch.zeros(3, width) for width in facts.state_widths],
    )
    sizes = {"N": 6, "P": 3, "B": 2, "M": positions, "C": 7}
    proto = _export(family.step_module(), arguments, graph, sizes)
    _insert_vocabulary_layer(proto.graph)
    return _finish(proto, graph, facts)


def _export(
    module: nn.Module, arguments: tuple[object, ...], graph: Graph, sizes: dict[str, int]
) -> onnx.ModelProto:
    """Run torch's exporter with the contract's names and axes."""
    shapes: list[object] = []
    for tensor in graph.inputs:
        # An axis of size one would be taken for a constant; such an axis (M without attention)
        # is one.
        shapes.append({i: a for i, a in enumerate(tensor.axes) if sizes.get(a, 1) > 1})
    fixed = len(arguments)
    if isinstance(arguments[-1], list):  # the states, one argument in torch
        shapes = [*shapes[: fixed - 1], shapes[fixed - 1 :]]
    with _quiet():
        program = torch.onnx.export(
            module.eval().requires_grad_(False),
            arguments,
            dynamo=True,
            opset_version=OPSET,
            dynamic_shapes=tuple(shapes),
            input_names=[tensor.name for tensor in graph.inputs],
            output_names=[tensor.name for tensor in graph.outputs],
            verbose=False,
        )
    assert program is not None
    proto: onnx.ModelProto = program.model_proto
    return proto


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's remarks on its own workings off the user's screen."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _insert_vocabulary_layer(graph: onnx.GraphProto) -> None:
    """Replace the placeholder by an `If`: the whole vocabulary, or the candidates' rows of it.

    There is one table, [V, H]. Its transpose stands outside the branches, where ONNX Runtime
    folds it at load; rows are gathered inside.
    """
    domain, name = VOCABULARY_LAYER.split("::")
    at = next(i for i, n in enumerate(graph.node) if (n.domain, n.op_type) == (domain, name))
    features, table, bias, candidates, mask, k, *never = graph.node[at].input
    vocabulary = next(i for i in graph.initializer if i.name == bias).dims[0]
    constants: dict[str, npt.NDArray[Any]] = {
        "zero": np.array(0, dtype=np.int64),
        "one": np.array([1], dtype=np.int64),
        "minus_one": np.array([-1], dtype=np.int64),
        "nothing": np.array(0, dtype=np.float32),
        "faint": np.array(FAINT, dtype=np.float32),
    }
    node = helper.make_node
    whole = [
        node("MatMul", [features, "table_transposed"], ["whole_product"]),
        node("Add", ["whole_product", bias], ["whole_logits"]),
        node("LogSoftmax", ["whole_logits"], ["whole_log_probs"], axis=1),
    ]
    chosen = "whole_log_probs"
    if never:  # words that search may not choose keep their share of the probability
        whole.append(node("Add", [chosen, *never], ["whole_allowed"]))
        chosen = "whole_allowed"
    whole += _best_of_all(chosen, vocabulary, constants)
    listed = _listed_nodes(features, table, bias, candidates, mask, never)
    replacement = [
        node("Transpose", [table], ["table_transposed"], perm=[1, 0]),
        node("Unsqueeze", [k, "zero"], ["count"]),
        node("Gather", [candidates, "zero"], ["first_candidate"]),
        node("Less", ["first_candidate", "zero"], ["is_whole"]),
        node(
            "If",
            ["is_whole"],
            graph.node[at].output,
            then_branch=_branch("whole", whole),
            else_branch=_branch("listed", listed),
        ),
    ]
    graph.initializer.extend(numpy_helper.from_array(v, k) for k, v in constants.items())
    nodes = [*graph.node[:at], *replacement, *graph.node[at + 1 :]]
    del graph.node[:]
    graph.node.extend(nodes)


def _listed_nodes(
    features: str, table: str, bias: str, candidates: str, mask: str, never: Sequence[str]
) -> list[onnx.NodeProto]:
    """Return nodes that score the candidates' rows of the table, and find the best.

    Single numbers are taken by `GatherElements`: `Gather` copies each as if it were a row, which
    took 15 us for 1,000 words where this takes 2.

    What is masked gets a score of -1e9, and its exponential is a denormal number, which processors
    take ten times as long for. So the softmax is made of scores that are `FAINT` below the best at
    most, whose exponentials vanish in the sum just so. The best one's gives the logarithm of the
    sum, and with it all have the same score to the bit as by a softmax of what was not cut.
    """
    node = helper.make_node
    nodes = [
        node("Gather", [table, candidates], ["listed_rows"]),
        node("Transpose", ["listed_rows"], ["listed_transposed"], perm=[1, 0]),
        node("MatMul", [features, "listed_transposed"], ["listed_product"]),
        node("GatherElements", [bias, candidates], ["listed_bias"]),
        node("Add", ["listed_product", "listed_bias"], ["listed_scores"]),
        # One mask for all rows of a sentence: [N, C] is seen as [B, K, C] in between.
        node("Shape", [mask], ["mask_batch"], start=0, end=1),
        node("Shape", [mask], ["mask_width"], start=1, end=2),
        node("Concat", ["mask_batch", "minus_one", "mask_width"], ["by_sentence"], axis=0),
        node("Reshape", ["listed_scores", "by_sentence"], ["listed_grouped"]),
        node("Unsqueeze", [mask, "one"], ["mask_rows"]),
        node("Add", ["listed_grouped", "mask_rows"], ["listed_masked"]),
        node("Concat", ["minus_one", "mask_width"], ["by_row"], axis=0),
        node("Reshape", ["listed_masked", "by_row"], ["listed_logits"]),
        node("ReduceMax", ["listed_logits", "one"], ["listed_best"], keepdims=1),
        node("Sub", ["listed_best", "listed_logits"], ["listed_below"]),
        node("Min", ["listed_below", "faint"], ["listed_near"]),
        node("Sub", ["nothing", "listed_near"], ["listed_cut"]),
        node("LogSoftmax", ["listed_cut"], ["listed_soft"], axis=1),
        node("ReduceMax", ["listed_soft", "one"], ["listed_sum"], keepdims=1),
        node("Sub", ["listed_sum", "listed_below"], ["listed_log_probs"]),
    ]
    chosen = "listed_log_probs"
    if never:
        nodes.append(node("GatherElements", [*never, candidates], ["listed_never"]))
        nodes.append(node("Add", [chosen, "listed_never"], ["listed_allowed"]))
        chosen = "listed_allowed"
    nodes.append(node("TopK", [chosen, "count"], ["listed_top", "listed_places"], axis=1))
    nodes.append(node("Gather", [candidates, "listed_places"], ["listed_tokens"]))
    return nodes


def _best_of_all(
    scores: str, vocabulary: int, constants: dict[str, npt.NDArray[Any]]
) -> list[onnx.NodeProto]:
    """Return nodes that find the k best of scores [N, V].

    `TopK` takes a word at a time, a maximum many at once. So the words stand in blocks, those k
    blocks that have the highest maxima hold the k best words, and only they are searched. They
    are put in order first, so that of equal words the lower id is found.
    """
    node = helper.make_node
    width = block_width(vocabulary)
    if width is None:
        inputs, outputs = [scores, "count"], ["whole_top", "whole_tokens"]
        return [node("TopK", inputs, outputs, axis=1)]
    ids = np.arange(vocabulary, dtype=np.int64).reshape(-1, width)
    constants |= {
        "words_of_block": ids,
        "in_blocks": np.array([-1, *ids.shape], dtype=np.int64),
        "blocks": np.array([len(ids)], dtype=np.int64),
        "block_width": np.array([1, 1, width], dtype=np.int64),
        "in_rows": np.array([0, -1], dtype=np.int64),
        "two": np.array([2], dtype=np.int64),
    }
    return [
        node("Reshape", [scores, "in_blocks"], ["blocked"]),  # [N, blocks, width]
        node("ReduceMax", ["blocked", "two"], ["block_best"], keepdims=0),
        node("Min", ["count", "blocks"], ["block_count"]),
        node(
            "TopK", ["block_best", "block_count"], ["best_values", "best_blocks"], axis=1, sorted=0
        ),
        node(
            "TopK", ["best_blocks", "block_count"], ["chosen", "chosen_places"], axis=1, largest=0
        ),
        node("Unsqueeze", ["chosen", "two"], ["chosen_column"]),
        node("Expand", ["chosen_column", "block_width"], ["chosen_everywhere"]),
        node("GatherElements", ["blocked", "chosen_everywhere"], ["kept_blocks"], axis=1),
        node("Reshape", ["kept_blocks", "in_rows"], ["kept"]),  # [N, k x width]
        node("TopK", ["kept", "count"], ["whole_top", "whole_places"], axis=1),
        node("Gather", ["words_of_block", "chosen"], ["kept_word_blocks"]),
        node("Reshape", ["kept_word_blocks", "in_rows"], ["kept_words"]),
        node("GatherElements", ["kept_words", "whole_places"], ["whole_tokens"], axis=1),
    ]


def block_width(vocabulary: int) -> int | None:
    """Return how many words stand in a block; None if the vocabulary is too small or odd for it."""
    if vocabulary < 1024:
        return None
    fitting = [width for width in range(32, 129) if vocabulary % width == 0]
    return min(fitting, key=lambda width: abs(width - 64), default=None)


def _branch(name: str, nodes: Sequence[onnx.NodeProto]) -> onnx.GraphProto:
    """Return a branch of the vocabulary layer: best scores, their tokens, all scores."""
    value = helper.make_tensor_value_info
    outputs = [
        value(f"{name}_top", TensorProto.FLOAT, ["N", "k"]),
        value(f"{name}_tokens", TensorProto.INT64, ["N", "k"]),
        value(f"{name}_log_probs", TensorProto.FLOAT, ["N", "L"]),
    ]
    return helper.make_graph(nodes, name, [], outputs)


def _finish(proto: onnx.ModelProto, graph: Graph, facts: Facts) -> onnx.ModelProto:
    """Name all axes as the contract does, and drop what the exporter wrote about itself."""
    for values, tensors in (
        (proto.graph.input, graph.inputs),
        (proto.graph.output, graph.outputs),
    ):
        named = {value.name: value for value in values}
        if list(named) != [tensor.name for tensor in tensors]:
            raise RuntimeError(f"the exporter gave {list(named)}")  # a bug of ours, not an input's
        for tensor in tensors:
            value = helper.make_tensor_value_info(
                tensor.name, TYPES[tensor.dtype], facts.axes(tensor)
            )
            named[tensor.name].CopyFrom(value)
    del proto.graph.value_info[:]
    del proto.metadata_props[:]
    del proto.graph.metadata_props[:]
    proto.graph.doc_string = proto.doc_string = ""
    for node in proto.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
        if node.op_type == "Conv":
            _say_all(node, proto.graph)
    for initializer in proto.graph.initializer:
        del initializer.metadata_props[:]
        initializer.doc_string = ""
    imports = [o for o in proto.opset_import if o.domain == ""]
    del proto.opset_import[:]
    proto.opset_import.extend(imports)
    del proto.functions[:]
    proto.ir_version = IR_VERSION
    proto.producer_name, proto.producer_version = "allez-export", ""
    onnx.checker.check_model(proto, full_check=False)
    return proto


def _say_all(convolution: onnx.NodeProto, graph: onnx.GraphProto) -> None:
    """Give a convolution the attributes that the contract demands, and no other."""
    weight = next(i for i in graph.initializer if i.name == convolution.input[1])
    said = {a.name: helper.get_attribute_value(a) for a in convolution.attribute}
    usual = {"dilations": [1, 1], "group": 1, "pads": [0, 0, 0, 0], "strides": [1, 1]}
    values = {**usual, **said, "kernel_shape": list(weight.dims[2:])}
    values.pop("auto_pad", None)
    del convolution.attribute[:]
    convolution.attribute.extend(helper.make_attribute(k, v) for k, v in sorted(values.items()))
