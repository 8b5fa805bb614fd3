"""Tiny checkpoints in the layouts of other toolkits, random but seeded, a few kB each.

No toolkit is imported: where a pickle names its classes, modules of that name are made for as long
as it is written. What a toolkit computes, the tests spell out step by step with torch's own layers.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
import types
from argparse import Namespace
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from allez_export.toolkits import toolkit
from allez_export.toolkits.imported import Imported

SOURCE = [*("le", "chat", "la", "dame", "voit", "aime", "mer", "une", "pomme", "bleue", "un"),
          *("chien", "mange", "ici", "et", "là")]  # fmt: skip
TARGET = [*("the", "cat", "lady", "sees", "likes", "sea", "an", "apple", "blue", "a", "dog"),
          *("eats", "here", "and", "there", "not")]  # fmt: skip

State = dict[str, Tensor]


def random_state(shapes: dict[str, tuple[int, ...]], seed: int = 0) -> State:
    """Return weights that matter, the same for a seed."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(*shape, generator=generator) * 1.5 / shape[-1] ** 0.5
        for name, shape in shapes.items()
    }


def recurrent(prefix: str, cell: str, inputs: int, hidden: int, layers: int, both: bool) -> Any:
    """Return the shapes of torch's LSTM or GRU."""
    gates, ways = {"lstm": 4, "gru": 3}[cell] * hidden, 2 if both else 1
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(layers):
        for suffix in ("", "_reverse")[:ways]:
            name = f"_l{layer}{suffix}"
            shapes[f"{prefix}weight_ih{name}"] = (gates, inputs if layer == 0 else hidden * ways)
            shapes[f"{prefix}weight_hh{name}"] = (gates, hidden)
            shapes[f"{prefix}bias_ih{name}"] = shapes[f"{prefix}bias_hh{name}"] = (gates,)
    return shapes


@contextlib.contextmanager
def classes(*names: str) -> Iterator[list[type]]:
    """Give classes that a pickle finds under foreign names, for a while."""
    before = dict(sys.modules)
    try:
        made = []
        for name in names:
            module, _, short = name.rpartition(".")
            parts = module.split(".")
            for end in range(1, len(parts) + 1):
                part = ".".join(parts[:end])
                sys.modules.setdefault(part, types.ModuleType(part))
            kind = type(short, (), {"__module__": module})
            setattr(sys.modules[module], short, kind)
            made.append(kind)
        yield made
    finally:
        sys.modules.clear()
        sys.modules.update(before)


_OPENNMT_EMBEDDING = "embeddings.make_embedding.emb_luts.0.weight"


def _opennmt_shapes(source: int, target: int, words: int, hidden: int, *, cell: str, layers: int,
                    more: int, both: bool, attention: str, feed: bool,
                    bridge: bool) -> dict[str, tuple[int, ...]]:  # fmt: skip
    """Return the shapes of a model's weights by name; sizes are words of each side, and widths."""
    shapes = {
        f"encoder.{_OPENNMT_EMBEDDING}": (source, 6),
        f"decoder.{_OPENNMT_EMBEDDING}": (target, words),
    }
    each, depth = hidden // 2 if both else hidden, layers + more
    shapes |= recurrent("encoder.rnn.", cell, 6, each, depth, both)
    gates = {"lstm": 4, "gru": 3}[cell] * hidden
    if feed:
        for layer in range(layers):
            name = f"decoder.rnn.layers.{layer}."
            shapes[name + "weight_ih"] = (gates, hidden if layer else words + hidden)
            shapes[name + "weight_hh"] = (gates, hidden)
            shapes[name + "bias_ih"] = shapes[name + "bias_hh"] = (gates,)
    else:
        shapes |= recurrent("decoder.rnn.", cell, words, hidden, layers, both=False)
    if bridge:
        for part in range(2 if cell == "lstm" else 1):
            shapes[f"encoder.bridge.{part}.weight"] = (hidden * depth, hidden * depth)
            shapes[f"encoder.bridge.{part}.bias"] = (hidden * depth,)
    if attention != "none":
        shapes["decoder.attn.linear_out.weight"] = (hidden, 2 * hidden)
    if attention == "general":
        shapes["decoder.attn.linear_in.weight"] = (hidden, hidden)
    if attention == "mlp":
        for part in ("context.weight", "query.weight"):
            shapes[f"decoder.attn.linear_{part}"] = (hidden, hidden)
        shapes |= {
            "decoder.attn.linear_query.bias": (hidden,),
            "decoder.attn.v.weight": (1, hidden),
        }
        shapes["decoder.attn.linear_out.bias"] = (hidden,)
    return shapes


