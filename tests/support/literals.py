"""Lists of words that a source file holds, whatever its language: Python, Kotlin or JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

COMMENT = {".py": r'"""(?:.|\n)*?"""|#[^\n]*'}
BETWEEN_SIGNS = r"/\*(?:.|\n)*?\*/|//[^\n]*"
"""What is no code: of Python (docstrings too), and of the other languages."""

STRING = r"""\"\"\"(?:.|\n)*?\"\"\"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`"""
PATTERN = r"(?<=[=(,:?&|! ])/(?![*/ ])(?:\\.|[^/\\\n])+/"
ESCAPE = re.compile(r"\\(?:u\{(\w+)\}|u(\w{4})|U(\w{8})|x(\w{2})|(.))")

WORD = re.compile(r"[^\W_](?:[\w'’./-]*[^\W_])?")
LETTER = re.compile(r"[^\W_]")
PARTED = re.compile(r"\S+(?: \S+)*")
READERS = ("words", "names", "split")
"""What makes words of one string, where a message would be said."""


class Listed(NamedTuple):
    """Words that stand in one string, or in the strings between two brackets; or marks of one."""

    words: frozenset[str]
    line: int
    sure: bool
    """Whether it is a list, and no message."""


class _Token(NamedTuple):
    kind: str
    """`string`, or `sign` for all else."""
    text: str
    line: int


def listed(path: Path) -> list[Listed]:
    """Return what is listed in a source file: strings with several words, and several strings."""
    found: list[Listed] = []
    open_ones: list[tuple[int, list[str]]] = []
    tokens = _joined(list(_tokens(path)), 1 if path.suffix == ".py" else 2)
    for index, (kind, text, line) in enumerate(tokens):
        if kind == "string":
            around = [token.text for token in tokens[max(index - 2, 0) : index + 3]]
            bars = text.count("|") > text.count(" ")
            if not LETTER.search(text):
                found.append(Listed(frozenset(text.replace(" ", "")), line, sure=True))
            elif PARTED.fullmatch(text):
                sure = bars or any(name in around for name in READERS)
                found.append(Listed(frozenset(WORD.findall(text)), line, sure))
            if open_ones:
                open_ones[-1][1].append(text)
        elif text in ("(", "[", "{"):
            open_ones.append((line, []))
        elif text in (")", "]", "}") and open_ones:
            begun, strings = open_ones.pop()
            if len(strings) > 2:
                words = frozenset(WORD.findall(" ".join(strings)))
                found.append(Listed(words, begun, all(map(PARTED.fullmatch, strings))))
    return found


def _joined(tokens: list[_Token], step: int) -> list[_Token]:
    """Return tokens with strings as one that are written in several pieces.

    Args:
        tokens: of a file.
        step: 1 if the pieces stand behind each other, 2 if a `+` stands between.
    """
    found: list[_Token] = []
    for index, token in enumerate(tokens):
        goes_on = token.kind == "string" and (step == 1 or tokens[index - 1].text == "+")
        if goes_on and [each.kind for each in found[-step:]][:1] == ["string"]:
            whole = found[-step]
            del found[-step:]
            token = whole._replace(text=whole.text + token.text)
        found.append(token)
    return found


def _character(escape: re.Match[str]) -> str:
    """Return what an escape stands for; those of patterns are left out."""
    code = escape[1] or escape[2] or escape[3] or escape[4]
    if code:
        return chr(int(code, 16))
    plain = {"n": "\n", "t": "\t", "r": "\r"}
    return plain.get(escape[5], "" if escape[5].isalnum() else escape[5])


def _tokens(path: Path) -> Iterator[_Token]:
    comment = COMMENT.get(path.suffix, BETWEEN_SIGNS)
    string = rf"{STRING}|{PATTERN}" if path.suffix == ".js" else STRING
    content = path.read_text(encoding="utf-8")
    token = re.compile(rf"(?P<comment>{comment})|(?P<string>{string})|(?P<sign>\w+|\S)")
    line, counted = 1, 0
    for match in token.finditer(content):
        kind, text = str(match.lastgroup), match.group()
        line += content.count("\n", counted, match.start())
        counted = match.start()
        if kind == "comment":
            continue
        if kind == "string":
            text = ESCAPE.sub(_character, text[1:-1] if text[0] == text[-1] else text)
        yield _Token(kind, text, line)
