"""What a person begins with: a commented configuration for their own pairs, or a toy that works."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from allez.bundle.reader import Bundle, find
from allez.errors import InputError, OptionError, OutputError
from allez_export import toy
from allez_export.config import ModelConfig
from allez_export.data.read import Pair, read_pairs

HELD_OUT = 500
"""Pairs kept for validation, and as many for the test, at most."""

LEAST = 200
"""Pairs with which it makes sense to begin."""


def configs_folder() -> Path:
    """Return where the shipped configurations are: in the wheel, or in the checkout."""
    built = Path(__file__).parent / "configs"
    return built if built.is_dir() else Path(__file__).parents[1] / "configs"


def write_toy(folder: Path) -> Path:
    """Write the toy language and its configuration; return the latter's path."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OutputError(f"{folder} is not empty", hint="name a folder that is not there yet")
        toy.write(folder)
        return Path(shutil.copy(configs_folder() / "tiny.toml", folder / "tiny.toml"))
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"cannot write {folder}: {error.strerror}") from None


def init(name: str, data: Path, source: str, target: str, begin_with: str | None) -> Path:
    """Write a folder with a configuration and the pairs cut in three; return the former's path.

    Args:
        name: of the model, and of the folder that is made here.
        data: a TSV file of pairs.
        source: language, BCP 47.
        target: language, BCP 47.
        begin_with: a bundle to train on from, or None.

    Raises:
        InputError: there are too few pairs.
        OutputError: the folder exists, or cannot be written.
    """
    if not name or Path(name).name != name:
        raise OptionError(f"{name!r} is no name for a model", hint="letters, digits and hyphens")
    pairs = list(dict.fromkeys(read_pairs(data)))
    if len(pairs) < LEAST:
        raise InputError(
            f"{data} holds {len(pairs)} different pairs, {LEAST} are the least to begin with"
        )
    parent = None if begin_with is None else Bundle.read(find(begin_with))
    folder = Path(name)
    held = min(HELD_OUT, len(pairs) // 10)
    every = len(pairs) // (2 * held)  # evenly out of the file, whose order may mean something
    drawn = [i * every for i in range(2 * held)]
    kept = set(drawn)
    parts = {
        "train": [pair for i, pair in enumerate(pairs) if i not in kept],
        "valid": [pairs[i] for i in drawn[::2]],
        "test": [pairs[i] for i in drawn[1::2]],
    }
    text = configuration(name, source, target, parts["train"], begin_with, parent)
    try:
        (folder / "data").mkdir(parents=True)
        for part, some in parts.items():
            lines = "".join(f"{one}\t{other}\n" for one, other in some)
            (folder / "data" / f"{part}.tsv").write_text(lines, encoding="utf-8")
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    except FileExistsError:
        raise OutputError(f"{folder} exists", hint="give the model another name") from None
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror}") from None
    return folder / f"{name}.toml"


def configuration(
    name: str,
    source: str,
    target: str,
    pairs: Sequence[Pair],
    begin_with: str | None,
    parent: Bundle | None,
) -> str:
    """Return a commented TOML whose sizes fit the number of pairs."""
    tokens = sum(len(translated) for _, translated in pairs) // 4  # some four letters a subword
    if parent is None:
        width = 128 if len(pairs) < 20_000 else 256 if len(pairs) < 200_000 else 384
        model = ModelConfig(width=width, encoder_layers=1 if width == 128 else 2)
        passes, rate, vocabulary = 30, 3e-3, max(1000, min(8000, tokens // 20))
    else:
        from allez_export.families.recurrent.family import Recurrent
        from allez_export.families.recurrent.weights import load_bundle_model

        model = Recurrent(load_bundle_model(parent)).config
        passes, rate, vocabulary = 3, 5e-4, parent.manifest.target.size
    updates = max(100, min(100_000, passes * tokens // 1500))
    license = "CC-BY-SA-4.0" if parent is None else parent.manifest.license
    start = ""
    if begin_with is not None:
        start = f'begin_with = "{begin_with}"  # its vocabulary and weights are where this begins\n'
    return TEMPLATE.format(
        name=name, source=source, target=target, pairs=len(pairs), vocabulary=vocabulary,
        width=model.width, cell=model.cell, layers=model.encoder_layers,
        attention=model.attention, input_feeding=str(model.input_feeding).lower(),
        second_layer=str(model.second_layer).lower(),
        lexical_shortcut=str(parent is None or model.lexical_shortcut).lower(),
        start=start, updates=updates, warmup=updates // 20, every=max(updates // 10, 20),
        rate=rate, chunk=max(20_000, min(400_000, tokens)), license=license,
    )  # fmt: skip


TEMPLATE = """\
# {name}: {source} to {target}, learnt from {pairs:,} pairs.
#     allez-export all --config {name}/{name}.toml
# makes runs/{name}/bundle. Every key is explained in allez_export/config/.

name = "{name}"
source = "{source}"
target = "{target}"

[data]
root = "{name}/data"  # the files below lie here; --data names another folder
train = [{{ path = "train.tsv" }}]  # more sources: {{ path = "other.tsv.gz", weight = 0.5 }}
valid = ["valid.tsv"]  # decides which weights are kept
test = ["test.tsv"]  # scores in the bundle's card
concatenate = 0.05  # share of the examples that are pairs joined, so that long texts are learnt
noise = 0.05  # share with careless typing

[vocabulary]
size = {vocabulary}  # subwords of both languages; fewer where there is little data

[model]
width = {width}
cell = "{cell}"
encoder_layers = {layers}
attention = "{attention}"
input_feeding = {input_feeding}
second_layer = {second_layer}
lexical_shortcut = {lexical_shortcut}
dropout = 0.2  # more where there is little data

[training]
{start}updates = {updates}  # may be raised later: `train` goes on
batch_tokens = 1500
chunk_tokens = {chunk}
learning_rate = {rate}
warmup = {warmup}
decay = 0.4  # last part, over which the rate falls to nothing
average = 0.99
validate_every = {every}
# patience = 5  # stop after so many validations without a better BLEU
# threads = 2  # processor threads; all, if unset

[quantize]
precision = "int8"  # "fp32" keeps every number, "w4" halves the size once more
least_identical = 0.4  # a model that knows little decides narrowly, so rounding moves more words
most_bleu_lost = 2.0

[package]
version = "1.0.0"
license = "{license}"  # SPDX, of the weights
golden = 10  # sentences kept as a self-test
# notice = "NOTICE"  # a text beside this file: who made the data, under which licence
# card = "card.md"  # what no program can know about the model
"""
