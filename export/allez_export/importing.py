"""`allez-export import`: a model that another toolkit trained, made a bundle by the usual stages.

The run's folder is written aside and takes its place when the bundle is whole. It holds what a
training would have left (`train/model.pt`) and a configuration, so that single stages can be made
again by their own commands.
"""

from __future__ import annotations

import dataclasses
import json
import random
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allez.bundle.contract import SEARCH_FIELDS
from allez.errors import InputError, OptionError, OutputError
from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import Vocabularies, save
from allez_export.config import Config, DataConfig, PackageConfig, QuantizeConfig
from allez_export.data.read import Pair, read_pairs
from allez_export.evaluate import torch_search
from allez_export.folders import rules_path, written_aside
from allez_export.reference import LINE, check_known, read_references
from allez_export.stages import run_stage
from allez_export.stages.workspace import Workspace, say
from allez_export.toolkits import toolkit
from allez_export.toolkits.files import read_text
from allez_export.toolkits.imported import Imported

TEXTS = "texts.tsv"
"""Sentences that show how large activations get and of which golden ones are made."""

MADE_UP = 200
"""Sentences of words of the vocabulary, where no others are given."""

ENOUGH = 40
"""Sentences that were given to which none are made up."""

FEW_REPEATS = "No block of words stands in a row for ever, as it may in the toolkit."
"""What the card says where our rule against loops was asked for."""

_NAME = re.compile(r"[^\W_][\w.-]{0,99}")
"""Of a model, which is part of file names."""

LEAST_AGREEMENT = 90.0
"""chrF of int8's translations, those of fp32 being the reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the user asks for."""

    toolkit: str
    paths: Sequence[Path]
    out: Path
    name: str
    source: str
    target: str
    license: str
    notice: Path
    data: Sequence[Path] = ()
    """TSV files of pairs: scored, and calibrated on."""
    references: Sequence[Path] = ()
    """What the toolkit itself makes of some sentences; see `allez_export.reference`."""
    precision: str = "int8"
    sentences: str | None = None
    version: str = "1.0.0"
    beam_size: int | None = None
    length_penalty: float | None = None
    length_offset: float | None = None
    early_stopping: str | None = None
    finished: str | None = None
    repeats: str | None = None
    force: bool = False
    threads: int | None = None


def import_model(order: Order) -> Path:
    """Make a bundle of a toolkit's files; return its folder.

    Raises:
        AllezError: of some kind; nothing is left of what was begun.
    """
    _check_place(order.out, force=order.force)
    if not _NAME.fullmatch(order.name):
        raise OptionError(
            f"{order.name!r} is no name for a model", hint="letters, digits, hyphens and dots"
        )
    for option, text in (("--license", order.license), ("--model-version", order.version)):
        if not text.strip() or not text.isprintable():
            raise OptionError(f"{option} is {text!r}, no text", hint="allez-export import --help")
    notice = read_text(order.notice)
    config = _config(order)
    rules_path(config, Path())
    for path in order.data:
        if not list(read_pairs(path)):
            raise InputError(
                f"{path} holds no sentence pair", hint="each line is: source, tab, target"
            )
    references = read_references(order.references)
    if order.references and not references:
        raise InputError(f"{order.references[0]} holds no sentence", hint=LINE)
    imported = toolkit(order.toolkit).read(order.paths)
    check_known(references, imported.family.facts.vocabulary)
    config = _searched(config, order, imported)
    if config.package.repeats == "few":
        imported = dataclasses.replace(imported, remarks=(*imported.remarks, FEW_REPEATS))
    say(f"import  {imported.made_by}: {imported.family.facts.parameters:,} parameters")
    for remark in imported.remarks:
        say(f"import  {remark}")
    with written_aside(order.out) as partial:
        work = Workspace(
            config=config,
            config_path=partial / f"{order.name}.toml",
            data=partial,
            out=partial,
            force=True,
            threads=order.threads,
            device="cpu",
            limit=None,
            references=tuple(path.resolve() for path in order.references),
            final=order.out,
        )
        (partial / "NOTICE").write_text(notice, encoding="utf-8")
        (partial / "card.md").write_text(_prose(imported), encoding="utf-8")
        work.config_path.write_text(_toml(config), encoding="utf-8")
        _save(work, imported, made_up=not order.data and len(references) < ENOUGH)
        if not order.data:
            pairs = _texts(imported, [entry.source for entry in references])
            lines = "".join(f"{source}\t{target}\n" for source, target in pairs)
            (partial / TEXTS).write_text(lines, encoding="utf-8")
        _make(work, scored=bool(order.data))
    return order.out / "bundle"


def _check_place(out: Path, *, force: bool) -> None:
    """Demand that nothing is lost where a run is to be written.

    Raises:
        OutputError: something is there that is not to be made again, or was not made here.
    """
    if out.name in ("", ".."):
        raise OutputError(f"{out} is no name of a folder", hint="--out: name one within another")
    if not out.exists():
        return
    if not force:
        raise OutputError(f"{out} exists", hint="--force makes it again")
    if out.is_dir() and any(out.iterdir()) and not (out / "train" / "model.pt").is_file():
        raise OutputError(
            f"{out} is not the folder of a run, so --force does not replace it",
            hint="name another folder",
        )
    if not out.is_dir():
        raise OutputError(f"{out} is a file", hint="--out: name a folder")


