"""fp32 graphs keep the contract, and every way in which a graph can be wrong is found by name."""

from __future__ import annotations

import copy
import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from allez.bundle.contract import Graph, decoder_graph, encoder_graph
from allez.bundle.reader import Bundle
from allez.errors import AllezError
from allez.search.step import RawHypothesis
from allez_export.config import QuantizeConfig
from allez_export.evaluate import torch_search
from allez_export.families.family import Facts
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.graphs import state_widths
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.trace import block_width, trace, trace_decoder
from allez_export.verify import (
    PARITY,
    BehaviourFailure,
    ContractMismatch,
    IntegerMismatch,
    ParityFailure,
    VerificationError,
    WeightRangeFailure,
    behaviour,
    check_candidates,
    check_contract,
    check_integers,
    decoder_parity,
    encoder_parity,
    greedy_parity,
    runtime_search,
    session,
    step_feeds,
    verify,
)

Traced = Callable[[str], tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]]
Quantized = Callable[[str], tuple[onnx.ModelProto, onnx.ModelProto, object]]
Drafted = Callable[[str, Seq2Seq, onnx.ModelProto, onnx.ModelProto], Bundle]
Array = npt.NDArray[Any]

NAMES = ("lstm", "lexical", "gru", "none")
GRAPHS = [(name, part) for name in NAMES for part in ("encoder", "decoder")]
STATES = {"lstm": 4, "lexical": 4, "gru": 2, "none": 2}


def part_of(traced: Traced, name: str, part: str) -> tuple[Seq2Seq, onnx.ModelProto]:
    model, encoder, decoder = traced(name)
    return model, encoder if part == "encoder" else decoder


def contract_of(name: str, part: str) -> Graph:
    return {"encoder": encoder_graph, "decoder": decoder_graph}[part](STATES[name])


def facts_of(name: str, *, memory: int = 16, keys: int = 16) -> Facts:
    """Return what a variant's graphs are held to, by hand."""
    return Facts(
        vocabulary=340,
        memory_width=memory,
        key_width=keys,
        state_widths=(16,) * STATES[name],
        attention="",
        one_position=False,
        parameters=0,
        card={},
    )


def copied(model: onnx.ModelProto) -> onnx.ModelProto:
    other = onnx.ModelProto()
    other.CopyFrom(model)
    return other


def weights_of(model: onnx.ModelProto) -> dict[str, Array]:
    return {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}


def replaced(model: onnx.ModelProto, name: str, value: Array) -> onnx.ModelProto:
    """Return the model with another value of a constant."""
    other = copied(model)
    (found,) = [i for i in other.graph.initializer if i.name == name]
    found.CopyFrom(numpy_helper.from_array(np.asarray(value), name))
    return other


