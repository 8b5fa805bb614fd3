"""Marian's files: models as `.npz` and `.bin`, their settings, lexical shortlists.

A `.bin` is little endian: u64 1, u64 n, n headers (u64 bytes of the name with its NUL, type, rank,
bytes), the names, the shapes (int32), u64 padding, that many bytes, then the values, one after the
other. Nothing is allocated by what a file claims before it is held to the file's own size.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from allez.bundle.fields import shown
from allez.errors import InputError
from allez_export.toolkits.files import read_bytes
from allez_export.toolkits.settings import parse

Floats = npt.NDArray[np.float32]

MOST_BYTES = 2**32
"""Of a file, packed or not."""

SETTINGS = "special:model.yml"
_ALPHA = "_QuantMultA"
_MOST_PACKED = 100
"""Times that something may be smaller when it is packed, but for its first million bytes."""

_WHOLE = "compare its size or checksum with its source's"
_MOST_TENSORS = 100_000
_MOST_NAME = 1000
_MOST_RANK = 8

_FLOAT32, _FLOAT16, _INT8 = 0x404, 0x402, 0x101
_FLOATS = {_FLOAT32: "<f4", _FLOAT16: "<f2"}
_INTGEMM8 = (0x4101, 0x10001)
"""The type of integers in Bergamot's files, and in Marian's own."""

_OF_PROCESSORS = {
    0x802: "packed16", 0x1801: "packed8avx2", 0x2801: "packed8avx512",
    0x18001: "intgemm8ssse3", 0x11001: "intgemm8avx2", 0x12001: "intgemm8avx512",
    0x13001: "intgemm8avx512vnni", 0x10002: "intgemm16", 0x14002: "intgemm16sse2",
    0x11002: "intgemm16avx2", 0x12002: "intgemm16avx512",
}  # fmt: skip
"""Types that are not read, most of them laid out for processors of one kind."""

_CONVERTED = "marian-conv -g intgemm8 writes what is read, from the .npz; or name that"

HOW_TO_LIST = "Marian writes one: marian-conv --shortlist lex.s2t 100 100 0 --dump lex.bin"
"""A hint: how a shortlist becomes a binary one."""

_LISTS = 0xF11A48D5013417F5
"""What a binary lexical shortlist begins with."""


@dataclass(frozen=True, slots=True)
class MarianFile:
    """What a model's file holds."""

    path: Path
    settings: dict[str, Any]
    """Of `special:model.yml`, as they are written."""
    arrays: dict[str, Floats]
    """As Marian multiplies by them, [in, out]; integers divided by their factor."""
    grids: dict[str, float] = field(default_factory=dict)
    """Of arrays that were integers: what 1 stands for."""
    ranges: dict[str, float] = field(default_factory=dict)
    """What the activations that meet an array are cut off at, if the file says so."""


def read_model(path: Path) -> MarianFile:
    """Read a model.

    Raises:
        InputError: it cannot be read, or is no such file.
    """
    data = unpacked(path)
    if data[:4] == b"PK\x03\x04":
        return _read_npz(path, data)
    if data[:8] == struct.pack("<Q", 1):
        return _read_bin(path, data)
    raise InputError(
        f"{path} is no model of Marian",
        hint="expected a .npz, or a .bin of version 1 as Marian and Bergamot write it",
    )


def unpacked(path: Path) -> bytes:
    """Return the bytes of a file, unpacked if it is gzip.

    Raises:
        InputError: it cannot be read, or is too large.
    """
    data = read_bytes(path, MOST_BYTES)
    if data[:4] == b"\x28\xb5\x2f\xfd":
        raise InputError(f"{path} is packed by zstd", hint="unpack it first: zstd -d FILE")
    if data[:2] != b"\x1f\x8b":
        return data
    most = _most_unpacked(len(data))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            data = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path} is damaged or cut off: {error}", hint=_WHOLE) from None
    if len(data) > most:
        raise InputError(
            f"{path} has more than {most:,} bytes when it is unpacked", hint="unpack it first"
        )
    return data


def _most_unpacked(packed: int) -> int:
    """Return how many bytes may come out of so many: weights can hardly be packed."""
    return min(MOST_BYTES, 1_000_000 + _MOST_PACKED * packed)


