"""Stage `package`: the bundle, with its scores if they were measured on these very graphs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from allez.bundle.reader import Bundle
from allez.errors import OutputError
from allez_export.card import model_card
from allez_export.checkpoints import load_model
from allez_export.evaluate import bundle_identity
from allez_export.folders import read_beside
from allez_export.golden import golden_lines
from allez_export.judging import COLUMNS, TALKS
from allez_export.package import (
    NAMES,
    draft,
    sentence_rules,
    vocabulary_files,
    write_bundle,
)
from allez_export.parents import check_license, with_notices
from allez_export.records import read_state
from allez_export.stages.inputs import drafter, listed, name_list
from allez_export.stages.provenance import RECORD, Recipe, recipe
from allez_export.stages.workspace import Workspace, say

CONFIDENCE = "confidence.json"
"""In the folder of `evaluate`: what was fitted."""


def run(work: Workspace) -> None:
    """Write the bundle, with its scores if they were measured on these very graphs."""
    folder = work.stage("bundle")
    if folder.exists() and not work.force:
        raise OutputError(f"{folder} exists", hint="--force makes it again")
    config, beside = work.config, work.config_path.parent
    made_from = recipe(work, "package")
    precision = config.quantize.precision
    stage = "trace" if precision == "fp32" else "quantize"
    trained = load_model(work.need("train", "model.pt"))
    facts, tokenizer = trained.family.facts, trained.texts
    parents = trained.record.get("parents", [])
    check_license(config.package.license, parents)
    rules = sentence_rules(config, beside)
    graphs = {r: work.need(stage, f"{r}.onnx").read_bytes() for r in ("encoder", "decoder")}
    shortlist = listed(work)
    report = _report(work, quantized=stage == "quantize")
    bundle = draft(
        config,
        facts,
        tokenizer,
        rules,
        graphs,
        precision=precision,
        shortlist=shortlist,
        names=name_list(work),
    )
    scores = measured(work, bundle_identity(bundle.manifest))
    trust = trusted(work, bundle_identity(bundle.manifest))
    before = earlier(work, precision)
    notice = read_beside(config.package.notice, beside, "No notice was written for this model.\n")
    content = {
        **graphs,
        **vocabulary_files(tokenizer),
        "golden": golden(work, bundle),
        "notice": with_notices(notice, parents).encode("utf-8"),
        "report": (json.dumps(report, indent=1) + "\n").encode("utf-8"),
    }
    optional = {"sentences": rules, "shortlist": shortlist, "names": name_list(work)}
    content |= {role: data for role, data in optional.items() if data is not None}
    prose = read_beside(config.package.card, beside, "")
    sizes = {NAMES[role]: len(data) for role, data in content.items()}
    content["card"] = model_card(
        config, facts, trained.record, report, scores, before, prose, sizes, trust
    )
    write_bundle(
        folder,
        config,
        facts,
        content,
        precision=precision,
        scores=summary(config.task, scores),
        parents=parents,
        confidence=trust.get("weights"),
    )
    keep_record(work, made_from)
    total = sum(path.stat().st_size for path in folder.iterdir())
    say(f"package {work.shown(folder)}: {total:,} bytes, self-test passed")


def golden(work: Workspace, bundle: Bundle) -> bytes:
    """Return golden examples, made of the validation data."""
    config = work.config
    if config.pictures is not None:
        from allez_export.golden import golden_pictures
        from allez_export.stages.pictures import valid

        return golden_pictures(bundle, valid(work), config.package.golden)
    texts = [source for _, pairs in work.pairs(config.data.valid, 1000) for source, _ in pairs]
    return golden_lines(bundle, texts, config.package.golden)


def _report(work: Workspace, *, quantized: bool) -> dict[str, Any]:
    """Return what the stages before have found out about the graphs."""

    def read(stage: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(
            work.need(stage, "report.json").read_text(encoding="utf-8")
        )
        return content

    report = read("verify")
    if quantized:
        report["nodes"] = read("quantize")
    if work.config.shortlist is not None:
        report["shortlist"] = read("shortlist")
    return report


def keep_record(work: Workspace, made_from: Recipe) -> None:
    """Write what a bundle was made from beside it: the bundle's own folder is what people get."""
    record = work.stage("package") / RECORD
    record.parent.mkdir(exist_ok=True)
    record.write_text(json.dumps(made_from, indent=1), encoding="utf-8")


def earlier(work: Workspace, precision: str) -> list[dict[str, Any]]:
    """Return the scores of the fp32 graphs, if others are packaged and those were scored too."""
    if precision == "fp32" or not (work.stage("evaluate") / "fp32").exists():
        return []
    bundle = drafter(work, "fp32")(listed(work))
    return measured(work, bundle_identity(bundle.manifest), "fp32")


def measured(work: Workspace, identity: list[str], part: str = "") -> list[dict[str, Any]]:
    """Return the scores of exactly this bundle; none if another one was scored, or in part."""
    state = read_state(work.stage("evaluate") / part / "state.json")
    rows: list[dict[str, Any]] = state.get("rows", [])
    config = work.config
    files = [Path(name).name for name in (*config.data.test, *config.data.talks)]
    wanted = {(file, beam) for file in files for beam in (1, config.package.beam_size)}
    whole = {(row["file"], row["beam_size"]) for row in rows} == wanted
    whole = whole and bool(rows) and state.get("limit") is None
    return rows if whole and state.get("bundle") == identity else []


def trusted(work: Workspace, identity: list[str]) -> dict[str, Any]:
    """Return what was fitted for `Sentence.confidence` of exactly this bundle; {} if nothing."""
    known = read_state(work.stage("evaluate") / CONFIDENCE)
    fitted = known.get("fit") == list(work.config.package.confidence)
    return known if fitted and known.get("bundle") == identity else {}


def summary(task: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the scores as the manifest has them."""
    names = ("bleu", "chrf") if task == "translate" else (*COLUMNS[task], *TALKS)
    return {
        f"{row['file']} {row.get('domain', '')} beam {row['beam_size']}".replace("  ", " "): {
            name: row[name] for name in names if name in row
        }
        for row in rows
    }
