"""Stage `verify`: the graphs are proved, and a report is kept."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import onnx

from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import load_model
from allez_export.families.family import Facts, Read
from allez_export.package import draft, sentence_rules
from allez_export.reference import follow, read_references
from allez_export.stages.workspace import Workspace, say
from allez_export.verify import verify


def examples(work: Workspace, tokenizer: Tokenizer, facts: Facts) -> tuple[list[Read], list[str]]:
    """Return validation sources as the encoder reads them, and what should become of them."""
    config = work.config
    if config.pictures is not None:
        from allez_export.stages.pictures import images, valid

        pictures = valid(work, config.quantize.calibration)
        return images(work, pictures), [picture.caption for picture in pictures]
    files = work.pairs(config.data.valid, config.quantize.calibration)
    pairs = [pair for _, some in files for pair in some]
    ids = tokenizer.encode_batch([source for source, _ in pairs])
    return [[*some, facts.source_end] for some in ids], [target for _, target in pairs]


def run(work: Workspace) -> None:
    """Prove the graphs, and keep a report."""
    with work.writing("verify") as folder:
        trained = load_model(work.need("train", "model.pt"))
        config = work.config
        rules = sentence_rules(config, work.config_path.parent)
        tokenizer, speller = trained.texts.tokenizers()
        exported: dict[str, Any] = {"fp32": None, "int8": None}
        for precision, stage in (("fp32", "trace"), ("int8", "quantize")):
            if precision == "int8" and config.quantize.precision == "fp32":
                continue
            paths = {role: work.need(stage, f"{role}.onnx") for role in ("encoder", "decoder")}
            graphs = {role: path.read_bytes() for role, path in paths.items()}
            told = "fp32" if precision == "fp32" else config.quantize.precision
            bundle = draft(
                config,
                trained.family.facts,
                trained.texts,
                rules,
                graphs,
                precision=told,
            )
            models = [onnx.load_from_string(data) for data in graphs.values()]
            exported[precision] = (*models, bundle)
        sentences, references = examples(work, tokenizer, trained.family.facts)
        checks = verify(
            trained.family,
            exported["fp32"],
            exported["int8"],
            sentences,
            references,
            speller.decode,
            config.quantize,
        )
        entries = read_references(work.references)
        if entries:
            int8 = exported["int8"]
            drafts = (exported["fp32"][2], None if int8 is None else int8[2])
            checks = chain(checks, follow(entries, *drafts))
        report = {}
        for name, values in checks:
            report[name] = values
            figures = ", ".join(f"{key} {value}" for key, value in values.items())
            say(f"verify  {name:18} ok   {figures}")
        (folder / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
