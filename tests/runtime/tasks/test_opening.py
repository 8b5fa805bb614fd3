"""`open(task=)`, and models of other tasks in the user's store."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import allez
from allez.bundle.store import ModelInfo, between, for_task
from allez.errors import BundleError, BundleFormatError, BundleNotFoundError, OptionError
from support import picture_bundle

BUNDLES = Path(__file__).parents[3] / "spec" / "bundles"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ALLEZ_MODELS", str(tmp_path / "store"))
    return tmp_path / "store"


def test_what_is_installed_is_opened_by_its_task() -> None:
    installed = allez.install(BUNDLES / "tiny_summary")
    assert (installed.name, installed.task) == ("tiny_summary@1.0.0", "summarize")
    allez.install(BUNDLES / "tiny_reply")
    assert {model.task for model in allez.models()} == {"translate", "summarize", "reply"}
    for language in (None, "en", "EN-us"):
        with allez.open(task="summarize", language=language, threads=1) as summarizer:
            assert isinstance(summarizer, allez.Summarizer)
            assert summarizer.bundle.trusted
            assert summarizer("Je dors.")
    with allez.open(task="reply") as replier:
        assert isinstance(replier, allez.Replier)
    with allez.Summarizer() as newest:
        assert newest.name == "tiny_summary"
    allez.remove("tiny_summary")
    with pytest.raises(BundleNotFoundError, match="there is no model to summarize in 'en'"):
        allez.open(task="summarize", language="en")


def test_two_languages_are_translated_by_what_translates() -> None:
    allez.install(BUNDLES / "tiny_summary")
    with allez.open("fr", "en", threads=1) as translator:
        assert isinstance(translator, allez.Translator)
        assert translator.name == "fr-en"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "to translate takes two languages"),
        ({"source": "fr"}, "to translate takes two languages"),
        ({"source": "fr", "target": "en", "language": "en"}, "to translate takes two languages"),
        ({"task": "summarize", "source": "fr", "target": "en"}, "to summarize takes one language"),
        ({"task": "dance"}, "task must be translate, summarize, reply, caption, not 'dance'"),
    ],
)
def test_what_does_not_go_together_is_an_error(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        allez.open(**arguments)  # type: ignore[call-overload]


def info(name: str, version: str, language: str, task: str = "summarize") -> ModelInfo:
    return ModelInfo(name, version, language, language, "CC0-1.0", Path(name), task=task)


def test_of_several_the_newest_in_the_language() -> None:
    known = [
        info("a", "1.0.0", "en"),
        info("b", "1.10.0", "en"),
        info("c", "1.9.0", "en"),
        info("d", "9.0.0", "en", "reply"),
    ]
    assert for_task("summarize", None, known).name == "b"
    assert for_task("summarize", "en-GB", known).name == "b"
    with pytest.raises(BundleNotFoundError, match="no model to summarize in 'fr'") as caught:
        for_task("summarize", "fr", known)
    assert caught.value.hint == "there is: en"
    known.append(info("e", "0.1", "fr"))
    assert for_task("summarize", "fr", known).name == "e"
    with pytest.raises(OptionError, match="in several languages") as several:
        for_task("summarize", None, known)
    assert several.value.hint == "name one: en, fr"
    with pytest.raises(BundleNotFoundError):
        between("en", "en", known)


def test_a_bundle_that_answers_otherwise_is_not_installed(tmp_path: Path, store: Path) -> None:
    copy = Path(shutil.copytree(BUNDLES / "tiny_summary", tmp_path / "other"))
    manifest = json.loads((copy / "manifest.json").read_bytes())
    manifest["limits"] = {"target_per_source": 0.0, "target_extra": 1}
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BundleError, match="fails its self-test and is not installed"):
        allez.install(copy)
    with pytest.raises(BundleFormatError, match="it has no golden examples to try it by"):
        allez.install(picture_bundle.make(tmp_path / "pictures"))
    assert not store.exists()
