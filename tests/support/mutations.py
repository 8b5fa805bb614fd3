"""Damaged files of a bundle: what a careless or hostile hand could make of each of them.

Bytes at random are refused at the first look, so most mutations keep the form of a file: JSON that
parses with other values in it, protobuf messages with other fields, constants and wires. Seeded.
"""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from typing import Any

from support import wire

Random = random.Random

NUMBERS = [0, 1, -1, 2, 3, 7, 255, 2**31 - 1, 2**31, -(2**31), 2**63 - 1, -(2**63), 2**64 - 1]

ODD_JSON: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 10**6, 10**18, 10**400, 0.5, -0.0, 1e308, [], {}, [[]], ""),
    *("x", "../x", "/etc/passwd", "\0", "\x1b[2J", "\ud800", "é" * 300, "9" * 5000, "NaN", "a/b"),
    *({"type": "NFKC"}, {"String": ""}, {"Regex": "(a+)+$"}, ["a", "b"], [None] * 50),
]


# --- bytes ----------------------------------------------------------------------------------


def damage(generator: Random, data: bytes) -> bytes:
    """Change a few bytes, whatever they mean."""
    result = bytearray(data)
    for _ in range(generator.choice((1, 1, 1, 2, 5))):
        at = generator.randrange(len(result)) if result else 0
        size = generator.choice((1, 1, 2, 4, 16, 200))
        match generator.randrange(6):
            case 0 if result:
                result[at] ^= 1 << generator.randrange(8)
            case 1:
                result[at : at + size] = generator.randbytes(size)
            case 2:
                del result[at : at + size]
            case 3:
                result[at:at] = result[at : at + size]
            case 4:
                result[at:at] = generator.randbytes(size)
            case _:
                result[at : at + size] = generator.choice((b"\0", b"\xff", b"\x80")) * size
    return bytes(result)


def change_numbers(generator: Random, data: bytes) -> bytes:
    """Change a few numbers of 16 bits, and perhaps how many there are."""
    numbers = list(struct.unpack(f"<{len(data) // 2}H", data))
    for _ in range(generator.choice((1, 1, 2, 5))):
        at = generator.randrange(len(numbers))
        match generator.randrange(4):
            case 0 | 1:
                numbers[at] = generator.choice((0, 1, numbers[at] ^ 1, numbers[at] + 1)) % 2**16
            case 2:
                numbers[at] = generator.choice(NUMBERS) % 2**16
            case _ if len(numbers) > 1:
                del numbers[at]
    return struct.pack(f"<{len(numbers)}H", *numbers)


# --- JSON -----------------------------------------------------------------------------------


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to all values within a value; of long lists, the first few."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key in list(value)[:40]:
            found += places(value[key], (*path, key))
    elif isinstance(value, list):
        for index in range(min(len(value), 20)):
            found += places(value[index], (*path, index))
    return found


def change_json(generator: Random, data: bytes) -> bytes:
    """Change values of a JSON file, or leave one out, or add one, or say one twice."""
    content = json.loads(data)
    for _ in range(generator.choice((1, 1, 1, 2, 4))):
        if not (ways := places(content)):
            break
        way = generator.choice(ways)
        inner = content
        for key in way[:-1]:
            inner = inner[key]
        old, key = inner[way[-1]], way[-1]
        match generator.randrange(7):
            case 0 | 1:
                inner[key] = generator.choice(ODD_JSON)
            case 2:
                del inner[key]
            case 3 if isinstance(old, (int, float)):
                inner[key] = generator.choice((old + 1, old - 1, old * 2, -old, float(old)))
            case 4 if isinstance(old, str):
                at = generator.randrange(len(old) + 1)
                inner[key] = old[:at] + generator.choice(("", "x", "\n", "é", "/")) + old[at + 1 :]
            case 5 if isinstance(inner, dict):
                inner[generator.choice(("x", "type", "name", "", "é"))] = old
            case _:
                inner[key] = json.loads(json.dumps(generator.choice((content, old, [old]))))
    text = json.dumps(content)
    if generator.random() < 0.05:
        text = text.replace('"', '"version": 1, "', 1)
    return text.encode()


