"""Made-up pairs about the words of a dictionary: alone, with a capital, in the plural, in frames.

What people type first is one word with a capital: "Pommes", "Gare". A dictionary has it in small
letters and in the singular, and corpora seldom have it alone, so a model takes it for a name, or
for another word that begins like it.

    python -m allez_export.made.headwords dictionary.train.tsv.gz words.train.tsv.gz CORPUS…

Seeded. Of several glosses of a word, the one that stands most often opposite it in the corpora
(files of pairs) is taken; a noun whose gloss hardly ever does is left out. A plural is made by
rule, and kept if both stand in the corpora. What is a label of `everyday` is taken as the label has
it, and left out where the dictionary has another gloss ("non" is "No", not "not").
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np

from allez.entities.terms import plural_in_french, plural_of
from allez_export.made import one
from allez_export.made.everyday import EVERYDAY
from allez_export.made.words import Pair, capitalized

Generator = np.random.Generator

FRAMES: dict[str, list[Pair]] = json.loads(
    (files("allez_export") / "made" / "headwords.json").read_text(encoding="utf-8")
)
"""Sentences with slots: {D} for "the word", {A} for "a word", {P} for "words", {N} for a number;
{I}, {G}, {E}, {M}, {T} and {S} for forms of a verb (`Maker.conjugated`)."""

LABELS: dict[str, str] = {
    here.lower(): there.lower() for here, there in (*EVERYDAY["signs"], *EVERYDAY["labels"])
}
"""What words mean where they stand alone, which decides between the glosses of a dictionary."""

MOST = 36_000
"""Lines of the dictionary that are read, common words first."""

ATTESTED = 2
"""In how many pairs each word of a plural must stand, on its side."""

FORMS = 4
"""How often a verb is tried to be put into a form."""

COMMON = 8
"""How often a noun must stand in the corpora for its gloss to be judged by them."""

LEAST_SHARE = 0.1
"""How often, of those, the gloss must stand opposite it."""

_CHANGES = re.compile(r"([eé][^aeiou]+|y)er$")
"""Verbs whose stem is another where its ending is mute: lever, jeter, céder, nettoyer."""

_ARTICLE = re.compile(r"(le |la |l')(.+)")
_VERB = re.compile(r"[^\W\d_]{2,}er")

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Noun(NamedTuple):
    """A noun in both languages."""

    french: str
    english: str
    article: str
    """"le ", "la " or "l'"."""


class Verb(NamedTuple):
    """A verb in -er in both languages, and its regular forms."""

    french: str
    english: str

    @property
    def stem(self) -> str:
        """What stands before -er."""
        return self.french[:-2]

    @property
    def soft(self) -> str:
        """What stands before -ait: g and c keep their sound."""
        return {"g": f"{self.stem}e", "c": f"{self.stem[:-1]}ç"}.get(self.stem[-1], self.stem)

    def said(self, ending: str) -> str:
        """Return the English verb with "s", "ed" or "ing", by the regular rules."""
        first, space, rest = self.english.partition(" ")
        if ending == "s":
            return plural_of(first) + space + rest
        if first.endswith("e") and (ending == "ed" or not first.endswith(("ee", "ye", "oe"))):
            first = first[:-1]
        elif ending == "ed" and re.search(r"[^aeiou]y$", first):
            first = f"{first[:-1]}i"
        elif re.fullmatch(r"[^aeiou]*[aeiou][bdgklmnprt]", first):
            first += first[-1]
        return first + ending + space + rest


class Corpora:
    """What stands in some corpora, and opposite what.

    Args:
        corpora: lines of pairs.
        glosses: of words, of which is counted how often they stand opposite them.
    """

    def __init__(
        self, corpora: Iterable[Iterable[str]], glosses: Mapping[str, Sequence[str]]
    ) -> None:
        wanted = {w: [(g, set(_words(g))) for g in found] for w, found in glosses.items()}
        counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._together: Counter[Pair] = Counter()
        for lines in corpora:
            for line in lines:
                french, english = (set(_words(side)) for side in line.split("\t")[:2])
                counts[0].update(french)
                counts[1].update(english)
                for word in french & wanted.keys():
                    self._together.update((word, g) for g, said in wanted[word] if said <= english)
        self._french, self._english = counts

    def knows(self, pair: Pair) -> bool:
        """Tell whether all words of a pair exist."""
        return all(
            count[word] >= ATTESTED
            for text, count in zip(pair, (self._french, self._english), strict=True)
            for word in _words(text)
        )

    def best(self, word: str, glosses: Sequence[str]) -> str:
        """Return the gloss of a label, else the one that stands most often opposite a word.

        Of equal ones it is the first.
        """
        if LABELS.get(word) in glosses:
            return LABELS[word]
        return max(glosses, key=lambda gloss: self._together[word, gloss])

    def doubts(self, word: str, gloss: str) -> bool:
        """Tell whether a word is common, and its gloss hardly ever stands opposite it."""
        count = self._french[word]
        return count >= COMMON and self._together[word, gloss] < LEAST_SHARE * count


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def read(lines: Iterable[str]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the glosses of each word of a dictionary, and the article of each noun."""
    glosses: dict[str, list[str]] = {}
    articles: dict[str, str] = {}
    for line in lines:
        source, target = line.rstrip("\n").split("\t")[:2]
        found = _ARTICLE.fullmatch(source)
        if found and target.startswith("the "):
            articles.setdefault(found[2], found[1])
        else:
            glosses.setdefault(source, []).append(target)
    return glosses, articles


