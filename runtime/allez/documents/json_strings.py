"""JSON: values that are prose are translated; keys, other values and the layout stay.

What a key with an `@` names is about the file (`@@locale`, `@title` of ARB, `@type` of JSON-LD).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.reading import Reading
from allez.documents.repeated import Repeated
from allez.documents.values import Value, is_prose
from allez.errors import InputError
from allez.text.markup import Marked

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],]')
_KEY = re.compile(r"\s*:")
_LANGUAGES = ("lang", "locale", "language")
"""Keys whose value is a language, if it looks like one."""
_CODE = frozenset(("class", "classname", "cls", "classes", "css"))
"""Keys whose value is code, whatever its words look like."""
_NAMING = frozenset(("icon", "id", "type", "slug", "variant", "key", "ref", "theme", "component"))
"""Keys whose value is what programs call a thing, if it is spelled so: `arrow-right`."""
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_LOCALE = re.compile(r'("@@locale"\s*:\s*")([a-z]+)(?=[-_"])')


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a JSON file apart.

    Args:
        data: the file.
        reading: `source` and `target`: the `@@locale` of an ARB file is changed.

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
    found_locale = _LOCALE.search(text)
    if found_locale and reading.target and found_locale[2] == reading.source:
        text = text[: found_locale.start(2)] + reading.target + text[found_locale.end(2) :]
    builder = Builder(text)
    repeated = Repeated(builder)
    for found, content in _values(text, repeated):
        value = Value(content, named=True)
        if value.has_words:
            writer = _Writer(value, ascii_only="\\u" in found[0] and found[0].isascii())
            builder.add(found.start(), found.end(), value.marked, writer)
    repeated.end()
    return builder.build(encode)


def _values(text: str, repeated: Repeated) -> Iterator[tuple[re.Match[str], str]]:
    """Yield the strings that are prose: where each stands, and what it says; look at all keys."""
    within = [0]  # of each object and list around a place, where it begins
    kept = [False]  # of each object and list around a place, whether it is about the file
    key = ""
    for found in _TOKEN.finditer(text):
        sign = found[0]
        if sign in "{[":
            kept.append(kept[-1] or key.startswith("@"))
            within.append(found.start())
        elif sign in "}]":
            kept.pop()
            within.pop()
        if sign in "{}[],":
            key = ""
            continue
        content = json.loads(sign, strict=False)
        if _KEY.match(text, found.end()):
            key = content
            repeated.see(found.start(), "key", sign, (within[-1], key))
            continue
        about = kept[-1] or key.startswith("@") or key.lower() in _CODE
        about = (
            about
            or _is_language(key, content)
            or (key.lower() in _NAMING and _NAME.fullmatch(content) is not None)
        )
        if not about and is_prose(content):
            yield found, content


def _is_language(key: str, content: str) -> bool:
    return key.lower() in _LANGUAGES and _LANGUAGE.fullmatch(content) is not None


class _Writer:
    def __init__(self, value: Value, *, ascii_only: bool) -> None:
        self._value, self._ascii_only = value, ascii_only

    def __call__(self, translated: Marked) -> Template:
        return (json.dumps(self._value.write(translated), ensure_ascii=self._ascii_only),)
