"""`Summarizer` with a tiny bundle: options, batches, streams, what is cut, and when it stops."""

from __future__ import annotations

import math
import pickle
import shutil
import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import allez
from allez.bundle.manifest import Confidence
from allez.bundle.reader import Bundle
from allez.errors import BundleError, BundleFormatError, CancelledError, OptionError, SessionError
from support import picture_bundle

BUNDLES = Path(__file__).parents[3] / "spec" / "bundles"
TEXT = "Je vois le chat noir.\nElle voit\u00a0le chien."
BOOK = "Je vois le chat noir. Elle voit le chien.\n" * 20_000


@pytest.fixture(scope="module")
def summarizer() -> Iterator[allez.Summarizer]:
    with allez.Summarizer(BUNDLES / "tiny_summary", threads=2) as summarizer:
        yield summarizer


def test_a_summary_says_what_was_read(summarizer: allez.Summarizer) -> None:
    summary = summarizer.summarize(TEXT)
    assert summary.text == str(summary) == summarizer(TEXT) != ""
    assert TEXT[slice(*summary.read)] == TEXT
    assert not summary.cut
    assert summary.finished
    assert summary.attention.shape == (len(summary.tokens), len(summary.source_tokens))
    assert np.allclose(summary.attention.sum(axis=1), 1, atol=1e-5)
    assert summary.source_tokens[-1] == "</s>"
    words = [TEXT[slice(*span)] for span in summary.source_spans]
    assert words[-1] == ""
    assert "".join(words) == "".join(TEXT.split())


def test_of_a_book_the_beginning_is_read_and_that_is_said(summarizer: allez.Summarizer) -> None:
    summary = summarizer.summarize(BOOK)
    start, end = summary.read
    assert summary.cut
    assert start == 0
    assert BOOK[end - 1] == "."
    assert len(summary.source_tokens) <= 41


def test_about_nothing_nothing_is_said(summarizer: allez.Summarizer) -> None:
    for text in ("", " \n\t ", "\ufeff"):
        summary = summarizer.summarize(text, n_best=3)
        assert summary.texts == ("",)
        assert (summary.finished, summary.cut, summary.confidence) == (True, False, None)
        assert summary.source_tokens == ("</s>",)
        assert list(summarizer.stream(text)) == []


def test_n_best_are_in_order_and_different(summarizer: allez.Summarizer) -> None:
    summary = summarizer.summarize(TEXT, n_best=4)
    assert len(set(summary.texts)) == 4
    scores = [hypothesis.score for hypothesis in summary.hypotheses]
    assert scores == sorted(scores, reverse=True)
    assert summary.score == scores[0]
    best = summary.hypotheses[0]
    assert best.text == summary.text
    assert [best.text[slice(*span)] for span in best.spans] == [
        token.replace("▁", "") for token in best.tokens
    ]


def test_a_batch_is_each_alone(summarizer: allez.Summarizer) -> None:
    texts = [TEXT, "", BOOK[:400], "Je dors.", "😀" * 9, TEXT]
    alone = [summarizer.summarize(text) for text in texts]
    together = list(summarizer.summarize_batch(texts))
    lazily = list(summarizer.summarize_batch(iter(texts), options=allez.TranslateOptions()))
    for one, two, three in zip(alone, together, lazily, strict=True):
        assert one.texts == two.texts == three.texts
        assert one.score == two.score == three.score
        assert one.source == two.source


def test_pieces_of_a_stream_are_the_greedy_summary(summarizer: allez.Summarizer) -> None:
    def complete(text: str, **changes: int) -> Generator[str, None, None]:
        ended.append((yield from summarizer.stream(text, **changes)))

    ended: list[bool] = []
    pieces = list(complete(TEXT))
    assert len(pieces) > 1
    assert "".join(pieces) == summarizer.summarize(TEXT, beam_size=1).text
    assert list(complete(TEXT, max_length=2)) == pieces[:1]
    assert ended == [True, False]


def test_a_prefix_begins_it_and_a_limit_ends_it(summarizer: allez.Summarizer) -> None:
    assert summarizer.summarize(TEXT, prefix="The ").text.startswith("The")
    cut = summarizer.summarize(TEXT, max_length=2, beam_size=1)
    assert (len(cut.tokens), cut.finished) == (2, False)
    with pytest.raises(OptionError, match=r"the prefix has \d+ tokens, the summary may have 2"):
        summarizer.summarize(TEXT, prefix="The black cat", max_length=2)


@pytest.mark.parametrize(
    "option", [{"keep": ["chat"]}, {"glossary": {"a": "b"}}, {"markup": "html"}]
)
def test_options_of_translations_are_refused(
    summarizer: allez.Summarizer, option: dict[str, object]
) -> None:
    with pytest.raises(OptionError, match="goes with translations alone"):
        summarizer.summarize(TEXT, **option)  # type: ignore[arg-type]


