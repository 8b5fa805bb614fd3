"""One TOML file is one reproducible model: frozen dataclasses, which `file.py` reads."""

from allez_export.config.bundle import PackageConfig, QuantizeConfig, ShortlistConfig
from allez_export.config.checks import ConfigError
from allez_export.config.data import DataConfig, SourceConfig
from allez_export.config.model import InputConfig, LimitsConfig, ModelConfig, VocabularyConfig
from allez_export.config.pictures import PicturesConfig
from allez_export.config.training import TrainingConfig
from allez_export.config.whole import Config

__all__ = [
    "Config",
    "ConfigError",
    "DataConfig",
    "InputConfig",
    "LimitsConfig",
    "ModelConfig",
    "PackageConfig",
    "PicturesConfig",
    "QuantizeConfig",
    "ShortlistConfig",
    "SourceConfig",
    "TrainingConfig",
    "VocabularyConfig",
]
