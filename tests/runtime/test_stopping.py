"""A call can be given up or limited in time: it stops within one step, and says what it cut."""

from __future__ import annotations

import itertools
import math
import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from queue import Queue

import onnxruntime as ort
import pytest

from allez import Translator
from allez.errors import CancelledError, OptionError, SessionError
from allez.model.decoder import Decoder
from allez.options import SearchOptions
from allez.translate.deadline import Deadline
from allez.translate.pipeline import ahead
from allez.translate.reading import ReadAhead
from support.clock import Clock
from support.patience import PATIENCE, until

TEXT = "Elle n'achète pas trois petites maisons."
MANY = [TEXT] * 300


class Steps:
    """Counts the steps of the decoder, and can do something before one of them."""

    def __init__(self) -> None:
        self.count = 0
        self.at: dict[int, Callable[[], object]] = {}
        self.lock = threading.Lock()

    def before(self) -> None:
        with self.lock:
            self.count += 1
            what = self.at.get(self.count)
        if what is not None:
            what()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    steps = Steps()
    original = Decoder.run

    def run(self: Decoder, binding: ort.IOBinding) -> None:
        steps.before()
        original(self, binding)

    monkeypatch.setattr(Decoder, "run", run)
    return steps


@pytest.fixture
def single(tiny_bundle: Path, steps: Steps) -> Iterator[Translator]:
    with Translator(tiny_bundle, threads=1) as translator:
        steps.count = 0  # one was taken to see whether the vocabulary fits
        yield translator


# --- cancel ---------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [1, 2, 5])
def test_no_step_is_taken_after_the_one_in_hand(single: Translator, steps: Steps, at: int) -> None:
    cancel = threading.Event()
    steps.at = {at: cancel.set}
    with pytest.raises(CancelledError):
        single.translate(TEXT, cancel=cancel)
    assert steps.count == at
    assert single(TEXT)  # and the next call knows nothing of it


def test_cancelled_before_it_began(single: Translator, steps: Steps) -> None:
    cancel = threading.Event()
    cancel.set()
    for call in (
        lambda: single.translate(TEXT, cancel=cancel),
        lambda: list(single.translate_batch(MANY, cancel=cancel)),
        lambda: list(single.stream(TEXT, cancel=cancel)),
    ):
        with pytest.raises(CancelledError):
            call()
    assert steps.count == 0
    assert single.translate("42", cancel=threading.Event()).text == "42"


def test_a_stream_is_cancelled(single: Translator, steps: Steps) -> None:
    cancel = threading.Event()
    steps.at = {4: cancel.set}
    pieces: list[str] = []
    with pytest.raises(CancelledError):
        pieces.extend(single.stream(TEXT, cancel=cancel))
    assert steps.count == 4
    assert single(TEXT).startswith("".join(pieces))


def test_a_batch_is_cancelled_on_all_threads(tiny_bundle: Path, steps: Steps) -> None:
    cancel = threading.Event()
    with Translator(tiny_bundle, threads=3) as translator:
        steps.count, steps.at = 0, {20: cancel.set}
        with pytest.raises(CancelledError):
            list(translator.translate_batch(MANY, cancel=cancel))
        translator.close()  # waits for its threads
        assert 20 <= steps.count <= 20 + 3  # the one in hand on each thread


def test_splitting_is_cancelled_where_it_tokenizes(single: Translator, steps: Steps) -> None:
    class Later(threading.Event):
        asked = 0

        def is_set(self) -> bool:
            self.asked += 1
            return self.asked > 10

    cancel = Later()
    with pytest.raises(CancelledError):
        single.translate("le chat noir. Ab " * 100_000, cancel=cancel)
    assert (cancel.asked, steps.count) == (11, 0)


# --- leaving --------------------------------------------------------------------------------


def test_closing_the_iterator_stops_the_work(tiny_bundle: Path, steps: Steps) -> None:
    with Translator(tiny_bundle, threads=3) as translator:
        results = translator.translate_batch(MANY * 4)
        next(results)
        results.close()
        at_closing = steps.count
        translator.close()  # waits for its threads
        assert steps.count <= at_closing + 3
        everything = steps.count
    with Translator(tiny_bundle, threads=3) as translator:
        steps.count = 0
        list(translator.translate_batch(MANY * 4))
        assert steps.count > everything + 10


