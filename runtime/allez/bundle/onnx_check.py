"""What an ONNX file says of itself, read from its bytes before ONNX Runtime sees them.

A graph may come from a stranger, so this reads the outline of the protobuf message and lets through
only what the exporter writes: known fields, listed operators at any depth, numbers inside the file
and as many as their dimensions say. Weights are stepped over, never copied. Knows nothing of
bundles; what inputs and outputs a graph must have is for session.py to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from allez.bundle.contract import ATTRIBUTES, IR_VERSIONS, OPERATORS, OPSETS
from allez.errors import BundleFormatError

MAX_DEPTH = 8
"""Branches within branches."""

MAX_FIELDS = 1_000_000
"""Fields of all messages together; a graph of the exporter has some thousand."""

MAX_RANK = 8
"""Dimensions of a constant; the product of many more would take minutes."""

_LONGEST_NAME = 256
"""In bytes."""

_ELEMENTS = {
    1: ("tensor(float)", 4),
    2: ("tensor(uint8)", 1),
    3: ("tensor(int8)", 1),
    6: ("tensor(int32)", 4),
    7: ("tensor(int64)", 8),
    9: ("tensor(bool)", 1),
}
"""Element types of `TensorProto` in ONNX Runtime's words, and bytes per element."""

_ATTRIBUTE_KINDS = {1: "f", 2: "i", 3: "s", 5: "g", 6: "floats", 7: "ints"}
"""`AttributeProto.type` to the one field that may hold the value."""

_INT, _DATA, _FLOAT = 0, 2, 5
"""The wire types of protobuf that the fields below have."""


_Found = memoryview | int
"""The value of a field, as it stands in the file."""


class _Field(NamedTuple):
    name: str
    wire: tuple[int, ...]
    repeated: bool = False
    text: bool = False
    """Whether its bytes must be a name: UTF-8, and not too long."""


def _int(name: str) -> _Field:
    return _Field(name, (_INT,))


def _data(name: str) -> _Field:
    return _Field(name, (_DATA,))


def _name(name: str, *, repeated: bool = False) -> _Field:
    return _Field(name, (_DATA,), repeated, text=True)


def _each(name: str, *wire: int) -> _Field:
    return _Field(name, wire or (_DATA,), repeated=True)


class _Message(NamedTuple):
    """The fields that a kind of message may have here, by number."""

    name: str
    fields: Mapping[int, _Field]
    refused: Mapping[int, str]
    """Fields that ONNX knows and no bundle may have."""


_MODEL = _Message(
    "the model",
    {
        1: _int("ir_version"),
        2: _name("producer_name"),
        3: _name("producer_version"),
        4: _name("domain"),
        5: _int("model_version"),
        6: _name("doc_string"),
        7: _data("graph"),
        8: _each("opset_import"),
    },
    {14: "metadata_props", 20: "training_info", 25: "functions", 26: "configuration"},
)
_OPSET = _Message("an opset import", {1: _name("domain"), 2: _int("version")}, {})
_GRAPH = _Message(
    "a graph",
    {
        1: _each("node"),
        2: _name("name"),
        5: _each("initializer"),
        10: _name("doc_string"),
        11: _each("input"),
        12: _each("output"),
        13: _each("value_info"),
    },
    {14: "quantization_annotation", 15: "sparse_initializer", 16: "metadata_props"},
)
_NODE = _Message(
    "a node",
    {
        1: _name("input", repeated=True),
        2: _name("output", repeated=True),
        3: _name("name"),
        4: _name("op_type"),
        5: _each("attribute"),
        6: _name("doc_string"),
        7: _name("domain"),
    },
    {8: "overload", 9: "metadata_props", 10: "device_configurations"},
)
_ATTRIBUTE = _Message(
    "an attribute",
    {
        1: _name("name"),
        2: _Field("f", (_FLOAT,)),
        3: _int("i"),
        4: _name("s"),
        6: _data("g"),
        7: _each("floats", _FLOAT, _DATA),
        8: _each("ints", _INT, _DATA),
        13: _name("doc_string"),
        20: _int("type"),
    },
    {
        5: "t",
        9: "strings",
        10: "tensors",
        11: "graphs",
        14: "tp",
        15: "type_protos",
        21: "ref_attr_name",
        22: "sparse_tensor",
        23: "sparse_tensors",
    },
)
_TENSOR = _Message(
    "a tensor",
    {
        1: _each("dims", _INT, _DATA),
        2: _int("data_type"),
        8: _name("name"),
        9: _data("raw_data"),
        12: _name("doc_string"),
    },
    {
        **{3: "segment", 4: "float_data", 5: "int32_data", 6: "string_data", 7: "int64_data"},
        **{10: "double_data", 11: "uint64_data", 16: "metadata_props"},
        **{13: "external_data", 14: "data_location"},
    },
)
_VALUE = _Message(
    "a value",
    {1: _name("name"), 2: _data("type"), 3: _name("doc_string")},
    {4: "metadata_props"},
)
_TYPE = _Message(
    "a type",
    {1: _data("tensor_type")},
    {4: "sequence_type", 5: "map_type", 6: "denotation", 8: "sparse_type", 9: "optional_type"},
)
_TENSOR_TYPE = _Message("a tensor type", {1: _int("elem_type"), 2: _data("shape")}, {})
_SHAPE = _Message("a shape", {1: _each("dim")}, {})
_DIMENSION = _Message(
    "a dimension", {1: _int("dim_value"), 2: _name("dim_param")}, {3: "denotation"}
)


