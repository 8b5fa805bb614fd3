"""fp32 graphs to int8: which nodes, how, and why the others stay.

- Weights are signed, symmetric, one scale per output channel, and stay within 7 bits: the kernels
  of processors without VNNI add pairs of products in saturating 16 bits, which 64 x 255 x 2 fits
  and 127 x 255 x 2 does not.
- Activations of the decoder have a constant scale: a row's answer cannot depend on its neighbours.
  Most are bounded by construction (a tanh, a recurrent state, a mean of recurrent states); the
  range of the others is measured on real sentences.
- The one table [V, H] has a scale per row, which serves the lookup and the vocabulary layer alike.
- A product of the decoder, its bias and its scale are one node, `QGemm`: integers are added up,
  the bias among them, and multiplied once, which is the same to the bit on any processor. It reads
  the table as it stands, without a turned copy.
- The recurrent operator of the encoder becomes DynamicQuantizeLSTM; it reads one sentence at a
  time, so its dynamic scale sees no neighbours. There is none for GRU, which stays fp32.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

from allez_export.activations import ZERO_POINT, Activation, step_and_zero, where_quantized, within
from allez_export.families.family import Extent, Ranges
from allez_export.integers import (
    LOOKUP_LIMIT,
    WEIGHT_LIMIT,
    names_used,
    nodes_of,
    quantize_weight,
)
from allez_export.stored import stored

CONTRIB = helper.make_opsetid("com.microsoft", 1)

BIAS_LIMIT = 2**30
"""Of a bias in integers: what is added to it does not overflow 32 bits."""

FEATURES = "vocabulary"
"""Stands for the vocabulary layer among the ranges of activations."""

Array = npt.NDArray[Any]


@dataclass(slots=True)
class Report:
    """What became of each node that has weights."""

    quantized: list[dict[str, str]] = field(default_factory=list)
    kept: list[dict[str, str]] = field(default_factory=list)

    def note(self, node: onnx.NodeProto, weight: str, how: str) -> None:
        """Record a node that is quantized."""
        self.quantized.append({"node": node.op_type, "weight": weight, "how": how})

    def keep(self, node: onnx.NodeProto, weight: str, why: str) -> None:
        """Record a node that stays fp32."""
        self.kept.append({"node": node.op_type, "weight": weight, "why": why})


class Rewriter:
    """Rewrites one graph; every weight matrix it meets is stored once."""

    def __init__(
        self,
        model: onnx.ModelProto,
        ranges: Mapping[str, Extent],
        *,
        lookup_range: float = 1.0,
        rows: bool = True,
        least: int = 0,
        exact: Collection[str] = (),
        lookups: Collection[str] = (),
        grids: Mapping[str, Array] | None = None,
    ) -> None:
        """Prepare to rewrite a graph.

        Args:
            model: fp32.
            ranges: of the activation that each matrix is multiplied with.
            lookup_range: words that were looked up are divided by it.
            rows: whether what is multiplied by a matrix is one, [N, in], as `QGemm` wants it.
            least: matrices of fewer weights stay fp32.
            exact: tables that stay as they are.
            lookups: tables that are only looked up.
            grids: of weights that were integers, what 1 stood for in each column or row.
        """
        self.model = onnx.ModelProto()
        self.model.CopyFrom(model)
        self.report = Report()
        self._graph = self.model.graph
        self._ranges = ranges
        self._lookup_range = np.float32(lookup_range)
        self._rows = rows
        self._least_weights = least
        self._exact, self._lookups = exact, lookups
        self._grids = grids or {}
        self._weights: dict[str, Array] = {
            i.name: numpy_helper.to_array(i) for i in self._graph.initializer
        }
        self._biases = _vocabulary_bias(model.graph)
        self._new: dict[str, Array] = {}
        self._activations: dict[str, Activation] = {}
        self._nodes: list[onnx.NodeProto] = []
        self._absorbed: set[str] = set()
        """Outputs of the biases that are part of a product now."""
        self._turned: dict[str, str] = {}
        """What was turned only for a product that can read it as it stands."""

    def run(self) -> onnx.ModelProto:
        """Return the quantized model; `report` tells what was done."""
        rules = {
            "Gather": self._gather,
            "MatMul": self._matmul,
            "Add": lambda node: node.output[0] in self._absorbed,
            "Transpose": self._transpose,
            "If": self._if,
            "LSTM": self._lstm,
            "GRU": self._gru,
        }
        for node in list(self._graph.node):
            if node.op_type not in rules or not rules[node.op_type](node):
                self._nodes.append(node)
        del self._graph.node[:]
        self._graph.node.extend(self._nodes)
        used = set(names_used(self._graph))
        weights = {**self._weights, **self._new}
        del self._graph.initializer[:]
        self._graph.initializer.extend(
            numpy_helper.from_array(np.asarray(value, order="C"), name)
            for name, value in weights.items()
            if name in used
        )
        if any(node.domain == CONTRIB.domain for node in nodes_of(self._graph)):
            self.model.opset_import.append(CONTRIB)
        onnx.checker.check_model(self.model, full_check=False)
        return self.model

    def _stays(self, node: onnx.NodeProto, *names: str) -> bool:
        """Tell whether weights stay fp32, and note why."""
        matrix = self._weights[names[0]]
        if matrix.shape[-1] * matrix.shape[-2] < self._least_weights:
            self.report.keep(node, names[0], "small: int8 is no faster")
        elif any(self._ranges.get(name) == inf for name in names):
            self.report.keep(node, names[0], "its input has no bound, or it decides the word")
        else:
            return False
        return True

    def _add(self, op: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(op, inputs, [output], **attributes))
        return output

    def _constant(self, name: str, value: Array) -> str:
        self._new[name] = value
        return name

    def _table(self, name: str) -> tuple[str, str]:
        """Return the names of the quantized table [V, H] and of its scales [V]."""
        if f"{name}.int8" not in self._new:
            least: Array | float = 0.0
            if name in self._biases:
                least = self._least(self._biases[name], step_and_zero(self._ranges[FEATURES])[0])
            values, scale = self._integers(name, axis=0, least=least)
            self._constant(f"{name}.int8", values)
            self._constant(f"{name}.scale", scale)
        return f"{name}.int8", f"{name}.scale"

    def _integers(
        self, name: str, axis: int, *, least: Array | float
    ) -> tuple[npt.NDArray[np.int8], Array]:
        """Return a weight in 7 bits, and its scales; as it was in columns that have no more."""
        if name in self._grids:
            least = np.maximum(least, self._grids[name])
        limit = LOOKUP_LIMIT if name in self._lookups else WEIGHT_LIMIT
        return quantize_weight(self._weights[name], axis, least=least, limit=limit)

    def _taken(self, name: str, scale: Array) -> str:
        """Return how many columns of a weight are as they were, in words."""
        grid = self._grids.get(name)
        if grid is None or not grid.any():
            return ""
        same = int((np.asarray(grid) == scale).sum())
        return f"; {same} of {len(scale)} as they were"

    def _activation(self, name: str, extent: Extent) -> Activation:
        """Return an activation as unsigned bytes, and how they are to be read."""
        scale, zero = step_and_zero(extent)
        if name in self._activations:
            assert self._activations[name].scale == scale, f"{name} would need two scales"
            return self._activations[name]
        point = "activation_zero" if zero == ZERO_POINT else f"{name}.zero_point"
        self._constant(point, np.array(zero, dtype=np.uint8))
        factor = self._constant(f"{name}.scale", np.array(scale, dtype=np.float32))
        data = self._quantized(name, factor, point, positive=zero == 0)
        self._activations[name] = Activation(data, factor, point, scale)
        return self._activations[name]

    def _quantized(self, name: str, factor: str, point: str, *, positive: bool) -> str:
        """Return the name of an activation's bytes."""
        readers = Counter(names_used(self._graph))
        readers.update(output.name for output in self._graph.output)
        at = where_quantized(self._nodes, readers, self._weights, name, positive=positive)
        self._nodes = at.nodes
        data = self._add("QuantizeLinear", [at.top, factor, point], f"{name}.uint8")
        for node in at.moves:
            moved = onnx.NodeProto()
            moved.CopyFrom(node)
            moved.input[0], moved.output[0] = data, f"{node.output[0]}.moved"
            data = moved.output[0]
            self._nodes.append(moved)
        return data

    def _gather(self, node: onnx.NodeProto) -> bool:
        """Look words up: gather bytes, then scale the rows that were gathered."""
        table, ids = node.input
        if table not in self._weights or self._weights[table].ndim != 2 or table in self._exact:
            return False
        if self._stays(node, table):
            return False
        out = node.output[0]
        values, scale = self._table(table)
        rows = (self._new[scale] / self._lookup_range)[:, None]
        rows_scale = self._constant(f"{table}.scale_rows", rows)
        self._add("Gather", [values, ids], f"{out}.int8")
        self._add("Cast", [f"{out}.int8"], f"{out}.float", to=onnx.TensorProto.FLOAT)
        self._add("Gather", [rows_scale, ids], f"{out}.rows")
        self._add("Mul", [f"{out}.float", f"{out}.rows"], out)
        taken = self._taken(table, self._new[scale])
        self.report.note(node, table, f"int8 table, a scale per row{taken}")
        return True

    def _matmul(self, node: onnx.NodeProto) -> bool:
        """Multiply by a constant matrix [in, out]: integers, then one factor per column."""
        x, weight = node.input
        if weight not in self._weights:  # two activations (scores, context): float on purpose
            if weight in self._turned:
                inputs, out = [x, self._turned[weight]], node.output[0]
                self._add("FusedMatMul", inputs, out, domain=CONTRIB.domain, transB=1)
            return weight in self._turned
        if self._weights[weight].ndim != 2:
            self.report.keep(node, weight, "a vector, not a matrix: nothing to gain")
            return False
        if self._stays(node, weight):
            return False
        taken = self._activation(x, self._ranges[weight])
        out = node.output[0]
        bias = self._bias_after(self._graph.node, out) if self._rows else None
        least = 0.0 if bias is None else self._least(bias[0], taken.scale)
        values, scale = self._integers(weight, axis=1, least=least)
        self._constant(f"{weight}.int8", values)
        how, extent = f"int8, a scale per column{self._taken(weight, scale)}", self._ranges[weight]
        self.report.note(node, weight, f"{how}; input {within(extent)}")
        if not self._rows:
            factor = self._constant(f"{weight}.factor", (scale * taken.scale).astype(np.float32))
            inputs = [taken.data, f"{weight}.int8", taken.zero]
            self._add("MatMulInteger", inputs, f"{out}.int32")
            self._add("Cast", [f"{out}.int32"], f"{out}.product", to=onnx.TensorProto.FLOAT)
            self._add("Mul", [f"{out}.product", factor], out)
            return True
        scales = [
            self._constant(f"{weight}.scale", scale),
            self._constant(f"{weight}.zero", np.zeros(len(scale), dtype=np.int8)),
        ]
        inputs = [*taken[:3], f"{weight}.int8", *scales]
        if bias is not None:
            name, out = bias
            inputs.append(self._integer_bias(name, scale * np.float32(taken.scale)))
        self._add("QGemm", inputs, out, domain=CONTRIB.domain)
        return True

    def _bias_after(self, nodes: Sequence[onnx.NodeProto], product: str) -> tuple[str, str] | None:
        """Return the constant that is added to a product, and the name of the sum, if one is."""
        readers = [node for node in nodes if product in node.input]
        if len(readers) != 1 or readers[0].op_type != "Add":
            return None
        (other,) = [name for name in readers[0].input if name != product] or [product]
        if other not in self._weights or self._weights[other].ndim != 1:
            return None
        self._absorbed.add(readers[0].output[0])
        return other, readers[0].output[0]

    def _least(self, bias: str, x_scale: float) -> Array:
        """Return the least scales of weights with which a bias fits into integers."""
        return np.abs(self._weights[bias]) / np.float32(x_scale * BIAS_LIMIT)

    def _integer_bias(self, name: str, factor: Array) -> str:
        """Return a bias in the units of the sums that it is added to."""
        units = np.rint(self._weights[name].astype(np.float64) / factor)
        return self._constant(f"{name}.int32", units.astype(np.int32))

    def _transpose(self, node: onnx.NodeProto) -> bool:
        """Leave out what only turned a matrix for a product that reads it as it stands."""
        if node.input[0] in self._weights:
            return True
        readers = [other for other in self._graph.node if node.output[0] in other.input]
        kinds = [(other.op_type, list(other.input).index(node.output[0])) for other in readers]
        if list(node.attribute[0].ints) == [0, 2, 1] and kinds == [("MatMul", 1)] and self._rows:
            self._turned[node.output[0]] = node.input[0]
            return True
        return False

    def _if(self, node: onnx.NodeProto) -> bool:
        """Rewrite the vocabulary layer in both branches: whole table, or its gathered rows.

        The table is turned by a node of its own, which is folded when the graph is loaded. Where
        matrices cannot be packed at load, in browsers, `QGemm` with `transB` would turn it in every
        step.
        """
        branches = {a.name: a.g for a in node.attribute}
        whole, listed = branches["then_branch"], branches["else_branch"]
        table, candidates = next(n.input for n in listed.node if n.op_type == "Gather")
        features = next(n.input[0] for n in whole.node if n.op_type == "MatMul")
        if self._stays(node, table):
            turned = next(n for n in self._graph.node if n.input[:1] == [table] and
                          n.op_type == "Transpose")  # fmt: skip
            self._nodes += [turned, node]
            return True
        taken = self._activation(features, self._ranges[FEATURES])
        values, scale = self._table(table)
        zero = self._constant(f"{table}.zero", np.zeros(len(self._new[scale]), dtype=np.int8))
        bias = next(name for name in names_used(whole) if name in self._weights)
        units = self._integer_bias(bias, self._new[scale] * np.float32(taken.scale))
        constants = [values, scale, zero, units]
        for branch in (whole, listed):
            nodes: list[onnx.NodeProto] = []
            product = next(n.output[0] for n in branch.node if n.op_type == "MatMul")
            matrix = constants
            if branch is listed:
                matrix = [f"listed.{name}" for name in constants]
                kinds = ("Gather", *["GatherElements"] * 3)  # rows, then single numbers
                for kind, name, rows in zip(kinds, constants, matrix, strict=True):
                    nodes.append(helper.make_node(kind, [name, candidates], [rows]))
            total = next(n.output[0] for n in branch.node if product in n.input)
            turned = f"{matrix[0]}.turned"
            nodes.append(helper.make_node("Transpose", matrix[:1], [turned], perm=[1, 0]))
            inputs = [*taken[:3], turned, *matrix[1:]]
            nodes.append(helper.make_node("QGemm", inputs, [total], domain=CONTRIB.domain))
            done = {product, total, "listed_rows", "listed_transposed", "listed_bias"}
            nodes += [inner for inner in branch.node if inner.output[0] not in done]
            del branch.node[:]
            branch.node.extend(nodes)
        self._nodes.append(node)
        self.report.note(
            node, table, f"int8, a scale per word; input {within(self._ranges[FEATURES])}"
        )
        return True

    def _lstm(self, node: onnx.NodeProto) -> bool:
        """Read the sentence with int8 weights; ONNX Runtime has an operator for just that."""
        x, weight, recurrence, bias, length = node.input[:5]
        if self._stays(node, weight, recurrence):
            return False
        inputs = [x, "", "", bias, length, "", "", ""]
        for position, name in ((1, weight), (2, recurrence)):
            turned = self._weights[name].transpose(0, 2, 1)  # [directions, in, 4H]
            values, scale = quantize_weight(turned, axis=2)
            inputs[position] = self._constant(f"{name}.int8", values)
            inputs.append(self._constant(f"{name}.scale", scale))
            inputs.append(self._constant(f"{name}.zero", np.zeros_like(scale, dtype=np.int8)))
            self.report.note(node, name, "int8, a scale per gate and cell; dynamic input scale")
        quantized = helper.make_node(
            "DynamicQuantizeLSTM", inputs, node.output, domain=CONTRIB.domain
        )
        quantized.attribute.extend(a for a in node.attribute if a.name != "layout")
        self._nodes.append(quantized)
        return True

    def _gru(self, node: onnx.NodeProto) -> bool:
        self.report.keep(node, node.input[1], "ONNX Runtime has no int8 GRU operator")
        return False