def test_dropping_the_iterator_stops_the_work_too(tiny_bundle: Path, steps: Steps) -> None:
    with Translator(tiny_bundle, threads=2) as translator:
        next(translator.translate_batch(MANY))
        at_dropping = steps.count
        translator.close()
        assert steps.count <= at_dropping + 2


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_stops_the_work(tiny_bundle: Path, steps: Steps, threads: int) -> None:
    def interrupt() -> None:
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt

    text = "\n".join(4 * MANY)
    with Translator(tiny_bundle, threads=threads) as translator:
        steps.count = 0
        translator.translate(TEXT, beam_size=1)
        usual = steps.count
        steps.at = {steps.count + further: interrupt for further in range(3, 300)}
        with pytest.raises(KeyboardInterrupt):
            translator.translate(text, beam_size=1)
        at_interrupt = steps.count
        until(lambda: not translator._workers._threads)
        assert not translator._workers._queue
        assert steps.count <= at_interrupt + 20  # of some 200
        steps.count, steps.at = 0, {}
        translator.translate(TEXT, beam_size=1)
        assert steps.count == usual


def test_the_caller_is_not_asked_under_the_lock_of_all_callers(tiny_bundle: Path) -> None:
    class Probe:
        held = asked = 0

        def is_set(self) -> bool:
            if threading.current_thread() is threading.main_thread():
                other = threading.Thread(target=translator._workers.wake, daemon=True)
                other.start()
                other.join(5)
                self.asked += 1
                self.held += other.is_alive()
            return False

    probe = Probe()
    with Translator(tiny_bundle, threads=1) as translator:
        translator.translate(TEXT, cancel=probe)
        list(translator.stream(TEXT, cancel=probe))
    assert probe.asked > 2
    assert probe.held == 0


def test_reading_is_stopped_in_a_fork_though_its_lock_was_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = ReadAhead([TEXT], 1, lambda: None)
    stopping = threading.Thread(target=reading.stop, daemon=True)
    with reading._room, monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        stopping.start()
        stopping.join(5)
        assert not stopping.is_alive()


def test_closing_a_stream(single: Translator, steps: Steps) -> None:
    pieces = single.stream(TEXT, min_length=60)
    next(pieces)
    pieces.close()
    before = steps.count
    single.close()  # waits for the thread
    assert steps.count <= before + 1
    assert list(pieces) == []


def test_closing_the_translator_stops_the_work_in_hand(tiny_bundle: Path, steps: Steps) -> None:
    reached = threading.Event()
    translator = Translator(tiny_bundle, threads=2)
    closed = translator._workers.is_closed
    steps.count, steps.at = 0, {3: reached.set, 4: lambda: until(closed)}
    failed: list[BaseException] = []

    def work() -> None:
        try:
            translator.translate(TEXT, min_length=60)
        except SessionError as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert reached.wait(PATIENCE)
    translator.close()
    thread.join(PATIENCE)
    assert [str(error) for error in failed] == ["the translator is closed"]
    assert steps.count < 10


# --- time -----------------------------------------------------------------------------------


def test_what_is_there_when_the_time_is_over(
    single: Translator, steps: Steps, clock: Clock
) -> None:
    steps.at = {5: partial(clock.advance, 0.3)}
    result = single.translate(TEXT, max_time=0.25)
    assert steps.count == 5
    (sentence,) = result.sentences
    assert not result.finished
    assert not sentence.finished
    assert len(sentence.tokens) == 5
    assert sentence.attention.shape == (5, len(sentence.source_tokens))
    assert math.isfinite(sentence.score)
    whole = single.translate(TEXT, max_time=60)
    assert whole.finished
    assert whole.text == single(TEXT)
    assert whole.tokens[:3] == sentence.tokens[:3]


def test_n_best_of_what_is_there(single: Translator, steps: Steps, clock: Clock) -> None:
    steps.at = {3: partial(clock.advance, 0.3)}
    sentence = single.translate(TEXT, n_best=3, max_time=0.25).sentences[0]
    assert not sentence.finished
    assert len(sentence.hypotheses) == 3
    scores = [h.score for h in sentence.hypotheses]
    assert scores == sorted(scores, reverse=True)


def test_finished_sentences_stay_finished(single: Translator, steps: Steps, clock: Clock) -> None:
    """In one batch, the short sentence is through when the long one is cut."""
    short, long = "Nous cherchons la table.", "Elle n'achète pas le livre."
    whole, other = (single.translate(text, beam_size=1) for text in (short, long))
    assert len(whole.tokens) + 2 < len(other.tokens)
    steps.count, steps.at = 0, {len(whole.tokens) + 2: partial(clock.advance, 0.4)}
    result = single.translate(f"{short} {long}", max_time=0.35, beam_size=1)
    assert [sentence.finished for sentence in result.sentences] == [True, False]
    assert result.sentences[0].text == whole.text
    assert not result.finished


def test_a_prefix_that_was_cut(single: Translator, steps: Steps, clock: Clock) -> None:
    steps.at = {2: partial(clock.advance, 0.3)}
    result = single.translate(TEXT, prefix="She does not buy three", max_time=0.25)
    assert steps.count == 2
    assert len(result.tokens) == 2
    assert not result.finished


