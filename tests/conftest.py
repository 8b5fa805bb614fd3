"""What all tests share: the tiny bundle, the shipped one, and patience with slow machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import allez
from support import skips

ROOT = Path(__file__).parents[1]

settings.register_profile("patient", deadline=None)  # a busy machine is not a failing test
settings.load_profile("patient")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write down what is skipped, for the last line of `make test`."""
    if report.skipped and isinstance(report.longrepr, tuple):
        skips.write_down(f"{report.nodeid}: {report.longrepr[2].removeprefix('Skipped: ')}")


@pytest.fixture(scope="session", autouse=True)
def nothing_installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whatever models whoever runs the tests has installed: no test finds them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLEZ_MODELS", str(tmp_path_factory.mktemp("store")))
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def tiny_bundle() -> Path:
    """A real bundle of 150 kB that knows the synthetic language (support/make_tiny_bundle.py)."""
    return ROOT / "spec" / "bundles" / "tiny"


@pytest.fixture(scope="session")
def shipped_bundle() -> Path:
    """The bundle users get."""
    return ROOT / "models" / "fr-en"


@pytest.fixture(scope="session")
def tiny(tiny_bundle: Path) -> Iterator[allez.Translator]:
    """A translator with the tiny bundle."""
    with allez.Translator(tiny_bundle, threads=2) as translator:
        yield translator
