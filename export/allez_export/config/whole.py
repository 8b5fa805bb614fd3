"""A whole configuration: its sections, and what of one must fit another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from allez_export.config.bundle import PackageConfig, QuantizeConfig, ShortlistConfig
from allez_export.config.checks import ConfigError
from allez_export.config.data import DataConfig
from allez_export.config.model import InputConfig, LimitsConfig, ModelConfig, VocabularyConfig
from allez_export.config.pictures import PicturesConfig
from allez_export.config.training import TrainingConfig


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
