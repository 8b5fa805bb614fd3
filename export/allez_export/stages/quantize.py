"""Stage `quantize`: int8 graphs, their weights stored in four bits if wanted."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import onnx
import torch

from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import load_model
from allez_export.data.batches import make_batches
from allez_export.fourbit import pack
from allez_export.quantize import quantize
from allez_export.stages.workspace import Workspace, say


def features_range(work: Workspace, model: Any, tokenizer: str) -> float:
    """Return the largest value that reaches the vocabulary layer on validation sentences."""
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


def run(work: Workspace) -> None:
    """Turn the fp32 graphs into int8 ones, and store their weights in four bits if wanted."""
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
