"""SentencePiece's models (`.model`, `.spm`) as a `tokenizer.json` with the same ids for any text.

A model is a protobuf message; what is read of it are its pieces (field 1: spelling, score, kind),
how it was trained (2) and how text is normalized (3). What our tokenizer does not do is refused by
name. Knows nothing of SentencePiece's own code.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allez.bundle.fields import shown
from allez.errors import InputError
from allez.text.definition import MARK

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6

_TRAINED = "expected the .spm or .model that the checkpoint was trained with"
_KINDS = {1: "Unigram", 2: "BPE", 3: "word", 4: "char"}
_MOST_PIECES = 1_000_000

_USUAL: dict[str, tuple[int, int, str]] = {
    "treat_whitespace_as_suffix": (2, 24, "marks stand before words"),
    "add_dummy_prefix": (3, 3, "a mark stands before the first word"),
    "remove_extra_whitespaces": (3, 4, "runs of spaces are one"),
    "escape_whitespaces": (3, 5, "spaces are marks"),
}
"""Flags: section, field, and what holds here whatever the model says."""

_USUAL_VALUES = {"treat_whitespace_as_suffix": 0}


class Piece(NamedTuple):
    """A subword as SentencePiece keeps it; its id is its place."""

    text: str
    score: float
    kind: int


class Pieces(NamedTuple):
    """What a model holds."""

    pieces: list[Piece]
    kind: str
    """`Unigram` or `BPE`."""
    byte_fallback: bool
    charsmap: bytes
    """What characters become before all else; may be empty."""

    def id_of(self, text: str, kind: int) -> int | None:
        """Return the id of a piece of a kind; None if there is none."""
        for index, piece in enumerate(self.pieces):
            if (piece.text, piece.kind) == (text, kind):
                return index
        return None

    @property
    def unknown(self) -> int:
        """Id of what no piece spells."""
        return next(i for i, piece in enumerate(self.pieces) if piece.kind == UNKNOWN)


def read_pieces(data: bytes, path: Path) -> Pieces:
    """Read a model.

    Args:
        data: the file.
        path: for messages.

    Raises:
        InputError: it is damaged, or does what our tokenizer does not.
    """
    pieces: list[Piece] = []
    sections: dict[int, dict[int, Any]] = {}
    try:
        for number, value in fields(data):
            if number == 1:
                pieces.append(_piece(value))
            elif number in (2, 3):
                sections[number] = dict(fields(value))
            if len(pieces) > _MOST_PIECES:
                raise ValueError(f"more than {_MOST_PIECES:,} pieces")
        if len(sections) != 2:
            raise ValueError("it ends before its settings")
        charsmap = sections[3].get(2, b"")
        if not isinstance(charsmap, bytes):
            raise ValueError("the map of characters is none")
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is no model of SentencePiece: {error}",
            hint=_TRAINED,
        ) from None
    kind = _KINDS.get(sections[2].get(3, 1), "another kind")
    if kind not in ("Unigram", "BPE"):
        raise InputError(f"{path}: models of {kind} are not read", hint="unigram and bpe are")
    for name, (section, field, holds) in _USUAL.items():
        usual = _USUAL_VALUES.get(name, 1)
        if sections[section].get(field, usual) != usual:
            raise InputError(
                f"{path}: {name} is {'off' if usual else 'on'}; here {holds}", hint=_TRAINED
            )
    _check(pieces, path)
    return Pieces(pieces, kind, bool(sections[2].get(35)), charsmap)


def _piece(value: Any) -> Piece:
    found = dict(fields(value))
    text, score, kind = found.get(1), found.get(2, b"\0\0\0\0"), found.get(3, NORMAL)
    if not isinstance(text, bytes) or not isinstance(score, bytes) or len(score) != 4:
        raise ValueError("a piece is none")
    if kind not in (NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE):
        raise ValueError(f"a piece of the kind {kind}")
    return Piece(text.decode("utf-8"), struct.unpack("<f", score)[0], kind)


def _check(pieces: Sequence[Piece], path: Path) -> None:
    if sum(piece.kind == UNKNOWN for piece in pieces) != 1:
        raise InputError(f"{path} has no piece for what is unknown, or several", hint=_TRAINED)
    seen: set[str] = set()
    for piece in pieces:
        if piece.text in seen:
            raise InputError(f"{path} has the piece {shown(piece.text)} twice", hint=_TRAINED)
        seen.add(piece.text)


def definition(model: Pieces, *, size: int | None = None) -> str:
    """Return a model as the text of a `tokenizer.json`.

    Args:
        model: what was read.
        size: how many ids there must be; those behind the pieces stand for nothing in a text.
    """
    pieces = list(model.pieces)
    for index in range(len(pieces), size or 0):
        pieces.append(Piece(f"<unused {index}>", 0.0, UNUSED))
    # Typed text never matches a control piece: spaces have become marks.
    names = [p.text + " " if p.kind in (CONTROL, UNUSED) else p.text for p in pieces]
    if model.kind == "Unigram":
        vocabulary = [[name, p.score] for name, p in zip(names, pieces, strict=True)]
        content: dict[str, Any] = {"type": "Unigram", "unk_id": model.unknown, "vocab": vocabulary}
    else:
        content = {
            "type": "BPE",
            "unk_token": names[model.unknown],
            "fuse_unk": True,
            "vocab": {name: index for index, name in enumerate(names)},
            "merges": _merges(pieces),
        }
    mark = {"type": "Metaspace", "replacement": MARK, "prepend_scheme": "always", "split": True}
    normalizers: list[dict[str, Any]] = [
        {"type": "Strip", "strip_left": True, "strip_right": True},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    ]
    if model.charsmap:
        text = base64.b64encode(model.charsmap).decode("ascii")
        normalizers.insert(0, {"type": "Precompiled", "precompiled_charsmap": text})
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    added = [
        {"id": index, "content": piece.text, **flags}
        for index, piece in enumerate(pieces)
        if piece.kind == USER_DEFINED
    ]
    decoders = [mark, {"type": "ByteFallback"}, {"type": "Fuse"}] if model.byte_fallback else [mark]
    whole = {
        "version": "1.0",
        **dict.fromkeys(("truncation", "padding", "post_processor")),
        "added_tokens": added,
        "normalizer": {"type": "Sequence", "normalizers": normalizers},
        "pre_tokenizer": mark,
        "decoder": {"type": "Sequence", "decoders": decoders},
        "model": content | {"byte_fallback": model.byte_fallback},
    }
    return json.dumps(whole, ensure_ascii=False)


def _merges(pieces: Sequence[Piece]) -> list[list[str]]:
    """Return every way to join two pieces to a third, the one with the best score first."""
    usable = {p.text for p in pieces if p.kind in (NORMAL, USER_DEFINED)}
    found = [
        (-piece.score, [piece.text[:at], piece.text[at:]])
        for piece in pieces
        if piece.text in usable
        for at in range(1, len(piece.text))
        if piece.text[:at] in usable and piece.text[at:] in usable
    ]
    return [pair for _, pair in sorted(found, key=lambda entry: entry[0])]


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field of a protobuf message.

    Raises:
        ValueError: it is none.
    """
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire, size = key & 7, {1: 8, 5: 4}.get(key & 7, 0)
        if wire in (0, 2):
            size, at = _varint(data, at)
        elif not size:
            raise ValueError(f"a field of the kind {wire}")
        if wire == 0:
            yield key >> 3, size
            continue
        if size > len(data) - at:
            raise ValueError("it ends too early")
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError("it ends too early")
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("a number that is too long")
