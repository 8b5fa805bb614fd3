"""What all training runs have in common, and that those go on which an earlier version began.

`begun/text.pt.gz` and `begun/pictures.pt.gz` are checkpoints that the trainers wrote when each had
a loop of its own: five of eight updates of models four units wide.
"""

from __future__ import annotations

import dataclasses
import gzip
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import load
from allez_export.config import Config, ConfigError
from allez_export.config.file import build_kept
from allez_export.data.mix import Stream
from allez_export.loop import Loop, follow, seconds_of
from allez_export.pictures.draw import Artist, Batches
from allez_export.train import Run
from allez_export.train_pictures import PictureRun
from support.shapes import write_set

pytestmark = pytest.mark.usefixtures("denormals")

BEGUN = Path(__file__).parent / "begun"
UPDATES = 8

SUBJECTS = [("le chat", "the cat"), ("la dame", "the lady"), ("Jean", "John")]
VERBS = [("voit", "sees"), ("aime", "likes"), ("mange", "eats")]
OBJECTS = [("une pomme", "an apple"), ("la mer", "the sea"), ("le livre", "the book")]
PAIRS = [
    (f"{s[0]} {v[0]} {o[0]}", f"{s[1]} {v[1]} {o[1]}")
    for s, v, o in itertools.product(SUBJECTS, VERBS, OBJECTS)
]

Begin = Callable[[Config, str, Path], Loop[Any]]


def weigh(family: Any) -> dict[str, float]:
    """Score a model by its weights."""
    total = sum(weight.double().abs().sum() for weight in family.model.parameters())
    return {"exact" if hasattr(family, "picture") else "bleu": float(total)}


def begin_text(config: Config, text: str, folder: Path) -> Loop[Any]:
    """Begin or continue the run of `begun/text.pt.gz`."""
    tokenizer, training = Tokenizer(text), config.training
    stream = Stream(
        [PAIRS],
        config.data,
        tokenizer,
        seed=training.seed,
        chunk_tokens=training.chunk_tokens,
        batch_tokens=training.batch_tokens,
    )
    return Run(config, text, tokenizer.size, stream, folder, weigh)


def begin_pictures(config: Config, text: str, folder: Path) -> Loop[Any]:
    """Begin or continue the run of `begun/pictures.pt.gz`."""
    write_set(folder.parent)
    tokenizer, seen = Tokenizer(text), config.pictures
    assert seen is not None
    artist = Artist(
        folder.parent / seen.sprites, None, config.target, size=seen.size, share=0.0,
        kinds=seen.kinds,
    )  # fmt: skip
    batches = Batches(artist, tokenizer.encode, seen.batch, config.training.seed)
    return PictureRun(config, text, tokenizer.size, batches, folder, weigh)


KINDS = pytest.mark.parametrize(
    ("name", "begin"), [("text", begin_text), ("pictures", begin_pictures)]
)


@pytest.fixture
def begun(name: str, tmp_path: Path) -> Path:
    """A folder with the checkpoint of an earlier version."""
    folder = tmp_path / "data" / "run"
    folder.mkdir(parents=True)
    data = gzip.decompress((BEGUN / f"{name}.pt.gz").read_bytes())
    (folder / "checkpoint.pt").write_bytes(data)
    return folder


def equal(one: Any, other: Any) -> bool:
    """Tell whether nested tensors are equal to the bit."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


@KINDS
def test_a_run_that_an_earlier_version_began_goes_on(begun: Path, begin: Begin) -> None:
    state = load(begun / "checkpoint.pt")
    config = build_kept(state["config"], "checkpoint")
    run = begin(config, state["tokenizer"], begun)
    assert equal(run.model.state_dict(), state["model"])
    assert equal(run.average.state_dict(), state["average"])
    assert equal(run._optimizer.state_dict(), state["optimizer"])
    assert torch.equal(torch.get_rng_state(), state["random"])
    progress = dataclasses.asdict(run.progress)
    assert {key: progress[key] for key in state["progress"]} == state["progress"]
    assert progress["update"] == 5
    run.train()
    assert run.progress.update == UPDATES
    kept = load(begun / "checkpoint.pt")
    assert kept.keys() == state.keys()
    assert kept["progress"]["tokens"] > state["progress"]["tokens"]
    assert load(begun / "model.pt")["training"]["updates"] in (6, UPDATES)


@KINDS
def test_what_an_earlier_version_began_with_another_model_is_refused(
    begun: Path, begin: Begin
) -> None:
    state = load(begun / "checkpoint.pt")
    config = build_kept(state["config"], "checkpoint")
    wider = dataclasses.replace(config, model=dataclasses.replace(config.model, width=6))
    with pytest.raises(ConfigError, match="was begun with another model"):
        begin(wider, state["tokenizer"], begun)
    if config.pictures is not None:  # the weights would fit
        darker = dataclasses.replace(config.pictures, mean=100.0)
        with pytest.raises(ConfigError, match="was begun with another model"):
            begin(dataclasses.replace(config, pictures=darker), state["tokenizer"], begun)
    with pytest.raises(ConfigError, match="was begun with another vocabulary"):
        begin(config, state["tokenizer"] + " ", begun)
    dropped = dataclasses.replace(config, model=dataclasses.replace(config.model, dropout=0.5))
    assert begin(dropped, state["tokenizer"], begun).progress.update == 5


def test_the_average_follows_weights_and_means_and_takes_counts_as_they_are() -> None:
    model, average = (nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 2)) for _ in range(2))
    model(torch.arange(12.0).reshape(4, 3))
    before = {name: value.clone() for name, value in average.state_dict().items()}
    follow(average, model, 0.75)
    own = model.state_dict()
    for name, value in average.state_dict().items():
        if name.endswith("num_batches_tracked"):
            assert int(value) == int(own[name]) == 1
        else:
            torch.testing.assert_close(value, 0.75 * before[name] + 0.25 * own[name])
    assert not torch.equal(average[0].running_mean, before["0.running_mean"])


def test_products_that_torch_lacks_take_for_ever() -> None:
    weight = torch.ones(1, requires_grad=True)

    def loss_of(half: bool) -> torch.Tensor:
        if half:
            raise RuntimeError("no such product")
        return weight.sum()

    assert seconds_of(loss_of, [True], True, "cpu") == float("inf")
    assert seconds_of(loss_of, [False], False, "cpu") < 60
    with pytest.raises(RuntimeError, match="no such product"):
        seconds_of(loss_of, [True], False, "cpu")
