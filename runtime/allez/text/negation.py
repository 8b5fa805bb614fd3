"""Negation that a translation from French into English lost, or made up: by words, not by meaning.

A duty is looked at, too: "il ne faut pas" forbids, where "you don't have to" leaves free.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from allez.entities import words
from allez.results import Doubt
from allez.spec import SPEC

_RULES = SPEC["negation"]["fr"]
_NO, _HIDDEN_NO = words(_RULES["no"]), words(_RULES["hidden"])
"""What denies in French, and what may."""
_NOT, _CLEAR_NOT = words(_RULES["not"]), words(_RULES["clear"])
"""What denies in English, and what does so without a doubt."""
_SAID_NO = words(_RULES["said"])
_SAID_PREFIXES = tuple(_RULES["prefixes"].split())
_BEFORE_STEPS = words(SPEC["negation"]["steps"])
"""Before "pas" that are steps."""
_OVER = words(_RULES["over"])
"""What English says of a thing that is no more, without a negation."""
_ENOUGH = words(_RULES["enough"])
"""Before "more": "any more" is said of what is over, and "more" of what goes on."""
_DUTIES, _BOUND = words(_RULES["duties"]), words(_RULES["bound"])
_PRONOUNS = words(_RULES["pronouns"])
"""What stands between "il ne faut pas" and its infinitive."""
_FREE: list[str] = [f" {phrase} " for phrase in _RULES["free"]]


def negation(source: str, target: str, here: Sequence[str], said: Sequence[str]) -> list[Doubt]:
    """Find a negation that was lost, one that nobody said, or a ban that became a freedom.

    Args:
        source: a sentence.
        target: its translation.
        here: the words of the sentence in small letters.
        said: those of the translation.
    """
    over = _no_longer(here)
    strong = [
        index
        for index, (before, word) in enumerate(zip(("", *here), here, strict=False))
        if (word in _NO and not (word == "pas" and before in _BEFORE_STEPS)) or index == over
    ]
    if here[:1] == ["pas"] and len(here) == 1:
        strong = []
    denied = any(word in _NOT for word in said)
    if strong and not denied and "n'est-ce pas" not in source.lower():
        found = [here[index] for index in strong]
        if "pas" in found and ("pourquoi" in here or "pas mal" in source.lower()):
            return []
        hinted = any(
            word in _SAID_NO or (len(word) > 5 and word.startswith(_SAID_PREFIXES)) for word in said
        )
        if not hinted and not (found[0] == "plus" and not _OVER.isdisjoint(said)):
            return [_at(source, here, strong[0])]
    if over >= 0 and strong == [over] and denied and _goes_on(said):
        return [_at(source, here, over)]
    banned = _banned(here)
    if banned >= 0 and _is_free(said):
        return [_at(source, here, banned)]
    spoken = [word for word in said if word in _CLEAR_NOT]
    asked = target.rstrip().endswith("?")
    if spoken and not strong and not asked and not any(word in _HIDDEN_NO for word in here):
        return [Doubt("negation", spoken[0], None, None)]
    return []


def _no_longer(here: Sequence[str]) -> int:
    """Return which word is "plus" with "ne" before it and no "que" behind, -1 if none is."""
    for index, word in enumerate(here):
        if word != "plus" or here[index + 1 : index + 2] in (["que"], ["qu"]):
            continue
        before = list(here[max(index - 5, 0) : index])
        while before and before[-1] not in ("ne", "n", "plus", "pas", "que", "qu"):
            before.pop()
        if before and before[-1] in ("ne", "n"):
            return index
    return -1


def _goes_on(said: Sequence[str]) -> bool:
    """Tell whether a translation says no more than "more" of what is over: "I don't eat more"."""
    more = [before for before, word in pairwise(said) if word == "more"]
    ended = "longer" in said or "anymore" in said
    return bool(more) and not ended and _ENOUGH.isdisjoint(more)


def _banned(here: Sequence[str]) -> int:
    """Return which word is the "pas" of "il ne faut pas" before what must not be, -1 if none is."""
    for index, word in enumerate(here):
        if word not in _DUTIES or (index and here[index - 1] not in ("ne", "n", "il")):
            continue
        if "pas" not in here[index + 1 : index + 3]:
            continue
        place = index + 1 if here[index + 1] == "pas" else index + 2
        behind = next((word for word in here[place + 1 :] if word not in _PRONOUNS), "")
        if behind in ("que", "qu") or _is_infinitive(behind):
            return place
    return -1


def _is_infinitive(word: str) -> bool:
    return len(word) > 3 and word.endswith(("er", "ir", "re"))


def _is_free(said: Sequence[str]) -> bool:
    """Tell whether a translation says that something need not be done, and not that it must not."""
    text = f" {' '.join(said)} "
    return _BOUND.isdisjoint(said) and any(phrase in text for phrase in _FREE)


def _at(source: str, here: Sequence[str], index: int) -> Doubt:
    """Return the doubt about one of the words of a sentence."""
    small = source.lower()
    start = end = 0
    for word in here[: index + 1]:
        start = small.index(word, end)
        end = start + len(word)
    return Doubt("negation", source[start:end], start, end)
