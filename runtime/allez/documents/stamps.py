"""When a message was sent and by whom, or when a line was logged: it stands before what is said.

What is said is translated by itself: with a time and a name before it a model reads it otherwise.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from allez.results import Translation
from allez.translate.markup import moved

_TIME = r"\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,6})?(?:Z|[+-]\d{2}:?\d{2})?"
_DATE = r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})"
_WHEN = rf"(?:{_DATE}(?:T|,? ){_TIME}|{_DATE}|{_TIME})"
_NAME = r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*)?:[ \t]+"
_NICK = r"<[^<>\s]{1,40}>[ \t]+"
_STAMP = re.compile(
    rf"[ \t>]*(?:(?:\[(?:{_WHEN})\]|(?:{_WHEN}) -)[ \t]+(?:{_NICK}|{_NAME})?"
    rf"|{_DATE}(?:T|,? ){_TIME}[ \t]+[A-ZÀ-Ý]{{3,}}[ \t]+"
    rf"|(?:{_WHEN})[ \t]+(?:{_NICK}|\[[A-Z]+\][ \t]+|(?=[^\W\d_a-z]))"
    rf"|[A-Z][a-zéû]{{2,4}}\.? +\d{{1,2}} {_TIME} [\w.-]+ [\w./-]+(?:\[\d+\])?:[ \t]+"
    rf"|{_NICK})"
)


def stamp_of(line: str) -> str:
    """Return what of a line stands before what is said; nothing if there is no stamp."""
    found = _STAMP.match(line)
    return found[0] if found else ""


def translate_behind(
    lines: Iterable[str], translate: Callable[[Iterable[str]], Iterator[Translation]]
) -> Iterator[Translation]:
    """Yield the translations of lines, their stamps as they were.

    Args:
        lines: of a file; they may be read by another thread.
        translate: yields one translation for each text, in order.
    """
    stamps: deque[str] = deque()

    def said(line: str) -> str:
        stamp = stamp_of(line)
        stamps.append(stamp)
        return line[len(stamp) :]

    texts = [said(line) for line in lines] if isinstance(lines, list) else map(said, lines)
    for translation in translate(texts):
        yield _behind(stamps.popleft(), translation)


def _behind(stamp: str, translation: Translation) -> Translation:
    """Return the translation of a line whose stamp was left out."""
    if not stamp:
        return translation
    by = len(stamp)
    between = translation.pivot
    return replace(
        translation,
        source=stamp + translation.source,
        texts=tuple(stamp + text for text in translation.texts),
        sentences=tuple(moved(sentence, by) for sentence in translation.sentences),
        pivot=None if between is None else _behind(stamp, between),
    )
