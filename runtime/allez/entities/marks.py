"""Entities that a mark announces: code, tags, placeholders, paths, options, emoji.

Knows nothing of numbers and words; each scanner is as `characters` says.
"""

from __future__ import annotations

from allez.entities.characters import (
    APOSTROPHES,
    REACH,
    SPACES,
    at,
    begins,
    digits,
    ends,
    is_digit,
    is_word,
    run,
)
from allez.spec import SPEC

_BRACES = {"{": "}", "[": "]"}
_THINGS = SPEC["things"]
_CLOSING_TAIL: str = _THINGS["closing_tail"]
_BALANCED = {")": "(", "]": "[", "}": "{"}
_ADDRESS_STOPS: str = _THINGS["address_stops"]
_CONVERSIONS: str = _THINGS["conversions"]
_BLANKS: dict[str, int] = _THINGS["blanks"]
"""What rows stand for what is to be filled in, and how long the shortest are."""
_SLASHED: dict[str, int] = _THINGS["slashed"]
"""The shortest beside others that a slash parts: `..../..../......`."""
_CURRENCY_LETTERS = tuple(SPEC["prices"]["dollars"].split())


def private(text: str, start: int) -> int:
    """Typed characters of private use: they would pass for symbols."""
    return run(text, start, is_private)


def is_private(character: str) -> bool:
    """Tell whether Unicode leaves this character to private agreement."""
    return (
        "\ue000" <= character <= "\uf8ff"
        or "\U000f0000" <= character <= "\U000ffffd"
        or "\U00100000" <= character <= "\U0010fffd"
    )


def blank(text: str, start: int) -> int:
    """`________`, `........`: a row to write on; right behind a word it is twice as long.

    A figure may stand right behind dots, as in a table of contents.
    """
    mark = text[start]
    if at(text, start - 1) == mark:
        return start
    end = run(text, start, lambda c: c == mark)
    slashed = at(text, start - 1) == "/" and at(text, start - 2) == mark
    slashed |= at(text, end) == "/" and at(text, end + 1) == mark
    attached = is_word(at(text, start - 1)) and mark != "_"
    least = (_SLASHED if slashed else _BLANKS)[mark] * (1 + attached)
    whole = ends(text, end) or (mark != "_" and is_digit(at(text, end)))
    return end if whole and end - start >= least else start


def code(text: str, start: int) -> int:
    """`code` between backticks, as many behind as before."""
    opened = run(text, start, lambda c: c == "`")
    fence = text[start:opened]
    closing = text.find(fence, opened, opened + REACH) if fence else -1
    if closing <= opened:
        return start
    return run(text, closing, lambda c: c == "`") if len(fence) > 1 else closing + 1


def markup(text: str, start: int) -> int:
    """A tag `<br>`, `</a>`, `<!-- -->`, `<%= x %>`, or a character reference `&nbsp;`."""
    following = at(text, start + 1)
    if text[start] == "&":
        end = start + 1 + (following == "#")
        end = run(text, end, lambda c: c.isascii() and c.isalnum())
        return end + 1 if end > start + 2 and at(text, end) == ";" else start
    inner = at(text, start + 2) if following == "/" else following
    if is_digit(inner):  # `<0>`, `</0>`, `<1/>`, as translators of programs number tags
        end = digits(text, start + 1 + (following == "/"))
        end += at(text, end) == "/" and following != "/"
        return end + 1 if at(text, end) == ">" else start
    if not (inner.isascii() and inner.isalpha()) and following not in ("!", "?", "%"):
        return start
    end = text.find(">", start, start + REACH)
    return end + 1 if end > 0 and "<" not in text[start + 1 : end] else start


def braces(text: str, start: int) -> int:
    """`{name}`, `{{x}}`, `{count, plural, one {# file} other {# files}}`, `[[link]]`."""
    opening = text[start]
    if opening == "[" and at(text, start + 1) != "[":
        return start
    depth = 0
    for end in range(start, min(len(text), start + REACH)):
        depth += (text[end] == opening) - (text[end] == _BRACES[opening])
        if depth == 0:
            return end + 1 if end > start + 1 else start
    return start


def percent(text: str, start: int) -> int:
    """`%s`, `%1$s`, `%(name)d`, `%05.2f`, `%{name}`, `%NAME%`."""
    before = start - 1
    while at(text, before) and at(text, before) in SPACES:
        before -= 1
    if is_digit(at(text, before)):
        return start
    end = start + 1
    if at(text, end) == "{":
        closed = braces(text, end)
        return closed if closed > end else start
    name = run(text, end, lambda c: c == "_" or "A" <= c <= "Z" or is_digit(c))
    if name > end and at(text, name) == "%":
        return name + 1
    if at(text, end) == "(":
        end = run(text, end + 1, is_word)
        if at(text, end) != ")":
            return start
        end += 1
    end = run(text, end, lambda c: is_digit(c) or c in ".$-")
    if text[end - 1] == "$" and at(text, end) in ("s", "d"):  # "%1$sMot"
        return end + 1
    end += text.startswith(("ld", "lu", "zu"), end)
    found = at(text, end) != "" and at(text, end) in _CONVERSIONS and ends(text, end + 1)
    return end + 1 if found and at(text, end + 1) not in tuple(APOSTROPHES) else start


