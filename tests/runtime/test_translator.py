"""`Translator` on the tiny bundle: the promises that users rely on."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez import Bundle, Translator
from allez.bundle.contract import MEMORY_STEP
from allez.errors import InputError, OptionError, SessionError
from allez.model.encoder import Encoding, TextSource
from allez.model.model import Model
from allez.search.batching import (
    BATCH_LISTED,
    BATCH_ROWS,
    BATCH_SENTENCES,
    BATCH_TOKENS,
    make_batches,
)
from allez.search.step import Request
from allez.text import Tokenizer, stands_alike
from allez.translate.pipeline import ahead
from support.bundles import BUNDLES
from support.patience import PATIENCE

PAIRS = [
    ("Je vois le chat noir.", "I see the black cat."),
    ("Elle n'achète pas trois petites maisons.", "She does not buy three small houses."),
    ("Nous aimons la grande voiture verte le 14 mars 1987.",
     "We like the big green car on March 14, 1987."),
    ("Les enfants cherchent dix fleurs bleues.", "The children want ten blue flowers."),
]  # fmt: skip
SOURCES = [source for source, _ in PAIRS]


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("beam_size", [1, 4])
def test_translates(tiny: Translator, source: str, target: str, beam_size: int) -> None:
    assert tiny.translate(source, beam_size=beam_size).text == target


def test_calling_it_returns_the_text(tiny: Translator) -> None:
    assert tiny(SOURCES[0]) == PAIRS[0][1]


def test_everything_known_of_a_sentence(tiny: Translator) -> None:
    text = f"  {SOURCES[0]} {SOURCES[3]}\n"
    result = tiny.translate(text, n_best=3)
    assert result.source == text
    assert result.text == f"  {PAIRS[0][1]} {PAIRS[3][1]}\n"
    assert len(result.texts) == 3
    assert result.tokens == result.sentences[0].tokens + result.sentences[1].tokens
    for sentence in result.sentences:
        assert text[sentence.start : sentence.end] == sentence.source
        assert sentence.source_tokens[-1] == "</s>"
        assert len(sentence.hypotheses) == 3
        assert sentence.score == max(h.score for h in sentence.hypotheses) <= 0
        shape = (len(sentence.tokens), len(sentence.source_tokens))
        assert sentence.attention.shape == shape
        np.testing.assert_allclose(sentence.attention.sum(axis=1), 1, atol=1e-5)
        assert len(sentence.alignment) == len(sentence.tokens)
        assert all(0 <= s < shape[1] for s, _ in sentence.alignment)
    lengths = [len(s.tokens) + 1 for s in result.sentences]
    mean = sum(s.score * n for s, n in zip(result.sentences, lengths, strict=True)) / sum(lengths)
    assert result.score == pytest.approx(mean)


def test_attention_finds_the_reordered_adjective(tiny: Translator) -> None:
    sentence = tiny.translate("Je vois le chat noir.").sentences[0]
    aligned = {
        sentence.tokens[target]: sentence.source_tokens[source]
        for source, target in sentence.alignment
    }
    black = next(token for token in sentence.tokens if token.strip("▁") and "bl" in token)
    assert "no" in aligned[black] or "ir" in aligned[black] or "noir" in aligned[black]


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\n\n  \n", "123", "…", "- - -", "\t42\r\n", "🎉"], ids=repr
)
def test_what_has_no_letters_is_returned(tiny: Translator, text: str) -> None:
    result = tiny.translate(text)
    assert (result.text, result.sentences, result.score) == (text, (), 0.0)
    assert "".join(tiny.stream(text)) == text


LETTERS = [
    json.loads(line)
    for line in BUNDLES.with_name("vectors").joinpath("casing.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("bundle", ["tiny", "tiny_v1"])
def test_an_address_is_returned_by_a_bundle_without_symbols(bundle: str) -> None:
    alike = [case["text"] for case in LETTERS if case["alike"] and not case["foreign"]]
    assert len(alike) >= 10
    with Translator(BUNDLES / bundle, threads=1) as translator:
        for text in alike:
            assert translator.translate(text).sentences == ()
            assert translator(text) == text
        whole = translator.translate(f"Le chat noir.\n{alike[0]}\nVoir {alike[1]}.", beam_size=1)
        first, last = whole.sentences
        assert (first.source, last.source) == ("Le chat noir.", f"Voir {alike[1]}.")
        assert whole.text == f"{first.text}\n{alike[0]}\n{last.text}"


def test_vectors_of_what_stands_alike(tiny_bundle: Path) -> None:
    tokenizer = Tokenizer((tiny_bundle / "tokenizer.json").read_text(encoding="utf-8"))
    for case in LETTERS:
        assert stands_alike(case["text"], tokenizer, ("fr", "en")) == case["alike"], case["text"]


@pytest.mark.parametrize(
    "foreign", ["你好，世界。", "Здравствуйте !", "مرحبا", "“こんにちは” (2024)"]
)
def test_a_script_that_was_never_learnt_is_returned(tiny: Translator, foreign: str) -> None:
    assert tiny(foreign) == foreign
    text = f"Le chat noir.\n{foreign}\nLe chat noir."
    assert tiny(text) == f"{tiny('Le chat noir.')}\n{foreign}\n{tiny('Le chat noir.')}"
    assert "".join(tiny.stream(text)) == tiny.translate(text, beam_size=1).text
    assert len(tiny.translate(text).sentences) == 2


def test_a_word_of_another_script_is_left_to_the_model(tiny: Translator) -> None:
    text = "Le chat 你好 noir."
    assert [sentence.source for sentence in tiny.translate(text).sentences] == [text]


def test_white_space_survives(tiny: Translator) -> None:
    text = f"\n  {SOURCES[0]}\r\n\r\n\t{SOURCES[1]}  {SOURCES[3]}\n\n"
    expected = f"\n  {PAIRS[0][1]}\r\n\r\n\t{PAIRS[1][1]}  {PAIRS[3][1]}\n\n"
    assert tiny.translate(text).text == expected
    assert "".join(tiny.stream(text)) == expected


def test_a_byte_order_mark_is_dropped(tiny: Translator) -> None:
    assert tiny("\N{BOM}" + SOURCES[0]) == PAIRS[0][1]


def test_a_long_sentence_is_cut_without_loss(tiny: Translator) -> None:
    clause = "je vois le chat noir, "
    result = tiny.translate(clause * 60)
    limit = tiny.bundle.manifest.input.tokens
    assert len(result.sentences) > 1
    assert all(len(s.source_tokens) <= limit + 1 for s in result.sentences)
    assert "".join(s.source for s in result.sentences).count("chat") == 60


def corpus(count: int) -> list[str]:
    """Sentences, and lines of several sentences, of many lengths."""
    generator = random.Random(5)
    return [" ".join(generator.choices(SOURCES, k=generator.randint(0, 3))) for _ in range(count)]


@pytest.mark.parametrize("beam_size", [1, 4])
def test_batch_equals_singles(tiny: Translator, beam_size: int) -> None:
    texts = corpus(150)
    together = list(tiny.translate_batch(iter(texts), beam_size=beam_size))
    assert len(together) == len(texts)
    for text, result in zip(texts, together, strict=True):
        alone = tiny.translate(text, beam_size=beam_size)
        assert result.tokens == alone.tokens
        assert result.text == alone.text
        assert result.score == pytest.approx(alone.score, abs=1e-3)


def test_threads_change_nothing(tiny_bundle: Path) -> None:
    texts = corpus(200)
    results = []
    for threads in (1, 3):
        with Translator(tiny_bundle, threads=threads) as translator:
            results.append([(r.text, r.score) for r in translator.translate_batch(texts)])
    assert results[0] == results[1]


def test_one_translator_serves_many_threads(tiny: Translator) -> None:
    expected = dict(PAIRS)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda s: (s, tiny(s)), SOURCES * 25))
    assert all(expected[source] == answer for source, answer in answers)


@settings(max_examples=40)
@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_any_text_has_an_answer_and_streams_alike(text: str, tiny: Translator) -> None:
    greedy = tiny.translate(text, beam_size=1)
    assert "".join(tiny.stream(text)) == greedy.text


def test_greedy_is_a_beam_of_one_streamed(tiny: Translator) -> None:
    for source, target in PAIRS:
        pieces = list(tiny.stream(source))
        assert "".join(pieces) == target
        assert len(pieces) > 3


def test_a_sentence_in_capitals_is_answered_in_capitals(tiny: Translator) -> None:
    for source, target in PAIRS:
        result = tiny.translate(f"{source.upper()} {source}")
        assert result.text == f"{target.upper()} {target}"
        loud, usual = result.sentences
        assert loud.source == source.upper()
        assert (loud.source_tokens, loud.tokens) == (usual.source_tokens, usual.tokens)
        assert "".join(tiny.stream(source.upper())) == target.upper()
        begun = target[: target.index(" ")]
        for prefix in (begun, begun.upper()):
            forced = tiny.translate(source.upper(), prefix=prefix, beam_size=1)
            assert forced.text == target.upper()
        if target == target.capitalize():  # the capital of a name within it is forgotten
            assert tiny.score(source.upper(), target.upper()) == tiny.score(source, target)
    assert any(target == target.capitalize() for _, target in PAIRS)


def test_padding_changes_nothing(tiny: Translator, tiny_bundle: Path) -> None:
    """A row's scores are the same, bit for bit, alone and beside a longer sentence."""
    from allez.text.tokenizer import Tokenizer

    bundle = Bundle.read(tiny_bundle)
    tokenizer = Tokenizer(bundle.text("tokenizer"))
    model = Model(bundle)
    encoded: list[Encoding] = [model.encode(TextSource((*tokenizer.encode(s), 2))) for s in SOURCES]
    bos = np.array([1])
    together = model.start(encoded)(np.repeat(bos, 4), np.arange(4), 5, full=True)
    assert together.log_probs is not None
    for row, sentence in enumerate(encoded):
        alone = model.start([sentence])(bos, np.zeros(1, dtype=np.int64), 5, full=True)
        assert alone.log_probs is not None
        np.testing.assert_allclose(together.log_probs[row], alone.log_probs[0], atol=1e-5)
        np.testing.assert_array_equal(together.top_tokens[row], alone.top_tokens[0])


