"""What stages do where the model looks at pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from allez.bundle.reader import Bundle
from allez.errors import InputError
from allez.tasks.captioner import Captioner
from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import Start, load_start
from allez_export.config import ConfigError
from allez_export.evaluate_pictures import evaluate_captions, pixels_as_input, validator
from allez_export.families.caption.weights import load_bundle_captioner, measure
from allez_export.families.family import Read
from allez_export.package import shortened
from allez_export.parents import check_license, parent_of
from allez_export.pictures.draw import COLUMN, Artist, Batches
from allez_export.pictures.read import Captioned, read_captioned
from allez_export.records import file_digest
from allez_export.stages.inputs import drafter
from allez_export.stages.provenance import beginning
from allez_export.stages.workspace import Workspace, say
from allez_export.train_pictures import PictureRun, pictures_of


def artist(work: Workspace) -> Artist:
    """Return what draws the pictures to train on.

    Raises:
        ConfigError: there are no captions in that language.
    """
    config, pictures = work.config, pictures_of(work.config)
    if config.target not in COLUMN:
        raise ConfigError(f"target must be one of {', '.join(COLUMN)}, not {config.target!r}")
    return Artist(
        work.data / pictures.sprites,
        None if pictures.scenes is None else work.data / pictures.scenes,
        config.target,
        size=pictures.size,
        share=pictures.share,
        kinds=pictures.kinds,
    )


def captioned(work: Workspace, name: str, limit: int | None = None) -> list[Captioned]:
    """Return the pictures of a table, all of the size that the model looks at.

    Raises:
        InputError: a file cannot be read, or a picture has another size.
    """
    found = read_captioned(work.data / name, work.config.target, limit)
    size = pictures_of(work.config).size
    for number, picture in enumerate(found, 2):
        if picture.pixels.shape != (size, size, 3):
            height, width, _ = picture.pixels.shape
            extent = f"{width} x {height} pixels"
            raise InputError(f"{name}, line {number}: {extent}, not {size} x {size}")
    return found


def valid(work: Workspace, limit: int | None = None) -> list[Captioned]:
    """Return the validation pictures, so many of each file."""
    return [p for name in work.config.data.valid for p in captioned(work, name, limit)]


def images(work: Workspace, pictures: Sequence[Captioned]) -> list[Read]:
    """Return pictures as the encoder takes them."""
    section = pictures_of(work.config)
    return [pixels_as_input(p.pixels, section.mean, section.scale) for p in pictures]


def evaluate(work: Workspace, folder: Path) -> tuple[list[dict[str, Any]], Bundle]:
    """Score the run's bundle on its test files; return the rows, and what was scored."""
    config = work.config
    scored = drafter(work, "fp32")(None) if work.fp32 else Bundle.read(work.stage("bundle"))
    tables = {Path(name).name: captioned(work, name, work.limit) for name in config.data.test}
    digests = {Path(n).name: file_digest(work.data / n) for n in config.data.test}
    with Captioner(scored, threads=work.threads or 1) as captioner:
        rows = evaluate_captions(
            captioner,
            tables,
            digests,
            beams=(1, config.package.beam_size),
            state=folder / "state.json",
            limit=work.limit,
        )
    return rows, scored


def train(work: Workspace) -> None:
    """Train, or continue."""
    config, pictures = work.config, pictures_of(work.config)
    if work.device != "cpu":
        raise ConfigError("captions are trained on the CPU", hint="--device cpu")
    text = work.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8")
    tokenizer = Tokenizer(text)
    examples = valid(work)
    if not examples:
        raise InputError(f"{work.config_path} names no validation data")
    batches = Batches(artist(work), tokenizer.encode, pictures.batch, config.training.seed)
    with work.training() as folder:
        validate = validator(examples, tokenizer, config.limits)
        loop = PictureRun(config, text, tokenizer.size, batches, folder, validate, tell=say)
        if loop.progress.update == 0:
            _begin(work, loop, text)
        loop.train()
        say(f"train   best exact match {loop.progress.best:.1f}")


MEASURED = 16
"""Batches on which batch norm is measured anew where training begins with a bundle."""


def _begin(work: Workspace, loop: PictureRun, text: str) -> None:
    """Give a run that has not begun the weights that fit of another run, or of a bundle, if any.

    Those of words are left out if the other has other words.
    """
    start = beginning(work.config)
    if start is None:
        return
    lent = _of_bundle(start, loop) if isinstance(start, Bundle) else load_start(start)
    check_license(work.config.package.license, lent.parents)
    same = lent.tokenizer is not None and shortened(lent.tokenizer) == shortened(text)
    words = set() if same else {"table.weight", "bias"}
    weights = {n: weight for n, weight in lent.weights.items() if n not in words}
    loop.begin_with(weights, lent.parents)


def _of_bundle(bundle: Bundle, loop: PictureRun) -> Start:
    """Return what training can begin with of a bundle of captions."""
    model = load_bundle_captioner(bundle)
    measure(model, loop.pictures(MEASURED))
    return Start(model.state_dict(), bundle.text("tokenizer"), [parent_of(bundle)])
