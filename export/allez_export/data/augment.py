"""What people type and training data lack: careless spelling, and words that are no words.

Each function takes text or a pair and a seeded generator and returns the changed one. What is
carried over untouched (numbers, names, addresses, emoji) is made up here, on both sides alike, so
that the model learns to copy it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import numpy as np

from allez_export.data.read import Pair

Generator = np.random.Generator

_NUMBER = re.compile(r"(?<![\d.,:/-])\d+(?!\d|[.,:/-]\d|\s\d)")
"""A number that stands alone: no part of a date, a time, an amount with separators."""

_NAME = re.compile(r"\b[A-Z][a-zà-ÿ]{2,}\b")

_ONSETS = (
    *"bcdfghjklmnprstvwz",
    *("br", "ch", "dr", "fr", "gr", "kl", "kr", "pr", "sch", "st", "th", "tr"),
)
_VOWELS = (*"aaeeiioou", "ai", "au", "ei", "ou", "é", "ö")
_ENDS = ("", *"nrslmtx", "nd", "rt", "ck")
_WORDS = ("info", "contact", "news", "shop", "blog", "docs", "help", "photo", "team", "mail")
_TOPS = ("com", "org", "net", "fr", "ca", "be", "ch", "eu", "io", "info")
_EMOJI = "😀😂🙂😉😍😢😡👍👎🙏🎉❤🔥🚀✅⚠🌍🐱🍕☕"
_SCRIPTS = (  # first and last letter of alphabets that the vocabulary spells in bytes
    ("α", "ω"),
    ("а", "я"),
    ("א", "ת"),
    ("あ", "ん"),
    ("一", "十"),
    ("ا", "ي"),
)


def _pick(generator: Generator, choices: list[str] | tuple[str, ...] | str) -> str:
    return choices[int(generator.integers(len(choices)))]


def without_accents(text: str) -> str:
    """Return text as a keyboard without accents gives it."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def careless(text: str, generator: Generator, language: str = "fr") -> str:
    """Return `text` as people type it in a hurry: one or two of the usual shortcuts."""
    for choice in generator.choice(9, size=generator.integers(1, 3), replace=False):
        if choice <= 2 and language == "en":  # the marks that English has within words
            text = text.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
        elif choice <= 2:  # no accents, the commonest on a keyboard without them
            text = without_accents(text)
        elif choice == 3:
            text = text.lower()
        elif choice <= 5:  # a headline
            text = " ".join(word[:1].upper() + word[1:] for word in text.split(" "))
        elif choice == 6:  # emphasis; text in nothing but capitals is what the runtime puts right
            words = text.split(" ")
            chosen = int(generator.integers(len(words)))
            words[chosen] = words[chosen].upper()
            text = " ".join(words)
        else:  # no final punctuation
            text = text.rstrip(" .!?…") or text
    return text


def made_up_name(generator: Generator) -> str:
    """Return a name that nobody has, two to four syllables long."""
    syllables = [
        _pick(generator, _ONSETS) + _pick(generator, _VOWELS)
        for _ in range(int(generator.integers(2, 5)))
    ]
    name = "".join(syllables) + _pick(generator, _ENDS)
    return name[0].upper() + name[1:]


def _word(generator: Generator) -> str:
    """Return a word as addresses have them."""
    if generator.random() < 0.5:
        return _pick(generator, _WORDS)
    return made_up_name(generator).lower().encode("ascii", "ignore").decode()


def made_up_token(generator: Generator) -> str:
    """Return something that no language translates: an address, a code, a sign."""
    word = _word(generator)
    host = f"{_word(generator)}.{_pick(generator, _TOPS)}"
    number = int(generator.integers(1, 10 ** int(generator.integers(1, 7))))
    kind = int(generator.integers(-2, 8))  # addresses are the longest to copy, and come most often
    if kind in (-1, 0):
        name = f"{word}.{_word(generator)}" if generator.random() < 0.5 else word
        return f"{name}@{host}"
    if kind in (-2, 1):
        www = "www." if generator.random() < 0.5 else ""
        return f"https://{www}{host}{_pick(generator, ('', f'/{word}', f'/{word}/{number}'))}"
    if kind == 2:
        return f"www.{word}.{_pick(generator, _TOPS)}"
    if kind == 3:
        return f"{'#' if generator.random() < 0.5 else '@'}{word}"
    if kind == 4:
        letters = "".join(_pick(generator, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(2))
        return f"{letters}{_pick(generator, ('-', ' ', ''))}{number}"
    if kind == 5:
        first, last = (ord(letter) for letter in _SCRIPTS[int(generator.integers(len(_SCRIPTS)))])
        codes = generator.integers(first, last + 1, size=int(generator.integers(1, 7)))
        return "".join(chr(code) for code in codes)
    if kind == 6:
        return str(number)
    return "".join(_pick(generator, _EMOJI) for _ in range(int(generator.integers(1, 4))))


def other_numbers(pair: Pair, generator: Generator) -> Pair:
    """Return the pair with other numbers, where both sides have the same ones; else the pair."""
    source, target = pair
    shared = sorted(_NUMBER.findall(source))
    if not shared or shared != sorted(_NUMBER.findall(target)):
        return pair
    # Nothing becomes one or stops being one, because words agree with their number.
    new = {
        old: str(int(generator.integers(2, 10 ** int(generator.integers(1, 6)) + 2)))
        for old in dict.fromkeys(shared)
        if int(old) > 1
    }
    return _replaced(source, _NUMBER, new), _replaced(target, _NUMBER, new)


def other_names(pair: Pair, generator: Generator) -> Pair:
    """Return the pair with a made-up name for each that both sides have; else the pair."""
    source, target = pair
    shared = set(_NAME.findall(source)) & set(_NAME.findall(target))
    new = {old: made_up_name(generator) for old in sorted(shared)}
    return _replaced(source, _NAME, new), _replaced(target, _NAME, new)


def _replaced(text: str, pattern: re.Pattern[str], new: Mapping[str, str]) -> str:
    """Return a text with something else for what a pattern finds, where there is such."""
    return pattern.sub(lambda found: new.get(found[0], found[0]), text)


def carrying(pair: Pair, generator: Generator) -> Pair:
    """Return the pair with something on both sides that is not translated."""
    source, target = pair
    token = made_up_token(generator)
    kind = int(generator.integers(4))
    if kind == 0:
        return f"{token} {source}", f"{token} {target}"
    if kind == 1:
        return f"{source} ({token})", f"{target} ({token})"
    if kind == 2 and len(source) > 1 and source[-1] == target[-1] in ".!?":
        return f"{source[:-1].rstrip()}: {token}{source[-1]}", f"{target[:-1]}: {token}{target[-1]}"
    return f"{source} {token}", f"{target} {token}"


def untranslatable(pair: Pair, generator: Generator) -> Pair:
    """Return the pair with other numbers, other names, or something carried over."""
    for change in generator.permutation(3):
        changed = (other_numbers, other_names, carrying)[change](pair, generator)
        if changed != pair:
            return changed
    return pair
