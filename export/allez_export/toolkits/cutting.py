"""How a checkpoint's texts were cut, told by its lists: words, subword-nmt, SentencePiece."""

from __future__ import annotations

from pathlib import Path

from allez.errors import InputError
from allez.text.definition import MARK
from allez_export.toolkits.files import Files, read_bytes
from allez_export.toolkits.sentencepiece import read_pieces
from allez_export.toolkits.vocabulary import (
    Listed,
    Vocabulary,
    plain_words,
    read_codes,
    sentence_pieces,
    subword_nmt,
)

CODES = ("*.codes", "codes", "*codes*", "*.bpe")
MODELS = ("*.model", "*.spm")

_JOINER = "\N{HALFWIDTH BLACK SQUARE}"
_MAX_MODEL = 64_000_000


def vocabularies(files: Files, source: Listed, target: Listed) -> tuple[Vocabulary, Vocabulary]:
    """Return a toolkit's two lists with what cuts their texts, found among some files.

    Raises:
        InputError: a list is of subwords, and what cut them is missing or another one.
    """
    return _cut(files, source, 0), _cut(files, target, 1)


def _cut(files: Files, listed: Listed, side: int) -> Vocabulary:
    kind = kind_of(listed)
    if kind == "words":
        return plain_words(listed)
    if kind == "subword-nmt":
        return subword_nmt(
            listed, read_codes(_file(files, side, "the file of merges (codes)", CODES))
        )
    path = _file(files, side, "the SentencePiece model", MODELS)
    return sentence_pieces(listed, read_pieces(read_bytes(path, _MAX_MODEL), path))


def kind_of(listed: Listed) -> str:
    """Return how a list's texts were cut, by how its words are spelled.

    Raises:
        InputError: in a way that hosts do not know.
    """
    words = [word for i, word in enumerate(listed.words) if i not in listed.special]
    if any(_JOINER in word for word in words):
        raise InputError(
            f"{listed.where} has joiners ({_JOINER}) of OpenNMT's Tokenizer, which hosts do not do",
            hint="words, subword-nmt and SentencePiece are read",
        )
    if sum(word.startswith(MARK) for word in words) > len(words) // 20:
        return "SentencePiece"
    if sum(word.endswith("@@") for word in words) > len(words) // 100:
        return "subword-nmt"
    return "words"


def _file(files: Files, side: int, what: str, patterns: tuple[str, ...]) -> Path:
    """Return the one file for both sides, or that of a side (0, 1) if two are named."""
    found = files.every(*patterns)
    named = [path for path in found if path in files.named]
    if len(found) == 1:
        return found[0]
    if len(found) == 2 and found == named:
        return found[side]
    if not found:
        return files.need(what, *patterns)
    names = ", ".join(path.name for path in found[:4])
    raise InputError(f"several files may be {what}: {names}", hint="name it; two: source, target")
