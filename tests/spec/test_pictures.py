"""Vectors of pictures: Python gives an encoder the numbers that were written down, to the bit."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from allez.tasks.picture import resampled
from support.pictures import drawn, shape_of, write_cases

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "pictures.jsonl"
CASES = [json.loads(line) for line in VECTORS.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_values_are_those_written_down(case: dict[str, Any]) -> None:
    found = resampled(drawn(case), shape_of(case["to"])).astype("<f4")
    assert base64.b64encode(found.tobytes()).decode() == case["values"]


def test_what_was_written_down_follows_the_definition() -> None:
    assert write_cases() == CASES
