"""MODEL_CARD.md: what is known of a model from its files, then what people wrote about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from allez_export.config import Config
from allez_export.evaluate import SAID, length_table, table
from allez_export.families.family import Facts
from allez_export.judging import task_table
from allez_export.shortlist import comparison


def model_card(
    config: Config,
    facts: Facts,
    training: Mapping[str, Any],
    report: Mapping[str, Any],
    scores: Sequence[Mapping[str, Any]],
    fp32: Sequence[Mapping[str, Any]],
    prose: str,
    sizes: Mapping[str, int],
    trust: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the text of a model card.

    Args:
        config: the model's.
        facts: of the model.
        training: what `train` recorded of the run.
        report: what `verify` found.
        scores: rows of `evaluate`; empty before it was run.
        fp32: those of the same model before it was quantized; may be empty.
        prose: Markdown that no program can write.
        sizes: file name to bytes.
        trust: what `confidence.measure` found; empty or None if nothing was fitted.
    """
    lines = [
        f"# {config.name} {config.package.version}",
        "",
        f"{_what(config)}. For `allez` and any other host that follows its graph contract.",
        "",
        *_facts(config, facts, training, sizes),
        "",
        "## Scores",
        "",
        *(_scores(scores) if config.task == "translate" else _task_scores(config.task, scores)),
        *_behaviour(report, config.task, made_up=training.get("made_up") is True),
        *_loss(config.quantize.precision, scores, fp32, DECISIVE[config.task]),
        *_reference(report, imported="made_by" in training),
        *_shortlist(report),
        *_confidence(trust or {}),
        "",
        prose.strip(),
    ]
    return ("\n".join(lines).rstrip() + "\n").encode("utf-8")


def _what(config: Config) -> str:
    """Say what the bundle does."""
    language = (
        config.source if config.source == config.target else f"{config.source}-{config.target}"
    )
    return {
        "translate": f"Translates {config.source} to {config.target}",
        "summarize": f"Says in a line what a text is about ({language})",
        "reply": f"Replies to what is said ({language})",
        "caption": f"Says in a few words what a picture shows ({config.target})",
    }[config.task]


def _facts(
    config: Config, facts: Facts, training: Mapping[str, Any], sizes: Mapping[str, int]
) -> list[str]:
    largest = (f"{name} {size:,}" for name, size in sizes.items() if size > 100_000)
    rows = {
        "licence of the weights": config.package.license,
        "parameters": f"{facts.parameters:,}",
        **facts.card,
        "precision": config.quantize.precision,
        "files": f"{sum(sizes.values()):,} bytes: {', '.join(largest)}",
    }
    if "made_by" in training:
        rows["weights"] = f"of a checkpoint of {training['made_by']}"
    else:
        rows["training"] = (
            f"{training['updates']:,} updates, {training['target_tokens']:,} target tokens, "
            f"{training['hours']} hours; seed {config.training.seed}"
        )
    parents = [f"{parent['name']} {parent['version']}" for parent in training.get("parents", [])]
    if parents:
        rows["trained on from"] = ", ".join(parents)
    return ["| | |", "| --- | --- |", *(f"| {key} | {value} |" for key, value in rows.items())]


def _scores(scores: Sequence[Mapping[str, Any]]) -> list[str]:
    if not scores:
        return ["Not measured."]
    signatures = scores[0]["signatures"]
    return [
        "Of exactly these files, through the runtime: `allez-export evaluate BUNDLE FILE ...`, "
        "BUNDLE being their folder.",
        "",
        table([dict(row) for row in scores]),
        "",
        f"BLEU: `{signatures['bleu']}`; chrF: `{signatures['chrf']}`. Sentences per second are "
        "those of one machine; compare them with each other only.",
        "",
        length_table([dict(row) for row in scores if row["beam_size"] > 1]),
    ]


