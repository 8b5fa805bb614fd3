"""ROUGE (Lin 2004): how much of a summary's words, pairs and order a reference has.

Words are runs of letters, marks and digits of any language, in lower case, as they stand: nothing
is stemmed and nothing left out. Each score is the mean F1 of all texts, in per cent.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import groupby


def rouge(answers: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """Return `rouge_1` (words), `rouge_2` (pairs of words) and `rouge_l` (longest subsequence).

    Args:
        answers: what was written.
        references: what was to be written, one for each.

    Returns:
        Each 0 to 100; 0 where there is no text.
    """
    totals = dict.fromkeys(("rouge_1", "rouge_2", "rouge_l"), 0.0)
    for answer, reference in zip(answers, references, strict=True):
        one, other = words(answer), words(reference)
        for size in (1, 2):
            found, wanted = _runs(one, size), _runs(other, size)
            common = (found & wanted).total()
            totals[f"rouge_{size}"] += f1(common, found.total(), wanted.total())
        totals["rouge_l"] += f1(_subsequence(one, other), len(one), len(other))
    return {name: 100 * total / max(len(answers), 1) for name, total in totals.items()}


def words(text: str) -> list[str]:
    """Return the words of a text, in lower case."""
    marked = groupby(text.lower(), lambda c: unicodedata.category(c)[0] in "LMN")
    return ["".join(run) for is_word, run in marked if is_word]


def f1(common: int, found: int, wanted: int) -> float:
    """Return the harmonic mean of precision and recall; 1 if nothing was wanted and found."""
    return 2 * common / (found + wanted) if found + wanted else 1.0


def _runs(tokens: Sequence[str], size: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[i : i + size]) for i in range(len(tokens) - size + 1))


def _subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0  # of the row above, one to the left
        for place, same in enumerate(other, 1):
            above = row[place]
            row[place] = before + 1 if word == same else max(above, row[place - 1])
            before = above
    return row[-1]
