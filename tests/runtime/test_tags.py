"""Tags of a text: whatever is typed, they are found in a time in proportion to its length."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from allez.documents.document import Builder
from allez.documents.html import PAGE
from allez.documents.inline import Gatherer
from allez.documents.mixed import add_segments
from allez.text.tags import Token, ends, scan
from allez.translate.fragment import Fragment


def _gather(text: str) -> None:
    gatherer = Gatherer()
    for token in scan(text, xml=False):
        (gatherer.open if token.kind == "open" else gatherer.close)(token.name, ("",))
    gatherer.finish()


def _page(text: str) -> None:
    add_segments(Builder(text), PAGE)


def _tokens(text: str) -> None:
    list(scan(text, xml=True))


@pytest.mark.parametrize(
    ("work", "piece", "end"),
    [
        (_tokens, "<a ", ""),
        (_tokens, "<a ", '="> '),
        (_tokens, "<a b='\"", ""),
        (_page, "<object>", "un"),
        (_page, "<code>un", ""),
        (_page, "<sup>", "un" + "</sup>" * 30_000),
        (_gather, "<b>", ""),
        (_gather, "<b></i>", ""),
        (Fragment, "<b>", ""),
        (Fragment, "<b></i>", ""),
        (Fragment, "<pre>", ""),
    ],
)
def test_unclosed_tags_take_no_more_time_than_others(
    work: Callable[[str], object], piece: str, end: str
) -> None:
    start = time.process_time()
    work(piece * 30_000 + end)  # in proportion to the square: minutes
    assert time.process_time() - start < 10


def test_what_is_typed_behind_an_end_that_is_missing() -> None:
    text = "<a <b c='>' <i>un</i> <a \""
    found = [(token.kind, text[token.start : token.end]) for token in scan(text, xml=False)]
    assert found == [
        ("open", "<a <b c='>' <i>"),
        ("text", "un"),
        ("close", "</i>"),
        ("text", ' <a "'),
    ]


def test_elements_of_one_name_end_from_within() -> None:
    tokens = list(scan("<b><i></b><b><b></b></u>", xml=False))
    assert ends(tokens) == {0: 2, 4: 5}
    assert ends([Token("single", 0, 4, "b"), Token("close", 4, 8, "b")]) == {}
