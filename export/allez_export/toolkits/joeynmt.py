"""JoeyNMT: recurrent models of versions 1 and 2, from their `model_dir`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from allez.bundle.fields import shown
from allez.errors import InputError
from allez_export.families.attentional.family import Attentional
from allez_export.families.attentional.model import AttentionalConfig
from allez_export.toolkits.cutting import vocabularies
from allez_export.toolkits.files import Files, read_text
from allez_export.toolkits.imported import Imported
from allez_export.toolkits.pickles import read_checkpoint
from allez_export.toolkits.settings import parse
from allez_export.toolkits.tensors import (
    Weights,
    cell_of,
    cells_of,
    extended,
    extended_bias,
    of_another,
)
from allez_export.toolkits.vocabulary import Listed, Vocabulary

TITLE = "JoeyNMT 1.x, 2.x: recurrent, LSTM and GRU, luong and bahdanau"
FILES = "the model_dir: *.ckpt, config.yaml, src_vocab.txt, trg_vocab.txt; what cut its subwords"
REFUSED = "Transformers, characters"


def read(paths: Sequence[Path]) -> Imported:
    """Return a checkpoint's model.

    Raises:
        InputError: it is of another toolkit, damaged, or has a part that is not supported.
    """
    files = Files(paths)
    path = files.need("the checkpoint", "best.ckpt", "*.ckpt")
    settings_path = files.need("the configuration", "config.yaml", "*.yaml")
    settings = parse(read_text(settings_path), str(settings_path))
    content = read_checkpoint(path)
    if not isinstance(content, Mapping) or "model_state" not in content:
        raise of_another(path, content, "JoeyNMT")
    weights = Weights(content["model_state"], path, "JoeyNMT")
    if not weights.names("encoder.rnn."):
        raise InputError(f"{path}: only recurrent encoders are supported", hint="import --list")
    data, testing = _section(settings, "data"), _section(settings, "testing")
    special = _special(data)
    lists = [_listed(files, data, side, special) for side in ("src", "trg")]
    sides = vocabularies(files, lists[0], lists[1])
    model = _section(settings, "model")
    if not {"encoder", "decoder"} <= model.keys():
        raise InputError(
            f"{settings_path} says of no encoder and decoder what they are",
            hint="expected the config.yaml of the model_dir, with its section model",
        )
    config, found = _model(weights, model)
    _check_agreed(model, config, found, settings_path)
    found |= _tables(weights, sides, special["unk"])
    weights.check_all_taken()
    never = [special["bos"], special["pad"]]
    if testing.get("generate_unk") is False:
        never.append(special["unk"])
    eos = special["eos"]
    family = Attentional.load(
        AttentionalConfig(
            **config, bos=special["bos"], eos=eos, source_eos=eos, never=tuple(sorted(never))
        ),
        found,
    )
    same = sides[0].definition == sides[1].definition
    alpha = _number(testing, "alpha" if "alpha" in testing else "beam_alpha", 0, 0, 10)
    return Imported(
        family=family,
        source_tokenizer=sides[0].definition,
        target_tokenizer=None if same else sides[1].definition,
        beam_size=_number(testing, "beam_size", 5, 1, 100),
        length_penalty=float(alpha),
        length_offset=5.0,
        early_stopping="full",
        finished="dropped",
        made_by=f"JoeyNMT {settings.get('joeynmt_version', '')}".strip(),
        remarks=_remarks(data),
    )


def _section(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = settings.get(name) or {}
    if not isinstance(found, dict):
        raise InputError(
            f"the configuration's {name} is no section",
            hint="expected the config.yaml of the model_dir",
        )
    return found


def _number(section: Mapping[str, Any], key: str, default: Any, low: float, high: float) -> Any:
    value = section.get(key, default)
    value = default if value is None or value == -1 else value
    if type(value) not in (int, float) or not low <= value <= high:
        raise InputError(
            f"the configuration's {key} is {value!r}; {low:g} to {high:g} is expected",
            hint="name the config.yaml that the checkpoint was trained with",
        )
    return value


def _special(data: Mapping[str, Any]) -> dict[str, int]:
    given = _section(data, "special_symbols")
    usual = {"unk": 0, "pad": 1, "bos": 2, "eos": 3}
    return {
        name: _number(given, f"{name}_id", index, 0, 1_000_000) for name, index in usual.items()
    }


def _listed(files: Files, data: Mapping[str, Any], side: str, special: dict[str, int]) -> Listed:
    about = data.get(side)
    about = about if isinstance(about, dict) else {}
    level = about.get("level", data.get("level", "word"))
    if level not in ("word", "bpe"):
        raise InputError(f"texts of level {level!r} are not supported", hint="word and bpe are")
    named = about.get("voc_file") or data.get(f"{side}_vocab") or f"{side}_vocab.txt"
    names = dict.fromkeys((Path(str(named)).name, f"{side}_vocab.txt"))
    path = files.need(f"the vocabulary of {side}", *names)
    words = read_text(path).split("\n")
    words = [word.rstrip("\r") for word in (words[:-1] if words[-1] == "" else words)]
    ids = [special[name] for name in ("pad", "bos", "eos")]
    return Listed(words, ids, special["unk"], str(path))


def _model(weights: Weights, model: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Return what the model is, and its weights but for what has a row for each word."""
    found, layers, both = weights.recurrent("encoder.rnn.", "encoder.")
    if not both:
        raise InputError(
            f"{weights.path}: only encoders that read in both directions are read",
            hint="allez-export import --list says what is read",
        )
    cell = cell_of(found, "encoder.")
    cells, count, _ = weights.recurrent("decoder.rnn.", "")
    found |= cells_of(cells, count)
    hidden = found["cells.0.weight_hh"].shape[1]
    memory = 2 * found["encoder.weight_hh_l0"].shape[1]
    words = weights.take("trg_embed.lut.weight", 2).shape[1]
    config: dict[str, Any] = {
        "cell": cell,
        "encoder_layers": layers,
        "bidirectional": True,
        "decoder_layers": count,
        "input_feeding": found["cells.0.weight_ih"].shape[1] > words,
        "readout": ("hidden", "context"),
        "source_scale": _scale(model, "encoder", weights.take("src_embed.lut.weight", 2)),
        "target_scale": _scale(model, "decoder", weights.take("trg_embed.lut.weight", 2)),
    }
    start = _section(model, "decoder").get("init_hidden", "bridge")
    if "decoder.bridge_layer.weight" in weights:
        config |= {"start": "top", "bridge": "each", "bridge_activation": "tanh"}
        for part in ("hidden", "cell")[: 2 if cell == "lstm" else 1]:  # one for both
            found[f"bridge.{part}.weight"] = weights.take("decoder.bridge_layer.weight", 2)
            found[f"bridge.{part}.bias"] = weights.take("decoder.bridge_layer.bias", 1)
    elif start in ("last", "zero"):
        config["start"] = "zero" if start == "zero" else "top" if memory == hidden else "top half"
    else:
        raise InputError(
            f"{weights.path} lacks the bridge that init_hidden: {start} needs",
            hint="name the config.yaml that the checkpoint was trained with",
        )
    found["readout.weight"] = weights.take("decoder.att_vector_layer.weight", 2)
    found["readout.bias"] = weights.take("decoder.att_vector_layer.bias", 1)
    found["key.weight"] = weights.take("decoder.attention.key_layer.weight", 2)
    config["attention"] = "general"
    if "decoder.attention.query_layer.weight" in weights:
        config["attention"] = "additive"
        found["query.weight"] = weights.take("decoder.attention.query_layer.weight", 2)
        found["v"] = weights.take("decoder.attention.energy_layer.weight", 2)[0]
    return config, found


