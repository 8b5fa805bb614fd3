"""Pairs that are made: facts that both sides hold, and words that agree."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from allez.entities.find import find
from allez.entities.forms import FORMS
from allez.errors import InputError
from allez_export.config import DataConfig, SourceConfig
from allez_export.config.file import load_config
from allez_export.data.read import forbidden, load_source, read_pairs
from allez_export.folders import data_path
from allez_export.made import DATA, typing
from allez_export.made.answers import answers
from allez_export.made.everyday import CLOSED, EVERYDAY, OPEN
from allez_export.made.facts import FRAMES, KINDS, kept, sentence
from allez_export.made.opposites import duties
from allez_export.made.pairs import fact, filled
from allez_export.made.values import MAKERS


@pytest.mark.parametrize("kind", sorted(set(MAKERS) - {"person", "surname", "place"}))
def test_values_are_whole_entities_and_said_as_the_target_has_them(kind: str) -> None:
    generator = np.random.default_rng(5)
    for _ in range(300):
        source, target = MAKERS[kind](generator)
        (entity,) = find(f"Voici {source} au milieu.", FORMS["fr"], FORMS["en"])
        assert (entity.start, entity.end) == (6, 6 + len(source)), source
        assert entity.said == target


def test_every_slot_of_a_frame_is_filled_on_both_sides() -> None:
    generator = np.random.default_rng(1)
    for frame in DATA["facts"]:
        source, target = filled(frame, generator)
        for kind in MAKERS:
            assert f"{{{kind}" not in source + target


def test_facts_stand_on_both_sides() -> None:
    generator = np.random.default_rng(2)
    for _ in range(300):
        source, target = fact(generator)
        values = sorted(e.value for e in find(source, FORMS["fr"], None))
        assert values == sorted(e.value for e in find(target, FORMS["en"], None)), source


def test_number_words_agree() -> None:
    pytest.importorskip("num2words", reason="num2words writes numbers in words")
    from allez_export.made.words import english, french

    assert french(71) == "soixante et onze"
    assert french(80) == "quatre-vingts"
    assert french(91, feminine=True) == "quatre-vingt-onze"
    assert french(21, feminine=True) == "vingt et une"
    assert english(123) == "one hundred and twenty-three"


def test_the_same_seed_makes_the_same_file(tmp_path: Path) -> None:
    pytest.importorskip("num2words", reason="num2words writes numbers in words")
    from allez_export.made.pairs import write

    for name in ("a.gz", "b.gz"):
        write(500, tmp_path / name)
    first, second = (list(read_pairs(tmp_path / name)) for name in ("a.gz", "b.gz"))
    assert first == second
    assert len(set(first)) == 500
    assert not any("{" in source and "}" not in source for source, _ in first)


def test_probes_stand_in_no_training_frame() -> None:
    assert not {source for source, _ in DATA["facts"]} & set(FRAMES)
    generator = np.random.default_rng(3)
    for kind in KINDS:
        text, said = sentence(kind, generator)
        assert said
        assert "{a}" not in text


def test_a_value_is_kept_if_it_stands_as_often_as_it_was_said() -> None:
    assert kept("Call 06\u00a012 now.", ["06 12"])
    assert not kept("Call 06 12 12 now.", ["06 13"])
    assert not kept("06 12 06 12", ["06 12"])
    assert kept("a.txt, aa.txt", ["a.txt", "aa.txt"])


@pytest.mark.parametrize("kind", sorted({*OPEN, *CLOSED}))
def test_everyday_pairs_have_their_figures_on_both_sides(kind: str) -> None:
    pytest.importorskip("num2words", reason="num2words writes numbers in words")
    generator = np.random.default_rng(11)
    _, make = {**OPEN, **CLOSED}[kind]
    for _ in range(400):
        source, target = make(generator)
        assert source.strip()
        assert target.strip()
        assert not set("{}") & set(source + target), source
        here, there = (sorted(filter(str.isdigit, side)) for side in (source, target))
        if kind == "moments":  # "à 15 h" is "at 15:00"
            values = [
                sorted(entity.value for entity in find(side, FORMS[language], None))
                for side, language in ((source, "fr"), (target, "en"))
            ]
            assert values[0] == values[1] != [], (source, target)
        elif kind == "periods":
            assert here == there, (source, target)
            dates = [e.said for e in find(source, FORMS["fr"], FORMS["en"]) if "-" in e.value]
            assert all(date in target for date in dates), (source, target)
        elif "fois par" not in source and kind != "short":  # "2 fois par jour" is "twice a day"
            assert here == there, (source, target)


def test_lines_of_messages_say_their_label_and_please_on_both_sides() -> None:
    pytest.importorskip("num2words", reason="num2words writes numbers in words")
    from allez_export.made.messages import MESSAGES, asked, header, line

    generator = np.random.default_rng(13)
    labels = {label.lower(): said.lower() for label, said, _ in MESSAGES["headers"]}
    seen = set()
    for _ in range(2000):
        source, target = header(generator)
        label = source.partition(":")[0].rstrip(" \u00a0").lower()
        seen.add(label)
        assert target.lower().startswith(labels[label] + ":"), (source, target)
        source, target = asked(generator)
        assert "please" in target.lower(), source
        assert source.endswith("!") == target.endswith("!")
        source, target = line(generator)
        assert not set("{}") & set(source + target)
        assert (source[-1] in ",:") <= (target[-1] in ",:"), (source, target)
    assert seen == set(labels)
    assert labels["objet"] == "subject"


def test_nothing_of_a_list_is_missing() -> None:
    pytest.importorskip("num2words", reason="num2words writes numbers in words")
    generator = np.random.default_rng(12)
    for _ in range(300):
        source, target = OPEN["lists"][1](generator)
        words = source.lower().replace(",", " ,").replace("d'un ", "un ")
        for singular, _, plural, en, several in EVERYDAY["items"]:
            if f" un {singular} " in words or f" une {singular} " in words:
                assert en in target.lower(), (source, target)
            elif plural != singular and f" {plural} " in words:
                assert several in target.lower(), (source, target)
        for _, bare, _, en in EVERYDAY["goods"]:
            if f" {bare} ," in words:
                assert en in target.lower(), (source, target)


def test_what_is_typed_says_the_same_in_other_letters(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    said = [("Je ne sais pas pourquoi c'est arrivé.", "I don't know why it happened.")]
    said += [("Nous sommes tous très heureux aujourd'hui.", "We are all very happy today.")]
    said += [("Il y a 12 chats.", "There are 12 cats.")]
    path.write_text("".join(f"{a}\t{b}\n" for a, b in said * 20), encoding="utf-8")
    found = list(typing.pairs([path], 100, 1))
    assert found == list(typing.pairs([path], 100, 1))
    assert {target for _, target in found} == {said[0][1], said[1][1]}
    assert not {source for source, _ in found} & {source for source, _ in said}
    assert any("auj" in source or "ojd" in source for source, _ in found)


def test_english_is_typed_too_and_files_stay_french_first(tmp_path: Path) -> None:
    path, out = tmp_path / "pairs.tsv", tmp_path / "typed.tsv.gz"
    said = [("Merci, à demain !", "Thank you, see you tomorrow!"), ("Tu as tort.", "You're wrong.")]
    path.write_text("".join(f"{a}\t{b}\n" for a, b in said * 20), encoding="utf-8")
    found = list(typing.pairs([path], 30, 1, turned=True))
    assert {target for _, target in found} == {french for french, _ in said}
    assert not {source for source, _ in found} & {english for _, english in said}
    assert any("2moro" in source or "tmrw" in source for source, _ in found)
    typing.write(30, out, [path], turned=True)
    assert list(read_pairs(out, turned=True)) == found


def test_what_stands_in_a_translation_is_judged_without_the_checks() -> None:
    pytest.importorskip("num2words", reason="num2words writes numbers in words")
    from allez_export.made.doubted import PROBES, stands
    from allez_export.made.probes import says_number

    assert stands("It costs 3 € now.", ["€3"])
    assert stands("Only 52.8 % came.", ["52.8%"])
    assert not stands("Only 52,8% came.", ["52.8%"])
    assert not stands("Call 309-655-5876-5876.", ["309-655-5876"])
    assert says_number("There were ninety-seven.", 97)
    assert says_number("Ninety seven.", 97)
    assert not says_number("Ninety-seven.", 7)
    assert not says_number("Ninety-seven.", 90)
    assert says_number("He has 20 goats.", 20)
    assert not says_number("He has 120 goats.", 20)
    generator = np.random.default_rng(4)
    for kind, make in PROBES.items():
        assert not make(generator).right(""), kind


def test_limits_and_negation_are_judged_by_their_direction() -> None:
    pytest.importorskip("num2words", reason="num2words writes numbers in words")
    from allez_export.made.doubted import PROBES

    answers = ("less than", "more than", "at least", "at most")
    seen = set()
    generator = np.random.default_rng(5)
    for _ in range(200):
        source, right = PROBES["limit"](generator)
        number = "".join(filter(str.isdigit, source))
        said = tuple(right(f"There are {answer} {number} of them.") for answer in answers)
        assert sum(said) == 1, source
        seen.add(said)
    assert len(seen) == len(answers)
    for _ in range(200):
        source, right = PROBES["negation"](generator)
        denied = any(f" {word} " in f"{source[:-1]} " for word in ("pas", "jamais", "plus"))
        assert right("He doesn't do that.") == denied, source
        assert right("He does that.") != denied, source


def test_duties_say_whether_one_must_must_not_or_need_not() -> None:
    generator = np.random.default_rng(4)
    for _ in range(300):
        source, target = duties(generator)
        text = target.lower().replace("mustn't", "must not").replace("shouldn't", "must not")
        forbids = "must not" in text or "must never" in text
        spares = ("have to" in text and "n't" in text) or "need to" in text
        assert forbids == (
            "faut pas" in source.lower() or "faut surtout pas" in source or "jamais" in source
        )
        assert spares == ("obligé" in source or "nécessaire" in source)
        assert forbids + spares + ("n't want" in text) <= 1


def test_refusals_have_no_slot_left_and_say_nothing_that_is_never_said() -> None:
    root = Path(__file__).parents[2] / "export"
    path = data_path("made:refusals", Path("nowhere"))
    found = list(answers(path))
    assert found == list(answers(path))
    never = load_config(root / "configs" / "dialogue-en.toml").data.never
    replies = {reply for _, reply in found}
    assert len({turns for turns, _ in found}) > 2500
    assert not any("{" in turns for turns, _ in found)
    assert not any(forbidden(never).search(reply.casefold()) for reply in replies)
    made = json.loads(path.read_text(encoding="utf-8"))
    assert replies == {reply for group in made["groups"] for reply in group["reply"]}
    assert {len(turns.split(made["separator"])) for turns, _ in found} == {1, 3}


def test_a_configuration_reads_what_is_made_without_a_data_folder(tmp_path: Path) -> None:
    source = SourceConfig(path="made:refusals", limit=50, called="refusals")
    kept, _ = load_source(source, DataConfig(), tmp_path, set(), translated=False)
    assert 30 < len(kept) <= 50
    with pytest.raises(InputError, match=r"cannot read .*nothing\.json"):
        load_source(SourceConfig(path="made:nothing"), DataConfig(), tmp_path, set())
