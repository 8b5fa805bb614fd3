"""`shortlist.bin`: what is written is read, and what is damaged is refused by name."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allez.errors import BundleFormatError
from allez.model.shortlist import Shortlist

WORDS, EOS = 9, 2


def packed(lists: Sequence[Sequence[int]], layout: int = 1) -> bytes:
    """Write the format as spec/README.md tells it, number by number."""
    numbers = [*map(len, lists), *(i for ids in lists for i in ids)]
    return struct.pack(f"<II{len(numbers)}H", layout, len(lists), *numbers)


ids = st.sets(st.integers(0, WORDS - 1)).map(sorted)


@given(
    lists=st.lists(ids, min_size=WORDS, max_size=WORDS),
    source=st.lists(st.integers(0, WORDS - 1)).map(lambda source: [*source, EOS]),
)
def test_a_sentence_has_the_lists_of_its_words_these_and_eos(
    lists: list[list[int]], source: list[int]
) -> None:
    candidates = Shortlist(packed(lists), WORDS, EOS)(source).tolist()
    assert candidates == sorted({*source, EOS}.union(*(lists[i] for i in source)))


def test_a_file_by_hand() -> None:
    data = bytes.fromhex("01000000 04000000 0000 0100 0200 0000 0300 0000 0300")
    shortlist = Shortlist(data, 4, 2)
    assert shortlist([1, 2]).tolist() == [0, 1, 2, 3]
    assert shortlist([2]).tolist() == [0, 2, 3]
    assert str(shortlist([2]).dtype) == "int64"


EMPTY: list[list[int]] = [[]] * WORDS


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "layout 0"),
        (packed(EMPTY)[:7], "layout 0"),
        (packed(EMPTY, layout=2), "layout 2; this runtime reads 1"),
        (packed([[]] * 8), "is for 8 words, the manifest says 9"),
        (packed(EMPTY)[:-2], "ends too early"),
        (packed(EMPTY) + b"\0", "ends too early"),
        (packed([[1, 2], *EMPTY[1:]])[:-2], "holds 1 ids, its counts say 2"),
        (packed([[1, 2], *EMPTY[1:]]) + b"\3\0", "holds 3 ids, its counts say 2"),
        (packed([[1, 1], *EMPTY[1:]]), "not ascending"),
        (packed([[3, 1], *EMPTY[1:]]), "not ascending"),
        (packed([[1], [9], *EMPTY[2:]]), "beyond the vocabulary"),
    ],
)
def test_damaged_files_are_refused(data: bytes, problem: str) -> None:
    with pytest.raises(BundleFormatError, match=problem):
        Shortlist(data, WORDS, EOS)


def test_more_words_than_ids_can_name_are_refused() -> None:
    with pytest.raises(BundleFormatError, match="is for 65537 words"):
        Shortlist(packed([[]] * 65_537), 65_537, EOS)
    assert Shortlist(packed([[65_535]] * 65_536), 65_536, EOS)([7]).tolist() == [2, 7, 65_535]


@given(data=st.binary(max_size=80), start=st.sampled_from([b"", struct.pack("<II", 1, WORDS)]))
def test_any_bytes_are_read_or_refused(data: bytes, start: bytes) -> None:
    try:
        found = Shortlist(start + data, WORDS, EOS)([EOS]).tolist()
    except BundleFormatError:
        return
    assert EOS in found
    assert set(found) <= set(range(WORDS))
