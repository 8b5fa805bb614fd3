"""Checkpoints of other toolkits: what is read of them, and that it computes what they would."""

from __future__ import annotations

import json
import math
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from allez import Translator
from allez.errors import InputError
from allez.text.tokenizer import Tokenizer
from allez_export.cli import main
from allez_export.config.file import load_config
from allez_export.families.steps import TorchStep
from allez_export.toolkits import TOOLKITS, toolkit
from allez_export.toolkits.imported import Imported
from support import checkpoints
from support.checkpoints import State, advance, by_layer, encoder, quantize_all, stacked

SENTENCES = ["le chat voit la mer", "la dame", "une pomme bleue voit le chat aime la dame"]
TARGETS = ["the cat sees the sea", "lady", "an apple likes"]

Steps = Callable[[Sequence[int], Sequence[int]], list[Tensor]]
"""Source and target ids to the logits of each step."""


def compare(imported: Imported, steps: Steps, *, source_end: bool) -> None:
    """Hold the imported model to what its toolkit computes, token by token."""
    source = Tokenizer(imported.source_tokenizer)
    target = Tokenizer(imported.target_tokenizer or imported.source_tokenizer)
    facts = imported.family.facts
    for text, translated in zip(SENTENCES, TARGETS, strict=True):
        ids = source.encode(text)
        targets = [*target.encode(translated), facts.eos]
        step = imported.family.reference_step([[*ids, facts.source_end]])
        read = [*ids, facts.source_end] if source_end else ids
        fed = [facts.bos, *targets[:-1]]
        for token, logits in zip(fed, steps(read, fed), strict=True):
            found = step(np.array([token]), np.zeros(1, dtype=np.int64), 1, full=True)
            assert found.log_probs is not None
            wanted = logits.log_softmax(0).numpy()
            assert np.abs(found.log_probs[0, : len(wanted)] - wanted).max() < 1e-5
            assert (found.log_probs[0, len(wanted) :] < -1000).all()  # words the toolkit has not


OPENNMT: list[dict[str, Any]] = [
    {"version": "1.x", "cell": "lstm", "layers": 2, "attention": "general"},
    {"version": "1.x", "cell": "gru", "both": False, "attention": "mlp", "feed": False,
     "bridge": True},
    {"version": "2.x", "cell": "lstm", "layers": 2, "attention": "mlp", "bridge": True},
    {"version": "3.x", "cell": "gru", "attention": "dot", "tied": True},
    {"version": "1.x", "cell": "lstm", "attention": "dot", "feed": False, "old": True},
    {"version": "3.x", "cell": "lstm", "layers": 3, "both": False, "attention": "general"},
    {"version": "2.x", "cell": "gru", "layers": 2, "both": False, "attention": "dot",
     "feed": False},
    {"version": "1.x", "cell": "gru", "layers": 3, "attention": "mlp", "old": True},
    {"version": "1.x", "cell": "lstm", "layers": 2, "more": 1, "hidden": 10, "words": 3},
    {"version": "1.x", "cell": "gru", "layers": 1, "more": 3, "bridge": True, "both": False},
    {"version": "2.x", "cell": "lstm", "layers": 2, "more": 2, "bridge": True},
    {"version": "2.x", "cell": "lstm", "layers": 4, "hidden": 14, "shared": True},
    {"version": "1.x", "cell": "gru", "hidden": 6, "tied": True, "shared": True},
    {"version": "1.x", "cell": "lstm", "layers": 2, "attention": "none"},
    {"version": "2.x", "cell": "gru", "attention": "none", "feed": False},
]  # fmt: skip