def _read_npz(path: Path, data: bytes) -> MarianFile:
    """Read arrays of a zip; `allow_pickle` has no place here, since no object is ever made."""
    arrays: dict[str, Floats] = {}
    settings: bytes | None = None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_TENSORS or sum(m.file_size for m in members) > MOST_BYTES:
                raise _foreign(path, "holds more than a model may")
            if any(m.file_size > _most_unpacked(m.compress_size) for m in members):
                raise _foreign(path, "claims far more than numbers can be packed into so few bytes")
            for member in members:
                name = member.filename.removesuffix(".npy")
                with archive.open(member) as stream:
                    array = _npy(path, name, stream.read(member.file_size + 1))
                if name == SETTINGS:
                    settings = array.astype(np.int8).tobytes()
                elif array.dtype in (np.float32, np.float16):
                    arrays[name] = array.astype(np.float32)
                else:
                    raise _foreign(path, f"{shown(name)} is {array.dtype}, no float32 or float16")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"{path} is damaged or cut off: {error}", hint=_WHOLE) from None
    return MarianFile(path, _settings(path, settings), arrays)


def _npy(path: Path, name: str, data: bytes) -> npt.NDArray[Any]:
    """Return the array of a `.npy`."""
    if data[:8] != b"\x93NUMPY\x01\x00" or len(data) < 10:
        raise _foreign(path, f"{shown(name)} is no array of version 1.0")
    at = 10 + struct.unpack_from("<H", data, 8)[0]
    try:
        shape, by_columns, kind = np.lib.format.read_array_header_1_0(io.BytesIO(data[8:at]))
    except ValueError as error:
        raise _foreign(path, f"{shown(name)}: {str(error).splitlines()[0]}") from None
    if kind.hasobject or (by_columns and len(shape) > 1) or len(shape) > _MOST_RANK:
        raise _foreign(path, f"{shown(name)} has another layout than Marian's arrays")
    if math.prod(shape) * kind.itemsize != len(data) - at:
        raise _foreign(path, f"{shown(name)} has not the {shape} values that it claims")
    return np.frombuffer(data, dtype=kind, offset=at).reshape(shape)


@dataclass(frozen=True, slots=True)
class _Tensor:
    name: str
    kind: int
    shape: tuple[int, ...]
    start: int
    end: int


def _read_bin(path: Path, data: bytes) -> MarianFile:
    """Read a `.bin`."""
    arrays: dict[str, Floats] = {}
    grids: dict[str, float] = {}
    alphas: dict[str, float] = {}
    settings: bytes | None = None
    for tensor in _tensors(path, data):
        name, count = tensor.name, math.prod(tensor.shape)
        if name == SETTINGS and tensor.kind == _INT8:
            settings = data[tensor.start : tensor.start + count]
        elif tensor.kind in _FLOATS:
            kind = _FLOATS[tensor.kind]
            values = np.frombuffer(data, dtype=kind, count=count, offset=tensor.start)
            values = values.astype(np.float32, copy=False)
            if name.endswith(_ALPHA):
                alphas[name.removesuffix(_ALPHA)] = _positive(path, name, values)
            else:
                arrays[name] = values.reshape(tensor.shape)
        elif tensor.kind in _INTGEMM8:
            arrays[name], grids[name] = _integers(path, data, tensor)
        elif tensor.kind in _OF_PROCESSORS:
            raise InputError(
                f"{path}: {shown(name)} is {_OF_PROCESSORS[tensor.kind]}, which is not read",
                hint=_CONVERTED,
            )
        else:
            raise _foreign(
                path, f"{shown(name)} has the type {tensor.kind:#x}, no float or int8 that is read"
            )
    ranges = {name: 127 / alpha for name, alpha in alphas.items()}
    return MarianFile(path, _settings(path, settings), arrays, grids, ranges)


def _integers(path: Path, data: bytes, tensor: _Tensor) -> tuple[Floats, float]:
    """Return the values of a matrix of intgemm8, and what 1 stands for."""
    rows, columns = tensor.shape if len(tensor.shape) == 2 else (0, 0)
    count = rows * columns
    if not count:
        raise _foreign(path, f"{shown(tensor.name)} is int8 and no matrix")
    values = np.frombuffer(data, dtype=np.int8, count=count, offset=tensor.start)
    factor = np.frombuffer(data, dtype="<f4", count=1, offset=tensor.start + count)
    grid = 1 / _positive(path, tensor.name, factor)
    if "Wemb" in tensor.name:
        matrix = values.reshape(rows, columns)
    else:  # stored turned, whatever the shape says
        matrix = values.reshape(columns, rows).T
    return (matrix.astype(np.float32) / factor).astype(np.float32), grid


