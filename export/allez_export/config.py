"""One TOML file is one reproducible model: frozen dataclasses and a strict reader.

An unknown key is an error that names the nearest key that exists.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
import types
import typing
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path
from typing import Any, Literal

from allez.errors import AllezError, MissingExtraError
from allez.spec import SPEC


class ConfigError(AllezError, ValueError):
    """A configuration file does not say what it must, or says what it cannot."""


def _check(section: Any, **ranges: tuple[float, float]) -> None:
    """Raise ConfigError unless each named value lies within its range; None is left alone."""
    for name, (low, high) in ranges.items():
        value = getattr(section, name)
        if value is not None and not (low <= value <= high and isfinite(value)):
            wanted = f"at least {low}" if high == inf else f"{low} to {high}"
            raise ConfigError(f"{name} must be {wanted}, not {value}")


def _check_choice(section: Any, name: str, known: Sequence[str]) -> None:
    """Raise ConfigError unless a named value is one of those known."""
    value = getattr(section, name)
    if value not in known:
        raise ConfigError(f"{name} must be one of {', '.join(known)}, not {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One set of sentence pairs: a `.tsv`, a `.tsv.gz`, or two parallel text files."""

    path: str
    """Relative to `data.root`; with `target_path`, the source side alone."""
    target_path: str | None = None
    weight: float = 1.0
    """Share of the target tokens drawn from here, relative to the other sources."""
    late_weight: float | None = None
    """The share during the late part of the updates; None: as `weight`."""
    limit: int | None = None
    """Only the first so many pairs."""

    def __post_init__(self) -> None:
        _check(self, weight=(0, inf), late_weight=(0, inf), limit=(1, inf))

    @property
    def name(self) -> str:
        """The file's name up to the first dot."""
        return Path(self.path).name.split(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """Where pairs come from and which are kept."""

    root: str = "data"
    """Folder of the files below; `--data` on the command line replaces it."""
    train: tuple[SourceConfig, ...] = ()
    valid: tuple[str, ...] = ()
    """Files for early stopping; BLEU is averaged over them."""
    test: tuple[str, ...] = ()
    """Files whose scores go into the bundle's card."""
    valid_limit: int = 500
    """Sentences read of each valid file."""
    max_words: int = 100
    """Pairs with a longer side are dropped."""
    max_ratio: float = 2.5
    """Pairs whose sides differ in length by more than this factor are dropped (words + 4)."""
    min_score: float | None = None
    """Pairs whose source explains the target by fewer nats per subword are dropped (align.py)."""
    align_pairs: int = 200_000
    """Pairs, drawn with the training weights, to learn from which words translate which."""
    concatenate: float = 0.0
    """Share of the examples that are two to four pairs joined (Nguyen et al. 2021)."""
    noise: float = 0.0
    """Share of the source sides typed carelessly: no accents, no capitals, no final stop."""
    copy: float = 0.0
    """Share of the examples that copy their English side (Currey et al. 2017)."""
    untranslatable: float = 0.0
    """Share of the examples with other numbers or names, or an address or emoji, on both sides."""
    mask: float = 0.0
    """Share of the entities that both sides of a pair hold which become symbols on both; the
    vocabulary must have them."""
    names: str | None = None
    """The list of words that are no names, in the data folder: see `data/names.py`. None: names
    are never masked."""
    terms: str | None = None
    """Content words and their translations, in the data folder: see `data/terms.py`."""

    def __post_init__(self) -> None:
        _check(self, mask=(0, 1))
        _check(self, valid_limit=(1, inf), max_words=(1, inf), max_ratio=(1, inf))
        _check(self, concatenate=(0, 1), noise=(0, 1), copy=(0, 1), untranslatable=(0, 1))
        _check(self, min_score=(-100, 100), align_pairs=(1, inf))
        late = [s.weight if s.late_weight is None else s.late_weight for s in self.train]
        paths = [source.path for source in self.train]
        twice = sorted({path for path in paths if paths.count(path) > 1})
        if twice:
            raise ConfigError(f"train: {twice[0]} is named twice")
        if self.train and not (sum(s.weight for s in self.train) > 0 and sum(late) > 0):
            raise ConfigError("train: all weights are 0")


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
    symbols may be lacking; the former begins at zero. None: random weights."""
    begin_with_version: str | None = None
    """The version that the bundle must have; None: any."""
    start_share: float = 0.0
    """Share of those weights in what is exported (Wortsman et al. 2022)."""
    updates: int = 10_000
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
        _check(self, late=(0, 1), start_share=(0, 1))
        _check(self, checkpoint_minutes=(0, inf), threads=(1, 1024), seed=(0, 2**63 - 1))


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
    confidence: tuple[str, ...] = ()
    """Validation files that the weights of `Sentence.confidence` are fitted on; the card tells how
    good they are on those of `data.valid` that are not among them."""

    def __post_init__(self) -> None:
        _check(self, golden=(1, 10_000), least_golden=(0, 10_000))
        _check(self, beam_size=(1, 100), length_penalty=(0, 10), length_offset=(0, 10))
        for name in ("early_stopping", "finished", "repeats"):
            _check_choice(self, name, SPEC["search"][name])


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole model, from data to bundle."""

    name: str
    source: str
    """Source language, BCP 47."""
    target: str
    data: DataConfig = field(default_factory=DataConfig)
    vocabulary: VocabularyConfig = field(default_factory=VocabularyConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    quantize: QuantizeConfig = field(default_factory=QuantizeConfig)
    shortlist: ShortlistConfig | None = None
    """None: there is none, and every step scores the whole vocabulary."""
    package: PackageConfig = field(default_factory=PackageConfig)


def load_config(path: Path, changes: Sequence[str] = ()) -> Config:
    """Read a configuration file.

    Args:
        path: a TOML file.
        changes: `key=value` in TOML, a dotted key each, that replace what the file says.

    Raises:
        ConfigError: it cannot be read, is no TOML, or has a key or value that makes no sense.
    """
    try:
        import tomllib
    except ModuleNotFoundError:  # the standard library reads TOML from 3.11 on
        try:
            import tomli as tomllib
        except ModuleNotFoundError:
            raise MissingExtraError("allez-export", "tomli") from None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from None
    for change in changes:
        _apply(content, change, tomllib.loads)
    try:
        config: Config = build(Config, content, "")
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}", hint=error.hint) from None
    return config


def _apply(content: dict[str, Any], change: str, loads: Callable[[str], Any]) -> None:
    """Set one `key=value` in a file's content."""
    key, equals, value = change.partition("=")
    try:
        parsed = loads(f"value = {value}")["value"]
    except ValueError:
        parsed = value  # a bare word: quotes would have to get past the shell
    *sections, name = key.split(".")
    table: Any = content
    for section in sections:
        table = table.setdefault(section, {}) if isinstance(table, dict) else None
    if not equals or not isinstance(table, dict):
        raise ConfigError(f"cannot set {change}", hint="--set section.key=value")
    table[name] = parsed


RENAMED = {"training.candidates": "training.sampled_softmax", "candidates": "shortlist"}
"""What keys were called in the files of training runs begun before 2.0."""


def build_kept(content: dict[str, Any], where: str) -> Config:
    """Return the configuration that a training run was begun with, perhaps by an older version."""
    training = dict(content.get("training", {}))
    top = {RENAMED.get(key, key): value for key, value in content.items() if key != "training"}
    for old, new in RENAMED.items():
        section, _, key = old.rpartition(".")
        if section == "training" and key in training:
            training[new.rpartition(".")[2]] = training.pop(key)
    config: Config = build(Config, {**top, "training": training}, where)
    return config


def build(kind: Any, content: Any, where: str) -> Any:
    """Return `content` (plain TOML or JSON values) as the dataclass `kind`, checked strictly."""
    if not isinstance(content, dict):
        raise ConfigError(f"{where or 'the file'} must be a table")
    names = {f.name: f for f in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind)
    values = {}
    for key, value in content.items():
        path = f"{where}.{key}" if where else key
        if key not in names:
            near = RENAMED.get(path) or difflib.get_close_matches(key, names, n=1, cutoff=0)[0]
            raise ConfigError(f"unknown key {path}", hint=f"did you mean {near}?")
        values[key] = _value(hints[key], value, path)
    for name, f in names.items():
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and name not in values:
            raise ConfigError(f"missing key {where + '.' if where else ''}{name}")
    try:
        return kind(**values)
    except ConfigError as error:
        raise ConfigError(f"{where}.{error}" if where else str(error)) from None


def _value(hint: Any, value: Any, path: str) -> Any:
    """Return `value` as the type `hint` asks for, or raise ConfigError."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if value is None:
            return None
        return _value(next(a for a in arguments if a is not type(None)), value, path)
    if origin is Literal:
        if value not in arguments:
            raise ConfigError(f"{path} must be one of {', '.join(arguments)}, not {value!r}")
        return value
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{path} must be a list")
        return tuple(_value(arguments[0], v, f"{path}[{i}]") for i, v in enumerate(value))
    if dataclasses.is_dataclass(hint):
        return build(hint, value, path)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise ConfigError(f"{path} must be {hint.__name__}, not {value!r}")
    return value