def opennmt_steps(state: State, head: State, kind: dict[str, Any]) -> Steps:
    cell, layers, feed = kind["cell"], kind.get("layers", 1), kind.get("feed", True)
    attention, depth = kind.get("attention", "general"), layers + kind.get("more", 0)
    table = "embeddings.make_embedding.emb_luts.0.weight"
    rnn = encoder(state, "encoder.rnn.", cell)
    named = "decoder.rnn.layers.{0}.{1}" if feed else "decoder.rnn.{1}_l{0}"
    cells = stacked(state, named.format, cell, layers)

    def steps(source: Sequence[int], fed: Sequence[int]) -> list[Tensor]:
        memory, last = rnn(state[f"encoder.{table}"][list(source)])
        parts = [by_layer(part, rnn) for part in (last if cell == "lstm" else (last,))]
        if kind.get("bridge"):
            for i, part in enumerate(parts):
                weight, bias = (state[f"encoder.bridge.{i}.{n}"] for n in ("weight", "bias"))
                joined = torch.relu(weight @ torch.cat(part) + bias)
                parts[i] = list(joined.split(len(joined) // depth))
        parts = [part[:layers] for part in parts]
        states: list[Any] = list(zip(*parts, strict=True)) if cell == "lstm" else parts[0]
        out, found = torch.zeros(cells[0].hidden_size), []
        for token in fed:
            x = state[f"decoder.{table}"][token]
            h = advance(cells, torch.cat([x, out]) if feed else x, states)
            attn = {
                name.removeprefix("decoder.attn."): weight
                for name, weight in state.items()
                if name.startswith("decoder.attn.")
            }
            if attention == "none":
                out = h
                found.append(head["weight"] @ out + head["bias"])
                continue
            if attention == "mlp":
                query = attn["linear_query.weight"] @ h + attn["linear_query.bias"]
                scores = torch.tanh(query + memory @ attn["linear_context.weight"].T)
                scores = scores @ attn["v.weight"][0]
            elif attention == "general":
                scores = memory @ (attn["linear_in.weight"] @ h)
            else:
                scores = memory @ h
            context = scores.softmax(0) @ memory
            out = attn["linear_out.weight"] @ torch.cat([context, h])
            linear = attention == "mlp"
            out = out + attn["linear_out.bias"] if linear else torch.tanh(out)
            found.append(head["weight"] @ out + head["bias"])
        return found

    return steps


@pytest.mark.parametrize("kind", OPENNMT, ids=lambda kind: "-".join(map(str, kind.values())))
def test_opennmt_computes_what_it_did(tmp_path: Path, kind: dict[str, Any]) -> None:
    state, head = checkpoints.opennmt(tmp_path, **kind)
    imported = toolkit("opennmt").read([tmp_path])
    assert kind["version"] in imported.made_by
    compare(imported, opennmt_steps(state, head, kind), source_end=False)


def test_opennmt_ends_a_source_that_has_one_word(tmp_path: Path) -> None:
    checkpoints.opennmt(tmp_path)
    family = toolkit("opennmt").read([tmp_path]).family
    alone = family.reference_encoding(torch.tensor([[1]]), torch.tensor([1]))
    assert all(torch.isfinite(part).all() for part in alone)


FAIRSEQ: list[dict[str, Any]] = [
    {},
    {"both": False},
    {"attention": False},
    {"both": False, "attention": False},
    {"layers": 1, "more": 3, "each": 4, "narrow": 8, "tied": False},
    {"layers": 4, "both": False, "each": 9, "hidden": 12, "words": 3, "tied": False},
    {"layers": 1, "both": False, "each": 6, "hidden": 6, "words": 6},
]


@pytest.mark.parametrize("kind", FAIRSEQ, ids=str)
def test_fairseq_computes_what_it_did(tmp_path: Path, kind: dict[str, Any]) -> None:
    state = checkpoints.fairseq(tmp_path, **kind)
    rnn = encoder(state, "encoder.lstm.", "lstm")
    layers = kind.get("layers", 2)
    cells = stacked(state, "decoder.layers.{0}.{1}".format, "lstm", layers)

    def layer(name: str, x: Tensor) -> Tensor:
        if f"decoder.{name}.weight" not in state:
            return x
        return state[f"decoder.{name}.weight"] @ x + state[f"decoder.{name}.bias"]

    def steps(source: Sequence[int], fed: Sequence[int]) -> list[Tensor]:
        memory, last = rnn(state["encoder.embed_tokens.weight"][list(source)])
        first = []
        for part, some in zip(("hidden", "cell"), last, strict=True):
            begun = by_layer(some, rnn)[:layers]
            first.append([layer(f"encoder_{part}_proj", one) for one in begun])
        states: list[Any] = list(zip(*first, strict=True))
        out, found = torch.zeros(cells[0].hidden_size), []
        for token in fed:
            words = state["decoder.embed_tokens.weight"]
            out = h = advance(cells, torch.cat([words[token], out]), states)
            if kind.get("attention", True):
                scores = memory @ (state["decoder.attention.input_proj.weight"] @ h)
                context = scores.softmax(0) @ memory
                project = state["decoder.attention.output_proj.weight"]
                out = torch.tanh(project @ torch.cat([context, h]))
            narrow = layer("additional_fc", out)
            found.append(layer("fc_out", narrow) if "tied" in kind else words @ narrow)
        return found

    imported = toolkit("fairseq").read([tmp_path])
    assert (imported.family.facts.bos, imported.family.facts.never) == (2, (1,))
    compare(imported, steps, source_end=True)


JOEYNMT: list[dict[str, Any]] = [
    {"cell": "lstm", "init": "bridge", "attention": "luong", "feed": True},
    {"cell": "gru", "init": "last", "attention": "bahdanau", "feed": False},
    {"cell": "gru", "init": "zero", "attention": "luong", "feed": True},
    {"cell": "gru", "init": "bridge", "attention": "bahdanau", "depths": (4, 1), "hidden": 11},
    {"cell": "lstm", "init": "last", "attention": "bahdanau", "depths": (3, 4), "hidden": 6},
    {"cell": "lstm", "init": "last", "attention": "luong", "hidden": 10, "each": 5, "tied": True},
]


@pytest.mark.parametrize("kind", JOEYNMT, ids=lambda kind: "-".join(map(str, kind.values())))
def test_joeynmt_computes_what_it_did(tmp_path: Path, kind: dict[str, Any]) -> None:
    state = checkpoints.joeynmt(tmp_path, **kind)
    rnn = encoder(state, "encoder.rnn.", kind["cell"])
    layers = kind.get("depths", (1, 2))[1]
    cells = stacked(state, "decoder.rnn.{1}_l{0}".format, kind["cell"], layers)
    hidden = cells[0].hidden_size

    def first(top: Tensor) -> Tensor:
        if kind["init"] == "bridge":
            weight, bias = (state[f"decoder.bridge_layer.{n}"] for n in ("weight", "bias"))
            return torch.tanh(weight @ top + bias)
        return torch.zeros(hidden) if kind["init"] == "zero" else top[:hidden]

    def steps(source: Sequence[int], fed: Sequence[int]) -> list[Tensor]:
        memory, last = rnn(state["src_embed.lut.weight"][list(source)] * math.sqrt(4))
        words = state["trg_embed.lut.weight"]
        scale = math.sqrt(words.shape[1])
        s = first(by_layer(last[0] if kind["cell"] == "lstm" else last, rnn)[-1])
        states: list[Any] = [(s, s) if kind["cell"] == "lstm" else s] * layers
        out, found = torch.zeros(hidden), []
        for token in fed:
            x = words[token] * scale
            q = advance(cells, torch.cat([x, out]) if kind.get("feed", True) else x, states)
            keys = memory @ state["decoder.attention.key_layer.weight"].T
            scores = keys @ q
            if kind["attention"] == "bahdanau":
                query = state["decoder.attention.query_layer.weight"] @ q
                energy = state["decoder.attention.energy_layer.weight"][0]
                scores = torch.tanh(keys + query) @ energy
            joined = torch.cat([q, scores.softmax(0) @ memory])
            layer = state["decoder.att_vector_layer.weight"] @ joined
            out = torch.tanh(layer + state["decoder.att_vector_layer.bias"])
            found.append(state["decoder.output_layer.weight"] @ out)
        return found

    imported = toolkit("joeynmt").read([tmp_path])
    assert (imported.beam_size, imported.length_penalty) == (3, 0.5)
    assert imported.family.facts.never == (1, 2)
    compare(imported, steps, source_end=True)


@pytest.mark.parametrize("kind", ["tutorial", "annotated"])
def test_copied_layouts_compute_what_they_did(tmp_path: Path, kind: str) -> None:
    paths, read, written = checkpoints.recipe(tmp_path, kind)
    own = kind == "tutorial"
    rnn = encoder(read, "gru." if own else "encoder.rnn.", "gru")
    cells = stacked(written, ("gru.{1}_l{0}" if own else "decoder.rnn.{1}_l{0}").format, "gru", 1)
    names = ("Wa", "Ua", "Va") if own else ("query_layer", "key_layer", "energy_layer")
    attention = "attention." if own else "decoder.attention."

    def layer(name: str, x: Tensor) -> Tensor:
        made = x @ written[f"{attention}{name}.weight"].T
        return made + written.get(f"{attention}{name}.bias", 0.0)

    def steps(source: Sequence[int], fed: Sequence[int]) -> list[Tensor]:
        memory, last = rnn(read["embedding.weight" if own else "src_embed.weight"][list(source)])
        (h,) = by_layer(last, rnn)
        if not own:
            h = torch.tanh(written["decoder.bridge.weight"] @ h + written["decoder.bridge.bias"])
        found, states = [], [h]
        for token in fed:
            x = written["embedding.weight" if own else "trg_embed.weight"][token]
            scores = layer(
                names[2], torch.tanh(layer(names[0], states[0]) + layer(names[1], memory))
            )
            context = scores[:, 0].softmax(0) @ memory
            h = advance(cells, torch.cat([x, context]), states)
            if own:
                found.append(written["out.weight"] @ h + written["out.bias"])
            else:
                joined = written["decoder.pre_output_layer.weight"] @ torch.cat([x, h, context])
                found.append(written["generator.proj.weight"] @ joined)
        return found

    imported = toolkit(kind).read(paths)
    compare(imported, steps, source_end=True)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("decoder.attn.linear_cover.weight", "coverage"),
        ("encoder.embeddings.make_embedding.emb_luts.1.weight", "word features"),
        ("decoder.copy_attn.linear_out.weight", "copy attention"),
        ("encoder.rnn.rnn_lst.0.weight", "SRU"),
        ("encoder.embeddings.make_embedding.pe.pe", "positions"),
        ("decoder.something.new", "decoder.something.new"),
    ],
)
def test_a_part_that_is_not_read_is_named(tmp_path: Path, name: str, what: str) -> None:
    checkpoints.opennmt(tmp_path, version="3.x")
    content = torch.load(tmp_path / "model.pt", weights_only=False)
    content["model"][name] = torch.zeros(3, 3)
    torch.save(content, tmp_path / "model.pt")
    with pytest.raises(InputError, match=what):
        toolkit("opennmt").read([tmp_path])


