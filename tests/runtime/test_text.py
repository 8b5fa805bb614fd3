"""Sentences: the file that every host must agree with, and what holds for any text and rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.errors import BundleFormatError
from allez.text.aligned import Aligned
from allez.text.casing import (
    as_read,
    capitalized_alike,
    in_capitals,
    in_small_letters,
    normalize_space,
    to_capitals,
)
from allez.text.rules import SentenceRules
from allez.text.segmentation import Segment, split
from allez.text.short import shortened

ROOT = Path(__file__).parents[2]
RULES_FOLDER = ROOT / "export" / "allez_export" / "sentences"
SHARED = ROOT / "spec" / "vectors" / "sentences.jsonl"


def read_rules(language: str) -> SentenceRules:
    return SentenceRules.from_json((RULES_FOLDER / f"{language}.json").read_text(encoding="utf-8"))


FRENCH = read_rules("fr")
HEADER, *CASES = map(json.loads, SHARED.read_text(encoding="utf-8").splitlines())

COUNTS: dict[str, Callable[[str], int]] = {
    "characters": len,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "groups": lambda text: 1 + len(text) // 4,
    "whims": lambda text: sum(map(ord, text)) % 50,  # grows and shrinks: nothing relies on order
}


ENGLISH_HEADER, *ENGLISH_CASES = map(
    json.loads, SHARED.with_stem("sentences_en").read_text(encoding="utf-8").splitlines()
)

SHORTENED = [
    json.loads(line)
    for line in SHARED.with_stem("shortened_en").read_text(encoding="utf-8").splitlines()
]


def sentences(text: str, rules: SentenceRules = FRENCH) -> list[str]:
    return [
        piece.text for piece in split(text, rules, COUNTS["groups"]) if piece.kind == "sentence"
    ]


# --- the shared files -----------------------------------------------------------------------


@pytest.mark.parametrize("case", SHORTENED, ids=lambda case: case["text"])
def test_english_words_that_are_cut_short_are_read_as_every_host_does(case: dict[str, str]) -> None:
    assert Aligned.of(case["text"]).edited(shortened(case["text"], "en")).text == case["read"]


@pytest.mark.parametrize("case", ENGLISH_CASES, ids=[case["text"][:40] for case in ENGLISH_CASES])
def test_shared_file_of_english(case: dict[str, Any]) -> None:
    rules = SentenceRules.from_json(json.dumps(ENGLISH_HEADER["definition"]))
    assert rules == read_rules("en")
    pieces = split(case["text"], rules, COUNTS[ENGLISH_HEADER["count_tokens"]])
    assert [[piece.text, piece.kind == "sentence"] for piece in pieces] == case["pieces"]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:40] for case in CASES])
def test_shared_file(case: dict[str, Any]) -> None:
    rules = read_rules(HEADER["rules"])._replace(
        max_tokens=HEADER["max_tokens"],
        max_characters=HEADER["max_characters"],
    )
    pieces = split(case["text"], rules, COUNTS[HEADER["count_tokens"]])
    assert [[piece.text, piece.kind == "sentence"] for piece in pieces] == case["pieces"]


def test_shared_file_names_every_rule_it_needs() -> None:
    assert HEADER.keys() == {"rules", "count_tokens", "max_tokens", "max_characters"}
    assert len({case["text"] for case in CASES}) == len(CASES) >= 60


def test_short_days_and_parts_of_addresses_belong_to_their_number() -> None:
    assert sentences("Réunion mar. 12 mai. Chb. 3, appt. 4. Dép. 7 h 52, arr. 11 h 05.") == [
        "Réunion mar. 12 mai.",
        "Chb. 3, appt. 4.",
        "Dép. 7 h 52, arr. 11 h 05.",
    ]
    assert sentences("Il voit la mer. Trois bateaux.") == ["Il voit la mer.", "Trois bateaux."]


# --- any text -------------------------------------------------------------------------------

TELLING = st.sampled_from(
    "aàbéMAIz019 .!?…,;:«»\"'’“”()-— \t\r\n\ufeff\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}。！你😀"
    "\N{COMBINING ACUTE ACCENT}"
)
TELLING_WORDS = st.sampled_from(["M.", "p. ex.", "art.", "...", " ! », ", ". ", ".\n", "etc. "])
TEXTS = st.one_of(
    st.lists(TELLING | TELLING_WORDS, max_size=200).map("".join),
    st.text(max_size=200),
    st.text(st.characters(), max_size=50),
)
RULES = st.builds(
    lambda tokens, characters: FRENCH._replace(max_tokens=tokens, max_characters=characters),
    st.integers(1, 60),
    st.integers(1, 120),
)


@given(TEXTS, RULES, st.sampled_from(sorted(COUNTS)))
def test_pieces_make_up_the_text(text: str, rules: SentenceRules, count: str) -> None:
    pieces = split(text, rules, COUNTS[count])

    assert "".join(piece.text for piece in pieces) == text.removeprefix("\ufeff")
    done = len(text) - len(text.removeprefix("\ufeff"))
    for piece in pieces:
        assert piece.start == done < piece.end
        assert piece.text == text[piece.start : piece.end]
        done = piece.end
    assert done == len(text)
    kinds = [piece.kind == "sentence" for piece in pieces]
    assert (False, False) not in pairwise(kinds)


@given(TEXTS, RULES, st.sampled_from(sorted(COUNTS)))
def test_a_sentence_is_fit_to_translate(text: str, rules: SentenceRules, count: str) -> None:
    for piece in split(text, rules, COUNTS[count]):
        if piece.kind == "sentence":
            assert any(map(str.isalpha, piece.text))
            assert not {piece.text[0], piece.text[-1]} & rules.spaces
            assert "\n" not in piece.text
            assert len(piece.text) <= rules.max_characters
            assert len(piece.text) == 1 or COUNTS[count](piece.text) <= rules.max_tokens


@given(TEXTS, RULES, st.sampled_from(sorted(COUNTS)))
def test_nothing_with_letters_is_copied(text: str, rules: SentenceRules, count: str) -> None:
    for piece in split(text, rules, COUNTS[count]):
        letters = [c.isalpha() for c in piece.text]
        if piece.kind == "copied" and "\t" in text:  # of cells, what has no two in a row is copied
            assert (True, True) not in pairwise(letters)
        elif piece.kind == "copied":
            assert not any(letters)


@given(TEXTS, TEXTS, RULES)
def test_lines_do_not_know_each_other(first: str, second: str, rules: SentenceRules) -> None:
    second = second.removeprefix("\ufeff")
    apart = sentences(first, rules) + sentences(second, rules)
    assert sentences(f"{first}\n{second}", rules) == apart


@given(TEXTS)
def test_a_sentence_is_one_sentence(text: str) -> None:
    for sentence in sentences(text):
        assert sentences(sentence) == [sentence]


@given(TEXTS)
def test_white_space_around_a_text_changes_nothing(text: str) -> None:
    text = text.removeprefix("\ufeff")
    assert sentences(f" \t{text}\r\n\n") == sentences(text)


def test_pieces_say_where_they_stood() -> None:
    assert split("\ufeff Oui.\n", FRENCH, len) == [
        Segment(" ", 1, 2, "copied"),
        Segment("Oui.", 2, 6, "sentence"),
        Segment("\n", 6, 7, "copied"),
    ]


# --- long texts -----------------------------------------------------------------------------

LONG = {
    "no spaces": "a" * 40_000,
    "no letters": "1" * 40_000,
    "letter, then none": "a" + "1" * 40_000,
    "words": "mot " * 10_000,
    "commas": "a, " * 10_000,
    "emoji": "é😀" * 20_000,
    "sentences": "Il pleut. " * 4_000,
    "no sentences": "M. " * 10_000,
    "opened, never closed": "a" + ". (" * 10_000,
    "closed, never opened": "a" + "! » " * 10_000,
    "wide": "好。" * 20_000,
    "lines": "\n" * 40_000,
    "short lines": "a\n" * 20_000,
    "white space": "a" + " " * 40_000 + "b",
}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("JE NE COMPRENDS PAS.", "Je ne comprends pas."),
        ("«  L'ÉTÉ\tDERNIER, 1984 »", "« L'été dernier, 1984 »"),
        ("JE T'AIME", "Je t'aime"),
        ("2ÈME ÉTAGE À DROITE", "2ème étage à droite"),
        ("İSTANBUL ẞS ΑΣ", "İstanbul ßs ασ"),  # letter by letter
        ("İI İI İII", "İi İi İii"),  # what has no small letter of the same length is kept
        ("Je suis TRÈS CONTENT.", "Je suis TRÈS CONTENT."),  # emphasis
        ("UNESCO", "UNESCO"),
        ("UE OK", "UE OK"),
        ("A B C D E F", "A B C D E F"),
        ("HTTPS://EXAMPLE.COM", "HTTPS://EXAMPLE.COM"),
        ("XK-7741-ABC", "XK-7741-ABC"),
        ("我们在 NASA 和 ESA 工作。", "我们在 NASA 和 ESA 工作。"),
        ("Merci", "Merci"),
        ("1984", "1984"),
        ("ǅUNGLA ABC", "ǅUNGLA ABC"),  # a letter in title case is no capital
    ],
)
def test_capitals_are_read_as_small_letters(text: str, read: str) -> None:
    assert as_read(text, FRENCH) == read


@given(st.text())
def test_capitals_keep_the_length(text: str) -> None:
    assert len(to_capitals(text)) == len(in_small_letters(text)) == len(text)
    assert to_capitals(to_capitals(text)) == to_capitals(text)


@given(st.text("ABCXYZ É1.,'", min_size=5))
def test_capitals_and_back(text: str) -> None:
    assert to_capitals(in_small_letters(text)) == text
    if in_capitals(text, FRENCH):
        assert not in_capitals(in_small_letters(text), FRENCH)
        assert as_read(text, FRENCH) != normalize_space(text, FRENCH)
    else:
        assert as_read(text, FRENCH) == normalize_space(text, FRENCH)


@given(st.text("aéAÉß1 «\ue010'ǆ"), st.text("aA1 «\ue010"))
def test_a_translation_changes_one_letter_to_begin_as_its_source(text: str, source: str) -> None:
    said = capitalized_alike(text, source)
    changed = [i for i, pair in enumerate(zip(text, said, strict=True)) if pair[0] != pair[1]]
    assert len(changed) <= 1
    assert all(not text[i].isupper() and said[i].isupper() for i in changed)
    assert capitalized_alike(said, source) == said


@given(st.text("aéA1 «\ue010'"), st.text("aA1 «\ue010"))
def test_what_a_stream_has_said_of_a_beginning_stands(text: str, source: str) -> None:
    said = capitalized_alike(text, source)
    for end in range(len(text)):
        assert said.startswith(capitalized_alike(text[:end], source, grows=True))


@pytest.mark.parametrize("kind", LONG)
@pytest.mark.parametrize("count", ["bytes", "groups"])
def test_counting_stays_linear(kind: str, count: str) -> None:
    text, asked = LONG[kind], []

    def count_tokens(sentence: str) -> int:
        asked.append(len(sentence))
        return COUNTS[count](sentence)

    pieces = split(text, FRENCH, count_tokens)

    assert "".join(piece.text for piece in pieces) == text
    assert max(asked, default=0) <= FRENCH.max_characters
    assert len(asked) <= 2 * len(pieces)
    assert sum(asked) <= 6 * len(text)


@pytest.mark.parametrize("kind", LONG)
def test_looking_stays_linear(kind: str) -> None:
    class Watched(str):
        looks = 0

        def __getitem__(self, index: SupportsIndex | slice) -> str:
            Watched.looks += 1
            return super().__getitem__(index)

    split(Watched(LONG[kind]), FRENCH, COUNTS["groups"])

    assert Watched.looks <= 20 * len(LONG[kind])


# --- rules files ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(RULES_FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_shipped_rules_are_sound(path: Path) -> None:
    rules = read_rules(path.stem)
    assert all(
        space in rules.spaces for space in " \t\r\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
    )
    assert "\n" not in rules.spaces
    # A mark with two meanings would make the outcome hang on the order of the checks.
    marks = [rules.spaces, rules.terminators, rules.wide_terminators, *rules.breaks]
    for quotes in (rules.openers, rules.closers):
        assert len(quotes.union(*marks)) == len(quotes) + sum(map(len, marks))
    assert not rules.abbreviations & rules.number_abbreviations


def test_english_knows_that_i_is_a_word() -> None:
    assert sentences("So do I. Mr. J. Smith and Gen. Lee, too.", read_rules("en")) == [
        "So do I.",
        "Mr. J. Smith and Gen. Lee, too.",
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": 1}, "'colour'"),
        ({"spaces": ...}, "'spaces'"),
        ({"version": 2}, "version 2"),
        ({"version": "1"}, "'version'"),
        ({"max_tokens": 0}, "'max_tokens'"),
        ({"max_tokens": True}, "'max_tokens'"),
        ({"max_characters": 1.5}, "'max_characters'"),
        ({"closers": ["»"]}, "'closers'"),
        ({"breaks": ","}, "'breaks'"),
        ({"breaks": [[","]]}, "'breaks'"),
        ({"abbreviations": None}, "'abbreviations'"),
        ({"abbreviations": ["p. ex"]}, "'p. ex'"),
        ({"number_abbreviations": [""]}, "''"),
    ],
)
def test_wrong_rules_are_named(change: dict[str, Any], message: str) -> None:
    content = json.loads((RULES_FOLDER / "fr.json").read_text(encoding="utf-8")) | change
    text = json.dumps({key: value for key, value in content.items() if value is not ...})
    with pytest.raises(BundleFormatError, match=message):
        SentenceRules.from_json(text)


def test_control_characters_are_white_space() -> None:
    rules = SentenceRules.from_json((RULES_FOLDER / "fr.json").read_text(encoding="utf-8"))
    pieces = [piece.text for piece in split("Bonjour.\0Il pleut.\x1b\n", rules, len)]
    assert pieces == ["Bonjour.", "\0", "Il pleut.", "\x1b\n"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000])
def test_what_is_no_rules_file_is_refused(text: str) -> None:
    with pytest.raises(BundleFormatError, match="sentence rules"):
        SentenceRules.from_json(text)
