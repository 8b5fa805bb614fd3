"""What a `tokenizer.json` may hold: each component one that every host implements.

The layout is that of Hugging Face's `tokenizers`; another component refuses the file by name.
There are no special tokens in it: bos, eos and pad are ids that the manifest names, so a typed
`</s>` is four characters like any others. Knows nothing of how a text is cut.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from operator import add
from typing import Any, NamedTuple

from allez.bundle import shown
from allez.errors import BundleFormatError
from allez.spec import SPEC
from allez.text.charsmap import Charsmap
from allez.text.normalizer import Composed, Mapped, Replaced, Squeezed, Step, Stripped

_RULES = SPEC["tokenizer"]

MARK: str = _RULES["word_begin"]
"""What stands for a space, and before every word."""

_SPACES = _RULES["white_space"]
_BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))


class Definition(NamedTuple):
    """A `tokenizer.json` that consists only of components that every host implements."""

    kind: str
    """`BPE`, `Unigram` or `WordLevel`."""
    ids: dict[str, int]
    pieces: tuple[str, ...]
    """How each id is spelled; V of them."""
    scores: list[float]
    """Of each id, for `Unigram`."""
    merges: list[tuple[str, str]]
    """For `BPE`, the first ones first."""
    unknown: int | None
    """The id for what the vocabulary cannot spell; not used where bytes stand for that."""
    fused: bool
    """Whether unknown characters side by side are one subword."""
    bytes_of: tuple[int, ...]
    """Ids of the 256 bytes, or none."""
    suffix: str
    """What the last subword of a word ends with, if words are ended rather than begun."""
    kept: tuple[str, ...]
    """Subwords that are taken wherever they stand."""
    steps: list[Step]
    """Of the normalizer."""
    spaced: bool
    """Whether words are what stands between white space; else each begins with a mark."""
    digits: bool
    """Whether every numeral is a word."""
    across: bool
    """Whether a subword may go on over the mark of the next word."""


def read_definition(content: Any) -> Definition:
    """Return what a parsed `tokenizer.json` says.

    Args:
        content: the JSON.

    Raises:
        BundleFormatError: it uses a component that hosts do not have.
    """
    model = content.get("model") if isinstance(content, Mapping) else None
    if not isinstance(model, Mapping):
        raise _refusal("has no model")
    _check_keys(content, model)
    kind = str(model["type"])
    ids, scores = _vocabulary(model)
    bytes_of = _bytes_of(model, ids)
    unknown = _unknown(model, ids)
    if unknown is None and not bytes_of:
        raise _refusal("model must have byte fallback or an unk_token")
    normalizers = _parts(content, "normalizer", "normalizers", _RULES["normalizers"])
    kept = _kept(content, ids, {part["type"] for part in normalizers})
    suffix = model.get("end_of_word_suffix") or ""
    if not isinstance(suffix, str) or len(suffix) > _RULES["suffix_characters"]:
        raise _refusal("end_of_word_suffix must be a short string")
    spaced = kind == "WordLevel" or bool(suffix)
    words = _words(content, "spaces" if spaced else "Unigram" if kind == "Unigram" else "marks")
    _check_decoders(content, suffix, spaced=spaced, by_bytes=bool(bytes_of))
    return Definition(
        kind=kind,
        ids=ids,
        pieces=tuple(sorted(ids, key=ids.__getitem__)),
        scores=scores,
        merges=_merges(model, ids) if kind == "BPE" else [],
        unknown=unknown,
        fused=kind == "Unigram" or model.get("fuse_unk") is True,
        bytes_of=bytes_of,
        suffix=suffix,
        kept=kept,
        steps=_steps(normalizers, kept),
        spaced=spaced,
        digits=len(words) == 2,
        across=words[0].get("split") is False,
    )


def kept_pattern(kept: Sequence[str]) -> re.Pattern[str] | None:
    """Return what finds the longest of some strings at a place, or None if there are none."""
    return (
        re.compile("|".join(map(re.escape, sorted(kept, key=len, reverse=True)))) if kept else None
    )


def _refusal(what: str, hint: str | None = None) -> BundleFormatError:
    return BundleFormatError(f"tokenizer {what}", hint=hint)


def _check_keys(content: Mapping[str, Any], model: Mapping[str, Any]) -> None:
    kind = model.get("type")
    if not isinstance(kind, str) or kind not in _RULES["models"]:
        raise _refusal(
            f"model {shown(kind)} is not one that every host implements",
            hint=f"allowed: {', '.join(sorted(_RULES['models']))}",
        )
    unknown = (content.keys() - {*_RULES["keys"]}) | (model.keys() - {*_RULES["models"][kind]})
    if unknown:
        raise _refusal(f"has {shown(min(unknown))}, which no host knows")
    for key in _RULES["absent"]:
        if content.get(key) is not None:
            raise _refusal(f"has a {key}, which hosts do not implement")
    for key in _RULES["model_absent"]:
        if model.get(key):
            raise _refusal(f"model sets {key}, which hosts do not implement")


def _vocabulary(model: Mapping[str, Any]) -> tuple[dict[str, int], list[float]]:
    """Return the ids of the subwords, and for Unigram the score of each id."""
    content, scores = model.get("vocab"), list[float]()
    if model["type"] == "Unigram":
        if not isinstance(content, list) or not all(map(_is_scored, content)):
            raise _refusal("vocabulary must be a list of subwords with scores")
        ids = {piece: index for index, (piece, _) in enumerate(content)}
        scores = [float(score) for _, score in content]
    else:
        if not isinstance(content, Mapping):
            raise _refusal("vocabulary is not an object")
        ids = dict(content)
    numbers = list(ids.values())
    right = len(ids) == len(content) and set(map(type, numbers)) <= {int}
    if not right or sorted(numbers) != list(range(len(ids))):
        raise _refusal("vocabulary must have the ids 0, 1, 2, …, each once")
    lengths = set(map(len, ids))
    longest = _RULES["piece_characters"]
    if not lengths or min(lengths) < 1 or max(lengths) > longest:
        raise _refusal(f"subwords must have 1 to {longest} characters")
    return ids, scores


def _is_scored(entry: Any) -> bool:
    if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], str):
        return False
    return type(entry[1]) in (int, float) and abs(entry[1]) <= _RULES["score"]


def _bytes_of(model: Mapping[str, Any], ids: Mapping[str, int]) -> tuple[int, ...]:
    if not model.get("byte_fallback"):
        return ()
    if not all(piece in ids for piece in _BYTES):
        raise _refusal("vocabulary lacks bytes to fall back to")
    return tuple(ids[piece] for piece in _BYTES)


def _unknown(model: Mapping[str, Any], ids: Mapping[str, int]) -> int | None:
    if model["type"] == "Unigram":
        index = model.get("unk_id")
        if type(index) is not int or not 0 <= index < len(ids):
            raise _refusal("unk_id must be one of the ids")
        return index
    piece = model.get("unk_token")
    if piece is None:
        return None
    if not isinstance(piece, str) or piece not in ids:
        raise _refusal(f"unk_token {shown(piece)} is no subword")
    return ids[piece]


def _kept(
    content: Mapping[str, Any], ids: Mapping[str, int], normalizers: set[str]
) -> tuple[str, ...]:
    """Return the added tokens: SentencePiece's user-defined pieces, and nothing else."""
    added = content.get("added_tokens") or []
    kind = content["model"]["type"]
    if not isinstance(added, list) or len(added) > _RULES["added_tokens"]:
        raise _refusal(f"may have at most {_RULES['added_tokens']} added_tokens")
    found: list[str] = []
    for token in added:
        flags = isinstance(token, Mapping) and [token.get(flag) for flag in _RULES["added_token"]]
        if not flags or any(flag is not False for flag in flags):
            raise _refusal("has added_tokens, which text could imitate")
        piece = token.get("content")
        if not isinstance(piece, str) or ids.get(piece) != token.get("id") or piece in _BYTES:
            raise _refusal(f"has the added token {shown(piece)}, which is no subword")
        if MARK in piece or any(first <= ord(c) <= last for c in piece for first, last in _SPACES):
            raise _refusal(f"has the added token {shown(piece)}, which has a space")
        found.append(piece)
    if found and (kind == "WordLevel" or normalizers - {*_RULES["kept_normalizers"]}):
        raise _refusal("has added_tokens, which go with SentencePiece's normalizers alone")
    return tuple(found)