# --- ONNX -----------------------------------------------------------------------------------

MODEL, GRAPH, NODE, ATTRIBUTE, TENSOR, VALUE, OPSET = range(7)
INSIDE: dict[int, dict[int, int]] = {
    MODEL: {7: GRAPH, 8: OPSET},
    GRAPH: {1: NODE, 5: TENSOR, 11: VALUE, 12: VALUE},
    NODE: {5: ATTRIBUTE},
    ATTRIBUTE: {6: GRAPH},
}
"""Which fields of a message are messages, and of what kind."""

STEPS: dict[int, list[tuple[int, int]]] = {VALUE: [(2, 0), (1, 0), (2, 0), (1, 0)]}


def messages(data: bytes) -> dict[int, list[list[tuple[int, int]]]]:
    """Return the ways to all messages of each kind."""
    found: dict[int, list[list[tuple[int, int]]]] = {kind: [] for kind in range(7)}

    def walk(content: bytes, kind: int, path: list[tuple[int, int]]) -> None:
        found[kind].append(path)
        counts: dict[int, int] = {}
        for number, _, value in wire.parse(content):
            index = counts[number] = counts.get(number, -1) + 1
            if number in INSIDE.get(kind, {}):
                walk(value, INSIDE[kind][number], [*path, (number, index)])

    walk(data, MODEL, [])
    return found


def names(data: bytes) -> list[bytes]:
    """Return the names of all tensors that flow through a graph."""
    (graph,) = (value for number, _, value in wire.parse(data) if number == 7)
    found = {b""}
    for number, _, value in wire.parse(graph):
        if number == 1:
            found |= {v for n, _, v in wire.parse(value) if n in (1, 2)}
        elif number in (5, 11):
            found |= {v for n, _, v in wire.parse(value) if n == (8 if number == 5 else 1)}
    return sorted(found)


def change_graph(generator: Random, data: bytes, operators: list[str]) -> bytes:
    """Change an ONNX file and keep it one: constants, wires, operators, attributes, types."""
    ways = messages(data)
    known = names(data)
    for _ in range(generator.choice((1, 1, 1, 2, 3))):
        kind, change = generator.choice(
            [
                (TENSOR, lambda f: change_tensor(generator, f)),
                (TENSOR, lambda f: change_tensor(generator, f)),
                (NODE, lambda f: rewire(generator, f, known)),
                (NODE, lambda f: rewire(generator, f, known)),
                (NODE, lambda f: set_field(f, 4, generator.choice(operators).encode())),
                (ATTRIBUTE, lambda f: change_attribute(generator, f)),
                (VALUE, lambda f: change_fields(generator, f)),
                (GRAPH, lambda f: change_list(generator, f)),
                (generator.randrange(7), lambda f: change_fields(generator, f)),
            ]
        )
        if ways[kind]:
            path = list(generator.choice(ways[kind]))
            if kind == VALUE:
                path += STEPS[VALUE][: generator.randrange(5)]
            try:
                data = wire.edit(data, path, change)
            except IndexError:  # gone with an earlier change
                continue
    return data


Fields = list[Any]


def set_field(fields: Fields, number: int, value: bytes | int) -> Fields:
    """Put a value in the place of a field's."""
    changed: Fields = wire.put(number, value)(fields)
    return changed


