"""The bundle: a manifest that parses, golden sentences that decide clearly, nothing in halves."""

from __future__ import annotations

import copy
import dataclasses
import errno
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper

from allez import Translator
from allez.bundle.contract import MANIFEST
from allez.bundle.manifest import Input, SourceSide, TargetSide, parse_manifest
from allez.bundle.reader import Bundle
from allez.errors import (
    AllezError,
    BundleError,
    BundleFormatError,
    BundleNotFoundError,
    OutputError,
)
from allez.model.encoder import TextSource
from allez.model.model import Model
from allez.text.tokenizer import Tokenizer
from allez_export.card import model_card
from allez_export.config import Config, ConfigError
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.model import Seq2Seq
from allez_export.families.recurrent.quantize import activation_ranges
from allez_export.folders import read_beside, written_aside
from allez_export.golden import MARGIN, golden_lines
from allez_export.package import (
    NAMES,
    draft,
    make_manifest,
    sentence_rules,
    shortened,
    write_bundle,
)
from allez_export.quantize import quantize

Traced = Callable[[str], tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]]

EOS = 2


@pytest.fixture(scope="session")
def config(make_config: Callable[..., Config]) -> Config:
    return make_config(
        model={"encoder_layers": 2},
        data={"train": [{"path": "tatoeba.train.tsv.gz"}, {"path": "x/web.tsv"}]},
        package={"version": "2.1.0", "license": "CC0-1.0"},
    )


def test_shortened_merges_are_the_same_merges(definition: str) -> None:
    short = shortened(definition)
    assert len(short) < len(definition)
    assert all(isinstance(merge, str) for merge in json.loads(short)["model"]["merges"])
    before, after = Tokenizer(definition), Tokenizer(short)
    for text in ("Les chats noirs achètent trois maisons.", "42 \N{SNOWMAN} déjà", ""):
        assert after.encode(text) == before.encode(text)
    assert shortened(short) == short
    content = json.loads(definition)
    content["model"]["merges"].append([" ", "a"])
    spaced = json.dumps(content)
    assert shortened(spaced) == spaced


def replaced(graph: onnx.ModelProto, name: str, value: torch.Tensor) -> onnx.ModelProto:
    """Return a graph with another value of a constant, if it has that constant."""
    other = onnx.ModelProto()
    other.CopyFrom(graph)
    for found in other.graph.initializer:
        if found.name == name:
            found.CopyFrom(numpy_helper.from_array(value.numpy(), name))
    return other


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """About thirty texts of all lengths."""
    words = ["le", "la", "chat", "dame", "voit", "l'ami", "mer", "n'a", "pas", "10", "(rien)", "?"]
    generator = np.random.default_rng(1)
    found = (" ".join(generator.choice(words, n)) for n in generator.integers(1, 9, 32))
    return list(dict.fromkeys(found))


@pytest.fixture(scope="session")
def ending(traced: Traced, tokenizer: Tokenizer, texts: list[str]) -> Seq2Seq:
    """The traced model, but for eos: likely from the third word on, and hardly before."""
    model = copy.deepcopy(traced("lstm")[0])
    early, late = [], []
    for text in texts:
        source = torch.tensor([[*tokenizer.encode(text), EOS]])
        target = torch.tensor([[1]])
        for _ in range(4):
            features = model(source, target)[0]
            logits = model.logits(features)
            logits[:, EOS] = -torch.inf
            target = torch.cat([target, logits[-1:].argmax(1, keepdim=True)], dim=1)
        best = logits.max(dim=1).values
        early += [*zip(features[:2], best[:2], strict=True)]
        late += [*zip(features[2:], best[2:], strict=True)]
    means = [torch.stack([f for f, _ in some]).mean(0) for some in (early, late)]
    others = [float(sum(m for _, m in some) / len(some)) for some in (early, late)]
    direction = means[1] - means[0]
    direction *= (others[1] - others[0] + 3) / (direction @ direction)
    model.table.weight[EOS] = direction
    model.bias[EOS] = others[0] - 1.5 - direction @ means[0]
    return model


