"""What of a line is translated by itself: what stands behind a stamp, and between tabs.

A stamp is when a message was sent and by whom, or when a line was logged. With a time and a name
before it a model reads a sentence otherwise, and tabs that are read are lost.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from allez.results import Sentence, Translation
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


def translate_apart(
    lines: Iterable[str], translate: Callable[[Iterable[str]], Iterator[Translation]]
) -> Iterator[Translation]:
    """Yield the translations of lines, their stamps and tabs as they were.

    Args:
        lines: of a file; they may be read by another thread.
        translate: yields one translation for each text, in order.
    """
    before: deque[list[str]] = deque()
    """Of each line that is being translated, what stands before each of its texts."""

    def texts() -> Iterator[str]:
        for line in lines:
            stamp = stamp_of(line)
            columns = line[len(stamp) :].split("\t")
            before.append([stamp, *["\t"] * (len(columns) - 1)])
            yield from columns

    answers = translate(list(texts()) if isinstance(lines, list) else texts())
    for answer in answers:
        signs = before.popleft()
        yield _whole(signs, [answer, *itertools.islice(answers, len(signs) - 1)])


def _whole(signs: Sequence[str], parts: Sequence[Translation]) -> Translation:
    """Return the translation of a line of several texts, each with what stands before it."""
    if list(signs) == [""]:
        return parts[0]
    source = ""
    sentences: list[Sentence] = []
    for sign, part in zip(signs, parts, strict=True):
        by = len(source) + len(sign)
        sentences += [moved(sentence, by) for sentence in part.sentences]
        source += sign + part.source
    count = max(len(part.texts) for part in parts)
    texts = tuple(
        "".join(
            sign + part.texts[min(rank, len(part.texts) - 1)]
            for sign, part in zip(signs, parts, strict=True)
        )
        for rank in range(count)
    )
    between = [part.pivot for part in parts if part.pivot is not None]
    pivot = _whole(signs, between) if len(between) == len(parts) else None
    return Translation(source=source, texts=texts, sentences=tuple(sentences), pivot=pivot)
