"""Checkpoints of torch, read without torch's own reader and without the code that they name.

A pickle names functions and calls them. Here a name is one of a few that only build data, or of a
library whose checkpoints are read: then it becomes an inert stand-in that keeps what it was given.
Any other name is refused. Tensors stay in the file until they are asked for, and none may claim
more than the file holds. Both layouts are read: zip (torch 1.6 and later) and the older one.
"""

from __future__ import annotations

import builtins
import io
import pickle
import struct
import zipfile
from argparse import Namespace
from collections import Counter, OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from allez.errors import InputError

MAX_FILE_BYTES = 8_000_000_000
MAX_PICKLE_BYTES = 256_000_000
"""Of what is not tensors: vocabularies and settings."""

_ELEMENTS = {
    "FloatStorage": torch.float32,
    "DoubleStorage": torch.float64,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}

_STAND_INS = (
    *("onmt", "torchtext", "fairseq", "joeynmt", "omegaconf", "numpy", "torch"),
    *("configargparse", "pathlib", "enum"),
)
"""Libraries whose objects occur in checkpoints; none of them is imported for it."""

_BEGINS_ZIP = b"PK\x03\x04"
_CUT = ("pickle data was truncated",)
"""What Python's unpickler says."""

_EXPECTED = "expected a file that torch.save wrote"
_WHOLE = f"{_EXPECTED}; compare its size or checksum with its source's"

_MAGIC = 0x1950A86A20F9469CFC6C
"""Of the older layout, from torch 0.2 to 1.5."""


class Stand:
    """What stands in for an object of a foreign class: keeps what it was given, does nothing.

    Its attributes are those that the pickle sets; `arguments` are those it was made with.
    """

    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[1], dict):
            state = {**(state[0] or {}), **state[1]}
        if isinstance(state, dict):
            self.__dict__.update({str(key): value for key, value in state.items()})
        else:
            self.state = state

    def append(self, item: Any) -> None:
        """Keep an item of what is a list in its own library."""
        self.__dict__.setdefault("items", []).append(item)

    def extend(self, items: Any) -> None:
        """Keep items of what is a list in its own library."""
        self.__dict__.setdefault("items", []).extend(items)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.__dict__.setdefault("entries", {})[key] = value


def _stand(module: str, name: str) -> type[Stand]:
    return type(name, (Stand,), {"origin": f"{module}.{name}"})


class Stored:
    """A tensor that is still in its file."""

    __slots__ = ("_element", "_offset", "_places", "_read", "_strides", "shape")

    def __init__(
        self,
        read: Callable[[], bytes],
        element: torch.dtype,
        places: int,
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
    ) -> None:
        self._read, self._element, self._places = read, element, places
        self._offset, self.shape, self._strides = offset, shape, strides

    def tensor(self) -> Tensor:
        """Return it as float32, or as it is if it holds whole numbers; a copy of its own.

        Raises:
            InputError: the file holds less than it says.
        """
        data = self._read()
        if len(data) != self._places * self._element.itemsize:
            raise InputError(
                f"a tensor's data is {len(data):,} bytes, {self._places:,} numbers were expected",
                hint=_WHOLE,
            )
        if not data:
            return torch.zeros(self.shape)
        flat = torch.frombuffer(bytearray(data), dtype=self._element)
        found = flat.as_strided(self.shape, self._strides, self._offset).contiguous()
        return found.float() if found.is_floating_point() else found


class _Storage(NamedTuple):
    """A storage that tensors are views of."""

    read: Callable[[], bytes]
    element: torch.dtype
    places: int


def _rebuild(
    storage: Any, offset: Any, shape: Any, strides: Any, *rest: Any
) -> Stored:  # torch._utils._rebuild_tensor_v2
    if type(storage) is not _Storage:
        raise pickle.UnpicklingError("a tensor has no storage")
    read, element, places = storage
    numbers = (offset, *shape, *strides)
    if len(shape) != len(strides) or len(shape) > 8:
        raise pickle.UnpicklingError("a tensor has another rank than its strides")
    if any(type(n) is not int or not 0 <= n <= places for n in numbers):
        raise pickle.UnpicklingError("a tensor is larger than its storage")
    count = 1
    for size in shape:
        count *= size
    last = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    if count > places or (count and last >= places):
        raise pickle.UnpicklingError("a tensor is larger than its storage")
    return Stored(read, element, places, offset, tuple(shape), tuple(strides))


def _parameter(data: Any, *rest: Any) -> Any:  # torch._utils._rebuild_parameter
    return data


