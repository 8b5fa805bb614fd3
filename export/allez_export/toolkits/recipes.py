"""Two layouts that people copied: PyTorch's seq2seq tutorial, and "The Annotated Encoder-Decoder".

The weights lie as the author's `state_dict`, the vocabularies in whatever form he wrote: here each
is a list of words by their ids, JSON or a line each, the source's named first.
"""

from __future__ import annotations

import json
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
from allez_export.toolkits.pickles import read_checkpoint
from allez_export.toolkits.tensors import Weights, cells_of, extended, extended_bias
from allez_export.toolkits.vocabulary import Listed, Vocabulary

_LISTS = 'expected a list of words by their ids, as ["<s>", "</s>", "le"], or a word a line'

_UNKNOWN = ("<unk>", "UNK", "<UNK>", "[UNK]")
_PADDING = ("<pad>", "PAD", "<PAD>", "[PAD]", "<blank>")
_BEGIN = ("<s>", "SOS", "<sos>", "<SOS>", "<bos>", "<BOS>", "[SOS]")
_END = ("</s>", "EOS", "<eos>", "<EOS>", "[EOS]")

_NO_UNKNOWN = "It has no unknown word: what it never saw is read as a word without a meaning."


def word_lists(files: Files) -> tuple[Listed, Listed]:
    """Return the two lists that were named, the source's first.

    Raises:
        InputError: there are not two, or they are no lists.
    """
    found = [path for path in files.named if path.suffix in (".json", ".txt", ".vocab")]
    if len(found) != 2:
        raise InputError(
            f"{len(found)} vocabularies are named, 2 are expected",
            hint="name two lists of words after the weights, .json or .txt, the source's first",
        )
    first, second = (_listed(path) for path in found)
    return first, second


def _listed(path: Path) -> Listed:
    text = read_text(path)
    if path.suffix == ".json":
        try:
            words = json.loads(text)
        except (ValueError, RecursionError):
            raise InputError(f"{path} is no JSON", hint=_LISTS) from None
        if isinstance(words, dict) and all(type(i) is int for i in words.values()):
            words = sorted(words, key=words.__getitem__) if _whole(words) else None
    else:
        words = text.split("\n")
        words = words[:-1] if words[-1] == "" else words
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise InputError(f"{path} is no list of words by their ids", hint=_LISTS)
    special = [words.index(w) for w in (*_PADDING, *_BEGIN, *_END) if w in words]
    unknown = next((words.index(w) for w in _UNKNOWN if w in words), None)
    return Listed(words, special, unknown, str(path))


def _whole(words: Mapping[str, int]) -> bool:
    return sorted(words.values()) == list(range(len(words)))


def id_of(listed: Listed, spellings: Sequence[str]) -> int:
    """Return the id of a special word.

    Raises:
        InputError: the list has none of its spellings.
    """
    for word in spellings:
        if f"{word} " in listed.words:
            return listed.words.index(f"{word} ")
    raise InputError(f"{listed.where} has none of {', '.join(spellings)}", hint=_LISTS)


def find_weights(files: Files, what: str, pattern: str) -> Weights:
    """Return the `state_dict` of a file that fits, or of the only one.

    Raises:
        InputError: it is missing, or holds no weights.
    """
    path = files.need(what, pattern, "*.pt", "*.pth", "*.bin")
    content = read_checkpoint(path)
    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    return Weights(content, path, "such a model")


def imported(
    family: Attentional, sides: tuple[Vocabulary, Vocabulary], lists: Sequence[Listed], by: str
) -> Imported:
    """Return what was read."""
    unknown = any(listed.unknown >= listed.listed for listed in lists)
    same = sides[0].definition == sides[1].definition
    return Imported(
        family=family,
        source_tokenizer=sides[0].definition,
        target_tokenizer=None if same else sides[1].definition,
        length_penalty=1.0,
        made_by=by,
        remarks=(_NO_UNKNOWN,) if unknown else (),
    )


def ids_of(lists: Sequence[Listed]) -> dict[str, Any]:
    """Return which ids begin and end sentences, and which are never said."""
    source, target = lists
    bos = id_of(target, _BEGIN)
    return {"bos": bos, "eos": id_of(target, _END), "source_eos": id_of(source, _END)}


def tables(
    lists: Sequence[Listed],
    sides: tuple[Vocabulary, Vocabulary],
    source: Tensor,
    target: Tensor,
    output: Tensor,
    bias: Tensor | None,
) -> dict[str, Tensor]:
    """Return what has a row for each word; an unknown one that was made up has zeros."""
    rows = [None if one.unknown >= one.listed else one.unknown for one in lists]
    found = {
        "source_table": extended(source, sides[0], rows[0]),
        "table": extended(target, sides[1], rows[1]),
    }
    if not torch.equal(target, output):
        found["output.weight"] = extended(output, sides[1], None)
    bias = torch.zeros(len(output)) if bias is None else bias
    return {**found, "output.bias": extended_bias(bias, sides[1])}


