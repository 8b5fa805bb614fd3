"""SentencePiece's own files as our vocabularies: the same ids, and refusals by name."""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

from allez.errors import InputError
from allez.text.tokenizer import Tokenizer
from allez_export.toolkits.sentencepiece import CONTROL, definition, read_pieces
from hosts.cases import is_known, strings
from support import french, subwords

SMALL = {"vocab_size": 420, "character_coverage": 0.999, "hard_vocab_limit": False}
KINDS: dict[str, dict[str, Any]] = {
    "unigram": {"model_type": "unigram", "eos_id": 0, "unk_id": 1, "bos_id": -1},
    "bpe, bytes": {"model_type": "bpe", "byte_fallback": True, "vocab_size": 640},
    "bpe, kept": {"model_type": "bpe", "user_defined_symbols": ["<x>", "ch", ".."]},
}
PATH = Path("vocab.spm")


def trained(**options: Any) -> bytes:
    return subwords.train(french.sentences(4, 1500), **SMALL | options)


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_those_of_sentencepiece(kind: str) -> None:
    data = trained(**KINDS[kind])
    model = read_pieces(data, PATH)
    reference = sentencepiece.SentencePieceProcessor(model_proto=data)
    size = len(model.pieces) + 20
    ours = Tokenizer(definition(model, size=size))
    assert ours.size == size
    assert model.id_of("</s>", CONTROL) == reference.eos_id()
    assert model.unknown == reference.unk_id()
    lines = french.sentences(6, 3000)
    awkward = ["</s>", "<unk>", "<unused 421>", "▁le", "<x>", "<0x41>", "é"]
    found = strings(random.Random(8), awkward, 4000)
    lines += [f"x{text}x" for text in dict.fromkeys(found) if is_known(text)]
    assert len(lines) >= 5000
    for line in lines:
        plain = line.encode("utf-8", "replace").decode("utf-8")
        assert ours.encode(line) == reference.encode(plain), line[:100]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model_type": "word"}, "models of word are not read"),
        ({"model_type": "char"}, "models of char are not read"),
        ({"treat_whitespace_as_suffix": True}, "treat_whitespace_as_suffix is on"),
        ({"add_dummy_prefix": False}, "add_dummy_prefix is off"),
        ({"remove_extra_whitespaces": False}, "remove_extra_whitespaces is off"),
    ],
)
def test_what_our_tokenizer_does_not_do_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_pieces(trained(**options), PATH)


@pytest.mark.parametrize(
    "data",
    [b"", b"\x0a\x05ab", b"\xff" * 40, b"\x0a\x02\x0a\x00" * 2, b"\x08\x01", b"PK\x03\x04rest"],
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"vocab\.spm"):
        read_pieces(data, PATH)


def test_a_model_cut_anywhere_is_refused_or_lacks_nothing_that_is_read() -> None:
    data = trained()
    whole, refused = read_pieces(data, PATH), 0
    generator = random.Random(2)
    for _ in range(200):
        try:
            assert read_pieces(data[: generator.randrange(len(data))], PATH) == whole
        except InputError:
            refused += 1
    assert refused > 190


def test_a_number_without_end_is_no_length() -> None:
    with pytest.raises(InputError, match="too long"):
        read_pieces(b"\x0a" + b"\xff" * 12, PATH)
    with pytest.raises(InputError, match="ends too early"):
        read_pieces(b"\x0a" + struct.pack("<B", 100), PATH)
