"""What a text says that must not change: the spans of its facts, and symbols for them."""

from allez.entities.characters import (
    SPACES,
    at,
    digits,
    ends,
    is_digit,
    is_word,
    number_begins,
    run,
    word_before,
    words,
)
from allez.entities.find import KINDS, NAME, NUMBER, TERM, THING, Entity, find
from allez.entities.forms import FORMS, Form
from allez.entities.marks import code, is_private
from allez.entities.names import Names, find_names, within_capitals
from allez.entities.rates import around, rate
from allez.entities.romans import roman_ordinal
from allez.entities.superscripts import on_the_line
from allez.entities.symbols import Masked, fill, mask, mask_target, settled

__all__ = [
    "FORMS",
    "KINDS",
    "NAME",
    "NUMBER",
    "SPACES",
    "TERM",
    "THING",
    "Entity",
    "Form",
    "Masked",
    "Names",
    "around",
    "at",
    "code",
    "digits",
    "ends",
    "fill",
    "find",
    "find_names",
    "is_digit",
    "is_private",
    "is_word",
    "mask",
    "mask_target",
    "number_begins",
    "on_the_line",
    "rate",
    "roman_ordinal",
    "run",
    "settled",
    "within_capitals",
    "word_before",
    "words",
]
