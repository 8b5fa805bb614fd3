"""Subwords: text to ids and back, as `tokenizer.json` says. Knows nothing of sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from allez.bundle import Bundle, SourceSide, TargetSide, parse_object
from allez.errors import BundleFormatError
from allez.spec import SPEC
from allez.text.bpe import BytePairs, Subwords
from allez.text.definition import MARK, Definition, kept_pattern, read_definition
from allez.text.normalizer import Normalizer

if TYPE_CHECKING:
    from allez.text.unigram import Unigram

EOS_PIECE: str = SPEC["tokenizer"]["eos"]
"""How the end of the sentence is spelled where subwords are shown."""

_WHITE_SPACE = "".join(f"{chr(a)}-{chr(b)}" for a, b in SPEC["tokenizer"]["white_space"])
_WORD = f"[^{_WHITE_SPACE}]+"
"""What stands between white space, by Unicode's property of that name; compiled by those few
tokenizers whose words stand so."""

_CACHED_WORDS = 10_000
_CACHED_LENGTH = 40
"""Words that are remembered, as many again of before, and the most characters that they have."""

_ASCII_DIGITS = frozenset("0123456789")


class Encoded(NamedTuple):
    """A text as subwords that know where they stand in it."""

    ids: list[int]
    spans: list[tuple[int, int]]
    """Start and end of each in the text as it was given, in characters; ascending. The space before
    a word is not part of it; one made for nothing is empty; the bytes of a character share its
    span."""


class Decoded(NamedTuple):
    """The text of some subwords, and where each stands in it."""

    text: str
    spans: list[tuple[int, int]]
    """Start and end of each, in characters; ascending, and as in `Encoded`."""


class Tokenizer:
    """The subword model of one bundle. Safe to share between threads.

    Args:
        definition: the text of a `tokenizer.json`.

    Raises:
        BundleFormatError: it is not one, or uses a component that other hosts do not have.
    """

    def __init__(self, definition: str) -> None:
        read = read_definition(parse_object(definition, "tokenizer.json"))
        self.size: int = len(read.pieces)
        """V: how many subwords there are, bos, eos and pad included."""
        self._pieces = read.pieces
        self._normalizer = Normalizer(read.steps)
        self._model = _model(read)
        self._whole = read.kind == "Unigram"  # a text is cut as a whole, not word by word
        self._digits, self._spaced, self._suffix = read.digits, read.spaced, read.suffix
        self._bytes = {index: byte for byte, index in enumerate(read.bytes_of)}
        self._known: dict[str, Subwords] = {}  # words met of late
        self._older: dict[str, Subwords] = {}  # and those before
        self._learnt: frozenset[str] | None = None

    @classmethod
    def of(cls, bundle: Bundle, side: SourceSide | TargetSide) -> Tokenizer:
        """Read that of a bundle's source or target.

        Raises:
            BundleFormatError: its definition is none, or has not as many subwords as the manifest.
        """
        tokenizer = cls(bundle.text(side.tokenizer))
        if tokenizer.size != side.size:
            raise BundleFormatError(
                f"{bundle.path}: the tokenizer has {tokenizer.size} subwords, "
                f"the manifest says {side.size}"
            )
        return tokenizer

    def encode(self, text: str) -> list[int]:
        """Return the ids of `text`, without bos or eos. Any text has ids: bytes or unk stand in."""
        text = self._normalizer.apply(text)
        if self._whole:
            return self._model.cut(_marked(text)).ids
        ids: list[int] = []
        words = re.findall(_WORD, text) if self._spaced else _marked(text).split(MARK)[1:]
        for word in words:
            known = self._known.get(word)
            ids += known.ids if known is not None else self._word(word).ids
        return ids

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text; the same as `encode` of each."""
        return [self.encode(text) for text in texts]

    def encode_spans(self, text: str) -> Encoded:
        """Return the ids of `text` as `encode` does, and where in it each stands."""
        normal, starts, ends = self._normalizer.align(text)
        ids: list[int] = []
        spans: list[tuple[int, int]] = []
        for word, subwords in self._words(normal):
            ids += subwords.ids
            for begin, end in subwords.places:
                start, stop = word + begin, word + end
                # The space before a word is not part of it, unless there is nothing else.
                if stop - start > 1 and (start < 0 or normal[start] in (" ", MARK)):
                    start += 1
                if stop <= 0:  # the mark that was made for nothing
                    spans.append((starts[0], starts[0]))
                else:
                    spans.append((starts[start], ends[stop - 1]))
        return Encoded(ids, spans)

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of `ids`; bytes that are no UTF-8 come out as U+FFFD."""
        ids = list(ids)
        if self._spaced or not ids or not self._bytes.keys().isdisjoint(ids):
            return "".join(self._parts(ids))
        first, text = self._pieces[ids[0]], "".join([self._pieces[i] for i in ids])
        return first.replace(MARK, "") + text[len(first) :].replace(MARK, " ")

    def decode_spans(self, ids: Iterable[int]) -> Decoded:
        """Return the text of `ids` as `decode` does, and where in it each stands."""
        ids = list(ids)
        parts = self._parts(ids)
        spans: list[tuple[int, int]] = []
        done = 0
        if not self._spaced and self._bytes.keys().isdisjoint(ids):  # as nearly always
            for part in parts:
                start, done = done, done + len(part)
                spans.append((start + (part[:1] == " " and len(part) > 1), done))
            return Decoded("".join(parts), spans)
        for (is_byte, run), part in zip(self._runs(ids), parts, strict=True):
            end = done + len(part)
            text = part.rstrip(" ") if self._spaced and end > done else part
            start = done + 1 if not self._spaced and part[:1] == " " and len(part) > 1 else done
            spans += [(start, done + len(text))] * (len(run) if is_byte else 1)
            done = end
        return Decoded("".join(parts), spans)

    def decode_stable(self, ids: Iterable[int]) -> str:
        """Return the part of the text that further ids cannot change.

        A run of byte tokens is decoded as a whole, so one at the end is held back.
        """
        ids = list(ids)
        while ids and ids[-1] in self._bytes:
            ids.pop()
        return self.decode(ids)

    def pieces(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Return how each id is spelled."""
        return tuple(map(self._pieces.__getitem__, ids))

    def knows(self, letter: str) -> bool:
        """Tell whether a letter was learnt: a Latin one, or part of a longer subword.

        Without its accent, or in small, is enough. One that only has a token of its own came by in
        the training data.
        """
        if letter.isascii():  # nearly all of them
            return True
        if self._learnt is None:
            pieces = (piece.strip(MARK) for piece in self._pieces)
            self._learnt = frozenset("".join(piece for piece in pieces if len(piece) > 1))
        plain = unicodedata.normalize("NFD", letter)[0]
        return plain.isascii() or letter.lower() in self._learnt

    def _words(self, text: str) -> Iterator[tuple[int, Subwords]]:
        """Yield where each word of a normalized text begins, and its subwords.

        Where the mark before the first word was made for nothing, that word begins at -1.
        """
        if self._spaced:
            for word in re.finditer(_WORD, text):
                yield word.start(), self._word(word.group())
            return
        marked = _marked(text)
        start = len(text) - len(marked)
        if self._whole:
            yield start, self._model.cut(marked)
            return
        for rest in marked.split(MARK)[1:]:
            yield start, self._word(rest)
            start += 1 + len(rest)

    def _word(self, word: str) -> Subwords:
        """Return the subwords of a word, given without the mark before it."""
        known = self._known.get(word)
        if known is not None:
            return known
        found = self._older.get(word) or self._cut(word if self._spaced else MARK + word)
        if len(word) <= _CACHED_LENGTH:
            if len(self._known) >= _CACHED_WORDS:
                self._older, self._known = self._known, {}
            self._known[word] = found
        return found

    def _cut(self, word: str) -> Subwords:
        if not self._digits or not _has_numeral(word):
            return self._model.cut(word)
        found = Subwords([], [])
        start = 0
        for numeral, characters in groupby(word, _is_numeral):
            run = "".join(characters)
            for part in run if numeral else [run]:
                subwords = self._model.cut(part)
                found.ids.extend(subwords.ids)
                found.places.extend((start + a, start + b) for a, b in subwords.places)
                start += len(part)
        return found

    def _parts(self, ids: list[int]) -> list[str]:
        """Return the text of each id, but of each run of bytes as a whole."""
        if self._spaced:
            words = [self._pieces[i] for i in ids]
            if self._suffix:
                last = [word.replace(self._suffix, "") for word in words[-1:]]
                return [word.replace(self._suffix, " ") for word in words[:-1]] + last
            return [word + " " for word in words[:-1]] + words[-1:]
        if self._bytes.keys().isdisjoint(ids):
            parts = [self._pieces[i].replace(MARK, " ") for i in ids]
        else:
            parts = [self._text_of(run, is_byte=is_byte) for is_byte, run in self._runs(ids)]
        if ids and ids[0] not in self._bytes:
            parts[0] = self._pieces[ids[0]].replace(MARK, "")
        return parts

    def _runs(self, ids: list[int]) -> Iterator[tuple[bool, list[int]]]:
        """Yield runs of bytes, and each other id by itself."""
        for is_byte, group in groupby(ids, self._bytes.__contains__):
            run = list(group)
            for part in [run] if is_byte else ([i] for i in run):
                yield is_byte, part

    def _text_of(self, run: list[int], *, is_byte: bool) -> str:
        if not is_byte:
            return self._pieces[run[0]].replace(MARK, " ")
        try:
            return bytes(self._bytes[i] for i in run).decode("utf-8")
        except UnicodeDecodeError:  # not an error: any bytes may be chosen
            return "\ufffd" * len(run)


