"""What a text says that must not change: the spans of its facts, and symbols for them."""

from allez.entities.characters import SPACES, at, digits, ends, is_digit, is_word, run, words
from allez.entities.find import KINDS, NAME, NUMBER, TERM, THING, Entity, find
from allez.entities.marks import code, is_private
from allez.entities.names import Names, find_names, within_capitals
from allez.entities.numbers import FORMS, Form
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
    "run",
    "settled",
    "within_capitals",
    "words",
]
