"""Made-up turns of dialogues that a bot had better not answer, and what it says instead.

Insults, provocations, somebody in need, crimes, orders to forget its part, noise: `refusals.json`
has what is said, with slots, and the replies. A configuration names it as `made:refusals`, in place
of a file of the data folder. Seeded: the same pairs each time.
"""

from __future__ import annotations

import json
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from allez.errors import InputError
from allez_export.made import one

Generator = np.random.Generator
Pair = tuple[str, str]

COUNT = 6000
"""Pairs that are drawn; some are drawn twice."""

_BEFORE, _LOWER, _UPPER, _BARE = 0.5, 0.25, 0.05, 0.3
"""How often something was said before; how often a turn is in small letters, in capitals, without
its last sign."""


def answers(path: Path, *, seed: int = 1) -> Iterator[Pair]:
    """Yield pairs of turns, joined as in files of dialogues, and the reply.

    Args:
        path: of a file such as `refusals.json`.
        seed: of all that is drawn.

    Raises:
        InputError: there is no such file.
    """
    try:
        made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", hint="made:refusals") from None
    generator = np.random.default_rng(seed)
    for _ in range(COUNT):
        group = one(generator, made["groups"])
        turn = typed(filled(one(generator, group["say"]), made["slots"], generator), generator)
        before = one(generator, made["before"]) if generator.random() < _BEFORE else ()
        yield made["separator"].join([*before, turn]), one(generator, group["reply"])


def filled(text: str, slots: Mapping[str, Sequence[str]], generator: Generator) -> str:
    """Return a text with something in each of its slots; `junk` and `signs` are noise."""

    def fill(slot: re.Match[str]) -> str:
        if slot[1] == "junk":
            return "".join(one(generator, string.ascii_lowercase) for _ in range(_size(generator)))
        if slot[1] == "signs":
            return "".join(one(generator, "?.!-#@%&*)(") for _ in range(_size(generator)))
        said: str = one(generator, slots[slot[1]])
        return said

    found = re.sub(r"\{(\w+)\}", fill, text)
    return found[:1].upper() + found[1:] if text[:1] == "{" and "junk" not in text else found


def _size(generator: Generator) -> int:
    return int(generator.integers(1, 9))


def typed(text: str, generator: Generator) -> str:
    """Return a text as people type it, in small letters or in capitals now and then."""
    chance = generator.random(2)
    if chance[0] < _BARE:
        text = text.rstrip(".!?") or text
    if chance[1] < _LOWER:
        return text.lower()
    return text.upper() if chance[1] < _LOWER + _UPPER else text