@pytest.fixture(scope="session")
def drafted_int8(
    traced: Traced, ending: Seq2Seq, config: Config, definition: str, texts: list[str]
) -> Bundle:
    """A bundle of which some sentences decide clearly and some do not."""
    _, encoder, decoder = traced("lstm")
    encoder = replaced(encoder, "table", ending.table.weight)
    decoder = replaced(replaced(decoder, "table", ending.table.weight), "bias", ending.bias)
    int8 = quantize(encoder, decoder, activation_ranges(ending, 4.0))
    graphs = {"encoder": int8[0].SerializeToString(), "decoder": int8[1].SerializeToString()}
    return draft(
        config,
        Recurrent(ending).facts,
        definition,
        sentence_rules(config, Path()),
        graphs,
        precision="int8",
    )


@pytest.fixture
def content(drafted_int8: Bundle, texts: list[str]) -> dict[str, bytes]:
    """All files of a bundle but the manifest."""
    return {
        **{role: drafted_int8.data(role) for role in drafted_int8.manifest.files},
        "golden": golden_lines(drafted_int8, texts, 12),
        "notice": b"Made of nothing.\n",
        "card": b"# tiny\n",
        "report": b"{}\n",
    }


# --- manifest -------------------------------------------------------------------------------


def test_the_manifest_says_which_symbols_stand_for_entities(
    traced: Traced, config: Config, content: dict[str, bytes]
) -> None:
    model, _, _ = traced("lstm")
    package = dataclasses.replace(config.package, entities=True)
    other = dataclasses.replace(config, package=package)
    named = {**content, "names": b"names 1\n"}
    made = make_manifest(other, Recurrent(model).facts, named, precision="int8", scores={})
    manifest = parse_manifest(made)
    assert manifest.entities is not None
    assert manifest.entities.symbols["thing"][0] == "\ue020"
    assert manifest.entities.source_numbers == "fr"
    assert manifest.files["names"].name == "names.txt"


def test_the_runtime_reads_the_manifest(
    traced: Traced, config: Config, content: dict[str, bytes]
) -> None:
    model, _, _ = traced("lstm")
    scores = {"a.tsv beam 4": {"bleu": 51.2, "chrf": 66.0}}
    manifest = parse_manifest(
        make_manifest(config, Recurrent(model).facts, content, precision="int8", scores=scores)
    )
    assert (manifest.name, manifest.version, manifest.task) == ("tiny", "2.1.0", "translate")
    assert manifest.license == "CC0-1.0"
    size = len(model.bias)
    assert manifest.source == SourceSide("fr", "tokenizer", size, 2)
    assert manifest.target == TargetSide("en", "tokenizer", size, 1, 2)
    assert manifest.training_data == ("tatoeba", "web")
    assert [(state.name, state.width) for state in manifest.states] == [
        (f"state.{index}", 16) for index in range(4)
    ]
    assert (manifest.memory_width, manifest.key_width) == (16, 16)
    assert (manifest.attention, manifest.precision) == ("general", "int8")
    assert (manifest.target_per_source, manifest.target_extra) == (1.8, 10)
    tokens = json.loads(content["sentences"])["max_tokens"]
    assert manifest.input == Input("text", "sentences", tokens)
    assert (manifest.beam_size, manifest.length_penalty) == (4, 1.0)
    package = dataclasses.replace(config.package, beam_size=3, length_penalty=0.6)
    other = dataclasses.replace(config, package=package)
    searched = parse_manifest(
        make_manifest(other, Recurrent(model).facts, content, precision="int8", scores={})
    )
    assert (searched.beam_size, searched.length_penalty) == (3, 0.6)
    assert manifest.scores == scores
    assert set(manifest.files) == set(content)
    for role, entry in manifest.files.items():
        assert (entry.name, entry.bytes) == (NAMES[role], len(content[role]))
        assert entry.sha256 == hashlib.sha256(content[role]).hexdigest()
    assert set(manifest.made_with) >= {"allez", "torch", "onnx", "onnxruntime", "tokenizers"}
    assert all(manifest.made_with.values())


def test_a_draft_translates(drafted_int8: Bundle) -> None:
    with Translator(drafted_int8, threads=1) as translator:
        assert isinstance(translator("le chat voit la mer."), str)
        assert list(translator.selftest()) == []


# --- golden sentences -----------------------------------------------------------------------


