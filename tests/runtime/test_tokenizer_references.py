"""Our tokenizer against the libraries whose files it reads: the same ids for any text.

`tokenizers` is the reference for byte-pair encoding, SentencePiece for its own models (sums of
float32, ties, the character map), and for subword-nmt the rules applied one after the other.
"""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import tokenizers
from hypothesis import given
from hypothesis import strategies as st

from allez.text.tokenizer import Tokenizer
from hosts.cases import is_known, strings
from support import french, subwords

LINES = 1500
SMALL = {"vocab_size": 420, "character_coverage": 0.999, "hard_vocab_limit": False}


@cache
def texts(count: int) -> tuple[str, ...]:
    """Return strings of every kind whose characters the references know."""
    found = strings(random.Random(count), ["▁le", "▁la", "ch", "é", "<unk>", "<0x41>"], count)
    return tuple(text for text in dict.fromkeys(found) if is_known(text))


def without_surrogates(text: str) -> str:
    """Return a text that other libraries accept."""
    return text.encode("utf-8", "replace").decode("utf-8")


def bpe(definition: str) -> Any:
    """Return the reference for byte-pair encoding."""
    reference = tokenizers.Tokenizer.from_str(definition)
    reference.encode_special_tokens = True
    return reference


def test_byte_pairs_are_those_of_the_library(shipped_bundle: Path) -> None:
    definition = (shipped_bundle / "tokenizer.json").read_text(encoding="utf-8")
    ours, reference = Tokenizer(definition), bpe(definition)
    cases = texts(30_000)
    assert len(cases) >= 25_000
    for text in cases:
        wanted = reference.encode(without_surrogates(text), add_special_tokens=False).ids
        assert ours.encode(text) == wanted, text[:200]
        assert ours.decode(wanted) == reference.decode(wanted, skip_special_tokens=False)


def test_texts_of_any_ids_are_those_of_the_library(shipped_bundle: Path) -> None:
    definition = (shipped_bundle / "tokenizer.json").read_text(encoding="utf-8")
    ours, reference = Tokenizer(definition), bpe(definition)
    generator = random.Random(1)
    marks = [3 + byte for byte in "▁ é".encode()]  # a mark spelled in bytes is no space
    for _ in range(2000):
        pool = generator.choice((range(ours.size), range(3, 259), [*marks, 300, 400]))
        ids = generator.choices(pool, k=generator.randint(0, 9))
        assert ours.decode(ids) == reference.decode(ids, skip_special_tokens=False), ids
    assert ours.decode(marks) == "▁ é"


@given(text=st.text())
def test_any_byte_pairs(text: str, tiny_bundle: Path) -> None:
    definition = (tiny_bundle / "tokenizer.json").read_text(encoding="utf-8")
    if is_known(text):
        wanted = bpe(definition).encode(without_surrogates(text), add_special_tokens=False).ids
        assert Tokenizer(definition).encode(text) == wanted


@pytest.mark.parametrize("kind", ["unk", "fused", "suffix"])
def test_unknown_characters_of_byte_pairs(kind: str, tiny_bundle: Path) -> None:
    if kind == "suffix":
        lines = french.sentences(1, 300)
        merges = subwords.learn_merges(lines, 150)
        definition = subwords.suffix_definition(merges, set("".join(lines)) - {" "})
    else:
        content = json.loads((tiny_bundle / "tokenizer.json").read_text(encoding="utf-8"))
        content["model"] |= {
            "byte_fallback": False,
            "unk_token": "<s>",
            "fuse_unk": kind == "fused",
        }
        content["decoder"] = content["decoder"]["decoders"][0]
        definition = json.dumps(content)
    ours, reference = Tokenizer(definition), bpe(definition)
    for text in texts(3000):
        wanted = reference.encode(without_surrogates(text), add_special_tokens=False).ids
        assert ours.encode(text) == wanted, text[:200]
        if wanted:
            assert ours.decode(wanted) == reference.decode(wanted, skip_special_tokens=False)


