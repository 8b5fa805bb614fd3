"""What an ONNX file says of itself, read from its bytes before ONNX Runtime sees them.

A graph may come from a stranger, so this reads the outline of the protobuf message and lets through
only what the exporter writes: known fields, listed operators at any depth, numbers inside the file
and as many as their dimensions say. Weights are stepped over, never copied. What may be in a file
is listed in `spec/contract.json`. Knows nothing of ONNX Runtime.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from allez.bundle.contract import (
    ATTRIBUTES,
    INPUT_COUNTS,
    IR_VERSIONS,
    NUMBERS,
    OPERATORS,
    OPSETS,
    Graph,
    Tensor,
)
from allez.bundle.fields import shown
from allez.bundle.manifest import Manifest
from allez.errors import BundleFormatError
from allez.spec import SPEC

_ONNX: dict[str, Any] = SPEC["onnx"]

MAX_DEPTH: int = _ONNX["depth"]
"""Branches within branches."""

MAX_FIELDS: int = _ONNX["fields"]
"""Fields of all messages together; a graph of the exporter has some thousand."""

MAX_RANK: int = _ONNX["rank"]
"""Dimensions of a constant; the product of many more would take minutes."""

_LONGEST_NAME: int = _ONNX["name_bytes"]

_ELEMENTS = {int(code): (name, size) for code, (name, size) in _ONNX["elements"].items()}
"""Element types of `TensorProto` as NumPy spells them, and bytes per element."""

_ATTRIBUTE_KINDS = {int(code): name for code, name in _ONNX["attribute_kinds"].items()}
"""`AttributeProto.type` to the one field that may hold the value."""

_INT, _DATA, _FLOAT = 0, 2, 5
"""The wire types of protobuf that the fields have."""

_Found = memoryview | int
"""The value of a field, as it stands in the file."""


class _Field(NamedTuple):
    name: str
    wire: tuple[int, ...]
    repeated: bool
    text: bool
    """Whether its bytes must be a name: UTF-8, and not too long."""


class _Message(NamedTuple):
    """The fields that a kind of message may have here, by number."""

    name: str
    fields: Mapping[int, _Field]
    refused: Mapping[int, str]
    """Fields that ONNX knows and no bundle may have."""


def _field(name: str, kind: str) -> _Field:
    """Read one field of the contract: "int", "float", "data" or "name", perhaps "each" of them."""
    each, _, single = kind.rpartition(" ")
    wire = {"int": (_INT,), "float": (_FLOAT,)}.get(single, (_DATA,))
    packed = (_DATA,) if each and wire != (_DATA,) else ()
    return _Field(name, wire + packed, bool(each), single == "name")


_MESSAGES = {
    kind: _Message(
        rules["called"],
        {int(number): _field(*field) for number, field in rules["fields"].items()},
        {int(number): name for number, name in rules["refused"].items()},
    )
    for kind, rules in _ONNX["messages"].items()
}


class Value(NamedTuple):
    """One input or output."""

    name: str
    type: str
    """As NumPy spells it."""
    shape: tuple[int | str, ...]
    """Sizes, or names of axes that may have any."""


class Outline(NamedTuple):
    """All that is known of a graph without running it."""

    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    operators: frozenset[tuple[str, str]]
    """(domain, operator) of all nodes, those in branches among them."""


def read_outline(graph: bytes) -> Outline:
    """Read what an ONNX file is made of.

    Args:
        graph: all bytes of the file.

    Raises:
        BundleFormatError: it is not an ONNX model, or has something that no bundle may have.
    """
    return _Reader().model(memoryview(graph))


def check_graph(graph: bytes, expected: Graph, manifest: Manifest) -> None:
    """Hold a graph to what a bundle may hold, and to the contract's inputs and outputs.

    Raises:
        BundleFormatError: it is another graph than the exporter would write.
    """
    outline = read_outline(graph)
    check_values(outline.inputs, expected.inputs, "input", manifest)
    check_values(outline.outputs, expected.outputs, "output", manifest)


def check_values(
    found: Sequence[Value], expected: Sequence[Tensor], kind: str, manifest: Manifest
) -> None:
    """Compare a graph's inputs or outputs with the contract and the manifest.

    Args:
        found: what there is.
        expected: what there must be.
        kind: what errors call them.
        manifest: knows the widths, and the shape of images.

    Raises:
        BundleFormatError: one is absent, unknown, or of another type or shape.
    """
    widths = {"D": manifest.memory_width, "A": manifest.key_width}
    image = manifest.input.image
    if image is not None:
        widths |= {"channels": image.channels, "height": image.height, "width": image.width}
    positions = 1 if manifest.attention == "none" else image.positions if image else None
    states = {state.name: state.width for state in manifest.states}

    def axis(tensor: Tensor, letter: str) -> int | str:
        if letter == "W":
            return states.get(tensor.name.removeprefix("next_"), "W")
        return widths.get(letter, letter)

    wanted = {t.name: Value(t.name, t.dtype, tuple(axis(t, a) for a in t.axes)) for t in expected}
    actual = {}
    for value in found:
        like = wanted.get(value.name, value).shape
        if positions is not None and len(like) == len(value.shape):
            # There are so many, which ONNX Runtime finds out for some tensors.
            axes = zip(like, value.shape, strict=True)
            known = ("M", positions)
            value = value._replace(shape=tuple("M" if p == known else p[1] for p in axes))
        actual[value.name] = value
    for name in sorted(wanted.keys() | actual.keys()):
        if actual.get(name) != wanted.get(name):
            raise BundleFormatError(
                f"{kind} {shown(name)} is {_described(actual.get(name))}, "
                f"the contract says {_described(wanted.get(name))}"
            )


def _described(value: Value | None) -> str:
    """Return type and shape in words: "float32 [B, M, 384]"."""
    if value is None:
        return "absent"
    axes = (axis if isinstance(axis, int) else shown(axis)[1:-1] for axis in value.shape)
    return f"{value.type} [{', '.join(map(str, axes))}]"


class _Reader:
    """Reads one model; counts what it meets."""

    def __init__(self) -> None:
        self._fields = 0
        self._operators: set[tuple[str, str]] = set()

    def model(self, view: memoryview) -> Outline:
        found = self._message(view, "model")
        version = _one_int(found, "ir_version")
        if version not in IR_VERSIONS:
            raise _error(f"IR version {version} is not one that bundles use")
        domains = set()
        for data in found["opset_import"]:
            opset = self._message(data, "opset")
            domain, number = _one_text(opset, "domain"), _one_int(opset, "version")
            if number not in OPSETS.get(domain, ()):
                raise _error(
                    f"opset {number} of the domain {shown(domain)} is not one that bundles use"
                )
            if domain in domains:
                raise _error(f"there are two opsets of the domain {shown(domain)}")
            domains.add(domain)
        if not found["graph"]:
            raise _error("there is no graph")
        inputs, outputs = self._graph(found["graph"][0], 0)
        missing = {domain for domain, _ in self._operators} - domains
        if missing:
            raise _error(f"there is no opset of the domain {shown(min(missing))}")
        return Outline(inputs, outputs, frozenset(self._operators))

    def _graph(self, view: _Found, depth: int) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        if depth > MAX_DEPTH:
            raise _error(f"branches are nested more than {MAX_DEPTH} deep")
        found = self._message(view, "graph")
        for data in found["initializer"]:
            self._tensor(data)
        for data in found["value_info"]:
            self._value(data)
        for data in found["node"]:
            self._node(data, depth)
        inputs = tuple(self._value(data) for data in found["input"])
        outputs = tuple(self._value(data) for data in found["output"])
        for values in (inputs, outputs):
            if len({value.name for value in values}) != len(values):
                raise _error("two inputs or outputs have one name")
        return inputs, outputs

    def _node(self, view: _Found, depth: int) -> None:
        found = self._message(view, "node")
        operator = (_one_text(found, "domain"), _one_text(found, "op_type"))
        if operator not in OPERATORS:
            name = "::".join(part for part in operator if part)
            raise _error(f"the operator {shown(name)} is not one that bundles use")
        self._operators.add(operator)
        count = len(found["input"])
        if INPUT_COUNTS.get(operator, count) != count:
            raise _error(f"{operator[1]} has {count} inputs, not {INPUT_COUNTS[operator]}")
        wanted = dict(NUMBERS.get(operator, {}))
        for data in found["attribute"]:
            attribute = self._message(data, "attribute")
            name, parts = _one_text(attribute, "name"), _one_int(attribute, "i")
            if name not in ATTRIBUTES.get(operator, {name}):
                raise _error(f"{operator[1]} has {shown(name)}, which bundles do not use")
            if name == "num_outputs" and parts != len(found["output"]):
                # ONNX Runtime's shape inference reads beyond its list then, and aborts.
                raise _error(f"{operator[1]} has {len(found['output'])} outputs, not {parts}")
            kind = _ATTRIBUTE_KINDS.get(_one_int(attribute, "type"))
            held = {name for name in _ATTRIBUTE_KINDS.values() if attribute[name]}
            if kind is None or held - {kind}:  # an empty list or a zero may be left out
                raise _error(f"an attribute of {operator[1]} is of no kind that bundles use")
            if name in wanted:
                must, given = wanted.pop(name), attribute["i" if kind == "i" else "ints"]
                numbers = list(self._integers(given))
                inside = all(must.least <= number <= must.most for number in numbers)
                if len(numbers) != must.size or not inside:
                    raise _error(f"{operator[1]} has {shown(name)} that bundles do not use")
            for branch in attribute["g"]:
                self._graph(branch, depth + 1)
        if wanted:
            raise _error(f"{operator[1]} has no {shown(min(wanted))}")

    def _tensor(self, view: _Found) -> None:
        """Check that a constant's numbers are all there, in the file."""
        found = self._message(view, "tensor")
        code = _one_int(found, "data_type")
        if code not in _ELEMENTS:
            raise _error(f"a constant has elements of type {code}, which bundles do not use")
        dims = list(self._integers(found["dims"]))
        if len(dims) > MAX_RANK or not all(0 < size <= _ONNX["dimension"] for size in dims):
            raise _error(f"a constant has dimensions {dims[:8]}")
        size = len(_bytes(found["raw_data"][0])) if found["raw_data"] else 0
        if math.prod(dims) * _ELEMENTS[code][1] != size:
            raise _error(f"a constant of dimensions {dims[:8]} has {size} bytes")

    def _integers(self, values: list[_Found]) -> Iterator[int]:
        """Yield a repeated number, packed or not."""
        for value in values:
            if isinstance(value, int):
                yield value
                continue
            position = 0
            while position < len(value):
                self._count()
                number, position = _varint(value, position)
                yield number

    def _value(self, view: _Found) -> Value:
        found = self._message(view, "value")
        name = _one_text(found, "name")
        kind = self._message(found["type"][0], "type") if found["type"] else {"tensor_type": []}
        if not kind["tensor_type"]:
            raise _error(f"{shown(name)} is not a tensor")
        tensor = self._message(kind["tensor_type"][0], "tensor_type")
        element = _ELEMENTS.get(_one_int(tensor, "elem_type"))
        if element is None or not tensor["shape"]:
            raise _error(f"{shown(name)} has no type or shape that bundles use")
        shape = []
        for data in self._message(tensor["shape"][0], "shape")["dim"]:
            dimension = self._message(data, "dimension")
            if len(dimension["dim_value"]) + len(dimension["dim_param"]) != 1:
                raise _error(f"an axis of {shown(name)} has neither one size nor one name")
            named = bool(dimension["dim_param"])
            shape.append(
                _one_text(dimension, "dim_param") if named else _one_int(dimension, "dim_value")
            )
        return Value(name, element[0], tuple(shape))

    def _message(self, view: _Found, called: str) -> dict[str, list[_Found]]:
        """Return the values of a message by field, in order; every field that may be is there."""
        kind = _MESSAGES[called]
        view = _bytes(view)
        found: dict[str, list[_Found]] = {f.name: [] for f in kind.fields.values()}
        position = 0
        while position < len(view):
            self._count()
            tag, position = _varint(view, position)
            field = kind.fields.get(tag >> 3)
            if field is None:
                name = kind.refused.get(tag >> 3, f"an unknown field {tag >> 3}")
                hint = None
                if name in ("external_data", "data_location"):
                    hint = "all weights must be in the graph's own file"
                raise _error(f"{kind.name} has {name}, which no bundle may have", hint)
            if tag & 7 not in field.wire or (found[field.name] and not field.repeated):
                raise _error(f"{field.name} of {kind.name} is malformed")
            value, position = _read(view, position, tag & 7)
            if field.text:
                _text(value)
            found[field.name].append(value)
        return found

    def _count(self) -> None:
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise _error(f"there are more than {MAX_FIELDS:,} fields")