def perturbed(model: onnx.ModelProto, name: str, by: float) -> onnx.ModelProto:
    """Return the model with one number of a constant changed."""
    value = weights_of(model)[name].copy()
    value.flat[value.size // 2] += by
    return replaced(model, name, value)


def all_nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    for node in graph.node:
        yield node
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                yield from all_nodes(attribute.g)


# --- form -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "part"), GRAPHS)
def test_names_types_and_axes_are_those_of_the_contract(
    traced: Traced, name: str, part: str
) -> None:
    model, graph = part_of(traced, name, part)
    assert len(state_widths(model)) == STATES[name]
    memory = 32 if name == "lexical" else 16  # states beside embeddings
    check_contract(graph, contract_of(name, part), facts_of(name, memory=memory))


def test_the_letters_of_the_contract_are_in_the_files(traced: Traced) -> None:
    """The same once more, spelled out."""

    def spelled(values: Sequence[onnx.ValueInfoProto]) -> dict[str, str]:
        return {
            v.name: ",".join(d.dim_param or str(d.dim_value) for d in v.type.tensor_type.shape.dim)
            for v in values
        }

    _, encoder, decoder = traced("lstm")
    states = {f"state.{i}": "B,16" for i in range(4)}
    assert spelled(encoder.graph.input) == {"source": "B,S", "source_length": "B"}
    assert spelled(encoder.graph.output) == {
        "memory": "B,M,16",
        "keys": "B,M,16",
        "memory_mask": "B,M",
        **states,
    }
    assert spelled(decoder.graph.input) == {
        "token": "N",
        "parent": "N",
        "memory": "B,M,16",
        "keys": "B,M,16",
        "memory_mask": "B,M",
        "candidates": "C",
        "candidate_mask": "B,C",
        "k": "",
        **dict.fromkeys(states, "P,16"),
    }
    assert spelled(decoder.graph.output) == {
        "top_log_probs": "N,k",
        "top_tokens": "N,k",
        "log_probs": "N,L",
        "attention": "N,M",
        **{f"next_{name}": "N,16" for name in states},
    }


@pytest.mark.parametrize(("name", "part"), GRAPHS)
def test_any_host_loads_the_format(traced: Traced, name: str, part: str) -> None:
    _, graph = part_of(traced, name, part)
    onnx.checker.check_model(graph, full_check=True)
    assert graph.ir_version <= 10
    assert [(o.domain, o.version <= 21) for o in graph.opset_import] == [("", True)]
    assert {node.domain for node in all_nodes(graph.graph)} == {""}
    assert not graph.functions
    kinds = {node.op_type for node in all_nodes(graph.graph)}
    assert kinds.isdisjoint({"Gemm", "Loop", "Scan", "Einsum"})
    if part == "encoder":
        recurrent = [n.op_type for n in graph.graph.node if n.op_type in ("LSTM", "GRU")]
        assert recurrent == {"lstm": ["LSTM"] * 2, "gru": ["GRU"]}.get(name, ["LSTM"])


@pytest.mark.parametrize(("name", "part"), GRAPHS)
def test_nothing_tells_of_the_machine_it_was_made_on(traced: Traced, name: str, part: str) -> None:
    _, graph = part_of(traced, name, part)
    assert not graph.metadata_props
    assert not graph.graph.metadata_props
    assert not graph.doc_string
    assert not any(node.metadata_props or node.doc_string for node in all_nodes(graph.graph))
    assert not any(v.metadata_props or v.doc_string for v in graph.graph.input)
    data = graph.SerializeToString()
    for trace_of_it in (b".py", b"site-packages", str(Path.home()).encode(), b"torch"):
        assert trace_of_it not in data


@pytest.mark.parametrize(("name", "part"), GRAPHS)
def test_every_weight_is_stored_once_and_used(traced: Traced, name: str, part: str) -> None:
    _, graph = part_of(traced, name, part)
    used = {n for node in all_nodes(graph.graph) for n in node.input}
    weights = weights_of(graph)
    assert set(weights) <= used
    large = [w.tobytes() for w in weights.values() if w.size >= 16]
    assert len(set(large)) == len(large)


def test_two_files_are_written(
    traced: Traced, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, encoder, decoder = traced("none")
    monkeypatch.setattr("allez_export.trace.trace_encoder", lambda model: encoder)
    monkeypatch.setattr("allez_export.trace.trace_decoder", lambda model: decoder)
    trace(Recurrent(model), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["decoder.onnx", "encoder.onnx"]
    assert onnx.load(tmp_path / "encoder.onnx") == encoder


# --- values ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_graphs_compute_what_torch_does(traced: Traced, name: str) -> None:
    model, encoder, decoder = traced(name)
    assert encoder_parity(Recurrent(model), encoder) < PARITY / 10
    assert decoder_parity(Recurrent(model), decoder) < PARITY / 10


@pytest.mark.parametrize("name", NAMES)
def test_whole_decodes_are_those_of_torch(
    traced: Traced, drafted: Drafted, sentences: list[list[int]], name: str
) -> None:
    model, encoder, decoder = traced(name)
    found = runtime_search(drafted(name, model, encoder, decoder), sentences)
    expected = [best for (best,) in torch_search(Recurrent(model), sentences)]
    assert greedy_parity(found, expected) < PARITY / 10


def test_states_that_the_encoder_does_not_fill_begin_at_zero(traced: Traced) -> None:
    for name, filled in (("lstm", 2), ("gru", 1)):
        _, encoder, _ = traced(name)
        feeds = {"source": np.array([[5, 6, 2]]), "source_length": np.array([3], dtype=np.int32)}
        states = session(encoder).run(None, feeds)[3:]
        assert all(np.abs(state).max() > 0 for state in states[:filled])
        assert all((state == 0).all() and state.shape == (1, 16) for state in states[filled:])


@pytest.mark.parametrize("name", NAMES)
def test_the_encoder_reads_no_padding(traced: Traced, name: str) -> None:
    _, encoder, _ = traced(name)
    run = session(encoder)
    length = np.array([4, 2], dtype=np.int32)
    source = np.array([[5, 6, 7, 2], [8, 2, 0, 0]])
    other = np.array([[5, 6, 7, 2], [8, 2, 99, 17]])
    one, two = (run.run(None, {"source": s, "source_length": length}) for s in (source, other))
    if name == "lexical":  # padding's own rows stand in the memory; the mask hides them
        for memory, *_ in (one, two):
            memory[1, 2:] = 0.0
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


def altered(model: Seq2Seq, **changes: torch.Tensor) -> Seq2Seq:
    """Return the model with other values of some of its own tensors."""
    other = copy.deepcopy(model)
    for name, value in changes.items():
        getattr(other, name).copy_(value)
    return other


@pytest.mark.parametrize(("name", "part"), [("lstm", "encoder"), ("lstm", "decoder")])
def test_parity_fails_for_every_single_weight_that_is_wrong(
    traced: Traced, name: str, part: str
) -> None:
    model, graph = part_of(traced, name, part)
    parity = encoder_parity if part == "encoder" else decoder_parity
    missed = []
    for weight, value in weights_of(graph).items():
        if value.dtype == np.float32 and value.size > 1:
            wrong = perturbed(graph, weight, by=0.05)
            if not parity(Recurrent(model), wrong) > PARITY:
                missed.append(weight)
    assert missed == []


def test_parity_fails_for_weights_of_other_attentions_too(traced: Traced) -> None:
    model, encoder, decoder = traced("gru")
    for weight in ("key_weight", "key_bias", "W0", "R0", "B0"):
        assert encoder_parity(Recurrent(model), perturbed(encoder, weight, by=0.05)) > PARITY
    for weight in ("query", "v", "first.bh"):
        assert decoder_parity(Recurrent(model), perturbed(decoder, weight, by=0.5)) > PARITY


def test_parity_of_the_encoder_fails_for_nan(traced: Traced) -> None:
    model, encoder, _ = traced("lstm")
    with pytest.raises(ParityFailure, match="not finite"):
        encoder_parity(Recurrent(model), perturbed(encoder, "key_weight", by=np.nan))


def test_parity_of_the_decoder_fails_for_nan(traced: Traced) -> None:
    model, _, decoder = traced("lstm")
    wrong = copied(decoder)  # in the attention, which nothing else reads
    (index,) = [i for i, n in enumerate(wrong.graph.node) if "attention" in n.output]
    wrong.graph.node[index].output[0] = "attention_before"
    wrong.graph.node.append(
        helper.make_node("Mul", ["attention_before", "not_a_number"], ["attention"])
    )
    wrong.graph.initializer.append(numpy_helper.from_array(np.float32(np.nan), "not_a_number"))
    with pytest.raises(ParityFailure, match="not finite"):
        decoder_parity(Recurrent(model), wrong)


def test_parity_fails_for_states_that_should_be_zero(traced: Traced) -> None:
    model, encoder, _ = traced("lstm")
    fills = {n for node in encoder.graph.node if node.op_type == "Expand" for n in node.input}
    weights = weights_of(encoder)
    (fill,) = [n for n in fills if n in weights and weights[n].dtype == np.float32]
    assert encoder_parity(Recurrent(model), replaced(encoder, fill, np.float32(0.5))) > PARITY


def test_parity_fails_for_another_order_of_the_gates(traced: Traced) -> None:
    model, encoder, _ = traced("lstm")
    recurrence = weights_of(encoder)["R0"]
    i, o, f, c = np.split(recurrence, 4, axis=1)
    assert (
        encoder_parity(Recurrent(model), replaced(encoder, "R0", np.concatenate([i, f, o, c], 1)))
        > PARITY
    )


def test_parity_fails_when_lengths_are_not_heeded(traced: Traced) -> None:
    model, encoder, _ = traced("lstm")
    wrong = copied(encoder)
    for node in wrong.graph.node:
        if node.op_type == "LSTM":
            node.input[4] = ""
    assert encoder_parity(Recurrent(model), wrong) > 0.01


def test_parity_fails_when_masks_are_not_heeded(traced: Traced) -> None:
    model, encoder, decoder = traced("lstm")
    (mask,) = [
        i.name for i in encoder.graph.initializer if (numpy_helper.to_array(i) == -1e9).all()
    ]
    assert encoder_parity(Recurrent(model), replaced(encoder, mask, np.float32(0))) > PARITY
    for input_, part in (("memory_mask", decoder.graph), ("candidate_mask", None)):
        wrong = copied(decoder)
        graph = wrong.graph
        if part is None:
            (branches,) = [n for n in graph.node if n.op_type == "If"]
            graph = next(a.g for a in branches.attribute if a.name == "else_branch")
        nodes = [n for n in graph.node if n.op_type == "Unsqueeze" and n.input[0] == input_]
        (node,) = nodes
        graph.node.insert(0, helper.make_node("Sub", [input_, input_], ["no_mask"]))
        node.input[0] = "no_mask"
        at = [i for i, n in enumerate(graph.node) if n.output == node.output]
        assert at
        assert decoder_parity(Recurrent(model), wrong) > PARITY, input_


def test_parity_fails_when_parents_are_not_heeded(traced: Traced) -> None:
    model, _, decoder = traced("lstm")
    wrong = copied(decoder)
    for node in wrong.graph.node:
        if node.op_type == "Gather" and node.input[0] == "state.2":
            node.input[1] = "zeros"
    wrong.graph.node.insert(0, helper.make_node("Sub", ["parent", "parent"], ["zeros"]))
    assert decoder_parity(Recurrent(model), wrong) > PARITY


def test_ids_that_are_not_those_of_the_best_scores_are_found(traced: Traced) -> None:
    model, _, decoder = traced("lstm")
    wrong = copied(decoder)
    (branches,) = [n for n in wrong.graph.node if n.op_type == "If"]
    graph = next(a.g for a in branches.attribute if a.name == "then_branch")
    (top,) = [n for n in graph.node if n.op_type == "TopK"]
    graph.node.append(helper.make_node("Min", [top.output[1], "one"], ["other_tokens"]))
    graph.output[1].name = "other_tokens"
    with pytest.raises(ParityFailure, match="top_tokens are not the ids"):
        decoder_parity(Recurrent(model), wrong)


@pytest.mark.parametrize("size", [1024, 1050, 1031])
def test_the_best_of_a_large_vocabulary_are_found_in_its_blocks(
    make_model: Callable[..., Seq2Seq], size: int
) -> None:
    """1031 is a prime: no blocks. Some words are equally good, in one block and in two."""
    model = make_model(vocabulary=size, second_layer=False)
    model.table.weight[5:1000:99] = model.table.weight[5]
    model.bias[5:1000:99] = 3.0
    model.table.weight[6], model.bias[6] = model.table.weight[5], 3.0
    decoder = trace_decoder(Recurrent(model))
    blocks = {1024: 64, 1050: 70, 1031: None}[size]
    assert block_width(size) == blocks
    (branches,) = [n for n in decoder.graph.node if n.op_type == "If"]
    whole = next(a.g for a in branches.attribute if a.name == "then_branch")
    assert ("ReduceMax" in {node.op_type for node in whole.node}) == (blocks is not None)
    assert decoder_parity(Recurrent(model), decoder) < PARITY / 10
    run, feeds = session(decoder), step_feeds(Recurrent(model).facts, 3)
    for k in (1, 4, 13, 40, size):
        top_log_probs, tokens, log_probs = run.run(None, {**feeds, "k": np.array(k)})[:3]
        order = np.argsort(-log_probs, axis=1, kind="stable")[:, :k]
        np.testing.assert_array_equal(tokens, order)
        np.testing.assert_array_equal(top_log_probs, np.take_along_axis(log_probs, order, axis=1))


def test_scores_that_are_not_the_best_are_found(traced: Traced) -> None:
    model, _, decoder = traced("lstm")
    wrong = copied(decoder)
    (branches,) = [n for n in wrong.graph.node if n.op_type == "If"]
    graph = next(a.g for a in branches.attribute if a.name == "then_branch")
    (top,) = [n for n in graph.node if n.op_type == "TopK"]
    top.attribute.append(helper.make_attribute("largest", 0))
    with pytest.raises(ParityFailure):
        decoder_parity(Recurrent(model), wrong)


def test_a_decode_that_goes_another_way_is_found(
    traced: Traced, drafted: Drafted, sentences: list[list[int]]
) -> None:
    model, encoder, decoder = traced("lstm")
    ((expected,),) = torch_search(Recurrent(model), sentences[:1])
    bias = weights_of(decoder)["bias"].copy()
    bias[(expected.tokens[0] + 7) % len(bias)] += 50
    bundle = drafted("lstm", model, encoder, replaced(decoder, "bias", bias))
    with pytest.raises(ParityFailure, match="greedy decoding differs"):
        greedy_parity(runtime_search(bundle, sentences[:1]), [expected])


def test_equally_good_decodes_may_differ_and_others_may_not() -> None:
    def found(*tokens: int, score: float = -1.0, weight: float = 0.5) -> RawHypothesis:
        return RawHypothesis(
            tokens, score, np.full((len(tokens), 2), weight, dtype=np.float32), True
        )

    near = PARITY / 2
    assert greedy_parity([found(5, 6)], [found(5, 6)]) == 0
    assert greedy_parity([found(5, 6)], [found(5, 7, score=-1 - near)]) == pytest.approx(near)
    assert greedy_parity([found(5)], [found(5, weight=0.4)]) == pytest.approx(0.1)
    assert greedy_parity([found()], [found()]) == 0
    with pytest.raises(ParityFailure, match="greedy decoding differs"):
        greedy_parity([found(5, 6)], [found(5, 7, score=-1.01)])
    for wrong in (found(5, score=np.nan), found(5, weight=np.nan)):
        with pytest.raises(ParityFailure, match="not finite"):
            greedy_parity([wrong], [found(5)])


# --- the contract ---------------------------------------------------------------------------


def rename(value: onnx.ValueInfoProto) -> None:
    value.name = "something"


def fix_first_axis(value: onnx.ValueInfoProto) -> None:
    value.type.tensor_type.shape.dim[0].dim_value = 2


def other_letter(value: onnx.ValueInfoProto) -> None:
    value.type.tensor_type.shape.dim[0].dim_param = "T"


def free_last_axis(value: onnx.ValueInfoProto) -> None:
    value.type.tensor_type.shape.dim[-1].dim_param = "H"


def one_axis_more(value: onnx.ValueInfoProto) -> None:
    value.type.tensor_type.shape.dim.add().dim_value = 1


def other_type(value: onnx.ValueInfoProto) -> None:
    value.type.tensor_type.elem_type = TensorProto.DOUBLE


@pytest.mark.parametrize(
    "spoil", [rename, fix_first_axis, other_letter, free_last_axis, one_axis_more, other_type]
)
@pytest.mark.parametrize(
    ("part", "kind", "name"),
    [
        ("encoder", "input", "source"),
        ("encoder", "output", "keys"),
        ("decoder", "input", "state.3"),
        ("decoder", "output", "next_state.0"),
    ],
)
def test_other_names_axes_or_types_are_found(
    traced: Traced,
    part: str,
    kind: str,
    name: str,
    spoil: Callable[[onnx.ValueInfoProto], None],
) -> None:
    model = copied(part_of(traced, "lstm", part)[1])
    (value,) = [v for v in getattr(model.graph, kind) if v.name == name]
    spoil(value)
    with pytest.raises(ContractMismatch, match=f"{kind} .* should be .*{name}"):
        check_contract(model, contract_of("lstm", part), facts_of("lstm"))


@pytest.mark.parametrize("kind", ["input", "output"])
def test_one_tensor_less_or_more_is_found(traced: Traced, kind: str) -> None:
    _, _, decoder = traced("lstm")
    for change in (-1, 1):
        model = copied(decoder)
        values = getattr(model.graph, kind)
        if change < 0:
            del values[-1]
        else:
            values.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, ["N"]))
        with pytest.raises(ContractMismatch, match="the contract has"):
            check_contract(model, contract_of("lstm", "decoder"), facts_of("lstm"))


def test_another_order_is_found(traced: Traced) -> None:
    _, encoder, _ = traced("lstm")
    model = copied(encoder)
    outputs = list(model.graph.output)
    del model.graph.output[:]
    model.graph.output.extend([outputs[1], outputs[0], *outputs[2:]])
    with pytest.raises(ContractMismatch):
        check_contract(model, contract_of("lstm", "encoder"), facts_of("lstm"))


def test_formats_that_hosts_do_not_load_are_found(traced: Traced) -> None:
    _, encoder, _ = traced("lstm")
    newer = copied(encoder)
    newer.opset_import[0].version = 22
    with pytest.raises(ContractMismatch, match="opset 22 is newer than 21"):
        check_contract(newer, contract_of("lstm", "encoder"), facts_of("lstm"))
    newer = copied(encoder)
    newer.ir_version = 11
    with pytest.raises(ContractMismatch, match="IR version 11 is newer than 10"):
        check_contract(newer, contract_of("lstm", "encoder"), facts_of("lstm"))


def test_other_widths_are_found(traced: Traced) -> None:
    _, encoder, _ = traced("lstm")
    with pytest.raises(ContractMismatch):
        check_contract(encoder, contract_of("lstm", "encoder"), facts_of("lstm", keys=8))


# --- integers and behaviour -----------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_integer_product_is_that_of_numpy(
    traced: Traced, quantized: Quantized, name: str
) -> None:
    model, _, _ = traced(name)
    _, decoder, _ = quantized(name)
    count = sum(node.op_type == "QGemm" for node in decoder.graph.node) + 1
    for rows in (1, 5):
        assert check_integers(decoder, step_feeds(Recurrent(model).facts, rows)) == count


