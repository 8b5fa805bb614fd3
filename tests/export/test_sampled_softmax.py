"""The vocabulary layer over a sample: what is drawn, and that the loss stays the same."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from allez.text.tokenizer import Tokenizer
from allez_export.config import Config, TrainingConfig
from allez_export.data.batches import Batch
from allez_export.data.mix import Stream
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.sampled_softmax import SampledSoftmax, count_targets
from allez_export.train import batch_loss

pytestmark = pytest.mark.usefixtures("denormals")


V = 200


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., SampledSoftmax]:
    """Return samples of V words of which the first 20 are the frequent ones."""
    monkeypatch.setattr(SampledSoftmax, "FREQUENT", 20)
    counts = torch.arange(V, 0, -1)
    return lambda size: SampledSoftmax(counts, size)


TARGETS = torch.tensor([3, 150, 199, 150, 77])


@pytest.mark.parametrize("size", [10, 60, 199, V, 1000])
def test_targets_and_frequent_words_are_always_sampled(
    drawn: Callable[..., SampledSoftmax], size: int
) -> None:
    torch.manual_seed(0)
    for _ in range(20):
        chosen, correction = drawn(size).draw(TARGETS)
        assert torch.equal(chosen, chosen.unique())  # sorted, each one once
        sure = set(range(20)) | set(TARGETS.tolist())
        assert sure <= set(chosen.tolist())
        assert len(chosen) == min(max(size, len(sure)), V)
        certain = torch.tensor([int(i) in sure for i in chosen])
        assert (correction[certain] == 0).all()
        share = (len(chosen) - len(sure)) / (V - len(sure))
        others = correction[~certain]
        torch.testing.assert_close(others, torch.full_like(others, -math.log(share or 1.0)))


def test_random_words_are_drawn_evenly(drawn: Callable[..., SampledSoftmax]) -> None:
    torch.manual_seed(0)
    sample, counts = drawn(60), torch.zeros(V)
    for _ in range(1000):
        counts[sample.draw(TARGETS)[0]] += 1
    sure = torch.zeros(V, dtype=torch.bool)
    sure[:20] = sure[TARGETS] = True
    assert (counts[sure] == 1000).all()
    expected = 1000 * (60 - int(sure.sum())) / (V - int(sure.sum()))  # about 212
    assert ((counts[~sure] - expected).abs() < 5 * math.sqrt(expected)).all()


def test_the_partition_function_is_estimated_without_bias(
    drawn: Callable[..., SampledSoftmax],
) -> None:
    torch.manual_seed(0)
    logits = 2 * torch.randn(V)
    sample, exact = drawn(60), logits.exp().sum().item()
    estimates = np.array(
        [
            (logits[chosen] + correction).exp().sum().item()
            for chosen, correction in (sample.draw(TARGETS) for _ in range(3000))
        ]
    )
    error = estimates.std() / math.sqrt(len(estimates))
    assert error < 0.02 * exact  # the test can tell
    assert abs(estimates.mean() - exact) < 4 * error
    # Without the correction it would be far too small.
    uncorrected = [logits[sample.draw(TARGETS)[0]].exp().sum().item() for _ in range(100)]
    assert np.mean(uncorrected) < exact - 10 * error


def test_frequent_words_are_counted_in_the_targets(
    stream: Callable[[Config], Stream], config: Callable[..., Config], tokenizer: Tokenizer
) -> None:
    source = stream(config())
    before = copy.deepcopy(source.state)
    counts = count_targets(source, tokenizer.size)
    assert source.state == before
    batches = source.chunk()
    assert counts.sum() == sum(b.tokens + len(b.target) for b in batches)  # with each bos
    assert counts[2] == counts[1] == sum(len(batch.target) for batch in batches)
    assert counts[0] == 0


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_a_sample_that_covers_the_vocabulary_change_nothing(
    make_model: Callable[..., Seq2Seq],
    drawn: Callable[..., SampledSoftmax],
    smoothing: float,
    some_batch: Batch,
) -> None:
    model, batch = make_model(vocabulary=V), some_batch
    config = TrainingConfig(label_smoothing=smoothing)
    torch.testing.assert_close(
        batch_loss(model, batch, config, drawn(V)), batch_loss(model, batch, config, None)
    )


def test_the_loss_with_a_sample_is_near_the_full_one(
    make_model: Callable[..., Seq2Seq],
    drawn: Callable[..., SampledSoftmax],
    some_batch: Batch,
) -> None:
    torch.manual_seed(0)
    model, batch = make_model(vocabulary=V), some_batch
    config = TrainingConfig(label_smoothing=0.0)
    losses = [batch_loss(model, batch, config, drawn(100)).item() for _ in range(200)]
    full = batch_loss(model, batch, config, None).item()
    assert np.mean(losses) == pytest.approx(full, rel=0.01)