def _merges(model: Mapping[str, Any], ids: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return two strings each; files have them so, or as one with a space between them."""
    content = model.get("merges")
    if not isinstance(content, list):
        raise _refusal("cannot be read: it has no merges")
    kinds = set(map(type, content))
    if kinds == {str} and set(map(str.count, content, repeat(" "))) == {1}:
        sides = " ".join(content).split(" ")
    elif (
        kinds <= {list}
        and set(map(len, content)) <= {2}
        and set(map(type, chain.from_iterable(content))) <= {str}
    ):
        sides = list(chain.from_iterable(content))
    else:
        raise _refusal("cannot be read: its merges are not pairs")
    left, right = sides[::2], sides[1::2]
    if not all(map(ids.__contains__, chain(sides, map(add, left, right)))):
        named = chain.from_iterable((a, b, a + b) for a, b in zip(left, right, strict=True))
        missing = next(piece for piece in named if piece not in ids)
        raise _refusal(f"cannot be read: a merge names {shown(missing)}, which it lacks")
    return list(zip(left, right, strict=True))


def _parts(
    content: Mapping[str, Any], key: str, sequence: str, allowed: Sequence[str] | None = None
) -> list[Mapping[str, Any]]:
    """Return the steps of one component, a `Sequence` opened; each has a `type`."""
    part = content.get(key)
    if part is None:
        return []
    inside = isinstance(part, Mapping) and part.get("type") == "Sequence"
    parts = part.get(sequence) if inside else [part]
    if not isinstance(parts, list) or not all(
        isinstance(p, Mapping) and isinstance(p.get("type"), str) for p in parts
    ):
        raise _refusal(f"{key} is malformed")
    for part in parts:
        if allowed is not None and part["type"] not in allowed:
            raise _refusal(
                f"{key} {part['type']} is not one that every host implements",
                hint=f"allowed: {', '.join(sorted(allowed))}",
            )
    return parts


def _steps(parts: list[Mapping[str, Any]], kept: Sequence[str]) -> list[Step]:
    """Return the normalizer; see to it that no text grows beyond a small multiple.

    What a step has written in place of fewer characters, no later one may lengthen again, and
    behind a character map none may lengthen anything.
    """
    steps: list[Step] = []
    grown: set[str] = set()
    mapped = False
    for part in parts:
        kind = part["type"]
        if steps and kind in _RULES["first_normalizers"]:
            raise _refusal(f"normalizer {kind} must come first")
        if kind == "NFC":
            steps.append(Composed())
        elif kind == "Precompiled":
            steps.append(Mapped(_charsmap(part, kept)))
            mapped = True
        elif kind == "Strip":
            left, right = part.get("strip_left"), part.get("strip_right")
            if type(left) is not bool or type(right) is not bool:
                raise _refusal("normalizer Strip must say which sides")
            steps.append(Stripped(left=left, right=right))
        elif (
            part.get("pattern") == {"Regex": _RULES["several_spaces"]}
            and part.get("content") == " "
        ):
            steps.append(Squeezed())
        else:
            old, new = _replacement(part)
            longer = len(new) > len(old)
            again = mapped or bool(grown & set(old))
            if longer and (again or len(new) > _RULES["replacement_characters"]):
                raise _refusal(f"normalizer makes {shown(old)} too long")
            if longer or again:
                grown |= set(new)
            steps.append(Replaced(old, new))
    return steps


def _replacement(part: Mapping[str, Any]) -> tuple[str, str]:
    pattern, new = part.get("pattern"), part.get("content")
    old = pattern["String"] if isinstance(pattern, Mapping) and [*pattern] == ["String"] else None
    if not isinstance(old, str) or not old or not isinstance(new, str):
        raise _refusal("normalizer Replace must have a plain string pattern, or that of spaces")
    return old, new


def _charsmap(part: Mapping[str, Any], kept: Sequence[str]) -> Charsmap:
    import base64  # few bundles have one

    try:
        data = base64.b64decode(part.get("precompiled_charsmap") or "", validate=True)
    except (TypeError, ValueError):
        raise _refusal("normalizer Precompiled is not Base64") from None
    return Charsmap(data, _RULES["charsmap_characters"], kept_pattern(kept))


def _words(content: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    """Return the pre-tokenizers, which cut the text into words as the vocabulary has them."""
    every = {name for ways in _RULES["pre_tokenizers"].values() for way in ways for name in way}
    parts = _parts(content, "pre_tokenizer", "pretokenizers", sorted(every))
    allowed = _RULES["pre_tokenizers"][kind]
    if [part["type"] for part in parts] not in allowed:
        ways = " or ".join(", ".join(way) for way in allowed)
        raise _refusal(f"pre_tokenizer of this model must be {ways}")
    for part in parts:
        if part["type"] == "Metaspace":
            _check_metaspace(part, (True, False) if kind == "Unigram" else (True,))
        if part["type"] == "Digits" and part.get("individual_digits") is not True:
            raise _refusal("Digits must be individual")
    return parts


def _check_metaspace(part: Mapping[str, Any], splits: Sequence[bool]) -> None:
    usual = (part.get("replacement"), part.get("prepend_scheme")) == (MARK, "always")
    if not usual or not any(part.get("split") is split for split in splits):
        raise _refusal("Metaspace must be the usual one")


def _check_decoders(
    content: Mapping[str, Any], suffix: str, *, spaced: bool, by_bytes: bool
) -> None:
    parts = _parts(content, "decoder", "decoders")
    kind = "bytes" if by_bytes else "suffix" if suffix else "words" if spaced else "marks"
    wanted = _RULES["decoders"][kind]
    if [part["type"] for part in parts] != wanted:
        names = ", ".join(wanted) + ", in that order" if wanted else "left out"
        raise _refusal(f"decoders must be {names}")
    for part in parts:
        if part["type"] == "Metaspace":
            _check_metaspace(part, (True, False))
        if part["type"] == "BPEDecoder" and part.get("suffix") != suffix:
            raise _refusal("BPEDecoder must have the suffix of the model")
