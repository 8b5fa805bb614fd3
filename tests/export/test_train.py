"""The training loop: schedule, candidates, and runs that go on exactly where they were killed."""

from __future__ import annotations

import copy
import dataclasses
import itertools
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from allez.errors import InputError
from allez.text.tokenizer import Tokenizer
from allez_export.config import Config, ConfigError, TrainingConfig, build
from allez_export.data import Batch, Pair, Stream, make_batches
from allez_export.model import Seq2Seq
from allez_export.train import (
    Candidates,
    Run,
    batch_loss,
    count_targets,
    is_late,
    learning_rate,
    load,
    load_model,
    save,
)

pytestmark = pytest.mark.usefixtures("denormals")

UPDATES = 12


# --- schedule -------------------------------------------------------------------------------


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


# --- candidates -----------------------------------------------------------------------------

V = 200


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Candidates]:
    """Return candidates over V words of which the first 20 are the frequent ones."""
    monkeypatch.setattr(Candidates, "FREQUENT", 20)
    counts = torch.arange(V, 0, -1)
    return lambda size: Candidates(counts, size)


TARGETS = torch.tensor([3, 150, 199, 150, 77])


@pytest.mark.parametrize("size", [10, 60, 199, V, 1000])
def test_targets_and_frequent_words_are_always_candidates(
    drawn: Callable[..., Candidates], size: int
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


def test_random_candidates_are_drawn_evenly(drawn: Callable[..., Candidates]) -> None:
    torch.manual_seed(0)
    candidates, counts = drawn(60), torch.zeros(V)
    for _ in range(1000):
        counts[candidates.draw(TARGETS)[0]] += 1
    sure = torch.zeros(V, dtype=torch.bool)
    sure[:20] = sure[TARGETS] = True
    assert (counts[sure] == 1000).all()
    expected = 1000 * (60 - int(sure.sum())) / (V - int(sure.sum()))  # about 212
    assert ((counts[~sure] - expected).abs() < 5 * math.sqrt(expected)).all()


def test_the_partition_function_is_estimated_without_bias(
    drawn: Callable[..., Candidates],
) -> None:
    torch.manual_seed(0)
    logits = 2 * torch.randn(V)
    candidates, exact = drawn(60), logits.exp().sum().item()
    estimates = np.array(
        [
            (logits[chosen] + correction).exp().sum().item()
            for chosen, correction in (candidates.draw(TARGETS) for _ in range(3000))
        ]
    )
    error = estimates.std() / math.sqrt(len(estimates))
    assert error < 0.02 * exact  # the test can tell
    assert abs(estimates.mean() - exact) < 4 * error
    # Without the correction it would be far too small.
    uncorrected = [logits[candidates.draw(TARGETS)[0]].exp().sum().item() for _ in range(100)]
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


# --- the loss -------------------------------------------------------------------------------


def some_batch() -> Batch:
    examples = [([5, 6, 7], [8, 9]), ([7, 8, 9], [5]), ([9, 5, 6], [10, 11, 12, 13])]
    (batch,) = make_batches(examples, 100)
    return batch


def test_the_loss_is_the_smoothed_cross_entropy_of_all_target_tokens(
    make_model: Callable[..., Seq2Seq],
) -> None:
    model, batch = make_model(vocabulary=40), some_batch()
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


def test_padding_of_targets_costs_nothing(make_model: Callable[..., Seq2Seq]) -> None:
    model, batch = make_model(vocabulary=40), some_batch()
    config = TrainingConfig()
    alone = torch.zeros(())
    for row in range(3):
        width = int((batch.target[row] != 0).sum())
        single = Batch(batch.source[row : row + 1], batch.target[row : row + 1, :width])
        alone += batch_loss(model, single, config, None)
    torch.testing.assert_close(batch_loss(model, batch, config, None), alone)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_candidates_that_cover_the_vocabulary_change_nothing(
    make_model: Callable[..., Seq2Seq], drawn: Callable[..., Candidates], smoothing: float
) -> None:
    model, batch = make_model(vocabulary=V), some_batch()
    config = TrainingConfig(label_smoothing=smoothing)
    torch.testing.assert_close(
        batch_loss(model, batch, config, drawn(V)), batch_loss(model, batch, config, None)
    )


def test_the_loss_with_candidates_is_near_the_full_one(
    make_model: Callable[..., Seq2Seq], drawn: Callable[..., Candidates]
) -> None:
    torch.manual_seed(0)
    model, batch = make_model(vocabulary=V), some_batch()
    config = TrainingConfig(label_smoothing=0.0)
    losses = [batch_loss(model, batch, config, drawn(100)).item() for _ in range(200)]
    full = batch_loss(model, batch, config, None).item()
    assert np.mean(losses) == pytest.approx(full, rel=0.01)


# --- a run ----------------------------------------------------------------------------------


def score(model: Seq2Seq) -> dict[str, float]:
    """Score a model by its weights, as exactly as a bit can differ."""
    return {"bleu": float(sum(p.double().abs().sum() for p in model.parameters())), "extra": 1.0}


@pytest.fixture
def config(make_config: Callable[..., Config]) -> Callable[..., Config]:
    """Return a configuration of a short run; keywords are those of [training]."""

    def make(**training: object) -> Config:
        return make_config(
            model={"dropout": 0.2, "word_dropout": 0.1},
            data={
                "train": [
                    {"path": "a.tsv", "weight": 3, "late_weight": 1},
                    {"path": "b.tsv", "weight": 1},
                ],
                "concatenate": 0.2,
                "noise": 0.2,
            },
            training={
                "updates": UPDATES,
                "batch_tokens": 60,
                "chunk_tokens": 60,
                "warmup": 3,
                "decay": 0.4,
                "average": 0.9,
                "candidates": 60,
                "validate_every": 5,
                "checkpoint_minutes": 0.0,  # after each update
                **training,
            },
        )

    return make


@pytest.fixture
def stream(tokenizer: Tokenizer, pairs: list[Pair]) -> Callable[[Config], Stream]:
    def make(config: Config) -> Stream:
        return Stream(
            [pairs[::2], pairs[1::2]][: len(config.data.train)],
            config.data,
            tokenizer,
            seed=config.training.seed,
            chunk_tokens=config.training.chunk_tokens,
            batch_tokens=config.training.batch_tokens,
        )

    return make


@pytest.fixture
def start(
    definition: str,
    tokenizer: Tokenizer,
    stream: Callable[[Config], Stream],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Run]:
    """Begin or continue a run in a folder."""
    monkeypatch.setattr(Candidates, "FREQUENT", 20)

    def start(
        config: Config,
        folder: Path,
        validate: Callable[[Seq2Seq], dict[str, float]] = score,
        *,
        text: str = definition,
    ) -> Run:
        return Run(config, text, tokenizer.size, stream(config), folder, validate)

    return start


class Killed(Exception):
    """Stands for the power cut."""


def kill(run: Run, *, at: int, saved: int | None = None) -> None:
    """Train until `at` updates are made and die; only the checkpoint after `saved` is written."""
    update, write = run._update, run._save

    def dying(batch: Batch) -> float:
        if run.progress.update == at:
            raise Killed
        return update(batch)

    def seldom() -> None:
        if saved is None or run.progress.update == saved:
            write()

    run._update, run._save = dying, seldom  # type: ignore[method-assign]
    with pytest.raises(Killed):
        run.train()


def plain(value: object) -> object:
    """Return nested tensors as lists, so that they can be compared to the bit."""
    if isinstance(value, Tensor):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def outcome(run: Run, folder: Path) -> dict[str, object]:
    """Return everything that a run has come to, apart from the time it took."""
    kept = load(folder / "model.pt")
    del kept["training"]["hours"]
    progress = dataclasses.asdict(run.progress)
    del progress["seconds"]
    return {
        "model": plain(run.model.state_dict()),
        "average": plain(run.average.state_dict()),
        "optimizer": plain(run._optimizer.state_dict()),
        "progress": progress,
        "stream": run._stream.state,
        "kept": plain(kept),
        "random": torch.get_rng_state().tolist(),
    }


@pytest.fixture
def straight(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path_factory: pytest.TempPathFactory,
    undisturbed: dict[str, object],
) -> dict[str, object]:
    """What a run comes to that nobody disturbs."""
    if not undisturbed:
        folder = tmp_path_factory.mktemp("straight")
        run = start(config(), folder)
        run.train()
        undisturbed |= outcome(run, folder)
    return undisturbed


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, object]:
    return {}


