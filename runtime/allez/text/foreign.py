"""Sentences that are copied: in a script that a model never learnt, or nothing but addresses."""

from __future__ import annotations

from allez.entities import FORMS, THING, find
from allez.spec import SPEC
from allez.text.tokenizer import Tokenizer


def is_foreign(sentence: str, tokenizer: Tokenizer) -> bool:
    """Tell whether three quarters of a sentence's letters or more are of a script never learnt.

    The model would have to spell its answer byte by byte: what comes out is no text. A word of
    Greek within a sentence is another matter; it is copied as names are.
    """
    if sentence.isascii():
        return False
    letters = list(filter(str.isalpha, sentence))
    others = {letter for letter in letters if not letter.isascii()}
    strange = {letter for letter in others if not tokenizer.knows(letter)}
    share, whole = SPEC["foreign"]["share"]
    return bool(strange) and whole * sum(map(strange.__contains__, letters)) >= share * len(letters)


def stands_alike(sentence: str, tokenizer: Tokenizer, languages: tuple[str, str]) -> bool:
    """Tell whether all letters of a sentence are in things, which both languages write alike.

    An address, a file name, a code between backticks: a model without symbols spells it anew.

    Args:
        sentence: one with a letter.
        tokenizer: of the sentence.
        languages: of source and target, as `fr`.
    """
    source, target = (FORMS.get(language) for language in languages)
    rest, done = "", 0
    for entity in find(sentence, source, target, knows=tokenizer.knows):
        if entity.kind == THING:
            rest, done = rest + sentence[done : entity.start], entity.end
    return done > 0 and not any(map(str.isalpha, rest + sentence[done:]))