def test_an_end_of_word_suffix_is_that_of_subword_nmt() -> None:
    lines = french.sentences(2, 400)
    merges = subwords.learn_merges(lines, 200)
    characters = set("".join(lines)) - {" "}
    ours = Tokenizer(subwords.suffix_definition(merges, characters))
    unseen = [text for text in french.sentences(3, 2 * LINES) if text not in lines][:LINES]
    assert len(unseen) == LINES
    for text in unseen:
        wanted = [s for word in text.split() for s in subwords.cut_by_merges(word, merges)]
        known = [symbol if symbol[0] in characters else "<unk>" for symbol in wanted]
        assert list(ours.pieces(ours.encode(text))) == known
        assert ours.decode(ours.encode(text)) == text


def test_plain_words() -> None:
    ours = Tokenizer(subwords.words_definition(["le", "chat", "dort", "▁"]))
    assert ours.pieces(ours.encode(" le  chat\u2003gris\ndort ▁ ")) == (
        *("le", "chat", "<unk>", "dort", "▁"),
    )
    assert ours.decode([1, 2, 0, 3]) == "le chat <unk> dort"
    assert ours.encode_spans(" le  chat").spans == [(1, 3), (5, 9)]
    assert ours.decode_spans([1, 2]).spans == [(0, 2), (3, 7)]


MODELS: dict[str, dict[str, Any]] = {
    "unigram": {"model_type": "unigram"},
    "unigram, bytes": {"model_type": "unigram", "byte_fallback": True, "vocab_size": 640},
    "unigram, kept": {
        "model_type": "unigram",
        "user_defined_symbols": ["<x>", "<xy>", "œu", "Paris", "ﬁ", ".."],
    },
    "bpe": {"model_type": "bpe"},
    "bpe, bytes": {"model_type": "bpe", "byte_fallback": True, "vocab_size": 640},
    "bpe, kept": {"model_type": "bpe", "user_defined_symbols": ["<x>", "<xy>", "ch", "..", "ﬁ"]},
    "own map": {"model_type": "unigram", "normalization_rule_tsv": "RULES"},
    "no map": {"model_type": "unigram", "normalization_rule_name": "identity"},
    "folded": {"model_type": "bpe", "normalization_rule_name": "nmt_nfkc_cf"},
}


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    options = dict(MODELS[request.param])
    if options.get("normalization_rule_tsv"):
        rules = tmp_path_factory.mktemp("rules") / "rules.tsv"
        rules.write_text("\n".join(subwords.RULES) + "\n", encoding="utf-8")
        options["normalization_rule_tsv"] = str(rules)
    return subwords.train(french.sentences(4, 1500), **SMALL | options)


def compare(model: bytes, cases: list[str]) -> None:
    ours = Tokenizer(subwords.definition(model))
    reference = sentencepiece.SentencePieceProcessor(model_proto=model)
    wanted = reference.encode([without_surrogates(text) for text in cases])
    for text, ids in zip(cases, wanted, strict=True):
        assert ours.encode(text) == ids, text[:200]
        if reference.unk_id() not in ids:
            assert ours.decode(ids) == reference.decode(ids)


def test_pieces_are_those_of_sentencepiece(model: bytes) -> None:
    # A typed mark that stays at either end is one of SentencePiece's own spaces.
    cases = [f"x{text}x" for text in texts(1500)]
    generator = random.Random(5)
    junk = "aeinrst  .«»<xy>œuParisch…01½é\u0301\xad\xa0ÆqxAµ😀ﬁ中\t\x85<unk><s></s><0x41>"
    cases += ["".join(generator.choices(junk, k=generator.randint(1, 30))) for _ in range(1000)]
    cases += french.sentences(6, LINES)
    compare(model, cases)


@pytest.mark.parametrize("steps", [1.0, 0.1])
def test_ties_go_where_sentencepiece_has_them(steps: float) -> None:
    """Scores of few different values: many ways to spell a text have the same sum, or nearly."""
    model = subwords.train(french.sentences(4, 1500), **SMALL | {"model_type": "unigram"})
    generator = random.Random(7)
    scores = [-steps * generator.randint(1, 60) for _ in subwords.pieces_of(model)]
    cases = french.sentences(8, 1000)
    cases += [" ".join(generator.sample(cases, 20)) for _ in range(100)]
    compare(subwords.rescored(model, scores), cases)