def test_prefix_begins_the_first_sentence(tiny: Translator) -> None:
    text = f"{SOURCES[0]} {SOURCES[0]}"
    result = tiny.translate(text, prefix="You see")
    assert result.sentences[0].text.startswith("You see")
    assert result.sentences[1].text == PAIRS[0][1]
    assert result.sentences[0].score < result.sentences[1].score


def test_spaces_around_a_prefix_mean_nothing(tiny: Translator) -> None:
    results = {tiny.translate(SOURCES[0], prefix=p).text for p in ("You", "You ", "  You")}
    assert len(results) == 1


def test_length_options(tiny: Translator) -> None:
    short = tiny.translate(SOURCES[2], max_length=3, beam_size=1).sentences[0]
    assert len(short.tokens) == 3
    assert not short.hypotheses[0].finished
    long = tiny.translate(SOURCES[0], min_length=30).sentences[0]
    assert len(long.tokens) >= 30


def test_no_repeat(tiny: Translator) -> None:
    tokens = tiny.translate(SOURCES[0], min_length=40, no_repeat_ngram_size=2).tokens
    grams = list(itertools.pairwise(tokens))
    assert len(grams) == len(set(grams))


def test_score_is_the_sentence_score(tiny: Translator) -> None:
    for source, _ in PAIRS:
        sentence = tiny.translate(source).sentences[0]
        assert tiny.score(source, sentence.text) == pytest.approx(sentence.score, abs=1e-3)
    assert tiny.score(SOURCES[0], PAIRS[0][1]) > tiny.score(SOURCES[0], PAIRS[1][1])
    with pytest.raises(InputError):
        tiny.score("", "Nothing.")
    with pytest.raises(InputError, match="tokens"):
        tiny.score("chat " * 500, "cat")