def test_an_adaptive_softmax_is_refused(tmp_path: Path) -> None:
    checkpoints.fairseq(tmp_path)
    content = torch.load(tmp_path / "checkpoint.pt", weights_only=False)
    content["model"]["decoder.adaptive_softmax.head.weight"] = torch.zeros(3, 3)
    torch.save(content, tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match="adaptive softmax"):
        toolkit("fairseq").read([tmp_path])


def test_what_lies_not_beside_a_checkpoint_is_named(tmp_path: Path) -> None:
    checkpoints.joeynmt(tmp_path)
    (tmp_path / "trg_vocab.txt").unlink()
    with pytest.raises(InputError, match="trg is missing"):
        toolkit("joeynmt").read([tmp_path])
    checkpoints.fairseq(tmp_path)
    (tmp_path / "dict.fr.txt").write_text("le 3\n", encoding="utf-8")
    with pytest.raises(InputError, match="rows, its vocabulary"):
        toolkit("fairseq").read([tmp_path / "checkpoint.pt"])


def test_a_checkpoint_of_another_toolkit_is_refused(tmp_path: Path) -> None:
    checkpoints.opennmt(tmp_path, version="3.x")
    with pytest.raises(InputError, match="of fairseq"):
        toolkit("fairseq").read([tmp_path])


