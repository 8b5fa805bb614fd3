"""The public surface is flat, complete and what the package says it is."""

from __future__ import annotations

import importlib.metadata
import pickle
from types import ModuleType

import pytest

import allez


def test_all_is_exactly_what_is_public() -> None:
    names = (name for name in dir(allez) if not name.startswith("_"))
    public = {name for name in names if not isinstance(getattr(allez, name), ModuleType)}
    assert set(allez.__all__) == public - {"Any", "TYPE_CHECKING"}


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="Translater"):
        _ = allez.Translater  # type: ignore[attr-defined]


def test_every_public_name_is_documented() -> None:
    for name in allez.__all__:
        assert getattr(allez, name).__doc__, name


def test_the_installed_version_is_the_imported_one() -> None:
    assert importlib.metadata.version("allez") == allez.__version__


def test_errors_travel_between_processes() -> None:
    missing = pickle.loads(pickle.dumps(allez.MissingExtraError("drawing", "matplotlib")))
    assert str(missing) == "drawing needs matplotlib, which is not installed"
    assert missing.hint == "pip install matplotlib"
    wrong = pickle.loads(pickle.dumps(allez.InputError("line 3", hint="look")))
    assert (str(wrong), wrong.hint) == ("line 3", "look")


def test_every_error_is_one_of_ours_and_in_the_tree() -> None:
    from allez import errors

    for name, value in vars(errors).items():
        if isinstance(value, type) and issubclass(value, Exception):
            assert issubclass(value, allez.AllezError)
            assert errors.__doc__ is not None
            assert name in errors.__doc__