def _counted(*arguments: Any) -> Counter[Any]:
    return Counter(*(a for a in arguments[:1] if isinstance(a, dict)))


def _set(*arguments: Any) -> set[Any]:
    return {_key(item) for item in (arguments[0] if arguments else ())}


def _bytes(text: Any, *rest: Any) -> bytes:  # _codecs.encode, as old protocols write bytes
    return text.encode("latin-1") if isinstance(text, str) else b""


def _made(kind: Any, *rest: Any) -> Any:  # copyreg._reconstructor
    return kind()


def _key(key: Any) -> Any:
    """Return a key that is quickly hashed: nested tuples may take for ever."""
    parts = key if isinstance(key, tuple) else (key,)
    if not all(part is None or isinstance(part, (str, bytes, int, float)) for part in parts):
        raise pickle.UnpicklingError("a key of a dictionary or set is neither text nor number")
    return key


_BUILTINS = ("builtins", "__builtin__")

_KNOWN: dict[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("collections", "Counter"): _counted,
    ("collections", "defaultdict"): lambda *arguments: {},
    ("argparse", "Namespace"): Namespace,
    ("functools", "partial"): _stand("functools", "partial"),
    ("_codecs", "encode"): _bytes,
    ("copyreg", "_reconstructor"): _made,
    ("copy_reg", "_reconstructor"): _made,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuild,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch", "Size"): tuple,
    **{(m, n): getattr(builtins, n) for m in _BUILTINS for n in ("list", "dict", "tuple", "int")},
    **{(module, "set"): _set for module in _BUILTINS},
    **{(module, "object"): _stand("builtins", "object") for module in _BUILTINS},
}


class _Reader(pickle._Unpickler):
    """Python's own unpickler in Python, whose memo is a dictionary: no number in it allocates.

    Args:
        stream: the pickle.
        storage: gives the storage that a persistent id names.
    """

    _PLAIN: ClassVar[dict[int, Any]] = pickle._Unpickler.dispatch
    stack: list[Any]
    dispatch: ClassVar[dict[int, Any]] = dict(pickle._Unpickler.dispatch)

    def __init__(self, stream: io.BytesIO, storage: Callable[[Any], _Storage] | None) -> None:
        super().__init__(stream, encoding="utf-8")
        self._storage = storage

    def find_class(self, module: str, name: str) -> Any:
        """Return what builds data under a name, or an inert stand-in; refuse all else."""
        if (module, name) in _KNOWN:
            return _KNOWN[module, name]
        if module == "torch" and name in _ELEMENTS:
            return _ELEMENTS[name]
        if module.split(".")[0] in _STAND_INS and "." not in name:
            return _stand(module, name)
        raise _Refused(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> _Storage:
        """Return a storage that is still in the file."""
        if self._storage is None or not isinstance(pid, tuple) or len(pid) < 5:
            raise pickle.UnpicklingError("a storage is named in an unknown way")
        return self._storage(pid)

    def load_build(self) -> None:
        """Give an object its state: only those that do nothing with it."""
        if not isinstance(self.stack[-2], (Stand, Namespace, OrderedDict)):
            raise pickle.UnpicklingError("state is given to what has none")
        self._PLAIN[pickle.BUILD[0]](self)

    def load_setitem(self) -> None:
        """Set one entry of a dictionary."""
        _key(self.stack[-2])
        self._PLAIN[pickle.SETITEM[0]](self)

    def load_setitems(self) -> None:
        """Set many entries of a dictionary."""
        for key in self.stack[::2]:
            _key(key)
        self._PLAIN[pickle.SETITEMS[0]](self)

    def load_additems(self) -> None:
        """Add to a set."""
        for item in self.stack:
            _key(item)
        self._PLAIN[pickle.ADDITEMS[0]](self)

    def load_refused(self) -> None:
        """Refuse what no checkpoint needs."""
        raise pickle.UnpicklingError("an instruction that no checkpoint needs")

    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.ADDITEMS[0]] = load_additems
    for _code in (*(pickle.EXT1, pickle.EXT2, pickle.EXT4, pickle.BYTEARRAY8, pickle.DICT),
                  *(pickle.NEXT_BUFFER, pickle.FROZENSET)):  # fmt: skip
        dispatch[_code[0]] = load_refused


class _Refused(Exception):
    """A name that is not one of those that are known."""


