"""What each subcommand does: one stage reads what the stages before it wrote.

A model is made in one folder with a folder per stage. A stage is written aside and renamed when
it is done; what exists is not made again without `force`. Heavy imports wait inside the stages.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from allez.bundle.reader import Bundle
from allez.errors import InputError, OptionError, OutputError
from allez_export.workspace import (
    Workspace,
    beginning,
    digests,
    learnt_for,
    listed,
    load_sources,
    say,
)

if TYPE_CHECKING:
    from allez_export.data import Pair

STAGES = (
    *("vocabulary", "align", "train", "trace", "quantize", "verify"),
    *("candidates", "package", "evaluate"),
)
"""In the order in which they build on each other."""


def run_vocabulary(work: Workspace) -> None:
    """Learn the subwords, or take those of the bundle that training begins with."""
    from allez_export.data import sample_lines
    from allez_export.vocabulary import learn

    config = work.config
    with work.writing("vocabulary") as folder:
        if config.training.begin_with is not None:
            subwords = beginning(config.training).data("tokenizer")
            (folder / "tokenizer.json").write_bytes(subwords)
            return
        sources = load_sources(work, scored=False)
        lines = sample_lines(sources, config.data, config.vocabulary.sample, config.training.seed)
        text = learn(lines, config.vocabulary)
        (folder / "tokenizer.json").write_text(text, encoding="utf-8")


def run_align(work: Workspace) -> None:
    """Learn which words translate which, and score every pair by it."""
    import numpy as np

    from allez.text.tokenizer import Tokenizer
    from allez_export.align import SURE, learn_lexicon, score_examples, word_frequency
    from allez_export.data import sample_pairs

    config = work.config
    tokenizer = Tokenizer(work.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8"))

    def encoded(pairs: Sequence[Pair]) -> list[tuple[list[int], list[int]]]:
        sides = [tokenizer.encode_batch([pair[side] for pair in pairs]) for side in (0, 1)]
        return list(zip(*sides, strict=True))

    with work.writing("align") as folder:
        sources = load_sources(work, scored=False)
        seed = config.training.seed
        drawn = list(sample_pairs(sources, config.data, config.data.align_pairs, seed))
        sample = [example for example in encoded(drawn) if example[0] and example[1]]
        say(f"align   {len(sample)} pairs")
        lexicon = learn_lexicon(sample, tokenizer.size)
        frequency = word_frequency(sample, tokenizer.size)
        scores = {}
        for source, pairs in zip(config.data.train, sources, strict=True):
            examples = encoded(pairs)
            judged = [i for i, (s, t) in enumerate(examples) if s and len(t) > SURE]
            scores[source.name] = np.full(len(pairs), np.inf, dtype=np.float32)
            found = score_examples([examples[i] for i in judged], lexicon, frequency)
            scores[source.name][judged] = found
        np.savez_compressed(folder / "scores.npz", **scores)  # type: ignore[arg-type]


def run_train(work: Workspace) -> None:
    """Train, or continue."""
    import torch

    from allez.text.tokenizer import Tokenizer
    from allez_export.data import Stream
    from allez_export.evaluate import validator
    from allez_export.train import Run
    from allez_export.weights import load_bundle_model

    config, training = work.config, work.config.training
    if work.device == "cuda" and not torch.cuda.is_available():
        raise OptionError("torch sees no CUDA device", hint="--device cpu")
    threads = work.threads or training.threads
    if threads is not None:
        torch.set_num_threads(threads)
    text = work.need("vocabulary", "tokenizer.json").read_text(encoding="utf-8")
    tokenizer = Tokenizer(text)
    valid = work.pairs(config.data.valid, config.data.valid_limit)
    if not valid:
        raise InputError(f"{work.config_path} names no validation data")
    stream = Stream(
        load_sources(work),
        config.data,
        tokenizer,
        seed=training.seed,
        chunk_tokens=training.chunk_tokens,
        batch_tokens=training.batch_tokens,
    )
    folder = work.stage("train")
    if work.force:  # not before everything else was read
        shutil.rmtree(folder, ignore_errors=True)
    run = Run(
        config,
        text,
        tokenizer.size,
        stream,
        folder,
        validator(valid, tokenizer),
        device=work.device,
    )
    if training.begin_with is not None and run.progress.update == 0:
        run.begin_with(load_bundle_model(beginning(training)))
    run.train()
    say(f"train   best validation BLEU {run.progress.best:.2f}")


def run_trace(work: Workspace) -> None:
    """Trace the trained model to fp32 graphs."""
    from allez_export.trace import trace
    from allez_export.train import load_model

    with work.writing("trace") as folder:
        model, *_ = load_model(work.need("train", "model.pt"))
        trace(model, folder)
        sizes = [f"{path.name} {path.stat().st_size:,}" for path in sorted(folder.iterdir())]
        say(f"trace   {', '.join(sizes)} bytes")


def features_range(work: Workspace, model: Any, tokenizer: str) -> float:
    """Return the largest value that reaches the vocabulary layer on validation sentences."""
    import torch

    from allez.text.tokenizer import Tokenizer
    from allez_export.data import make_batches

    if model.decoder.second is None:
        return 1.0  # a tanh
    subwords = Tokenizer(tokenizer)
    pairs = [
        pair
        for _, some in work.pairs(work.config.data.valid, work.config.quantize.calibration)
        for pair in some
    ]
    examples = [(subwords.encode(s), subwords.encode(t)) for s, t in pairs]
    largest = 0.0
    with torch.no_grad():
        for batch in make_batches([e for e in examples if e[0]], 2000):
            target = torch.from_numpy(batch.target)
            features = model(torch.from_numpy(batch.source), target[:, :-1])
            largest = max(largest, float(features[target[:, 1:] != 0].abs().max()))
    return largest


def run_quantize(work: Workspace) -> None:
    """Turn the fp32 graphs into int8 ones, and store their weights in four bits if wanted."""
    import onnx

    from allez_export.fourbit import pack
    from allez_export.quantize import quantize
    from allez_export.train import load_model

    if work.config.quantize.precision == "fp32":
        say("quantize  nothing to do: the configuration asks for fp32")
        return
    with work.writing("quantize") as folder:
        fp32 = [onnx.load(work.need("trace", name)) for name in ("encoder.onnx", "decoder.onnx")]
        model, _, tokenizer, _ = load_model(work.need("train", "model.pt"))
        largest = features_range(work, model, tokenizer)
        encoder, decoder, reports = quantize(fp32[0], fp32[1], largest)
        if work.config.quantize.precision == "w4":
            encoder, decoder = pack(encoder), pack(decoder)
        onnx.save(encoder, folder / "encoder.onnx")
        onnx.save(decoder, folder / "decoder.onnx")
        plain = {name: dataclasses.asdict(report) for name, report in reports.items()}
        (folder / "report.json").write_text(json.dumps(plain, indent=1), encoding="utf-8")
        for name, report in reports.items():
            for entry in report.kept:
                say(f"quantize  {name} {entry['node']} {entry['weight']} stays: {entry['why']}")
            say(f"quantize  {name}: {len(report.quantized)} weights are quantized")


def run_verify(work: Workspace) -> None:
    """Prove the graphs, and keep a report."""
    import onnx

    from allez.text.tokenizer import Tokenizer
    from allez_export.package import draft, sentence_rules
    from allez_export.train import load_model
    from allez_export.verify import verify
    from allez_export.vocabulary import EOS

    with work.writing("verify") as folder:
        model, _, text, _ = load_model(work.need("train", "model.pt"))
        config = work.config
        rules = sentence_rules(config, work.config_path.parent)
        tokenizer = Tokenizer(text)
        exported: dict[str, Any] = {"fp32": None, "int8": None}
        for precision, stage in (("fp32", "trace"), ("int8", "quantize")):
            if precision == "int8" and config.quantize.precision == "fp32":
                continue
            paths = {role: work.need(stage, f"{role}.onnx") for role in ("encoder", "decoder")}
            graphs = {role: path.read_bytes() for role, path in paths.items()}
            told = "fp32" if precision == "fp32" else config.quantize.precision
            bundle = draft(config, model, text, rules, graphs, precision=told)
            models = [onnx.load_from_string(data) for data in graphs.values()]
            exported[precision] = (*models, bundle)
        pairs = [
            pair
            for _, some in work.pairs(config.data.valid, config.quantize.calibration)
            for pair in some
        ]
        sentences = [[*ids, EOS] for ids in tokenizer.encode_batch([s for s, _ in pairs])]
        checks = verify(
            model,
            exported["fp32"],
            exported["int8"],
            sentences,
            [target for _, target in pairs],
            tokenizer.decode,
            config.quantize,
        )
        report = {}
        for name, values in checks:
            report[name] = values
            figures = ", ".join(f"{key} {value}" for key, value in values.items())
            say(f"verify  {name:18} ok   {figures}")
        (folder / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")


def run_candidates(work: Workspace) -> None:
    """Learn which words to score for which sentence, and what that changes."""
    from allez_export.candidates import compare, learn
    from allez_export.data import sample_pairs

    config, settings = work.config, work.config.candidates
    if settings is None:
        say("candidates  nothing to do: the configuration has no [candidates]")
        return
    with work.writing("candidates") as folder:
        graphs = drafter(work, config.quantize.precision)
        sources = load_sources(work, scored=False)
        seed = config.training.seed
        drawn = list(sample_pairs(sources, config.data, settings.sentences, seed))
        plain = graphs(None)
        data, learnt = learn(plain, drawn, settings)
        say("candidates  " + ", ".join(f"{key} {value}" for key, value in learnt.items()))
        files = compare(graphs(data), work.pairs(config.data.valid, settings.check))
        for name, values in files.items():
            figures = ", ".join(f"{key} {value}" for key, value in values.items())
            say(f"candidates  {name:18} {figures}")
        report = json.dumps({**learnt, "files": files, "graphs": digests(plain)}, indent=1)
        (folder / "report.json").write_text(report, encoding="utf-8")
        (folder / "candidates.bin").write_bytes(data)


def run_package(work: Workspace) -> None:
    """Write the bundle, with its scores if they were measured on these very graphs."""
    from allez_export.card import model_card
    from allez_export.evaluate import bundle_identity
    from allez_export.package import (
        NAMES,
        draft,
        golden_lines,
        read_beside,
        sentence_rules,
        shortened,
        write_bundle,
    )
    from allez_export.train import load_model

    folder = work.stage("bundle")
    if folder.exists() and not work.force:
        raise OutputError(f"{folder} exists", hint="--force makes it again")
    config, beside = work.config, work.config_path.parent
    precision = config.quantize.precision
    stage = "trace" if precision == "fp32" else "quantize"
    model, _, tokenizer, training = load_model(work.need("train", "model.pt"))
    rules = sentence_rules(config, beside)
    roles = ("encoder", "decoder")
    graphs = {role: work.need(stage, f"{role}.onnx").read_bytes() for role in roles}
    report = json.loads(work.need("verify", "report.json").read_text(encoding="utf-8"))
    if stage == "quantize":
        nodes = work.need("quantize", "report.json").read_text(encoding="utf-8")
        report["nodes"] = json.loads(nodes)
    candidates = listed(work)
    bundle = draft(
        config, model, tokenizer, rules, graphs, precision=precision, candidates=candidates
    )
    if candidates is not None:
        report["candidates"] = learnt_for(work, bundle)
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
    if candidates is not None:
        content["candidates"] = candidates
    prose = read_beside(config.package.card, beside, "")
    sizes = {NAMES[role]: len(data) for role, data in content.items()}
    content["card"] = model_card(config, model, training, report, scores, before, prose, sizes)
    write_bundle(folder, config, model, content, precision=precision, scores=summary(scores))
    total = sum(path.stat().st_size for path in folder.iterdir())
    say(f"package {folder}: {total:,} bytes, self-test passed")


def measured(work: Workspace, identity: list[str], part: str = "") -> list[dict[str, Any]]:
    """Return the scores of exactly this bundle; none if another one was scored, or in part."""
    from allez_export.evaluate import read_state

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


def run_evaluate(work: Workspace) -> None:
    """Score the bundle on the test files, then write the scores into its card and manifest."""
    from allez import Translator
    from allez_export.evaluate import evaluate, length_table, table, write_json

    folder = work.stage("evaluate") / ("fp32" if work.fp32 else "")
    packaged = work.stage("bundle")
    if not work.fp32:
        work.need("bundle", "manifest.json")
    folder.mkdir(parents=True, exist_ok=True)
    if work.force:
        (folder / "state.json").unlink(missing_ok=True)
    scored = drafter(work, "fp32")(listed(work)) if work.fp32 else packaged
    with Translator(scored, threads=work.threads) as translator:
        rows = evaluate(
            translator,
            [work.data / name for name in work.config.data.test],
            beams=(1, None),
            state=folder / "state.json",
            limit=work.limit,
        )
        told = translator.bundle.manifest.scores
    write_json(rows, folder / "scores.json")
    sys.stdout.write(f"{table(rows)}\n\n{length_table(rows)}\n")
    news = packaged.exists() if work.fp32 else told != summary(rows)  # the card tells both
    if work.limit is None and news:
        run_package(dataclasses.replace(work, force=True))


def drafter(work: Workspace, precision: str) -> Callable[[bytes | None], Bundle]:
    """Return what makes a bundle in memory of the run's graphs and, perhaps, of candidates."""
    from allez_export.package import draft, sentence_rules
    from allez_export.train import load_model

    model, _, tokenizer, _ = load_model(work.need("train", "model.pt"))
    rules = sentence_rules(work.config, work.config_path.parent)
    roles = ("encoder", "decoder")
    stage = "trace" if precision == "fp32" else "quantize"
    graphs = {role: work.need(stage, f"{role}.onnx").read_bytes() for role in roles}
    return lambda candidates: draft(
        work.config, model, tokenizer, rules, graphs, precision=precision, candidates=candidates
    )


