"""Which of the hypotheses that ended is handed out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allez.search.step import RawHypothesis
from allez.translate.choice import chosen, coverage

LINES = (
    (Path(__file__).parents[2] / "spec" / "vectors" / "choice.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
)


def raw(told: dict[str, Any]) -> RawHypothesis:
    attention = np.array(told["attention"], dtype=np.float32)
    return RawHypothesis((3,) * len(attention), told["score"], attention, told["finished"])


@pytest.mark.parametrize("number", range(len(LINES)))
def test_the_choice_is_that_of_the_specification(number: int) -> None:
    case = json.loads(LINES[number])
    found = [raw(told) for told in case["hypotheses"]]
    assert [coverage(one.attention) for one in found] == pytest.approx(case["coverage"], abs=1e-6)
    doubted = [told["doubts"] for told in case["hypotheses"]]
    assert chosen(found, lambda index: doubted[index]) == case["chosen"]


def test_nobody_is_asked_where_nothing_is_to_be_chosen() -> None:
    asked: list[int] = []

    def doubts(index: int) -> int:
        asked.append(index)
        return 0

    sure = {"score": -1.0, "finished": True, "attention": [[1.0, 0.0]]}
    assert chosen([raw(sure)], doubts) == 0
    assert asked == []
    assert chosen([raw(sure), raw({**sure, "score": -1.2})], doubts) == 0
    assert asked == [0]
