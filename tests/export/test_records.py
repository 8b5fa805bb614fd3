"""What stands beside results: hashes, and rows of evaluations that go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allez.errors import InputError
from allez_export.records import Scored, file_digest, read_state


def test_a_digest_is_that_of_what_the_file_holds_now(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content in (b"un" * 700_000, b"deux", b"", b"trois"):
        path.write_bytes(content)
        assert file_digest(path) == hashlib.sha256(content).hexdigest()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read") as caught:
        file_digest(tmp_path / "absent", hint="look elsewhere")
    assert caught.value.hint == "look elsewhere"
    with pytest.raises(InputError, match="cannot read") as caught:
        file_digest(tmp_path, hint="look elsewhere")  # it is there, but a folder
    assert caught.value.hint is None


@pytest.mark.parametrize("content", ["", "{", "[1]", None])
def test_what_cannot_be_read_says_nothing(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "state").write_text(content)
    assert read_state(tmp_path / "state") == {}


def counting(*scores: float) -> tuple[Callable[[], list[dict[str, Any]]], list[int]]:
    """Return what scores, and how often it was asked."""
    asked: list[int] = []

    def score() -> list[dict[str, Any]]:
        asked.append(1)
        return [{"domain": str(i), "bleu": value} for i, value in enumerate(scores)]

    return score, asked


def test_rows_are_kept_and_not_scored_twice(tmp_path: Path) -> None:
    state, start = tmp_path / "state", {"sha256": "aa", "beam_size": 1}
    score, asked = counting(1.5, 2.5)
    first = Scored(state, ["bundle"], None)
    first.add(start, score, file="a.tsv")
    assert json.loads(state.read_text()) == {
        "bundle": ["bundle"],
        "limit": None,
        "rows": first.rows,
    }
    second = Scored(state, ["bundle"], None)
    second.add({**start, "beam_size": 4}, score, file="a.tsv")
    second.add(start, score, file="b.tsv")  # called so now
    assert len(asked) == 2
    assert [(row["beam_size"], row["file"]) for row in second.rows] == [
        *[(4, "a.tsv")] * 2,
        *[(1, "b.tsv")] * 2,
    ]
    assert [row["bleu"] for row in second.rows] == [1.5, 2.5, 1.5, 2.5]


@pytest.mark.parametrize(("bundle", "limit"), [("other", None), ("bundle", 10)])
def test_rows_of_other_bundles_and_other_parts_are_not_taken(
    tmp_path: Path, bundle: str, limit: int | None
) -> None:
    score, asked = counting(1.0)
    Scored(tmp_path / "state", ["bundle"], None).add({"sha256": "aa"}, score)
    Scored(tmp_path / "state", [bundle], limit).add({"sha256": "aa"}, score)
    Scored(None, ["bundle"], None).add({"sha256": "aa"}, score)
    assert len(asked) == 3


def test_rows_that_hold_too_little_are_made_again(tmp_path: Path) -> None:
    score, asked = counting(1.0)
    Scored(tmp_path / "state", ["bundle"], None).add({"sha256": "aa"}, score)
    for needed, times in ((("bleu", "domain"), 1), (("bleu", "fits"), 2)):
        again = Scored(tmp_path / "state", ["bundle"], None)
        again.add({"sha256": "aa"}, score, needed=needed)
        assert len(again.rows) == 1
        assert len(asked) == times