def _model(read: Definition) -> BytePairs | Unigram | Words:
    if read.kind == "WordLevel":
        assert read.unknown is not None
        return Words(read.ids, read.unknown)
    if read.kind == "BPE":
        return BytePairs(
            read.ids,
            read.merges,
            unknown=read.pieces[read.unknown]
            if not read.bytes_of and read.unknown is not None
            else None,
            fused=read.fused,
            suffix=read.suffix,
            kept=kept_pattern(read.kept),
        )
    from allez.text.unigram import Unigram  # loaded for the bundles that have one

    # Unknown and bytes are no spelling of a text, nor is what has a space: spaces become marks.
    reserved = {read.unknown, *read.bytes_of}
    ids = {
        piece: index
        for piece, index in read.ids.items()
        if index not in reserved and " " not in piece and (read.across or MARK not in piece[1:])
    }
    learnt = [
        index
        for piece, index in read.ids.items()
        if index not in reserved and " " not in piece and piece not in read.kept
    ]
    return Unigram(
        ids,
        read.scores,
        learnt=learnt,
        kept=read.kept,
        unknown=read.unknown or 0,
        bytes_of=read.bytes_of,
    )


class Words:
    """Plain words: each is in the vocabulary, or unknown.

    Args:
        ids: of each word.
        unknown: the id of all others.
    """

    def __init__(self, ids: dict[str, int], unknown: int) -> None:
        self._ids = ids
        self._unknown = unknown

    def cut(self, word: str) -> Subwords:
        """Return the word itself."""
        return Subwords([self._ids.get(word, self._unknown)], [(0, len(word))])


def _marked(text: str) -> str:
    """Return a text with marks for spaces, one before the first word too."""
    text = text.replace(" ", MARK)
    return text if text[:1] == MARK or not text else MARK + text


def _has_numeral(word: str) -> bool:
    """Tell whether a word, behind its mark, has a numeral; that of nearly all is quickly told."""
    rest = word[1:]
    if rest.isascii():
        return not _ASCII_DIGITS.isdisjoint(rest)
    return not rest.isalpha() and any(map(_is_numeral, rest))


def _is_numeral(character: str) -> bool:
    if character.isascii():
        return "0" <= character <= "9"
    return unicodedata.category(character)[0] == "N"
