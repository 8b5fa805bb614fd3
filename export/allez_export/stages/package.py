"""Stage `package`: the bundle, with its scores if they were measured on these very graphs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from allez.errors import OutputError
from allez_export.card import model_card
from allez_export.checkpoints import load_model
from allez_export.evaluate import bundle_identity, read_state
from allez_export.package import (
    NAMES,
    draft,
    golden_lines,
    read_beside,
    sentence_rules,
    shortened,
    write_bundle,
)
from allez_export.stages.inputs import drafter, learnt_for, listed
from allez_export.stages.workspace import Workspace, say


def run(work: Workspace) -> None:
    """Write the bundle, with its scores if they were measured on these very graphs."""
    folder = work.stage("bundle")
    if folder.exists() and not work.force:
        raise OutputError(f"{folder} exists", hint="--force makes it again")
    config, beside = work.config, work.config_path.parent
    precision = config.quantize.precision
    stage = "trace" if precision == "fp32" else "quantize"
    trained = load_model(work.need("train", "model.pt"))
    facts, tokenizer = trained.family.facts, trained.tokenizer
    rules = sentence_rules(config, beside)
    roles = ("encoder", "decoder")
    graphs = {role: work.need(stage, f"{role}.onnx").read_bytes() for role in roles}
    report = json.loads(work.need("verify", "report.json").read_text(encoding="utf-8"))
    if stage == "quantize":
        nodes = work.need("quantize", "report.json").read_text(encoding="utf-8")
        report["nodes"] = json.loads(nodes)
    shortlist = listed(work)
    bundle = draft(
        config, facts, tokenizer, rules, graphs, precision=precision, shortlist=shortlist
    )
    if shortlist is not None:
        report["shortlist"] = learnt_for(work, bundle)
    scores = measured(work, bundle_identity(bundle.manifest))
    before = []
    if precision != "fp32" and (work.stage("evaluate") / "fp32").exists():
        before = measured(
            work, bundle_identity(drafter(work, "fp32")(listed(work)).manifest), "fp32"
        )
    texts = [source for _, pairs in work.pairs(config.data.valid, 1000) for source, _ in pairs]
    notice = read_beside(config.package.notice, beside, "No notice was written for this model.\n")
    content = {
        **graphs,
        "tokenizer": shortened(tokenizer).encode("utf-8"),
        "sentences": rules,
        "golden": golden_lines(bundle, texts, config.package.golden),
        "notice": notice.encode("utf-8"),
        "report": (json.dumps(report, indent=1) + "\n").encode("utf-8"),
    }
    if shortlist is not None:
        content["shortlist"] = shortlist
    prose = read_beside(config.package.card, beside, "")
    sizes = {NAMES[role]: len(data) for role, data in content.items()}
    content["card"] = model_card(
        config, facts, trained.record, report, scores, before, prose, sizes
    )
    write_bundle(folder, config, facts, content, precision=precision, scores=summary(scores))
    total = sum(path.stat().st_size for path in folder.iterdir())
    say(f"package {folder}: {total:,} bytes, self-test passed")


def measured(work: Workspace, identity: list[str], part: str = "") -> list[dict[str, Any]]:
    """Return the scores of exactly this bundle; none if another one was scored, or in part."""
    state = read_state(work.stage("evaluate") / part / "state.json")
    rows: list[dict[str, Any]] = state.get("rows", [])
    whole = len(rows) == 2 * len(work.config.data.test) and state.get("limit") is None
    return rows if whole and state.get("bundle") == identity else []


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the scores as the manifest has them."""
    return {
        f"{row['file']} beam {row['beam_size']}": {"bleu": row["bleu"], "chrf": row["chrf"]}
        for row in rows
    }