def greedy(bundle: Bundle, ids: Sequence[int]) -> tuple[list[int], float, bool]:
    """Return tokens, smallest margin and whether the end was chosen, step by step."""
    model = Model(bundle)
    step = model.start([model.encode(TextSource(tuple(ids)))])
    tokens, smallest, token = list[int](), np.inf, 1
    for _ in range(int(1.8 * len(ids)) + 11):
        best, ranked, *_ = step(np.array([token]), np.array([0]), 2)
        smallest, token = min(smallest, float(best[0, 0] - best[0, 1])), int(ranked[0, 0])
        if token == EOS:
            return tokens, smallest, True
        tokens.append(token)
    return tokens, smallest, False


def test_golden_sentences_are_those_that_decide_clearly(
    drafted_int8: Bundle, tokenizer: Tokenizer, texts: list[str]
) -> None:
    lines = golden_lines(drafted_int8, texts, 99).decode("utf-8").splitlines()
    golden = {entry["text"]: entry for entry in map(json.loads, lines)}
    assert list(golden) == [text for text in texts if text in golden]
    for text in texts:
        ids = [*tokenizer.encode(text), EOS]
        tokens, smallest, finished = greedy(drafted_int8, ids)
        assert (text in golden) == (finished and smallest >= MARGIN), (text, smallest)
        if text in golden:
            entry = golden[text]
            assert entry["source_ids"] == ids
            assert entry["target_ids"] == tokens
            assert entry["translation"] == tokenizer.decode(tokens)
            assert entry["margin"] == pytest.approx(smallest, abs=1e-4)
            assert entry["first_scores"] == sorted(entry["first_scores"], reverse=True)
            assert len(entry["first_scores"]) == 8
    assert 11 < len(golden) < len(texts) - 5  # both kinds are there
    assert max(len(entry["target_ids"]) for entry in golden.values()) > 1


def test_a_translation_that_finds_no_end_is_not_golden(
    drafted_int8: Bundle, ending: Seq2Seq, config: Config, definition: str, texts: list[str]
) -> None:
    decoder = onnx.load_from_string(drafted_int8.data("decoder"))
    (units,) = [i for i in decoder.graph.initializer if i.name == "bias.int32"]
    bias = numpy_helper.to_array(units).copy()
    bias[300], bias[EOS] = 10**6, -(10**6)  # clearly the same word, for ever
    decoder = replaced(decoder, "bias.int32", torch.from_numpy(bias))
    graphs = {"encoder": drafted_int8.data("encoder"), "decoder": decoder.SerializeToString()}
    rules = drafted_int8.data("sentences")
    endless = draft(config, Recurrent(ending).facts, definition, rules, graphs, precision="int8")
    tokens, smallest, finished = greedy(endless, [300, EOS])
    assert (set(tokens), smallest > 10, finished) == ({300}, True, False)
    assert golden_lines(endless, texts[:3], 9) == b""


def test_the_first_ones_are_taken(drafted_int8: Bundle, texts: list[str]) -> None:
    lines = golden_lines(drafted_int8, texts, 99).splitlines(True)
    assert golden_lines(drafted_int8, texts, 3) == b"".join(lines[:3])
    assert golden_lines(drafted_int8, texts, 0) == b""
    assert golden_lines(drafted_int8, [], 5) == b""


def test_what_is_empty_or_too_long_is_passed_over(
    drafted_int8: Bundle, tokenizer: Tokenizer, texts: list[str]
) -> None:
    limit = drafted_int8.manifest.input.tokens
    long = "a " * limit
    assert len(tokenizer.encode(long)) > limit
    assert golden_lines(drafted_int8, ["", " \t", long], 9) == b""


def test_white_space_is_squeezed_as_the_runtime_does(
    drafted_int8: Bundle, tokenizer: Tokenizer, texts: list[str]
) -> None:
    first = json.loads(golden_lines(drafted_int8, texts, 1))
    spaced = "  " + first["text"].replace(" ", " \t ")
    again = json.loads(golden_lines(drafted_int8, [spaced], 1))
    assert again == {**first, "text": spaced}


# --- writing --------------------------------------------------------------------------------


def write(folder: Path, config: Config, model: Seq2Seq, content: dict[str, bytes]) -> None:
    write_bundle(folder, config, Recurrent(model).facts, content, precision="int8", scores={})