@pytest.mark.parametrize(
    "options", [{"beam_size": 0}, {"n_best": 9, "beam_size": 4}, {"min_length": -1}], ids=str
)
def test_wrong_options_fail_at_once(tiny: Translator, options: dict[str, int]) -> None:
    with pytest.raises(OptionError):
        tiny.translate("x", **options)
    with pytest.raises(OptionError):
        tiny.translate_batch(["x"], **options)  # before anything is asked of the iterator


def test_a_prefix_too_long_is_refused(tiny: Translator) -> None:
    with pytest.raises(OptionError, match="prefix"):
        tiny.translate(SOURCES[0], prefix="the cat " * 200)


@pytest.mark.parametrize("text", [None, b"abc", 3])
def test_what_is_no_text_is_a_type_error(tiny: Translator, text: object) -> None:
    calls: list[Callable[[Any], object]] = [
        tiny.translate,
        lambda text: tiny.score(text, "a"),
        lambda text: tiny.score("a", text),
        lambda text: tiny.score("LE CHAT NOIR", text),
        lambda text: tiny.translate("le chat", prefix=text),
    ]
    for call in calls:
        with pytest.raises(TypeError, match="must be str"):
            call(text)


def test_one_text_is_not_many(tiny: Translator) -> None:
    with pytest.raises(OptionError, match="many texts"):
        tiny.translate_batch("ab")


@pytest.mark.parametrize("threads", [0, -1, 10_000, "2", 1.5])
def test_wrong_threads(tiny_bundle: Path, threads: int) -> None:
    with pytest.raises(OptionError, match="threads"):
        Translator(tiny_bundle, threads=threads)


