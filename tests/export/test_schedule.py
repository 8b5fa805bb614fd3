"""The learning rate of an update, and when the late part begins."""

from __future__ import annotations

import pytest

from allez_export.config import TrainingConfig
from allez_export.train import is_late, learning_rate

pytestmark = pytest.mark.usefixtures("denormals")


def test_the_rate_warms_up_stays_and_decays() -> None:
    config = TrainingConfig(updates=100, learning_rate=0.5, warmup=10, decay=0.25)
    rates = [learning_rate(update, config) for update in range(100)]
    assert rates[:10] == pytest.approx([0.05 * (i + 1) for i in range(10)])
    assert rates[10:76] == [0.5] * 66
    assert rates[75:] == pytest.approx([0.5 * (25 - i) / 25 for i in range(25)])
    assert [is_late(update, config) for update in (74, 75, 99)] == [False, True, True]


@pytest.mark.parametrize(
    ("warmup", "decay"), [(0, 0.25), (10, 0.0), (0, 0.0), (10, 1.0), (200, 0.5), (60, 0.9)]
)
def test_the_rate_is_never_zero_nor_above_its_maximum(warmup: int, decay: float) -> None:
    config = TrainingConfig(updates=100, learning_rate=0.5, warmup=warmup, decay=decay)
    rates = [learning_rate(update, config) for update in range(100)]
    assert all(0 < rate <= 0.5 for rate in rates)
    top = rates.index(max(rates))
    assert rates[:top] == sorted(rates[:top])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    if decay == 0.0:
        assert not is_late(99, config)
