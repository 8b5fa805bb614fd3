"""One TOML file is one reproducible model: frozen dataclasses, which `config_file.py` reads."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from allez.spec import SPEC
from allez_export.config_checks import ConfigError as ConfigError
from allez_export.config_checks import check as _check
from allez_export.config_checks import check_choice as _check_choice
from allez_export.config_data import DataConfig as DataConfig
from allez_export.config_data import SourceConfig as SourceConfig
from allez_export.config_pictures import PicturesConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyConfig:
    """The joint byte-pair encoding of both languages (Sennrich et al. 2016)."""

    size: int = 8000
    alphabet: int = 200
    """Characters that get a token of their own; the others are spelled in bytes."""
    sample: int = 300_000
    """Sentence pairs, drawn with the training weights, to learn it from."""
    file: str | None = None
    """A `tokenizer.json` beside the configuration that is taken as it is, instead of learning."""
    symbols: str = ""
    """Characters that are tokens of their own, which no merge crosses; ids at the end. A run `a-z`
    stands for all from one character to another; they may be appended to what training begins with.
    """
    joined: str = ""
    """Punctuation that merges may cross, as the brackets of blanks."""
    typography: bool = True
    """Quotes and spaces that people type in several ways become one of them; False: what is written
    stays as it is."""

    def __post_init__(self) -> None:
        _check(self, size=(300, 1_000_000), alphabet=(1, inf), sample=(1, inf))
        if any(unicodedata.category(symbol) != "Co" for symbol in self.characters):
            raise ConfigError("symbols must be characters of private use, U+E000 to U+F8FF")

    @property
    def characters(self) -> tuple[str, ...]:
        """The symbols, runs written out, each once."""
        found: list[str] = []
        for part in re.findall(r".-.|.", self.symbols, re.DOTALL):
            first, last = (part[0], part[2]) if len(part) == 3 else (part, part)
            found += map(chr, range(ord(first), ord(last) + 1))
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class InputConfig:
    """How a text is cut for the encoder, as the manifest says it."""

    cut: Literal["sentences", "whole"] = "sentences"
    """A translation is made sentence by sentence, a summary of a whole."""
    tokens: int | None = None
    """The longest text that the encoder is given, eos not counted; None: what the sentence rules
    say."""
    turns: int | None = None
    """The most turns of a dialogue that are read, the last ones; None: as many as fit."""
    separator: str | None = None
    """What stands between turns, in the files and in what the encoder is given: a sign with a space
    before and behind. The sign is a token that no merge crosses."""

    def __post_init__(self) -> None:
        _check(self, tokens=(1, 10_000), turns=(1, 1000))
        if self.separator is not None and not re.fullmatch(r" [^\w\s'] ", self.separator):
            raise ConfigError(f"separator must be a sign between spaces, not {self.separator!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsConfig:
    """How long an answer may get, in tokens: `target_per_source` x S + `target_extra`."""

    target_per_source: float = 1.8
    target_extra: int = 10

    def __post_init__(self) -> None:
        _check(self, target_per_source=(0, 10), target_extra=(1, 10_000))

    def target(self, source_length: int) -> int:
        """Return the most tokens of an answer; source_length counts eos."""
        return int(self.target_per_source * source_length) + self.target_extra


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Widths and kinds; see model.py for what they mean."""

    width: int = 384
    """Embedding, memory and decoder width, H."""
    cell: Literal["lstm", "gru"] = "lstm"
    encoder_layers: int = 2
    attention: Literal["none", "dot", "general", "concat", "additive"] = "general"
    input_feeding: bool = False
    second_layer: bool = True
    """A recurrent layer above the attention, with residual and layer norm."""
    lexical_shortcut: bool = False
    """Attended source words reach the vocabulary layer directly (Nguyen & Chiang 2018)."""
    dropout: float = 0.2
    word_dropout: float = 0.0
    """Source embeddings replaced by zero at random (Sennrich & Zhang 2019)."""

    def __post_init__(self) -> None:
        _check(self, width=(2, 65_536), encoder_layers=(1, 64), dropout=(0, 0.95))
        _check(self, word_dropout=(0, 0.95))
        if self.width % 2:
            raise ConfigError(f"width must be even, not {self.width}: each direction gets half")
        if self.lexical_shortcut and self.attention == "none":
            raise ConfigError("lexical_shortcut needs attention: it is weighted by it")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """The loop. Lengths are in updates, batches in target tokens."""

    begin_with: str | None = None
    """What the first update starts from: a bundle (a name, or a path relative to the working
    folder), or the `model.pt` or `checkpoint.pt` of another run. Only a lexical shortcut and
    symbols may be lacking; the former begins at zero. Captions take what fits, words only if they
    are the same ones. None: random weights."""
    begin_with_version: str | None = None
    """The version that the bundle must have; None: any."""
    copying: float = 0.0
    """A lexical shortcut whose weights are random otherwise begins as so much of the identity: as
    one that says the words it looks at. For tasks that copy."""
    start_share: float = 0.0
    """Share of those weights in what is exported (Wortsman et al. 2022)."""
    updates: int = 10_000
    minutes: float | None = None
    """Of captions: train so long instead, the rate falling by the clock; None: `updates`."""
    batch_tokens: int = 2000
    chunk_tokens: int = 400_000
    """Target tokens sorted into batches of equal source length at a time."""
    learning_rate: float = 2e-3
    warmup: int = 500
    decay: float = 0.25
    """Last part of the updates, over which the learning rate falls linearly to zero."""
    late: float | None = None
    """Last part of the updates, which scores the whole vocabulary and draws by the sources'
    `late_weight`; None: as long as `decay`."""
    weight_decay: float = 0.01
    label_smoothing: float = 0.1
    clip: float = 1.0
    average: float = 0.9995
    """Decay of the exponential average of the weights, which is what is exported."""
    sampled_softmax: int | None = None
    """Tokens scored per batch instead of the whole vocabulary, until the late part begins
    (Jean et al. 2015); None: all of them, always."""
    validate_every: int = 1000
    validations: int = 10
    """Of captions: how many there are, `validate_every` notwithstanding."""
    patience: int | None = None
    """Validations without a better BLEU before stopping; None: never."""
    checkpoint_minutes: float = 3.0
    threads: int | None = None
    """Processor threads; None: all."""
    bfloat16: bool | None = None
    """Products in bfloat16 (torch.autocast), weights and sums in float32. Some 1.7 times as fast
    where the processor has instructions for it (AVX512-BF16, AMX); None: both are timed on the
    first batches, and the faster one is taken."""
    seed: int = 1

    def __post_init__(self) -> None:
        _check(self, updates=(1, inf), batch_tokens=(1, inf), chunk_tokens=(1, inf))
        _check(
            self, learning_rate=(1e-12, inf), warmup=(0, inf), decay=(0, 1), weight_decay=(0, inf)
        )
        _check(self, label_smoothing=(0, 0.99), clip=(1e-9, inf), average=(0, 1))
        _check(self, sampled_softmax=(1, inf), validate_every=(1, inf), patience=(1, inf))
        _check(self, late=(0, 1), start_share=(0, 1), minutes=(1e-3, inf), validations=(1, 10_000))
        _check(self, checkpoint_minutes=(0, inf), threads=(1, 1024), seed=(0, 2**63 - 1))
        _check(self, copying=(0, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizeConfig:
    """How the weights are stored."""

    precision: Literal["fp32", "int8", "w4"] = "int8"
    """w4 is int8 with each weight stored in four bits: half the download, the same speed."""
    calibration: int = 200
    """Pairs of each valid file that show the range of the unbounded activations, and on which
    int8 is compared with fp32."""
    least_identical: float | None = None
    """Share of the greedy translations that quantizing must leave as they are; None: 0.8, or
    0.05 of w4, which words many sentences in another way without doing it worse."""
    most_bleu_lost: float = 1.0
    """BLEU, and chrF, that quantizing may lose on the same sentences."""
    least_weights: int = 0
    """Matrices of fewer weights stay fp32. Below some 30,000 int8 is no faster."""
    least_agreement: float = 0.0
    """chrF that the quantized greedy translations must have, those of fp32 being the reference."""

    def __post_init__(self) -> None:
        _check(self, calibration=(1, inf), least_identical=(0, 1), most_bleu_lost=(0, inf))
        _check(self, least_weights=(0, inf), least_agreement=(0, 100))

    @property
    def identical(self) -> float:
        """The least share of unchanged translations, whether it was given or not."""
        if self.least_identical is not None:
            return self.least_identical
        return 0.05 if self.precision == "w4" else 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortlistConfig:
    """Which target words are listed for each source word (shortlist.py)."""

    sentences: int = 40_000
    """Pairs, drawn with the training weights, whose sources the model translates to learn from."""
    common: int = 200
    """Target words, the most frequent, that are listed for every sentence."""
    least: float = 0.001
    """What is expected of a source word less often is not listed for it."""
    most_bytes: int = 440_000
    """Size of the list; the least probable words are left out."""
    check: int = 500
    """Pairs of each valid file that are translated with and without."""

    def __post_init__(self) -> None:
        _check(self, sentences=(1, inf), common=(0, 60_000), least=(1e-9, 1), check=(1, inf))
        _check(self, most_bytes=(1, 64_000_000))


_TYPOGRAPHIES: list[str] = next(
    field["of"] for field in SPEC["manifest"]["formats"]["2"] if field["key"] == "target.typography"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageConfig:
    """What the bundle says of itself."""

    version: str = "1.0.0"
    license: str = "CC-BY-SA-4.0"
    """SPDX expression of the weights."""
    sentences: str | None = None
    """Splitting rules that travel along: a name in allez_export/sentences, or a file beside the
    configuration; None: those of the source language."""
    notice: str | None = None
    """Attributions of the training data: a text file beside the configuration."""
    card: str | None = None
    """Sections of the model card that no program can write: a Markdown file beside it."""
    beam_size: int = 4
    """Rows of the beam that the bundle asks for where the user does not say."""
    length_penalty: float = 1.0
    """Exponent of the length that scores are divided by (Wu et al. 2016), likewise."""
    length_offset: float = 0.0
    """This and the next three, as other toolkits search: see `allez.options.SearchOptions`."""
    early_stopping: str = "hopeless"
    finished: str = "replaced"
    repeats: str = "few"
    golden: int = 50
    """Sentences recorded with their translation for self-tests."""
    least_golden: int = 10
    """A bundle with fewer of them is refused: it proves too little on other machines."""
    entities: bool = False
    """The vocabulary's symbols stand for entities, as training has masked them."""
    names: str | None = None
    """The list of words that are no names: a file beside the configuration."""
    typography: str | None = None
    """Whose punctuation translations get: "fr", spaces before `? ! ; :` and « »."""
    confidence: tuple[str, ...] = ()
    """Validation files that the weights of `Sentence.confidence` are fitted on; the card tells how
    good they are on those of `data.valid` that are not among them."""

    def __post_init__(self) -> None:
        _check(self, golden=(1, 10_000), least_golden=(0, 10_000))
        _check(self, beam_size=(1, 100), length_penalty=(0, 10), length_offset=(0, 10))
        for name in ("early_stopping", "finished", "repeats"):
            _check_choice(self, name, SPEC["search"][name])
        if self.typography is not None:
            _check_choice(self, "typography", _TYPOGRAPHIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole model, from data to bundle."""

    name: str
    source: str = ""
    """Source language, BCP 47; of captions there is none."""
    target: str
    task: Literal["translate", "summarize", "reply", "caption"] = "translate"
    """What the bundle is for."""
    pictures: PicturesConfig | None = None
    """Of captions: what is looked at, and by what."""
    input: InputConfig = field(default_factory=InputConfig)
    limits: LimitsConfig = field(default_factory=LimitsConfig)
    data: DataConfig = field(default_factory=DataConfig)
    vocabulary: VocabularyConfig = field(default_factory=VocabularyConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    quantize: QuantizeConfig = field(default_factory=QuantizeConfig)
    shortlist: ShortlistConfig | None = None
    """None: there is none, and every step scores the whole vocabulary."""
    package: PackageConfig = field(default_factory=PackageConfig)

    def __post_init__(self) -> None:
        if (self.task == "caption") != (self.pictures is not None):
            raise ConfigError("[pictures] is what a task of pictures, caption, needs")
        if self.pictures is None and not self.source:
            raise ConfigError("missing key source")
        if (self.task == "reply") != (self.input.separator is not None):
            raise ConfigError(
                "input.separator: a task of turns, reply, needs one, others have none"
            )
        if self.training.copying and not self.model.lexical_shortcut:
            raise ConfigError("training.copying needs model.lexical_shortcut")
        sign = (self.input.separator or "").strip()
        if sign and sign in self.vocabulary.joined:
            raise ConfigError("vocabulary.joined has the sign of input.separator")
        if self.data.talks and self.task != "reply":
            raise ConfigError(f"data.talks is for reply, not for {self.task}")
        if self.task == "translate":
            two = self.data.columns == (1, 2) or self.data.turned
            if not two or self.data.domain_column is not None:
                raise ConfigError("data: a translation's files have two columns, and no domains")
            if self.input != InputConfig():
                raise ConfigError("[input]: a translation is cut as the sentence rules say")
            return
        if self.pictures is None and (self.input.cut != "whole" or self.input.tokens is None):
            raise ConfigError(f'{self.task} needs input.cut = "whole" and input.tokens')
        for section, names in _TRANSLATION:
            part = getattr(self, section)
            wrong = [n for n in names if getattr(part, n) != getattr(type(part)(), n)]
            if wrong:
                raise ConfigError(f"{section}.{wrong[0]} is for translations, not for {self.task}")
        if self.shortlist is not None:
            raise ConfigError(f"shortlist is for translations, not for {self.task}")


_TRANSLATION = (
    (
        "data",
        (
            *("max_ratio", "min_score", "concatenate", "noise", "copy", "untranslatable"),
            *("mask", "names", "terms"),
        ),
    ),
    ("package", ("entities", "names", "confidence")),
)
"""What only makes sense if both sides mean the same."""
