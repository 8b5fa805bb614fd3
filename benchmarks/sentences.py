"""French sentences of any wanted number of words, and how long real ones are.

Nobody needs a corpus to repeat the measurements: sentences are put together from lists, each a
main clause to which phrases are added until it has as many words as it should. What they say is of
no importance; how long they are is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

_COUNTS = [
    *(0, 2, 80, 340, 488, 583, 556, 422, 328, 285, 236, 214, 149, 123, 96, 106, 73, 69),
    *(82, 58, 72, 64, 61, 61, 46, 50, 43, 41, 34, 43, 30, 30, 14, 13, 18, 7, 9, 8, 13, 6),
    *(10, 7, 7, 4, 3, 1, 1, 2, 2, 1, 0, 0, 2, 0, 0, 0, 1, 1, 1, 0, 1),
]
HISTOGRAM = {words: count for words, count in enumerate(_COUNTS, start=1) if count}
"""Sentences by number of words between spaces: the French sides of tatoeba.test (3,000 everyday
sentences), the FLORES dev set (997, encyclopaedic) and multi30k test2016 (1,000 captions)."""

_SHORT = {
    1: ["Bonjour.", "Merci.", "Attention!", "Oui.", "Demain.", "Jamais."],
    2: ["Bonne nuit.", "Il pleut.", "Elle dort.", "Nous partons.", "Merci beaucoup."],
}

_SUBJECTS = [
    *("il", "elle", "on", "Marie", "Paul", "personne"),
    *("le médecin", "la voisine", "mon frère", "notre équipe", "le chat noir", "ma petite sœur"),
    *("le directeur de l'école", "un homme en chemise bleue", "une femme avec son enfant"),
    *("le président de la région", "l'équipe qui a gagné hier"),
]
_VERBS = ["voit", "cherche", "attend", "prend", "oublie", "regarde", "montre", "a perdu", "veut"]
_OBJECTS = [
    *("cela", "quelqu'un", "Jean", "une lettre", "son parapluie", "du pain", "des nouvelles"),
    *("la porte du jardin", "un vieux livre", "les clés de la maison", "le train de nuit"),
    *("la réunion de lundi", "l'adresse de l'hôtel", "un verre d'eau froide"),
]
_PHRASES = [
    *("ici", "demain", "encore", "souvent", "enfin", "lentement", "aujourd'hui", "ensemble"),
    *("ce matin", "en ville", "au marché", "sans raison", "hier soir", "malgré tout"),
    *("dans la cuisine", "près d'ici", "devant l'école", "depuis trois semaines", "à la gare"),
    *("sur la table ronde", "pendant les vacances scolaires", "pour la première fois"),
    *("au bord de la rivière", "avant de partir en voyage", "le 14 juillet 1998"),
    *("parce qu'il fait trop froid dehors", "à cause de la pluie et du vent"),
    *("comme tous les autres habitants du village", "bien que le prix ait beaucoup augmenté"),
]
_LINKS = ["et", "mais", "car", "puis", "quand"]


def _clause(generator: random.Random) -> list[str]:
    parts = [generator.choice(options) for options in (_SUBJECTS, _VERBS, _OBJECTS)]
    return " ".join(parts).split()


def sentence(words: int, generator: random.Random) -> str:
    """Return a sentence of exactly so many words, as `str.split` counts them."""
    if words in _SHORT:
        return generator.choice(_SHORT[words])
    found = _clause(generator)
    while len(found) > words:
        found = _clause(generator)
    while len(found) < words:
        missing = words - len(found)
        added = generator.choice(_PHRASES).split()
        if missing > 8 and generator.random() < 0.4:
            added = [generator.choice(_LINKS), *_clause(generator)]
            found[-1] += ","
        if len(added) <= missing:
            found += added
    text = " ".join(found)
    return f"{text[0].upper()}{text[1:]}."


def of_words(words: int, count: int, *, seed: int = 1) -> list[str]:
    """Return sentences that all have so many words."""
    generator = random.Random(seed * 1000 + words)
    return [sentence(words, generator) for _ in range(count)]


def file_like(count: int, *, seed: int = 1) -> list[str]:
    """Return sentences with lengths drawn from the histogram, in random order."""
    generator = random.Random(seed)
    lengths = generator.choices(list(HISTOGRAM), weights=list(HISTOGRAM.values()), k=count)
    return [sentence(words, generator) for words in lengths]


def read(path: Path) -> list[str]:
    """Return the lines of a file that are not blank."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip()]


def chunks(texts: Sequence[str], lengths: Sequence[int], size: int) -> list[list[int]]:
    """Group indices by length, as all systems here do with many sentences: longest first."""
    order = sorted(range(len(texts)), key=lambda i: -lengths[i])
    return [order[start : start + size] for start in range(0, len(order), size)]
