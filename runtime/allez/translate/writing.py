"""What is handed out of a sentence's translation: in the case of its source, with values, typeset.

Knows what a model said as a text; neither tokens nor search.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from allez.entities import fill, settled
from allez.text import Segment, Span, capitalized_alike, stable, to_capitals, typeset
from allez.translate.masking import Masking


class Written(NamedTuple):
    """A translation as it is handed out."""

    text: str
    moved: Callable[[int, int], Span]
    """Gives where a stretch of what the model said is now."""


def recapitalized(text: str, segment: Segment, *, grows: bool = False) -> str:
    """Return what is said of a sentence, or its beginning, in the case of the sentence."""
    if segment.casing == "capitals":
        return to_capitals(text)
    return capitalized_alike(text, segment.text, grows=grows)


def write_out(
    said: str,
    segment: Segment,
    masking: Masking | None,
    typography: str | None,
    *,
    grows: bool = False,
) -> Written:
    """Return what is handed out of a sentence's translation, or of its beginning.

    Args:
        said: what the model's tokens spell.
        segment: the sentence.
        masking: what its symbols are; None: it has none.
        typography: whose punctuation it gets, `target.typography` of the manifest.
        grows: whether more will follow: then it is only what nothing can change any more.
    """
    text = recapitalized(said, segment, grows=grows)
    moved: Callable[[int, int], Span] = _same
    values: tuple[Span, ...] = ()
    if segment.masked is not None and masking is not None and segment.masked.slots:
        text = settled(text, masking.language) if grows else text
        filled = fill(text, segment.masked.slots, language=masking.language)
        text, moved, values = filled.text, filled.moved, filled.spans
    if typography is None:
        return Written(text, moved)
    typed = typeset(stable(text) if grows else text, values)
    return Written(typed.text, lambda start, end: typed.moved(*moved(start, end)))


def _same(start: int, end: int) -> Span:
    return start, end
