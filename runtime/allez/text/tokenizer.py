"""Subwords: text to ids and back, with the `tokenizers` library reading `tokenizer.json`.

Only components that every host can implement in a short file are accepted; another one refuses
the bundle by name. There are no special tokens in the file: bos, eos and pad are ids that the
manifest names, so a typed `</s>` is four characters like any others. Knows nothing of sentences.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from allez.bundle.fields import parse_object, shown
from allez.errors import BundleFormatError

EOS_PIECE = "</s>"
"""How the end of the sentence is spelled where subwords are shown."""

_NORMALIZERS = {"NFC", "Replace"}
_PRE_TOKENIZERS = {"Metaspace", "Digits"}
_DECODERS = ["Metaspace", "ByteFallback", "Fuse"]

_KEYS = {
    *("version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer"),
    *("post_processor", "decoder", "model"),
}
_MODEL_KEYS = {
    *("type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix"),
    *("fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges"),
}

_LONGEST_PIECE = 256
"""Characters of one subword."""

_LONGEST_REPLACEMENT = 16
"""Characters that the normalizer may put in place of others."""


class Tokenizer:
    """The subword model of one bundle.

    Args:
        definition: the text of a `tokenizer.json`.

    Raises:
        BundleFormatError: it is not one, or uses a component that other hosts do not have.
    """

    def __init__(self, definition: str) -> None:
        import tokenizers  # on whatever thread this is: the graphs are being loaded meanwhile

        check_components(parse_object(definition, "tokenizer.json"))
        try:
            self._model = tokenizers.Tokenizer.from_str(definition)
        except Exception as error:  # the library raises plain Exception
            raise BundleFormatError(f"tokenizer cannot be read: {error}") from None
        self.size: int = self._model.get_vocab_size()
        """V: how many subwords there are, bos, eos and pad included."""
        self._model.encode_special_tokens = True
        self._learnt: frozenset[str] | None = None

    def encode(self, text: str) -> list[int]:
        """Return the ids of `text`, without bos or eos. Any text has ids: bytes stand in."""
        return list(self._model.encode(_encodable(text), add_special_tokens=False).ids)

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the ids of each text; the same as `encode` of each, on several cores."""
        batch = self._model.encode_batch([_encodable(t) for t in texts], add_special_tokens=False)
        return [list(encoding.ids) for encoding in batch]

    def decode(self, ids: Iterable[int]) -> str:
        """Return the text of `ids`; bytes that are no UTF-8 come out as U+FFFD."""
        return str(self._model.decode(list(ids), skip_special_tokens=False))

    def decode_stable(self, ids: Iterable[int]) -> str:
        """Return the part of the text that further ids cannot change.

        A run of byte tokens is decoded as a whole, so one at the end is held back.
        """
        ids = list(ids)
        while ids and self._is_byte(ids[-1]):
            ids.pop()
        return self.decode(ids)

    def pieces(self, ids: Iterable[int]) -> tuple[str, ...]:
        """Return how each id is spelled."""
        return tuple(str(self._model.id_to_token(i)) for i in ids)

    def knows(self, letter: str) -> bool:
        """Tell whether a letter was learnt: a Latin one, or part of a longer subword.

        Without its accent, or in small, is enough. One that only has a token of its own came by in
        the training data.
        """
        if letter.isascii():  # nearly all of them
            return True
        if self._learnt is None:
            pieces = (piece.strip("▁") for piece in self._model.get_vocab())
            self._learnt = frozenset("".join(piece for piece in pieces if len(piece) > 1))
        plain = unicodedata.normalize("NFD", letter)[0]
        return plain.isascii() or letter.lower() in self._learnt

    def _is_byte(self, token: int) -> bool:
        piece = str(self._model.id_to_token(token))
        return len(piece) == 6 and piece.startswith("<0x") and piece.endswith(">")


