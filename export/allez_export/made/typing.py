"""Training pairs whose source is typed as people type: short forms, and the usual mistakes.

    python -m allez_export.made.typing 30000 typed.train.tsv.gz tatoeba.train.tsv.gz
    python -m allez_export.made.typing --turned 30000 typed-en.train.tsv.gz tatoeba.train.tsv.gz

Takes short pairs of given files and spells their French anew; the English stays. With `--turned` it
is the English that is spelled anew; it is written into the second column all the same. Seeded.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from allez_export.data.augment import without_accents
from allez_export.data.read import Pair, read_pairs
from allez_export.made import one

Generator = np.random.Generator

MOST_WORDS = 14
"""Of a source that is spelled anew: messages are short."""

_SHORT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("s'il te plaît", ("stp",)),
    ("s'il vous plaît", ("svp",)),
    ("parce que", ("pcq", "pck", "pcke")),
    ("quelque chose", ("qqch", "qqc")),
    ("quelqu'un", ("qqn",)),
    ("rendez-vous", ("rdv",)),
    ("aujourd'hui", ("auj", "ojd")),
    ("je suis", ("jsuis", "chuis", "j'suis")),
    ("je sais", ("jsais", "j'sais", "jsé")),
    ("je veux", ("jveux", "j'veux")),
    ("je peux", ("jpeux", "j'peux")),
    ("je crois", ("jcrois", "j'crois")),
    ("je vais", ("jvais", "j'vais", "jvé")),
    ("j'ai", ("jai", "g")),
    ("tu as", ("t'as", "ta")),
    ("tu es", ("t'es", "t")),
    ("il y a", ("ya", "y a", "y'a")),
    ("c'est", ("c", "cest", "cé")),
    ("qu'est-ce que", ("kesk", "qu'est ce que")),
    ("pourquoi", ("pk", "pq", "pkoi")),
    ("beaucoup", ("bcp",)),
    ("toujours", ("tjs", "tjrs")),
    ("jamais", ("jms",)),
    ("longtemps", ("lgtps",)),
    ("temps", ("tps",)),
    ("quand", ("qd", "kan")),
    ("comme", ("com",)),
    ("comment", ("cmt", "coment")),
    ("combien", ("cb",)),
    ("pendant", ("pdt",)),
    ("maintenant", ("mtn", "mnt")),
    ("demain", ("2m1", "dem")),
    ("bien", ("bi1",)),
    ("rien", ("ri1",)),
    ("salut", ("slt",)),
    ("bonjour", ("bjr",)),
    ("bonsoir", ("bsr",)),
    ("merci", ("mci", "mrc")),
    ("désolé", ("dsl",)),
    ("nous", ("ns",)),
    ("vous", ("vs",)),
    ("dans", ("ds",)),
    ("pour", ("pr",)),
    ("avec", ("avc", "av")),
    ("mais", ("mé", "ms")),
    ("que", ("ke", "k", "q")),
    ("qui", ("ki",)),
    ("quoi", ("koi",)),
    ("pas", ("pa",)),
    ("tout", ("tt",)),
    ("tous", ("ts",)),
    ("message", ("msg",)),
    ("téléphone", ("tel",)),
)
"""What is written for what in messages; the longest first."""

_MISTAKES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ça", ("sa", "ca")),
    ("c'est", ("s'est", "ces")),
    ("ces", ("ses",)),
    ("ses", ("ces",)),
    ("est", ("et",)),
    ("et", ("est",)),
    ("à", ("a",)),
    ("a", ("à",)),
    ("où", ("ou",)),
    ("peut-être", ("peut être",)),
    ("leur", ("leurs",)),
    ("on", ("ont",)),
    ("ont", ("on",)),
    ("sont", ("son",)),
    ("quand", ("quant",)),
    ("plutôt", ("plus tôt",)),
    ("fait", ("fais",)),
    ("suis", ("suit",)),
    ("peux", ("peut",)),
    ("veut", ("veux",)),
    ("voir", ("voire",)),
    ("dois", ("doit",)),
    ("tout", ("tous",)),
    ("toutes", ("toute",)),
    ("apparemment", ("apparament",)),
    ("malgré", ("malgrés",)),
    ("parmi", ("parmis",)),
    ("quelquefois", ("quelques fois",)),
    ("d'accord", ("daccord",)),
    ("n'ai", ("nai",)),
    ("j'ai", ("jai", "j'est")),
    ("qu'il", ("quil",)),
    ("il y a", ("il ya",)),
)
"""Words that are taken for others, and letters that are forgotten."""

_SHORT_ENGLISH: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("see you later", ("cu later", "c u l8r")),
    ("see you", ("cu", "c u")),
    ("be right back", ("brb",)),
    ("by the way", ("btw",)),
    ("as soon as possible", ("asap",)),
    ("I don't know", ("idk", "i dunno")),
    ("going to", ("gonna",)),
    ("want to", ("wanna",)),
    ("have got to", ("gotta",)),
    ("got to", ("gotta",)),
    ("because", ("cuz", "bc", "cos")),
    ("tomorrow", ("tmrw", "2moro")),
    ("tonight", ("2nite", "tonite")),
    ("something", ("sth", "smth")),
    ("somebody", ("sb",)),
    ("someone", ("sm1",)),
    ("through", ("thru",)),
    ("though", ("tho",)),
    ("please", ("pls", "plz")),
    ("thanks", ("thx", "tx")),
    ("thank you", ("ty", "thank u")),
    ("you are", ("ur", "u r", "youre")),
    ("you're", ("ur", "youre")),
    ("your", ("ur",)),
    ("you", ("u",)),
    ("are", ("r",)),
    ("why", ("y",)),
    ("before", ("b4",)),
    ("people", ("ppl",)),
    ("great", ("gr8",)),
    ("later", ("l8r",)),
    ("about", ("abt",)),
    ("without", ("w/o",)),
    ("with", ("w/", "wit")),
    ("okay", ("ok", "k")),
    ("message", ("msg",)),
    ("minutes", ("mins",)),
    ("really", ("rly",)),
    ("right now", ("rn",)),
    ("probably", ("prob", "prolly")),
    ("don't know", ("dunno",)),
    ("give me", ("gimme",)),
    ("let me", ("lemme",)),
    ("to", ("2",)),
    ("for", ("4",)),
)
"""What English messages write for what; the longest first."""

_MISTAKES_ENGLISH: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("they're", ("their", "there", "theyre")),
    ("their", ("there", "they're")),
    ("there", ("their",)),
    ("you're", ("your", "youre")),
    ("your", ("you're",)),
    ("it's", ("its",)),
    ("its", ("it's",)),
    ("too", ("to",)),
    ("than", ("then",)),
    ("then", ("than",)),
    ("lose", ("loose",)),
    ("who's", ("whose",)),
    ("should have", ("should of",)),
    ("could have", ("could of",)),
    ("would have", ("would of",)),
    ("don't", ("dont",)),
    ("doesn't", ("doesnt", "dosen't")),
    ("didn't", ("didnt",)),
    ("can't", ("cant",)),
    ("won't", ("wont",)),
    ("isn't", ("isnt",)),
    ("I'm", ("Im", "i'm", "im")),
    ("I've", ("Ive", "ive")),
    ("I'll", ("Ill", "ill")),
    ("let's", ("lets",)),
    ("that's", ("thats",)),
    ("what's", ("whats",)),
    ("a lot", ("alot",)),
    ("definitely", ("definately",)),
    ("tomorrow", ("tommorow", "tommorrow")),
    ("receive", ("recieve",)),
    ("received", ("recieved",)),
    ("friend", ("freind",)),
    ("weird", ("wierd",)),
    ("separate", ("seperate",)),
    ("beautiful", ("beatiful",)),
    ("until", ("untill",)),
    ("which", ("wich",)),
    ("because", ("becouse", "becuase")),
    ("believe", ("beleive",)),
    ("really", ("realy",)),
    ("tried", ("tryed",)),
    ("knew", ("new",)),
    ("were", ("where",)),
    ("where", ("were",)),
    ("the", ("teh",)),
)
"""English words that are taken for others, and letters that are forgotten."""

_WORD = "(?<![\\w'’-]){}(?![\\w'’-])"


def _swapped(
    text: str, table: Sequence[tuple[str, tuple[str, ...]]], generator: Generator, share: float
) -> str:
    """Return a text with some of the words that a table has written otherwise."""
    for word, others in table:
        if word in text and generator.random() < share:
            text = re.sub(_WORD.format(re.escape(word)), one(generator, others), text)
    return text


def _misspelled(text: str, generator: Generator) -> str:
    """Return a text with mistakes that everybody makes: participles, plurals, words alike."""
    text = _swapped(text, _MISTAKES, generator, 0.5)
    if generator.random() < 0.5:
        text = re.sub(r"(?<=\w\w)és?\b(?= |[.!?]|$)", "er", text, count=1)
    if generator.random() < 0.3:
        text = re.sub(r"\b(des|les|mes|tes|nos|deux|trois) (\w{3,})s\b", r"\1 \2", text, count=1)
    return text


def typed(text: str, generator: Generator) -> str:
    """Return a French text as somebody types it on a telephone, or who never learnt to spell."""
    kind = generator.random()
    if kind < 0.5:
        text = _swapped(text[:1].lower() + text[1:], _SHORT, generator, 0.7)
        text = re.sub(r"\b(?:ne |n')(?=\w+ (?:pas?|rien|ri1|jamais|jms|plus)\b)", "", text)
    else:
        text = _misspelled(text, generator)
    if generator.random() < 0.35:
        text = without_accents(text)
    if generator.random() < 0.4:
        text = text.rstrip(" .") or text
    if generator.random() < 0.3:
        text = text.lower()
    if generator.random() < 0.15:
        text = text.replace(",", "").replace("'", one(generator, ("", " ")))
    return text


def typed_english(text: str, generator: Generator) -> str:
    """Return an English text as somebody types it on a telephone, or who never learnt to spell."""
    kind = generator.random()
    if kind < 0.5:
        small = text if text.startswith(("I ", "I'")) else text[:1].lower() + text[1:]
        text = _swapped(small, _SHORT_ENGLISH, generator, 0.5)
    else:
        text = _swapped(text, _MISTAKES_ENGLISH, generator, 0.4)
    if generator.random() < 0.3:
        text = text.replace("'", "")
    if generator.random() < 0.4:
        text = text.rstrip(" .") or text
    if generator.random() < 0.4:
        text = text.lower()
    if generator.random() < 0.15:
        text = text.replace(",", "")
    return text


def pairs(files: Sequence[Path], count: int, seed: int, *, turned: bool = False) -> Iterator[Pair]:
    """Yield pairs of files with their sources typed, each source once, those that change.

    Args:
        files: French and English.
        count: how many pairs.
        seed: of what is drawn.
        turned: whether English is the source, so that pairs are English and French.
    """
    spelled = typed_english if turned else typed
    generator = np.random.default_rng([977, seed])
    known = [
        pair
        for path in files
        for pair in read_pairs(path, turned=turned)
        if 2 <= len(pair[0].split()) <= MOST_WORDS and not any(c.isdigit() for c in pair[0])
    ]
    left = count
    for index in generator.permutation(len(known)):
        if left == 0:
            return
        source, target = known[int(index)]
        changed = spelled(source, generator)
        if changed.lower().rstrip(" .") != source.lower().rstrip(" ."):
            left -= 1
            yield changed, target


def write(
    count: int, path: Path, files: Sequence[Path], seed: int = 1, *, turned: bool = False
) -> None:
    """Write a file as the trainer reads it: French, then English."""
    with gzip.open(path, "wt", encoding="utf-8", newline="\n") as file:
        for source, target in pairs(files, count, seed, turned=turned):
            french, english = (target, source) if turned else (source, target)
            file.write(f"{french}\t{english}\n")


if __name__ == "__main__":
    english = sys.argv[1:2] == ["--turned"]
    number, out, *names = sys.argv[1 + english :]
    write(int(number), Path(out), list(map(Path, names)), turned=english)
