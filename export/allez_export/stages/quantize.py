"""Stage `quantize`: int8 graphs, their weights stored in four bits if wanted."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

import onnx

from allez.text.tokenizer import Tokenizer
from allez_export.checkpoints import load_model
from allez_export.families.family import Example
from allez_export.fourbit import pack
from allez_export.quantize import quantize
from allez_export.stages.workspace import Workspace, say


def calibration(work: Workspace, sides: Sequence[Tokenizer]) -> list[Example]:
    """Return the ids of the validation sentences that show how large activations get.

    Of pictures, images and the ids of their captions.
    """
    if work.config.pictures is not None:
        from allez_export.stages.pictures import images, valid

        pictures = valid(work, work.config.quantize.calibration)
        captions = sides[1].encode_batch([picture.caption for picture in pictures])
        return list(zip(images(work, pictures), captions, strict=True))
    files = work.pairs(work.config.data.valid, work.config.quantize.calibration)
    pairs = [pair for _, some in files for pair in some]
    ids = [tokenizer.encode_batch([p[i] for p in pairs]) for i, tokenizer in enumerate(sides)]
    return list(zip(*ids, strict=True))


def run(work: Workspace) -> None:
    """Turn the fp32 graphs into int8 ones, and store their weights in four bits if wanted."""
    if work.config.quantize.precision == "fp32":
        say("quantize  nothing to do: the configuration asks for fp32")
        return
    with work.writing("quantize") as folder:
        fp32 = [onnx.load(work.need("trace", name)) for name in ("encoder.onnx", "decoder.onnx")]
        trained = load_model(work.need("train", "model.pt"))
        ranges = trained.family.activation_ranges(calibration(work, trained.texts.tokenizers()))
        encoder, decoder, reports = quantize(
            fp32[0], fp32[1], ranges, least=work.config.quantize.least_weights
        )
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
