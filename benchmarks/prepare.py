"""Makes what the systems load, all of it out of one bundle: the same weights for everyone.

Written into a work folder, and made again whenever the bundle or the exporter's code is another
one. The peers' folders hold what a user of theirs would have.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import onnx
import torch
from torch import Tensor, nn

import allez_export
from allez.bundle.contract import MANIFEST
from allez.bundle.reader import Bundle
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Memory, Seq2Seq
from allez_export.families.recurrent.weights import load_bundle_model
from allez_export.fourbit import pack
from allez_export.trace import trace_decoder, trace_encoder
from allez_export.vocabulary import PAD


def prepare(path: Path, work: Path, *, opus: bool = True) -> Path:
    """Make everything that is not there yet; return the folder.

    Args:
        path: folder of the bundle whose weights are used.
        work: folder for all bundles, and for all states of the code that makes them.
        opus: whether to make the CTranslate2 model too.
    """
    bundle = Bundle.read(path)
    code = sorted([Path(__file__), *Path(allez_export.__file__).parent.rglob("*.py")])
    parts = [(path / MANIFEST).read_bytes(), *(file.read_bytes() for file in code)]
    folder = work / hashlib.sha256(b"".join(parts)).hexdigest()[:12]
    model = load_bundle_model(bundle)
    makers: dict[str, Callable[[Path], None]] = {
        "allez_int8": lambda place: _copy(path, place, {}, bundle.manifest.precision),
        "allez_w4": lambda place: _copy(path, place, _four_bits(bundle), "w4"),
        "allez_fp32": lambda place: _copy(path, place, _fp32(model), "fp32"),
        "pytorch": lambda place: _save_pytorch(model, bundle, place),
        "plain_onnx": lambda place: _save_plain_onnx(model, bundle, place),
    }
    if "shortlist" in bundle.manifest.files:
        makers["allez_candidates"] = makers["allez_int8"]
    for name, make in makers.items():
        _once(folder / name, make)
    if opus:
        from benchmarks.peers.ctranslate2_opus import save_model

        _once(work / "opus", save_model)
    return folder


def _once(place: Path, make: Callable[[Path], None]) -> None:
    """Make a folder unless it is there; a run that was killed leaves only a partial one."""
    if place.is_dir():
        return
    partial = place.with_name(f"{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    make(partial)
    partial.rename(place)


def _copy(path: Path, place: Path, graphs: Mapping[str, bytes], precision: str) -> None:
    """Write a bundle with other graphs."""
    manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    manifest["precision"] = precision
    for role, entry in manifest["files"].items():
        data = graphs.get(role) or (path / entry["name"]).read_bytes()
        (place / entry["name"]).write_bytes(data)
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (place / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _fp32(model: Seq2Seq) -> dict[str, bytes]:
    """Return the graphs as they are before they are quantized."""
    return {
        "encoder": trace_encoder(Recurrent(model)).SerializeToString(),
        "decoder": trace_decoder(Recurrent(model)).SerializeToString(),
    }


def _four_bits(bundle: Bundle) -> dict[str, bytes]:
    """Return the graphs with their weights stored in four bits."""
    return {
        role: pack(onnx.load_from_string(bundle.data(role))).SerializeToString()
        for role in ("encoder", "decoder")
    }


def _numbers(bundle: Bundle) -> dict[str, Any]:
    """Return what a search needs to know."""
    manifest = bundle.manifest
    return {
        "tokens": [manifest.target.bos, manifest.target.eos, PAD],
        "limits": [manifest.target_per_source, manifest.target_extra],
        "length_penalty": manifest.length_penalty,
    }


def _save_pytorch(model: Seq2Seq, bundle: Bundle, folder: Path) -> None:
    """Write weights and tokenizer for `peers.pytorch`."""
    decoder = model.decoder
    options = {
        "vocabulary": len(model.bias),
        "width": model.width,
        "encoder_layers": model.encoder.rnn.num_layers,
        "attention": decoder.attention.kind,
        "second_layer": decoder.second is not None,
        "lexical_shortcut": decoder.lexical is not None,
        "dropout": 0.0,
    }
    content = {"options": options, "weights": model.state_dict(), **_numbers(bundle)}
    torch.save(content, folder / "model.pt")
    (folder / "tokenizer.json").write_bytes(bundle.data("tokenizer"))


class PlainEncoder(nn.Module):
    """The model's own encoder for one sentence [1, S]."""

    def __init__(self, model: Seq2Seq) -> None:
        super().__init__()
        self.model = model

    def forward(self, source: Tensor) -> tuple[Tensor, ...]:
        """Return memory, keys, mask and all states of the decoder."""
        memory = self.model.encode(source)
        zeros = torch.zeros_like(memory.initial[0])
        rest = (zeros, zeros.clone()) if self.model.decoder.second is not None else ()
        return (memory.states, memory.keys, memory.mask, *memory.initial, *rest)


class PlainDecoder(nn.Module):
    """The model's own decoder for one word of each row; the memory is given once per row."""

    def __init__(self, model: Seq2Seq) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, token: Tensor, memory: Tensor, keys: Tensor, mask: Tensor, states: list[Tensor]
    ) -> tuple[Tensor, ...]:
        """Take token [N] and states [N, H]; return log-probabilities [N, V] and the next states."""
        model, decoder = self.model, self.model.decoder
        first = (states[0].unsqueeze(0), states[1].unsqueeze(0))
        hidden, first = decoder.rnn(model.embed(token.unsqueeze(1)), first)  # [N, 1, H]
        attentional, words = decoder.attend(hidden, Memory(memory, keys, mask, ()))
        features, second = attentional, ()
        if decoder.second is not None and decoder.norm is not None:
            above = (states[2].unsqueeze(0), states[3].unsqueeze(0))
            output, second = decoder.second(attentional, above)
            features = decoder.norm(attentional + output)
        if decoder.lexical is not None:
            features = features + torch.tanh(decoder.lexical(words * model.width**0.5))
        log_probs = model.logits(features).squeeze(1).log_softmax(dim=1)
        return (log_probs, *(part.squeeze(0) for part in (*first, *second)))


def _save_plain_onnx(model: Seq2Seq, bundle: Bundle, folder: Path) -> None:
    """Write the two graphs of `peers.plain_onnx` with the exporter's own settings."""
    dim = torch.export.Dim
    rows, places = dim("rows"), dim("places")
    source = torch.randint(3, len(model.bias), (1, 7), generator=torch.Generator().manual_seed(1))
    encoder = PlainEncoder(model).eval()
    memory, keys, mask, *states = encoder(source)
    names = [f"state.{i}" for i in range(len(states))]

    def repeat(part: Tensor) -> Tensor:
        return part.repeat_interleave(3, 0)

    arguments = (source[0, :3], repeat(memory), repeat(keys), repeat(mask), [*map(repeat, states)])
    axes = {0: rows, 1: places}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # its remarks on its own workings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            encoder,
            (source,),
            folder / "encoder.onnx",
            dynamo=True,
            verbose=False,
            external_data=False,
            input_names=["source"],
            dynamic_shapes=({1: dim("places")},),
        )
        torch.onnx.export(
            PlainDecoder(model).eval(),
            arguments,
            folder / "decoder.onnx",
            dynamo=True,
            verbose=False,
            external_data=False,
            input_names=["token", "memory", "keys", "memory_mask", *names],
            dynamic_shapes=({0: rows}, axes, axes, axes, [{0: rows} for _ in states]),
        )
    (folder / "options.json").write_text(json.dumps(_numbers(bundle)), encoding="utf-8")
    (folder / "tokenizer.json").write_bytes(bundle.data("tokenizer"))
