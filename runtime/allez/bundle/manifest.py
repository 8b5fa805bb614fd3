"""`manifest.json`: what a bundle says of itself, every value checked as it is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from allez.bundle.contract import FORMAT_VERSION, MANIFEST, OPTIONAL_ROLES, ROLES
from allez.bundle.fields import Taker, parse_object, shown
from allez.errors import BundleFormatError

MAX_MANIFEST_BYTES = 1_000_000
_MAX_GRAPH_BYTES = 1_000_000_000
_MAX_FILE_BYTES = 64_000_000
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


def parse_manifest(data: bytes) -> Manifest:
    """Return the manifest written in `data`, all its values checked.

    Raises:
        BundleFormatError: it is malformed, or of a format version this runtime cannot read.
    """
    if len(data) > MAX_MANIFEST_BYTES:
        raise BundleFormatError(f"{MANIFEST} is longer than {MAX_MANIFEST_BYTES:,} bytes")
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
