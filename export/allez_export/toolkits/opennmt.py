"""OpenNMT-py: recurrent models of versions 1 to 3, as `onmt_train` and `onmt_release_model` save.

The weights tell what the model is; `opt` is believed only where they cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from allez.errors import InputError
from allez_export.families.attentional.family import Attentional
from allez_export.families.attentional.model import AttentionalConfig
from allez_export.toolkits.cutting import vocabularies
from allez_export.toolkits.files import Files
from allez_export.toolkits.imported import Imported
from allez_export.toolkits.pickles import read_checkpoint
from allez_export.toolkits.tensors import (
    Weights,
    cell_of,
    cells_of,
    extended,
    extended_bias,
    of_another,
)
from allez_export.toolkits.vocabulary import Listed, Vocabulary

TITLE = "OpenNMT-py 1.x, 2.x, 3.x: rnn and brnn, LSTM and GRU"
FILES = "the checkpoint (*.pt); codes of subword-nmt or a SentencePiece model, if it is of subwords"
REFUSED = (
    "copy attention, coverage, context gates, word features, position encodings, SRU, CNN, "
    "Transformers, sparsemax"
)

_EMBEDDING = "embeddings.make_embedding.emb_luts.0.weight"

_VOCAB = "expected lists of words for src and tgt, as onmt_train saves them"

_PARTS = {
    "decoder.attn.linear_cover.": "coverage attention",
    "decoder.copy_attn.": "copy attention",
    "generator.linear_copy.": "copy attention",
    "decoder.context_gate.": "a context gate",
    "encoder.rnn.rnn_lst.": "SRU layers",
    "decoder.rnn.rnn_lst.": "SRU layers",
    "encoder.embeddings.make_embedding.emb_luts.1.": "word features",
    "decoder.embeddings.make_embedding.emb_luts.1.": "word features",
    "encoder.embeddings.make_embedding.mlp.": "word features",
    "encoder.embeddings.make_embedding.pe.": "positions added to its words",
    "decoder.embeddings.make_embedding.pe.": "positions added to its words",
    "encoder.transformer.": "a Transformer",
    "encoder.cnn.": "a convolutional encoder",
    "encoder.layer1.": "images or sound",
}
"""How weights begin that are of parts which are not read."""


def read(paths: Sequence[Path]) -> Imported:
    """Return a checkpoint's model.

    Raises:
        InputError: it is of another toolkit, damaged, or has a part that is not supported.
    """
    files = Files(paths)
    path = files.need("the checkpoint", "*.pt", "*.ckpt", "*.pth")
    content = read_checkpoint(path)
    if not isinstance(content, Mapping) or not {"model", "vocab"} <= content.keys():
        raise of_another(path, content, "OpenNMT-py")
    options = vars(content["opt"]) if hasattr(content.get("opt"), "__dict__") else {}
    weights = Weights(content["model"], path, "OpenNMT-py")
    generator = Weights(content.get("generator") or {}, path, "OpenNMT-py", "generator.")
    _refuse(weights, generator, options, path)
    source, target, version = _lists(content["vocab"], options, path)
    sides = vocabularies(files, source, target)
    config, found = _model(weights)
    found |= _tables(weights, generator, sides, source, target)
    weights.check_all_taken()
    family = Attentional.load(
        AttentionalConfig(
            **config,
            reads_end=False,
            bos=_special(target, "<s>"),
            eos=_special(target, "</s>"),
            source_eos=_padding(source),
        ),
        found,
    )
    same = sides[0].definition == sides[1].definition
    return Imported(
        family=family,
        source_tokenizer=sides[0].definition,
        target_tokenizer=None if same else sides[1].definition,
        length_penalty=1.0 if version == "3.x" else 0.0,
        length_offset=1.0 if version == "3.x" else 0.0,
        early_stopping="best",
        finished="dropped",
        made_by=f"OpenNMT-py {version}",
        remarks=_remarks(options),
    )


def _refuse(weights: Weights, generator: Weights, options: Mapping[str, Any], path: Path) -> None:
    """Name a part that is not read.

    Raises:
        InputError: there is one.
    """
    names = [*weights.names(""), *(f"generator.{name}" for name in generator.names(""))]
    for beginning, what in _PARTS.items():
        if any(name.startswith(beginning) for name in names):
            raise InputError(f"{path} has {what}, which is not supported", hint="import --list")
    for option in ("generator_function", "global_attention_function", "self_attn_type"):
        if options.get(option) == "sparsemax":
            raise InputError(
                f"{path}: {option} is sparsemax, which is not supported",
                hint="allez-export import --list says what is read",
            )
    if not weights.names("encoder.rnn."):
        kind = options.get("encoder_type", "another kind")
        raise InputError(f"{path}: an encoder of type {kind} is not supported", hint="rnn and brnn")


def _lists(vocab: Any, options: Mapping[str, Any], path: Path) -> tuple[Listed, Listed, str]:
    """Return both vocabularies and the version of the toolkit."""
    if isinstance(vocab, list) and all(isinstance(v, tuple) and len(v) == 2 for v in vocab):
        vocab = dict(vocab)  # before version 1
    if not isinstance(vocab, Mapping) or not {"src", "tgt"} <= vocab.keys():
        raise InputError(f"{path}: its vocab is none of OpenNMT-py", hint=_VOCAB)
    version = "2.x" if "transforms" in options else "1.x"
    words = {}
    for side in ("src", "tgt"):
        found = vocab[side]
        if isinstance(found, list):
            version = "3.x"
        else:
            found = _of_field(found, path)
        if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
            raise InputError(f"{path}: its vocab is none of OpenNMT-py", hint=_VOCAB)
        words[side] = found
    lists = [_listed(some, f"{path}, {side} vocabulary") for side, some in words.items()]
    return lists[0], lists[1], version


def _of_field(field: Any, path: Path) -> Any:
    """Return the words of a field of torchtext, which may be one of several."""
    inner = getattr(field, "fields", None)
    if isinstance(inner, list):
        if len(inner) != 1:
            raise InputError(
                f"{path} has word features, which are not supported",
                hint="allez-export import --list says what is read",
            )
        field = inner[0][1]
    return getattr(getattr(field, "vocab", field), "itos", None)


def _listed(words: Sequence[str], where: str) -> Listed:
    special = [words.index(w) for w in ("<unk>", "<blank>", "<s>", "</s>") if w in words]
    if "<unk>" not in words or "<blank>" not in words:
        raise InputError(f"{where} lacks <unk> or <blank>", hint=_VOCAB)
    return Listed(words, special, words.index("<unk>"), where)


def _special(listed: Listed, word: str) -> int:
    if f"{word} " not in listed.words:
        raise InputError(f"{listed.where} lacks {word}", hint=_VOCAB)
    return listed.words.index(f"{word} ")


def _padding(listed: Listed) -> int:
    return _special(listed, "<blank>")


def _model(weights: Weights) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return what the model is, and its weights but for what has a row for each word."""
    found, layers, both = weights.recurrent("encoder.rnn.", "encoder.")
    cell = cell_of(found, "encoder.")
    config: dict[str, Any] = {"cell": cell, "encoder_layers": layers, "bidirectional": both}
    feeds = "decoder.rnn.layers.0.weight_ih" in weights
    decoder, count = _fed_cells(weights) if feeds else _plain_cells(weights)
    if count > layers or (count < layers and not feeds):
        raise InputError(
            f"{weights.path} has {layers} layers of encoder and {count} of decoder: "
            "OpenNMT-py hands on the state of each",
            hint="a decoder has as many layers, or with input feeding fewer",
        )
    config |= {"decoder_layers": count, "input_feeding": feeds}
    found |= decoder
    for part, name in enumerate(("hidden", "cell")[: 2 if cell == "lstm" else 1]):
        if f"encoder.bridge.{part}.weight" in weights:
            config |= {"bridge": "joined", "bridge_activation": "relu"}
            found[f"bridge.{name}.weight"] = weights.take(f"encoder.bridge.{part}.weight", 2)
            found[f"bridge.{name}.bias"] = weights.take(f"encoder.bridge.{part}.bias", 1)
    return config | _attention(weights, found), found


