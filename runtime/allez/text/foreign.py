"""Sentences in a script that a model never learnt, which are copied."""

from __future__ import annotations

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
