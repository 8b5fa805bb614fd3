"""`manifest.json`: what a bundle says of itself, every value checked as it is taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from allez.bundle.contract import MANIFEST, state_names
from allez.bundle.fields import check_depth, parse_object, shown, take
from allez.errors import BundleFormatError
from allez.spec import SPEC

_RULES: dict[str, Any] = SPEC["manifest"]

MAX_MANIFEST_BYTES: int = _RULES["bytes"]["manifest"]


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
    check_depth(content, MANIFEST)
    version = _format_version(content)
    taken = take(content, _RULES["formats"][version], MANIFEST)
    manifest = Manifest(
        format_version=int(version),
        name=taken["name"],
        version=taken["version"],
        task=taken["task"],
        source=taken["source"],
        target=taken["target"],
        files=_files(taken["files"], _RULES["roles"][version]),
        vocabulary=taken["vocabulary"],
        pad=taken["tokens.pad"],
        bos=taken["tokens.bos"],
        eos=taken["tokens.eos"],
        encoder_inputs=taken["encoder_inputs"],
        states=_states(taken["states"]),
        memory_width=taken["memory_width"],
        key_width=taken["key_width"],
        attention=taken["attention"],
        source_tokens=taken["limits.source_tokens"],
        target_per_source=taken["limits.target_per_source"],
        target_extra=taken["limits.target_extra"],
        beam_size=taken["search.beam_size"],
        length_penalty=taken["search.length_penalty"],
        optimization_level=taken["optimization_level"],
        minimum_onnxruntime=taken["minimum_onnxruntime"],
        precision=taken["precision"],
        license=taken["license"],
        training_data=taken["training_data"],
        scores=taken["scores"],
        made_with={key: str(value) for key, value in taken["made_with"].items()},
    )
    special = {manifest.pad, manifest.bos, manifest.eos}
    if len(special) != 3 or max(special) >= manifest.vocabulary:
        raise BundleFormatError(f"{MANIFEST}: pad, bos and eos must be three ids below vocabulary")
    return manifest


def _format_version(content: Mapping[str, Any]) -> str:
    """Return the format version, as the contract spells it, of a manifest that can be read."""
    version, known = content.get("format_version"), list(_RULES["formats"])
    if isinstance(version, int) and not isinstance(version, bool) and str(version) in known:
        return str(version)
    raise BundleFormatError(
        f"{MANIFEST} has format version {shown(version)}; this runtime reads {', '.join(known)}",
        hint="a newer allez may read it",
    )


def _files(table: Mapping[str, Any], roles: Mapping[str, list[str]]) -> dict[str, FileEntry]:
    """Return role to file; every role that must be there is, and no file lies elsewhere."""
    files = {}
    known, sizes = roles["required"] + roles["optional"], _RULES["bytes"]
    for role in known:  # another is of a newer minor version; nothing here would read it
        if role not in table:
            continue
        kind = "graph" if role in _RULES["graphs"] else role if role in sizes else "other"
        size = {"key": "bytes", "is": "whole", "from": 0, "to": sizes[kind]}
        where = f"files.{role}"
        if not isinstance(table[role], dict):
            raise BundleFormatError(f"{MANIFEST}: {where} must be an object")
        taken = take(table[role], [*_RULES["records"]["file"], size], MANIFEST, f"{where}.")
        if taken["name"] == MANIFEST or re.fullmatch(_RULES["patterns"]["device"], taken["name"]):
            raise BundleFormatError(f"{MANIFEST}: {where}.name must be a plain file name")
        files[role] = FileEntry(taken["name"], taken["bytes"], taken["sha256"])
    missing = [role for role in roles["required"] if role not in files]
    if missing:
        raise BundleFormatError(f"{MANIFEST} names no file for {', '.join(missing)}")
    return files


def _states(items: list[dict[str, Any]]) -> tuple[State, ...]:
    states = tuple(State(item["name"], item["width"]) for item in items)
    if tuple(state.name for state in states) != state_names(len(states)):
        raise BundleFormatError(f"{MANIFEST}: the states must be named state.0, state.1, …")
    return states
