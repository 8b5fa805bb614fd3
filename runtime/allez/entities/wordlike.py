"""Entities that begin like words: addresses, files, identifiers, account numbers, other scripts.

Each scanner is as `characters` says, and is asked only where a word begins.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from allez.entities.characters import REACH, SPACES, at, begins, ends, is_digit, is_word, run, words
from allez.entities.marks import address_end, is_private
from allez.spec import SPEC

Knows = Callable[[str], bool]
"""Tells whether the model has learnt a letter."""

_DOMAINS, _FILES = words(SPEC["things"]["domains"]), words(SPEC["things"]["files"])
UNITS = words(SPEC["things"]["letters"])
"""Letters that stand right behind a number and are translated: units, ends of ordinals."""


def address(text: str, start: int) -> int:
    r"""A URL, an e-mail address, a domain, or a path `C:\...`."""
    on_drive = at(text, start + 1) == ":" and at(text, start + 2) in ("\\", "/")
    if on_drive and "A" <= text[start].upper() <= "Z" and at(text, start + 3) != "/":
        return _drive(text, start)
    end = run(text, start, lambda c: c.isascii() and (c.isalnum() or c in "+.-"))
    if text.startswith("://", end) and at(text, end + 3).strip():
        return address_end(text, start)
    if text.startswith(("www.", "mailto:"), start):
        found = address_end(text, start)
        return found if found > start + 7 else start
    return _mail(text, start) or _domain(text, start) or start


def _drive(text: str, start: int) -> int:
    """Return where a path on a drive ends; a space is part of it if a backslash comes after."""
    end = address_end(text, start)
    while at(text, end) == " ":
        following = address_end(text, end + 1)
        inside = text[end + 1 : following]
        if "\\" not in inside[1:] or ":" in inside:
            break
        end = following
    return end


def _mail(text: str, start: int) -> int:
    sign = run(text, start, lambda c: is_word(c) or c in ".+-%")
    if at(text, sign) != "@" or sign == start:
        return 0
    end = run(text, sign + 1, lambda c: is_word(c) or c in ".-")
    while end > sign and text[end - 1] in ".-":
        end -= 1
    last = text[sign + 1 : end].rpartition(".")
    return end if last[0] and len(last[2]) > 1 and last[2].isalpha() else 0


def _domain(text: str, start: int) -> int:
    end = run(text, start, lambda c: c.isascii() and (c.isalnum() or c in ".-"))
    while end > start and text[end - 1] in ".-":
        end -= 1
    labels = text[start:end].split(".")
    if len(labels) < 2 or labels[-1] not in _DOMAINS or not all(labels) or not ends(text, end):
        return 0
    return address_end(text, start) if at(text, end) in ("/", ":") else end


def file(text: str, start: int) -> int:
    """`rapport_final.docx`, `src/main.c`."""
    end = run(text, start, lambda c: is_word(c) or c in "-./+")
    while end > start and text[end - 1] in "-./+":
        end -= 1
    stem, dot, extension = text[start:end].rpartition(".")
    return end if dot and stem and extension.lower() in _FILES else start


def initials(text: str, start: int) -> int:
    """`S.N.C.F.`, `R.A.T.P`: two capitals and more, each but the last with a full stop."""
    if at(text, start - 1) == "." and at(text, start - 2).isupper() and begins(text, start - 2):
        return start  # within some that are none
    end = start
    while at(text, end).isupper() and at(text, end + 1) == ".":
        end += 2
    if end > start and at(text, end).isupper() and ends(text, end + 1):
        end += 1
    return end if end - start > 3 and ends(text, end) else start


def identifier(text: str, start: int) -> int:
    """`get_user_name()`, `getUserName`, `os.path.join`, `B7-4431-K`, `CO2`, `v2.0`, `3f2a9c`."""
    end = _token_end(text, start)
    token = text[start:end]
    if _is_name_of_code(token, at(text, end)):
        return end + 2 if text.startswith("()", end) else end
    if text.startswith("()", end) and not is_digit(token[0]):
        return end + 2
    while _is_code(token) and _tail(token):
        token = token[: -_tail(token) - 1]
    return start + len(token) if _is_code(token) else start


def _token_end(text: str, start: int) -> int:
    end = start
    while True:
        end = run(text, end, is_word)
        mark, following = at(text, end), at(text, end + 1)
        goes_on = is_digit(following) or (
            following.islower() if mark == "." else is_word(following)
        )
        if mark not in ("-", ".") or not goes_on or end - start > 100:
            return end
        end += 1


def _is_name_of_code(token: str, following: str) -> bool:
    """Tell whether programmers write so: underscores, humps, dots."""
    core = token.strip("_")
    if "_" in core or (core and core != token and token[:2] == "__" == token[-2:]):
        return True
    parts = token.split(".")
    lower = all(len(part) > 1 and part.isascii() and part.islower() for part in parts)
    if lower and (len(parts) > 2 or (len(parts) == 2 and following == "(")):
        return True
    return any(a.islower() and b.isupper() for a, b in pairwise(token))


def _is_code(token: str) -> bool:
    """Tell whether letters and digits are mixed as in codes, not as in `12kg`, `2nd`, `mi-2023`."""
    runs = _runs(token)
    letters = [part for part in runs if part[0].isalpha()]
    numbers = [part for part in runs if is_digit(part[0])]
    if not letters or not numbers:
        return False
    if len(numbers) == 2 and letters in (["x"], ["X"], ["×"]):  # 1920x1080
        return True
    if is_digit(token[0]) and "-" not in token and all(part in UNITS for part in letters):
        return False
    if token[0] in "vV" and all(map(is_digit, token[1:].replace(".", ""))):  # v2.0
        return True
    first = token.split("-")[0]
    if len(first) > 1 and first.isalpha() and first.islower():  # "covid-19", but not "mi-2023"
        return len(runs) == 2 and "-" in token and len(first) > 3 and len(numbers[0]) <= 2
    if any(part[0].isupper() for part in letters):
        return True
    switches = sum(a[0].isalpha() != b[0].isalpha() for a, b in pairwise(runs))
    return switches >= 3


def _runs(token: str) -> list[str]:
    """Return the runs of letters and of digits, in order."""
    runs: list[str] = []
    before = ""
    for character in token:
        letters = character.isalpha() and before.isalpha()
        if letters or (is_digit(character) and is_digit(before)):
            runs[-1] += character
        elif is_word(character) and character != "_":
            runs.append(character)
        before = character
    return runs


def _tail(token: str) -> int:
    """Return how long the word is that hangs on a code by a hyphen, as in `PS5-là`; 0 if none."""
    tail = token.rpartition("-")[2]
    return len(tail) if len(tail) > 1 and tail != token and tail.isalpha() and tail.islower() else 0


def account(text: str, start: int) -> int:
    """An IBAN: two capitals, two digits, 11 to 30 capitals and digits, also in groups of four."""
    if not (
        all("A" <= at(text, start + i) <= "Z" for i in (0, 1))
        and all(is_digit(at(text, start + i)) for i in (2, 3))
    ):
        return start
    end, count, in_group = start + 4, 4, 4
    best = start
    while count <= 34:
        character = at(text, end)
        if is_digit(character) or "A" <= character <= "Z":
            end, count, in_group = end + 1, count + 1, in_group + 1
            if 15 <= count <= 34 and ends(text, end):
                best = end
        elif character and character in SPACES and in_group == 4:
            if not _is_group(text, end + 1):
                break
            end, in_group = end + 1, 0
        else:
            break
        if in_group > 4 and " " in text[start:end]:
            break
    return best if sum(map(is_digit, text[start:best])) >= 8 else start


def _is_group(text: str, start: int) -> bool:
    """Tell whether one to four capitals and digits stand here, a digit among them."""
    end = run(text, start, lambda c: is_digit(c) or "A" <= c <= "Z")
    return 1 <= end - start <= 4 and ends(text, end) and any(map(is_digit, text[start:end]))


def foreign(text: str, start: int, knows: Knows) -> int:
    """Words with letters that the model never learnt; single spaces between them belong to it."""
    end = _script_word(text, start, knows)
    while at(text, end) == " " and end > start:
        following = _script_word(text, end + 1, knows)
        if following == end + 1 or following - start > REACH:
            break
        end = following
    return end


def _script_word(text: str, start: int, knows: Knows) -> int:
    end = run(text, start, _is_of_script)
    unknown = any(c.isalpha() and not c.isascii() and not knows(c) for c in text[start:end])
    return end if unknown else start


def _is_of_script(character: str) -> bool:
    """Tell whether this is a letter, or one of the marks that stand on or between letters."""
    if character.isalpha():
        return not is_private(character)
    return "\u0300" <= character <= "\u1dff" or "\ua800" <= character <= "\uabff"


def is_latin(letter: str) -> bool:
    """Tell whether a letter is of the Latin script: what a model of Latin languages knows."""
    return letter < "\u0250" or "\u1e00" <= letter <= "\u1eff"
