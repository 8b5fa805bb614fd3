"""Reads a TOML file as a configuration, strictly.

An unknown key is an error that names the nearest key that exists. Knows the dataclasses of
this folder by their annotations only.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from allez.errors import MissingExtraError
from allez_export.config import Config, ConfigError


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