def _check_agreed(
    model: Mapping[str, Any], config: Mapping[str, Any], found: Mapping[str, Tensor], path: Path
) -> None:
    """Demand that settings say what the weights say, where they say it.

    Raises:
        InputError: they are those of another model.
    """
    attention = {"general": "luong", "additive": "bahdanau"}[config["attention"]]
    both = {"type": "recurrent", "rnn_type": config["cell"]}
    told = {
        "encoder": both
        | {
            "bidirectional": config["bidirectional"],
            "num_layers": config["encoder_layers"],
            "hidden_size": found["encoder.weight_hh_l0"].shape[1],
        },
        "decoder": both
        | {
            "num_layers": config["decoder_layers"],
            "hidden_size": found["cells.0.weight_hh"].shape[1],
            "attention": attention,
            "input_feeding": config["input_feeding"],
        },
    }
    for side, expected in told.items():
        section = _section(model, side)
        for key, value in expected.items():
            if key in section and section[key] != value:
                raise InputError(
                    f"{path}: {side}: {key} is {shown(section[key])}, the weights say "
                    f"{shown(value)}",
                    hint="name the config.yaml that the checkpoint was trained with",
                )


def _scale(model: Mapping[str, Any], side: str, table: Tensor) -> float:
    embeddings = _section(_section(model, side), "embeddings")
    return math.sqrt(table.shape[1]) if embeddings.get("scale") is True else 1.0


def _tables(
    weights: Weights, sides: tuple[Vocabulary, Vocabulary], unknown: int
) -> dict[str, Tensor]:
    """Return what has a row for each word."""
    written = weights.take("trg_embed.lut.weight", 2)
    output = weights.take("decoder.output_layer.weight", 2)
    found = {
        "source_table": extended(weights.take("src_embed.lut.weight", 2), sides[0], unknown),
        "table": extended(written, sides[1], unknown),
        "output.bias": extended_bias(torch.zeros(len(output)), sides[1]),
    }
    if not torch.equal(written, output):
        found["output.weight"] = extended(output, sides[1], None)
    return found


def _remarks(data: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    sides = [data.get("src"), data.get("trg")]
    if data.get("lowercase") or any(isinstance(s, dict) and s.get("lowercase") for s in sides):
        found.append("It was trained on small letters: texts must be given so.")
    return tuple(found)
