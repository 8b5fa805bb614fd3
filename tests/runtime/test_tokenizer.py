"""The tokenizer of a bundle: round trips, and refusal of what other hosts cannot do."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allez.errors import BundleFormatError
from allez.text.bpe import BytePairs
from allez.text.tokenizer import Tokenizer


@pytest.fixture(scope="module")
def definition(tiny_bundle: Path) -> str:
    return (tiny_bundle / "tokenizer.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tokenizer(definition: str) -> Tokenizer:
    return Tokenizer(definition)


def normalized(text: str, definition: str) -> str:
    """What the file's normalizers and the word mark make of a text."""
    text = unicodedata.normalize("NFC", text)
    for step in json.loads(definition)["normalizer"]["normalizers"]:
        if step["type"] == "Replace":
            text = text.replace(step["pattern"]["String"], step["content"])
    text = text.replace("▁", " ")
    return text.removeprefix(" ")


@given(text=st.text())
@example(text="Comment allez-vous ?")
@example(text="</s> <s> <pad> <0x0A> <unk>")
@example(text="👩‍👩‍👧‍👦 é é 中文 \x00\x07\t")
def test_round_trip(text: str, tokenizer: Tokenizer, definition: str) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == normalized(text, definition)


@given(text=st.text())
def test_no_text_becomes_a_special_token(text: str, tokenizer: Tokenizer) -> None:
    assert not {0, 1, 2} & set(tokenizer.encode(text + "</s><s><pad>"))


@given(word=st.text(alphabet="aeilnrst", min_size=2, max_size=30))
def test_short_words_are_merged_as_long_ones_are(word: str, tokenizer: Tokenizer) -> None:
    model = tokenizer._model
    assert isinstance(model, BytePairs)
    few, many = list(word), list(word)
    places, others = ([(at, at + 1) for at in range(len(word))] for _ in range(2))
    model._merge_few(few, places)
    model._merge(many, others)
    left = [(symbol, place) for symbol, place in zip(many, others, strict=True) if symbol]
    assert list(zip(few, places, strict=True)) == left


@given(texts=st.lists(st.text(), max_size=8))
def test_batch_equals_singles(texts: list[str], tokenizer: Tokenizer) -> None:
    assert tokenizer.encode_batch(texts) == [tokenizer.encode(text) for text in texts]


@given(text=st.text(), cut=st.integers(0, 60))
def test_stable_part_is_a_prefix_of_the_text(text: str, cut: int, tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids).startswith(tokenizer.decode_stable(ids[:cut]))


def test_lone_surrogates_are_replaced(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(tokenizer.encode("a\ud800b")) == "a?b"


def test_pieces_spell_the_ids(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("Je vois le chat.")
    assert "".join(tokenizer.pieces(ids)) == "▁Je▁vois▁le▁chat."


def replace_steps(*steps: tuple[str, str]) -> dict[str, Any]:
    """Return a normalizer of plain replacements."""
    parts = [
        {"type": "Replace", "pattern": {"String": pattern}, "content": content}
        for pattern, content in steps
    ]
    return {"type": "Sequence", "normalizers": parts}


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("added_tokens",), [{"id": 2, "content": "</s>", "special": True}], "added_tokens"),
        (("model", "type"), "WordPiece", "model 'WordPiece'"),
        (("model", "type"), "Unigram", "'continuing_subword_prefix', which no host knows"),
        (("model", "byte_fallback"), False, "byte fallback"),
        (("model", "dropout"), 0.1, "dropout"),
        (("model", "ignore_merges"), True, "ignore_merges"),
        (("normalizer",), {"type": "NFKC"}, "NFKC"),
        (
            ("normalizer",),
            {"type": "Sequence", "normalizers": [{"type": "Lowercase"}]},
            "Lowercase",
        ),
        (
            ("normalizer",),
            {"type": "Replace", "pattern": {"Regex": "a+"}, "content": "a"},
            "plain string",
        ),
        (("pre_tokenizer",), {"type": "ByteLevel"}, "ByteLevel"),
        (("pre_tokenizer",), {"type": 3}, "malformed"),
        (("decoder",), {"type": "Fuse"}, "decoders"),
        (("post_processor",), {"type": "ByteLevel"}, "post_processor"),
        (("padding",), {"strategy": "BatchLongest"}, "padding"),
        (("model", "merges"), [["a"]], "merges are not pairs"),
        (("model",), None, "no model"),
        (("model", "merges"), [["a", "zz"]], "a merge names 'zz'"),
        (("model", "merges"), ["a"], "merges are not pairs"),
        (("model", "merges"), {}, "no merges"),
        (("model", "cache_capacity"), 10**18, "'cache_capacity', which no host knows"),
        (("special",), {}, "'special', which no host knows"),
        (("model", "vocab", "zz"), 2**31, "ids 0, 1, 2"),
        (("model", "vocab", "zz"), -1, "ids 0, 1, 2"),
        (("model", "vocab", "zz"), 5, "ids 0, 1, 2"),
        (("model", "vocab", "zz"), True, "ids 0, 1, 2"),
        (("model", "vocab", "zz"), 420.0, "ids 0, 1, 2"),
        (("model", "vocab", ""), 420, "1 to 256 characters"),
        (("model", "vocab", "z" * 300), 420, "1 to 256 characters"),
        (("normalizer",), replace_steps(("", "x")), "plain string"),
        (("normalizer",), replace_steps(("a", "x" * 17)), "makes 'a' too long"),
        (("normalizer",), replace_steps(("a", "bb"), ("b", "cc")), "makes 'b' too long"),
        (("normalizer",), replace_steps(("a", "bb"), ("bx", "c"), ("c", "dd")), "makes 'c' too"),
        (("normalizer",), [*replace_steps(("a", "bb")).values()], "malformed"),
        (
            ("normalizer",),
            {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "NFC"}]},
            "must come first",
        ),
    ],
    ids=str,
)
def test_foreign_components_are_refused_by_name(
    definition: str, path: tuple[str, ...], value: Any, named: str
) -> None:
    content = json.loads(definition)
    inner = content
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(BundleFormatError, match=named):
        Tokenizer(json.dumps(content))


