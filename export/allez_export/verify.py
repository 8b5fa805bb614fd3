"""An export is finished when its graphs are proved to be what the model is.

fp32 is held to the values of PyTorch, over whole greedy decodes; int8 to exact integers and to
behaviour. Each failure has a name; a report is kept.

    VerificationError
    |-- ContractMismatch     a graph has other names, types, axes or a newer format than agreed
    |-- ParityFailure        fp32 and PyTorch disagree
    |-- ReferenceFailure     the bundle does not do what its toolkit did (reference.py)
    |-- WeightRangeFailure   an int8 weight needs more than 7 bits
    |-- IntegerMismatch      an integer product differs from NumPy's
    `-- BehaviourFailure     int8 translates worse than fp32 by more than is allowed
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import torch

from allez.arrays import FloatArray
from allez.bundle.contract import (
    IR_VERSIONS,
    MASKED,
    OPSETS,
    WHOLE_VOCABULARY,
    Graph,
    decoder_graph,
    encoder_graph,
    next_state_names,
    state_names,
)
from allez.bundle.reader import Bundle
from allez.model.decode import decode
from allez.model.model import Model
from allez.search.step import RawHypothesis
from allez_export.config import QuantizeConfig
from allez_export.evaluate import GREEDY, bleu, chrf, torch_greedy
from allez_export.families.family import Facts, Family, Read
from allez_export.fourbit import constants_of
from allez_export.integers import WEIGHT_LIMIT, largest_product, largest_weight
from allez_export.parity import PARITY as PARITY
from allez_export.parity import ParityFailure as ParityFailure
from allez_export.parity import VerificationError as VerificationError
from allez_export.parity import distance as distance
from allez_export.parity import encoder_feeds as encoder_feeds
from allez_export.parity import encoder_parity as encoder_parity
from allez_export.parity import session as session
from allez_export.trace import TYPES

LOWEST = -1e3  # log-probabilities below are of words that are never said; few digits are left
Values = dict[str, Any]


class ContractMismatch(VerificationError):
    """A graph has other names, types, axes or a newer format than agreed."""


class WeightRangeFailure(VerificationError):
    """An int8 weight needs more than 7 bits."""


class IntegerMismatch(VerificationError):
    """An integer product differs from NumPy's."""


class BehaviourFailure(VerificationError):
    """Int8 translates worse than fp32 by more than is allowed."""


def check_contract(model: onnx.ModelProto, expected: Graph, facts: Facts) -> None:
    """Compare names, types and axes with the contract, and the format with what hosts load."""
    if model.ir_version > IR_VERSIONS[-1]:
        raise ContractMismatch(f"IR version {model.ir_version} is newer than {IR_VERSIONS[-1]}")
    for opset in model.opset_import:
        if opset.domain == "" and opset.version > OPSETS[""][-1]:
            raise ContractMismatch(f"opset {opset.version} is newer than {OPSETS[''][-1]}")
    for kind, values, tensors in (
        ("input", model.graph.input, expected.inputs),
        ("output", model.graph.output, expected.outputs),
    ):
        found = [
            (v.name, v.type.tensor_type.elem_type, tuple(_axis(d) for d in _axes(v)))
            for v in values
        ]
        wanted = [(t.name, TYPES[t.dtype], facts.axes(t)) for t in tensors]
        for one, other in zip(found, wanted, strict=False):
            if one != other:
                raise ContractMismatch(f"{kind} {one} should be {other}")
        if len(found) != len(wanted):
            raise ContractMismatch(f"{len(found)} {kind}s, the contract has {len(wanted)}")


def _axes(value: onnx.ValueInfoProto) -> Sequence[Any]:
    axes: Sequence[Any] = value.type.tensor_type.shape.dim
    return axes


def _axis(dimension: Any) -> str | int:
    return dimension.dim_param or int(dimension.dim_value)


