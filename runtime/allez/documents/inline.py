"""Text with markup in it, gathered piece by piece, and what each of its marks stands for.

Tags that nobody closes or opens become points, and so does a pair around nothing. What must not be
translated (code, placeholders) becomes a word that a model copies, `{0}`, `{1}` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from allez.documents.document import Template
from allez.documents.wrapping import collapse
from allez.text.markup import OUTSIDE, Mark, Marked, MarkKind, weave

SET_APART = "\ufdd0"
"""What a format puts at both ends of a stretch that must be copied; it stands in no text."""
_BRACES = (
    rf"{SET_APART}[^{SET_APART}]*{SET_APART}|"
    + r"\$?\{\{[^{}]*\}\}|[$#%]?\{[^{}\s][^{}]*\}|\{\}|\$t\([^)]{0,99}\)|__\w{1,50}?__(?!\w)"
)
_PERCENT = (
    r"%(?:\d+\$)?[-+0#]*(?:[1-9]\d*)?(?:\.\d+)?(?:hh?|ll?|[Lzjtq])?[diouxXeEfgGcsp@](?![^\W\d_])"
    r"|%\(\w+\)[-+0#]*(?:[1-9]\d*)?(?:\.\d+)?[diouxXeEfgGcrs]|%\w+%|%%|%n|\$[A-Za-z]\w*\$"
)
_COLON = r":[A-Za-z][A-Za-z0-9_]+"
_NAMED = rf"(?<![\w:/]){_COLON}(?:[/-]{_COLON})*(?![\w:])|(?<!\S)\[\d+,(?:\d+|\*)\]"
PLACEHOLDERS = re.compile(f"{_BRACES}|{_PERCENT}")
"""What programs put values in place of, in any common form."""
_WITH_NAMED = re.compile(f"{_BRACES}|{_PERCENT}|{_NAMED}")
"""`:name` too, and `[2,*]`, the numbers of a form."""
_ONLY_BRACES = re.compile(_BRACES)


_FIGURES = re.compile(
    r"[0-9](?:[., \u00a0\u2009\u202f][0-9]|[ \u00a0\u2009\u202f]?[%€$£¥])|[€$£¥] ?[0-9]"
)
"""What languages write in their own way: fractions, thousands, per cent, prices."""


_AROUND = " \t\r\n\u00a0.:()[]"
"""What may be around a letter that is a sign: `(A)`, `B.`."""


def has_words(text: str) -> bool:
    """Tell whether there is anything to translate: letters, or figures such as "12,50 €".

    A letter alone is a sign: a grade, a column, a size, a point of the compass.
    """
    if len(text.strip(_AROUND)) == 1:
        return False
    return any(map(str.isalpha, text)) or _FIGURES.search(text) is not None


@dataclass(frozen=True, slots=True)
class Inline:
    """A marked text, and of each of its marks how it is written."""

    marked: Marked
    opens: tuple[Template, ...]
    """What opens a pair, or is all of a point or word."""
    closes: tuple[Template, ...]
    """What closes a pair; nothing for others."""
    breaks: frozenset[int] = frozenset()
    """Points for which a space was added, so that words are told apart: it is not written."""
    halves: frozenset[int] = frozenset()
    """Points that open or close what is closed or opened elsewhere: their order must stay."""

    @property
    def has_words(self) -> bool:
        """Whether there is anything to translate, words that are copied left out."""
        text = self.marked.text
        words = sorted((m.start, m.end) for m in self.marked.marks if m.kind == "word")
        rest, position = "", 0
        for start, end in words:
            rest += text[position:start] + " "
            position = end
        return has_words(rest + text[position:])

    def write(self, translated: Marked, escape: Callable[[str], str] = str) -> Template:
        """Return a translation with its markup.

        Args:
            translated: with as many marks as `marked`.
            escape: spells text as the format does.
        """
        parts: list[str | int] = []
        apart = True
        for event in weave(self.in_order(translated)):
            if event.kind == "text":
                parts.append(escape(event.text if apart else event.text.removeprefix(" ")))
                apart = True
                continue
            if event.mark in self.breaks:
                before = parts[-1] if parts else ""
                if isinstance(before, str) and before.endswith(" "):
                    parts[-1] = before.removesuffix(" ")
                else:
                    apart = False  # the space that keeps words apart stands behind it
            parts += (self.closes if event.kind == "close" else self.opens)[event.mark]
        return tuple(parts)

    def in_order(self, translated: Marked) -> Marked:
        """Return a translation whose halves of pairs stand in the order in which they stood."""
        if len(self.halves) < 2:
            return translated
        marks = list(translated.marks)
        for parent in {marks[index].parent for index in self.halves}:
            these = [i for i in sorted(self.halves) if marks[i].parent == parent]
            places = sorted(marks[index].start for index in these)
            for index, place in zip(these, places, strict=True):
                marks[index] = marks[index]._replace(start=place, end=place)
        return Marked(translated.text, tuple(marks))


class _Open:
    """A mark that is being gathered."""

    def __init__(self, kind: MarkKind, name: str, start: int, markup: Template) -> None:
        self.kind: MarkKind = kind
        self.name, self.start, self.end = name, start, start
        self.opens: Template = markup
        self.closes: Template = ()
        self.parent = OUTSIDE
        self.spaced = False
        self.is_half = False


class Gatherer:
    """Takes a run of text and tags, one after the other.

    Args:
        percent: placeholders of the family of `%s` are known too; in prose, a per cent sign before
            a letter is a slip of the pen.
        named: so is `:name`; in prose, that is a colon without its space.
        first: the number of the first word.
    """

    def __init__(self, *, percent: bool = False, named: bool = False, first: int = 0) -> None:
        self._text = ""
        self._marks: list[_Open] = []
        self._stack: list[int] = []
        self._waiting: dict[str, int] = {}
        """How many pairs of each name are open."""
        self._words = first
        self._placeholders = _WITH_NAMED if named else PLACEHOLDERS if percent else _ONLY_BRACES

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been gathered."""
        return not self._text and not self._marks

    @property
    def ends_in_word(self) -> bool:
        """Whether what was gathered last is no white space."""
        return bool(self._text[-1:].strip())

    def text(self, text: str) -> None:
        """Add text as it is read; placeholders in it become words."""
        position = 0
        for found in self._placeholders.finditer(text):
            self._text += text[position : found.start()]
            self.word((found[0],))
            position = found.end()
        self._text += text[position:]

    def word(self, markup: Template) -> None:
        """Add what is not to be translated, but read as a word."""
        mark = self._add("word", "", markup)
        self._text += f"{{{self._words}}}"
        mark.end = len(self._text)
        self._words += 1

    def point(self, markup: Template, *, space: bool = False) -> None:
        """Add what stands between characters; `space`: it keeps words apart."""
        added = space and self.ends_in_word
        self._text += " " if added else ""
        self._add("point", "", markup).spaced = added

    def open(self, name: str, markup: Template) -> None:
        """Add what opens a pair."""
        self._add("pair", name, markup)
        self._stack.append(len(self._marks) - 1)
        self._waiting[name] = self._waiting.get(name, 0) + 1

    def close(self, name: str, markup: Template) -> None:
        """Add what closes the last open pair of a name; those opened after it remain open ends."""
        if not self._waiting.get(name):
            self._add("point", "", markup).is_half = True
            return
        while (pair := self._last()).name != name:
            pair.kind, pair.is_half = "point", True
        pair.closes, pair.end = markup, len(self._text)

    def finish(self, *, spaced: bool = False) -> Inline:
        """Return what was gathered; white space is collapsed unless it is `spaced` on purpose."""
        while self._stack:
            half = self._last()
            half.kind, half.is_half = "point", True
        for mark in self._marks:  # what a tag seemed to enclose that nobody closes is its parent's
            if mark.parent != OUTSIDE and self._marks[mark.parent].kind == "point":
                mark.parent = self._marks[mark.parent].parent
        self._merge_empty()
        for mark in self._marks:  # white space on both sides of a point: the second goes with it
            around = self._text[max(mark.start - 1, 0) : mark.start + 1]
            if not spaced and mark.kind == "point" and len(around) == 2 and around.isspace():
                mark.opens = (*mark.opens, " ")
        marks = tuple(Mark(m.kind, m.start, m.end, m.parent) for m in self._marks)
        marked = Marked(self._text, marks)
        return Inline(
            marked if spaced else collapse(marked),
            tuple(mark.opens for mark in self._marks),
            tuple(mark.closes for mark in self._marks),
            frozenset(index for index, mark in enumerate(self._marks) if mark.spaced),
            frozenset(index for index, mark in enumerate(self._marks) if mark.is_half),
        )

    def _add(self, kind: MarkKind, name: str, markup: Template) -> _Open:
        mark = _Open(kind, name, len(self._text), markup)
        mark.parent = self._stack[-1] if self._stack else OUTSIDE
        self._marks.append(mark)
        return mark

    def _last(self) -> _Open:
        """Return the pair that was opened last, which is open no more."""
        mark = self._marks[self._stack.pop()]
        self._waiting[mark.name] -= 1
        return mark

    def _merge_empty(self) -> None:
        """Make one point of each pair around nothing, and of what it encloses."""
        index = 0
        while index < len(self._marks):
            mark = self._marks[index]
            if mark.kind == "pair" and mark.start == mark.end:
                inside = self._descendants(index)
                parts = [self._all_of(i) for i in self._children(index)]
                mark.opens = (*mark.opens, *(p for part in parts for p in part), *mark.closes)
                mark.kind, mark.closes = "point", ()
                for other in self._marks[index + 1 :]:
                    if other.parent > index:
                        other.parent -= len(inside)
                del self._marks[index + 1 : index + 1 + len(inside)]
            index += 1

    def _children(self, index: int) -> Sequence[int]:
        return [i for i, mark in enumerate(self._marks) if mark.parent == index]

    def _descendants(self, index: int) -> list[int]:
        return [i for child in self._children(index) for i in (child, *self._descendants(child))]

    def _all_of(self, index: int) -> Template:
        mark = self._marks[index]
        inside = tuple(part for i in self._children(index) for part in self._all_of(i))
        return (*mark.opens, *inside, *mark.closes)
