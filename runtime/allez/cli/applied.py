"""What `-v` tells of a glossary and of what is kept: how often each was met, and which were not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from allez.cli import console

if TYPE_CHECKING:
    from allez.options import TranslateOptions
    from allez.results import Translation


class Applied:
    """Counts what was carried over by the caller's will.

    Args:
        options: its `glossary` and `keep`.
    """

    def __init__(self, options: TranslateOptions) -> None:
        self._terms = {term: said for term, said in options.terms if term}
        self._keep = frozenset(options.keep)
        self._said: Counter[tuple[str, str]] = Counter()
        self._kept: Counter[str] = Counter()
        self._met: set[str] = set()

    def look(self, translation: Translation) -> None:
        """Count what is in a translation."""
        for sentence in translation.sentences:
            for carried in sentence.carried:
                if carried.kind == "term":
                    self._said[carried.text, carried.said] += 1
                    self._met.add(carried.term)
                elif carried.kind == "thing" and carried.text in self._keep:
                    self._kept[carried.text] += 1

    def watched(self, translations: Iterator[Translation]) -> Iterator[Translation]:
        """Yield translations, each counted."""
        for translation in translations:
            self.look(translation)
            yield translation

    def tell(self) -> None:
        """Say on standard error what was counted."""
        for (text, said), count in sorted(self._said.items()):
            console.say(f"note: glossary: {text!r} is {said!r}, {_times(count)}")
        for text, count in sorted(self._kept.items()):
            console.say(f"note: kept: {text!r}, {_times(count)}")
        for what, asked, met in (
            ("terms of the glossary", set(self._terms), self._met),
            ("texts to keep", self._keep, set(self._kept)),
        ):
            if missing := sorted(asked - met):
                shown = ", ".join(map(repr, missing[:5])) + (", ..." if len(missing) > 5 else "")
                console.say(f"note: {len(missing):,} of {len(asked):,} {what} not met: {shown}")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
