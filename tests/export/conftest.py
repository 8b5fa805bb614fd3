"""Tiny models, vocabularies and traced graphs, made once and shared by the exporter's tests.

All of it is random but seeded: no test here waits for a model to learn a language.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from allez.text.tokenizer import Tokenizer

if TYPE_CHECKING:
    import onnx

    from allez.bundle.reader import Bundle
    from allez_export.config import Config
    from allez_export.data.batches import Batch
    from allez_export.data.mix import Stream
    from allez_export.data.read import Pair
    from allez_export.families.recurrent.family import Recurrent
    from allez_export.families.recurrent.model import Seq2Seq
    from allez_export.quantize import Report
    from allez_export.train import Run

if importlib.util.find_spec("torch") is None:  # the export extra is not installed
    collect_ignore_glob = ["test_*.py"]
else:
    import torch

    torch.set_num_threads(1)  # sums in one order: bit-equal from run to run

VARIANTS: dict[str, dict[str, object]] = {
    "lstm": {"cell": "lstm", "attention": "general", "encoder_layers": 2, "second_layer": True},
    "lexical": {"cell": "lstm", "attention": "dot", "second_layer": True, "lexical_shortcut": True},
    "gru": {
        "cell": "gru",
        "attention": "additive",
        "encoder_layers": 1,
        "input_feeding": True,
        "second_layer": False,
    },
    "none": {
        "cell": "lstm",
        "attention": "none",
        "encoder_layers": 1,
        "input_feeding": False,
        "second_layer": False,
    },
}
"""The models that are traced; between them they have every kind of node that graphs can have."""

WIDTH = 16


@pytest.fixture
def denormals() -> Iterator[None]:
    """Give back the denormal numbers that a training run gives up for speed."""
    yield
    torch.set_flush_denormal(False)


@pytest.fixture(scope="session")
def pairs() -> list[Pair]:
    """Sentence pairs of a toy French and English, all different."""
    subjects = [("le chat", "the cat"), ("la dame", "the lady"), ("l'ami", "the friend")]
    subjects += [("Jean", "John"), ("l'été", "the summer"), ("le garçon", "the boy")]
    verbs = [("voit", "sees"), ("aime", "likes"), ("n'a pas", "has not"), ("mange", "eats")]
    objects = [("une pomme", "an apple"), ("10 livres", "10 books"), ("la mer", "the sea")]
    objects += [("le cœur", "the heart"), ("(rien)", "(nothing)")]
    ends = [(" ?", "?"), (".", "."), (" !", "!"), (", n'est-ce pas ?", ", isn't it?")]
    return [
        (f"{s[0]} {v[0]} {o[0]}{e[0]}", f"{s[1]} {v[1]} {o[1]}{e[1]}")
        for s, v, o, e in itertools.product(subjects, verbs, objects, ends)
    ]


@pytest.fixture(scope="session")
def definition(pairs: list[Pair]) -> str:
    """The text of a `tokenizer.json` learnt from `pairs`."""
    from allez_export.config import VocabularyConfig
    from allez_export.vocabulary import learn

    lines = [side for pair in pairs for side in pair]
    return learn(lines, VocabularyConfig(size=340, alphabet=200))


@pytest.fixture(scope="session")
def tokenizer(definition: str) -> Tokenizer:
    """The vocabulary of all models here."""
    return Tokenizer(definition)


@pytest.fixture(scope="session")
def make_model(tokenizer: Tokenizer) -> Callable[..., Seq2Seq]:
    """Return a random model in evaluation mode; keywords as `Seq2Seq` has them."""
    from allez_export.families.recurrent.model import Seq2Seq

    def make(*, seed: int = 0, vocabulary: int = tokenizer.size, **kinds: object) -> Seq2Seq:
        state = torch.get_rng_state()
        torch.manual_seed(seed)
        options = {"width": WIDTH, "encoder_layers": 1, "dropout": 0.0, **kinds}
        model = Seq2Seq(vocabulary, **options)  # type: ignore[arg-type]
        with torch.no_grad():  # no zero bias and no unit gain: each weight must matter
            for parameter in model.parameters():
                parameter += 0.1 * torch.randn_like(parameter)
            model.bias.normal_(std=0.5)
        torch.set_rng_state(state)
        return model.eval().requires_grad_(False)

    return make


@pytest.fixture(scope="session")
def make_config() -> Callable[..., Config]:
    """Return a configuration that fits the tiny models; keywords name values by section."""
    from allez_export.config import Config
    from allez_export.config.file import build

    def make(**sections: dict[str, object]) -> Config:
        content: dict[str, object] = {"name": "tiny", "source": "fr", "target": "en"}
        model = {"width": WIDTH, "encoder_layers": 1, "dropout": 0.0}
        content |= {"model": {**model, **sections.pop("model", {})}, **sections}
        config: Config = build(Config, content, "")
        assert dataclasses.is_dataclass(config)
        return config

    return make


@pytest.fixture(scope="session")
def traced(
    make_model: Callable[..., Seq2Seq],
) -> Callable[[str], tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]]:
    """Return a variant with its fp32 encoder and decoder; a trace takes seconds, so it is kept."""
    kept: dict[str, tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]] = {}

    def make(name: str) -> tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]:
        from allez_export.families.recurrent.family import Recurrent
        from allez_export.trace import trace_decoder, trace_encoder

        if name not in kept:
            model = make_model(**VARIANTS[name])
            kept[name] = (model, trace_encoder(Recurrent(model)), trace_decoder(Recurrent(model)))
        return kept[name]

    return make


@pytest.fixture(scope="session")
def quantized(
    traced: Callable[[str], tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]],
) -> Callable[[str], tuple[onnx.ModelProto, onnx.ModelProto, dict[str, Report]]]:
    """Return a variant's int8 encoder and decoder, and what was done to them."""
    kept: dict[str, tuple[onnx.ModelProto, onnx.ModelProto, dict[str, Report]]] = {}

    def make(name: str) -> tuple[onnx.ModelProto, onnx.ModelProto, dict[str, Report]]:
        from allez_export.families.recurrent.quantize import activation_ranges
        from allez_export.quantize import quantize

        if name not in kept:
            model, encoder, decoder = traced(name)
            largest = 1.0
            if model.decoder.second is not None:  # measured, as on real sentences
                generator = torch.Generator().manual_seed(5)
                ids = torch.randint(3, len(model.bias), (2, 40, 12), generator=generator)
                largest = float(model(ids[0], ids[1]).abs().max())
            kept[name] = quantize(encoder, decoder, activation_ranges(model, largest))
        return kept[name]

    return make


