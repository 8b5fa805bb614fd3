"""The rules of `sentences.json`: how one language marks its sentences.

They travel in the bundle, so that every host splits alike.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from allez.bundle import parse_object, shown
from allez.errors import BundleFormatError
from allez.spec import SPEC

_RULES: dict[str, Any] = SPEC["sentences"]

RULES_VERSION: int = _RULES["version"]
"""Raised only when an older runtime could no longer follow the rules."""


class SentenceRules(NamedTuple):
    """How one language marks its sentences; the fields are the keys of `sentences.json`."""

    version: int
    """`RULES_VERSION`."""
    max_tokens: int
    """Longest sentence in tokens, eos not counted."""
    max_characters: int
    """Longest sentence in characters: a longer one is cut before anybody counts its tokens."""
    spaces: frozenset[str]
    """All that counts as white space, the carriage return included; hosts disagree otherwise."""
    terminators: frozenset[str]
    """What ends a sentence when white space follows."""
    wide_terminators: frozenset[str]
    """What ends a sentence also without white space, as in Chinese and Japanese."""
    openers: frozenset[str]
    """What may stand before the first word of a sentence: quotes, brackets, dashes."""
    closers: frozenset[str]
    """What may stand between the terminator and the end of its sentence: quotes, brackets."""
    abbreviations: frozenset[str]
    """Words whose full stop ends no sentence, initials among them. One listed with a capital is
    meant only so ("MM", not millimetres); one that also ends sentences ("etc") is not listed:
    what follows it decides."""
    number_abbreviations: frozenset[str]
    """The same for words that are abbreviations only before a digit ("art. 5")."""
    breaks: tuple[frozenset[str], ...]
    """After which marks a sentence that is too long is cut, the best first."""

    @classmethod
    def from_json(cls, text: str) -> SentenceRules:
        """Read the text of a `sentences.json`.

        Raises:
            BundleFormatError: a key is missing, unknown or of the wrong kind; it is named.
        """
        content = parse_object(text, "the file of sentence rules")
        for key in sorted(content.keys() ^ set(cls._fields)):
            problem = "lack" if key in cls._fields else "have an unknown key"
            raise BundleFormatError(f"sentence rules {problem} {shown(key)}")
        version = _number(content, "version")
        if version != RULES_VERSION:
            raise BundleFormatError(
                f"sentence rules have version {version}, not {RULES_VERSION}",
                hint="a newer allez may read them",
            )
        return cls(
            version=version,
            max_tokens=_number(content, "max_tokens"),
            max_characters=_number(content, "max_characters"),
            spaces=_characters(content, "spaces"),
            terminators=_characters(content, "terminators"),
            wide_terminators=_characters(content, "wide_terminators"),
            openers=_characters(content, "openers"),
            closers=_characters(content, "closers"),
            abbreviations=_words(content, "abbreviations"),
            number_abbreviations=_words(content, "number_abbreviations"),
            breaks=tuple(frozenset(marks) for marks in _strings(content, "breaks")),
        )


def _number(content: dict[str, Any], key: str) -> int:
    value = content[key]
    low, high = _RULES["from"], _RULES["to"]
    if type(value) is not int or not low <= value <= high:  # not isinstance: True is an int
        raise BundleFormatError(
            f"sentence rules: {key!r} must be a whole number, {low} to {high:,}"
        )
    return value


def _characters(content: dict[str, Any], key: str) -> frozenset[str]:
    value = content[key]
    if not isinstance(value, str):
        raise BundleFormatError(f"sentence rules: {key!r} must be a string of characters")
    return frozenset(value)


def _strings(content: dict[str, Any], key: str) -> list[str]:
    value = content[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BundleFormatError(f"sentence rules: {key!r} must be a list of strings")
    return value


def _words(content: dict[str, Any], key: str) -> frozenset[str]:
    for word in (words := _strings(content, key)):
        if not word.isalpha():
            raise BundleFormatError(
                f"sentence rules: {key!r} has {shown(word)}, which can never match",
                hint="only the letters right before the full stop",
            )
    return frozenset(words)
