"""What is fitted: it tells good ones from bad ones, and says what the runtime says."""

from __future__ import annotations

import math

import numpy as np
import pytest

from allez.bundle.manifest import Confidence
from allez.translate.confidence import confidence
from allez_export.confidence import NAMES, Sample, auroc, calibration, fit, likely


def sample(count: int, seed: int) -> Sample:
    """Return features of which `mean_score` and `doubts` alone decide, by known weights."""
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(count, len(NAMES))) * np.arange(1, len(NAMES) + 1)
    features[:, NAMES.index("alone")] = 0  # never varies: it must weigh nothing
    total = 1 + 2 * features[:, 0] - 0.3 * features[:, NAMES.index("doubts")]
    return Sample(features, generator.random(count) < 1 / (1 + np.exp(-total)))


def test_known_weights_are_found_again() -> None:
    found = fit(sample(40_000, 1))
    weights = {each["name"]: each["weight"] for each in found["features"]}
    assert found["intercept"] == pytest.approx(1, abs=0.15)
    assert weights.pop("mean_score") == pytest.approx(2, abs=0.2)
    assert weights.pop("doubts") == pytest.approx(-0.3, abs=0.02)
    assert weights.pop("alone") == 0
    assert all(abs(weight) < 0.05 for weight in weights.values())


def test_the_runtime_says_the_same() -> None:
    known = sample(50, 2)
    found = fit(known)
    weights = Confidence(
        found["intercept"], {each["name"]: each["weight"] for each in found["features"]}
    )
    for row, said in zip(known.features, likely(found, known), strict=True):
        assert confidence(weights, dict(zip(NAMES, row.tolist(), strict=True))) == pytest.approx(
            float(said)
        )


def test_other_sentences_are_told_apart() -> None:
    found, others = fit(sample(5000, 3)), sample(2000, 4)
    scores = likely(found, others)
    whole = auroc(scores, others.good)
    alone = auroc(likely(fit(sample(5000, 3), ("length",)), others), others.good)
    assert whole is not None
    assert alone is not None
    assert whole > 0.85 > 0.6 > alone
    for said, true in calibration(scores, others.good):
        assert said == pytest.approx(true, abs=0.07)


def test_auroc_counts_equal_ones_half() -> None:
    good = np.array([True, True, False, False])
    assert auroc(np.array([0.9, 0.5, 0.5, 0.1]), good) == pytest.approx(3.5 / 4)
    assert auroc(np.array([0.9, 0.5]), np.array([True, True])) is None


def test_what_is_not_known_weighs_nothing_and_what_was_not_read_is_not_trusted() -> None:
    assert confidence(None, {"mean_score": 1.0}) is None
    assert confidence(Confidence(0.0, {"taste": 1.0}), {"mean_score": 1.0}) is None
    assert confidence(Confidence(3.0, {"mean_score": 1.0}), {}) == 0.0
    assert confidence(Confidence(0.0, {"mean_score": 1e6}), {"mean_score": -1e3}) == 0.0
    assert confidence(Confidence(0.0, {}), {"mean_score": math.pi}) == 0.5