class Maker:
    """Makes pairs about words.

    Args:
        nouns: that go into frames.
        corpora: tell which words exist.
    """

    def __init__(self, nouns: Sequence[Noun], corpora: Corpora) -> None:
        self._nouns = nouns
        self._corpora = corpora

    def plural(self, noun: Noun) -> Pair | None:
        """Return the plurals of a noun, if both exist."""
        pair = plural_in_french(noun.french), plural_of(noun.english)
        return pair if self._corpora.knows(pair) else None

    def conjugated(self, verb: Verb, generator: Generator) -> Pair | None:
        """Return a sentence with a form of a verb; None: one of both forms does not exist."""
        forms: dict[str, Pair] = {
            "{I}": (verb.french, verb.english),
            "{G}": (verb.french, verb.said("ing")),
            "{E}": (f"{verb.stem}ez", verb.english),
            "{M}": (f"{verb.soft}aient", verb.said("ing")),
            "{T}": (f"{verb.stem}é", verb.said("ed")),
            "{S}": (f"{verb.stem}e", verb.said("s")),
        }
        if _CHANGES.search(verb.french):
            del forms["{S}"]
        slot = one(generator, list(forms))
        form = forms[slot]
        if not self._corpora.knows(form):
            return None
        here, there = one(generator, [frame for frame in FRAMES["verbs"] if slot in frame[0]])
        here = re.sub(r"\b(n|N|j|J|d|D)e (?=[aeiouyéèêâîôœ])", r"\1'", here.replace(slot, form[0]))
        return capitalized(here), capitalized(there.replace(slot, form[1]))

    def entry(self, pair: Pair, generator: Generator) -> Pair:
        """Return an entry as it is, or with a capital, as a label has it."""
        source, target = pair
        return pair if generator.random() < 0.3 else (capitalized(source), capitalized(target))

    def alone(self, noun: Noun, generator: Generator) -> Pair:
        """Return a noun as a label, in the singular or plural, or two or three of them."""
        pair = self.plural(noun) if generator.random() < 0.5 else None
        pairs = [pair or (noun.french, noun.english)]
        if pair and generator.random() < 0.3:
            others = (self.plural(one(generator, self._nouns)) for _ in range(2))
            pairs += [other for other in others if other]
        here, there = (_listed([p[side] for p in pairs], ("et", "and")[side]) for side in (0, 1))
        return self.entry((here, there), generator)

    def framed(self, noun: Noun, generator: Generator) -> Pair:
        """Return a sentence or a label about a noun."""
        plural = self.plural(noun)
        the = (noun.article + noun.french, f"the {noun.english}")
        kinds = ["singular", "singular"]
        if noun.article != "l'" and plural:  # what has a plural can be counted
            kinds.append("one")
        if plural:
            kinds += ["several", "several", "labels"]
        kind = one(generator, kinds)
        number = str(int(generator.integers(2, 60)))
        a = ("une " if noun.article == "la " else "un ") + noun.french
        slots = {"{D}": the, "{A}": (a, f"{_an(noun.english)} {noun.english}")}
        slots |= {"{P}": plural or the, "{N}": (number, number)}
        here, there = one(generator, FRAMES[kind])
        for slot, (source, target) in slots.items():
            here, there = here.replace(slot, source), there.replace(slot, target)
        if here.startswith(("Combien de ", "Nombre de ")) or " assez de " in here:
            here = re.sub(r"\bde (?=[aeiouyéèêâîôœ])", "d'", here)
        return capitalized(here), capitalized(there)


def _an(noun: str) -> str:
    return "an" if noun[0].lower() in "aeiou" and not noun.startswith(("uni", "use", "eu")) else "a"


def _listed(words: Sequence[str], last: str) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def pairs(
    dictionary: Iterable[str], corpora: Iterable[Iterable[str]], seed: int = 1
) -> Iterator[Pair]:
    """Yield pairs about the words of a dictionary, each entry twice, nouns and verbs more often."""
    glosses, articles = read(dictionary)
    found = Corpora(corpora, glosses)
    entries = [(word, found.best(word, said)) for word, said in glosses.items()]
    entries = [e for e in entries if LABELS.get(e[0], e[1]) == e[1]]
    entries = [e for e in entries if e[0] not in articles or not found.doubts(*e)]
    nouns = [Noun(*entry, articles[entry[0]]) for entry in entries if entry[0] in articles]
    verbs = [Verb(*e) for e in entries if _VERB.fullmatch(e[0]) and e[0] not in articles]
    maker = Maker(nouns, found)
    generator = np.random.default_rng([4111, seed])
    for _ in range(2):
        for entry in entries:
            yield maker.entry(entry, generator)
        for noun in nouns:
            yield maker.alone(noun, generator)
            yield maker.framed(noun, generator)
        for verb in verbs:
            made = (maker.conjugated(verb, generator) for _ in range(FORMS))
            yield from (pair for pair in made if pair)


def _lines(path: Path, most: int | None = None) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        for count, line in enumerate(file):
            if count == most:
                return
            yield line


def write(dictionary: Path, out: Path, corpora: Sequence[Path]) -> None:
    """Write a file as the trainer reads it, each pair once."""
    found = dict.fromkeys(pairs(_lines(dictionary, MOST), map(_lines, corpora)))
    with gzip.open(out, "wt", encoding="utf-8", newline="\n") as file:
        for source, target in found:
            file.write(f"{source}\t{target}\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
