"""A bundle: one folder or zip with `manifest.json` and the files it names.

Every file is read once, its size and SHA-256 are compared with the manifest, and those very bytes
are what everything else works on. Knows nothing of ONNX; see session.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from allez.checked import Taker, parse_object, shown
from allez.contract import FORMAT_VERSION, MANIFEST, OPTIONAL_ROLES, ROLES
from allez.errors import BundleFormatError, BundleNotFoundError, ChecksumError
from allez.together import together

DEFAULT = "fr-en"
"""The bundle that is shipped with the package."""

_MAX_MANIFEST_BYTES = 1_000_000
_MAX_GRAPH_BYTES = 1_000_000_000
_MAX_FILE_BYTES = 64_000_000
_MAX_ZIP_ENTRIES = 1_000
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # of Windows


class FileEntry(NamedTuple):
    """One file of a bundle."""

    name: str
    """Beside the manifest: no folders."""
    bytes: int
    sha256: str


class State(NamedTuple):
    """One tensor that the decoder carries from step to step."""

    name: str
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`manifest.json`: the first file read, and the only one that names the others."""

    format_version: int
    name: str
    version: str
    task: str
    source: str
    """Source language, BCP 47."""
    target: str
    files: Mapping[str, FileEntry]
    """Role to file."""
    vocabulary: int
    """V."""
    pad: int
    bos: int
    eos: int
    encoder_inputs: tuple[str, ...]
    states: tuple[State, ...]
    memory_width: int
    """D."""
    key_width: int
    """A."""
    attention: str
    source_tokens: int
    """The longest sentence the encoder is given, eos not counted."""
    target_per_source: float
    """A translation has at most target_per_source x S + target_extra tokens."""
    target_extra: int
    beam_size: int
    length_penalty: float
    optimization_level: str
    minimum_onnxruntime: str
    precision: str
    license: str
    """SPDX expression of the weights."""
    training_data: tuple[str, ...]
    scores: Mapping[str, Any]
    made_with: Mapping[str, str]
    """Versions of the libraries that made it."""


class Golden(NamedTuple):
    """One line of `golden.jsonl`: a sentence, and what a right host makes of it."""

    text: str
    source_ids: tuple[int, ...]
    """Ends with eos."""
    first_scores: tuple[float, ...]
    """The best log-probabilities of the first step, descending."""
    target_ids: tuple[int, ...]
    """Greedy translation, eos not among them."""
    translation: str
    margin: float
    """The smallest gap between first and second choice on the way."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle in memory, checked."""

    path: Path
    manifest: Manifest
    _content: Mapping[str, bytes]

    @classmethod
    def read(cls, path: Path) -> Bundle:
        """Read and check all files of a bundle, a folder or a zip.

        Raises:
            BundleNotFoundError: there is none.
            BundleFormatError: the manifest or a file is not what the format says.
            ChecksumError: a file is not the one the manifest was written for.
        """
        files = _Zip(path) if path.is_file() else _Folder(path)
        try:
            manifest = parse_manifest(files.read(MANIFEST, _MAX_MANIFEST_BYTES))

            def read(*roles: str) -> dict[str, bytes]:
                content = {}
                for role in roles:
                    entry = manifest.files[role]
                    data = files.read(entry.name, entry.bytes)
                    if len(data) != entry.bytes or hashlib.sha256(data).hexdigest() != entry.sha256:
                        raise ChecksumError(
                            f"{path}: {entry.name} is not the file that {MANIFEST} describes",
                            hint="the bundle was damaged or changed; get it again",
                        )
                    content[role] = data
                return content

            others = [role for role in manifest.files if role != "decoder"]
            decoder, content = together(lambda: read("decoder"), lambda: read(*others))
        except BundleFormatError as error:
            raise BundleFormatError(f"{path}: {error}", hint=error.hint) from None
        finally:
            files.close()
        return cls(path, manifest, content | decoder)

    def data(self, role: str) -> bytes:
        """Return the bytes of a role's file; KeyError if the bundle has none."""
        return self._content[role]

    def text(self, role: str) -> str:
        """Return the text of a role's file.

        Raises:
            BundleFormatError: it is not UTF-8.
        """
        try:
            return self._content[role].decode("utf-8")
        except UnicodeDecodeError:
            name = self.manifest.files[role].name
            raise BundleFormatError(f"{self.path}: {name} is not UTF-8") from None

    @property
    def size(self) -> int:
        """Bytes of all files but the manifest."""
        return sum(len(data) for data in self._content.values())

    def golden(self) -> list[Golden]:
        """Return the sentences for self-tests.

        Raises:
            BundleFormatError: `golden.jsonl` is malformed.
        """
        found = []
        for number, line in enumerate(self.text("golden").split("\n"), 1):
            if not line:  # after the last line end
                continue
            try:
                entry = json.loads(line)
                found.append(
                    Golden(
                        text=str(entry["text"]),
                        source_ids=tuple(int(i) for i in entry["source_ids"]),
                        first_scores=tuple(float(s) for s in entry["first_scores"]),
                        target_ids=tuple(int(i) for i in entry["target_ids"]),
                        translation=str(entry["translation"]),
                        margin=float(entry["margin"]),
                    )
                )
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
                raise BundleFormatError(
                    f"{self.path}: golden.jsonl, line {number} is malformed: {error!r}"
                ) from None
        return found


