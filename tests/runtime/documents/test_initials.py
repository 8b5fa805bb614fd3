"""A large initial stays the first letter, and nothing but that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.documents.formats import FORMATS
from allez.documents.initials import with_initial
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from allez.text.markup import Mark, Marked, check
from support.documents import WordByWord

WORDS = {"Il": "Once", "Là": "There", "L'été": "Summer", "À": "At", "L": "The", "Fichier": "File"}


@pytest.mark.parametrize(
    ("source", "translated"),
    [
        ('<p><span class="l">I</span>l est</p>', '<p><span class="l">O</span>nce est</p>'),
        ("<p><b><i>I</i></b>l est</p>", "<p><b><i>O</i></b>nce est</p>"),
        ("<p>«<b>L</b>à</p>", "<p>«<b>T</b>here</p>"),
        ("<p><b>«L</b>à</p>", "<p><b>«T</b>here</p>"),
        ("<p><u>F</u>ichier</p>", "<p><u>F</u>ile</p>"),
        ("<p><b>À</b> Fichier</p>", "<p><b>At</b> File</p>"),
        ("<p><b>Il</b> est</p>", "<p><b>Once</b> est</p>"),
        ("<p>est <b>I</b>l</p>", "<p>est <b>Once</b></p>"),
        ("<p><sup>1</sup>Il</p>", "<p><sup>1</sup>Once</p>"),
    ],
)
def test_a_mark_around_the_first_letter(source: str, translated: str) -> None:
    document = FORMATS["html"].parse(source.encode(), Reading())
    result = translate_document(document, WordByWord(WORDS).translate_batch)
    assert result.decode() == translated


MARKS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.booleans()), max_size=4)


def nested(text: str, places: list[tuple[int, int, bool]]) -> Marked | None:
    """Return a text with marks at some places, none within another; None if that cannot be."""
    marks = [
        Mark("pair" if is_pair else "point", a, max(a, b) if is_pair else a)
        for a, b, is_pair in places
    ]
    marked = Marked(text, tuple(marks))
    try:
        check(marked)
    except ValueError:
        return None
    return marked


@given(MARKS, st.data())
def test_marks_still_nest(places: list[tuple[int, int, bool]], data: st.DataObject) -> None:
    source = nested("Il est", places)
    if source is None:
        return
    count = len(places)
    moved = data.draw(st.lists(MARKS.map(lambda m: m[:1]), min_size=count, max_size=count))
    spans = [(m[0][:2] if m else (0, 0)) for m in moved]
    kinds = [mark.kind == "pair" for mark in source.marks]
    translated = nested("« Once", [(*span, kind) for span, kind in zip(spans, kinds, strict=True)])
    if translated is None:
        return
    result = with_initial(source, translated)
    check(result)
    assert result.text == translated.text
    assert [mark.kind for mark in result.marks] == [mark.kind for mark in source.marks]