def _fed_cells(weights: Weights) -> tuple[dict[str, Tensor], int]:
    found, count = {}, 0
    while f"decoder.rnn.layers.{count}.weight_ih" in weights:
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            found[f"cells.{count}.{part}"] = weights.take(f"decoder.rnn.layers.{count}.{part}")
        count += 1
    return found, count


def _plain_cells(weights: Weights) -> tuple[dict[str, Tensor], int]:
    found, count, _ = weights.recurrent("decoder.rnn.", "")
    return cells_of(found, count), count


def _attention(weights: Weights, found: dict[str, Tensor]) -> dict[str, Any]:
    """Take the weights of the attention; return what it is."""
    if "decoder.attn.linear_out.weight" not in weights:
        return {"attention": "none", "readout": ()}
    found["readout.weight"] = weights.take("decoder.attn.linear_out.weight", 2)
    if "decoder.attn.linear_out.bias" in weights:
        found["readout.bias"] = weights.take("decoder.attn.linear_out.bias", 1)
    if "decoder.attn.linear_in.weight" in weights:
        found["key.weight"] = weights.take("decoder.attn.linear_in.weight", 2).T.contiguous()
        return {"attention": "general"}
    if "decoder.attn.linear_context.weight" in weights:
        found["key.weight"] = weights.take("decoder.attn.linear_context.weight", 2)
        found["key.bias"] = weights.take("decoder.attn.linear_query.bias", 1)
        found["query.weight"] = weights.take("decoder.attn.linear_query.weight", 2)
        found["v"] = weights.take("decoder.attn.v.weight", 2)[0]
        return {"attention": "additive", "readout_activation": "linear"}  # as its code has it
    return {"attention": "dot"}


def _tables(
    weights: Weights,
    generator: Weights,
    sides: tuple[Vocabulary, Vocabulary],
    source: Listed,
    target: Listed,
) -> dict[str, Tensor]:
    """Return what has a row for each word."""
    prefix = "0." if "0.weight" in generator else ""  # before version 3 it is one of several
    output = generator.take(f"{prefix}weight", 2)
    bias = generator.take(f"{prefix}bias", 1)
    generator.check_all_taken()
    read = extended(weights.take(f"encoder.{_EMBEDDING}", 2), sides[0], source.unknown)
    read[_padding(source)] = 0.0
    written = weights.take(f"decoder.{_EMBEDDING}", 2)
    found = {"source_table": read, "table": extended(written, sides[1], target.unknown)}
    if not torch.equal(written, output):
        found["output.weight"] = extended(output, sides[1], None)
    return {**found, "output.bias": extended_bias(bias, sides[1])}


def _remarks(options: Mapping[str, Any]) -> tuple[str, ...]:
    found = ["A sentence has one word at least."]
    if options.get("lower") or options.get("src_lower"):
        found.append("It was trained on small letters: texts must be given so.")
    return tuple(found)