class Value(NamedTuple):
    """One input or output, in the words of ONNX Runtime's `NodeArg`."""

    name: str
    type: str
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


class _Reader:
    """Reads one model; counts what it meets."""

    def __init__(self) -> None:
        self._fields = 0
        self._operators: set[tuple[str, str]] = set()

    def model(self, view: memoryview) -> Outline:
        found = self._message(view, _MODEL)
        version = _one_int(found, "ir_version")
        if version not in IR_VERSIONS:
            raise _error(f"IR version {version} is not one that bundles use")
        domains = set()
        for data in found["opset_import"]:
            opset = self._message(data, _OPSET)
            domain, number = _one_text(opset, "domain"), _one_int(opset, "version")
            if number not in OPSETS.get(domain, ()):
                raise _error(f"opset {number} of the domain {domain!r} is not one that bundles use")
            if domain in domains:
                raise _error(f"there are two opsets of the domain {domain!r}")
            domains.add(domain)
        if not found["graph"]:
            raise _error("there is no graph")
        inputs, outputs = self._graph(found["graph"][0], 0)
        missing = {domain for domain, _ in self._operators} - domains
        if missing:
            raise _error(f"there is no opset of the domain {min(missing)!r}")
        return Outline(inputs, outputs, frozenset(self._operators))

    def _graph(self, view: _Found, depth: int) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
        if depth > MAX_DEPTH:
            raise _error(f"branches are nested more than {MAX_DEPTH} deep")
        found = self._message(view, _GRAPH)
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
        found = self._message(view, _NODE)
        operator = (_one_text(found, "domain"), _one_text(found, "op_type"))
        if operator not in OPERATORS:
            name = "::".join(part for part in operator if part)
            raise _error(f"the operator {name!r} is not one that bundles use")
        self._operators.add(operator)
        for data in found["attribute"]:
            attribute = self._message(data, _ATTRIBUTE)
            name, parts = _one_text(attribute, "name"), _one_int(attribute, "i")
            if name not in ATTRIBUTES.get(operator, {name}):
                raise _error(f"{operator[1]} has {name!r}, which bundles do not use")
            if name == "num_outputs" and parts != len(found["output"]):
                # ONNX Runtime's shape inference reads beyond its list then, and aborts.
                raise _error(f"{operator[1]} has {len(found['output'])} outputs, not {parts}")
            kind = _ATTRIBUTE_KINDS.get(_one_int(attribute, "type"))
            held = {name for name in _ATTRIBUTE_KINDS.values() if attribute[name]}
            if kind is None or held - {kind}:  # an empty list or a zero may be left out
                raise _error(f"an attribute of {operator[1]} is of no kind that bundles use")
            for branch in attribute["g"]:
                self._graph(branch, depth + 1)

    def _tensor(self, view: _Found) -> None:
        """Check that a constant's numbers are all there, in the file."""
        found = self._message(view, _TENSOR)
        code = _one_int(found, "data_type")
        if code not in _ELEMENTS:
            raise _error(f"a constant has elements of type {code}, which bundles do not use")
        dims = list(self._integers(found["dims"]))
        if len(dims) > MAX_RANK or not all(0 < size < 2**31 for size in dims):
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
        found = self._message(view, _VALUE)
        name = _one_text(found, "name")
        kind = self._message(found["type"][0], _TYPE) if found["type"] else {"tensor_type": []}
        if not kind["tensor_type"]:
            raise _error(f"{name!r} is not a tensor")
        tensor = self._message(kind["tensor_type"][0], _TENSOR_TYPE)
        element = _ELEMENTS.get(_one_int(tensor, "elem_type"))
        if element is None or not tensor["shape"]:
            raise _error(f"{name!r} has no type or shape that bundles use")
        shape = []
        for data in self._message(tensor["shape"][0], _SHAPE)["dim"]:
            dimension = self._message(data, _DIMENSION)
            if len(dimension["dim_value"]) + len(dimension["dim_param"]) != 1:
                raise _error(f"an axis of {name!r} has neither one size nor one name")
            named = bool(dimension["dim_param"])
            shape.append(
                _one_text(dimension, "dim_param") if named else _one_int(dimension, "dim_value")
            )
        return Value(name, element[0], tuple(shape))

    def _message(self, view: _Found, kind: _Message) -> dict[str, list[_Found]]:
        """Return the values of a message by field, in order; every field that may be is there."""
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