def _task_scores(task: str, scores: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what was measured of summaries or replies, domain by domain."""
    if not scores:
        return ["Not measured."]
    return [
        "Of exactly these files, through the runtime (`allez-export evaluate --config`), one "
        "reference each, in per cent. " + _MEANING[task],
        "",
        task_table(task, scores),
    ]


_MEANING = {
    "summarize": "ROUGE is the mean F1 of words in lower case, without stemming; exact: the line "
    "is that of its author, letter by letter.",
    "reply": "BLEU is sacreBLEU's; blanks F1 is of the bracketed names of all replies together; "
    "distinct-2 is how many of all pairs of words are different ones, beside people's.",
    "caption": "Exact: the caption is the one given, letter by letter. CIDEr weighs runs of words "
    "by how rare they are among the references of a file and kind, 0 to 10.",
}
"""What the columns of a table are."""

DECISIVE = {"translate": "bleu", "reply": "bleu", "summarize": "rouge_l", "caption": "exact"}
"""By which score quantizing is judged."""


def _loss(
    precision: str,
    scores: Sequence[Mapping[str, Any]],
    fp32: Sequence[Mapping[str, Any]],
    metric: str,
) -> list[str]:
    """Say what quantizing costs on each test file, where the fp32 graphs were scored too."""

    def part(row: Mapping[str, Any]) -> tuple[Any, ...]:
        return row["sha256"], row.get("domain"), row["beam_size"]

    before = {part(row): row[metric] for row in fp32 if metric in row}
    found = [
        f"{' '.join(filter(None, (row['file'], row.get('domain'))))} beam {row['beam_size']}: "
        f"{row[metric] - before[part(row)]:+.2f}"
        for row in scores
        if part(row) in before
    ]
    what = f"{SAID[metric]} of {precision} minus that of fp32"
    return ["", f"{what}: {'; '.join(found)}."] if found else []


def _shortlist(report: Mapping[str, Any]) -> list[str]:
    """Say what is listed, and what that changes."""
    if "shortlist" not in report:
        return []
    found = report["shortlist"]
    return [
        "",
        "Each step scores the whole vocabulary; with `--shortlist` only the words listed for the "
        f"sentence's words ({found['listed']:,} in all, {found['common']} for any sentence). With "
        "beam search, recall being the share of the words of the former's translations that are "
        "listed:",
        "",
        comparison(found["files"]),
    ]


def _confidence(trust: Mapping[str, Any]) -> list[str]:
    """Say what `Sentence.confidence` means, and how good it is on files it was not fitted on."""
    if not trust:
        return []
    rows = [
        f"| {row['file']} | {row['sentences']} | {row['bad']:.0%} | {row['auroc']:.2f} | "
        f"{row['simple']:.2f} | "
        + ", ".join(f"{said:.2f}: {true:.2f}" for said, true in row["calibration"])
        + " |"
        for row in trust["files"]
        if row["auroc"] is not None
    ]
    return [
        "",
        "## Confidence",
        "",
        "How likely chrF against a reference is 40 or more; a logistic regression fitted on "
        f"{', '.join(trust['fit'])}. AUROC is how often a sentence under 40 gets less than one "
        "above (0.5 is chance), beside that of length and mean score alone. Calibration: of equal "
        "parts of a file, the least likely first, the mean confidence and the share that was good.",
        "",
        "| file | sentences | under 40 | AUROC | length and score | calibration |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *rows,
    ]


def _reference(report: Mapping[str, Any], *, imported: bool) -> list[str]:
    """Say how closely an imported model follows its original."""
    if not imported:
        return []
    if "reference" not in report:
        return ["", "It was not compared with outputs of the original (`--reference`)."]
    found = report["reference"]
    lines = ["", f"Against the original's own outputs ({found['sentences']} sentences, fp32):"]
    if found["greedy_paths"]:
        lines[-1] += (
            f" {found['greedy_same']} of {found['greedy_paths']} greedy paths are the same."
        )
    if found["token_scores"]:
        lines[-1] += (
            f" Of {found['token_scores']:,} tokens' log-probabilities none differs by more than "
            f"{found['worst_token_score']:.1e}."
        )
    if "beam_texts" in found:
        lines[-1] += (
            f" With a beam of {found['beam_size']}, {found['beam_same']} of "
            f"{found['beam_texts']} translations are the same."
        )
    if lines[-1].endswith(":"):
        lines[-1] = "It was not compared with outputs of the original: only sentences were given."
    if "reference int8" in report:
        found = report["reference int8"]
        lines[-1] += (
            f" int8: chrF {found['chrf_of_int8_against_fp32']} against the translations of fp32."
        )
        if found["token_scores"]:
            lines[-1] += f" The mean score of a token changes by {found['mean_token_score']:+.4f}."
    return lines


def _behaviour(report: Mapping[str, Any], task: str, *, made_up: bool) -> list[str]:
    if "behaviour" not in report:
        return []
    found = report["behaviour"]
    kind = {"translate": "validation sentences", "caption": "validation pictures"}
    told = {"translate": "translations", "summarize": "summaries", "reply": "replies"}
    said = told.get(task, "captions")
    read = "texts of words thrown together" if made_up else kind.get(task, "validation texts")
    return [
        "",
        f"Against fp32 ({found['sentences']} {read}, greedy): "
        f"{found['identical']:.1%} of the {said} are identical, BLEU differs by "
        f"{found['bleu_difference']:+.2f}, chrF by {found['chrf_difference']:+.2f}.",
    ]
