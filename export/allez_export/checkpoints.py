"""The files of a training run: tensors and plain values, no code."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from allez.errors import InputError
from allez_export.config import Config, build_kept
from allez_export.families.family import Family
from allez_export.families.recurrent.family import Recurrent


def save(state: dict[str, Any], path: Path) -> None:
    """Write tensors and plain values aside, then rename: a killed run leaves the old file."""
    partial = path.with_name(path.name + ".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def load(path: Path) -> dict[str, Any]:
    """Read what `save` wrote: tensors and plain values only, no code.

    Raises:
        InputError: there is no such file, or it is not one of ours.
    """
    try:
        with zipfile.ZipFile(path) as archive:  # torch compares no checksums
            damaged = archive.testzip()
        if damaged is not None:
            raise InputError(f"{path} is damaged: {damaged}")
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError(f"there is no {path}", hint="run `allez-export train` first") from None
    except InputError:
        raise
    except Exception as error:  # torch raises many kinds for a damaged file
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} cannot be read: {first}") from None
    return state


def load_run(path: Path, *keys: str) -> dict[str, Any]:
    """Read a file of a training run that must hold certain entries.

    Raises:
        InputError: it cannot be read, or is of something else.
    """
    state = load(path)
    if not isinstance(state, dict) or not {"config", "tokenizer", *keys} <= state.keys():
        raise InputError(f"{path} was not written by `allez-export train`")
    return state


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What `model.pt` holds."""

    family: Family
    config: Config
    """What it was trained with."""
    tokenizer: str
    """Text of `tokenizer.json`."""
    record: dict[str, Any]
    """Updates, target tokens, hours, validation scores."""


def load_model(path: Path) -> TrainedModel:
    """Return the trained model.

    Raises:
        InputError: it cannot be read, or is of something else.
    """
    state = load_run(path, "weights", "training")
    config = build_kept(state["config"], "model.pt")
    family = Recurrent.load(config.model, state["weights"])
    return TrainedModel(family, config, state["tokenizer"], state["training"])