def find(name: str | Path | None = None) -> Path:
    """Return the path of a bundle given by path or by name; None means the shipped one.

    Looks at the path itself, then among the bundles inside the package, then in the `models`
    folder of the checkout (in an editable install the package holds no copy).

    Raises:
        BundleNotFoundError: there is no such bundle.
    """
    wanted = DEFAULT if name is None else name
    package = Path(__file__).parent
    places = [] if name is None else [Path(wanted)]
    if len(Path(wanted).parts) == 1:
        places += [package / "_bundles" / wanted, package.parents[1] / "models" / wanted]
    for place in places:
        if os.path.isfile(place / MANIFEST) or (os.path.isfile(place) and _is_zip(place)):
            return place
    hint = "give the folder that holds manifest.json, or the name of a shipped bundle"
    if places and os.path.exists(places[0]):
        raise BundleNotFoundError(f"{places[0]} is not a bundle: it has no {MANIFEST}", hint=hint)
    raise BundleNotFoundError(f"there is no bundle {str(wanted)!r}", hint=hint)


def _is_zip(path: Path) -> bool:
    import zipfile  # slow to load, and seldom needed

    try:
        return zipfile.is_zipfile(path)
    except OSError:
        return False


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest written in `data`, all its values checked.

    Raises:
        BundleFormatError: it is malformed, or of a format version this runtime cannot read.
    """
    if len(data) > _MAX_MANIFEST_BYTES:
        raise BundleFormatError(f"{MANIFEST} is longer than {_MAX_MANIFEST_BYTES:,} bytes")
    content = parse_object(data, MANIFEST)
    version = content.get("format_version")
    if version != FORMAT_VERSION or isinstance(version, bool):
        raise BundleFormatError(
            f"{MANIFEST} has format version {shown(version)}; this runtime reads {FORMAT_VERSION}",
            hint="a newer allez may read it: pip install --upgrade allez",
        )
    take = Taker(content, MANIFEST)
    tokens, limits, search = take.sub("tokens"), take.sub("limits"), take.sub("search")
    manifest = Manifest(
        format_version=FORMAT_VERSION,
        name=take.text("name"),
        version=take.text("version"),
        task=take.text("task"),
        source=take.text("source"),
        target=take.text("target"),
        files=_files(take.table("files")),
        vocabulary=take.whole("vocabulary", 4, 1_000_000),
        pad=tokens.whole("pad", 0, 1_000_000),
        bos=tokens.whole("bos", 0, 1_000_000),
        eos=tokens.whole("eos", 0, 1_000_000),
        encoder_inputs=take.texts("encoder_inputs"),
        states=_states(take.items("states")),
        memory_width=take.whole("memory_width", 1, 65_536),
        key_width=take.whole("key_width", 1, 65_536),
        attention=take.text("attention"),
        source_tokens=limits.whole("source_tokens", 1, 10_000),
        target_per_source=limits.number("target_per_source", 0.0, 10.0),
        target_extra=limits.whole("target_extra", 1, 10_000),
        beam_size=search.whole("beam_size", 1, 100),
        length_penalty=search.number("length_penalty", 0.0, 10.0),
        optimization_level=take.text("optimization_level"),
        minimum_onnxruntime=take.version("minimum_onnxruntime"),
        precision=take.text("precision"),
        license=take.text("license"),
        training_data=take.texts("training_data"),
        scores=take.table("scores"),
        made_with={key: str(value) for key, value in take.table("made_with").items()},
    )
    if manifest.task != "translation":
        raise BundleFormatError(
            f"{MANIFEST}: task {shown(manifest.task)} is not one this runtime does"
        )
    special = {manifest.pad, manifest.bos, manifest.eos}
    if len(special) != 3 or max(special) >= manifest.vocabulary:
        raise BundleFormatError(f"{MANIFEST}: pad, bos and eos must be three ids below vocabulary")
    return manifest


def _files(table: Mapping[str, Any]) -> dict[str, FileEntry]:
    """Return role to file; every role that must be there is, and no file lies elsewhere."""
    files = {}
    for role, value in table.items():
        if role not in ROLES + OPTIONAL_ROLES:
            continue  # of a newer minor version; nothing here would read it
        if not isinstance(value, dict):
            raise BundleFormatError(f"{MANIFEST}: files.{role} must be an object")
        take = Taker(value, MANIFEST, f"files.{role}.")
        name = take.text("name")
        if not _FILE_NAME.fullmatch(name) or _DEVICE.fullmatch(name) or name == MANIFEST:
            raise BundleFormatError(f"{MANIFEST}: {shown(name)} is not a plain file name")
        graph = role in ("encoder", "decoder")
        size = take.whole("bytes", 0, _MAX_GRAPH_BYTES if graph else _MAX_FILE_BYTES)
        files[role] = FileEntry(name, size, take.text("sha256"))
    missing = [role for role in ROLES if role not in files]
    if missing:
        raise BundleFormatError(f"{MANIFEST} names no file for {', '.join(missing)}")
    return files


def _states(items: list[Any]) -> tuple[State, ...]:
    states = []
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            raise BundleFormatError(f"{MANIFEST}: states[{index}] must be an object")
        take = Taker(item, MANIFEST, f"states[{index}].")
        states.append(State(take.text("name"), take.whole("width", 1, 65_536)))
    return tuple(states)


class _Folder:
    """Reads files that lie in a folder itself, and no further than they may be long."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, name: str, limit: int) -> bytes:
        path = self._path / name
        if path.is_symlink():
            raise BundleFormatError(f"{name} is a symbolic link, which a bundle may not hold")
        if not path.is_file():
            if name == MANIFEST:
                raise BundleNotFoundError(f"{self._path} is not a bundle: it has no {MANIFEST}")
            raise BundleFormatError(f"{name} is missing")
        # Not through a link that has been put there since.
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            with open(os.open(path, flags), "rb") as stream:
                return stream.read(limit + 1)
        except OSError as error:
            raise BundleFormatError(f"{name} cannot be read: {error.strerror}") from None

    def close(self) -> None:
        """Nothing is held open."""