def dollar(text: str, start: int) -> int:
    """`${x}`, `$name`, `#{x}`; an amount of dollars is none."""
    end = start + 1
    if at(text, end) == "{":
        closed = braces(text, end)
        return closed if closed > end else start
    before = text[max(start - 2, 0) : start].rstrip(SPACES)
    if text[start] != "$" or is_digit(before[-1:]) or text.startswith(_CURRENCY_LETTERS, end):
        return start
    first = at(text, end)
    if not begins(text, start) or not (first == "_" or (first.isascii() and first.isalpha())):
        return start
    return run(text, end, is_word)


def tagged(text: str, start: int) -> int:
    """`#topic`, `@someone`, `#{x}`."""
    if not begins(text, start):
        return start
    if text.startswith("#{", start):
        return dollar(text, start)
    end = run(text, start + 1, lambda c: is_word(c) or c == "-")
    while end > start and text[end - 1] == "-":
        end -= 1
    return end if end > start + 1 + (text[start] == "@") else start


def colons(text: str, start: int) -> int:
    """`:smile:`, as chats write emoji."""
    end = run(text, start + 1, lambda c: c.isascii() and (c.islower() or is_digit(c) or c in "_+-"))
    named = end > start + 2 and at(text, end) == ":" and ends(text, end + 1)
    return end + 1 if named and begins(text, start) else start


def backslash(text: str, start: int) -> int:
    r"""`\n`, `\u00e9`, `\textbf`, and a share `\\server\folder`."""
    if text.startswith("\\\\", start) and is_word(at(text, start + 2)):
        return address_end(text, start)
    end = start + 1
    letter = at(text, end)
    if (
        letter
        and letter in "ntr"
        and not (at(text, end + 1).isalpha() and at(text, end + 1).islower())
    ):
        return end + 1
    return run(text, end, lambda c: c.isascii() and c.isalnum())


def path(text: str, start: int) -> int:
    """`/etc/hosts`, `~/notes`, `./run.sh`, `../up`, `.gitignore`."""
    before = at(text, start - 1)
    if is_word(before) or (before and before in ".)/\\%\u20ac$"):
        return start
    marks = run(text, start, lambda c: c in "~./")
    lead = text[start:marks]
    if lead not in ("/", "~/", "./", "../", "../../", "../../../", "/.", "~/.", "."):
        return start
    if not is_word(at(text, marks)):
        return start
    if lead == ".":
        end = run(text, marks, lambda c: is_word(c) or c in ".-")
        end = _trimmed(text, start, end)
        name = text[marks:end]
        return end if len(name) > 1 and name[0].islower() and name.isascii() else start
    earlier = text[max(start - 2, 0) : start].rstrip(SPACES)
    end = address_end(text, start)
    alone = lead == "/" and "/" not in text[start + 1 : end]
    return (
        start
        if alone
        and earlier[-1:]
        and not earlier[-1].isalpha()
        and (is_digit(earlier[-1]) or earlier[-1] in "%\u20ac$\u00a3\u00b0")
        else end
    )


def option(text: str, start: int) -> int:
    """`--force`, `--out=a.txt`."""
    first = at(text, start + 2)
    before = at(text, start - 1)
    if not text.startswith("--", start) or not (first.isascii() and first.isalpha()):
        return start
    if is_word(before) or before == "-":
        return start
    return _trimmed(text, start, run(text, start + 2, lambda c: is_word(c) or c in "-=./:"))


def address_end(text: str, start: int) -> int:
    """Return where an address ends: before white space or a quote, and without final marks."""
    end = run(text, start, lambda c: not c.isspace() and c not in _ADDRESS_STOPS)
    return _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> int:
    """Return `end` without marks that belong to the sentence, closing brackets among them."""
    while end > start:
        last = text[end - 1]
        opening = _BALANCED.get(last)
        stretch = text[start:end]
        unbalanced = opening is not None and stretch.count(last) > stretch.count(opening)
        if last not in _CLOSING_TAIL and not unbalanced:
            break
        end -= 1
    return end


SIGNS: str = _THINGS["signs"]
"""Signs that stand alone and say the same in any language: © ± ½ § → ≤ and the like."""


def sign(text: str, start: int) -> int:
    """A run of signs that no word goes on to."""
    return run(text, start, lambda c: c in SIGNS) if begins(text, start) else start


_VARIATION, _JOINER, _KEYCAP = "\ufe0f", "\u200d", "\u20e3"


def emoji(text: str, start: int) -> int:
    """A run of emoji: selectors, joiners, tones of skin, flags and keycaps included."""
    end = start
    while True:
        following = _one_emoji(text, end)
        if following == end or following - start > REACH:
            return end
        end = following


def _one_emoji(text: str, start: int) -> int:
    first = at(text, start)
    if first and (is_digit(first) or first in "#*"):
        end = start + 1 + (at(text, start + 1) == _VARIATION)
        return end + 1 if at(text, end) == _KEYCAP else start
    if not first or not (_is_emoji(first) or at(text, start + 1) == _VARIATION):
        return start
    end = start + 1
    while at(text, end) and (
        at(text, end) in (_VARIATION, _JOINER)
        or "\U0001f3fb" <= text[end] <= "\U0001f3ff"
        or "\U000e0020" <= text[end] <= "\U000e007f"
        or text[end - 1] == _JOINER
    ):
        if text[end] == _JOINER and not at(text, end + 1):
            break
        if text[end - 1] == _JOINER and not _is_emoji(text[end]):
            return end - 1
        end += 1
    return end


def _is_emoji(character: str) -> bool:
    return (
        "\U0001f000" <= character <= "\U0001faff"
        or "\u2600" <= character <= "\u27bf"
        or "\u231a" <= character <= "\u23ff"
        or "\u2b05" <= character <= "\u2b55"
    )
