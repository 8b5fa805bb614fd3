"""Does a tag stand around the right words? Sentences made of words whose translation is known.

    python -m benchmarks.markup [--model BUNDLE] [--count 500] [-v]

Each sentence is put together from a frame and two noun phrases, of which one or two are marked, as
a whole, without their article, or their adjective or noun alone. A translation counts if it says
each noun phrase in the words that were expected, once; only then is it known where the tag belongs.
Right is a pair around exactly these words. Knows nothing of how marks are placed.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Iterator
from typing import NamedTuple

from allez import Translator
from allez.text.markup import Mark, Marked
from allez.translate.markup import transfer

NOUNS = (
    *(
        ("chat", "cat", "m"),
        ("chien", "dog", "m"),
        ("livre", "book", "m"),
        ("jardin", "garden", "m"),
    ),
    *(
        ("maison", "house", "f"),
        ("voiture", "car", "f"),
        ("table", "table", "f"),
        ("lettre", "letter", "f"),
    ),
    *(
        ("cheval", "horse", "m"),
        ("lit", "bed", "m"),
        ("fille", "girl", "f"),
        ("femme", "woman", "f"),
    ),
    *(
        ("garçon", "boy", "m"),
        ("train", "train", "m"),
        ("porte", "door", "f"),
        ("chaise", "chair", "f"),
    ),
)
AFTER = (
    *(("rouge", "rouge", "red"), ("vert", "verte", "green"), ("noir", "noire", "black")),
    *(
        ("bleu", "bleue", "blue"),
        ("blanc", "blanche", "white"),
        ("français", "française", "French"),
    ),
)
BEFORE = (
    *(("petit", "petite", "little"), ("grand", "grande", "big"), ("vieux", "vieille", "old")),
    *(("nouveau", "nouvelle", "new"), ("jeune", "jeune", "young")),
)
FRAMES = (
    *("J'ai vu {} et {}.", "Où sont {} et {} ?", "{} est devant {}.", "{} est derrière {}."),
    *("Nous aimons {} et {}.", "Il y a {} à côté de {}.", "Elle a trouvé {} dans {}."),
    *("Paul cherche {}, mais il trouve {}.", "{} est plus grand que {}.", "Regardez {} avec {}."),
)
SYNONYMS = {"little": ("small",), "big": ("large", "great", "tall")}


class Phrase(NamedTuple):
    """A noun phrase and the part of it that is marked."""

    words: tuple[str, ...]
    """Article, adjective and noun, in the order of French."""
    english: tuple[str, ...]
    """The same in the order of English."""
    marked: tuple[int, int]
    """Which French words."""
    expected: tuple[str, ...]
    """The English words that belong to them."""


def phrases() -> list[Phrase]:
    """Return all noun phrases, each with every part marked that can be."""
    found: list[Phrase] = []
    for (noun, english, gender), definite in itertools.product(NOUNS, (True, False)):
        article = {("m", True): "le", ("f", True): "la", ("m", False): "un", ("f", False): "une"}
        french = article[gender, definite]
        the = "the" if definite else "a"
        found += [
            Phrase((french, noun), (the, english), (0, 2), (the, english)),
            Phrase((french, noun), (the, english), (1, 2), (english,)),
        ]
        for adjectives, behind in ((AFTER, True), (BEFORE, False)):
            for masculine, feminine, said in adjectives:
                adjective = masculine if gender == "m" else feminine
                pair = (noun, adjective) if behind else (adjective, noun)
                at = 2 if behind else 1
                a = "an" if the == "a" and said[0] in "aeiou" else the
                whole = (a, said, english)
                words = (french, *pair)
                found += [
                    Phrase(words, whole, (0, 3), whole),
                    Phrase(words, whole, (1, 3), (said, english)),
                    Phrase(words, whole, (at, at + 1), (said,)),
                    Phrase(words, whole, (3 - at, 4 - at), (english,)),
                ]
    return found


class Case(NamedTuple):
    """A sentence with marks, and what they should stand around."""

    source: Marked
    phrases: tuple[Phrase, ...]


def cases(seed: int) -> Iterator[Case]:
    """Yield sentences without end, one of two marked in one place and the next in two."""
    chance = random.Random(seed)
    known = phrases()
    for number in itertools.count():
        frame = chance.choice(FRAMES)
        chosen = (chance.choice(known), chance.choice(known))
        if chosen[0].english[-1] == chosen[1].english[-1]:
            continue
        text, marks = "", []
        first, middle, last = frame.split("{}")
        for before, phrase in zip((first, middle), chosen, strict=True):
            text += before
            words = " ".join(phrase.words)
            start = (
                len(" ".join((*phrase.words[: phrase.marked[0]], ""))) if phrase.marked[0] else 0
            )
            end = len(" ".join(phrase.words[: phrase.marked[1]]))
            marks.append(Mark("pair", len(text) + start, len(text) + end))
            text += words if text else words[0].upper() + words[1:]
        text += last
        both = number % 2 == 1
        kept = chosen if both else chosen[:1]
        yield Case(Marked(text, tuple(marks[: len(kept)])), chosen)


def said(phrase: Phrase, translation: str) -> tuple[str, ...] | None:
    """Return how a translation says what is marked of a phrase; None unless it says it once."""
    for adjective in ("", *itertools.chain(*SYNONYMS.values())):
        english, expected = phrase.english, phrase.expected
        if adjective:
            old = next((k for k, v in SYNONYMS.items() if adjective in v), "")
            english = tuple(adjective if w == old else w for w in english)
            expected = tuple(adjective if w == old else w for w in expected)
        if translation.lower().count(" ".join(english).lower()) == 1:
            return expected
    return None


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", help="default: the shipped bundle")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-v", "--verbose", action="store_true", help="show what is wrong")
    args = parser.parse_args()
    counted = marks = right = whole = tried = 0
    with Translator(args.model) as translator:
        made = cases(args.seed)
        while counted < args.count:
            batch = list(itertools.islice(made, 100))
            answers = translator.translate_batch(case.source.text for case in batch)
            for case, answer in zip(batch, answers, strict=True):
                tried += 1
                expected = [said(phrase, answer.text) for phrase in case.phrases]
                if None in expected or counted == args.count:
                    continue
                counted += 1
                placed = transfer(case.source, answer)
                assert len(placed.marks) == len(case.source.marks), "a mark was lost"
                good = [
                    placed.text[mark.start : mark.end].lower() == " ".join(words or ()).lower()
                    for mark, words in zip(placed.marks, expected, strict=False)
                ]
                marks, right, whole = marks + len(good), right + sum(good), whole + all(good)
                if args.verbose and not all(good):
                    shown = [placed.text[mark.start : mark.end] for mark in placed.marks]
                    print(f"{case.source.text}\n  {placed.text}\n  {shown} for {expected}")
    print(f"{counted} sentences of {tried} tried, {marks} pairs")
    print(f"{right / marks:.1%} of the pairs stand around exactly the right words")
    print(f"{whole / counted:.1%} of the sentences have all of theirs right")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
