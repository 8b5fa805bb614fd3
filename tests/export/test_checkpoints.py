"""The files of a training run: written aside, read without running code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from allez.errors import InputError
from allez_export.checkpoints import load, load_model, save
from allez_export.config import Config
from allez_export.train import Run

pytestmark = pytest.mark.usefixtures("denormals")


def damaged(path: Path) -> Sequence[bytes]:
    data = path.read_bytes()
    return [b"no checkpoint\n" * 30, data[:100], data[: len(data) // 2], data[:-3], b"PK\x03\x04"]


def test_a_damaged_checkpoint_is_an_error_that_names_it(
    start: Callable[..., Run],
    config: Callable[..., Config],
    tmp_path: Path,
    kill: Callable[..., None],
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


def test_saving_goes_through_a_partial_file(tmp_path: Path) -> None:
    save({"a": torch.ones(3), "b": 1}, tmp_path / "x.pt")
    assert [path.name for path in tmp_path.iterdir()] == ["x.pt"]
    read = load(tmp_path / "x.pt")
    assert {**read, "a": read["a"].tolist()} == {"a": [1.0, 1.0, 1.0], "b": 1}
