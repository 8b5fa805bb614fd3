"""How a language writes numbers, as far as that is not written in code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from allez.entities.characters import words
from allez.entities.units import ENGLISH, SIGNS
from allez.spec import SPEC

NO_BREAK = "\u00a0"


class Form(NamedTuple):
    """How a language writes numbers."""

    thousands: str
    """The marks between groups of three digits; " " stands for any space within a number."""
    group: str
    """What is written there."""
    decimal: str
    """The mark before a fraction."""
    percent: tuple[str, ...]
    """What stands for per cent behind a number; the first is written."""
    currency_first: bool
    """Whether a price begins with its currency."""
    hours: bool
    """Whether `17 h 30` is a time."""
    designators: frozenset[str]
    """Words in small letters after which two groups of digits may be two numbers ("bus")."""
    durations: frozenset[str]
    """Words before hours and minutes that are no time of day."""
    moments: frozenset[str]
    """Words before whole hours that are a time of day: "à 15 h"."""
    units: Mapping[str, str]
    """Signs of units, and what they are in English."""
    until: str
    """What joins two hours between which something is."""


FORMS = {
    "fr": Form(
        " .",
        NO_BREAK,
        ",",
        (NO_BREAK + "%", " %", "%", "\u202f%"),
        False,
        True,
        words(SPEC["numbers"]["fr"]["designators"]),
        words(SPEC["hours"]["durations"]),
        words(SPEC["hours"]["moments"]),
        SIGNS,
        " à ",
    ),
    "en": Form(
        ", ",
        ",",
        ".",
        ("%", " %", " percent", " per cent"),
        True,
        False,
        words(SPEC["numbers"]["en"]["designators"]),
        frozenset(),
        frozenset(),
        ENGLISH,
        " to ",
    ),
}
"""The number forms that every host has, by language."""
