"""The subword model: what it consists of, what can come out of text, and that it is all there."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allez.errors import BundleFormatError
from allez.text.definition import read_definition
from allez.text.tokenizer import Tokenizer
from allez_export.config import ConfigError, VocabularyConfig
from allez_export.data.read import Pair
from allez_export.vocabulary import _REPLACE, BOS, EOS, PAD, append, learn

RESERVED = 259


@pytest.fixture(scope="session")
def content(definition: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(definition)
    return found


def normalized(text: str) -> str:
    """Return what is documented to be left of a text: NFC, one typography, no outer marker."""
    text = unicodedata.normalize("NFC", text)
    for old, new in _REPLACE:
        text = text.replace(old, new)
    text = text.replace("▁", " ")  # the library's sign for a space
    return text[1:] if text.startswith(" ") else text


# --- the file -------------------------------------------------------------------------------


def test_only_what_every_host_implements_is_in_the_file(content: dict[str, Any]) -> None:
    read_definition(content)
    assert content["added_tokens"] == []
    assert {key for key, value in content.items() if value} == {
        "version",
        "normalizer",
        "pre_tokenizer",
        "decoder",
        "model",
    }
    kinds = [part["type"] for part in content["normalizer"]["normalizers"]]
    assert kinds == ["NFC"] + ["Replace"] * len(_REPLACE)
    assert all("String" in p["pattern"] for p in content["normalizer"]["normalizers"][1:])
    kinds = [part["type"] for part in content["pre_tokenizer"]["pretokenizers"]]
    assert kinds == ["Metaspace", "Digits"]
    assert content["pre_tokenizer"]["pretokenizers"][1]["individual_digits"] is True
    kinds = [part["type"] for part in content["decoder"]["decoders"]]
    assert kinds == ["Metaspace", "ByteFallback", "Fuse"]
    model = content["model"]
    assert (model["type"], model["byte_fallback"]) == ("BPE", True)
    assert not any(model[key] for key in ("dropout", "unk_token", "fuse_unk", "ignore_merges"))


def test_ids_are_reserved_then_learnt(content: dict[str, Any], tokenizer: Tokenizer) -> None:
    vocabulary = content["model"]["vocab"]
    pieces = sorted(vocabulary, key=vocabulary.__getitem__)
    assert sorted(vocabulary.values()) == list(range(len(vocabulary)))
    assert [pieces[PAD], pieces[BOS], pieces[EOS]] == ["<pad>", "<s>", "</s>"]
    assert pieces[3:RESERVED] == [f"<0x{byte:02X}>" for byte in range(256)]
    learnt = pieces[RESERVED:]
    characters = [piece for piece in learnt if len(piece) == 1]
    assert learnt[: len(characters)] == characters
    merged = ["".join(merge) for merge in content["model"]["merges"]]
    assert learnt[len(characters) :] == merged  # each one in the order it was learnt
    assert tokenizer.size == len(pieces)


def test_the_size_is_the_one_asked_for(pairs: list[Pair]) -> None:
    lines = [side for pair in pairs for side in pair]
    for size in (300, 333):
        assert Tokenizer(learn(lines, VocabularyConfig(size=size, alphabet=30))).size == size


def test_rare_characters_have_no_token_and_are_spelled_in_bytes() -> None:
    lines = ["aabbcc"] * 9 + ["é" * 3]
    tokenizer = Tokenizer(learn(lines, VocabularyConfig(size=300, alphabet=4)))
    assert tokenizer.pieces(tokenizer.encode("aé")) == ("▁", "a", "<0xC3>", "<0xA9>")
    assert tokenizer.decode(tokenizer.encode("aé")) == "aé"


def test_the_runtime_refuses_the_file_with_one_component_more(content: dict[str, Any]) -> None:
    changed = {**content, "post_processor": {"type": "ByteLevel"}}
    with pytest.raises(BundleFormatError, match="post_processor"):
        Tokenizer(json.dumps(changed))


# --- determinism ----------------------------------------------------------------------------


def test_learning_twice_gives_the_same_file(pairs: list[Pair], definition: str) -> None:
    lines = [side for pair in pairs for side in pair]
    assert learn(lines, VocabularyConfig(size=340, alphabet=200)) == definition


def test_learning_twice_gives_the_same_file_when_characters_are_equally_rare() -> None:
    lines = [f"mot {chr(0x4E00 + i)} fin" for i in range(300)] * 2
    config = VocabularyConfig(size=600, alphabet=60)
    assert len({learn(lines, config) for _ in range(4)}) == 1


def test_a_size_without_room_for_the_bytes_is_refused() -> None:
    with pytest.raises(ConfigError, match="size must be 300"):
        VocabularyConfig(size=RESERVED)
    assert Tokenizer(learn(["un deux"] * 3, VocabularyConfig(size=300))).size < 300


# --- special pieces -------------------------------------------------------------------------

SPECIAL = ["</s>", "<s>", "<pad>", "<0x0A>", "<0xE2><0x96><0x81>", " </s> ", "a</s>", "<pad><pad>"]


@pytest.fixture(scope="session")
def marked_up() -> Tokenizer:
    """A vocabulary whose text was full of what must never become one piece."""
    lines = [f"{a} {b}{a}" for a in SPECIAL for b in ("mot", "", " x")] * 5
    return Tokenizer(learn(lines, VocabularyConfig(size=500, alphabet=100)))


@pytest.mark.parametrize("text", SPECIAL)
def test_special_pieces_cannot_be_typed(
    tokenizer: Tokenizer, marked_up: Tokenizer, text: str
) -> None:
    for model in (tokenizer, marked_up):  # the first has no token for "<" and spells its byte
        ids = model.encode(text)
        assert not {PAD, BOS, EOS} & set(ids)
        assert model.decode(ids) == normalized(text)
    assert min(marked_up.encode(text)) >= RESERVED


@settings(deadline=None)
@given(st.lists(st.sampled_from(["<", ">", "/", "s", "0x", "0A", "pad", "</s>", " "]), max_size=12))
def test_no_mixture_of_their_parts_makes_a_special_piece(
    marked_up: Tokenizer, parts: list[str]
) -> None:
    text = "".join(parts)
    ids = marked_up.encode(text)
    assert min(ids, default=RESERVED) >= RESERVED
    assert marked_up.decode(ids) == normalized(text)


def test_special_pieces_show_where_they_stand(tokenizer: Tokenizer) -> None:
    assert tokenizer.pieces([PAD, BOS, EOS]) == ("<pad>", "<s>", "</s>")


# --- round trip -----------------------------------------------------------------------------


def known_since_unicode_3(character: str) -> bool:
    """Later characters may be composed by one library's tables and not yet by another's."""
    return unicodedata.ucd_3_2_0.category(character) not in ("Cn", "Cs")


ANY_TEXT = st.text(
    st.characters(exclude_categories=["Cs"]).filter(known_since_unicode_3)
    | st.sampled_from(
        "'\"«»’ \N{NARROW NO-BREAK SPACE}?!;:…▁é\u0301\u00ad09\n\t\0😀🇫🇷👩‍👩‍👧漢字가"
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=300)
@given(ANY_TEXT)
@example("")
@example(" ")
@example("  deux espaces  ")
@example("«\N{NARROW NO-BREAK SPACE}Ça va\N{NO-BREAK SPACE}?\N{NARROW NO-BREAK SPACE}»")
@example("👩‍👩‍👧 漢字 かな 한국어 عربى \x00\x1b\x7f\u200b\ufeff")
@example("e\N{COMBINING ACUTE ACCENT}te\u0301")
@example("a\r\nb\tc")
def test_any_text_comes_back_but_for_its_typography(
    tokenizer: Tokenizer, marked_up: Tokenizer, text: str
) -> None:
    for model in (tokenizer, marked_up):
        ids = model.encode(text)
        assert not {PAD, BOS, EOS} & set(ids)
        assert model.decode(ids) == normalized(text)
        assert model.encode_batch([text, "x"])[0] == ids


def test_lone_surrogates_become_the_replacement_character(tokenizer: Tokenizer) -> None:
    assert tokenizer.decode(tokenizer.encode("a\ud800b")) in ("a?b", "a\N{REPLACEMENT CHARACTER}b")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("« Oui »", '"Oui"'),
        ("«\N{NO-BREAK SPACE}Oui\N{NO-BREAK SPACE}»", '"Oui"'),
        ("«Oui»", '"Oui"'),
        ("“Oui”", '"Oui"'),
        ("l’été", "l'été"),
        ("Quoi\N{NARROW NO-BREAK SPACE}?", "Quoi?"),
        ("Quoi ?", "Quoi?"),
        ("Non !", "Non!"),
        ("ici : là ; fin", "ici: là; fin"),
        ("hum…", "hum..."),
        ("porte\N{NON-BREAKING HYPHEN}monnaie", "porte-monnaie"),
        ("cou\N{SOFT HYPHEN}per", "couper"),
        ("10\N{NARROW NO-BREAK SPACE}000\N{THIN SPACE}€", "10 000 €"),
        ("m² ½ ™ ﬁ", "m² ½ ™ ﬁ"),  # what NFKC would rewrite
    ],
)
def test_two_typographies_are_one_text(tokenizer: Tokenizer, typed: str, read: str) -> None:
    assert tokenizer.encode(typed) == tokenizer.encode(read)
    assert tokenizer.decode(tokenizer.encode(typed)) == read


# --- boundaries -----------------------------------------------------------------------------


def parts_of(merge: Any) -> str:
    """Return the piece that a merge makes; files write it as a string or as a pair."""
    return merge.replace(" ", "") if isinstance(merge, str) else "".join(merge)


@pytest.fixture(scope="session")
def punctuated() -> dict[str, Any]:
    """A vocabulary from text that invites merges across every boundary."""
    lines = ["l'ami d'été qu'il n'a.", "fin. Le (bon) mot-clé, l'eau...", "aujourd'hui 1984 20h30"]
    lines += ["c'est-à-dire : oui !", "a_b @nom #mot 3,50 € http://exemple.fr/ici", "don't it's"]
    lines += ["Le mot (ami), le (mot) ami.", "1er 2e 3e m2 m3", "« non » !!! ??? --- ...'' ''a a''"]
    found: dict[str, Any] = json.loads(learn(lines * 20, VocabularyConfig(size=800, alphabet=200)))
    return found


def test_no_piece_crosses_a_boundary(punctuated: dict[str, Any]) -> None:
    merges = [parts_of(merge) for merge in punctuated["model"]["merges"]]
    assert len(merges) > 70
    letters = r"[^\W\d_]|\N{COMBINING ACUTE ACCENT}"
    for piece in merges:
        word = re.fullmatch(rf"▁?(?:{letters})+'?|▁'", piece)  # an apostrophe ends its piece
        marks = re.fullmatch(r"[^\w\s▁']+|_+", piece)
        mixed = re.fullmatch(r"[^\w\s▁'](?:[^\w\s▁']|_)*|_(?:[^\w\s▁']|_)+", piece)
        assert word or marks or mixed, piece


def test_merges_that_should_be_there_are(punctuated: dict[str, Any]) -> None:
    merges = {parts_of(merge) for merge in punctuated["model"]["merges"]}
    assert {"▁l'", "▁ami", "▁mot", "..."} <= merges


def test_digits_stand_alone(punctuated: dict[str, Any]) -> None:
    assert not [p for p in punctuated["model"]["vocab"] if re.search(r"\d", p[1:]) and len(p) != 6]
    model = Tokenizer(json.dumps(punctuated))
    assert model.pieces(model.encode("1984")) == ("▁", "1", "9", "8", "4")
    assert model.pieces(model.encode("20h30"))[-5:] == ("2", "0", "h", "3", "0")


@settings(deadline=None)
@given(st.text(alphabet="abl'.,-? 1(é", max_size=20))
def test_encoding_never_crosses_a_boundary_either(tokenizer: Tokenizer, text: str) -> None:
    for piece in tokenizer.pieces(tokenizer.encode(text)):
        if not piece.startswith("<0x"):
            assert re.fullmatch(r"▁?[^\W\d_]*'?|[\d▁]|[^\w\s▁']+", piece), piece


# --- symbols --------------------------------------------------------------------------------

SYMBOLS = "\ue000-\ue009\ue03a"


def test_symbols_are_tokens_that_no_merge_crosses(pairs: list[Pair]) -> None:
    config = VocabularyConfig(size=340, alphabet=200, symbols=SYMBOLS)
    lines = [f"{side} \ue000\ue001 x\ue000" for pair in pairs for side in pair]
    definition = learn(lines, config)
    pieces = json.loads(definition)["model"]["vocab"]
    assert [pieces[symbol] for symbol in config.characters] == list(range(329, 340))
    assert not [piece for piece in pieces if len(piece) > 1 and set(piece) & set(config.characters)]
    tokenizer = Tokenizer(definition)
    for text in ("la\ue000mer", "\ue000\ue001", "d'\ue03a (\ue009)"):
        ids = tokenizer.encode(text)
        assert tokenizer.decode(ids) == text
        assert sum(i >= 329 for i in ids) == sum(c in config.characters for c in text)


def test_symbols_are_appended_to_a_vocabulary(definition: str) -> None:
    symbols = VocabularyConfig(symbols=SYMBOLS).characters
    longer = append(definition, symbols)
    before, after = (Tokenizer(text) for text in (definition, longer))
    assert after.size == before.size + 11
    assert after.encode("la mer") == before.encode("la mer")
    assert after.encode("\ue03a")[-1] == after.size - 1
    assert append(longer, symbols) == longer


ALL_SYMBOLS = VocabularyConfig(symbols="\ue000-\ue047").characters


@pytest.fixture(scope="session")
def with_symbols(pairs: list[Pair]) -> str:
    """A vocabulary whose text often had every symbol between the same letters."""
    lines = [f"la{symbol}mer {symbol}{symbol} l'{symbol}" for symbol in ALL_SYMBOLS] * 5
    lines += [side for pair in pairs for side in pair]
    return learn(lines, VocabularyConfig(size=420, alphabet=60, symbols="\ue000-\ue047"))


def test_no_merge_holds_a_symbol(with_symbols: str) -> None:
    model = json.loads(with_symbols)["model"]
    assert len(ALL_SYMBOLS) == 72
    assert [model["vocab"][symbol] for symbol in ALL_SYMBOLS] == list(range(420 - 72, 420))
    assert ["▁l", "a"] in model["merges"]  # something was learnt from what stood beside them
    assert not set(ALL_SYMBOLS) & set("".join(a + b for a, b in model["merges"]))
    assert [p for p in model["vocab"] if set(ALL_SYMBOLS) & set(p)] == list(ALL_SYMBOLS)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*ALL_SYMBOLS, "la", "mer", "l'", "(", ").", "12", " ", "é"])))
@example(list(ALL_SYMBOLS))
def test_each_symbol_is_one_token_wherever_it_stands(with_symbols: str, parts: list[str]) -> None:
    text = "".join(parts)
    tokenizer = Tokenizer(with_symbols)
    ids, spans = tokenizer.encode_spans(text)
    found = [
        (piece, span)
        for piece, span in zip(tokenizer.pieces(ids), spans, strict=True)
        if set(ALL_SYMBOLS) & set(piece)
    ]
    assert found == [(c, (at, at + 1)) for at, c in enumerate(text) if c in ALL_SYMBOLS]
    assert tokenizer.decode(ids) == normalized(text)


def test_only_characters_of_private_use_are_symbols() -> None:
    with pytest.raises(ConfigError, match="private use"):
        VocabularyConfig(symbols="a")


def test_merges_cross_what_is_joined_and_nothing_that_stands_apart() -> None:
    """Blanks are two tokens, a bracket and its word each; the separator of turns is one."""
    lines = ["It is [city name]! | Is it [city name]?", "[time] |... |! | it"] * 50
    config = VocabularyConfig(size=420, alphabet=60, joined="[]")
    read = Tokenizer(learn(lines, config, apart="|"))
    assert read.pieces(read.encode("it [city name] | it|it")) == (
        *("▁it", "▁[city", "▁name]", "▁", "|", "▁it", "|", "it"),
    )
    pieces = read.pieces(range(read.size))
    assert [piece for piece in pieces if "|" in piece] == ["|"]
    usual = Tokenizer(learn(lines, VocabularyConfig(size=420, alphabet=60)))
    assert "▁[city" not in usual.pieces(range(usual.size))