def test_no_time_for_a_long_prefix(single: Translator) -> None:
    prefix = "She does not buy three apples. " * 2
    whole = single.translate(f"{TEXT[:-1]} {TEXT}", prefix=prefix)
    assert whole.text.startswith(prefix.strip()[:10])
    assert not single.translate(f"{TEXT[:-1]} {TEXT}", prefix=prefix, max_time=0).finished


@pytest.mark.parametrize("cancel", ["x", True])
def test_what_cannot_cancel_is_refused(single: Translator, cancel: object) -> None:
    with pytest.raises(OptionError, match=r"cancel must have is_set\(\)"):
        single.translate(TEXT, cancel=cancel)  # type: ignore[arg-type]


def test_no_time_at_all(single: Translator, steps: Steps) -> None:
    text = f"  {TEXT}\n42\n{TEXT} {TEXT}\n"
    result = single.translate(text, max_time=0)
    assert steps.count == 0
    assert result.text == "  \n42\n \n"
    assert [sentence.source for sentence in result.sentences] == [TEXT] * 3
    assert result.score == -math.inf
    for sentence in result.sentences:
        assert (sentence.text, sentence.tokens, sentence.finished) == ("", (), False)
        assert sentence.alignment == ()
    assert single.translate("42", max_time=0).finished


def test_every_text_of_a_batch_gets_an_answer(tiny_bundle: Path, clock: Clock) -> None:
    many = MANY * 4
    for threads in (1, 3):
        assert ahead(threads) < len(many)  # the last is not read before the first is taken
        with Translator(tiny_bundle, threads=threads) as translator:
            answers = translator.translate_batch(many, max_time=2)
            results = [next(answers)]
            clock.advance(2.5)
            results += answers
        assert [result.source for result in results] == many
        assert results[0].finished
        assert not results[-1].finished


@pytest.mark.parametrize("threads", [1, 2])
def test_no_more_is_read_when_the_time_is_over(
    tiny_bundle: Path, clock: Clock, threads: int
) -> None:
    queue: Queue[str | None] = Queue()  # silent after two, and never ended
    queue.put(TEXT)
    queue.put(TEXT)
    with Translator(tiny_bundle, threads=threads) as translator:
        results = translator.translate_batch(iter(queue.get, None), max_time=2)
        assert next(results).finished
        assert next(results).finished
        timer = threading.Timer(0.1, clock.advance, [2.5])
        timer.start()
        assert list(results) == []
        timer.join()
        assert timer.finished.is_set()
    queue.put(None)


def test_an_endless_iterator_ends_with_the_time(
    tiny_bundle: Path, steps: Steps, clock: Clock
) -> None:
    with Translator(tiny_bundle, threads=2) as translator:
        steps.count, steps.at = 0, {30: partial(clock.advance, 2.5)}
        results = list(translator.translate_batch(itertools.repeat(TEXT), max_time=2))
    assert not results[-1].finished
    assert len(results) <= 4 * ahead(2)


def test_a_stream_ends_when_the_time_is_over(
    single: Translator, steps: Steps, clock: Clock
) -> None:
    def run(**options: float) -> tuple[str, bool]:
        pieces = []

        def collect() -> Iterator[str]:
            nonlocal finished
            finished = yield from single.stream(f"{TEXT}\n{TEXT}", **options)

        finished = False
        pieces = list(collect())
        return "".join(pieces), finished

    whole, finished = run()
    assert finished
    steps.count, steps.at = 0, {5: partial(clock.advance, 0.3)}
    cut, finished = run(max_time=0.25)
    assert not finished
    assert steps.count == 5
    assert whole.startswith(cut.rstrip("\n"))
    assert run(max_time=0) == ("", False)


@pytest.mark.parametrize("value", [-1, float("nan"), "1", True, [1]])
def test_a_time_that_makes_no_sense(single: Translator, value: object) -> None:
    for call in (single.translate, single.stream, lambda t, **o: single.translate_batch([t], **o)):
        with pytest.raises(OptionError, match="max_time"):
            call(TEXT, max_time=value)  # type: ignore[operator]


def test_an_endless_time_is_none(single: Translator) -> None:
    assert single.translate(TEXT, max_time=math.inf).finished
    assert single.translate(TEXT, max_time=10**400).finished


def test_a_deadline_is_asked_before_each_sentence_is_read(single: Translator) -> None:
    class Third(Deadline):
        asked = 0

        def over(self) -> bool:
            self.asked += 1
            return self.asked >= 4  # once before anything is begun, then before each sentence

    workers = single._workers
    requests = [workers.model.request([first, 2]) for first in (5, 6, 7)]
    found = workers.run(requests, SearchOptions(), Third())
    assert [(len(f), f[0].tokens, f[0].finished) for f in found] == [(1, (), False)] * 3
