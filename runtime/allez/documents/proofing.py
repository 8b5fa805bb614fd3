"""The language in which an office program checks the spelling of a text: the new one."""

from __future__ import annotations

import re

from allez.documents.reading import Reading

_OFFICE = re.compile(
    r"(?P<before><(?:w:lang\b[^>]*?\sw:val|a:(?:rPr|endParaRPr|defRPr)\b[^>]*?\slang)=\")"
    r"(?P<language>[A-Za-z]{2,3})(?:[-_]\w+)*(?P<after>\")"
)
_OPEN = re.compile(
    r"(?P<before>\sfo:language=\")(?P<language>[A-Za-z]{2,3})(?P<middle>\"\s+fo:country=\")\w*"
)
_COUNTRIES = {"de": "DE", "en": "US", "es": "ES", "fr": "FR", "it": "IT", "nl": "NL", "pt": "PT"}
"""Programs know no spelling of a language without a country."""


def with_office_language(text: str, reading: Reading) -> str:
    """Return a part of Office's whose stretches in the source language are said to be in the other.

    Args:
        text: XML.
        reading: `source` and `target`; without them the text is as it was.
    """

    def told(found: re.Match[str]) -> str:
        country = _COUNTRIES.get(str(reading.target))
        named = f"{reading.target}-{country}" if country else reading.target
        return f"{found['before']}{named}{found['after']}" if _same(found, reading) else found[0]

    return _OFFICE.sub(told, text)


def with_open_language(text: str, reading: Reading) -> str:
    """Return the same of a part of OpenDocument."""

    def told(found: re.Match[str]) -> str:
        country = _COUNTRIES.get(str(reading.target), "none")
        named = f"{found['before']}{reading.target}{found['middle']}{country}"
        return named if _same(found, reading) else found[0]

    return _OPEN.sub(told, text)


def _same(found: re.Match[str], reading: Reading) -> bool:
    return reading.target is not None and found["language"].lower() == reading.source
