"""JSON that a stranger may have written: every value is checked for type and range as it is taken.

What the values must be, `contract.json` lists; every host checks in the order of that list, so that
all refuse the same with the same words. Knows nothing of what the values mean.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from allez.errors import BundleFormatError
from allez.spec import SPEC

_RULES: dict[str, Any] = SPEC["manifest"]
_UNPRINTABLE = frozenset(_RULES["unprintable"])

Field = Mapping[str, Any]
"""One line of the contract: a key, what its value is, and between which ends."""


def parse_object(data: str | bytes, name: str) -> dict[str, Any]:
    """Return the JSON object that is written in `data`.

    Args:
        data: text, or its UTF-8.
        name: what errors call the file.

    Raises:
        BundleFormatError: it is not UTF-8, not JSON, not an object, or has a key twice.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError:
        raise BundleFormatError(f"{name} is not UTF-8") from None
    try:
        content = json.loads(
            text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant
        )
    except _KeyTwiceError:
        raise BundleFormatError(f"{name} has a key twice") from None
    except (ValueError, RecursionError):
        raise BundleFormatError(f"{name} is not JSON") from None
    if not isinstance(content, dict):
        raise BundleFormatError(f"{name} must hold an object")
    return content


class _KeyTwiceError(Exception):
    """Hosts disagree about which of two equal keys counts."""


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise _KeyTwiceError
    return content


def _no_constant(word: str) -> float:
    """Refuse NaN and the infinities, which Python knows and JSON does not."""
    raise ValueError(word)


def check_depth(value: object, name: str, depth: int = 0) -> None:
    """Raise BundleFormatError if objects and lists are nested deeper than on every host."""
    if not isinstance(value, (dict, list)):
        return
    if depth >= _RULES["depth"]:
        raise BundleFormatError(f"{name} is nested too deep")
    for item in value.values() if isinstance(value, dict) else value:
        check_depth(item, name, depth + 1)


def shown(value: object) -> str:
    """Return a JSON value for a message: one line that leaves a terminal as it is, not too long."""
    if isinstance(value, str):
        text = "".join(
            c if is_printable(c) else f"\\u{ord(c):04x}" for c in value[: _RULES["shown"]]
        )
        text = f"'{text}'"
    elif isinstance(value, (dict, list, float)):
        return {dict: "an object", list: "a list", float: "a fraction"}[type(value)]
    else:
        text = json.dumps(value)
    longest: int = _RULES["shown"]
    return text if len(text) <= longest else text[: longest - 1] + "…"


def is_printable(text: str) -> bool:
    """Tell whether a text is one line that leaves a terminal as it is."""
    return text.isprintable() or not any(
        unicodedata.category(character) in _UNPRINTABLE and character != " " for character in text
    )


def take(
    content: Mapping[str, Any], fields: Sequence[Field], name: str, where: str = ""
) -> dict[str, Any]:
    """Return the values that `fields` list, by key; each is as its field says, or an error is.

    Args:
        content: the object they stand in.
        fields: what to take, in order. The key "limits.source_tokens" stands in the object of
            "limits". One that is optional and absent, or that is not meant, is None.
        name: what errors call the file.
        where: what errors put before a key.

    Raises:
        BundleFormatError: a value is not as its field says; the first one is named.
    """
    taken: dict[str, Any] = {}
    for field in fields:
        *path, last = field["key"].split(".")
        key, *values = field.get("when", (None, None))
        if taken.get(key) not in values:
            taken[field["key"]] = None
            continue
        inner, reached = content, where
        for key in path:
            inner = _object(inner.get(key), {}, _Complaint(name, reached + key))
            reached += f"{key}."
        if last not in inner and field.get("optional"):
            taken[field["key"]] = None
        else:
            check = _CHECKS[field["is"]]
            taken[field["key"]] = check(inner.get(last), field, _Complaint(name, reached + last))
    return taken


class _Complaint:
    """Says what a value must be."""

    def __init__(self, name: str, key: str) -> None:
        self.name = name
        self.key = key

    def __call__(self, must: str) -> BundleFormatError:
        return BundleFormatError(f"{self.name}: {self.key} must be {must}")

    def at(self, index: int) -> _Complaint:
        return _Complaint(self.name, f"{self.key}[{index}]")