def opennmt(folder: Path, *, version: str = "1.x", cell: str = "lstm", layers: int = 1,
            more: int = 0, both: bool = True, attention: str = "general", feed: bool = True,
            bridge: bool = False, tied: bool = False, old: bool = False,
            hidden: int = 8, words: int = 6,
            shared: bool = False) -> tuple[State, State]:  # fmt: skip
    """Write a checkpoint of OpenNMT-py, `more` layers in its encoder than in its decoder.

    Returns:
        Its weights and its generator's.
    """
    source = ["<unk>", "<blank>", *SOURCE]
    target = ["<unk>", "<blank>", "<s>", "</s>", *TARGET]
    if version == "3.x":
        source[2:2] = ["<s>", "</s>"]
    if shared:
        source = target
    words = hidden if tied else words
    sizes = (len(source), len(target), words, hidden)
    shapes = _opennmt_shapes(*sizes, cell=cell, layers=layers, more=more, both=both,
                             attention=attention, feed=feed, bridge=bridge)  # fmt: skip
    embedding = _OPENNMT_EMBEDDING
    state = random_state(shapes)
    state[f"encoder.{embedding}"][1] = 0.0  # padding
    if shared:
        state[f"decoder.{embedding}"] = state[f"encoder.{embedding}"]
    head = random_state({"weight": (len(target), hidden), "bias": (len(target),)}, seed=1)
    head["weight"] *= 3
    if tied:
        head["weight"] = state[f"decoder.{embedding}"]
    options = Namespace(encoder_type="brnn" if both else "rnn", copy_attn=False)
    if version != "1.x":
        options.transforms = []
    content: dict[str, Any] = {"model": state, "opt": options, "optim": None}
    content["generator"] = OrderedDict(
        (name if version == "3.x" else f"0.{name}", value) for name, value in head.items()
    )
    names = ("onmt.inputters.text_dataset.TextMultiField", "torchtext.data.field.Field",
             "torchtext.vocab.Vocab")  # fmt: skip
    with classes(*names) as kinds:
        if version == "3.x":
            content["vocab"] = {"src": source, "tgt": target}
        else:
            lists = {"src": source, "tgt": target}
            content["vocab"] = {side: _field(*kinds, side, some) for side, some in lists.items()}
        torch.save(content, folder / "model.pt", _use_new_zipfile_serialization=not old)
    return state, head


def _field(multi: type, field: type, vocab: type, name: str, words: Sequence[str]) -> Any:
    listed, inner, outer = vocab(), field(), multi()
    vars(listed).update(itos=list(words), freqs=Counter(words))
    vars(inner).update(vocab=listed, unk_token="<unk>")
    vars(outer).update(fields=[(name, inner)])
    return outer


def fairseq(folder: Path, *, both: bool = True, attention: bool = True, layers: int = 2,
            more: int = 0, each: int = 5, hidden: int = 8, words: int = 6,
            narrow: int = 6, tied: bool = True) -> State:  # fmt: skip
    """Write a checkpoint of fairseq and its dictionaries; return its weights.

    Args:
        folder: to write to.
        both: whether its encoder reads in both directions.
        attention: whether it has any.
        layers: of its decoder.
        more: layers that its encoder has beyond those.
        each: width of either direction of its encoder.
        hidden: width of its decoder.
        words: width of its decoder's table.
        narrow: width of what enters the vocabulary layer.
        tied: whether that layer is the table.
    """
    rows = {"fr": 24, "en": 24}
    for language, listed in (("fr", SOURCE), ("en", TARGET)):
        lines = [f"{word} {99 - i}\n" for i, word in enumerate(listed)]
        (folder / f"dict.{language}.txt").write_text("".join(lines), encoding="utf-8")
    shapes = {"encoder.embed_tokens.weight": (rows["fr"], 6)}
    shapes["decoder.embed_tokens.weight"] = (rows["en"], words)
    shapes |= recurrent("encoder.lstm.", "lstm", 6, each, layers + more, both)
    memory = 2 * each if both else each
    for layer in range(layers):
        name = f"decoder.layers.{layer}."
        shapes[name + "weight_ih"] = (4 * hidden, hidden if layer else words + hidden)
        shapes[name + "weight_hh"] = (4 * hidden, hidden)
        shapes[name + "bias_ih"] = shapes[name + "bias_hh"] = (4 * hidden,)
    for part in ("hidden", "cell") if memory != hidden else ():
        shapes[f"decoder.encoder_{part}_proj.weight"] = (hidden, memory)
        shapes[f"decoder.encoder_{part}_proj.bias"] = (hidden,)
    if attention:
        shapes["decoder.attention.input_proj.weight"] = (memory, hidden)
        shapes["decoder.attention.output_proj.weight"] = (hidden, hidden + memory)
    if narrow != hidden:
        shapes["decoder.additional_fc.weight"] = (narrow, hidden)
        shapes["decoder.additional_fc.bias"] = (narrow,)
    if not tied:
        shapes["decoder.fc_out.weight"] = (rows["en"], narrow)
        shapes["decoder.fc_out.bias"] = (rows["en"],)
    state = random_state(shapes)
    model = Namespace(arch="lstm", source_lang="fr", target_lang="en")
    torch.save({"args": None, "cfg": {"model": model}, "model": state}, folder / "checkpoint.pt")
    return state


