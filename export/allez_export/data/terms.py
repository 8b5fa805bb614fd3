"""Content words and their usual translations, counted in pairs: what terms are practised on.

    python -m allez_export.data.terms [--turned] terms.tsv PAIRS.tsv.gz ...

With `--turned` the second column, English, is the source.
A glossary's term may be any noun, so training puts a term's symbol in place of nouns that are
translated in one way: each side's word must be the other's likeliest partner.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from allez.entities.characters import words
from allez_export.data.read import Pair, read_pairs

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_DETERMINERS = words("le la les un une des l du au aux ce cette ces mon ma mes son sa ses")
_ARTICLES = words("the a an this these my his her your our their of")
_LEAST, _DICE, _NOUN = 15, 0.45, 0.5
"""Fewest pairs, least 2·both/(one + other), least share behind a determiner."""


def learn(pairs: Iterable[Pair], *, turned: bool = False) -> dict[str, frozenset[str]]:
    """Return nouns of the source language, each with its translations.

    Args:
        pairs: French and English, or English and French.
        turned: which of the two.
    """
    leading = (_ARTICLES, _DETERMINERS) if turned else (_DETERMINERS, _ARTICLES)
    sides: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    nouns: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    both: Counter[tuple[str, str]] = Counter()
    lines = [tuple(_WORD.findall(text.lower()) for text in pair) for pair in pairs]
    for found_words in lines:
        for side, leads in enumerate(leading):
            sides[side].update(set(found_words[side]))
            for before, word in zip(found_words[side], found_words[side][1:], strict=False):
                nouns[side][word] += before in leads
    usual = [
        {w for w, n in sides[i].items() if n >= _LEAST and nouns[i][w] >= _NOUN * n and len(w) > 3}
        for i in (0, 1)
    ]
    for found_words in lines:
        targets = usual[1].intersection(found_words[1])
        for word in usual[0].intersection(found_words[0]):
            both.update((word, target) for target in targets)
    found: dict[str, set[str]] = {}
    for (source, target), count in both.items():
        if 2 * count >= _DICE * (sides[0][source] + sides[1][target]):
            found.setdefault(source, set()).add(target)
    return {word: frozenset(targets) for word, targets in sorted(found.items())}


if __name__ == "__main__":
    turned = sys.argv[1:2] == ["--turned"]
    out, *files = map(Path, sys.argv[1 + turned :])
    read = (pair for file in files for pair in read_pairs(file, turned=turned))
    terms = learn(islice(read, 600_000), turned=turned)
    lines = [f"{word}\t{' '.join(sorted(targets))}\n" for word, targets in terms.items()]
    out.write_text("".join(lines), encoding="utf-8", newline="\n")
