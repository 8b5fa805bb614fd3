"""A text with entities on its whole way, but for a model: what is read is said again."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.bundle.reader import Bundle
from allez.entities.find import KINDS
from allez.entities.marks import is_private
from allez.entities.names import Names
from allez.errors import BundleFormatError, InputError, OptionError
from allez.options import SearchOptions
from allez.results import Translation
from allez.search.step import RawHypothesis
from allez.text.rules import SentenceRules
from allez.text.segmentation import Segment
from allez.text.tokenizer import Tokenizer
from allez.translate import masking
from allez.translate.document import Words, put_together, read_sentence, take_apart, with_missing
from allez.translate.masking import NOTHING, Asked, Masking
from allez.translate.translator import Translator

ROOT = Path(__file__).parents[2]
RULES = (ROOT / "export" / "allez_export" / "sentences" / "fr.json").read_text(encoding="utf-8")
EOS = 2
SYMBOLS = {
    kind: [chr(first + i) for i in range(count)]
    for kind, first, count in zip(
        KINDS, (0xE000, 0xE010, 0xE020, 0xE030), (10, 10, 12, 10), strict=True
    )
}
_KNOWN = "le la les voir appelez un bonjour error été henri juillet mari italie Italie"
COMMON = Names(frozenset(_KNOWN.split()))


def tokenizer(symbols: dict[str, list[str]]) -> Tokenizer:
    """Return one whose subwords are single characters, symbols among them."""
    pieces = ["<pad>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "▁"]
    pieces += [chr(code) for code in range(33, 127)] + list("éèàçêôûîÉÀ€«»’")
    pieces += [symbol for of_kind in symbols.values() for symbol in of_kind]
    space = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    return Tokenizer(
        json.dumps(
            {
                "version": "1.0",
                "normalizer": {"type": "NFC"},
                "pre_tokenizer": space,
                "decoder": {
                    "type": "Sequence",
                    "decoders": [space, {"type": "ByteFallback"}, {"type": "Fuse"}],
                },
                "model": {
                    "type": "BPE",
                    "byte_fallback": True,
                    "vocab": {piece: index for index, piece in enumerate(pieces)},
                    "merges": [],
                },
            }
        )
    )


def words(symbols: dict[str, list[str]] = SYMBOLS, known: dict[str, list[str]] = SYMBOLS) -> Words:
    told = SimpleNamespace(symbols=symbols, source_numbers="fr", target_numbers="en")
    manifest = SimpleNamespace(
        entities=told, files={"names": None}, target=SimpleNamespace(language="en")
    )
    bundle = SimpleNamespace(manifest=manifest, path="bundle", text=lambda role: COMMON.to_text())
    spelled = tokenizer(known)
    masking = Masking(cast(Bundle, bundle), spelled, spelled)
    return Words(spelled, spelled, SentenceRules.from_json(RULES), EOS, masking)


WORDS = words()


def echo(segment: Segment, lost: tuple[str, ...] = ()) -> RawHypothesis:
    """Return what a model says that repeats its source, attending to each token in turn."""
    ids = segment.source.ids[:-1]
    assert WORDS.masking is not None
    dropped = {WORDS.masking.ids[symbol] for symbol in lost}
    kept = [i for i, token in enumerate(ids) if token not in dropped]
    weights = np.zeros((len(kept), len(ids) + 1), dtype=np.float32)
    weights[np.arange(len(kept)), kept] = 1
    return RawHypothesis(tuple(ids[i] for i in kept), -0.5, weights, True)


def translate(text: str, asked: Asked = NOTHING, lost: tuple[str, ...] = ()) -> Translation:
    document = take_apart(text, WORDS, lambda: False, asked)
    return put_together(document, [[echo(s, lost)] for s in document.sentences], WORDS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Appelez le 06 12 34 56 78.", "Appelez le 06 12 34 56 78."),
        ("Voir 5 590 et 4,2 % à 17 h 30.", "Voir 5,590 et 4.2% à 17:30."),
        ("APPELEZ LE 06 12 34 56 78 a@B.fr", "APPELEZ LE 06 12 34 56 78 a@B.fr"),
        ("APPELEZ LES (12,50 €) ET A@b.fr", "APPELEZ LES (€12.50) ET A@b.fr"),
        ("Voir https://a.fr. Un été.", "Voir https://a.fr. Un été."),
        ("Voir a. B@c.fr est là.", "Voir a. B@c.fr est là."),
        ("Voir {a. B} là.", "Voir {a. B} là."),
        ("  06 12 34 56 78  ", "  06 12 34 56 78  "),
        ("1\n5 590 ans\n\n2", "1\n5,590 ans\n\n2"),
        ("Bonjour Élodie O'Brien !", "Bonjour Élodie O'Brien !"),
        ("Un 8 000 là", "Un 8,000 là"),
    ],
)
def test_values_come_out_as_the_target_writes_them(text: str, said: str) -> None:
    assert translate(text).text == said


def test_capitals_are_decided_without_entities() -> None:
    (segment,) = take_apart("APPELEZ LES GENS: a@b.fr", WORDS, lambda: False).sentences
    assert segment.casing == "capitals"
    assert translate("APPELEZ LES GENS: a@b.fr").text == "APPELEZ LES GENS: a@b.fr"


def test_a_hundred_values_in_a_line_are_shared_out_among_sentences() -> None:
    values = [f"a{i}@b.fr" for i in range(100)]
    text = "Les " + " ".join(f"gens de {value}," for value in values)
    document = take_apart(text, WORDS, lambda: False)
    assert len(list(document.sentences)) > 8
    said = translate(text).text
    assert [said.count(f"{value},") for value in values] == [1] * 100


def test_what_is_nearly_all_entities_is_carried_over() -> None:
    text = "09:14:02,331 ERROR 10.0.0.12 (a@b.fr)"
    document = take_apart(text, WORDS, lambda: False)
    assert [s.text for s in document.sentences] == ["ERROR"]
    assert translate(text).text == text


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Zorglub voit Kéita, mais Kéita voit Zorglub", None),
        ("Zorglub, Kéita, Traoré et Zoé.", None),
        ("L'un, Zorglub, Kéita", None),
        ("Zorglub ; Kéita ; voir", ["voir"]),
        ("Zorglub | Kéita | voir | Traoré", ["voir"]),
        ("Zorglub - Kéita - Traoré", []),
    ],
)
def test_names_beside_words_are_of_a_sentence(text: str, asked: list[str] | None) -> None:
    found = [s.text for s in take_apart(text, WORDS, lambda: False).sentences]
    assert found == ([text] if asked is None else asked)


def test_a_mark_behind_a_space_belongs_to_the_word_before_it() -> None:
    document = take_apart("ERROR : 10.0.0.12 (a@b.fr)", WORDS, lambda: False)
    assert [s.text for s in document.sentences] == ["ERROR :"]


def test_a_greeting_is_a_sentence() -> None:
    (segment,) = take_apart("Bonjour Élodie", WORDS, lambda: False).sentences
    assert segment.masked is not None
    assert segment.masked.text == "Bonjour \ue010"


def test_a_long_text_takes_no_longer_for_each_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def counted(character: str) -> bool:
        nonlocal asked
        asked += 1
        return is_private(character)

    monkeypatch.setattr(masking, "is_private", counted)
    text = "Voir les 5 590 gens. " * 300
    assert translate(text).text == "Voir les 5,590 gens. " * 300
    assert asked < 10 * len(text)


def test_of_two_kept_texts_the_longer_one_counts() -> None:
    for keep in (("le chat", "le"), ("le", "le chat")):
        (segment,) = take_apart("Voir le chat ici.", WORDS, lambda: False, Asked(keep)).sentences
        assert segment.masked is not None
        assert segment.masked.text == "Voir \ue020 ici."


def test_kept_texts_and_terms() -> None:
    asked = Asked(keep=("les gens", "absent", ""), glossary=(("chat", "cat"), ("chats", "felines")))
    said = translate("Voir les gens, le chat, les chats et un chaton là.", asked).text
    assert said == "Voir les gens, le cat, les felines et un chaton là."


def test_a_lost_symbol_is_put_where_the_attention_was() -> None:
    translation = translate("Voir a@b.fr demain ou plus tard.", lost=("\ue020",))
    assert translation.text.count("a@b.fr") == 1
    (sentence,) = translation.sentences
    assert len(sentence.tokens) == len(sentence.hypotheses[0].spans) == len(sentence.attention)


def test_what_a_cut_translation_lacks_comes_at_its_end() -> None:
    (segment,) = take_apart("Voir a@b.fr demain ou plus tard.", WORDS, lambda: False).sentences
    raw = echo(segment, lost=("\ue020",))._replace(finished=False)
    whole = with_missing(raw, segment, WORDS)
    assert whole.tokens[: len(raw.tokens)] == raw.tokens
    assert WORDS.masking is not None
    assert whole.tokens[-1] == WORDS.masking.ids["\ue020"]
    assert len(whole.attention) == len(whole.tokens)


def test_a_symbol_that_is_typed_stands_for_nothing() -> None:
    (segment,) = take_apart("Voir 5 590 là.", WORDS, lambda: False).sentences
    translator = cast(Translator, SimpleNamespace(_words=WORDS))
    with pytest.raises(OptionError, match=r"the prefix: U\+E001 is a symbol"):
        Translator._said(translator, "Voir \ue001", segment, begins=True)
    with pytest.raises(InputError, match=r"^U\+E000 is a symbol"):
        Translator._said(translator, "Voir \ue000", segment)
    (typed,) = take_apart("Voir \ue000 là.", WORDS, lambda: False).sentences  # itself a value
    said = Translator._said(translator, "Voir \ue000", typed)
    assert WORDS.target.decode(said) == "Voir \ue020"


def test_spans_are_places_in_the_texts_of_the_user() -> None:
    text = "Les  5 590 gens à a@b.fr là"
    (sentence,) = translate(text).sentences
    tokens = dict(zip(sentence.source_tokens, sentence.source_spans, strict=True))
    assert text[slice(*tokens["\ue000"])] == "5 590"
    assert text[slice(*tokens["\ue020"])] == "a@b.fr"
    said = dict(zip(sentence.tokens, sentence.hypotheses[0].spans, strict=True))
    assert sentence.text[slice(*said["\ue000"])] == "5,590"
    assert sentence.text[slice(*said["\ue020"])] == "a@b.fr"


def test_one_sentence_is_never_cut() -> None:
    segment = read_sentence("Voir a. Un b. 5 590", WORDS)
    assert segment.masked is not None
    assert segment.masked.text == "Voir a. Un b. \ue000"


def test_a_symbol_that_is_no_subword_is_refused() -> None:
    with pytest.raises(BundleFormatError, match=r"U\+E00"):
        words(known={**SYMBOLS, "number": []})


PIECES = st.sampled_from(
    """a@b.fr|06 12 34 56 78|{x}|%s|<b>|`a`|5 590|12,5|4 %|10 €|17 h 30|20/05/2023|漢字|👩|\ue000|
    \uf8ff|Élodie|Zorglub|les|gens|GENS|le|voir|. |, | |  |\n|(|)|«|»|d'|l’|! |A320|1|23""".replace(
        "\n    ", ""
    ).split("|")
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=16).map("".join))
def test_nothing_is_lost_or_doubled(text: str) -> None:
    document = take_apart(text, WORDS, lambda: False)
    values: list[str] = []
    for segment in document.sentences:
        assert segment.masked is not None
        read = document.text[segment.start : segment.end]
        assert segment.text in (read, read.replace("\n", " "))  # a line that was wrapped
        values += [entity.said for entity in segment.masked.entities]
        for start, end in segment.source.spans:
            assert 0 <= start <= end <= len(segment.text)
    translation = put_together(document, [[echo(s)] for s in document.sentences], WORDS)
    said = translation.text
    assert "\ue001" not in said
    for value in set(values):
        assert said.count(value) >= values.count(value)
    for sentence in translation.sentences:
        for start, end in sentence.hypotheses[0].spans:
            assert 0 <= start <= end <= len(sentence.text)