def test_a_provider_that_is_not_there(tiny_bundle: Path) -> None:
    with pytest.raises(OptionError, match="TeapotExecutionProvider") as caught:
        Translator(tiny_bundle, providers=["TeapotExecutionProvider"])
    assert "CPUExecutionProvider" in str(caught.value.hint)


def test_closed_means_closed(tiny_bundle: Path) -> None:
    translator = Translator(tiny_bundle)
    with translator:
        assert translator(SOURCES[0])
    translator.close()
    for call in (
        lambda: translator(SOURCES[0]),
        lambda: translator.translate_batch(SOURCES),
        lambda: list(translator.stream(SOURCES[0])),
        lambda: translator.score(SOURCES[0], "x"),
    ):
        with pytest.raises(SessionError, match="closed"):
            call()


def test_batch_reads_ahead_but_not_everything(tiny_bundle: Path) -> None:
    taken = 0

    def texts() -> object:
        nonlocal taken
        for _ in range(100_000):
            taken += 1
            yield SOURCES[0]

    with Translator(tiny_bundle, threads=1) as translator:
        results = translator.translate_batch(texts(), beam_size=1)  # type: ignore[arg-type]
        next(results)
        assert taken <= 2 * ahead(1)


def test_an_error_of_the_iterator_comes_through(tiny: Translator) -> None:
    def texts() -> object:
        yield SOURCES[0]
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError, match="the disk is gone"):
        list(tiny.translate_batch(texts()))  # type: ignore[arg-type]


@given(lengths=st.lists(st.integers(1, 300), max_size=200), beam=st.integers(1, 100))
def test_batches_hold_every_sentence_once_and_not_too_much(lengths: list[int], beam: int) -> None:
    requests = [Request(TextSource((0,) * length), 9) for length in lengths]
    batches = list(make_batches(requests, beam))
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) <= BATCH_SENTENCES
        assert len(batch) == 1 or len(batch) * beam <= BATCH_ROWS
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= BATCH_TOKENS
        assert len({-(-lengths[i] // MEMORY_STEP) for i in batch}) == 1


@given(
    lists=st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 5000)), min_size=1, max_size=80)
)
def test_a_batch_lists_few_words_together(lists: list[tuple[int, int]]) -> None:
    words = [range(first, first + count) for first, count in lists]
    requests = [
        Request(TextSource((0,)), 9, shortlist=np.array(ids, dtype=np.int64)) for ids in words
    ]
    batches = list(make_batches(requests, 1))
    assert [i for batch in batches for i in batch] == list(range(len(lists)))
    for place, batch in enumerate(batches):
        listed = {word for i in batch for word in words[i]}
        assert len(batch) == 1 or len(listed) <= BATCH_LISTED
        if len(batch) < BATCH_SENTENCES and place + 1 < len(batches):  # as many as may be
            assert len(listed.union(words[batches[place + 1][0]])) > BATCH_LISTED


def test_selftest_passes(tiny: Translator) -> None:
    results = list(tiny.selftest())
    assert len(results) == 20
    assert all(result.passed for result in results)


@pytest.mark.parametrize(
    ("key", "change", "problem"),
    [
        ("source_ids", lambda ids: [*ids[:-2], ids[-1]], "tokenized"),
        ("first_scores", lambda scores: [s - 0.3 for s in scores], "first step"),
        ("target_ids", lambda ids: ids[:-1], "tokens"),
        ("translation", lambda text: text + "!", "another text"),
    ],
)
def test_selftest_notices(
    tiny_bundle: Path, tmp_path: Path, key: str, change: object, problem: str
) -> None:
    copy = Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))
    lines = (copy / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    entry = json.loads(lines[0])
    entry[key] = change(entry[key])  # type: ignore[operator]
    data = "\n".join([json.dumps(entry), *lines[1:]]) + "\n"
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["golden"].update(
        bytes=len(data.encode()), sha256=hashlib.sha256(data.encode()).hexdigest()
    )
    (copy / "golden.jsonl").write_text(data, encoding="utf-8")
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with Translator(copy) as translator:
        first, *others = translator.selftest()
        assert first.problem is not None
        assert problem in first.problem
        assert all(other.passed for other in others)


def test_closing_while_working_is_safe(tiny_bundle: Path) -> None:
    translator = Translator(tiny_bundle, threads=2)
    results = translator.translate_batch(corpus(400))
    next(results)
    closer = threading.Thread(target=translator.close)
    closer.start()
    with pytest.raises(SessionError, match="closed"):
        list(results)
    closer.join(timeout=PATIENCE)
    assert not closer.is_alive()