def _is_number(value: object, *kinds: type) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _text(value: Any, field: Field, complain: _Complaint) -> str:
    if not isinstance(value, str):
        raise complain("a string")
    if len(value) > _RULES["characters"] or not is_printable(value):
        raise complain("one short line without control characters")
    return value


def _pattern(value: Any, field: Field, complain: _Complaint) -> str:
    text = _text(value, field, complain)
    if not re.fullmatch(_RULES["patterns"][field["of"]], text):
        raise complain(f"a {field['called']}")
    return text


def _choice(value: Any, field: Field, complain: _Complaint) -> str:
    text = _text(value, field, complain)
    if text not in field["of"]:
        raise complain(f"one of {', '.join(field['of'])}")
    return text


def _whole(value: Any, field: Field, complain: _Complaint) -> int:
    if not _is_number(value, int):
        raise complain("a whole number")
    return int(_within(value, field, complain))


def _number(value: Any, field: Field, complain: _Complaint) -> float:
    if not _is_number(value, int, float):
        raise complain("a number")
    return float(_within(value, field, complain))


def _within(value: Any, field: Field, complain: _Complaint) -> Any:
    if not field["from"] <= value <= field["to"]:
        raise complain(f"{field['from']} to {field['to']}")
    return value


def _object(value: Any, field: Field, complain: _Complaint) -> Any:
    if value is None and field.get("or_null"):
        return None
    if not isinstance(value, dict):
        raise complain("an object")
    if "fields" not in field:
        return value
    return _record(value, field, complain)


def _record(value: dict[str, Any], field: Field, complain: _Complaint) -> dict[str, Any]:
    fields = _RULES["records"][field["fields"]]
    if field.get("exact"):
        known = {inner["key"].partition(".")[0] for inner in fields}
        for key in sorted(value.keys() - known):
            raise BundleFormatError(
                f"{complain.name}: {complain.key} has an unknown key {shown(key)}"
            )
    return take(value, fields, complain.name, f"{complain.key}.")


def _list(value: Any, field: Field, complain: _Complaint) -> list[Any]:
    if not isinstance(value, list):
        raise complain("a list")
    low, high = field.get("least", 0), field.get("most", math.inf)
    if not low <= len(value) <= high:
        raise complain(f"a list of {low} to {high}")
    return value


def _texts(value: Any, field: Field, complain: _Complaint) -> tuple[str, ...]:
    return tuple(
        _text(item, field, complain.at(index))
        for index, item in enumerate(_list(value, field, complain))
    )


def _numbers(value: Any, field: Field, complain: _Complaint) -> tuple[float, ...]:
    return tuple(
        _number(item, field, complain.at(index))
        for index, item in enumerate(_list(value, field, complain))
    )


def _symbols(value: Any, field: Field, complain: _Complaint) -> tuple[str, ...]:
    low, high = _RULES["symbols"]
    symbols = _list(value, field, complain)
    for index, symbol in enumerate(symbols):
        if not isinstance(symbol, str) or len(symbol) != 1 or not low <= symbol <= high:
            raise complain.at(index)("one character of private use")
    return tuple(symbols)


def _patterns(value: Any, field: Field, complain: _Complaint) -> dict[str, str]:
    return {
        key: _pattern(item, field, _Complaint(complain.name, f"{complain.key}.{shown(key)[1:-1]}"))
        for key, item in _object(value, {}, complain).items()
    }


def _records(value: Any, field: Field, complain: _Complaint) -> list[dict[str, Any]]:
    return [
        _object(item, field, complain.at(index))
        for index, item in enumerate(_list(value, field, complain))
    ]


_CHECKS: Mapping[str, Callable[[Any, Field, _Complaint], Any]] = {
    "text": _text,
    "pattern": _pattern,
    "choice": _choice,
    "whole": _whole,
    "number": _number,
    "object": _object,
    "list": _list,
    "texts": _texts,
    "numbers": _numbers,
    "symbols": _symbols,
    "patterns": _patterns,
    "records": _records,
}
"""What a field may be."""