def joeynmt(folder: Path, *, cell: str = "lstm", init: str = "bridge", attention: str = "luong",
            feed: bool = True, depths: tuple[int, int] = (1, 2), hidden: int = 8,
            each: int | None = None, tied: bool = False) -> State:  # fmt: skip
    """Write a model_dir of JoeyNMT, so many layers deep on either side; return its weights."""
    special = ["<unk>", "<pad>", "<s>", "</s>"]
    for side, words in (("src", SOURCE), ("trg", TARGET)):
        text = "\n".join([*special, *words]) + "\n"
        (folder / f"{side}_vocab.txt").write_text(text, encoding="utf-8")
    each = each or (hidden if init == "last" else 5)
    words = hidden if tied else 4
    shapes = {"src_embed.lut.weight": (20, 4), "trg_embed.lut.weight": (20, words)}
    shapes |= recurrent("encoder.rnn.", cell, 4, each, depths[0], both=True)
    inputs = words + hidden if feed else words
    shapes |= recurrent("decoder.rnn.", cell, inputs, hidden, depths[1], both=False)
    shapes["decoder.attention.key_layer.weight"] = (hidden, 2 * each)
    if attention == "bahdanau":
        shapes["decoder.attention.query_layer.weight"] = (hidden, hidden)
        shapes["decoder.attention.energy_layer.weight"] = (1, hidden)
    if init == "bridge":
        shapes["decoder.bridge_layer.weight"] = (hidden, 2 * each)
        shapes["decoder.bridge_layer.bias"] = (hidden,)
    shapes["decoder.att_vector_layer.weight"] = (hidden, hidden + 2 * each)
    shapes |= {
        "decoder.att_vector_layer.bias": (hidden,),
        "decoder.output_layer.weight": (20, hidden),
    }
    state = random_state(shapes)
    if tied:
        state["decoder.output_layer.weight"] = state["trg_embed.lut.weight"]
    torch.save({"model_state": state, "optimizer_state": None}, folder / "best.ckpt")
    (folder / "config.yaml").write_text(
        "name: tiny  # a comment\njoeynmt_version: '2.3.0'\ndata:\n  src: {lang: fr, level: word}\n"
        "  trg:\n    lang: en\n    level: word\ntesting:\n  beam_size: 3\n  beam_alpha: 0.5\n"
        "model:\n  encoder: {type: recurrent, embeddings: {scale: True}}\n"
        f"  decoder: {{type: recurrent, init_hidden: {init}, embeddings: {{scale: True}}}}\n",
        encoding="utf-8",
    )
    return state


