"""One options object for all calls: what it takes and refuses; keywords are its fields."""

from __future__ import annotations

import inspect
import json
import logging
import shutil
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import allez
from allez import Bundle, TranslateOptions, Translator
from allez.errors import BundleNotFoundError, CancelledError, OptionError
from allez.options import OptionChanges, SearchOptions, merged

TEXT = "Elle n'achète pas trois petites maisons."


# --- values ---------------------------------------------------------------------------------

NUMBERS = ("beam_size", "n_best", "max_length", "min_length", "no_repeat_ngram_size")


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [True, False, np.True_, 2.0, "2", [2], np.float32(2)], ids=repr)
def test_what_is_no_whole_number_is_refused(name: str, value: object) -> None:
    with pytest.raises(OptionError, match=f"{name} must be a whole number"):
        TranslateOptions(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NUMBERS)
def test_numpy_counts_too(name: str) -> None:
    options = TranslateOptions(**{name: np.int64(1)})  # type: ignore[arg-type]
    assert type(getattr(options, name)) is int
    assert options == TranslateOptions(**{name: 1})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["length_penalty", "max_time"])
def test_what_is_no_number_is_refused(name: str) -> None:
    for value in (True, "1", [1], float("nan"), -1, -(10**400)):
        with pytest.raises(OptionError, match=f"{name} must be"):
            TranslateOptions(**{name: value})  # type: ignore[arg-type]
    for good in (1, 0.5, np.float32(0.5), np.int8(1)):
        assert type(getattr(TranslateOptions(**{name: good}), name)) is float  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values",
    [
        {"beam_size": 0},
        {"beam_size": 101},
        {"n_best": 0},
        {"n_best": 3, "beam_size": 2},
        {"n_best": 101},
        {"max_length": 0},
        {"min_length": 5, "max_length": 4},
        {"min_length": -1},
        {"length_penalty": 10.5},
        {"no_repeat_ngram_size": -1},
        {"shortlist": 1},
        {"cancel": "x"},
        {"cancel": True},
    ],
    ids=str,
)
def test_nonsense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"^\w+ "):
        TranslateOptions(**values)


def test_more_answers_widen_the_beam_of_the_bundle() -> None:
    default = SearchOptions(beam_size=4)
    assert TranslateOptions(n_best=7).search(default).beam_size == 7
    assert TranslateOptions(n_best=2).search(default).beam_size == 4
    assert TranslateOptions(beam_size=2).search(default).beam_size == 2


# --- calls ----------------------------------------------------------------------------------


def test_keywords_are_the_fields() -> None:
    assert list(get_type_hints(OptionChanges)) == [field.name for field in fields(TranslateOptions)]


def test_every_call_takes_them() -> None:
    for call in (
        Translator.translate, Translator.translate_batch, Translator.stream, Translator.score,
    ):  # fmt: skip
        signature = str(inspect.signature(call))
        assert "options: 'TranslateOptions | None' = None, **changes" in signature


def test_keywords_go_before_options(tiny: Translator) -> None:
    options = TranslateOptions(beam_size=1, n_best=1, prefix="You")
    assert merged(options, {"n_best": 1, "prefix": ""}) == TranslateOptions(beam_size=1)
    assert tiny.translate(TEXT, options=options).text.startswith("You")
    assert tiny.translate(TEXT, options=options, prefix="").text == tiny(TEXT)
    (only,) = tiny.translate_batch([TEXT], options=options)
    assert only.text == tiny.translate(TEXT, options=options).text
    assert "".join(tiny.stream(TEXT, options=options)) == only.text
    assert tiny.score(TEXT, "You.", options=options) < 0


def test_wrong_options_are_told(tiny: Translator) -> None:
    with pytest.raises(OptionError, match="options must be TranslateOptions, not"):
        tiny.translate(TEXT, options={"beam_size": 2})  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="beam"):
        tiny.translate(TEXT, beam=2)  # type: ignore[call-arg]


def test_anything_that_can_be_set_cancels(tiny: Translator) -> None:
    class Button:
        pressed = True

        def is_set(self) -> bool:
            return self.pressed

    with pytest.raises(CancelledError):
        tiny.translate(TEXT, cancel=Button())


def test_an_error_of_the_callers_own_comes_through(tiny: Translator) -> None:
    class Broken(threading.Event):
        def is_set(self) -> bool:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tiny.translate(TEXT, cancel=Broken())
    assert tiny(TEXT)


@pytest.mark.parametrize("threads", [True, 1.0, "2", 0, 1025])
def test_threads_that_make_no_sense(tiny_bundle: Path, threads: Any) -> None:
    with pytest.raises(OptionError, match="threads must be"):
        Translator(tiny_bundle, threads=threads)


