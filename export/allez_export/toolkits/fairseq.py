"""fairseq: `lstm` and its relatives, as `fairseq-train` saves them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from allez.errors import InputError
from allez_export.families.attentional.family import Attentional
from allez_export.families.attentional.model import AttentionalConfig
from allez_export.toolkits.cutting import vocabularies
from allez_export.toolkits.files import Files, read_text
from allez_export.toolkits.imported import Imported
from allez_export.toolkits.pickles import Stand, read_checkpoint
from allez_export.toolkits.tensors import Weights, extended, extended_bias, of_another
from allez_export.toolkits.vocabulary import Listed, Vocabulary

TITLE = "fairseq 0.6 to 0.12: --arch lstm and lstm_*"
FILES = "checkpoint*.pt and its two dict.*.txt; codes or a SentencePiece model if it is of subwords"
REFUSED = "adaptive softmax, Transformers, convolutional models"

_SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
_BOS, _PAD, _EOS, _UNK = range(4)

_PARTS = {
    "decoder.adaptive_softmax.": "an adaptive softmax",
    "encoder.layers.": "a Transformer",
    "encoder.convolutions.": "convolutions",
    "encoder.fc1.": "convolutions",
}


def read(paths: Sequence[Path]) -> Imported:
    """Return a checkpoint's model.

    Raises:
        InputError: it is of another toolkit, damaged, or has a part that is not supported.
    """
    files = Files(paths)
    path = files.need("the checkpoint", "checkpoint_best.pt", "*.pt")
    content = read_checkpoint(path)
    known = isinstance(content, Mapping) and "model" in content
    if not known or not {"cfg", "args"} & content.keys():
        raise of_another(path, content, "fairseq")
    weights = Weights(content["model"], path, "fairseq")
    for beginning, what in _PARTS.items():
        if weights.names(beginning):
            raise InputError(f"{path} has {what}, which is not supported", hint="import --list")
    options = _options(content)
    rows = [len(weights.take(f"{side}.embed_tokens.weight", 2)) for side in ("encoder", "decoder")]
    lists = [
        _dictionary(files, options.get(f"{side}_lang"), side, count)
        for side, count in zip(("source", "target"), rows, strict=True)
    ]
    sides = vocabularies(files, lists[0], lists[1])
    config, found = _model(weights)
    found |= _tables(weights, sides)
    weights.check_all_taken((".version",))
    family = Attentional.load(
        AttentionalConfig(**config, bos=_EOS, eos=_EOS, source_eos=_EOS, never=(_PAD,)), found
    )
    same = sides[0].definition == sides[1].definition
    return Imported(
        family=family,
        source_tokenizer=sides[0].definition,
        target_tokenizer=None if same else sides[1].definition,
        early_stopping="full",
        made_by="fairseq",
    )


def _options(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the model was trained with: `cfg` of 0.10 and later, or `args`."""
    config = content.get("cfg")
    if isinstance(config, Mapping) and config.get("model") is not None:
        options = config["model"]
    else:
        options = content.get("args")
    if isinstance(options, (Namespace, Stand)):
        return vars(options)
    return dict(options) if isinstance(options, Mapping) else {}


def _dictionary(files: Files, language: Any, side: str, rows: int) -> Listed:
    """Return a side's words: four special ones, those of the file, and what fills the table."""
    if isinstance(language, str) and "/" not in language:
        path = files.need(f"the {side} dictionary", f"dict.{language}.txt")
    else:
        found = files.every("dict.*.txt")
        if len(found) != 2 or found != [p for p in files.named if p in found]:
            raise InputError(
                "the checkpoint does not say its languages",
                hint="name both dict.*.txt after it, the source's first",
            )
        path = found[0 if side == "source" else 1]
    words = list(_SPECIAL)
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        word, space, count = line.removesuffix(" #fairseq:overwrite").rpartition(" ")
        if not space or not count.isdigit():
            raise InputError(
                f"{path}, line {number}: a word and its count are expected",
                hint="name the dict.*.txt that fairseq-preprocess wrote",
            )
        words.append(word)
    filling = rows - len(words)
    if 0 < filling < 8 and rows % 8 == 0:
        words += [f"madeupword{index:04d}" for index in range(filling)]
    filled = [index for index, word in enumerate(words) if word.startswith("madeupword")]
    return Listed(words, [_BOS, _PAD, _EOS, *filled], _UNK, str(path))


def _model(weights: Weights) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return what the model is, and its weights but for what has a row for each word."""
    found, layers, both = weights.recurrent("encoder.lstm.", "encoder.")
    count = 0
    while f"decoder.layers.{count}.weight_ih" in weights:
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            found[f"cells.{count}.{part}"] = weights.take(f"decoder.layers.{count}.{part}")
        count += 1
    if not 1 <= count <= layers:
        raise InputError(
            f"{weights.path} has {layers} layers of encoder and {count} of decoder: fairseq hands "
            "on the state of each",
            hint="models whose decoder has no more layers than their encoder are read",
        )
    words = weights.take("decoder.embed_tokens.weight", 2).shape[1]
    config: dict[str, Any] = {
        "cell": "lstm",
        "encoder_layers": layers,
        "bidirectional": both,
        "decoder_layers": count,
        "input_feeding": found["cells.0.weight_ih"].shape[1] > words,
    }
    if "decoder.encoder_hidden_proj.weight" in weights:
        config |= {"bridge": "each"}
        for part in ("hidden", "cell"):
            name = f"decoder.encoder_{part}_proj"
            found[f"bridge.{part}.weight"] = weights.take(f"{name}.weight", 2)
            found[f"bridge.{part}.bias"] = weights.take(f"{name}.bias", 1)
    if "decoder.attention.input_proj.weight" in weights:
        config["attention"] = "general"
        projection = weights.take("decoder.attention.input_proj.weight", 2)
        found["key.weight"] = projection.T.contiguous()
        found["readout.weight"] = weights.take("decoder.attention.output_proj.weight", 2)
    else:
        config |= {"attention": "none", "readout": ()}
    if "decoder.additional_fc.weight" in weights:
        found["projection.weight"] = weights.take("decoder.additional_fc.weight", 2)
        found["projection.bias"] = weights.take("decoder.additional_fc.bias", 1)
    return config, found


def _tables(weights: Weights, sides: tuple[Vocabulary, Vocabulary]) -> dict[str, Tensor]:
    """Return what has a row for each word."""
    written = weights.take("decoder.embed_tokens.weight", 2)
    found = {
        "source_table": extended(weights.take("encoder.embed_tokens.weight", 2), sides[0], _UNK),
        "table": extended(written, sides[1], _UNK),
    }
    bias = torch.zeros(len(written))
    if "decoder.fc_out.weight" in weights:
        found["output.weight"] = extended(weights.take("decoder.fc_out.weight", 2), sides[1], None)
        bias = weights.take("decoder.fc_out.bias", 1)
    return {**found, "output.bias": extended_bias(bias, sides[1])}
