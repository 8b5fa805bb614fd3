"""The shipped model does not run away: what is odd is answered, briefly, and without loops."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest

from allez import Translator

LONG = (
    "Quand le train est arrivé en gare, les voyageurs qui attendaient sur le quai depuis le matin "
    "ont pris leurs valises, et pendant que les enfants couraient vers les portes, leurs parents "
    "cherchaient les billets dans leurs poches, "
)

INPUTS = {
    "capitals": "JE NE COMPRENDS PAS CE QUE TU DIS",
    "shouting": "ARRÊTE TOUT DE SUITE !!!!!!!!!!",
    "title": "Le Président De La République Visite Une École",
    "no accents": "ca va tres bien, et toi ? j'etais a l'ecole hier",
    "one word": "Bonjour",
    "one rare word": "Anticonstitutionnellement",
    "one letter": "a",
    "a name": "Jean-Baptiste Poquelin",
    "repeated word": "non non non non non non non non",
    "repeated words": "très très très très très grand",
    "repeated sentence": "Je suis là. " * 12,
    "laughter": "hahahahahahahahahahahahahahahaha",
    "stretched": "Nooooooooooooooooooooooon",
    "list": "pommes, poires, cerises, bananes, oranges, citrons, raisins, fraises, prunes, melons",
    "shopping": "- 2 kg de pommes\n- 1 litre de lait\n- 500 g de farine\n- du pain",
    "numbers": "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20",
    "table": "Paris 2 148 271 km2 105 Lyon 513 275 km2 48 Marseille 861 635 km2 241",
    "date": "Le 12/03/2024 à 18h30, rendez-vous au 25, rue de la Paix, 75002 Paris",
    "phone": "Appelez-moi au 01 23 45 67 89 ou au +33 6 12 34 56 78",
    "address": "Écrivez à jean.dupont@example.org ou voyez https://www.example.org/aide?x=1&y=2",
    "code": 'for (int i = 0; i < 10; i++) { printf("%d\\n", i); }',
    "emoji": "🙂🙂🙂 Salut ! 🎉🎉🎉",
    "only emoji": "👩‍👩‍👧‍👦🏳️‍🌈🫠",
    "punctuation": "?!?!?!... -- ;;; ((())) « » …",
    "German": "Ich habe gestern ein neues Fahrrad gekauft und bin damit zur Arbeit gefahren.",
    "Spanish": "Mañana por la mañana vamos a la playa con nuestros amigos.",
    "English": "This sentence is already in English and needs no translation.",
    "Russian": "Сегодня хорошая погода, и мы идём гулять в парк.",
    "Chinese": "今天天气很好，我们去公园散步。",
    "Arabic": "الطقس جميل اليوم وسنذهب إلى الحديقة.",
    "mixed": "J'ai dit hello à mein Freund en la playa.",
    "headline": "Grève à la SNCF : trafic très perturbé mardi sur l'ensemble du réseau",
    "nested": "Il a dit (enfin, je crois (mais je n'en suis pas sûr (du tout))) qu'il viendrait",
    "no spaces": "jenesaispascequetuveuxdirequandtuparlescommeça",
    "300 words": LONG * 8,
    "300 words, no comma": "le chat et le chien et " * 60,
    "the same letter": "a " * 120,
}


COPIED = ("only emoji", "punctuation", "Russian", "Chinese", "Arabic", "numbers")
"""What comes back as it was: without letters, or in letters that the model never learnt."""


@pytest.fixture(scope="module")
def shipped() -> Iterator[Translator]:
    with Translator() as translator:
        yield translator


def most_repeats(text: str) -> int:
    """How often the same one to six words, or one to four characters, follow themselves."""
    words, most = text.lower().split(), 1
    for units, longest in ((words, 6), (list(re.sub(r"\s", "", text.lower())), 4)):
        for size in range(1, longest + 1):
            for start in range(size):
                blocks = [tuple(units[i : i + size]) for i in range(start, len(units), size)]
                runs = (len(list(group)) for _, group in itertools.groupby(blocks))
                most = max(most, *runs, 1)
    return most


def test_repeats_are_counted() -> None:
    assert most_repeats("a dog and I") == 1
    assert most_repeats("I see the cat, the cat, the cat, the dog") == 3
    assert most_repeats("hahaha") == 3
    assert most_repeats("22222") == 5


@pytest.mark.parametrize("beam_size", [1, None], ids=["greedy", "beam"])
@pytest.mark.parametrize("name", INPUTS)
def test_odd_input_is_answered_without_a_loop(
    shipped: Translator, name: str, beam_size: int | None
) -> None:
    source = INPUTS[name]
    result = shipped.translate(source, beam_size=beam_size)
    assert result.text.strip()
    assert result.text == source or name not in COPIED, result.text
    for sentence in result.sentences:
        assert sentence.text.strip(), sentence.source
        repeats = most_repeats(sentence.source)
        said = sentence.text.replace("\ufffd", "")  # bytes that are no text, of other scripts
        assert most_repeats(said) <= max(6, 3 * repeats), sentence.text
        # What goes round in circles itself may be followed as long as a translation may be.
        assert sentence.hypotheses[0].finished or repeats > 4, sentence.text
        # Bytes, because what has no token of its own is spelled in them.
        assert repeats > 4 or len(said) <= 2 * len(sentence.source.encode()) + 20, sentence.text


@pytest.mark.parametrize(
    "text", ["OÙ ?", "AOÛT", "Où est Москва ?", "C'est du 日本語.", "Việt Nam"]
)
def test_what_has_latin_letters_is_translated(shipped: Translator, text: str) -> None:
    assert [sentence.source for sentence in shipped.translate(text).sentences] == [text]


@pytest.mark.parametrize("text", ["Он не верит", "Свет не горит", "健広", "Γειά σου", "שלום"])
def test_letters_that_only_came_by_in_training_are_not_learnt(
    shipped: Translator, text: str
) -> None:
    assert shipped(text) == text