def overridden(decoder: onnx.ModelProto, name: str) -> onnx.ModelProto:
    """Let a constant be fed instead: the kernel sees other numbers than the file holds."""
    model = copied(decoder)
    value = weights_of(model)[name]
    kind = helper.np_dtype_to_tensor_dtype(value.dtype)
    model.graph.input.append(helper.make_tensor_value_info(name, kind, list(value.shape)))
    return model


@pytest.mark.parametrize("name", ["Wa.int8", "second.W.int8", "second.b.int32", "table.int8"])
def test_a_product_that_is_not_that_of_numpy_is_found(
    traced: Traced, quantized: Quantized, name: str
) -> None:
    model, _, _ = traced("lstm")
    _, decoder, _ = quantized("lstm")
    value = weights_of(decoder)[name].copy()
    feeds = {**step_feeds(Recurrent(model).facts, 2), name: value}
    assert check_integers(overridden(decoder, name), feeds) > 0  # as long as both are the same
    value.flat[value.size // 2] -= 1
    with pytest.raises(IntegerMismatch, match="differs from NumPy's"):
        check_integers(overridden(decoder, name), feeds)


LIMITS = QuantizeConfig(least_identical=0.8, most_bleu_lost=1.0)


@pytest.mark.parametrize("name", NAMES)
def test_candidates_score_as_among_all(traced: Traced, quantized: Quantized, name: str) -> None:
    model, _, fp32 = traced(name)
    _, int8, _ = quantized(name)
    for decoder in (fp32, int8):
        assert check_candidates(decoder, step_feeds(Recurrent(model).facts, 5)) < PARITY / 10


def test_candidates_far_below_the_best_keep_their_scores(traced: Traced) -> None:
    """Beyond what a softmax of float32 tells from nothing, and to the last digit."""
    model, _, decoder = traced("lstm")
    bias = weights_of(decoder)["bias"].copy()
    bias[5:9] -= [70, 90, 300, 1e4]
    decoder, feeds = replaced(decoder, "bias", bias), step_feeds(Recurrent(model).facts, 4)
    whole = session(decoder).run(None, {**feeds, "k": np.array(1)})[2]
    ids = np.arange(len(bias))
    mask = np.zeros((len(feeds["memory"]), len(ids)), dtype=np.float32)
    feeds |= {"candidates": ids, "candidate_mask": mask, "k": np.array(1)}
    listed = session(decoder).run(None, feeds)[2]
    assert whole[:, 5:9].min() < -1e4 < whole[:, 5:8].max() < -60
    np.testing.assert_allclose(listed, whole, rtol=3e-7, atol=1e-5)


def test_candidates_that_score_otherwise_are_found(traced: Traced, quantized: Quantized) -> None:
    model, _, _ = traced("lstm")
    wrong = copied(quantized("lstm")[1])
    (choice,) = [n for n in wrong.graph.node if n.op_type == "If"]
    listed = next(a.g for a in choice.attribute if a.name == "else_branch")
    (biases,) = [
        n for n in listed.node if n.op_type == "GatherElements" and n.input[0] == "bias.int32"
    ]
    biases.input[0] = "other_bias"
    values = np.roll(weights_of(wrong)["bias.int32"], 1)
    wrong.graph.initializer.append(numpy_helper.from_array(values, "other_bias"))
    with pytest.raises(ParityFailure, match="candidates change scores"):
        check_candidates(wrong, step_feeds(Recurrent(model).facts, 2))


def test_behaviour_is_reported() -> None:
    texts = ["the cat sees the sea now"] * 99
    report = behaviour([*texts, "a b c d"], [*texts, "a b c e"], [*texts, "a b c d"], LIMITS)
    assert (report["sentences"], report["identical"]) == (100, 0.99)
    assert (report["bleu_fp32"], report["chrf_fp32"]) == (100, 100)
    assert -1 < report["bleu_difference"] == round(report["bleu_int8"] - 100, 2) < 0
    assert -1 < report["chrf_difference"] == round(report["chrf_int8"] - 100, 2) < 0


def test_too_many_other_translations_are_a_failure() -> None:
    same = ["the cat sees the sea now"] * 7
    with pytest.raises(BehaviourFailure, match=r"changes 30\.0%"):
        behaviour([*same, "a", "b", "c"], [*same, "d", "e", "f"], ["x"] * 10, LIMITS)


def test_worse_translations_are_a_failure() -> None:
    same, right = ["the cat sees the sea now"] * 9, "a b c d e f"
    with pytest.raises(BehaviourFailure, match=r"loses \d+\.\d\d bleu"):
        behaviour([*same, right], [*same, "z"], [*same, right], LIMITS)


def test_better_translations_are_none() -> None:
    same, right = ["the cat sees the sea now"] * 9, "a b c d e f"
    assert behaviour([*same, "z"], [*same, right], [*same, right], LIMITS)["identical"] == 0.9


def test_the_limits_are_those_of_the_configuration() -> None:
    same, right = ["the cat sees the sea now"] * 9, "a b c d e f"
    strict = QuantizeConfig(least_identical=0.95, most_bleu_lost=50)
    with pytest.raises(BehaviourFailure, match="changes"):
        behaviour([*same, right], [*same, "z"], [*same, right], strict)
    lenient = QuantizeConfig(least_identical=0.85, most_bleu_lost=50)
    assert behaviour([*same, right], [*same, "z"], [*same, right], lenient)["identical"] == 0.9


# --- all of it ------------------------------------------------------------------------------


@dataclasses.dataclass
class Exported:
    """What `verify` is given; a test spoils one thing of it."""

    model: Seq2Seq
    fp32: list[onnx.ModelProto]
    int8: list[onnx.ModelProto]
    draft: Callable[[Seq2Seq, onnx.ModelProto, onnx.ModelProto], Bundle]
    sentences: list[list[int]]

    def verify(self, *, with_int8: bool = True) -> Iterator[tuple[str, dict[str, Any]]]:
        fp32 = (*self.fp32, self.draft(self.model, *self.fp32))
        int8 = (*self.int8, self.draft(self.model, *self.int8)) if with_int8 else None
        references = ["a b c d"] * len(self.sentences)
        return verify(Recurrent(self.model), fp32, int8, self.sentences, references, str, LIMITS)


@pytest.fixture
def exported(
    traced: Traced, quantized: Quantized, drafted: Drafted, sentences: list[list[int]]
) -> Exported:
    """A model that decides clearly, so that int8 decides as fp32 does."""
    model, *fp32 = traced("lstm")
    *int8, _ = quantized("lstm")
    bias = 10 * model.bias
    fp32[1] = replaced(fp32[1], "bias", bias.numpy())
    units = 10 * weights_of(int8[1])["bias.int32"]
    int8[1] = replaced(int8[1], "bias.int32", units)  # type: ignore[index]
    return Exported(
        altered(model, bias=bias),
        list(fp32),
        list(int8),
        lambda model, encoder, decoder: drafted("lstm", model, encoder, decoder),
        sentences[:6],
    )


def test_a_right_export_passes_every_check(exported: Exported) -> None:
    found = dict(exported.verify())
    assert list(found) == [
        "fp32 contract",
        "int8 contract",
        "fp32 encoder",
        "fp32 decoder step",
        "fp32 greedy",
        "int8 weights",
        "int8 candidates",
        "int8 integers",
        "behaviour",
    ]
    for name in ("fp32 encoder", "fp32 decoder step", "fp32 greedy"):
        assert 0 < found[name]["largest_difference"] < found[name]["limit"] == PARITY
    assert found["int8 weights"] == {"largest": 64, "limit": 64}
    assert found["int8 integers"]["products_equal_to_numpy"] >= 12
    assert found["behaviour"]["identical"] >= 0.8
    assert list(dict(exported.verify(with_int8=False))) == [
        "fp32 contract",
        "fp32 encoder",
        "fp32 decoder step",
        "fp32 greedy",
    ]


def break_int8_name(it: Exported) -> None:
    it.int8[1] = copied(it.int8[1])
    it.int8[1].graph.output[0].name = "scores"
    it.int8[1].graph.node[-1].output[0] = "scores"


def break_fp32_opset(it: Exported) -> None:
    it.fp32[0] = copied(it.fp32[0])
    it.fp32[0].opset_import[0].version = 23


def break_fp32_encoder(it: Exported) -> None:
    it.fp32[0] = perturbed(it.fp32[0], "W1", by=0.05)


def break_fp32_decoder(it: Exported) -> None:
    it.fp32[1] = perturbed(it.fp32[1], "norm.bias", by=0.01)


def break_weight_range(it: Exported) -> None:
    values = weights_of(it.int8[1])["second.W.int8"].copy()
    values[3, 3] = 127
    it.int8[1] = replaced(it.int8[1], "second.W.int8", values)


def break_weight_range_of_the_encoder(it: Exported) -> None:
    values = weights_of(it.int8[0])["R1.int8"].copy()
    values[1, 3, 3] = -128
    it.int8[0] = replaced(it.int8[0], "R1.int8", values)


def break_behaviour(it: Exported) -> None:
    bias = weights_of(it.int8[1])["bias.int32"]
    it.int8[1] = replaced(it.int8[1], "bias.int32", np.roll(bias, 1))


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (break_int8_name, ContractMismatch, "top_log_probs"),
        (break_fp32_opset, ContractMismatch, "opset 23"),
        (break_fp32_encoder, ParityFailure, "fp32 encoder: differs"),
        (break_fp32_decoder, ParityFailure, "fp32 decoder step: differs"),
        (break_weight_range, WeightRangeFailure, "an int8 weight is 127, the limit is 64"),
        (break_weight_range_of_the_encoder, WeightRangeFailure, "is 128, the limit is 64"),
        (break_behaviour, BehaviourFailure, "changes"),
    ],
)
def test_each_fault_has_its_name(
    exported: Exported,
    spoil: Callable[[Exported], None],
    error: type[VerificationError],
    message: str,
) -> None:
    spoil(exported)
    with pytest.raises(error, match=message):
        list(exported.verify())


