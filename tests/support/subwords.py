"""Small subword models of other libraries, made on the spot: what ours is compared with.

sentencepiece   trained here; its file (protobuf) is read by hand and written as tokenizer.json
subword-nmt     its merges are learnt by a few lines of our own, the cutting is spelled out
"""

from __future__ import annotations

import base64
import io
import json
import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED = 1, 2, 3, 4, 5

RULES = ("41\t61", "c6\t41 45", "71 78\t6b 73", "e9\t65", "2026\t2e 2e 2e", "ad\t", "a0\t20",
         "65 301\t65", "1f600\t3a 29", "b5 b5\t6d 6d")  # fmt: skip
"""A small character map as SentencePiece writes it: longer, shorter, gone, of two characters."""


def train(lines: Iterable[str], **options: Any) -> bytes:
    """Return the file of a SentencePiece model that learnt from `lines`."""
    import sentencepiece

    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=written, minloglevel=2, **options
    )
    return written.getvalue()


def pieces_of(model: bytes) -> list[tuple[str, float, int]]:
    """Return spelling, score and kind of each piece."""
    found = []
    for number, value in fields(model):
        if number == 1:
            piece = dict(fields(value))
            score = struct.unpack("<f", piece[2])[0] if 2 in piece else 0.0
            found.append((piece[1].decode("utf-8"), score, piece.get(3, NORMAL)))
    return found


def rescored(model: bytes, scores: Iterable[float]) -> bytes:
    """Return a model whose normal pieces have other scores, in their order."""
    values = iter(scores)
    written = b""
    for number, value in fields(model):
        if number == 1:
            piece = dict(fields(value))
            if piece.get(3, NORMAL) == NORMAL:
                value = _field(1, piece[1]) + b"\x15" + struct.pack("<f", next(values))
        if isinstance(value, bytes):
            written += _field(number, value)
    return written


def definition(model: bytes) -> str:
    """Return a SentencePiece model as the text of a `tokenizer.json`."""
    pieces = pieces_of(model)
    sections = {number: dict(fields(value)) for number, value in fields(model) if number in (2, 3)}
    by_bytes = bool(sections[2].get(35))
    # Typed text never matches a control piece: spaces have become marks.
    names = [name + " " if kind in (CONTROL, UNUSED) else name for name, _, kind in pieces]
    unknown = [kind for _, _, kind in pieces].index(UNKNOWN)
    if sections[2].get(3, 1) == 1:
        vocabulary = [[name, score] for name, (_, score, _) in zip(names, pieces, strict=True)]
        content: dict[str, Any] = {"type": "Unigram", "unk_id": unknown, "vocab": vocabulary}
    else:
        content = {"type": "BPE", "unk_token": names[unknown], "fuse_unk": True}
        content |= {"vocab": {name: index for index, name in enumerate(names)}}
        content |= {"merges": merges_of(pieces)}
    mark = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    normalizers: list[dict[str, Any]] = [
        {"type": "Strip", "strip_left": True, "strip_right": True},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
    ]
    charsmap = sections[3].get(2)
    if charsmap:
        text = base64.b64encode(charsmap).decode("ascii")
        normalizers.insert(0, {"type": "Precompiled", "precompiled_charsmap": text})
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    added = [
        {"id": index, "content": names[index], **flags}
        for index, (_, _, kind) in enumerate(pieces)
        if kind == USER_DEFINED
    ]
    decoders = [mark, {"type": "ByteFallback"}, {"type": "Fuse"}] if by_bytes else [mark]
    return write(
        model=content | {"byte_fallback": by_bytes},
        normalizer={"type": "Sequence", "normalizers": normalizers},
        pre_tokenizer=mark,
        decoder={"type": "Sequence", "decoders": decoders},
        added_tokens=added,
    )


def write(**content: Any) -> str:
    """Return the text of a `tokenizer.json`."""
    empty = dict.fromkeys(("truncation", "padding", "normalizer", "post_processor", "decoder"))
    return json.dumps({"version": "1.0", "added_tokens": [], **empty, **content})


def merges_of(pieces: Sequence[tuple[str, float, int]]) -> list[list[str]]:
    """Return every way to join two pieces to a third, the one with the best score first."""
    usable = {name for name, _, kind in pieces if kind in (NORMAL, USER_DEFINED)}
    found = [
        (-score, [name[:at], name[at:]])
        for name, score, kind in pieces
        if kind in (NORMAL, USER_DEFINED)
        for at in range(1, len(name))
        if {name[:at], name[at:]} <= usable
    ]
    return [pair for _, pair in sorted(found, key=lambda entry: entry[0])]


def fields(data: bytes) -> Iterator[tuple[int, Any]]:
    """Yield number and value of each field of a protobuf message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind, size = key & 7, {1: 8, 5: 4}.get(key & 7, 0)
        if kind in (0, 2):
            size, at = _varint(data, at)
        if kind == 0:
            yield key >> 3, size
        else:
            yield key >> 3, data[at : at + size]
            at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        shift, at = shift + 7, at + 1
        if byte < 128:
            return value, at


def _field(number: int, value: bytes) -> bytes:
    """Return a field that holds bytes, as protobuf writes it."""
    size, length = len(value), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + value


# --- subword-nmt ----------------------------------------------------------------------------

END = "</w>"


def learn_merges(lines: Iterable[str], count: int) -> list[tuple[str, str]]:
    """Return the pairs that byte-pair encoding with an end-of-word mark joins, the first first."""
    words = {
        (*word[:-1], word[-1] + END): times
        for word, times in Counter(" ".join(lines).split()).items()
    }
    merges = []
    for _ in range(count):
        pairs: Counter[tuple[str, str]] = Counter()
        for word, times in words.items():
            for pair in pairwise(word):
                pairs[pair] += times
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        words = {tuple(joined(list(word), best)): times for word, times in words.items()}
    return merges


def joined(symbols: list[str], pair: tuple[str, str]) -> list[str]:
    """Return symbols with a pair joined wherever it stands, from left to right."""
    found: list[str] = []
    for symbol in symbols:
        if found and (found[-1], symbol) == pair:
            found[-1] += symbol
        else:
            found.append(symbol)
    return found


def cut_by_merges(word: str, merges: Sequence[tuple[str, str]]) -> list[str]:
    """Return the subwords of a word: the rules one after the other, each wherever it applies."""
    symbols = [*word[:-1], word[-1] + END]
    for left, right in merges:
        if left in symbols and right in symbols:
            symbols = joined(symbols, (left, right))
    return symbols


def suffix_definition(merges: Sequence[tuple[str, str]], characters: Iterable[str]) -> str:
    """Return a subword-nmt model as the text of a `tokenizer.json`."""
    characters = sorted(characters)
    names = ["<unk>", *characters, *(character + END for character in characters)]
    names += dict.fromkeys(left + right for left, right in merges)
    return write(
        model={
            "type": "BPE",
            "unk_token": "<unk>",
            "end_of_word_suffix": END,
            "vocab": {name: index for index, name in enumerate(dict.fromkeys(names))},
            "merges": [list(pair) for pair in merges],
        },
        pre_tokenizer={"type": "WhitespaceSplit"},
        decoder={"type": "BPEDecoder", "suffix": END},
    )


def words_definition(words: Iterable[str]) -> str:
    """Return plain words as the text of a `tokenizer.json`."""
    vocabulary = {word: index for index, word in enumerate(["<unk>", *words])}
    return write(
        model={"type": "WordLevel", "unk_token": "<unk>", "vocab": vocabulary},
        pre_tokenizer={"type": "WhitespaceSplit"},
    )
