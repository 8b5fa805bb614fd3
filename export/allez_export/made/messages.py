"""Made-up pairs of e-mail and chat: header lines, greetings and closings, requests in short forms.

What stands over and under a message is a label of its own kind (`Objet :` is no object), and what
is asked for in a chat ends with `stp` or `svp`; corpora of sentences have neither.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import numpy as np

from allez_export.made import DATA, one
from allez_export.made.words import Pair, capitalized

Generator = np.random.Generator

MESSAGES: dict[str, Any] = json.loads(
    (files("allez_export") / "made" / "messages.json").read_text(encoding="utf-8")
)
"""Lines of messages and what fills them, by what they are for."""

_SHORT_WEEKDAYS = "lun. mar. mer. jeu. ven. sam. dim."
_PLEASE = ("stp", "stp", "stp", "s'te plaît", "steuplé", "stppp")
_OPENINGS = (("ok ", "ok "), ("slt, ", "hi, "), ("bjr, ", "hello, "), ("oui, ", "yes, "))
_COMMON = (
    "Marie", "Jean", "Pierre", "Paul", "Luc", "Julie", "Claire", "Sophie", "Anne", "Louis",
    "Thomas", "Michel", "Alain", "Camille", "Rose", "Martin", "Jacques", "Charles", "Nicole",
    "Philippe",
)  # fmt: skip
"""First names that corpora have as words or as others': "Chère Marie," is not to Mary."""

_POLITE = ("svp", "svp", "s.v.p.", "SVP")


def header(generator: Generator) -> Pair:
    """Return a line that stands over a message, a bare label now and then."""
    label, said, kind = one(generator, MESSAGES["headers"])
    value, value_en = _value(generator, kind)
    if generator.random() < 0.25 and kind == "S":
        before = one(generator, (("RE : ", "RE: "), ("TR : ", "FW: "), ("Re: ", "Re: ")))
        value, value_en = before[0] + value, before[1] + value_en
    choice = generator.random()
    if choice < 0.08:
        return f"{label} :", f"{said}:"
    if choice < 0.16:
        return f"{label.upper()} : {value}", f"{said.upper()}: {value_en}"
    colon = one(generator, (" : ", " : ", "\u00a0: ", ": "))
    return f"{label}{colon}{value}", f"{said}: {value_en}"


def _value(generator: Generator, kind: str) -> Pair:
    """Return what stands behind a label of some kind."""
    if kind in ("S", "F", "P", "L", "R"):
        room = {"S": "subjects", "F": "files", "P": "priorities", "L": "rooms", "R": "remarks"}
        source, target = one(generator, MESSAGES[room[kind]])
        if kind in ("L", "P") and generator.random() < 0.4:
            return capitalized(source), capitalized(target)
        return source, target
    if kind == "D":
        return _date(generator)
    names = [_name(generator) for _ in range(1 if kind == "N" else int(generator.integers(1, 4)))]
    joined = one(generator, (", ", " ; ", "; ")).join(names)
    return joined, joined.replace(" ;", ";")


def _name(generator: Generator) -> str:
    first = one(generator, _COMMON if generator.random() < 0.4 else DATA["first_names"])
    return first if generator.random() < 0.4 else f"{first} {one(generator, DATA['surnames'])}"


def _date(generator: Generator) -> Pair:
    """Return a day as programs for e-mail write it, short or long, with a time or without."""
    index, day = int(generator.integers(7)), int(generator.integers(2, 29))
    month, year = one(generator, DATA["months"]), int(generator.integers(2009, 2031))
    weekday = DATA["weekdays"][index]
    time = f"{int(generator.integers(10, 24))}:{int(generator.integers(10, 60))}"
    if generator.random() < 0.5:
        name, name_en = _SHORT_WEEKDAYS.split()[index], weekday[1][:3]
    else:
        name, name_en = weekday
    source, target = f"{name} {day} {month[0]} {year}", f"{name_en}, {month[1]} {day}, {year}"
    choice = generator.random()
    if choice < 0.3:
        return source, target
    if choice < 0.45:
        return f"{weekday[0]} matin", f"{weekday[1]} morning"
    if choice < 0.75:
        return f"{source} à {time}", f"{target} at {time}"
    return f"{source} {time}", f"{target} {time}"


def line(generator: Generator) -> Pair:
    """Return a greeting, a closing, or what a program for messages writes by itself."""
    source, target = one(generator, MESSAGES["lines"])
    name, date = _name(generator), _date(generator)
    filled = source.replace("{n}", name).replace("{d}", date[0])
    return capitalized(filled), target.replace("{n}", name).replace("{d}", date[1])


def asked(generator: Generator) -> Pair:
    """Return a request with its short "please" before, behind or within."""
    room, please = ("wishes", _PLEASE) if generator.random() < 0.65 else ("polite", _POLITE)
    wish, said = one(generator, MESSAGES[room])
    word = one(generator, please)
    opening = ("", "")
    if generator.random() < 0.4:
        opening = one(generator, _OPENINGS)
    choice = generator.random()
    if choice < 0.6:
        source, target = f"{wish} {word}", f"{said} please"
    elif choice < 0.8:
        source, target = f"{wish}, {word}", f"{said}, please"
    else:
        source, target = f"{word} {wish}", f"please {said}"
    source, target = opening[0] + source, opening[1] + target
    if generator.random() < 0.4:
        source, target = capitalized(source), capitalized(target)
    ending = one(generator, ("", "", "", " !", "."))
    if ending == "." and source.endswith("."):
        ending = ""
    return source + ending, target + ending.strip()


def said(generator: Generator) -> Pair:
    """Return what people type in a chat, in short forms."""
    source, target = one(generator, MESSAGES["said"])
    choice = generator.random()
    if choice < 0.2:
        other = one(generator, MESSAGES["said"])
        comma = " " if source.endswith("?") else ", "
        return f"{source}{comma}{other[0]}", f"{target}{comma}{other[1]}"
    if choice < 0.5:
        return capitalized(source), capitalized(target)
    return source, target


def messages(generator: Generator) -> Pair:
    """Return a line of an e-mail or of a chat."""
    choice = generator.random()
    make = header if choice < 0.45 else line if choice < 0.62 else asked if choice < 0.83 else said
    return make(generator)
