"""`manifest.json`: what a bundle says of itself, every value checked as it is taken."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from allez.bundle.contract import INPUTS, MANIFEST, SEARCH_FIELDS, state_names
from allez.bundle.fields import check_depth, parse_object, shown, take
from allez.errors import BundleFormatError
from allez.options import SearchOptions
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


class SourceSide(NamedTuple):
    """What is read. Of an image it says nothing: all is empty."""

    language: str = ""
    """BCP 47."""
    tokenizer: str = ""
    """The role of the file that makes ids of a text."""
    size: int = 0
    """V of the encoder."""
    eos: int = 0


class TargetSide(NamedTuple):
    """What is written."""

    language: str
    """BCP 47."""
    tokenizer: str
    """The role of the file that spells ids."""
    size: int
    """V."""
    bos: int
    eos: int
    typography: str | None = None
    """Whose punctuation a translation gets; None: as the model says it."""


class ImageShape(NamedTuple):
    """How an image is given to an encoder: resized, then (value - mean) / scale per channel."""

    height: int
    width: int
    channels: int
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    rows: int
    """Of the grid of memory positions, which lie over the image row by row."""
    columns: int

    @property
    def positions(self) -> int:
        """M where there is attention."""
        return self.rows * self.columns


class Input(NamedTuple):
    """What one run of the encoder reads."""

    kind: str
    """"text" or "image"."""
    cut: str = "sentences"
    """Whether a text is read by "sentences" or as a "whole"."""
    tokens: int = 0
    """The longest text the encoder is given, eos not counted."""
    separator: str | None = None
    """What stands between the turns of a dialogue."""
    turns: int | None = None
    """The most turns that are read; None: as many as there is room for."""
    image: ImageShape | None = None


class Parent(NamedTuple):
    """A bundle that training began with."""

    name: str
    version: str
    license: str
    files: Mapping[str, str]
    """Role to SHA-256."""


class Entities(NamedTuple):
    """Symbols that stand for what is carried over."""

    symbols: Mapping[str, tuple[str, ...]]
    """Class to its symbols, characters of private use, no two of them alike."""
    source_numbers: str | None
    """The form of numbers in the source; None: numbers are carried over as they stand."""
    target_numbers: str | None


class Confidence(NamedTuple):
    """A logistic regression: 1 / (1 + exp(-(intercept + sum of weight x feature)))."""

    intercept: float
    weights: Mapping[str, float]
    """By the name of the feature."""


class Manifest(NamedTuple):
    """`manifest.json`: the first file read, and the only one that names the others."""

    format_version: int
    name: str
    version: str
    task: str
    """"translate", "summarize", "reply" or "caption"."""
    input: Input
    source: SourceSide
    target: TargetSide
    files: Mapping[str, FileEntry]
    """Role to file."""
    states: tuple[State, ...]
    memory_width: int
    """D."""
    key_width: int
    """A."""
    attention: str
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
    length_offset: float = 0.0
    early_stopping: str = "hopeless"
    finished: str = "replaced"
    repeats: str = "few"
    parents: tuple[Parent, ...] = ()
    entities: Entities | None = None
    confidence: Confidence | None = None

    @property
    def search(self) -> SearchOptions:
        """How translations are looked for where the caller does not say."""
        return SearchOptions(**{key: getattr(self, key) for key in _SEARCH})


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
    files = _files(taken["files"], _RULES["roles"][version])
    sides = _first_sides(taken) if version == "1" else _sides(taken, files)
    return Manifest(
        format_version=int(version),
        **sides,
        **{key: taken[key] for key in _PLAIN},
        **_search(taken),
        files={_NOW.get(role, role): entry for role, entry in files.items()},
        states=_states(taken["states"]),
        target_per_source=taken["limits.target_per_source"],
        target_extra=taken["limits.target_extra"],
        made_with={key: str(value) for key, value in taken["made_with"].items()},
    )


_PLAIN = (
    *("name", "version", "memory_width", "key_width", "attention", "optimization_level"),
    *("minimum_onnxruntime", "precision", "license", "training_data", "scores"),
)
"""Keys whose values are what they were taken as, in every format."""

_SEARCH = tuple(field["key"] for field in SEARCH_FIELDS)
"""What may be said of search since format 3."""

_NOW = {"candidates": "shortlist"}
"""Roles of format 1 by their later names."""


def _search(taken: Mapping[str, Any]) -> dict[str, Any]:
    """Return how translations are looked for: before format 3, by two numbers."""
    said = taken.get("search") or {key: taken.get(f"search.{key}") for key in _SEARCH}
    return {key: value for key, value in said.items() if value is not None}


def _first_sides(taken: Mapping[str, Any]) -> dict[str, Any]:
    """Return what format 1 says of source and target: one vocabulary, and sentences of text."""
    size = taken["vocabulary"]
    pad, bos, eos = (taken[f"tokens.{name}"] for name in ("pad", "bos", "eos"))
    if len({pad, bos, eos}) != 3 or max(pad, bos, eos) >= size:
        raise BundleFormatError(f"{MANIFEST}: pad, bos and eos must be three ids below vocabulary")
    inputs = [tensor.name for tensor in INPUTS["text"]]
    if list(taken["encoder_inputs"]) != inputs:
        raise BundleFormatError(f"{MANIFEST}: encoder_inputs must be {', '.join(inputs)}")
    return {
        "task": "translate",
        "input": Input("text", tokens=taken["limits.source_tokens"]),
        "source": SourceSide(taken["source"], "tokenizer", size, eos),
        "target": TargetSide(taken["target"], "tokenizer", size, bos, eos),
    }


def _sides(taken: Mapping[str, Any], files: Mapping[str, FileEntry]) -> dict[str, Any]:
    """Return what format 2 says of source and target, and what goes with them."""
    target = TargetSide(*(taken[f"target.{key}"] for key in TargetSide._fields))
    needed = [target.tokenizer]
    if taken["input.kind"] == "text":
        source = SourceSide(*(taken[f"source.{key}"] for key in SourceSide._fields))
        read = Input("text", *(taken[f"input.{key}"] for key in Input._fields[1:5]))
        needed += [source.tokenizer, "sentences"]
    else:
        source = SourceSide()
        read = Input("image", image=_image(taken))
    for name, side in (("source", source), ("target", target)):
        ids = [side.eos, side.bos] if isinstance(side, TargetSide) else [side.eos]
        if side.language and max(ids) >= side.size:
            raise BundleFormatError(f"{MANIFEST}: the ids of {name} must be below its size")
    _check_roles(files, needed, entities=taken["entities"] is not None)
    if "shortlist" in files and source.tokenizer != target.tokenizer:
        raise BundleFormatError(f"{MANIFEST}: a shortlist needs one tokenizer for both sides")
    return {
        "task": taken["task"],
        "input": read,
        "source": source,
        "target": target,
        "parents": tuple(
            Parent(*(parent[key] for key in Parent._fields)) for parent in taken["parents"] or ()
        ),
        "entities": _entities(taken["entities"]),
        "confidence": _confidence(taken["confidence"]),
    }


def _check_roles(files: Mapping[str, FileEntry], needed: list[str], *, entities: bool) -> None:
    missing = sorted({role for role in needed if role not in files})
    if missing:
        raise BundleFormatError(f"{MANIFEST} names no file for {', '.join(missing)}")
    if "names" in files and not entities:
        raise BundleFormatError(f"{MANIFEST}: a file of names needs entities")


def _image(taken: Mapping[str, Any]) -> ImageShape:
    shape = ImageShape(*(taken[f"input.{key}"] for key in ImageShape._fields))
    if not len(shape.mean) == len(shape.scale) == shape.channels or 0.0 in shape.scale:
        raise BundleFormatError(
            f"{MANIFEST}: mean and scale must have a number for each channel, and no scale 0"
        )
    return shape


def _entities(taken: Mapping[str, Any] | None) -> Entities | None:
    if taken is None:
        return None
    symbols = {key: value for key, value in taken.items() if key != "numbers"}
    every = [symbol for of_class in symbols.values() for symbol in of_class]
    if len(set(every)) != len(every):
        raise BundleFormatError(f"{MANIFEST}: entities has a symbol twice")
    forms = taken["numbers"] or {"source": None, "target": None}
    return Entities(symbols, forms["source"], forms["target"])


def _confidence(taken: Mapping[str, Any] | None) -> Confidence | None:
    if taken is None:
        return None
    weights = {feature["name"]: feature["weight"] for feature in taken["features"]}
    if len(weights) != len(taken["features"]):
        raise BundleFormatError(f"{MANIFEST}: confidence has a feature twice")
    return Confidence(taken["intercept"], weights)


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


def fingerprint(manifest: Manifest) -> str:
    """Return the SHA-256 of all that decides what a bundle says."""
    # Every file's SHA-256 is in it; scores and versions decide nothing, and may be nested deeply.
    decisive = manifest._replace(scores={}, made_with={})._asdict()
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