def _positive(path: Path, name: str, values: Floats) -> float:
    """Return the one value of a factor."""
    if values.size != 1 or not (np.isfinite(values).all() and float(values.flat[0]) > 0):
        raise _foreign(path, f"the factor of {shown(name)} is no positive number")
    return float(values.flat[0])


def _tensors(path: Path, data: bytes) -> Iterator[_Tensor]:
    """Yield where each tensor lies, held to the file's size."""
    head = _Head(path, data)
    _, count = head.take("<2Q")
    if count > _MOST_TENSORS:
        raise _foreign(path, f"claims {count:,} tensors")
    headers = [head.take("<4Q") for _ in range(count)]
    if any(length > _MOST_NAME or rank > _MOST_RANK for length, _, rank, _ in headers):
        raise _foreign(path, "claims names or shapes that are too long")
    names = [head.skip(length).rstrip(b"\0").decode("utf-8", "replace") for length, *_ in headers]
    shapes = [head.take(f"<{rank}i") for _, _, rank, _ in headers]
    head.skip(*head.take("<Q"))
    if len({*names}) != len(names):
        raise _foreign(path, "has two tensors of the same name")
    for name, shape, (_, kind, _, size) in zip(names, shapes, headers, strict=True):
        width = np.dtype(_FLOATS.get(kind, "i1")).itemsize
        needed = math.prod(shape) * width + (4 if kind in _INTGEMM8 else 0)
        if min(shape, default=1) < 1 or needed > size:
            raise _foreign(path, f"{shown(name)} has not the {shape} values that it claims")
        start = head.at
        head.skip(size)
        yield _Tensor(name, kind, shape, start, head.at)


class _Head:
    """Reads a file from front to back, and never beyond its end."""

    def __init__(self, path: Path, data: bytes) -> None:
        self._path, self._data, self.at = path, data, 0

    def skip(self, size: int) -> bytes:
        """Return the next bytes."""
        if size > len(self._data) - self.at:
            raise _foreign(self._path, "ends too early")
        self.at += size
        return self._data[self.at - size : self.at] if size <= _MOST_NAME else b""

    def take(self, layout: str) -> tuple[int, ...]:
        """Return the next whole numbers."""
        start = self.at
        self.skip(struct.calcsize(layout))
        return struct.unpack_from(layout, self._data, start)


def _foreign(path: Path, what: str) -> InputError:
    return InputError(f"{path}: {what}", hint="expected a model as Marian or Bergamot writes it")


def _settings(path: Path, data: bytes | None) -> dict[str, Any]:
    if data is None:
        raise _foreign(path, f"there is no {SETTINGS}, which says what kind of model it is")
    return parse(data.rstrip(b"\0").decode("utf-8", "replace"), f"{path}: {SETTINGS}")


def read_lists(path: Path, source: int, target: int) -> tuple[int, list[npt.NDArray[np.int64]]]:
    """Read a binary lexical shortlist.

    Args:
        path: of a `lex.*.bin`.
        source: words that the source has.
        target: words that the target has.

    Returns:
        How many of the first words of the target are always listed, and the list of each word of
        the source.

    Raises:
        InputError: it cannot be read, or is for other vocabularies.
    """
    data = unpacked(path)
    if len(data) < 48 or struct.unpack_from("<Q", data)[0] != _LISTS:
        raise InputError(
            f"{path} is no binary shortlist",
            hint=HOW_TO_LIST,
        )
    _, _, first, _, offsets, count = struct.unpack_from("<6Q", data)
    if max(offsets, count) > len(data) or 48 + 8 * offsets + 4 * count != len(data):
        raise InputError(f"{path} is damaged: it is not as long as it claims", hint=_WHOLE)
    ends = np.frombuffer(data, dtype="<u8", count=offsets, offset=48)
    ids = np.frombuffer(data, dtype="<u4", count=count, offset=48 + 8 * offsets)
    if not offsets or ends[0] != 0 or ends[-1] != count or (ends[1:] < ends[:-1]).any():
        raise InputError(f"{path} is damaged: its lists do not follow each other", hint=_WHOLE)
    if offsets - 1 > source or first > target or int(ids.max(initial=0)) >= target:
        raise InputError(
            f"{path} is for {offsets - 1:,} words and more than {int(ids.max(initial=0)):,}, "
            f"the model has {source:,} and {target:,}",
            hint="name the shortlist that belongs to this model, or none",
        )
    starts = [int(end) for end in ends]
    lists = [np.unique(ids[a:b].astype(np.int64)) for a, b in pairwise(starts)]
    return int(first), lists