class Saturating:
    """A session whose integer products stop at a limit, as kernels without VNNI may do."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._session = session(model)
        self.get_inputs, self.get_outputs = self._session.get_inputs, self._session.get_outputs

    def run(self, names: None, feeds: dict[str, Array]) -> list[Array]:
        values = self._session.run(names, feeds)
        return [v.clip(-5000, 5000) if v.dtype == np.int32 else v for v in values]


def test_a_wrong_product_has_its_name(exported: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allez_export.verify.session", Saturating)
    with pytest.raises(IntegerMismatch):
        list(exported.verify())


def test_failures_are_errors_of_ours() -> None:
    kinds = (
        ContractMismatch,
        ParityFailure,
        WeightRangeFailure,
        IntegerMismatch,
        BehaviourFailure,
    )
    assert all(issubclass(kind, VerificationError) for kind in kinds)
    assert issubclass(VerificationError, AllezError)
    assert not any(issubclass(a, b) for a, b in itertools.permutations(kinds, 2))


def test_the_runtime_finds_what_torch_does(
    traced: Traced, drafted: Drafted, sentences: list[list[int]]
) -> None:
    model, encoder, decoder = traced("gru")
    found = runtime_search(drafted("gru", model, encoder, decoder), sentences)
    for one, (other,) in zip(found, torch_search(Recurrent(model), sentences), strict=True):
        assert one.tokens == other.tokens
        assert one.score == pytest.approx(other.score, abs=1e-5)
        np.testing.assert_allclose(one.attention, other.attention, atol=1e-5)