def test_no_text_is_an_error(summarizer: allez.Summarizer) -> None:
    with pytest.raises(TypeError, match="a text must be str, not bytes"):
        summarizer.summarize(b"Je dors.")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="takes many texts, not one"):
        summarizer.summarize_batch(TEXT)


def test_time_that_is_over_cuts_and_a_call_can_be_given_up(summarizer: allez.Summarizer) -> None:
    summary = summarizer.summarize(TEXT, max_time=0)
    assert (summary.text, summary.finished) == ("", False)
    assert summary.score == -np.inf
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError, match="the summary was cancelled"):
        summarizer.summarize(TEXT, cancel=cancel)
    assert list(summarizer.stream(TEXT, max_time=0)) == []


def test_a_closed_one_says_so() -> None:
    summarizer = allez.Summarizer(BUNDLES / "tiny_summary", threads=1)
    assert "closed" not in repr(summarizer)
    summarizer.close()
    summarizer.close()
    assert repr(summarizer) == "<Summarizer tiny_summary 1.0.0: en, 1 thread(s), closed>"
    for call in (summarizer.summarize, summarizer.stream):
        with pytest.raises(SessionError, match="the summarizer is closed"):
            call(TEXT)
    with pytest.raises(TypeError, match="cannot be sent to another process"):
        pickle.dumps(summarizer)


def test_confidence_is_the_regression_over_what_search_knows() -> None:
    bundle = Bundle.read(BUNDLES / "tiny_summary")
    weights = Confidence(0.25, {"mean_score": 2.0, "ratio": 0.5, "doubts": 9.0})
    told = bundle.manifest._replace(confidence=weights)
    with allez.Summarizer(replace(bundle, manifest=told), threads=1) as summarizer:
        summary = summarizer.summarize(TEXT)
        length = len(summary.tokens) + 1
        total = 0.25 + 2 * summary.score + 0.5 * math.log(length / len(summary.source_tokens))
        assert summary.confidence == pytest.approx(1 / (1 + math.exp(-total)))
        assert summarizer.summarize(TEXT, max_time=0).confidence == 0.0


def test_a_french_summary_gets_the_typography_of_french() -> None:
    bundle = Bundle.read(BUNDLES / "tiny_summary")
    target = bundle.manifest.target._replace(typography="fr")
    told = bundle.manifest._replace(target=target)
    with allez.Summarizer(replace(bundle, manifest=told), threads=1) as summarizer:
        summary = summarizer.summarize(TEXT, prefix="I see ! ", max_length=9, beam_size=1)
        assert summary.text.startswith("I see\u202f!")
        assert "".join(summarizer.stream(TEXT, prefix="I see ! ", max_length=9)) == summary.text
        best = summary.hypotheses[0]
        pieces = [best.text[slice(*span)] for span in best.spans]
        spelled = [token.replace("▁", "").replace("<0x21>", "!") for token in best.tokens]
        assert pieces == spelled


def test_it_passes_its_self_test(summarizer: allez.Summarizer) -> None:
    tests = list(summarizer.selftest())
    assert len(tests) == 12
    assert all(test.passed for test in tests)


def test_several_threads_share_it(summarizer: allez.Summarizer) -> None:
    texts = [f"Je vois {n} chats. " * (n % 3 + 1) for n in range(24)]
    alone = [summarizer.summarize(text).text for text in texts]
    found: dict[int, str] = {}

    def work(first: int) -> None:
        for index in range(first, len(texts), 6):
            found[index] = summarizer.summarize(texts[index]).text

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[index] for index in range(len(texts))] == alone


def test_each_bundle_has_its_task(tmp_path: Path) -> None:
    with pytest.raises(
        BundleFormatError, match="a bundle to translate, not to summarize"
    ) as caught:
        allez.Summarizer(BUNDLES / "tiny")
    assert caught.value.hint == "allez translate, or allez.Translator"
    with pytest.raises(BundleFormatError, match="a summarize bundle translates no text") as caught:
        allez.Translator(BUNDLES / "tiny_summary")
    assert caught.value.hint == "allez summarize, or allez.Summarizer"
    pictures = picture_bundle.make(tmp_path / "pictures", task="summarize")
    with pytest.raises(BundleFormatError, match="a bundle to summarize reads whole texts"):
        allez.Summarizer(pictures)


def test_a_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(BUNDLES / "tiny_summary", tmp_path / "bundle"))
    text = (copy / "manifest.json").read_text(encoding="utf-8")
    (copy / "manifest.json").write_text(text.replace('"size": 420', '"size": 421'))
    with pytest.raises(BundleError, match=r"subwords|vocabulary"):
        allez.Summarizer(copy)