def decoder_parity(family: Family, decoder: onnx.ModelProto) -> float:
    """Return the largest difference of one step over many (B, K, M, P, k, C)."""
    run = session(decoder)
    reference = family.step_module().eval().requires_grad_(False)
    names = [value.name for value in run.get_inputs()]
    generator = torch.Generator().manual_seed(0)
    facts = family.facts
    vocabulary = facts.vocabulary

    def uniform(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=generator) * 2 - 1

    worst = 0.0
    for batch, beam, length, rows, k, listed in (
        (1, 1, 1, 1, 1, 0),
        (1, 4, 7, 1, 8, 0),
        (3, 4, 9, 5, 6, 0),
        (4, 1, 20, 20, vocabulary, 0),
        (2, 3, 9, 2, 5, vocabulary // 3),
        (5, 2, 30, 10, 3, 11),
    ):
        positions = facts.positions(length)
        candidates = torch.tensor([WHOLE_VOCABULARY])
        if listed:
            drawn = torch.randperm(vocabulary, generator=generator)[:listed]
            candidates = drawn.sort().values
        mask = torch.zeros(batch, len(candidates))
        if listed:
            mask[:, 1::5] = MASKED
        memory_mask = torch.zeros(batch, positions)
        memory_mask[:, positions // 2 + 1 :] = MASKED
        arguments = [
            torch.randint(0, vocabulary, (batch * beam,), generator=generator),
            torch.randint(0, rows, (batch * beam,), generator=generator),
            uniform(batch, positions, facts.memory_width),
            uniform(batch, positions, facts.key_width),
            memory_mask,
            candidates,
            mask,
            torch.tensor(min(k, listed or k)),
        ]
        states = [uniform(rows, width) for width in facts.state_widths]
        expected = reference(*arguments, states)
        feeds = dict(zip(names, [t.numpy() for t in (*arguments, *states)], strict=True))
        actual = run.run(None, feeds)
        for index, (one, other) in enumerate(zip(actual, expected, strict=True)):
            if index == 1:  # ids: equal scores may change places
                continue
            real = other.numpy() > MASKED / 2  # what is masked is as low as it gets
            worst = max(worst, distance(one[real], other.numpy()[real]))
        _check_tokens(actual, candidates.numpy(), facts)
    return worst


def _check_tokens(outputs: Sequence[Any], candidates: Any, facts: Facts) -> None:
    """Demand that the best tokens are vocabulary ids of the best scores, ties to the lower id."""
    top_log_probs, top_tokens, log_probs = outputs[:3]
    ids = np.arange(facts.vocabulary) if candidates[0] < 0 else candidates
    log_probs = log_probs + np.where(np.isin(ids, facts.never), np.float32(MASKED), np.float32(0))
    order = np.argsort(-log_probs, axis=1, kind="stable")[:, : top_tokens.shape[1]]
    if not np.array_equal(ids[order], top_tokens):
        raise ParityFailure("top_tokens are not the ids of the best log_probs")
    if not np.array_equal(np.take_along_axis(log_probs, order, axis=1), top_log_probs):
        raise ParityFailure("top_log_probs are not the best log_probs")


def runtime_search(bundle: Bundle, sentences: Sequence[Read]) -> list[RawHypothesis]:
    """Search greedily with a bundle's graphs, as the runtime does; source ids end with eos.

    Sources may be images too, [1, channels, height, width].
    """
    model = Model(bundle)
    answers = decode(model, [model.request(ids) for ids in sentences], GREEDY)
    if not all(answers):
        raise ParityFailure("the graphs give no finite score")
    return [answer[0] for answer in answers]


def greedy_parity(actual: Sequence[RawHypothesis], expected: Sequence[RawHypothesis]) -> float:
    """Return the largest difference of scores and attention over whole greedy decodes.

    Raises:
        ParityFailure: other tokens were chosen (and not because two were equally good).
    """
    worst = 0.0
    for one, other in zip(actual, expected, strict=True):
        gap = distance(np.array(one.score), np.array(other.score))
        worst = max(worst, gap)
        if one.tokens != other.tokens:
            if gap > PARITY:
                raise ParityFailure(f"greedy decoding differs: {one.tokens} and {other.tokens}")
        elif one.tokens:
            worst = max(worst, distance(one.attention, other.attention))
    return worst


def check_integers(model: onnx.ModelProto, feeds: Mapping[str, Any]) -> int:
    """Compare every integer product of one run with NumPy's; return how many there were.

    The vocabulary layer is looked at with the whole vocabulary. `QGemm` adds a bias in integers
    and multiplies once; that is demanded to the bit too.

    Raises:
        IntegerMismatch: one of them differs.
    """
    opened = onnx.ModelProto()
    opened.CopyFrom(model)
    constants = constants_of(model)
    products = [n for n in opened.graph.node if n.op_type in ("MatMulInteger", "QGemm")]
    branches = (a.g for n in opened.graph.node for a in n.attribute if a.name == "then_branch")
    whole = next((g for g in branches if any(n.op_type == "QGemm" for n in g.node)), None)
    if whole is not None:  # the product of the whole vocabulary, brought out of its branch
        outside = onnx.NodeProto()
        outside.CopyFrom(next(n for n in whole.node if n.op_type == "QGemm"))
        turn = onnx.NodeProto()
        turn.CopyFrom(next(n for n in whole.node if outside.input[3] in n.output))
        turn.output[0] = outside.input[3] = "whole_vocabulary_table"
        outside.output[0] = "whole_vocabulary_product"
        constants[turn.output[0]] = constants[turn.input[0]].T
        opened.graph.node.extend([turn, outside])
        products.append(outside)
    wanted = {name for n in products for name in (n.input[0], n.output[0])}
    opened.graph.output.extend(onnx.ValueInfoProto(name=name) for name in sorted(wanted))
    run = session(opened)
    names = [value.name for value in run.get_outputs()]
    values = dict(zip(names, run.run(None, dict(feeds)), strict=True))
    for node in products:
        weight = node.input[3 if node.op_type == "QGemm" else 1]
        expected = _product(node, values[node.input[0]], constants)
        if not np.array_equal(expected, values[node.output[0]]):
            raise IntegerMismatch(f"the product with {weight} differs from NumPy's")
    return len(products)


def _product(node: onnx.NodeProto, x: Any, constants: Mapping[str, Any]) -> Any:
    """Return what an integer product must give for unsigned bytes x."""
    if node.op_type == "MatMulInteger":
        weight, zero = (constants[name] for name in node.input[1:3])
        return (x.astype(np.int64) - int(zero)) @ weight.astype(np.int64)
    x_scale, zero, weight, scale, _, *bias = (constants[name] for name in node.input[1:])
    total = (x.astype(np.int64) - int(zero)) @ weight.astype(np.int64)
    total += sum(bias)  # one, or none
    return total.astype(np.float32) * (x_scale * scale)


def check_candidates(decoder: onnx.ModelProto, feeds: Mapping[str, Any]) -> float:
    """Compare the vocabulary layer over candidates with the same columns of the whole.

    Returns the largest difference of their scores, which agree up to one constant a row.

    Raises:
        ParityFailure: they do not.
    """
    run = session(decoder)
    whole = run.run(["log_probs"], dict(feeds))[0]  # [N, V]
    candidates = np.arange(3, whole.shape[1], 3)
    mask = np.zeros((len(feeds["candidate_mask"]), len(candidates)), dtype=np.float32)
    given = {**feeds, "candidates": candidates, "candidate_mask": mask}
    listed = run.run(["log_probs"], given)[0]  # [N, C]
    gaps = listed - whole[:, candidates]
    said = np.all(whole[:, candidates] > LOWEST, axis=0)
    worst = distance(gaps[:, said], gaps[:, said][:, :1])
    if worst > PARITY:
        raise ParityFailure(f"candidates change scores by {worst:.1e}")
    return worst


def step_feeds(facts: Facts, rows: int) -> dict[str, Any]:
    """Return inputs of one step, `rows` sentences of six words, drawn at random."""
    generator = np.random.default_rng(0)
    positions = facts.positions(6)
    states = zip(state_names(len(facts.state_widths)), facts.state_widths, strict=True)

    def uniform(*shape: int) -> FloatArray:
        return generator.uniform(-1, 1, shape).astype(np.float32)

    return {
        "token": generator.integers(3, facts.vocabulary, rows),
        "parent": np.arange(rows),
        "memory": uniform(rows, positions, facts.memory_width),
        "keys": uniform(rows, positions, facts.key_width),
        "memory_mask": np.zeros((rows, positions), dtype=np.float32),
        "candidates": np.array([WHOLE_VOCABULARY]),
        "candidate_mask": np.zeros((rows, 1), dtype=np.float32),
        "k": np.array(4),
        **{name: uniform(rows, width) for name, width in states},
    }


def behaviour(
    fp32: Sequence[str],
    int8: Sequence[str],
    references: Sequence[str],
    limits: QuantizeConfig,
) -> dict[str, float]:
    """Compare greedy translations of both precisions.

    Raises:
        BehaviourFailure: too many changed, or they are worse.
    """
    same = sum(one == other for one, other in zip(fp32, int8, strict=True)) / len(fp32)
    report = {
        "sentences": len(fp32),
        "identical": round(same, 4),
        "bleu_fp32": round(bleu(fp32, references)[0], 2),
        "bleu_int8": round(bleu(int8, references)[0], 2),
        "chrf_fp32": round(chrf(fp32, references)[0], 2),
        "chrf_int8": round(chrf(int8, references)[0], 2),
    }
    report["chrf_between"] = round(chrf(int8, fp32)[0], 2)
    report["bleu_difference"] = round(report["bleu_int8"] - report["bleu_fp32"], 2)
    report["chrf_difference"] = round(report["chrf_int8"] - report["chrf_fp32"], 2)
    if same < limits.identical:
        raise BehaviourFailure(
            f"{limits.precision} changes {1 - same:.1%} of the greedy translations",
            hint=f"train longer, or lower quantize.least_identical (now {limits.identical:g})",
        )
    if report["chrf_between"] < limits.least_agreement:
        raise BehaviourFailure(
            f"{limits.precision} translates too differently: chrF {report['chrf_between']} "
            f"against the translations of fp32, {limits.least_agreement:g} is asked for",
            hint="keep fp32, or lower quantize.least_agreement",
        )
    for metric in ("bleu", "chrf"):
        lost = -report[f"{metric}_difference"]
        if lost > limits.most_bleu_lost:
            raise BehaviourFailure(
                f"{limits.precision} loses {lost:.2f} {metric}",
                hint="train longer, or raise quantize.most_bleu_lost",
            )
    return report


def verify(
    family: Family,
    fp32: tuple[onnx.ModelProto, onnx.ModelProto, Bundle],
    int8: tuple[onnx.ModelProto, onnx.ModelProto, Bundle] | None,
    sentences: Sequence[Read],
    references: Sequence[str],
    decode: Callable[[Sequence[int]], str],
    limits: QuantizeConfig,
) -> Iterator[tuple[str, Values]]:
    """Check everything; yield a name and figures for each check as it passes.

    Args:
        family: trained.
        fp32: encoder, decoder and a draft bundle of them.
        int8: the same of the quantized graphs, if there are any; w4 are int8 once they are loaded.
        sentences: source ids to decode greedily, eos last; or images.
        references: their translations.
        decode: ids to text.
        limits: how much int8 may change.

    Raises:
        VerificationError: one of its kinds.
    """
    facts = family.facts
    count = len(facts.state_widths)
    for name, exported in (("fp32", fp32), ("int8", int8)):
        if exported is not None:
            check_contract(exported[0], encoder_graph(count, facts.reads), facts)
            check_contract(exported[1], decoder_graph(count), facts)
            yield f"{name} contract", {"states": len(next_state_names(count))}
    found = runtime_search(fp32[2], sentences)
    expected = torch_greedy(family, sentences, fp32[2].manifest)
    parities: dict[str, Callable[[], float]] = {
        "fp32 encoder": lambda: encoder_parity(family, fp32[0]),
        "fp32 decoder step": lambda: decoder_parity(family, fp32[1]),
        "fp32 greedy": lambda: greedy_parity(found, expected),
    }
    for name, measure in parities.items():
        worst = measure()
        if not worst <= PARITY:
            raise ParityFailure(f"{name}: differs from PyTorch by {worst:.1e}, limit {PARITY:.0e}")
        yield name, {"largest_difference": float(f"{worst:.2e}"), "limit": PARITY}
    if int8 is None:
        return
    largest = max(largest_weight(int8[0]), largest_weight(int8[1]))
    if largest > WEIGHT_LIMIT:
        raise WeightRangeFailure(f"an int8 weight is {largest}, the limit is {WEIGHT_LIMIT}")
    yield "int8 weights", {"largest": largest, "limit": WEIGHT_LIMIT}
    exact = sum(check_integers(int8[1], step_feeds(facts, rows)) for rows in (1, 5))
    exact += sum(check_integers(int8[0], encoder_feeds(ids)) for ids in sentences[:5])
    if not exact and largest_product(int8[1]) >= limits.least_weights:
        raise IntegerMismatch("graphs that should be int8 have no integer product")
    worst = check_candidates(int8[1], step_feeds(facts, 5))
    yield "int8 candidates", {"largest_difference": float(f"{worst:.2e}"), "limit": PARITY}
    yield "int8 integers", {"products_equal_to_numpy": exact}
    changed = runtime_search(int8[2], sentences)
    texts = [[decode(one.tokens) for one in some] for some in (found, changed)]
    yield "behaviour", behaviour(texts[0], texts[1], references, limits)