def test_a_text_cannot_be_blown_up(definition: str) -> None:
    """Steps that lengthen are allowed where no text can grow by more than each of them says."""
    content = json.loads(definition)
    content["normalizer"] = replace_steps(("…", "..."), ("½", "1/2"), ("..", "-"), ("ﬁ", "fi"))
    assert Tokenizer(json.dumps(content)).encode("a…")
    content["normalizer"] = replace_steps(*((chr(97 + i), chr(98 + i) * 2) for i in range(24)))
    with pytest.raises(BundleFormatError, match="too long"):
        Tokenizer(json.dumps(content))


def test_keys_that_occur_twice(definition: str) -> None:
    with pytest.raises(BundleFormatError, match="twice"):
        Tokenizer(definition.replace('"version"', '"model": {}, "version"', 1))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3"])
def test_what_is_no_tokenizer_is_refused(text: str) -> None:
    with pytest.raises(BundleFormatError):
        Tokenizer(text)


VECTORS = sorted((Path(__file__).parents[2] / "spec" / "vectors").glob("tokenizer*.jsonl"))


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_vectors(path: Path, definition: str) -> None:
    cases = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    if "definition" in cases[0]:
        definition = json.dumps(cases.pop(0)["definition"])
    tokenizer = Tokenizer(definition)
    assert len(cases) >= 200
    for case in cases:
        if "text" in case:
            ids, spans = tokenizer.encode_spans(case["text"])
            assert (ids, [*map(list, spans)]) == (case["ids"], case["spans"]), case["text"][:200]
            assert tokenizer.encode(case["text"]) == ids
        assert tokenizer.decode(case["ids"]) == case["decoded"]
        spelled = tokenizer.decode_spans(case["ids"])
        assert (spelled.text, len(spelled.spans)) == (case["decoded"], len(case["ids"]))


@given(text=st.text())
def test_spans_cover_the_text_in_order(text: str, tokenizer: Tokenizer) -> None:
    done = 0
    for start, end in tokenizer.encode_spans(text).spans:
        assert 0 <= start <= end <= len(text)
        assert end >= done
        done = end


def test_spans_point_at_what_was_typed(tokenizer: Tokenizer) -> None:
    text = "Je\u00a0vois  le cha\u0302t « noir » 😀 ?"
    ids, spans = tokenizer.encode_spans(text)
    shown = dict(zip(tokenizer.pieces(ids), (text[a:b] for a, b in spans), strict=True))
    assert (shown["▁vois"], shown["▁le"]) == ("vois", "le")
    assert {text[a:b] for a, b in spans} >= {"a\u0302", "« ", " »", "😀", " ?"}
    typed = "".join(text[a:b] for a, b in dict.fromkeys(spans))
    assert "".join(typed.split()) == "".join(text.split())


def test_where_the_tokens_of_a_translation_stand(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("Je vois 😀 le chat.")
    text, spans = tokenizer.decode_spans(ids)
    assert text == "Je vois 😀 le chat."
    for piece, (start, end) in zip(tokenizer.pieces(ids), spans, strict=True):
        assert text[start:end] == ("😀" if piece.startswith("<0x") else piece.lstrip("▁") or " ")