def test_the_type_of_options(tiny: Any) -> None:
    from allez.errors import OptionError

    with pytest.raises(OptionError, match="no symbols"):
        tiny.translate("le chat", keep=["le chat"])
    for wrong in ({"keep": "le"}, {"keep": [1]}, {"glossary": ["ab"]}, {"glossary": {"a": 1}}):
        with pytest.raises(OptionError, match=r"keep|glossary"):
            tiny.translate("le chat", **wrong)


@pytest.mark.parametrize(
    "case",
    [
        json.loads(line)
        for line in (ROOT / "spec" / "vectors" / "reading.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    ],
    ids=lambda case: case["text"],
)
def test_marks_of_lists_and_capitals_are_read_as_the_specification_says(
    case: dict[str, Any],
) -> None:
    assert case["words"] == sorted(COMMON.words)
    french = WORDS._replace(languages=("fr", "en"))
    segments = take_apart(case["text"], french, lambda: False).segments
    assert [
        [s.start, s.end, "copied" if s.kind == "copied" else s.casing] for s in segments
    ] == case["parts"]
    assert [s.masked.text for s in segments if s.masked is not None] == case["read"]


def test_an_item_keeps_its_mark_and_capitals_come_back() -> None:
    assert translate("- [ ] Voir les\n  • VOIR\n3. Appelez").text == (
        "- [ ] Voir les\n  • VOIR\n3. Appelez"
    )
    assert [s.source for s in translate("- Voir\n2) Appelez").sentences] == ["Voir", "Appelez"]


def test_what_is_read_in_other_words_is_where_it_stands_in_the_source() -> None:
    text = "Voir les 24 h/24, Tél. : un, le XXIe été"
    (segment,) = take_apart(text, WORDS._replace(languages=("fr", "en")), lambda: False).segments
    assert segment.masked is not None
    assert segment.tokens is not None
    assert segment.masked.text == ("Voir les 24 heures par jour, Téléphone : un, le 21e été")
    spans = segment.tokens.spans
    assert {text[start:end] for start, end in spans} >= {"24 h/24", "Tél.", "XXIe"}
    assert list(spans) == sorted(spans)


def test_of_what_ended_the_one_that_lost_no_number_is_handed_out() -> None:
    document = take_apart("Voir les 12 été", WORDS, lambda: False)
    (segment,) = document.sentences
    whole = echo(segment)
    places = [i for i, token in enumerate(whole.tokens) if WORDS.target.pieces([token])[0] in "12"]
    lossy = whole._replace(
        tokens=tuple(t for i, t in enumerate(whole.tokens) if i not in places),
        attention=np.delete(whole.attention, places, axis=0),
        score=-0.4,
    )
    found = [lossy, whole]
    (best,) = put_together(document, [found], WORDS).sentences
    assert best.text == "Voir les 12 été"
    assert best.doubts == ()
    assert len(best.hypotheses) == 1
    (both,) = put_together(document, [found], WORDS, SearchOptions(n_best=2)).sentences
    assert [hypothesis.score for hypothesis in both.hypotheses] == [-0.5, -0.4]
    (raw,) = put_together(document, [found], WORDS._replace(masking=None)).sentences
    assert raw.hypotheses[0].score == -0.4
    assert best.features["doubts"] == 0
    assert best.features["alone"] == 0
    assert best.confidence is None  # these words have no weights


def test_a_figure_alone_is_said_without_the_model() -> None:
    text = "1 234,5\n<b>12,50 €</b> (15 %)\n\t5 590 → Voir"
    document = take_apart(text, WORDS, lambda: False)
    assert [segment.text for segment in document.sentences] == ["Voir"]
    said = put_together(document, [[echo(s)] for s in document.sentences], WORDS)
    assert said.text == "1,234.5\n€12.50 (15%)\n\t5,590 → Voir"
    assert [s.text for s in said.sentences] == ["1,234.5", "€12.50", "15%", "5,590", "Voir"]
    figure = said.sentences[1]
    assert (figure.finished, figure.score, figure.doubts) == (True, 0.0, ())
    assert figure.hypotheses[0].spans == ((0, 6),)
    assert figure.attention.tolist() == [[0.0, 1.0, 0.0]]
    assert [(c.kind, c.text, c.said) for c in figure.carried] == [("number", "12,50 €", "€12.50")]


def test_signs_between_labels_are_hidden_only_where_they_part_nothing() -> None:
    one = read_sentence("Voir → les", WORDS)
    assert one.masked is not None
    assert one.masked.text == "Voir \ue020 les"
    assert [s.text for s in take_apart("Voir → les", WORDS, lambda: False).sentences] == [
        "Voir",
        "les",
    ]
