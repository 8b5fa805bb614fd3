"""Runs go on exactly where they were killed, or say why they cannot."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from allez_export.checkpoints import load, save
from allez_export.config import Config, ConfigError
from allez_export.config.file import build
from allez_export.data.batches import Batch
from allez_export.loop import set_threads
from allez_export.train import Run

pytestmark = pytest.mark.usefixtures("denormals")

UPDATES = 12  # of the fixture `config`


class Torn(Exception):
    """Stands for the power cut while writing."""


def plain(value: object) -> object:
    """Return nested tensors as lists, so that they can be compared to the bit."""
    if isinstance(value, torch.Tensor):
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
    kill: Callable[..., None],
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
    kill: Callable[..., None],
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
    kill: Callable[..., None],
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
    kill: Callable[..., None],
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
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=4)

    def torn(state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise Torn

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", torn)
        with pytest.raises(Torn):
            start(config(), tmp_path).train()
    run = start(config(), tmp_path)
    assert run.progress.update == 4
    run.train()
    assert outcome(run, tmp_path) == straight


def test_another_model_is_refused(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=2)
    changed = dataclasses.replace(config().model, attention="dot")
    with pytest.raises(ConfigError, match=r"was begun with another model$") as caught:
        start(dataclasses.replace(config(), model=changed), tmp_path)
    assert "another folder" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("part", "values"),
    [
        ("data", {"max_words": 9}),
        ("data", {"noise": 0.9}),
        ("training", {"seed": 2}),
        ("training", {"batch_tokens": 61}),
        ("training", {"chunk_tokens": 61}),
    ],
)
def test_other_batches_are_drawn_anew_and_that_is_said(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    part: str,
    values: dict[str, object],
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=4)
    weights = load(tmp_path / "checkpoint.pt")["model"]
    told: list[str] = []
    changed = dataclasses.replace(getattr(config(), part), **values)  # type: ignore[arg-type]
    run = start(dataclasses.replace(config(), **{part: changed}), tmp_path, tell=told.append)  # type: ignore[arg-type]
    assert run.progress.update == 4
    assert all(torch.equal(weights[name], w) for name, w in run.model.state_dict().items())
    assert any("drawn anew" in line for line in told)
    run.train()
    assert run.progress.update == UPDATES


def test_the_same_batches_go_on_without_a_word(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=4)
    told: list[str] = []
    start(config(), tmp_path, tell=told.append)
    assert told == ["train   goes on at update 4"]


def test_the_checkpoint_before_the_last_is_kept(
    start: Callable[..., Run],
    config: Callable[..., Config],
    straight: dict[str, object],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=6)
    assert load(tmp_path / "checkpoint.previous.pt")["progress"]["update"] == 5
    (tmp_path / "checkpoint.pt").unlink()  # as a kill between two renames leaves it
    run = start(config(), tmp_path)
    assert run.progress.update == 5
    run.train()
    assert outcome(run, tmp_path) == straight


def test_files_of_older_runs_are_read(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    """Before 2.0 some keys had other names, and less was kept."""
    kill(start(config(), tmp_path), at=3)
    state = load(tmp_path / "checkpoint.pt")
    training = state["config"]["training"]
    training["candidates"] = training.pop("sampled_softmax")
    state["config"]["candidates"] = state["config"].pop("shortlist")
    del state["config"]["vocabulary"]["symbols"], state["progress"]["bfloat16"], state["parents"]
    save(state, tmp_path / "checkpoint.pt")
    assert start(config(), tmp_path).progress.update == 3


def test_threads_can_be_changed_while_it_runs(tmp_path: Path) -> None:
    before = torch.get_num_threads()
    try:
        for text, expected in (("2\n", 2), ("no number", 2), ("0", 2), ("1", 1)):
            (tmp_path / "threads").write_text(text, encoding="ascii")
            set_threads(tmp_path / "threads")
            assert torch.get_num_threads() == expected
        set_threads(tmp_path / "absent")
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(("slow", "faster"), [(False, True), (True, False)])
def test_the_faster_products_are_taken_and_kept(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kill: Callable[..., None],
    slow: bool,
    faster: bool,
) -> None:
    timed: list[bool] = []

    def seconds(loss_of: object, batches: Sequence[Batch], half: bool, device: str) -> float:
        timed.append(half)
        assert batches
        return 2.0 if half == slow else 1.0

    monkeypatch.setattr("allez_export.loop.seconds_of", seconds)
    monkeypatch.setattr(Run, "_update", lambda self, batch: _counted(self))
    run = start(config(bfloat16=None), tmp_path)
    kill(run, at=2)
    assert timed == [False, True]
    assert run.progress.bfloat16 is faster
    assert start(config(bfloat16=None), tmp_path).progress.bfloat16 is faster
    assert timed == [False, True]


def _counted(run: Run) -> float:
    run.progress.update += 1
    return 0.0


def test_timing_changes_nothing(
    start: Callable[..., Run], config: Callable[..., Config], tmp_path: Path
) -> None:
    run = start(config(bfloat16=None), tmp_path)
    before = {name: weight.clone() for name, weight in run.model.state_dict().items()}
    random = torch.get_rng_state()
    next(run._batches())
    assert run.progress.bfloat16 in (False, True)
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(before[name], w) for name, w in run.model.state_dict().items())
    assert all(p.grad is None for p in run.model.parameters())


def test_what_is_made_up_may_be_changed_on_the_way(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=4)
    data = dataclasses.replace(config().data, noise=0.9, copy=0.1, untranslatable=0.1)
    run = start(dataclasses.replace(config(), data=data), tmp_path)
    assert run.progress.update == 4
    assert build(Config, load(tmp_path / "checkpoint.pt")["config"], "").data == config().data
    run.train()
    assert build(Config, load(tmp_path / "checkpoint.pt")["config"], "").data == data


@pytest.mark.skipif(
    not torch.ops.mkldnn._is_mkldnn_bf16_supported(),
    reason="this processor has no AVX512, without which torch has no LSTM in bfloat16",
)
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
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=4)
    run = start(config(learning_rate=1e-4, updates=8, patience=9, clip=0.5), tmp_path)
    run.train()
    assert run.progress.update == 8


def test_another_vocabulary_is_refused(
    start: Callable[..., Run],
    config: Callable[..., Config],
    definition: str,
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=2)
    with pytest.raises(ConfigError, match="another vocabulary"):
        start(config(), tmp_path, text=definition + " ")


def test_a_refused_run_is_left_as_it_was(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
) -> None:
    kill(start(config(), tmp_path), at=2)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    changed = dataclasses.replace(config().model, attention="dot")
    with pytest.raises(ConfigError):
        start(dataclasses.replace(config(), model=changed), tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