def _vocabulary_bias(graph: onnx.GraphProto) -> dict[str, str]:
    """Return the bias of the table that is the vocabulary layer, by the table's name."""
    constants = {i.name: len(i.dims) for i in graph.initializer}
    found = {}
    for node in graph.node:
        for branch in (a.g for a in node.attribute if a.name == "else_branch"):
            kinds = ("Gather", "GatherElements")
            gathered = [n.input[0] for n in branch.node if n.op_type in kinds]
            table, bias = (next(n for n in gathered if constants.get(n) == rank) for rank in (2, 1))
            found[table] = bias
    return found


def quantize(
    encoder: onnx.ModelProto, decoder: onnx.ModelProto, ranges: Ranges, *, least: int = 0
) -> tuple[onnx.ModelProto, onnx.ModelProto, dict[str, Report]]:
    """Return the int8 encoder and decoder, and a report on each.

    Args:
        encoder: fp32, as traced.
        decoder: fp32, as traced.
        ranges: how large activations get, from the model's family.
        least: matrices of fewer weights stay fp32.
    """
    rescaled = onnx.ModelProto()
    rescaled.CopyFrom(decoder)
    for initializer in rescaled.graph.initializer:
        if initializer.name in ranges.rescaled:
            value = ranges.rescaled[initializer.name]
            initializer.CopyFrom(numpy_helper.from_array(value, initializer.name))
    of_decoder = {**ranges.decoder, FEATURES: ranges.features}
    rewriters = {
        "encoder": Rewriter(
            encoder,
            ranges.encoder,
            rows=ranges.encoder_rows,
            least=least,
            exact=ranges.exact,
            lookups=ranges.lookups,
            grids=ranges.encoder_grids,
        ),
        "decoder": Rewriter(
            rescaled,
            of_decoder,
            lookup_range=ranges.lookup,
            least=least,
            exact=ranges.exact,
            grids=ranges.decoder_grids,
        ),
    }
    models = {name: rewriter.run() for name, rewriter in rewriters.items()}
    reports = {name: rewriter.report for name, rewriter in rewriters.items()}
    if ranges.encoder_stored:
        models["encoder"] = stored(models["encoder"])
    return models["encoder"], models["decoder"], reports