def test_a_run_killed_again_and_again_ends_as_if_nothing_had_happened(
    start: Callable[..., Run],
    config: Callable[..., Config],
    straight: dict[str, object],
    tmp_path: Path,
) -> None:
    for at in range(1, UPDATES):  # after each update
        kill(start(config(), tmp_path), at=at)
        assert load(tmp_path / "checkpoint.pt")["progress"]["update"] == at
    run = start(config(), tmp_path)
    run.train()
    assert outcome(run, tmp_path) == straight


def test_those_kills_fall_inside_and_at_the_end_of_chunks_of_both_phases(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    run = start(config(checkpoint_minutes=9), tmp_path)
    update, places = run._update, list[tuple[int, bool]]()

    def noting(batch: Batch) -> float:
        places.append((run.progress.batch, run.progress.late))
        return update(batch)

    run._update = noting  # type: ignore[method-assign]
    run.train()
    starts = [late for batch, late in places if batch == 1]
    assert len(starts) >= 3  # two ends of chunks in the midst of the run
    assert len(places) > 2 * len(starts)
    assert (starts[0], starts[-1]) == (False, True)


@pytest.mark.parametrize(("saved", "at"), [(1, 4), (4, 11), (7, 8)])
def test_a_kill_between_checkpoints_costs_only_the_updates_since(
    start: Callable[..., Run],
    config: Callable[..., Config],
    straight: dict[str, object],
    tmp_path: Path,
    saved: int,
    at: int,
) -> None:
    kill(start(config(), tmp_path), at=at, saved=saved)
    run = start(config(), tmp_path)
    assert run.progress.update == saved
    run.train()
    assert outcome(run, tmp_path) == straight


def test_killed_before_the_first_checkpoint_it_begins_again(
    start: Callable[..., Run],
    config: Callable[..., Config],
    straight: dict[str, object],
    tmp_path: Path,
) -> None:
    kill(start(config(), tmp_path), at=3, saved=99)
    assert not (tmp_path / "checkpoint.pt").exists()
    run = start(config(), tmp_path)
    run.train()
    assert outcome(run, tmp_path) == straight


def test_a_finished_run_is_left_alone(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    start(config(), tmp_path).train()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    run = start(config(), tmp_path, lambda model: pytest.fail("validated again"))
    run.train()
    assert run.progress.update == UPDATES
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_finished_run_can_be_made_longer(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    start(config(), tmp_path).train()
    run = start(config(updates=UPDATES + 4), tmp_path)
    run.train()
    assert run.progress.update == UPDATES + 4


def test_what_a_kill_left_half_written_is_harmless(
    start: Callable[..., Run],
    config: Callable[..., Config],
    straight: dict[str, object],
    tmp_path: Path,
) -> None:
    kill(start(config(), tmp_path), at=6)
    for name in ("checkpoint.pt", "model.pt"):
        (tmp_path / f"{name}.partial").write_bytes((tmp_path / name).read_bytes()[:100])
    run = start(config(), tmp_path)
    run.train()
    assert outcome(run, tmp_path) == straight
    assert not list(tmp_path.glob("*.partial"))


def test_a_kill_while_saving_leaves_the_old_checkpoint(
    start: Callable[..., Run],
    config: Callable[..., Config],
    straight: dict[str, object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kill(start(config(), tmp_path), at=4)

    def torn(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", torn)
        with pytest.raises(Killed):
            start(config(), tmp_path).train()
    run = start(config(), tmp_path)
    assert run.progress.update == 4
    run.train()
    assert outcome(run, tmp_path) == straight


# --- what cannot be continued ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("model", {"attention": "dot"}),
        ("vocabulary", {"size": 999}),
        ("data", {"max_words": 9}),
        ("training", {"seed": 2}),
        ("training", {"batch_tokens": 61}),
        ("training", {"chunk_tokens": 61}),
    ],
)
def test_another_configuration_is_refused(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    part: str,
    values: dict[str, object],
) -> None:
    kill(start(config(), tmp_path), at=2)
    changed = dataclasses.replace(getattr(config(), part), **values)  # type: ignore[arg-type]
    name = ".".join([part, *values]) if part == "training" else part
    with pytest.raises(ConfigError, match=rf"was begun with another {name}$") as caught:
        start(dataclasses.replace(config(), **{part: changed}), tmp_path)  # type: ignore[arg-type]
    assert "another folder" in (caught.value.hint or "")


def test_what_is_made_up_may_be_changed_on_the_way(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    kill(start(config(), tmp_path), at=4)
    data = dataclasses.replace(config().data, noise=0.9, copy=0.1, untranslatable=0.1)
    run = start(dataclasses.replace(config(), data=data), tmp_path)
    assert run.progress.update == 4
    assert build(Config, load(tmp_path / "checkpoint.pt")["config"], "").data == config().data
    run.train()
    assert build(Config, load(tmp_path / "checkpoint.pt")["config"], "").data == data


def test_products_in_bfloat16_learn_from_the_same_weights(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    losses = {}
    for half in (False, True):
        run = start(config(bfloat16=half, updates=1), tmp_path / str(half))
        losses[half] = next(run._update(batch) for batch in run._batches())
        assert all(p.dtype == torch.float32 for p in run.model.parameters())
    assert losses[True] != losses[False]
    assert losses[True] == pytest.approx(losses[False], rel=0.02)


def test_the_rate_and_the_length_may_be_changed_on_the_way(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    kill(start(config(), tmp_path), at=4)
    run = start(config(learning_rate=1e-4, updates=8, patience=9, clip=0.5), tmp_path)
    run.train()
    assert run.progress.update == 8


def test_another_vocabulary_is_refused(
    start: Callable[..., Run], config: Callable[..., Config], definition: str, tmp_path: Path
) -> None:
    kill(start(config(), tmp_path), at=2)
    with pytest.raises(ConfigError, match="another vocabulary"):
        start(config(), tmp_path, text=definition + " ")


def test_other_training_data_are_refused(
    start: Callable[..., Run],
    config: Callable[..., Config],
    definition: str,
    tokenizer: Tokenizer,
    pairs: list[Pair],
    tmp_path: Path,
) -> None:
    kill(start(config(), tmp_path), at=2)
    made = config()
    fewer = Stream(
        [pairs[::2], pairs[1::2][:-1]],
        made.data,
        tokenizer,
        seed=made.training.seed,
        chunk_tokens=made.training.chunk_tokens,
        batch_tokens=made.training.batch_tokens,
    )
    with pytest.raises(ConfigError, match="other training data"):
        Run(made, definition, tokenizer.size, fewer, tmp_path, score)


def test_a_refused_run_is_left_as_it_was(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    kill(start(config(), tmp_path), at=2)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    changed = dataclasses.replace(config().model, attention="dot")
    with pytest.raises(ConfigError):
        start(dataclasses.replace(config(), model=changed), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def damaged(path: Path) -> Sequence[bytes]:
    data = path.read_bytes()
    return [b"no checkpoint\n" * 30, data[:100], data[: len(data) // 2], data[:-3], b"PK\x03\x04"]


def test_a_damaged_checkpoint_is_an_error_that_names_it(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    kill(start(config(), tmp_path), at=2)
    path = tmp_path / "checkpoint.pt"
    for data in damaged(path):
        path.write_bytes(data)
        with pytest.raises(InputError, match="cannot be read") as caught:
            start(config(), tmp_path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_an_empty_checkpoint_is_an_error_too(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be read"):
        load(tmp_path / "checkpoint.pt")


def test_somebody_elses_checkpoint_is_an_error_too(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    save({"state_dict": {"weight": torch.ones(2)}}, tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match=r"checkpoint\.pt"):
        start(config(), tmp_path)


class Code:
    """What a pickle could smuggle in."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return (pytest.fail, ("code in a checkpoint was run",))


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    torch.save({"config": Code()}, tmp_path / "model.pt")
    with pytest.raises(InputError, match="cannot be read"):
        load_model(tmp_path / "model.pt")


def test_a_missing_model_names_the_stage_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no ") as caught:
        load_model(tmp_path / "model.pt")
    assert caught.value.hint == "run `allez-export train` first"


# --- validation, stopping, keeping ----------------------------------------------------------


def falling(scores: Sequence[float]) -> Callable[[Seq2Seq], dict[str, float]]:
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
    assert load_model(tmp_path / "model.pt")[3]["updates"] == 8


def test_patience_lasts_over_a_kill(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
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
    assert load_model(tmp_path / "model.pt")[3]["updates"] == 2


def test_the_average_is_what_is_validated_and_kept(
    start: Callable[..., Run], config: Callable[..., Config], definition: str, tmp_path: Path
) -> None:
    scored: list[Seq2Seq] = []

    def validate(model: Seq2Seq) -> dict[str, float]:
        assert not model.training
        scored.append(copy.deepcopy(model))
        return {"bleu": 2.5}

    run = start(config(updates=5), tmp_path, validate)
    run.train()
    model, kept, text, training = load_model(tmp_path / "model.pt")
    assert kept == config(updates=5)
    assert text == definition
    assert training == {
        "updates": 5,
        "target_tokens": run.progress.tokens,
        "hours": 0.0,
        "valid": {"bleu": 2.5},
    }
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())
    for other in (scored[0], run.average):
        assert plain(model.state_dict()) == plain(other.state_dict())
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
def test_candidates_and_mixture_change_in_the_late_part(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    late: float | None,
    until: float,
) -> None:
    seen: list[bool] = []
    mixtures: list[bool] = []
    draw, chunk = Candidates.draw, Stream.chunk

    def noting(self: Candidates, targets: Tensor) -> tuple[Tensor, Tensor]:
        seen.append(True)
        return draw(self, targets)

    def mixing(self: Stream, *, late: bool = False) -> list[Batch]:
        mixtures.append(late)
        return chunk(self, late=late)

    run = start(config(late=late), tmp_path)
    monkeypatch.setattr(Candidates, "draw", noting)
    monkeypatch.setattr(Stream, "chunk", mixing)
    run.train()
    assert len(seen) == math.ceil(UPDATES * until)  # all others score the whole vocabulary
    assert mixtures == sorted(mixtures)
    assert (True in mixtures) == (until < 1)
    assert False in mixtures


def test_a_loss_that_is_no_number_ends_the_run_with_an_error(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    kill(start(config(), tmp_path), at=3)
    run = start(config(), tmp_path)
    with torch.no_grad():
        run.model.bias.fill_(float("nan"))
    with pytest.raises(InputError, match="the loss became nan at update 4") as caught:
        run.train()
    assert "learning_rate" in (caught.value.hint or "")
    assert start(config(), tmp_path).progress.update == 3  # the good checkpoint is there


# --- learning -------------------------------------------------------------------------------


@pytest.mark.parametrize("candidates", [None, 60])
def test_the_loss_falls_on_a_copy_task(
    make_config: Callable[..., Config],
    stream: Callable[[Config], Stream],
    definition: str,
    tokenizer: Tokenizer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    candidates: int | None,
) -> None:
    monkeypatch.setattr(Candidates, "FREQUENT", 20)
    config = make_config(
        model={"width": 32},
        data={"train": [{"path": "a.tsv"}], "copy": 1.0},
        training={
            "updates": 60,
            "batch_tokens": 300,
            "chunk_tokens": 3000,
            "learning_rate": 2e-2,
            "warmup": 5,
            "candidates": candidates,
            "label_smoothing": 0.0,
            "validate_every": 60,
        },
    )
    run = Run(config, definition, tokenizer.size, stream(config), tmp_path, score)
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
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
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


def test_saving_goes_through_a_partial_file(tmp_path: Path) -> None:
    save({"a": torch.ones(3), "b": 1}, tmp_path / "x.pt")
    assert [path.name for path in tmp_path.iterdir()] == ["x.pt"]
    assert plain(load(tmp_path / "x.pt")) == {"a": [1.0, 1.0, 1.0], "b": 1}
