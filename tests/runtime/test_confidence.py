"""How far a translation is trusted: features and regression as the specification has them."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allez.bundle.manifest import Confidence
from allez.options import SearchOptions
from allez.search.step import RawHypothesis
from allez.translate.confidence import Evidence, confidence, features

LINES = (
    (Path(__file__).parents[2] / "spec" / "vectors" / "confidence.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
)


def raw(told: dict[str, Any], positions: int) -> RawHypothesis:
    attention = np.array(told["attention"], dtype=np.float32)
    return RawHypothesis(
        tuple(told["tokens"]),
        -math.inf if told["score"] is None else told["score"],
        attention.reshape(len(told["tokens"]), positions),
        told["finished"],
    )


@pytest.mark.parametrize("number", range(len(LINES)))
def test_confidence_is_that_of_the_specification(number: int) -> None:
    case = json.loads(LINES[number])
    evidence = Evidence(
        case["source"],
        case["positions"],
        case["target"],
        [raw(told, case["positions"]) for told in case["hypotheses"]],
        case["chosen"],
        SearchOptions(length_penalty=case["length_penalty"]),
    )
    known = features(evidence, case["doubts"])
    assert known == pytest.approx(case["features"], abs=1e-6)
    weights = Confidence(
        case["weights"]["intercept"],
        {each["name"]: each["weight"] for each in case["weights"]["features"]},
    )
    assert confidence(weights, known) == pytest.approx(case["confidence"], abs=1e-6)