def change_tensor(generator: Random, fields: Fields) -> Fields:
    """Change the numbers of a constant, or its dimensions with or without them, or its type."""
    kind = next((v for n, _, v in fields if n == 2), 0)
    raw = bytearray(next((v for n, _, v in fields if n == 9), b""))
    dims = [v for n, _, v in fields if n == 1]
    width = {7: 8, 6: 4, 1: 4}.get(kind, 1)
    match generator.randrange(5):
        case 0 | 1 if raw:  # other numbers
            for _ in range(generator.choice((1, 1, 3, 20))):
                at = generator.randrange(len(raw) // width) * width
                number = generator.choice(NUMBERS)
                raw[at : at + width] = {
                    7: struct.pack("<Q", number % 2**64),
                    6: struct.pack("<I", number % 2**32),
                    1: struct.pack("<f", generator.choice((0, -1, 1e38, float("nan"), 1e-40))),
                }.get(kind, bytes([number % 256]))
            return set_field(fields, 9, bytes(raw))
        case 2 if dims:  # another form of as many numbers
            other = generator.choice(
                (dims[::-1], [1, *dims], [*dims, 1], [len(raw) // width], dims[1:] + dims[:1])
            )
            rest = [f for f in fields if f[0] != 1]
            return [*((1, 0, size) for size in other), *rest]
        case 3 if dims:  # fewer or more numbers, and dimensions to match
            first = generator.choice((1, max(1, dims[0] - 1), dims[0] + 1, 2 * dims[0]))
            size = len(raw) * first // dims[0]
            rest = [f for f in fields if f[0] not in (1, 9)]
            content = (bytes(raw) * 2)[:size]
            return [*((1, 0, d) for d in [first, *dims[1:]]), *rest, (9, 2, content)]
        case _:
            return change_fields(generator, fields)


def rewire(generator: Random, fields: Fields, known: list[bytes]) -> Fields:
    """Give a node other inputs or outputs, or another number of them."""
    result = list(fields)
    wired = [i for i, field in enumerate(result) if field[0] in (1, 2)]
    if not wired:
        return result
    at = generator.choice(wired)
    match generator.randrange(4):
        case 0 | 1:
            result[at] = (result[at][0], 2, generator.choice(known))
        case 2:
            del result[at]
        case _:
            result.insert(at, (1, 2, generator.choice(known)))
    return result


def change_attribute(generator: Random, fields: Fields) -> Fields:
    """Give an attribute other numbers or another name."""
    result = list(fields)
    numbers = [i for i, field in enumerate(result) if field[0] in (3, 8)]
    if numbers and generator.random() < 0.8:
        at = generator.choice(numbers)
        if generator.random() < 0.2:
            del result[at]
        else:
            value = generator.choice(NUMBERS) % 2**64
            result[at] = (result[at][0], 0, value)
        return result
    return change_fields(generator, result)


def change_list(generator: Random, fields: Fields) -> Fields:
    """Leave out, repeat or exchange whole nodes, constants, inputs or outputs."""
    result = list(fields)
    if len(result) < 2:
        return result
    at, other = generator.randrange(len(result)), generator.randrange(len(result))
    match generator.randrange(3):
        case 0:
            del result[at]
        case 1:
            result.insert(other, result[at])
        case _:
            result[at], result[other] = result[other], result[at]
    return result


def change_fields(generator: Random, fields: Fields) -> Fields:
    """Change a message without knowing what it means."""
    result = list(fields)
    if not result or generator.random() < 0.1:
        number = generator.choice((*range(1, 26), 99))
        result.append((number, 0, generator.choice(NUMBERS) % 2**64))
        return result
    at = generator.randrange(len(result))
    number, kind, value = result[at]
    match generator.randrange(4):
        case 0 if isinstance(value, int):
            result[at] = (number, kind, generator.choice(NUMBERS) % 2**64)
        case 0 | 1 if isinstance(value, bytes):
            result[at] = (number, kind, damage(generator, value[:2000]) + value[2000:])
        case 2:
            del result[at]
        case _:
            result.insert(at, result[at])
    return result


# --- all ------------------------------------------------------------------------------------


def mutate(generator: Random, files: dict[str, bytes], operators: list[str]) -> tuple[str, bytes]:
    """Return a role and other bytes for its file.

    Args:
        generator: decides.
        files: the bytes of every role's file, and of the manifest.
        operators: names that a node may be given.
    """
    role = generator.choice(
        ("manifest", "tokenizer", "sentences", "shortlist", *["encoder"] * 3, *["decoder"] * 4)
    )
    change: Callable[[Random, bytes], bytes] = damage
    if generator.random() < 0.8:
        if role in ("encoder", "decoder"):
            return role, change_graph(generator, files[role], operators)
        change = change_numbers if role == "shortlist" else change_json
    return role, change(generator, files[role])
