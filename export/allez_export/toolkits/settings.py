"""YAML as toolkits write their settings: a small part of it, without tags, anchors or documents.

Block mappings and lists by indentation, flow ones (`{a: 1, b: [2, 3]}`) on one line or on several,
scalars. What is beyond that is refused by its line; nothing in a file names a type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from allez.errors import InputError

_DEEPEST = 32
_PLAIN = "plain YAML is read, no more"

_NUMBER = re.compile(r"[-+]?(?:\d+|\d*\.\d+|\d+\.\d*)(?:[eE][-+]?\d+)?")
_ENTRY = re.compile(r"(\"[^\"]*\"|'[^']*'|[^\s:\[{][^:]*?)\s*:(?:\s+(.*))?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("true", "yes", "on"), True),
    **dict.fromkeys(("false", "no", "off"), False),
    **dict.fromkeys(("null", "~", ""), None),
}
_Line = tuple[int, int, str]
"""Number, indentation and text of a line."""


def parse(text: str, name: str) -> dict[str, Any]:
    """Return the mapping that a text holds.

    Args:
        text: the YAML.
        name: of the file, for messages.

    Raises:
        InputError: it is no mapping, or goes beyond what is read.
    """
    lines = _lines(text, name)
    reader = _Blocks(lines, name)
    found = reader.block(lines[0][1], 0) if lines else {}
    if reader.at != len(lines) or not isinstance(found, dict):
        raise reader.wrong("no mapping of settings")
    return found


def _lines(text: str, name: str) -> list[_Line]:
    """Return lines without comments; a flow value over several lines is one."""
    found: list[_Line] = []
    for number, raw in enumerate(text.replace("\0", "").splitlines(), 1):
        line = _without_comment(raw).rstrip()
        if not line.strip() or (line.strip() in ("---", "...") and not found):
            continue
        if found and _open(found[-1][2]):
            at, indent, before = found[-1]
            if len(before) > 1_000_000:
                raise InputError(f"{name}, line {at}: a bracket is not closed", hint=_PLAIN)
            found[-1] = (at, indent, f"{before} {line.strip()}")
            continue
        start = line.lstrip(" ")
        if start.startswith("\t"):
            raise InputError(f"{name}, line {number}: a tab cannot indent", hint=_PLAIN)
        found.append((number, len(line) - len(start), start))
    return found


def _without_comment(line: str) -> str:
    quote = ""
    for at, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and (at == 0 or line[at - 1] in " :[{,-"):
            quote = character
        elif character == "#" and (at == 0 or line[at - 1] in " \t"):
            return line[:at]
    return line


def _open(text: str) -> bool:
    """Tell whether a flow value goes on in the next line."""
    value = text.split(": ", 1)[-1].removeprefix("- ").strip()
    if value[:1] not in ("{", "["):
        return False
    plain = re.sub(r"\"[^\"]*\"|'[^']*'", "", value)
    return sum(map(plain.count, "[{")) > sum(map(plain.count, "]}"))


class _Blocks:
    """Reads blocks by their indentation."""

    def __init__(self, lines: Sequence[_Line], name: str) -> None:
        self._lines = list(lines)
        self._name = name
        self.at = 0

    def wrong(self, what: str) -> InputError:
        """Return an error that names the present line."""
        line = self._lines[min(self.at, len(self._lines) - 1)][0] if self._lines else 1
        return InputError(f"{self._name}, line {line}: {what}", hint=_PLAIN)

    def block(self, indent: int, depth: int) -> Any:
        """Read the block that begins here."""
        if depth > _DEEPEST:
            raise self.wrong("too deep")
        listed = self._is_item(self._lines[self.at][2])
        found: Any = [] if listed else {}
        while self.at < len(self._lines):
            _, here, text = self._lines[self.at]
            if here < indent or (here == indent and self._is_item(text) != listed):
                break
            if here > indent:
                raise self.wrong("indented further than the line before")
            if listed:
                found.append(self._item(text, indent, depth))
            else:
                key, value = self._entry(text, indent, depth)
                if key in found:
                    raise self.wrong(f"{key} occurs twice")
                found[key] = value
        return found

    @staticmethod
    def _is_item(text: str) -> bool:
        return text == "-" or text.startswith("- ")

    def _item(self, text: str, indent: int, depth: int) -> Any:
        rest = text[1:].lstrip()
        if rest and (rest[0] in "\"'[{" or not re.match(r"[^:]+:(\s|$)", rest)):
            self.at += 1
            return self._scalar(rest)
        if rest:  # a mapping whose first entry stands beside the dash
            number, here, _ = self._lines[self.at]
            inner = here + len(text) - len(rest)
            self._lines[self.at] = (number, inner, rest)
            return self.block(inner, depth + 1)
        self.at += 1
        return self._below(indent, depth, least=indent + 1)

    def _entry(self, text: str, indent: int, depth: int) -> tuple[str, Any]:
        match = _ENTRY.fullmatch(text)
        if match is None:
            raise self.wrong(f"neither a setting nor a list: {text[:40]}")
        key = str(match[1]).strip("\"'")
        if match[2]:
            value = self._scalar(match[2])
            self.at += 1
            return key, value
        self.at += 1
        return key, self._below(indent, depth, least=indent)

    def _below(self, indent: int, depth: int, *, least: int) -> Any:
        """Return the block below; a list may stand at the indentation of its key."""
        if self.at < len(self._lines):
            _, here, text = self._lines[self.at]
            if here > indent and not self._is_item(text) and not _ENTRY.fullmatch(text):
                self.at += 1
                return self._scalar(text)
            if here > indent or (here >= least and self._is_item(text)):
                return self.block(here, depth + 1)
        return None

    def _scalar(self, text: str) -> Any:
        if text[0] in "{[":
            value, end = self._flow(text, 0, 0)
            if text[end:].strip():
                raise self.wrong("something stands behind a bracket")
            return value
        return self._plain(text.strip())

    def _plain(self, text: str) -> Any:
        if text[:1] in ("&", "*", "!", "|", ">", "%", "@", "`"):
            raise self.wrong(f"{text[0]} begins something that is not read")
        if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
            inner = text[1:-1]
            return inner.replace("''", "'") if text[0] == "'" else _unescaped(inner)
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if len(text) < 40 and _NUMBER.fullmatch(text):
            return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
        return text

    def _flow(self, text: str, at: int, depth: int) -> tuple[Any, int]:
        """Read a flow value; return it and where it ends."""
        if depth > _DEEPEST:
            raise self.wrong("too deep")
        if text[at] not in "{[":
            match = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^,\]}{\[]*").match(text, at)
            assert match is not None
            return self._plain(match[0].strip()), match.end()
        close, found = {"{": "}", "[": "]"}[text[at]], dict[str, Any]()
        items: list[Any] = []
        at += 1
        while True:
            at += len(text[at:]) - len(text[at:].lstrip())
            if text[at : at + 1] == close:
                return (items if close == "]" else found), at + 1
            if at >= len(text):
                raise self.wrong("a bracket is not closed")
            if close == "}":
                match = re.compile(r"(\"[^\"]*\"|'[^']*'|[^\s,:}{\]\[]+)\s*:\s*").match(text, at)
                if match is None:
                    raise self.wrong("a setting in brackets has no name")
                value, at = self._flow(text, match.end(), depth + 1)
                found[match[1].strip("\"'")] = value
            else:
                value, at = self._flow(text, at, depth + 1)
                items.append(value)
            at += len(text[at:]) - len(text[at:].lstrip())
            if text[at : at + 1] == ",":
                at += 1
            elif text[at : at + 1] != close:
                raise self.wrong("a comma is missing, or a bracket is not closed")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "0": "\0"}.get(m[1], m[1]), text)
