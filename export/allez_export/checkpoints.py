"""The files of a training run: tensors and plain values, no code."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from allez.errors import InputError
from allez.text.tokenizer import Tokenizer
from allez_export.config import Config
from allez_export.config.file import build_kept
from allez_export.families import family_named
from allez_export.families.family import Family
from allez_export.families.recurrent.family import Recurrent


def save(state: dict[str, Any], path: Path, *, previous: Path | None = None) -> None:
    """Write tensors and plain values aside, then rename: a killed run leaves the old file.

    Args:
        state: what to write.
        path: where it goes.
        previous: where the file that stands there goes; None: nowhere.
    """
    partial = path.with_name(path.name + ".partial")
    torch.save(state, partial)
    if previous is not None and path.exists():
        os.replace(path, previous)
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
class Start:
    """What training can begin with, of a file of another run."""

    weights: dict[str, Tensor]
    """Raw where the file has them, else averaged."""
    tokenizer: str | None
    """Text of `tokenizer.json`; None if the file does not hold it."""
    parents: list[dict[str, Any]]
    """The bundles that these weights come from."""


def load_start(path: Path) -> Start:
    """Return what training can begin with of a `checkpoint.pt` or `model.pt`.

    Raises:
        InputError: it cannot be read, or has no weights.
    """
    state = load(path)
    found = state.get("model", state.get("weights")) if isinstance(state, dict) else None
    if not isinstance(found, dict) or not all(isinstance(w, Tensor) for w in found.values()):
        raise InputError(f"{path} holds no weights that training could begin with")
    parents = state.get("parents", state.get("training", {}).get("parents", []))
    weights = {name: weight.float() for name, weight in found.items()}
    return Start(weights, state.get("tokenizer"), parents)


class Vocabularies(NamedTuple):
    """The text of a `tokenizer.json` for each side."""

    source: str
    other: str | None = None
    """The target's, if it is another one."""

    @property
    def target(self) -> str:
        """The target's."""
        return self.source if self.other is None else self.other

    def tokenizers(self) -> tuple[Tokenizer, Tokenizer]:
        """Return those of source and target."""
        source = Tokenizer(self.source)
        return source, source if self.other is None else Tokenizer(self.other)

    def roles(self) -> dict[str, str]:
        """Return the files of a bundle, role to text."""
        if self.other is None:
            return {"tokenizer": self.source}
        return {"source_tokenizer": self.source, "target_tokenizer": self.other}


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What `model.pt` holds."""

    family: Family
    config: Config
    """What it was trained with."""
    tokenizer: str
    """Text of `tokenizer.json`."""
    record: dict[str, Any]
    """Updates, target tokens, hours, validation scores; of an imported model `made_by` and
    `remarks`, see `allez_export.toolkits.imported`."""
    target_tokenizer: str | None = None
    """That of the target, if it is another one."""

    @property
    def texts(self) -> Vocabularies:
        """The vocabularies of both sides."""
        return Vocabularies(self.tokenizer, self.target_tokenizer)


def load_model(path: Path) -> TrainedModel:
    """Return the trained model.

    Raises:
        InputError: it cannot be read, or is of something else.
    """
    state = load_run(path, "weights", "training")
    config = build_kept(state["config"], "model.pt")
    named, weights = state.get("family"), state["weights"]
    family: Family
    if named is None:
        family = Recurrent.load(config.model, weights)
    else:
        family = family_named(named["name"]).load(named["config"], weights)
    other = state.get("target_tokenizer")
    return TrainedModel(family, config, state["tokenizer"], state["training"], other)