def _encodable(text: str) -> str:
    """Replace lone surrogates, which no UTF-8 can carry, by question marks."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def check_components(content: Any) -> None:
    """Raise BundleFormatError unless every component is one that all hosts implement."""
    if not isinstance(content, Mapping) or not isinstance(content.get("model"), Mapping):
        raise BundleFormatError("tokenizer has no model")
    unknown = (content.keys() - _KEYS) | (content["model"].keys() - _MODEL_KEYS)
    if unknown:
        raise BundleFormatError(f"tokenizer has {shown(min(unknown))}, which no host knows")
    if content.get("added_tokens"):
        raise BundleFormatError("tokenizer has added_tokens, which text could imitate")
    for key in ("truncation", "padding", "post_processor"):
        if content.get(key) is not None:
            raise BundleFormatError(f"tokenizer has a {key}, which hosts do not implement")
    _check_model(content["model"])
    normalizers = _parts(content, "normalizer", "normalizers")
    _check_parts("normalizer", normalizers, _NORMALIZERS)
    if "NFC" in [part["type"] for part in normalizers[1:]]:
        raise BundleFormatError("tokenizer normalizer NFC must come first")
    _check_replacements([part for part in normalizers if part["type"] == "Replace"])
    pre_tokenizers = _parts(content, "pre_tokenizer", "pretokenizers")
    _check_parts("pre_tokenizer", pre_tokenizers, _PRE_TOKENIZERS)
    decoders = _parts(content, "decoder", "decoders")
    if [part["type"] for part in decoders] != _DECODERS:
        raise BundleFormatError(f"tokenizer decoders must be {', '.join(_DECODERS)}, in that order")
    for part in (*pre_tokenizers, *decoders):
        options = (part.get("replacement"), part.get("prepend_scheme"), part.get("split"))
        if part["type"] == "Metaspace" and options != ("▁", "always", True):
            raise BundleFormatError("tokenizer Metaspace must be the usual one")
        if part["type"] == "Digits" and part.get("individual_digits") is not True:
            raise BundleFormatError("tokenizer Digits must be individual")


def _check_model(model: Mapping[str, Any]) -> None:
    if model.get("type") != "BPE" or model.get("byte_fallback") is not True:
        raise BundleFormatError("tokenizer model must be BPE with byte fallback")
    for key in (
        "dropout",
        "unk_token",
        "continuing_subword_prefix",
        "end_of_word_suffix",
        "ignore_merges",
    ):
        if model.get(key):
            raise BundleFormatError(f"tokenizer model sets {key}, which hosts do not implement")
    vocabulary = model.get("vocab")
    if not isinstance(vocabulary, Mapping) or not all(
        f"<0x{byte:02X}>" in vocabulary for byte in range(256)
    ):
        raise BundleFormatError("tokenizer vocabulary lacks bytes to fall back to")
    ids = {value for value in vocabulary.values() if type(value) is int}
    if len(ids) != len(vocabulary) or ids != set(range(len(vocabulary))):
        raise BundleFormatError("tokenizer vocabulary must have the ids 0, 1, 2, …, each once")
    if not all(1 <= len(piece) <= _LONGEST_PIECE for piece in vocabulary):
        raise BundleFormatError(f"tokenizer subwords must have 1 to {_LONGEST_PIECE} characters")


def _check_replacements(parts: list[Mapping[str, Any]]) -> None:
    """See to it that no text grows beyond a small multiple, however the steps play together.

    What a step has written in place of fewer characters, no later one may lengthen again.
    """
    grown: set[str] = set()
    for part in parts:
        pattern, content = part.get("pattern"), part.get("content")
        plain = isinstance(pattern, Mapping) and pattern.keys() == {"String"}
        text = pattern["String"] if plain and isinstance(pattern, Mapping) else None
        if not isinstance(text, str) or not text or not isinstance(content, str):
            raise BundleFormatError("tokenizer normalizer Replace must have a plain string pattern")
        longer = len(content) > len(text)
        again = bool(grown & set(text))
        if longer and (again or len(content) > _LONGEST_REPLACEMENT):
            raise BundleFormatError(f"tokenizer normalizer makes {shown(text)} too long")
        if longer or again:
            grown |= set(content)


def _parts(content: Mapping[str, Any], key: str, sequence: str) -> list[Mapping[str, Any]]:
    """Return the steps of one component, a `Sequence` opened; each has a `type`."""
    part = content.get(key)
    if part is None:
        return []
    parts = (
        part.get(sequence)
        if isinstance(part, Mapping) and part.get("type") == "Sequence"
        else [part]
    )
    if not isinstance(parts, list) or not all(
        isinstance(p, Mapping) and isinstance(p.get("type"), str) for p in parts
    ):
        raise BundleFormatError(f"tokenizer {key} is malformed")
    return parts


def _check_parts(key: str, parts: list[Mapping[str, Any]], allowed: set[str]) -> None:
    for part in parts:
        if part["type"] not in allowed:
            raise BundleFormatError(
                f"tokenizer {key} {part['type']} is not one that every host implements",
                hint=f"allowed: {', '.join(sorted(allowed))}",
            )