def recipe(folder: Path, kind: str) -> tuple[list[Path], State, State]:
    """Write a model of the tutorial or of the annotated page; return its files and weights."""
    hidden, words, both = 8, 8 if kind == "tutorial" else 5, kind == "annotated"
    special = ["SOS", "EOS"] if kind == "tutorial" else ["<unk>", "<pad>", "<s>", "</s>"]
    lists = []
    for name, some in (("fr", SOURCE), ("en", TARGET)):
        lists.append(folder / f"vocab.{name}.json")
        lists[-1].write_text(json.dumps(special + some), encoding="utf-8")
    sizes = [len(special) + len(SOURCE), len(special) + len(TARGET)]
    if kind == "tutorial":
        first = {"embedding.weight": (sizes[0], words)}
        first |= recurrent("gru.", "gru", words, hidden, 1, both)
        second = {"embedding.weight": (sizes[1], words), "out.weight": (sizes[1], hidden)}
        second |= {"out.bias": (sizes[1],), "attention.Va.weight": (1, hidden)}
        second |= {"attention.Va.bias": (1,)}
        for part in ("Wa", "Ua"):
            second |= {
                f"attention.{part}.weight": (hidden, hidden),
                f"attention.{part}.bias": (hidden,),
            }
        second |= recurrent("gru.", "gru", words + hidden, hidden, 1, both=False)
        states = random_state(first), random_state(second, seed=1)
        for name, state in zip(("encoder", "decoder"), states, strict=True):
            torch.save(OrderedDict(state), folder / f"{name}.pt")
        return [folder / "encoder.pt", folder / "decoder.pt", *lists], *states
    shapes = {"src_embed.weight": (sizes[0], words), "trg_embed.weight": (sizes[1], words)}
    shapes |= recurrent("encoder.rnn.", "gru", words, hidden, 1, both)
    shapes |= recurrent("decoder.rnn.", "gru", words + 2 * hidden, hidden, 1, both=False)
    for name, size in (("key", 2 * hidden), ("query", hidden)):
        shapes[f"decoder.attention.{name}_layer.weight"] = (hidden, size)
    shapes["decoder.attention.energy_layer.weight"] = (1, hidden)
    shapes |= {"decoder.bridge.weight": (hidden, 2 * hidden), "decoder.bridge.bias": (hidden,)}
    shapes["decoder.pre_output_layer.weight"] = (hidden, words + 3 * hidden)
    shapes["generator.proj.weight"] = (sizes[1], hidden)
    state = random_state(shapes)
    torch.save(state, folder / "model.pt")
    return [folder / "model.pt", *lists], state, state


def quantize_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an import quantize small matrices too, which it leaves fp32 since int8 is no faster."""

    class Whole:
        def __init__(self, name: str) -> None:
            self._toolkit = toolkit(name)

        def read(self, paths: Sequence[Path]) -> Imported:
            return dataclasses.replace(self._toolkit.read(paths), least_weights=0)

    monkeypatch.setattr("allez_export.importing.toolkit", Whole)


# --- what the toolkits compute, spelled out --------------------------------------------------


def encoder(state: State, prefix: str, cell: str) -> nn.RNNBase:
    """Return torch's own layers with the weights of a state."""
    own = {n.removeprefix(prefix): w for n, w in state.items() if n.startswith(prefix)}
    layers = sum(n.startswith("weight_ih") and not n.endswith("_reverse") for n in own)
    kind = nn.LSTM if cell == "lstm" else nn.GRU
    rnn = kind(own["weight_ih_l0"].shape[1], own["weight_hh_l0"].shape[1], layers,
               bidirectional="weight_ih_l0_reverse" in own)  # fmt: skip
    rnn.load_state_dict(own)
    return rnn.requires_grad_(False)


def by_layer(last: Tensor, rnn: nn.RNNBase) -> list[Tensor]:
    """Return [fwd; bwd] of each layer, of last states [layers x directions, H]."""
    return [part.flatten() for part in last.split(2 if rnn.bidirectional else 1)]


def stacked(state: State, name: Callable[[int, str], str], cell: str, layers: int) -> list[Any]:
    """Return the cells of a decoder."""
    cells = []
    for layer in range(layers):
        ih = state[name(layer, "weight_ih")]
        kind = nn.LSTMCell if cell == "lstm" else nn.GRUCell
        made = kind(ih.shape[1], state[name(layer, "weight_hh")].shape[1])
        parts = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        made.load_state_dict({part: state[name(layer, part)] for part in parts})
        cells.append(made.requires_grad_(False))
    return cells


def advance(cells: Sequence[Any], x: Tensor, states: list[Any]) -> Tensor:
    """Feed one word through all layers; states are changed in place."""
    for layer, cell in enumerate(cells):
        states[layer] = cell(x, states[layer])
        x = states[layer][0] if isinstance(states[layer], tuple) else states[layer]
    return x
