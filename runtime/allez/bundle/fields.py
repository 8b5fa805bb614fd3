"""JSON that a stranger may have written: every value is checked for type and range as it is taken.

Knows nothing of what the values mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from allez.errors import BundleFormatError

_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){0,3}")

_LINE = 1000
"""The longest text of a value, in characters."""


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
        content = json.loads(text, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise BundleFormatError(f"{name} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise BundleFormatError(f"{name} must hold an object")
    return content


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its keys and values; hosts differ about which of two equal keys counts."""
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key occurs twice")
    return content


def shown(value: object) -> str:
    """Return a value for a message: one line, no control characters, not too long."""
    text = repr(value)
    return text if len(text) <= 100 else text[:99] + "…"


class Taker:
    """Takes values out of a JSON object; BundleFormatError unless one is as it must be.

    Args:
        content: the object.
        name: what errors call the file.
        where: what errors put before a key.
    """

    def __init__(self, content: Mapping[str, Any], name: str, where: str = "") -> None:
        self._content = content
        self._name = name
        self._where = where

    def _error(self, key: str, called: str) -> BundleFormatError:
        return BundleFormatError(f"{self._name}: {self._where}{key} must be {called}")

    def _take(self, key: str, kind: type | tuple[type, ...], called: str) -> Any:
        value = self._content.get(key)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._error(key, called)
        return value

    def text(self, key: str) -> str:
        """Return a string that may be shown in a terminal."""
        value = str(self._take(key, str, "a string"))
        if len(value) > _LINE or not value.isprintable():
            raise self._error(key, "one short line without control characters")
        return value

    def version(self, key: str) -> str:
        """Return a version of up to four numbers."""
        value = self.text(key)
        if not _VERSION.fullmatch(value):
            raise self._error(key, "a version such as 1.2.3")
        return value

    def whole(self, key: str, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`."""
        value: int = self._take(key, int, "a whole number")
        if not low <= value <= high:
            raise self._error(key, f"{low} to {high}")
        return value

    def number(self, key: str, low: float, high: float) -> float:
        """Return a number from `low` to `high`."""
        value: float = self._take(key, (int, float), "a number")
        if not low <= value <= high:  # refuses NaN too
            raise self._error(key, f"{low} to {high}")
        return float(value)

    def table(self, key: str) -> Mapping[str, Any]:
        """Return an object as it is."""
        value: Mapping[str, Any] = self._take(key, dict, "an object")
        return value

    def sub(self, key: str) -> Taker:
        """Return what takes values out of an object within."""
        return Taker(self.table(key), self._name, f"{self._where}{key}.")

    def items(self, key: str) -> list[Any]:
        """Return a list as it is."""
        value: list[Any] = self._take(key, list, "a list")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, each as `text` would."""
        values = self.items(key)
        if not all(isinstance(value, str) for value in values):
            raise self._error(key, "a list of strings")
        parts = {str(index): value for index, value in enumerate(values)}
        take = Taker(parts, self._name, f"{self._where}{key}.")
        return tuple(take.text(index) for index in parts)