class _Zip:
    """Reads files that lie at the top of a zip, one at a time."""

    def __init__(self, path: Path) -> None:
        import struct
        import zipfile
        import zlib

        self._lock = threading.Lock()
        self._methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        self._errors = (
            OSError,
            EOFError,
            RuntimeError,  # encrypted, or NotImplementedError for what the library does not know
            OverflowError,
            UnicodeError,
            struct.error,
            zlib.error,
            zipfile.BadZipFile,
        )
        try:
            self._zip = zipfile.ZipFile(path)
        except self._errors as error:
            raise BundleNotFoundError(f"{path} is not a bundle: {error}") from None
        names = self._zip.namelist()
        if len(names) > _MAX_ZIP_ENTRIES or len(set(names)) != len(names):
            self._zip.close()
            raise BundleFormatError(f"{path}: the zip has too many files, or two of one name")

    def read(self, name: str, limit: int) -> bytes:
        try:
            if self._zip.getinfo(name).compress_type not in self._methods:
                raise BundleFormatError(f"{name} is compressed in a way no other host reads")
            with self._lock, self._zip.open(name) as stream:
                return stream.read(limit + 1)
        except KeyError:
            raise BundleFormatError(f"{name} is missing") from None
        except self._errors as error:
            raise BundleFormatError(f"{name} cannot be read: {error}") from None

    def close(self) -> None:
        self._zip.close()