def test_a_written_bundle_is_whole_and_passes_its_own_test(
    tmp_path: Path, traced: Traced, config: Config, content: dict[str, bytes]
) -> None:
    model, _, _ = traced("lstm")
    folder = tmp_path / "runs" / "tiny"
    write(folder, config, model, content)
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        [MANIFEST, *(NAMES[role] for role in content)]
    )
    assert [p.name for p in folder.parent.iterdir()] == ["tiny"]
    for role, data in content.items():
        assert (folder / NAMES[role]).read_bytes() == data
    with Translator(folder, threads=1) as translator:
        tests = list(translator.selftest())
    assert len(tests) == content["golden"].count(b"\n") > 9
    assert all(test.passed for test in tests)


def test_a_newer_bundle_takes_the_place_of_an_older(
    tmp_path: Path, traced: Traced, config: Config, content: dict[str, bytes]
) -> None:
    model, _, _ = traced("lstm")
    folder = tmp_path / "tiny"
    write(folder, config, model, content)
    (folder / "stray").touch()
    (tmp_path / "tiny.partial").mkdir()  # of a run that was killed
    (tmp_path / "tiny.partial" / "encoder.onnx").write_bytes(b"half")
    write(folder, config, model, {**content, "notice": b"New.\n"})
    assert (folder / "NOTICE").read_bytes() == b"New.\n"
    assert not (folder / "stray").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["tiny"]


@pytest.mark.parametrize("key", ["target_ids", "first_scores", "translation", "source_ids"])
def test_what_fails_its_own_test_replaces_nothing(
    tmp_path: Path, traced: Traced, config: Config, content: dict[str, bytes], key: str
) -> None:
    model, _, _ = traced("lstm")
    folder = tmp_path / "tiny"
    write(folder, config, model, content)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    lines = [json.loads(line) for line in content["golden"].splitlines()]
    wrong: dict[str, object] = {
        "target_ids": [*lines[1]["target_ids"], 300],
        "first_scores": [score - 1 for score in lines[1]["first_scores"]],
        "translation": "something else",
        "source_ids": lines[1]["source_ids"][::-1],
    }
    lines[1][key] = wrong[key]
    golden = "".join(json.dumps(line) + "\n" for line in lines).encode()
    with pytest.raises(BundleError, match="self-test"):
        write(folder, config, model, {**content, "golden": golden})
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["tiny"]


def test_what_does_not_load_replaces_nothing(
    tmp_path: Path, traced: Traced, config: Config, content: dict[str, bytes]
) -> None:
    model, _, _ = traced("lstm")
    folder = tmp_path / "tiny"
    write(folder, config, model, content)
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    for role in ("encoder", "tokenizer", "golden"):
        with pytest.raises(AllezError):
            write(folder, config, model, {**content, role: content[role][:-40]})
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["tiny"]


def test_too_few_golden_sentences_make_no_bundle(
    tmp_path: Path, traced: Traced, config: Config, content: dict[str, bytes]
) -> None:
    model, _, _ = traced("lstm")
    few = b"".join(content["golden"].splitlines(True)[:9])
    with pytest.raises(BundleError, match="only 9 validation examples"):
        write(tmp_path / "tiny", config, model, {**content, "golden": few})
    assert list(tmp_path.iterdir()) == []
    wanted = dataclasses.replace(config.package, golden=9)
    write(
        tmp_path / "tiny",
        dataclasses.replace(config, package=wanted),
        model,
        {**content, "golden": few},
    )


def test_a_folder_that_cannot_be_made_is_an_error(
    tmp_path: Path, traced: Traced, config: Config, content: dict[str, bytes]
) -> None:
    model, _, _ = traced("lstm")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"):
        write(tmp_path / "file" / "tiny", config, model, content)


def test_a_folder_replaces_another_or_none(tmp_path: Path) -> None:
    old = tmp_path / "deep" / "old"
    for text in ("one", "two"):
        with written_aside(old) as new:
            (new / text).touch()
            assert new.parent == old.parent
        assert [p.name for p in old.iterdir()] == [text]
        assert [p.name for p in old.parent.iterdir()] == ["old"]


