"""What is handed out of what a model says: blanks have their values, and the text its typography.

Knows strings; neither tokens nor search.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from allez.answers import Blank
from allez.tasks.blanks import Fill, Filled, fill, settled
from allez.text import Span, stable, typeset


class Written(NamedTuple):
    """A text as it is handed out."""

    text: str
    blanks: tuple[Blank, ...]
    """Of a text that has such, in order."""
    moved: Callable[[int, int], Span]
    """Gives where a stretch of what the model said is now."""


def write_out(
    said: str,
    typography: str | None,
    *,
    has_blanks: bool = False,
    values: Fill | None = None,
    grows: bool = False,
) -> Written:
    """Return what is handed out of a text, or of its beginning.

    Args:
        said: what the model's tokens spell.
        typography: whose punctuation it gets, `target.typography` of the manifest.
        has_blanks: whether names in brackets are blanks.
        values: of these.
        grows: whether more will follow: then it is only what nothing can change any more.
    """
    begun = settled(said) if grows and has_blanks else said
    filled = fill(begun, values) if has_blanks else Filled(said, (), ())
    if typography is None:
        return Written(filled.text, filled.blanks, filled.moved)
    kept = [(blank.start, blank.end) for blank in filled.blanks]
    text = stable(filled.text) if grows else filled.text
    typed = typeset(text, kept)
    if grows:  # nobody asks where anything stands
        return Written(typed.text, (), filled.moved)
    places = [typed.moved(*span) for span in kept]
    blanks = tuple(
        blank._replace(start=start, end=end)
        for blank, (start, end) in zip(filled.blanks, places, strict=True)
    )
    return Written(typed.text, blanks, lambda a, b: typed.moved(*filled.moved(a, b)))