def additive(weights: Weights, names: Mapping[str, str]) -> dict[str, Tensor]:
    """Take an additive attention, whose layers have such names: key, query, v."""
    found = {"key.weight": weights.take(f"{names['key']}.weight", 2)}
    biases = [f"{names[part]}.bias" for part in ("key", "query")]
    given = [weights.take(name, 1) for name in biases if name in weights]
    if given:  # they are only ever added up
        found["key.bias"] = torch.stack(given).sum(dim=0)
    found["query.weight"] = weights.take(f"{names['query']}.weight", 2)
    found["v"] = weights.take(f"{names['v']}.weight", 2)[0]
    if f"{names['v']}.bias" in weights:
        weights.take(f"{names['v']}.bias")  # the same for all positions: no weight changes
    return found


def read_tutorial(paths: Sequence[Path]) -> Imported:
    """Return a model of PyTorch's tutorial: a GRU each, attention before the decoder's.

    Raises:
        InputError: files are missing, damaged, or of another model.
    """
    files = Files(paths)
    encoder = find_weights(files, "the encoder's weights", "*encoder*")
    decoder = find_weights(files, "the decoder's weights", "*decoder*")
    lists = word_lists(files)
    sides = vocabularies(files, *lists)
    found, layers, both = encoder.recurrent("gru.", "encoder.")
    cells, count, _ = decoder.recurrent("gru.", "")
    if both or layers != count or "attention.Wa.weight" not in decoder:
        raise InputError(
            f"{decoder.path} is not the tutorial's decoder with attention",
            hint="the state_dict of AttnDecoderRNN is read; docs/import.md shows how to save it",
        )
    names = {"key": "attention.Ua", "query": "attention.Wa", "v": "attention.Va"}
    found |= cells_of(cells, count) | additive(decoder, names)
    found |= tables(
        lists,
        sides,
        encoder.take("embedding.weight", 2),
        decoder.take("embedding.weight", 2),
        decoder.take("out.weight", 2),
        decoder.take("out.bias", 1),
    )
    encoder.check_all_taken()
    decoder.check_all_taken()
    config = AttentionalConfig(
        cell="gru", encoder_layers=layers, bidirectional=False, decoder_layers=count,
        attention="additive", attention_first=True, readout=(), **ids_of(lists),
    )  # fmt: skip
    family = Attentional.load(config, found)
    return imported(family, sides, lists, "the layout of PyTorch's seq2seq tutorial")


def read_annotated(paths: Sequence[Path]) -> Imported:
    """Return a model of "The Annotated Encoder-Decoder": bi-GRU, a bridge, a pre-output layer.

    Raises:
        InputError: files are missing, damaged, or of another model.
    """
    files = Files(paths)
    weights = find_weights(files, "the weights", "model*")
    lists = word_lists(files)
    sides = vocabularies(files, *lists)
    found, layers, both = weights.recurrent("encoder.rnn.", "encoder.")
    cells, count, _ = weights.recurrent("decoder.rnn.", "")
    if "decoder.pre_output_layer.weight" not in weights or layers != count:
        raise InputError(
            f"{weights.path} is not the decoder of The Annotated Encoder-Decoder",
            hint="the state_dict of the whole model is read; docs/import.md shows how to save it",
        )
    attention = "decoder.attention."
    names = {part: f"{attention}{part}_layer" for part in ("key", "query")}
    found |= cells_of(cells, count)
    found |= additive(weights, {**names, "v": f"{attention}energy_layer"})
    found["readout.weight"] = weights.take("decoder.pre_output_layer.weight", 2)
    bridge = "none"
    if "decoder.bridge.weight" in weights:
        bridge = "each"
        found["bridge.hidden.weight"] = weights.take("decoder.bridge.weight", 2)
        found["bridge.hidden.bias"] = weights.take("decoder.bridge.bias", 1)
    found |= tables(
        lists,
        sides,
        weights.take("src_embed.weight", 2),
        weights.take("trg_embed.weight", 2),
        weights.take("generator.proj.weight", 2),
        None,
    )
    weights.check_all_taken()
    config = AttentionalConfig(
        cell="gru", encoder_layers=layers, bidirectional=both, decoder_layers=count,
        attention="additive", attention_first=True, bridge=bridge, bridge_activation="tanh",
        readout=("words", "hidden", "context"), readout_activation="linear", **ids_of(lists),
    )  # fmt: skip
    family = Attentional.load(config, found)
    return imported(family, sides, lists, "the layout of The Annotated Encoder-Decoder")