def read_checkpoint(path: Path) -> Any:
    """Return what a file of `torch.save` holds: plain values, `Stand`, `Namespace`, `Stored`.

    Raises:
        InputError: it is no such file, names what is not allowed, or holds less than it says.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise InputError(
                f"{path} has {size:,} bytes; {MAX_FILE_BYTES:,} are the most",
                hint="name a checkpoint of one model",
            )
        if zipfile.is_zipfile(path):
            return _read_zip(path, size)
        with open(path, "rb") as file:
            beginning = file.read(len(_BEGINS_ZIP))
        if beginning == _BEGINS_ZIP:
            raise InputError(f"{path} is cut off: its list of contents is missing", hint=_WHOLE)
        if beginning[:1] != pickle.PROTO:
            raise InputError(f"{path} is no checkpoint of torch", hint=_EXPECTED)
        return _read_older(path)
    except InputError:
        raise
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror or error}", hint="name a file that can be read"
        ) from None
    except _Refused as error:
        raise InputError(
            f"{path} names {error}, which no checkpoint needs: it is not read",
            hint="a file that runs code when it is loaded is no checkpoint of a model",
        ) from None
    except Exception as error:  # a damaged pickle may fail in any way
        ours = isinstance(error, pickle.UnpicklingError) and error.args[:1] != _CUT
        first = str(error) if ours else "it is damaged or cut off"
        raise InputError(f"{path} is no checkpoint of torch: {first}", hint=_WHOLE) from None


def _element(kind: Any) -> torch.dtype:
    if not isinstance(kind, torch.dtype):
        raise pickle.UnpicklingError("a storage is of an unknown kind")
    return kind


def _places(number: Any) -> int:
    if type(number) is not int or number < 0:
        raise pickle.UnpicklingError("a storage has no size")
    return number


def _read_zip(path: Path, size: int) -> Any:
    """Read the layout of torch 1.6 and later; entries are stored as they are."""
    with zipfile.ZipFile(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        pickles = [name for name in entries if name.split("/")[1:] == ["data.pkl"]]
        if len(pickles) != 1:
            raise InputError(f"{path} is a zip file, but none of torch", hint=_EXPECTED)
        folder = pickles[0].partition("/")[0]
        if any(e.compress_type or e.file_size > size for e in entries.values()):
            raise InputError(f"{path} is compressed, which torch never does", hint=_EXPECTED)
        if entries[pickles[0]].file_size > MAX_PICKLE_BYTES:
            raise InputError(
                f"{path}: its data.pkl has more than {MAX_PICKLE_BYTES:,} bytes",
                hint="name a checkpoint of one model",
            )
        order = entries.get(f"{folder}/byteorder")
        if order is not None and order.file_size < 16 and archive.read(order) == b"big":
            raise InputError(
                f"{path} was written on a machine with big-endian numbers",
                hint="load it there, and save its tensors as numbers of this machine",
            )

        def storage(pid: Any) -> _Storage:
            name = f"{folder}/data/{pid[2]}"
            if name not in entries:
                raise pickle.UnpicklingError(f"{name} is missing")

            def read() -> bytes:
                with zipfile.ZipFile(path) as again:  # compares checksums
                    return again.read(name)

            return _Storage(read, _element(pid[1]), _places(pid[4]))

        return _Reader(io.BytesIO(archive.read(pickles[0])), storage).load()


def _read_older(path: Path) -> Any:
    """Read the layout before torch 1.6: five pickles, then the storages one after the other."""
    found: dict[str, tuple[int, int]] = {}
    """Where the numbers of each storage begin, and how many there are."""

    def storage(pid: Any) -> _Storage:
        key, element = str(pid[2]), _element(pid[1])
        elements[key] = element

        def read() -> bytes:
            at, places = found[key]
            with open(path, "rb") as again:
                again.seek(at)
                return again.read(places * element.itemsize)

        return _Storage(read, element, _places(pid[4]))

    elements: dict[str, torch.dtype] = {}
    with open(path, "rb") as file:
        stream = io.BytesIO(file.read(MAX_PICKLE_BYTES))
    if _Reader(stream, None).load() != _MAGIC:
        raise pickle.UnpicklingError("it does not begin as one")
    for _ in range(2):  # the layout's version, and the machine's
        _Reader(stream, None).load()
    content = _Reader(stream, storage).load()
    keys = _Reader(stream, None).load()
    at = stream.tell()
    end = path.stat().st_size
    with open(path, "rb") as file:
        for key in map(str, keys):
            file.seek(at)
            (places,) = struct.unpack("<q", file.read(8))
            at += 8
            bytes_ = places * elements[key].itemsize
            if places < 0 or at + bytes_ > end:
                raise pickle.UnpicklingError("it ends before its tensors do")
            found[key] = (at, places)
            at += bytes_
    return content
