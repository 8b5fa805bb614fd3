"""Vocabularies of toolkits as `tokenizer.json`: plain words, subword-nmt, SentencePiece.

A toolkit's ids are the positions of its own list. What cuts text may know pieces that the list
lacks, which the toolkit reads as its unknown word: they get ids behind the list, and the model
rows for them (`Vocabulary.extra`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allez.bundle.fields import shown
from allez.errors import BundleFormatError, InputError
from allez.text.definition import read_definition
from allez_export.toolkits.files import read_text
from allez_export.toolkits.sentencepiece import (
    CONTROL,
    UNKNOWN,
    UNUSED,
    Piece,
    Pieces,
    definition,
)

END = "</w>"
"""Behind the last subword of a word, where words are ended rather than begun."""

MAX_WORDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A toolkit's list of words as a `tokenizer.json`."""

    definition: str
    """The text of the latter."""
    listed: int
    """How many ids are the toolkit's own."""
    extra: int
    """How many stand behind them: pieces that the toolkit takes for unknown, or what was asked
    for."""

    @property
    def size(self) -> int:
        """All ids."""
        return self.listed + self.extra


class Listed:
    """A toolkit's list of words, its special ones named.

    Args:
        words: by id.
        special: ids that no text may spell: pad, bos, eos and the like.
        unknown: the id of what is not listed; None: it is put behind the list.
        where: the file, for messages.

    Raises:
        InputError: a word occurs twice, or there are too many or too few.
    """

    def __init__(
        self, words: Sequence[str], special: Iterable[int], unknown: int | None, where: str
    ) -> None:
        if not 4 <= len(words) <= MAX_WORDS:
            raise InputError(
                f"{where} has {len(words):,} words; 4 to {MAX_WORDS:,} are read",
                hint="name the vocabulary that the checkpoint was trained with",
            )
        self.special = {*special, *([] if unknown is None else [unknown])}
        if not all(0 <= index < len(words) for index in self.special):
            raise InputError(
                f"{where} has {len(words):,} words, and a special one beyond them",
                hint="name the vocabulary that the checkpoint was trained with",
            )
        self.words = [
            f"{word} " if index in self.special else word for index, word in enumerate(words)
        ]  # nothing typed has a space in it
        self.where = where
        self.listed = len(words)
        if unknown is None:
            self.words.append("<unk> ")
            unknown = len(words)
        self.unknown = unknown
        seen: set[str] = set()
        for index, word in enumerate(self.words):
            if word in seen:
                raise InputError(
                    f"{where} has {shown(word)} twice", hint="expected a list of words by their ids"
                )
            if not word.strip():
                self.words[index] = word = f"<blank {index}> "  # a line that held white space
            seen.add(word)

    def finish(self, words: Sequence[str], definition: dict[str, Any]) -> Vocabulary:
        """Return what was made, checked as a host will check it.

        Raises:
            InputError: it is not what hosts implement.
        """
        content = {**_EMPTY, **definition}
        try:
            read_definition(content)
        except BundleFormatError as error:
            raise InputError(f"{self.where}: {error}", hint=error.hint) from None
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return Vocabulary(text, self.listed, len(words) - self.listed)


_EMPTY: dict[str, Any] = {
    "version": "1.0",
    "added_tokens": [],
    **dict.fromkeys(("truncation", "padding", "normalizer", "post_processor", "decoder")),
}


def _ids(words: Sequence[str]) -> dict[str, int]:
    return {word: index for index, word in enumerate(words)}


def plain_words(listed: Listed) -> Vocabulary:
    """Return a list of words that are what stands between white space."""
    model = {
        "type": "WordLevel",
        "unk_token": listed.words[listed.unknown],
        "vocab": _ids(listed.words),
    }
    return listed.finish(
        listed.words, {"model": model, "pre_tokenizer": {"type": "WhitespaceSplit"}}
    )


def read_codes(path: Path) -> list[tuple[str, str]]:
    """Return the merges of a file of subword-nmt (0.2 and later) or of fastBPE.

    Raises:
        InputError: it is neither.
    """
    lines = read_text(path).splitlines()
    if lines and lines[0].startswith("#version:"):
        if lines[0].split(":")[1].strip() != "0.2":
            raise InputError(f"{path}: {lines[0]} is not read", hint="0.2 is")
        lines = lines[1:]
        widths = {2}
    else:
        widths = {3}  # fastBPE has counts behind the pairs
    merges = []
    for number, line in enumerate(lines, 2):
        parts = line.strip("\r\n ").split(" ")
        if not line.strip():
            continue
        if len(parts) not in widths or not all(parts):
            raise InputError(
                f"{path}, line {number}: no pair of subwords",
                hint="codes of subword-nmt begin with #version: 0.2",
            )
        merges.append((parts[0], parts[1]))
    if not merges:
        raise InputError(f"{path} has no merges", hint="name the codes of subword-nmt or fastBPE")
    return list(dict.fromkeys(merges))


def subword_nmt(listed: Listed, merges: Sequence[tuple[str, str]]) -> Vocabulary:
    """Return a list of `abc@@` (goes on) and `abc` (ends a word), cut by merges."""
    words = []
    for index, word in enumerate(listed.words):
        if index in listed.special or index >= listed.listed:
            words.append(word)
        else:
            words.append(word[:-2] if word.endswith("@@") and len(word) > 2 else word + END)
    known = set(words)
    if len(known) != len(words):  # "@@" alone beside "@@@@", and the like
        twice = next(word for word in words if words.count(word) > 1)
        raise InputError(
            f"{listed.where} has {shown(twice)} in two spellings",
            hint="name the codes that the vocabulary was made with",
        )
    spelled = [part for a, b in merges for part in (a, b, a + b)]
    words += [piece for piece in dict.fromkeys(spelled) if piece not in known]
    model = {
        "type": "BPE",
        "unk_token": words[listed.unknown],
        "end_of_word_suffix": END,
        "vocab": _ids(words),
        "merges": [list(pair) for pair in merges],
    }
    decoder = {"type": "BPEDecoder", "suffix": END}
    pre = {"type": "WhitespaceSplit"}
    return listed.finish(words, {"model": model, "pre_tokenizer": pre, "decoder": decoder})


def sentence_pieces(listed: Listed, model: Pieces) -> Vocabulary:
    """Return a list of the pieces of a SentencePiece model, whose order is the toolkit's."""
    of_model = {piece.text: piece for piece in model.pieces}
    pieces = []
    for index, word in enumerate(listed.words):
        text = word.rstrip(" ")
        if index == listed.unknown:
            pieces.append(Piece(text, 0.0, UNKNOWN))
        elif index in listed.special or text not in of_model:
            pieces.append(Piece(text, 0.0, UNUSED))  # no text spells it
        else:
            pieces.append(of_model[text])
    known = {piece.text for piece in pieces}
    pieces += [p for p in model.pieces if p.text not in known and p.kind not in (UNKNOWN, CONTROL)]
    text = definition(model._replace(pieces=pieces))
    return listed.finish([piece.text for piece in pieces], json.loads(text))
