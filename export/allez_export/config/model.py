"""The sections of a configuration that say what a model reads and says, and how it is built."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from math import inf
from typing import Literal

from allez_export.config.checks import ConfigError, check


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
        check(self, size=(300, 1_000_000), alphabet=(1, inf), sample=(1, inf))
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
        check(self, tokens=(1, 10_000), turns=(1, 1000))
        if self.separator is not None and not re.fullmatch(r" [^\w\s'] ", self.separator):
            raise ConfigError(f"separator must be a sign between spaces, not {self.separator!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsConfig:
    """How long an answer may get, in tokens: `target_per_source` x S + `target_extra`."""

    target_per_source: float = 1.8
    target_extra: int = 10

    def __post_init__(self) -> None:
        check(self, target_per_source=(0, 10), target_extra=(1, 10_000))

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
        check(self, width=(2, 65_536), encoder_layers=(1, 64), dropout=(0, 0.95))
        check(self, word_dropout=(0, 0.95))
        if self.width % 2:
            raise ConfigError(f"width must be even, not {self.width}: each direction gets half")
        if self.lexical_shortcut and self.attention == "none":
            raise ConfigError("lexical_shortcut needs attention: it is weighted by it")
