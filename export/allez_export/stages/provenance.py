"""What a stage is made from: hashes of files, and the configuration it reads.

A stage leaves this in its folder as `stage.json`. It is fresh while that equals what it would be
made from now; times of files say nothing. Imports nothing heavy, so that asking is quick.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allez.bundle.reader import Bundle, find
from allez_export.config import Config, ConfigError, SourceConfig
from allez_export.folders import data_path, rules_path
from allez_export.records import file_digest

if TYPE_CHECKING:
    from allez_export.stages.workspace import Workspace

RECORD = "stage.json"

MADE = ("vocabulary", "align", "trace", "quantize", "verify", "shortlist", "package")
"""Stages that are made at once; `train` and `evaluate` go on by themselves, and check what with."""

GRAPHS = ("encoder.onnx", "decoder.onnx")

Recipe = dict[str, dict[str, Any]]
"""Under "files" the SHA-256 of each, under "config" the values that are read."""

_FILTER = (
    *("task", "data.train", "data.max_words", "data.max_ratio"),
    *("data.columns", "data.domain_column"),
)
"""What decides which pairs there are; see `_filter`."""

_VALID = ("data.valid", "data.columns", "data.domain_column", "data.valid_domains")
"""What decides which pairs are validated on."""

_ANSWERS = ("task", "input", "limits")
"""What decides how texts are read, and how long an answer may get."""


def recipe(work: Workspace, stage: str) -> Recipe:
    """Return what a stage would be made from now.

    Raises:
        InputError: a file that it needs is not there, or cannot be read.
    """
    found: Recipe = {"files": {}, "config": {}}
    keys, files = _READS[stage](work)
    for key in keys:
        found["config"][key] = _plain(work.config, key)
    for name, path in files:
        found["files"][name] = file_digest(path, hint="name the data folder with --data")
    return found


def stale(work: Workspace, stage: str) -> str | None:
    """Return why a stage that was made is not what would be made now; None if it is."""
    path = work.stage(stage) / RECORD
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "nothing tells what it was made from"
    now = json.loads(json.dumps(recipe(work, stage)))
    if before == now:
        return None
    names = [
        name
        for part in ("config", "files")
        for name in sorted({*now[part], *before.get(part, {})})
        if now[part].get(name) != before.get(part, {}).get(name)
    ]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more} changed"


def _plain(config: Config, key: str) -> Any:
    value: Any = config
    for part in key.split("."):
        value = getattr(value, part)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, tuple):
        return [dataclasses.asdict(v) if isinstance(v, SourceConfig) else v for v in value]
    return value


Files = list[tuple[str, Path]]
Reads = tuple[Sequence[str], Files]


def _of_stage(work: Workspace, stage: str, *names: str) -> Files:
    return [(f"{stage}/{name}", work.need(stage, name)) for name in names]


def _with_zips(work: Workspace, names: Sequence[str]) -> Files:
    """Return tables of pictures, and the zips beside them."""
    paths = [work.data / name for name in names]
    both = [path for table in paths for path in (table, table.with_suffix(".zip"))]
    return [(str(path.relative_to(work.data)), path) for path in both]


def _filter(work: Workspace) -> Sequence[str]:
    """Return the keys that decide which pairs there are.

    `data.never` only if it forbids something: what was made before there was such a key is fresh.
    """
    return (*_FILTER, "data.never") if work.config.data.never else _FILTER


def _training_files(work: Workspace) -> Files:
    pictures = work.config.pictures
    if pictures is not None:
        scenes = [] if pictures.scenes is None else [(pictures.scenes, work.data / pictures.scenes)]
        return [*_with_zips(work, [pictures.sprites]), *scenes]
    sources = work.config.data.train
    names = [n for s in sources for n in (s.path, s.target_path) if n is not None]
    return [(name, data_path(name, work.data)) for name in names]


def _valid_files(work: Workspace) -> Files:
    if work.config.pictures is not None:
        return _with_zips(work, work.config.data.valid)
    return [(name, work.data / name) for name in work.config.data.valid]


def beginning(config: Config) -> Bundle | Path | None:
    """Return what training begins with: a bundle, a file of a training run, or nothing.

    Raises:
        ConfigError: it is not there, or has another version than the configuration says.
    """
    training = config.training
    if training.begin_with is None:
        return None
    if training.begin_with.endswith(".pt"):
        path = Path(training.begin_with)
        if not path.is_file():
            raise ConfigError(f"training.begin_with: there is no {path}")
        return path
    try:
        bundle = Bundle.read(find(training.begin_with))
    except FileNotFoundError as error:
        raise ConfigError(
            f"training.begin_with: {error}",
            hint="name a bundle or its folder; a path is relative to the working folder",
        ) from None
    wanted, version = training.begin_with_version, bundle.manifest.version
    if wanted not in (None, version):
        raise ConfigError(
            f"training.begin_with: {bundle.path} is version {version}, not {wanted}",
            hint="give the path of that version's bundle",
        )
    return bundle


def lender(config: Config) -> Bundle | None:
    """Return the bundle whose words captions take: training begins with it, in their language.

    Raises:
        ConfigError: see `beginning`.
    """
    begin = beginning(config)
    if isinstance(begin, Bundle) and begin.manifest.target.language == config.target:
        return begin
    return None


def _vocabulary(work: Workspace) -> Reads:
    begin, file = beginning(work.config), work.config.vocabulary.file
    if file is not None:
        return ("vocabulary",), [("vocabulary.file", work.config_path.parent / file)]
    if work.config.pictures is not None:
        begin = lender(work.config)
        if begin is None:
            return ("vocabulary", "target", "training.seed"), _training_files(work)
    if isinstance(begin, Bundle):
        return ("vocabulary.symbols",), [("training.begin_with", begin.path / "manifest.json")]
    if begin is not None:
        return ("vocabulary.symbols",), [("training.begin_with", begin)]
    keys = (*_filter(work), "vocabulary", "training.seed", "input.separator")
    return keys, _training_files(work)


def _align(work: Workspace) -> Reads:
    keys = (*_filter(work), "data.align_pairs", "training.seed")
    return keys, [*_of_stage(work, "vocabulary", "tokenizer.json"), *_training_files(work)]


def _trace(work: Workspace) -> Reads:
    return (), _of_stage(work, "train", "model.pt")


def _quantize(work: Workspace) -> Reads:
    keys = ("quantize.precision", "quantize.calibration", *_VALID)
    files = [*_of_stage(work, "trace", *GRAPHS), *_of_stage(work, "train", "model.pt")]
    return keys, [*files, *_valid_files(work)]


def graphs(work: Workspace) -> Files:
    """Return the graphs that are packaged."""
    fp32 = work.config.quantize.precision == "fp32"
    return _of_stage(work, "trace" if fp32 else "quantize", *GRAPHS)


def _verify(work: Workspace) -> Reads:
    keys = ("quantize", *_VALID, "source", "target", "package.sentences", *_ANSWERS)
    files = [*_of_stage(work, "train", "model.pt"), *_of_stage(work, "trace", *GRAPHS)]
    files += [*graphs(work), *_valid_files(work)]
    if work.config.pictures is None:
        files.append(("sentences", rules_path(work.config, work.config_path.parent)))
    return keys, files


def _shortlist(work: Workspace) -> Reads:
    keys = (*_filter(work), "shortlist", "training.seed", *_VALID)
    return keys, [*graphs(work), *_training_files(work), *_valid_files(work)]


def _package(work: Workspace) -> Reads:
    config, beside = work.config, work.config_path.parent
    _, files = _verify(work)
    files += _of_stage(work, "verify", "report.json")
    if config.shortlist is not None:
        files += _of_stage(work, "shortlist", "shortlist.bin", "report.json")
    for name in (config.package.notice, config.package.card):
        files += [(name, beside / name)] if name is not None else []
    for part in ("state.json", "fp32/state.json", "confidence.json"):
        path = work.stage("evaluate") / part
        files += [(f"evaluate/{part}", path)] if _whole(path) else []
    keys = ("name", "source", "target", "package", "quantize", "shortlist", "data.train")
    return (
        *keys,
        "pictures",
        *_VALID,
        *_ANSWERS,
        "data.test",
        "data.talks",
        "training.seed",
    ), files


def _whole(state: Path) -> bool:
    """Tell whether scores are there, and of whole files, as the card wants them."""
    try:
        return json.loads(state.read_text(encoding="utf-8")).get("limit") is None
    except (OSError, ValueError):
        return False


_READS: dict[str, Callable[[Workspace], Reads]] = {
    "vocabulary": _vocabulary,
    "align": _align,
    "trace": _trace,
    "quantize": _quantize,
    "verify": _verify,
    "shortlist": _shortlist,
    "package": _package,
}
