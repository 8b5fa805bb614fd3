"""The loss of a batch, by the book."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
import torch

from allez_export.config import TrainingConfig
from allez_export.data.batches import Batch
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.train import batch_loss

pytestmark = pytest.mark.usefixtures("denormals")


def test_the_loss_is_the_smoothed_cross_entropy_of_all_target_tokens(
    make_model: Callable[..., Seq2Seq],
    some_batch: Batch,
) -> None:
    model, batch = make_model(vocabulary=40), some_batch
    target = torch.from_numpy(batch.target)
    log_probs = model.logits(model(torch.from_numpy(batch.source), target[:, :-1])).log_softmax(2)
    expected = torch.zeros(())
    for b, t in itertools.product(range(3), range(target.shape[1] - 1)):
        wanted = int(target[b, t + 1])
        if wanted != 0:
            expected -= 0.9 * log_probs[b, t, wanted] + 0.1 * log_probs[b, t].mean()
    assert batch.tokens == 10
    loss = batch_loss(model, batch, TrainingConfig(label_smoothing=0.1), None)
    torch.testing.assert_close(loss, expected)


def test_padding_of_targets_costs_nothing(
    make_model: Callable[..., Seq2Seq],
    some_batch: Batch,
) -> None:
    model, batch = make_model(vocabulary=40), some_batch
    config = TrainingConfig()
    alone = torch.zeros(())
    for row in range(3):
        width = int((batch.target[row] != 0).sum())
        single = Batch(batch.source[row : row + 1], batch.target[row : row + 1, :width])
        alone += batch_loss(model, single, config, None)
    torch.testing.assert_close(batch_loss(model, batch, config, None), alone)