def run_all(work: Workspace) -> None:
    """Run all stages; one that is done and younger than what it was made from is left as it is."""
    made = {"train": "train/model.pt", "package": "bundle"}
    newest = 0.0
    for stage in STAGES:
        if stage == "quantize" and work.config.quantize.precision == "fp32":
            continue
        if stage == "align" and work.config.data.min_score is None:
            continue
        if stage == "candidates" and work.config.candidates is None:
            continue
        path = work.out / made.get(stage, stage)
        if stage in ("train", "evaluate"):  # these know themselves how far they are
            RUN[stage](work)
        elif work.force or not path.exists() or path.stat().st_mtime < newest:
            RUN[stage](dataclasses.replace(work, force=True))
        else:
            say(f"{stage} was done before")
        newest = max(newest, path.stat().st_mtime)
        if stage == "train":  # what follows is made from the configuration's words too
            beside = work.config_path.parent
            named = (work.config.package.notice, work.config.package.card)
            texts = [work.config_path, *(beside / name for name in named if name is not None)]
            newest = max(newest, *(text.stat().st_mtime for text in texts if text.exists()))


RUN: dict[str, Callable[[Workspace], None]] = {
    "vocabulary": run_vocabulary,
    "align": run_align,
    "train": run_train,
    "trace": run_trace,
    "quantize": run_quantize,
    "verify": run_verify,
    "candidates": run_candidates,
    "package": run_package,
    "evaluate": run_evaluate,
    "all": run_all,
}