def test_what_a_kill_left_is_cleared_away(tmp_path: Path) -> None:
    for name in ("old", "old.partial", "old.previous"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"of {name}").touch()
    with written_aside(tmp_path / "old") as new:
        assert list(new.iterdir()) == []
        (new / "of new").touch()
    assert [p.name for p in (tmp_path / "old").iterdir()] == ["of new"]
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, BundleError, ValueError])
def test_what_fails_leaves_nothing_half_written(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "precious").touch()

    def fail() -> None:
        with written_aside(tmp_path / "old") as new:
            (new / "half").touch()
            raise error("no more")

    with pytest.raises(error):
        fail()
    assert [p.name for p in (tmp_path / "old").iterdir()] == ["precious"]
    assert [p.name for p in tmp_path.iterdir()] == ["old"]


def test_a_full_disk_is_an_error_of_ours(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with (
        pytest.raises(OutputError, match=r"cannot write .*new: No space left on device"),
        written_aside(tmp_path / "new"),
    ):
        raise full
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [BundleNotFoundError, OutputError])
def test_errors_of_ours_come_through_as_they_are(tmp_path: Path, kind: type[AllezError]) -> None:
    with pytest.raises(kind) as caught, written_aside(tmp_path / "new"):
        raise kind("what happened", hint="what helps")
    assert (str(caught.value), caught.value.hint) == ("what happened", "what helps")


# --- what a configuration names -------------------------------------------------------------


def test_sentence_rules_are_those_of_the_language_or_of_a_file(
    make_config: Callable[..., Config], tmp_path: Path
) -> None:
    french = json.loads(sentence_rules(make_config(), tmp_path))
    assert french == json.loads(sentence_rules(make_config(package={"sentences": "fr"}), tmp_path))
    english = sentence_rules(make_config(package={"sentences": "en"}), tmp_path)
    assert json.loads(english) != french
    (tmp_path / "own.json").write_bytes(b"{}")
    assert sentence_rules(make_config(package={"sentences": "own.json"}), tmp_path) == b"{}"


@pytest.mark.parametrize("name", ["xx", "absent.json", "."])
def test_sentence_rules_that_are_not_there_are_an_error(
    make_config: Callable[..., Config], tmp_path: Path, name: str
) -> None:
    with pytest.raises(ConfigError, match="there are no sentence rules") as caught:
        sentence_rules(make_config(package={"sentences": name}), tmp_path)
    assert repr(name) in str(caught.value)
    assert caught.value.hint


def test_malformed_sentence_rules_are_an_error(
    traced: Traced, config: Config, definition: str
) -> None:
    model, _, _ = traced("lstm")
    graphs = {"encoder": b"", "decoder": b""}
    with pytest.raises(BundleFormatError, match="sentence rules"):
        draft(
            config, Recurrent(model).facts, definition, b'{"version": 1}', graphs, precision="int8"
        )


def test_sentence_rules_that_are_no_utf8_are_an_error(
    traced: Traced, config: Config, definition: str
) -> None:
    model, _, _ = traced("lstm")
    with pytest.raises(AllezError):
        draft(
            config,
            Recurrent(model).facts,
            definition,
            b"\xff",
            {"encoder": b"", "decoder": b""},
            precision="x",
        )


def test_texts_beside_the_configuration_are_read(tmp_path: Path) -> None:
    (tmp_path / "NOTICE.txt").write_text("été\n", encoding="utf-8")
    assert read_beside("NOTICE.txt", tmp_path, "none") == "été\n"
    assert read_beside(None, tmp_path, "none") == "none"
    with pytest.raises(ConfigError, match=r"cannot read .*absent\.txt: No such file"):
        read_beside("absent.txt", tmp_path, "none")


def test_texts_that_are_no_utf8_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "NOTICE.txt").write_bytes("été".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"NOTICE\.txt"):
        read_beside("NOTICE.txt", tmp_path, "none")


# --- card -----------------------------------------------------------------------------------