def test_all_toolkits_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "--list"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in TOOLKITS)
    assert main(["import", "klingon", "x", "--out", "y"]) == 2


def greedy(state: State, head: State, kind: dict[str, Any], source: list[int]) -> dict[str, Any]:
    """Return a line of a reference file, as the toolkit would write it."""
    steps, ids, scores = opennmt_steps(state, head, kind), [2], []
    while len(ids) < 9 and ids[-1] != 3:
        logs = steps(source, ids)[-1].log_softmax(0)
        ids.append(int(logs.argmax()))
        scores.append(float(logs[ids[-1]]))
    return {"source_ids": source, "greedy_ids": ids[1:], "greedy_log_probs": scores}


def test_a_checkpoint_becomes_a_bundle_that_translates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = {"version": "1.x", "cell": "gru", "attention": "dot"}
    state, head = checkpoints.opennmt(tmp_path, **kind)
    words = ["<unk>", "<blank>", *checkpoints.SOURCE]
    lines = []
    for text in SENTENCES:
        made = greedy(state, head, kind, [words.index(word) for word in text.split()])
        lines.append(json.dumps({"source": text, **made}))
    (tmp_path / "reference.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "NOTICE").write_text("Trained by a test.\n", encoding="utf-8")
    out = tmp_path / "run"
    asked = ["import", "opennmt", str(tmp_path), "--out", str(out), "--source", "fr"]
    asked += ["--target", "en", "--name", "tiny", "--license", "MIT"]
    asked += ["--notice", str(tmp_path / "NOTICE")]
    assert main([*asked, "--reference", str(tmp_path / "reference.jsonl")]) == 0
    told = capsys.readouterr()
    assert str(out / "bundle") in told.out
    assert f"package {out / 'bundle'}: " in told.err
    assert ".partial" not in told.out + told.err
    assert load_config(out / "tiny.toml").package.least_golden == 0  # few may be decided clearly
    report = json.loads((out / "verify" / "report.json").read_text(encoding="utf-8"))
    assert report["reference"]["greedy_same"] == report["reference"]["source_ids"] == 3
    assert report["reference"]["worst_token_score"] < 1e-4
    with Translator(out / "bundle") as translator:
        manifest = translator.bundle.manifest
        # Runtimes that know no rules but their own must refuse it, not search in another way.
        assert manifest.format_version == 3
        search = manifest.search
        assert (search.early_stopping, search.finished, search.beam_size) == ("best", "dropped", 5)
        assert search.repeats == manifest.repeats == "any"  # no toolkit has a rule against loops
        assert manifest.source.tokenizer != manifest.target.tokenizer
        assert manifest.precision == "fp32"  # nothing in it is large enough for int8
        assert (manifest.source.size, manifest.target.size) == (18, 20)
        assert set(translator.translate("le chat").text.split()) <= {*checkpoints.TARGET, "<unk>"}
    card = (out / "bundle" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "3 of 3 greedy paths are the same" in card
    assert "OpenNMT-py 1.x" in card
    assert main(asked) == 1  # it exists
    own = ["--early-stopping", "hopeless", "--finished", "replaced", "--length-penalty", "0.5"]
    own += ["--repeats", "few"]
    assert main([*asked, "--force", *own]) == 0
    said = json.loads((out / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert said["format_version"] == 2
    assert said["search"] == {"beam_size": 5, "length_penalty": 0.5}
    assert main([*asked, "--force", "--length-offset", "11"]) == 1
    assert "length_offset must be 0 to 10, not 11" in capsys.readouterr().err


def rules_of(imported: Imported) -> tuple[float, float, str, str]:
    found = imported
    return found.length_penalty, found.length_offset, found.early_stopping, found.finished


def test_how_a_toolkit_searches_goes_with_its_model(tmp_path: Path) -> None:
    for name in "13fj":
        (tmp_path / name).mkdir()
    checkpoints.opennmt(tmp_path / "1", version="1.x")
    checkpoints.opennmt(tmp_path / "3", version="3.x")
    checkpoints.fairseq(tmp_path / "f")
    checkpoints.joeynmt(tmp_path / "j")
    assert rules_of(toolkit("opennmt").read([tmp_path / "1"])) == (0.0, 0.0, "best", "dropped")
    assert rules_of(toolkit("opennmt").read([tmp_path / "3"])) == (1.0, 1.0, "best", "dropped")
    assert rules_of(toolkit("fairseq").read([tmp_path / "f"])) == (1.0, 0.0, "full", "replaced")
    config = tmp_path / "j" / "config.yaml"
    text = config.read_text(encoding="utf-8")
    for said, alpha in (
        ("beam_alpha: 0.5", 0.5),
        ("beam_alpha: -1", 0.0),
        ("alpha: 0.7", 0.7),
        ("beam_alpha: 0.5\n  alpha: 0.7", 0.7),  # the older name counts
        ("n_best: 1", 0.0),
    ):
        config.write_text(text.replace("beam_alpha: 0.5", said), encoding="utf-8")
        assert rules_of(toolkit("joeynmt").read([tmp_path / "j"])) == (
            alpha,
            5.0,
            "full",
            "dropped",
        )


@pytest.mark.parametrize("kind", ["opennmt", "fairseq", "annotated"])
def test_features_that_are_evened_out_say_the_same(tmp_path: Path, kind: str) -> None:
    paths = [tmp_path]
    if kind == "opennmt":
        checkpoints.opennmt(tmp_path, cell="gru", attention="mlp", feed=False, bridge=True)
    elif kind == "fairseq":  # its output is its table of words
        checkpoints.fairseq(tmp_path)
    else:
        paths, _, _ = checkpoints.recipe(tmp_path, kind)
    family = toolkit(kind).read(paths).family
    ranges = family.activation_ranges([([5, 6, 7], [8, 9, 10]), ([9, 5], [6])])
    assert ranges.rescaled
    evened, source = family.step_module(), torch.tensor([[5, 6, 7, 8]])
    for name, value in evened.named_parameters():
        if name in ranges.rescaled:
            value.data.copy_(torch.from_numpy(np.asarray(ranges.rescaled[name])))
    encoding = family.reference_encoding(source, torch.tensor([4]))
    steps = [
        TorchStep(module, encoding, family.facts.vocabulary)
        for module in (family.step_module(), evened)
    ]
    for token in (family.facts.bos, 7, 9):
        one, other = (
            step(np.array([token]), np.zeros(1, dtype=np.int64), 1, full=True) for step in steps
        )
        assert one.log_probs is not None
        np.testing.assert_allclose(one.log_probs, other.log_probs, rtol=1e-4, atol=1e-4)


CHECKPOINTS = os.environ.get("ALLEZ_CHECKPOINTS")
"""A folder of real checkpoints, one a folder, each with the outputs of its toolkit."""

REAL = {
    "opennmt-py-1.2-lstm-general": "opennmt",
    "opennmt-py-1.2-gru-mlp-bridge": "opennmt",
    "opennmt-py-2.3-lstm-general": "opennmt",
    "opennmt-py-3.5-gru-dot": "opennmt",
    "fairseq-0.12-lstm": "fairseq",
    "joeynmt-2.3-lstm-luong": "joeynmt",
    "joeynmt-2.3-gru-bahdanau": "joeynmt",
    "pytorch-tutorial": "tutorial",
    "annotated-encoder-decoder": "annotated",
}

SEARCHED_GREEDILY = ("opennmt-py-2.3-lstm-general", "pytorch-tutorial", "annotated-encoder-decoder")
"""Of which there is no beam of the toolkit's own."""


@pytest.mark.skipif(CHECKPOINTS is None, reason="ALLEZ_CHECKPOINTS names no folder")
@pytest.mark.parametrize("name", REAL)
def test_real_checkpoints_give_what_their_toolkits_gave(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(str(CHECKPOINTS)) / name
    paths = [folder]
    if REAL[name] in ("tutorial", "annotated"):
        paths = [*sorted(folder.glob("*.pt")), *sorted(folder.glob("*.codes"))]
        paths += [folder / "vocab.fr.json", folder / "vocab.en.json"]
    (tmp_path / "NOTICE").write_text("Made for tests.\n", encoding="utf-8")
    asked = ["import", REAL[name], *map(str, paths), "--out", str(tmp_path / "run")]
    asked += ["--source", "fr", "--target", "en", "--name", "real", "--license", "CC-BY-2.0"]
    asked += ["--notice", str(tmp_path / "NOTICE")]
    for file in ("reference.jsonl", "reference.beam5.jsonl"):
        asked += ["--reference", str(folder / file)] if (folder / file).exists() else []
    quantize_all(monkeypatch)
    assert main(asked) == 0
    report = json.loads((tmp_path / "run" / "verify" / "report.json").read_text(encoding="utf-8"))
    found, quantized = report["reference"], report["reference int8"]
    assert found["greedy_same"] == found["greedy_paths"] >= 20
    assert found["worst_token_score"] < 1e-4
    assert found.get("beam_same", 48) >= 48
    assert ("beam_same" in found) == (name not in SEARCHED_GREEDILY)
    assert quantized["chrf_of_int8_against_fp32"] >= 90
    assert abs(quantized["mean_token_score"]) <= 0.05


def test_no_checkpoint_is_a_zip_of_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(InputError, match="none of torch"):
        toolkit("opennmt").read([tmp_path])
