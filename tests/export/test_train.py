"""The training loop: validation, stopping, what is kept, and that it learns."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from allez.errors import InputError
from allez_export.checkpoints import load_model
from allez_export.config import Config
from allez_export.data.batches import Batch
from allez_export.data.mix import Stream
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.sampled_softmax import SampledSoftmax
from allez_export.train import Run

pytestmark = pytest.mark.usefixtures("denormals")

UPDATES = 12  # of the fixture `config`


def falling(scores: Sequence[float]) -> Callable[[Recurrent], dict[str, float]]:
    left = list(scores)
    return lambda model: {"bleu": left.pop(0)}


def test_it_stops_when_validation_no_longer_improves(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    run = start(
        config(updates=40, validate_every=2, patience=2), tmp_path, falling([3, 5, 5, 6, 5, 6, 99])
    )
    run.train()
    assert (run.progress.update, run.progress.best) == (12, 6)
    assert load_model(tmp_path / "model.pt").record["updates"] == 8


def test_patience_lasts_over_a_kill(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    made = config(updates=40, validate_every=2, patience=3)
    kill(start(made, tmp_path, falling([5, 4, 4])), at=7)
    run = start(made, tmp_path, falling([4, 99]))
    run.train()
    assert run.progress.update == 8


def test_a_run_that_stopped_early_stays_stopped(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    made = config(updates=40, validate_every=2, patience=1)
    start(made, tmp_path, falling([5, 4])).train()
    before = (tmp_path / "model.pt").read_bytes()
    run = start(made, tmp_path, falling([99, 99, 99]))
    run.train()
    assert run.progress.update == 4
    assert (tmp_path / "model.pt").read_bytes() == before


def test_without_patience_it_never_stops(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    run = start(config(validate_every=2), tmp_path, falling([5] + [0] * 6))
    run.train()
    assert run.progress.update == UPDATES
    assert load_model(tmp_path / "model.pt").record["updates"] == 2


def test_the_average_is_what_is_validated_and_kept(
    start: Callable[..., Run], config: Callable[..., Config], definition: str, tmp_path: Path
) -> None:
    scored: list[Seq2Seq] = []

    def validate(family: Recurrent) -> dict[str, float]:
        assert not family.model.training
        scored.append(copy.deepcopy(family.model))
        return {"bleu": 2.5}

    run = start(config(updates=5), tmp_path, validate)
    run.train()
    trained = load_model(tmp_path / "model.pt")
    assert isinstance(trained.family, Recurrent)
    model, training = trained.family.model, trained.record
    assert trained.config == config(updates=5)
    assert trained.tokenizer == definition
    assert training == {
        "updates": 5,
        "target_tokens": run.progress.tokens,
        "hours": 0.0,
        "parents": [],
        "valid": {"bleu": 2.5},
    }
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    for other in (scored[0], run.average):
        kept_weights, others = model.state_dict(), other.state_dict()
        assert kept_weights.keys() == others.keys()
        assert all(torch.equal(kept_weights[name], others[name]) for name in others)
    assert not torch.equal(model.bias, run.model.bias)


def test_the_average_follows_the_weights(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    run = start(config(average=0.9), tmp_path)
    update, expected = run._update, [run.model.bias.detach().clone()]

    def averaging(batch: Batch) -> float:
        loss = update(batch)
        decay = min(0.9, run.progress.update / (run.progress.update + 10))
        expected[0] = decay * expected[0] + (1 - decay) * run.model.bias.detach()
        return loss

    run._update = averaging  # type: ignore[method-assign]
    run.train()
    torch.testing.assert_close(run.average.bias, expected[0])


@pytest.mark.parametrize(("late", "until"), [(None, 0.6), (0.5, 0.5), (0.0, 1.0)])
def test_sample_and_mixture_change_in_the_late_part(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    late: float | None,
    until: float,
) -> None:
    seen: list[bool] = []
    mixtures: list[bool] = []
    draw, chunk = SampledSoftmax.draw, Stream.chunk

    def noting(self: SampledSoftmax, targets: Tensor) -> tuple[Tensor, Tensor]:
        seen.append(True)
        return draw(self, targets)

    def mixing(self: Stream, *, late: bool = False) -> list[Batch]:
        mixtures.append(late)
        return chunk(self, late=late)

    run = start(config(late=late), tmp_path)
    monkeypatch.setattr(SampledSoftmax, "draw", noting)
    monkeypatch.setattr(Stream, "chunk", mixing)
    run.train()
    assert len(seen) == math.ceil(UPDATES * until)  # all others score the whole vocabulary
    assert mixtures == sorted(mixtures)
    assert (True in mixtures) == (until < 1)
    assert False in mixtures


def test_a_loss_that_is_no_number_ends_the_run_with_an_error(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=3)
    run = start(config(), tmp_path)
    with torch.no_grad():
        run.model.bias.fill_(float("nan"))
    with pytest.raises(InputError, match="the loss became nan at update 4") as caught:
        run.train()
    assert "learning_rate" in (caught.value.hint or "")
    assert start(config(), tmp_path).progress.update == 3  # the good checkpoint is there


@pytest.mark.parametrize("words", [None, 60])
def test_the_loss_falls_on_a_copy_task(
    make_config: Callable[..., Config],
    start: Callable[..., Run],
    tmp_path: Path,
    words: int | None,
) -> None:
    config = make_config(
        model={"width": 32},
        data={"train": [{"path": "a.tsv"}], "copy": 1.0},
        training={
            "updates": 60,
            "batch_tokens": 300,
            "chunk_tokens": 3000,
            "learning_rate": 2e-2,
            "warmup": 5,
            "sampled_softmax": words,
            "label_smoothing": 0.0,
            "validate_every": 60,
        },
    )
    run = start(config, tmp_path)
    update, losses = run._update, list[float]()

    def noting(batch: Batch) -> float:
        losses.append(update(batch) / batch.tokens)
        return losses[-1] * batch.tokens

    run._update = noting  # type: ignore[method-assign]
    run.train()
    assert np.mean(losses[:3]) > 5
    assert np.mean(losses[-5:]) < 2.0
    lines = (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
    (entry,) = [e for e in map(json.loads, lines) if "loss" in e]
    assert entry["update"] == 50
    assert entry["loss"] == pytest.approx(np.mean(losses[:50]), rel=0.2)
    assert entry["tokens_per_second"] > 0


def test_the_log_is_jsonl_also_after_kills(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    for at in (4, 9):
        kill(start(config(validate_every=3), tmp_path), at=at)
    start(config(validate_every=3), tmp_path).train()
    text = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    assert text.endswith("\n")
    entries = [json.loads(line) for line in text.splitlines()]
    assert [entry["update"] for entry in entries] == [3, 6, 9, 12]
    assert all({"update", "target_tokens", "seconds", "bleu", "extra"} == e.keys() for e in entries)
    tokens = [entry["target_tokens"] for entry in entries]
    assert tokens == sorted(tokens)
    seconds = [entry["seconds"] for entry in entries]
    assert seconds == sorted(seconds)


def test_gradients_are_clipped(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    norms: list[float] = []
    run = start(config(clip=1e-3, updates=3), tmp_path)
    step = run._optimizer.step

    def noting() -> None:
        norms.append(math.hypot(*(float(p.grad.norm()) for p in run.model.parameters())))  # type: ignore[union-attr]
        step()

    monkeypatch.setattr(run._optimizer, "step", noting)
    run.train()
    assert norms == pytest.approx([1e-3] * 3, rel=1e-3)
