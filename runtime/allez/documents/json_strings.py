"""JSON: values that are prose are translated; keys, other values and the layout stay."""

from __future__ import annotations

import json
import re

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.reading import Reading
from allez.documents.values import Value, is_prose
from allez.errors import InputError
from allez.text.markup import Marked

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_KEY = re.compile(r"\s*:")


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a JSON file apart.

    Args:
        data: the file.
        reading: nothing of it matters here.

    Raises:
        InputError: it is not JSON; the place is named.
    """
    text, encode = decode(data)
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{place}: not JSON ({error.msg.lower()})") from None
    except RecursionError:
        raise InputError("the JSON is nested too deeply") from None
    builder = Builder(text)
    for found in _STRING.finditer(text):
        content = json.loads(found[0], strict=False)
        if _KEY.match(text, found.end()) or not is_prose(content):
            continue
        value = Value(content)
        if value.has_letters:
            writer = _Writer(value, ascii_only="\\u" in found[0] and found[0].isascii())
            builder.add(found.start(), found.end(), value.marked, writer)
    return builder.build(encode)


class _Writer:
    def __init__(self, value: Value, *, ascii_only: bool) -> None:
        self._value, self._ascii_only = value, ascii_only

    def __call__(self, translated: Marked) -> Template:
        return (json.dumps(self._value.write(translated), ensure_ascii=self._ascii_only),)
