"""What `--doubts` says on standard error: which translations are not accounted for, and why."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from allez.cli import console
from allez.spec import SPEC

if TYPE_CHECKING:
    from allez.documents.translation import Look
    from allez.results import Sentence, Translation

UNSURE: float = SPEC["confidence"]["unsure"]
"""A translation that is as likely a bad one as a good one is told with the doubts."""

_SHOWN = 60
"""Characters of a sentence of a document that are shown."""


def say_doubts(translation: Translation, line: int | None = None) -> None:
    """Say what a translation leaves in doubt, each in a line; of a file in which line it stands."""
    place = "" if line is None else f"line {line}: "
    for sentence in translation.sentences:
        if (sure := _unsure(sentence)) is not None:
            console.say(f"doubt: {place}confidence: {sure:.2f}: {sentence.text!r}")
        for reason in _reasons(sentence):
            console.say(f"doubt: {place}{reason}")


@contextlib.contextmanager
def told(path: Path, place: Callable[[int], str], *, asked: bool) -> Iterator[Look]:
    """Yield what tells which sentences of a document are in doubt; at the end, how many.

    Each is told in a line as it comes, and nothing of it is kept.

    Args:
        path: the document.
        place: says where in it the text of that number stands.
        asked: whether to tell anything.
    """
    if not asked:
        yield lambda number, text, translation: None
        return
    seen = doubted = 0

    def look(number: int, text: str, translation: Translation) -> None:
        nonlocal seen, doubted
        for sentence in translation.sentences:
            sure = _unsure(sentence)
            reasons = [] if sure is None else [f"confidence: {sure:.2f}"]
            reasons += _reasons(sentence)
            seen += 1
            if reasons:
                doubted += 1
                source = sentence.source if len(translation.sentences) > 1 else text
                where = f"{path}: {place(number)}: {_beginning(source)!r}"
                console.say(f"doubt: {where}: {'; '.join(reasons)}")

    yield look
    sentences = "1 sentence" if seen == 1 else f"{seen:,} sentences"
    console.say(f"note: {path}: {doubted:,} of {sentences} in doubt")


def _unsure(sentence: Sentence) -> float | None:
    """Return how sure a model is of a translation, if that is too little."""
    sure = sentence.confidence
    return sure if sure is not None and sure < UNSURE else None


def _reasons(sentence: Sentence) -> Iterator[str]:
    """Yield what a translation leaves in doubt, in words."""
    from allez.text.checks import lexemes

    words = lexemes(sentence.source)
    for doubt in sentence.doubts:
        if doubt.start is not None:
            what = "is not accounted for"
        elif doubt.kind == "repetition" or doubt.text in words:
            what = "is said more often than in the source"
        else:
            what = "is nowhere in the source"
        yield f"{doubt.kind}: {doubt.text!r} {what}"


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1].rstrip()}…"