def _read(view: memoryview, position: int, wire: int) -> tuple[_Found, int]:
    """Return the value at `position`, and where it ends."""
    if wire == _INT:
        return _varint(view, position)
    if wire == _DATA:
        size, position = _varint(view, position)
    else:
        size = 4
    if size > len(view) - position:
        raise _error("it ends too early")
    return view[position : position + size], position + size


def _varint(view: memoryview, position: int) -> tuple[int, int]:
    """Return the number of seven bits a byte at `position`, and where it ends."""
    value = shift = 0
    while position < len(view):
        byte = view[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >= 2**64:
                break
            return value, position
        shift += 7
        if shift > 63:
            break
    raise _error("a number in it does not end")


def _bytes(value: _Found) -> memoryview:
    assert not isinstance(value, int)  # the wire type was checked
    return value


def _one_int(found: Mapping[str, list[_Found]], name: str) -> int:
    """Return a number; 0, as in protobuf, if it is left out."""
    value = found[name][0] if found[name] else 0
    assert isinstance(value, int)
    return value


def _one_text(found: Mapping[str, list[_Found]], name: str) -> str:
    """Return a text; "", as in protobuf, if it is left out."""
    return _text(found[name][0]) if found[name] else ""


def _text(value: _Found) -> str:
    data = _bytes(value)
    if len(data) > _LONGEST_NAME:
        raise _error(f"a name in it has {len(data)} bytes")
    try:
        return str(data, "utf-8")
    except UnicodeDecodeError:
        raise _error("a name in it is not UTF-8") from None


def _error(message: str, hint: str | None = None) -> BundleFormatError:
    return BundleFormatError(message, hint=hint)
