"""What holds for every format: nothing but text is changed, and broken files are named."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from allez.errors import InputError
from support.documents import FRAGMENTS, PACKAGES, SAMPLES, WordByWord, unchanged, uppercased

BILINGUAL = {"po", "xliff"}
"""Their translation stands beside the source: what is done is not found again."""
READINGS = (Reading(), Reading(wrapped=True))


def test_every_format_has_a_sample() -> None:
    assert SAMPLES.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_comes_back_as_it_was(name: str) -> None:
    for reading in READINGS:
        document = FORMATS[name].parse(SAMPLES[name], reading)
        assert document.segments
        assert not document.notes
        assert unchanged(document) == SAMPLES[name]


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_leaves_no_garbage(name: str) -> None:
    def translate() -> None:
        document = FORMATS[name].parse(SAMPLES[name], Reading())
        translate_document(document, WordByWord(backwards=True).translate_batch)

    translate()  # what is made once and kept
    gc.collect()
    gc.disable()
    try:
        translate()
        assert gc.collect() == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - PACKAGES.keys()))
def test_only_segments_change_and_can_be_read_again(name: str) -> None:
    document = FORMATS[name].parse(SAMPLES[name], Reading())
    again = FORMATS[name].parse(uppercased(document), Reading())
    if name in BILINGUAL:
        assert not again.segments
        return
    assert len(again.segments) == len(document.segments)
    for before, after in zip(document.segments, again.segments, strict=True):
        assert after.source.text.lower() == before.source.text.lower()
        assert after.source.marks == before.source.marks


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - BILINGUAL - PACKAGES.keys()))
def test_words_in_another_order_lose_no_markup(name: str) -> None:
    document = FORMATS[name].parse(SAMPLES[name], Reading())
    result = translate_document(document, WordByWord(backwards=True).translate_batch)
    again = FORMATS[name].parse(result, Reading())
    count = sum(len(segment.source.marks) for segment in document.segments)
    assert sum(len(segment.source.marks) for segment in again.segments) == count


@pytest.mark.parametrize("name", FRAGMENTS)
@settings(max_examples=40)
@given(data=st.data())
def test_any_file_comes_back_as_it_was(name: str, data: st.DataObject) -> None:
    parts = data.draw(st.lists(st.sampled_from(FRAGMENTS[name]), max_size=40))
    content = "".join(parts).encode()
    for reading in READINGS:
        try:
            document = FORMATS[name].parse(content, reading)
        except InputError:
            continue
        assert unchanged(document) == content
        translate_document(document, WordByWord(backwards=True).translate_batch)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30)
@given(data=st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(name: str, data: bytes) -> None:
    try:
        document = FORMATS[name].parse(data, Reading())
    except InputError:
        return
    assert unchanged(document) == data


@pytest.mark.parametrize("name", FORMATS)
def test_a_sample_that_breaks_off_is_read_or_refused(name: str) -> None:
    sample = SAMPLES[name]
    for end in range(0, len(sample), max(len(sample) // 40, 1)):
        try:
            document = FORMATS[name].parse(sample[:end], Reading())
        except InputError:
            continue
        assert unchanged(document) == sample[:end]
