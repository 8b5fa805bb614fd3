"""The sections of a configuration that say what becomes of a trained model."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

from allez.spec import SPEC
from allez_export.config.checks import check, check_choice


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
        check(self, calibration=(1, inf), least_identical=(0, 1), most_bleu_lost=(0, inf))
        check(self, least_weights=(0, inf), least_agreement=(0, 100))

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
        check(self, sentences=(1, inf), common=(0, 60_000), least=(1e-9, 1), check=(1, inf))
        check(self, most_bytes=(1, 64_000_000))


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
        check(self, golden=(1, 10_000), least_golden=(0, 10_000))
        check(self, beam_size=(1, 100), length_penalty=(0, 10), length_offset=(0, 10))
        for name in ("early_stopping", "finished", "repeats"):
            check_choice(self, name, SPEC["search"][name])
        if self.typography is not None:
            check_choice(self, "typography", _TYPOGRAPHIES)
