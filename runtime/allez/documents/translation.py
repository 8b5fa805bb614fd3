"""A document through a translator: all of its segments at once, the markup set by attention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from allez.documents.document import Document
from allez.documents.initials import with_initial
from allez.documents.labels import (
    begun_alike,
    ended_alike,
    further_readings,
    is_better,
    with_capital,
    without_stop,
)
from allez.errors import CancelledError
from allez.results import Translation
from allez.text.markup import OUTSIDE, Mark, Marked
from allez.translate.markup import transfer

Translate = Callable[[Iterable[str]], Iterator[Translation]]
"""Yields one translation for each text, in order: `Translator.translate_batch`, options and all."""

Look = Callable[[int, str, Translation], None]
"""Is shown the number of a text, from 0, the text, and its translation, once that stands."""


def translate_document(
    document: Document,
    translate: Translate,
    *further: Translate,
    progress: Callable[[int], None] = lambda done: None,
    look: Look = lambda number, text, translation: None,
) -> bytes:
    """Return a document in the other language.

    Args:
        document: what a format has made of a file.
        translate: does the work.
        further: by way of another language: each translates what the one before wrote.
        progress: is told after each segment how many are done.
        look: is shown the last translation of each segment, in no order: what is translated once
            more comes last.
    """
    texts = [segment.source for segment in document.segments]
    steps = (translate, *further)
    return document.render(translate_all(texts, steps, progress=progress, look=look))


def translate_all(
    sources: Sequence[Marked],
    steps: Sequence[Translate],
    *,
    progress: Callable[[int], None] = lambda done: None,
    look: Look = lambda number, text, translation: None,
) -> list[Marked]:
    """Return marked texts translated step by step; see `translate_document`."""
    for step in steps[:-1]:
        sources = translate_marked(sources, step)
    return translate_marked(sources, steps[-1], progress=progress, look=look)


def translate_marked(
    sources: Sequence[Marked],
    translate: Translate,
    *,
    progress: Callable[[int], None] = lambda done: None,
    look: Look = lambda number, text, translation: None,
) -> list[Marked]:
    """Return the translation of marked texts, each with as many marks.

    A text whose words that must be copied did not all come out once is translated once more
    without them, and they are put where attention says. A label of which the model is not sure is
    read once more as well, in small letters (see `labels`).

    Raises:
        CancelledError: the time was over before all of them were translated.
    """
    done: list[Marked] = []
    lost: list[int] = []
    unsure: list[tuple[int, Translation]] = []
    for translation in translate([source.text for source in sources]):
        _check(translation)
        source = sources[len(done)]
        if _all_copied(source, translation.text):
            if further_readings(source, translation):
                unsure.append((len(done), translation))
            else:
                look(len(done), source.text, translation)
            done.append(transfer(source, translation))
        else:
            lost.append(len(done))
            done.append(source)
        progress(len(done))
    bare = [_without_words(sources[index]) for index in lost]
    again = translate([source.text for source in bare])
    for index, source, translation in zip(lost, bare, again, strict=True):
        _check(translation)
        done[index] = _apart(transfer(source, translation), sources[index])
        look(index, sources[index].text, translation)
    for index, translation in _read_again(sources, unsure, translate, done):
        look(index, sources[index].text, translation)
    return [_as_written(source, one) for source, one in zip(sources, done, strict=True)]


def _as_written(source: Marked, translated: Marked) -> Marked:
    """Return a translation that begins and ends as its source does."""
    ended = ended_alike(source, without_stop(source, translated))
    return with_initial(source, begun_alike(source, with_capital(source, ended)))


def _read_again(
    sources: Sequence[Marked],
    unsure: Sequence[tuple[int, Translation]],
    translate: Translate,
    done: list[Marked],
) -> Iterable[tuple[int, Translation]]:
    """Put further readings of labels among the translations, where they are better.

    Returns:
        Of each label the translation that stands.
    """
    todo = [
        (index, reading)
        for index, translation in unsure
        for reading in further_readings(sources[index], translation)
    ]
    best = dict(unsure)
    again = translate([reading.source.text for _, reading in todo])
    for (index, reading), translation in zip(todo, again, strict=True):
        _check(translation)
        copied = _all_copied(reading.source, translation.text)
        if copied and is_better(reading, translation, best[index]):
            done[index] = reading.finish(transfer(reading.source, translation))
            best[index] = translation
    return best.items()


def _check(translation: Translation) -> None:
    """Refuse a text with a sentence that was not begun; one as long as may be is only cut."""
    if any(not sentence.finished and not sentence.tokens for sentence in translation.sentences):
        raise CancelledError("the time was over: a document is translated as a whole or not at all")


def _words(source: Marked) -> Iterator[str]:
    return (source.text[m.start : m.end] for m in source.marks if m.kind == "word")


def _all_copied(source: Marked, translation: str) -> bool:
    return all(translation.count(word) == 1 for word in _words(source))


def _without_words(source: Marked) -> Marked:
    """Return a text without what is to be copied: points are left where it stood."""
    kept: list[str] = []
    places: list[int] = []
    words = [(m.start, m.end) for m in source.marks if m.kind == "word"]
    for position, character in enumerate(source.text):
        places.append(len(kept))
        if not any(start <= position < end for start, end in words):
            kept.append(character)
    places.append(len(kept))
    marks = tuple(
        Mark("point", places[m.start], places[m.start], m.parent)
        if m.kind == "word"
        else m._replace(start=places[m.start], end=places[m.end])
        for m in source.marks
    )
    return Marked("".join(kept), marks)


def _apart(translated: Marked, source: Marked) -> Marked:
    """Make words again of the points that stand for them, white space around them as it was.

    Two of them that come to the same place stand apart: code would be one with the code beside it.
    """
    text, marks = translated.text, list(translated.marks)
    for index, mark in enumerate(source.marks):
        if mark.kind != "word":
            continue
        at = marks[index].start
        before = mark.start > 0 and source.text[mark.start - 1].isspace()
        after = mark.end < len(source.text) and source.text[mark.end].isspace()
        touches = (before and at > 0 and not text[at - 1].isspace()) or any(
            (other.kind, other.parent, marks[number].start) == ("word", mark.parent, at)
            and other.end != mark.start
            for number, other in enumerate(source.marks[:index])
        )
        if touches:
            text = text[:at] + " " + text[at:]
            marks = _with_space(marks, index, at, before=True)
            at += 1
        if after and at < len(text) and text[at].isalnum():
            text = text[:at] + " " + text[at:]
            marks = _with_space(marks, index, at, before=False)
        marks[index] = Mark("word", at, at, marks[index].parent)
    return Marked(text, tuple(marks))


def _with_space(marks: list[Mark], index: int, at: int, *, before: bool) -> list[Mark]:
    """Return marks after a space was put in before or behind the point of that index, at `at`."""
    around = _around(marks, index)
    ended = {i for i in around if before and marks[i].start < at == marks[i].end}
    wide = {marks[i].parent for i in around if marks[i].start == at < marks[i].end}
    """Where what is at the same place and takes none comes first."""
    moved: list[Mark] = []
    for number, mark in enumerate(marks):
        start, end = mark.start, mark.end
        if number in around:
            start, end = start + (start > at), end + (end > at or (before and end == at))
        elif start > at or (
            start == at
            and (
                end > at
                or (number > index and mark.parent not in wide)
                or ended - _around(marks, number)
            )
        ):
            start, end = start + 1, end + 1
        if mark.parent != OUTSIDE:  # it may begin behind that space, or end before it
            _, low, high, _ = moved[mark.parent]
            start, end = min(max(start, low), high), min(max(end, low), high)
        moved.append(mark._replace(start=start, end=end))
    return moved


def _around(marks: Sequence[Mark], index: int) -> set[int]:
    """Return the marks around a mark."""
    found: set[int] = set()
    parent = marks[index].parent
    while parent != OUTSIDE:
        found.add(parent)
        parent = marks[parent].parent
    return found