ROW = {
    "file": "a.tsv",
    "sentences": 30,
    "precision": "int8",
    "sha256": "a",
    "beam_size": 4,
    "by_source_words": {"1-5": {"sentences": 10, "bleu": 60.04}},
    "bleu": 51.234,
    "chrf": 66.0,
    "sentences_per_second": 99.0,
    "signatures": {"bleu": "nrefs:1|tok:13a", "chrf": "nrefs:1|nc:6"},
}
TRAINING = {"updates": 8500, "target_tokens": 12_345_678, "hours": 2.5}
BEHAVIOUR = {
    "sentences": 400,
    "identical": 0.955,
    "bleu_difference": -0.12,
    "chrf_difference": 0.03,
}


def test_the_card_tells_what_is_known(traced: Traced, config: Config) -> None:
    model, _, _ = traced("lstm")
    sizes = {"encoder.onnx": 4_000_000, "decoder.onnx": 7_000_000, "NOTICE": 50}
    prose = "\n## Data\n\nOf the people.\n\n"
    report = {"behaviour": BEHAVIOUR}
    fp32 = [{**ROW, "precision": "fp32", "bleu": 51.5}, {**ROW, "sha256": "b"}]
    card = model_card(config, Recurrent(model).facts, TRAINING, report, [ROW], fp32, prose, sizes)
    text = card.decode("utf-8")
    assert text.startswith("# tiny 2.1.0\n")
    for known in (
        "CC0-1.0",
        "8,500 updates, 12,345,678 target tokens, 2.5 hours; seed 1",
        "11,000,050 bytes: encoder.onnx 4,000,000, decoder.onnx 7,000,000",
        "LSTM of 16, `general` attention, a second layer above it",
        "| a.tsv | 30 | int8 | 4 | 51.23 | 66.00 | 99 |",
        "nrefs:1|tok:13a",
        "| a.tsv | 4 | 60.0 |  |",
        "BLEU of int8 minus that of fp32: a.tsv beam 4: -0.27.",
        "95.5% of the translations are identical, BLEU differs by -0.12, chrF by +0.03",
        f"{sum(p.numel() for p in model.parameters()):,}",
    ):
        assert known in text
    assert text.endswith("## Data\n\nOf the people.\n")
    assert "\n\n\n" not in text


FOLLOWED = {
    "sentences": 50,
    "greedy_paths": 50,
    "greedy_same": 49,
    "token_scores": 700,
    "worst_token_score": 4.2e-6,
}


@pytest.mark.parametrize(
    ("report", "known", "unknown"),
    [
        ({}, ["not compared with outputs of the original (`--reference`)"], ["greedy paths"]),
        (
            {"reference": FOLLOWED},
            ["49 of 50 greedy paths are the same", "Of 700 tokens", "more than 4.2e-06"],
            ["not compared", "With a beam"],
        ),
        (
            {
                "reference": {**FOLLOWED, "greedy_paths": 0, "token_scores": 0}
                | {"beam_size": 4, "beam_texts": 50, "beam_same": 48}
            },
            ["fp32): With a beam of 4, 48 of 50 translations are the same"],
            ["greedy paths", "tokens"],
        ),
        (
            {"reference": {**FOLLOWED, "greedy_paths": 0, "token_scores": 0}}
            | {"reference int8": {"token_scores": 0, "chrf_of_int8_against_fp32": 95.0}},
            ["not compared with outputs of the original: only", "int8: chrF 95.0"],
            ["greedy paths", "mean score"],
        ),
        ({"behaviour": BEHAVIOUR}, ["400 texts of words thrown together"], ["validation"]),
    ],
    ids=["nothing", "ids and scores", "texts", "sentences", "made up"],
)
def test_the_card_of_an_imported_model_says_how_closely_it_follows(
    traced: Traced, config: Config, report: dict[str, Any], known: list[str], unknown: list[str]
) -> None:
    model, _, _ = traced("lstm")
    training = {"made_by": "OpenNMT-py 1.x", "made_up": True}
    facts = Recurrent(model).facts
    text = model_card(config, facts, training, report, [], [], "", {}).decode("utf-8")
    assert [some for some in known if some not in text] == []
    assert [some for some in unknown if some in text] == []


def test_a_card_without_scores_says_so(traced: Traced, config: Config) -> None:
    model, _, _ = traced("lstm")
    text = model_card(config, Recurrent(model).facts, TRAINING, {}, [], [], "", {}).decode("utf-8")
    assert "Not measured." in text
    assert "identical" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