@pytest.fixture(scope="session")
def drafted(
    definition: str, make_config: Callable[..., Config]
) -> Callable[[str, Seq2Seq, onnx.ModelProto, onnx.ModelProto], Bundle]:
    """Return a bundle in memory of a variant's two graphs."""

    def make(
        name: str, model: Seq2Seq, encoder: onnx.ModelProto, decoder: onnx.ModelProto
    ) -> Bundle:
        from allez_export.families.recurrent.family import Recurrent
        from allez_export.package import draft, sentence_rules

        config = make_config(model=VARIANTS[name])
        rules = sentence_rules(config, Path())
        graphs = {"encoder": encoder.SerializeToString(), "decoder": decoder.SerializeToString()}
        facts = Recurrent(model).facts
        return draft(config, facts, definition, rules, graphs, precision="fp32")

    return make


@pytest.fixture(scope="session")
def sentences(tokenizer: Tokenizer, pairs: list[Pair]) -> list[list[int]]:
    """Source ids of a few sentences of different lengths, eos last."""
    texts = ["la mer", "Jean", *(source for source, _ in pairs[::29])]
    return [[*ids, 2] for ids in tokenizer.encode_batch(texts)]


def score(family: Recurrent) -> dict[str, float]:
    """Score a model by its weights, as exactly as a bit can differ."""
    weights = family.model.parameters()
    return {"bleu": float(sum(w.double().abs().sum() for w in weights)), "extra": 1.0}


@pytest.fixture
def config(make_config: Callable[..., Config]) -> Callable[..., Config]:
    """Return a configuration of a short run; keywords are those of [training]."""

    def make(**training: object) -> Config:
        return make_config(
            model={"dropout": 0.2, "word_dropout": 0.1},
            data={
                "train": [
                    {"path": "a.tsv", "weight": 3, "late_weight": 1},
                    {"path": "b.tsv", "weight": 1},
                ],
                "concatenate": 0.2,
                "noise": 0.2,
            },
            training={
                "updates": 12,
                "batch_tokens": 60,
                "chunk_tokens": 60,
                "warmup": 3,
                "decay": 0.4,
                "average": 0.9,
                "sampled_softmax": 60,
                "validate_every": 5,
                "checkpoint_minutes": 0.0,  # after each update
                "bfloat16": False,
                **training,
            },
        )

    return make


@pytest.fixture
def stream(tokenizer: Tokenizer, pairs: list[Pair]) -> Callable[[Config], Stream]:
    """Return the batches of a configuration, mixed from both halves of `pairs`."""
    from allez_export.data.mix import Stream

    def make(config: Config) -> Stream:
        return Stream(
            [pairs[::2], pairs[1::2]][: len(config.data.train)],
            config.data,
            tokenizer,
            seed=config.training.seed,
            chunk_tokens=config.training.chunk_tokens,
            batch_tokens=config.training.batch_tokens,
        )

    return make


@pytest.fixture
def start(
    definition: str,
    tokenizer: Tokenizer,
    stream: Callable[[Config], Stream],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Run]:
    """Begin or continue a run in a folder; it is scored by its weights unless told otherwise."""
    from allez_export.sampled_softmax import SampledSoftmax
    from allez_export.train import Run

    monkeypatch.setattr(SampledSoftmax, "FREQUENT", 20)

    def start(
        config: Config,
        folder: Path,
        validate: Callable[[Recurrent], dict[str, float]] = score,
        *,
        text: str = definition,
        batches: Stream | None = None,
        **more: Any,
    ) -> Run:
        return Run(
            config, text, tokenizer.size, batches or stream(config), folder, validate, **more
        )

    return start


@pytest.fixture(scope="session")
def some_batch() -> Batch:
    """Three sentences of three words."""
    from allez_export.data.batches import make_batches

    examples = [([5, 6, 7], [8, 9]), ([7, 8, 9], [5]), ([9, 5, 6], [10, 11, 12, 13])]
    (batch,) = make_batches(examples, 100)
    return batch


class Killed(Exception):
    """Stands for the power cut."""


@pytest.fixture(scope="session")
def kill() -> Callable[..., None]:
    """Return what trains until `at` updates are made and dies.

    Only the checkpoint after `saved` updates is written; None: each.
    """

    def kill(run: Run, *, at: int, saved: int | None = None) -> None:
        update, write = run._update, run._save

        def dying(batch: Batch) -> float:
            if run.progress.update == at:
                raise Killed
            return update(batch)

        def seldom() -> None:
            if saved is None or run.progress.update == saved:
                write()

        run._update, run._save = dying, seldom  # type: ignore[method-assign]
        with pytest.raises(Killed):
            run.train()

    return kill