def _make(work: Workspace, *, scored: bool) -> None:
    stages = ["trace", "quantize", "verify", "package"]
    if work.config.quantize.precision == "fp32":
        stages.remove("quantize")
    for stage in [*stages, "evaluate"] if scored else stages:
        run_stage(stage, work)
        if stage == "quantize" and not _quantized(work):
            say("import  no matrix is so large that int8 would be faster: the bundle is fp32")
            work = _left_alone(work)


def _quantized(work: Workspace) -> bool:
    """Tell whether any weight is in fewer bits."""
    report = json.loads((work.stage("quantize") / "report.json").read_text(encoding="utf-8"))
    return any(part["quantized"] for part in report.values())


def _left_alone(work: Workspace) -> Workspace:
    """Return the work as if fp32 had been asked for: a bundle says what it is."""
    shutil.rmtree(work.stage("quantize"))
    quantize = dataclasses.replace(work.config.quantize, precision="fp32")
    config = dataclasses.replace(work.config, quantize=quantize)
    work.config_path.write_text(_toml(config), encoding="utf-8")
    return dataclasses.replace(work, config=config)


def _config(order: Order) -> Config:
    files = tuple(str(path.resolve()) for path in order.data)
    return Config(
        name=order.name,
        source=order.source,
        target=order.target,
        data=DataConfig(root=str(order.out), valid=files or (TEXTS,), test=files),
        quantize=QuantizeConfig(
            precision=order.precision,  # type: ignore[arg-type]
            least_identical=0.0,
            # Of words thrown together, what comes out hangs on the last digits.
            least_agreement=LEAST_AGREEMENT if order.data or order.references else 0.0,
            most_bleu_lost=100.0,
        ),
        package=PackageConfig(
            version=order.version,
            license=order.license,
            sentences=order.sentences,
            notice="NOTICE",
            card="card.md",
            least_golden=0,  # what others trained may decide few sentences clearly
        ),
    )


def _searched(config: Config, order: Order, imported: Imported) -> Config:
    """Return the configuration with the toolkit's own way of searching, or the user's."""
    keys = [field["key"] for field in SEARCH_FIELDS]
    chosen = {key: getattr(imported if getattr(order, key) is None else order, key) for key in keys}
    package = dataclasses.replace(config.package, **chosen)
    quantize = dataclasses.replace(config.quantize, least_weights=imported.least_weights)
    return dataclasses.replace(config, package=package, quantize=quantize)


def _save(work: Workspace, imported: Imported, *, made_up: bool) -> None:
    """Leave what a training would have left."""
    family = imported.family
    state: dict[str, Any] = {
        "config": dataclasses.asdict(work.config),
        "tokenizer": imported.source_tokenizer,
        "target_tokenizer": imported.target_tokenizer,
        "family": {"name": family.name, "config": dataclasses.asdict(family.config)},
        "weights": dict(family.weights),
        "training": {
            "made_by": imported.made_by,
            "remarks": list(imported.remarks),
            "made_up": made_up,
        },
    }
    (work.out / "train").mkdir()
    save(state, work.out / "train" / "model.pt")
    if imported.shortlist is not None:
        (work.out / "train" / "shortlist.bin").write_bytes(imported.shortlist)


def _prose(imported: Imported) -> str:
    lines = [f"## Imported\n\nThe weights are those of a checkpoint of {imported.made_by}."]
    if imported.remarks:
        lines.append("What differs from it:\n\n" + "\n".join(f"- {r}" for r in imported.remarks))
    return "\n\n".join(lines) + "\n"


def _texts(imported: Imported, given: Sequence[str]) -> list[Pair]:
    """Return sentences, given or made up, and what the model makes of them."""
    texts = Vocabularies(imported.source_tokenizer, imported.target_tokenizer)
    tokenizer, speller = texts.tokenizers()
    end = imported.family.facts.source_end
    found = list(dict.fromkeys(map(_line, given)))
    if len(found) < ENOUGH:
        found += made_up(tokenizer, MADE_UP)
    usable = [(text, ids) for text in found if (ids := tokenizer.encode(text))]
    answers = torch_search(
        imported.family, [[*ids, end] for _, ids in usable], repeats=imported.repeats
    )
    return [
        (text, _line(speller.decode(answer[0].tokens)))
        for (text, _), answer in zip(usable, answers, strict=True)
    ]


def _line(text: str) -> str:
    """Return a text without what would end its line or column."""
    return " ".join(text.split())


def made_up(tokenizer: Tokenizer, count: int) -> list[str]:
    """Return texts of two to eight words of a vocabulary, always the same ones."""
    drawn = random.Random(0)
    ids = range(tokenizer.size)
    words = [word for i in ids if (word := tokenizer.decode([i]).strip()).isalpha()]
    if not words:
        raise InputError("the source vocabulary has no word", hint="--data: give sentences")
    return [" ".join(drawn.choices(words, k=drawn.randint(2, 8))) for _ in range(count)]


def _toml(config: Config) -> str:
    """Return the configuration as a file, for later commands."""
    lines = [f"{key} = {_value(getattr(config, key))}" for key in ("name", "source", "target")]
    for section in ("data", "quantize", "package"):
        lines.append(f"\n[{section}]")
        part = getattr(config, section)
        for item in dataclasses.fields(part):
            value = getattr(part, item.name)
            if value is not None and value != item.default:
                lines.append(f"{item.name} = {_value(value)}")
    return "# Written by `allez-export import`.\n" + "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