@pytest.mark.parametrize(
    ("providers", "message"),
    [
        ("CPUExecutionProvider", "providers must be a list of names, not 'CPUExecutionProvider'"),
        (7, "providers must be a list of names, not 7"),
        ([7], "a provider is a name, or a name and its options, not 7"),
        ([("CPUExecutionProvider",)], "a provider is a name, or a name and its options"),
        (["TeapotExecutionProvider"], "provider 'TeapotExecutionProvider' is not available"),
        ([("Teapot", {})], "provider 'Teapot' is not available"),
    ],
)
def test_providers_that_make_no_sense(tiny_bundle: Path, providers: Any, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        Translator(tiny_bundle, providers=providers)
    assert message in str(caught.value)


def test_a_provider_may_have_options(tiny_bundle: Path, tiny: Translator) -> None:
    providers = [("CPUExecutionProvider", {"use_arena": "1"})]
    with Translator(tiny_bundle, threads=1, providers=providers) as translator:
        assert translator(TEXT) == tiny(TEXT)


# --- what a translator tells of itself ------------------------------------------------------


def test_what_a_translator_is(tiny_bundle: Path) -> None:
    with Translator(tiny_bundle, threads=np.int64(3)) as translator:  # type: ignore[arg-type]
        assert (translator.source_language, translator.target_language) == ("fr", "en")
        assert (translator.name, translator.threads) == (translator.bundle.manifest.name, 3)
        shown = f"<Translator {translator.name} {translator.version}: fr to en, 3 thread(s)>"
        assert repr(translator) == shown
    assert repr(translator) == shown[:-1] + ", closed>"


def test_models_are_listed_and_opened_by_language(
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("allez.bundle.store.shipped", lambda: (tmp_path, tmp_path / "absent"))
    shutil.copytree(tiny_bundle, tmp_path / "b")
    shutil.copytree(tiny_bundle, tmp_path / "a")
    (tmp_path / "no model").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    with caplog.at_level(logging.WARNING):
        found = allez.models()
    assert [(m.name, m.source_language, m.target_language) for m in found] == [
        ("a", "fr", "en"), ("b", "fr", "en"),
    ]  # fmt: skip
    assert "broken cannot be used" in caplog.text
    with allez.open("fr", "en", threads=1) as translator:
        assert translator.bundle.path == tmp_path / "a"
    with allez.open("FR", "en-Latn-US", threads=1) as translator:
        assert translator.bundle.path == tmp_path / "a"
    with pytest.raises(BundleNotFoundError, match="no model from 'de' to 'en'") as caught:
        allez.open("de", "en")
    assert caught.value.hint == "there is: fr to en"


def test_a_bundle_is_read_from_a_path_in_a_string(tiny_bundle: Path) -> None:
    assert Bundle.read(str(tiny_bundle)).manifest == Bundle.read(tiny_bundle).manifest


def test_the_log_tells_what_was_cut_and_by_what(
    tiny: Translator, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="allez"):
        tiny.translate(TEXT, max_length=3)
        tiny.translate(TEXT, max_time=0)
    said = [record.getMessage() for record in caplog.records if "cut" in record.getMessage()]
    assert said == [f"cut at the length limit: {TEXT!r}", f"cut before its end: {TEXT!r}"]


# --- spans ----------------------------------------------------------------------------------


def test_spans_are_places_in_what_the_caller_knows(tiny: Translator) -> None:
    text = "  ELLE   N'ACHÈTE\u2003PAS TROIS PETITES MAISONS. Je vois  le chat noir.\n"
    result = tiny.translate(text)
    assert len(result.sentences) == 2
    for sentence in result.sentences:
        words = [text[start:end] for start, end in sentence.source_spans]
        spelled = [token.strip("▁").lower() for token in sentence.source_tokens[:-1]]
        assert [word.lower() for word in words] == [*spelled, ""]
        assert sentence.source_spans[-1] == (sentence.end, sentence.end)
        best = sentence.hypotheses[0]
        said = [best.text[start:end].lower() for start, end in best.spans]
        assert said == [token.strip("▁").lower() for token in best.tokens]


@settings(max_examples=60)
@given(text=st.text(alphabet=st.sampled_from("aé œ.\t\u00a0«»🎉\u0301你Łß\n'-12E"), max_size=30))
def test_spans_lie_where_their_sentence_does(text: str, tiny: Translator) -> None:
    for sentence in tiny.translate(text, beam_size=1).sentences:
        assert len(sentence.source_spans) == len(sentence.source_tokens)
        starts = [start for start, _ in sentence.source_spans]
        assert starts == sorted(starts)
        assert all(sentence.start <= a <= b <= sentence.end for a, b in sentence.source_spans)
        covered = {i for a, b in sentence.source_spans for i in range(a, b)}
        missing = {c for i, c in enumerate(sentence.source, sentence.start) if i not in covered}
        assert not any(c.isalnum() for c in missing)
        for hypothesis in sentence.hypotheses:
            assert len(hypothesis.spans) == len(hypothesis.tokens)
            assert all(0 <= a <= b <= len(hypothesis.text) for a, b in hypothesis.spans)


def test_options_go_into_json_as_they_are() -> None:
    """Options go into JSON as they are: nothing of NumPy is left in them."""
    options = TranslateOptions(beam_size=np.int32(3), length_penalty=np.float32(0.5))  # type: ignore[arg-type]
    assert json.loads(json.dumps(options.decisive(SearchOptions())))["beam_size"] == 3
