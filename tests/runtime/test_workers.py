"""One queue for all callers: no answer depends on neighbours, arrival or the number of threads."""

from __future__ import annotations

import contextlib
import gc
import itertools
import random
import shutil
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import onnxruntime as ort
import pytest

from allez import Translation, Translator
from allez.bundle.reader import Bundle
from allez.errors import AllezError, CancelledError, ChecksumError, SessionError
from allez.model.decoder import Decoder
from allez.model.encoder import TextSource
from allez.model.model import Model
from allez.options import Providers, SearchOptions
from allez.search import Request, batching
from allez.search.batching import BATCH_ROWS
from allez.translate import workers
from allez.translate.callers import CROWD, Callers
from allez.translate.deadline import Cancellation, Deadline
from allez.translate.future import Future
from allez.translate.pipeline import ahead
from allez_export import toy
from support import french
from support.patience import until
from support.soak import amount

TEXT = "Elle n'achète pas trois petites maisons."

Answer = tuple[str, tuple[str, ...], float, bytes]


def sentences(count: int) -> list[str]:
    """Return different sentences of many lengths, some of them two in a text."""
    single = list(dict.fromkeys(source for source, _ in toy.pairs(11, 4 * count)))
    joined = [f"{one} {other}" for one, other in zip(single[::7], single[3::7], strict=False)]
    return [*single[: count - count // 5], *joined[: count // 5]]


def answer(result: Translation) -> Answer:
    attention = b"".join(sentence.attention.tobytes() for sentence in result.sentences)
    return result.text, result.tokens, result.score, attention


class Runs:
    """Watches the runs of the decoder: how many at a time, and with how many rows."""

    def __init__(self) -> None:
        self.now = self.most = self.count = 0
        self.rows: list[int] = []
        self.lock = threading.Lock()
        self.gate: Callable[[], object] = lambda: None


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    runs, original = Runs(), Decoder.run

    def run(self: Decoder, binding: ort.IOBinding) -> None:
        with runs.lock:
            runs.now, runs.count = runs.now + 1, runs.count + 1
            runs.most = max(runs.most, runs.now)
        runs.gate()
        try:
            original(self, binding)
        finally:
            with runs.lock:
                runs.now -= 1
        shape = next(v.shape() for v in binding.get_outputs() if v.data_type() == "tensor(int64)")
        runs.rows.append(shape[0])

    monkeypatch.setattr(Decoder, "run", run)
    return runs


def at_once(calls: list[Callable[[], None]]) -> None:
    """Make calls on threads of their own; raise what one of them raises."""
    errors: list[BaseException] = []

    def guarded(call: Callable[[], None]) -> None:
        try:
            call()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    for error in errors:
        raise error


# --- the same answer ------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize(("threads", "callers"), [(1, 1), (1, 8), (3, 2), (2, 5)])
def test_no_answer_depends_on_neighbours_or_arrival(
    tiny_bundle: Path, threads: int, callers: int
) -> None:
    """Scores and attention too, to the last bit."""
    texts = sentences(amount(share=120, whole=2000))
    generator = random.Random(callers)
    orders = [generator.sample(texts, len(texts) // 2) for _ in range(callers)]
    with Translator(tiny_bundle, threads=1) as translator:
        alone = {text: answer(translator.translate(text)) for text in texts}
    wrong: list[str] = []
    with Translator(tiny_bundle, threads=threads) as translator:

        def call(number: int) -> None:
            order = orders[number]
            if number % 3 == 2:
                found: Iterable[Translation] = map(translator.translate, order)
            else:
                found = translator.translate_batch(order if number % 2 else iter(order))
            wrong.extend(t for t, r in zip(order, found, strict=True) if answer(r) != alone[t])

        at_once([partial(call, number) for number in range(callers)])
    assert wrong == []


def test_sentences_of_several_calls_share_a_step(tiny_bundle: Path, runs: Runs) -> None:
    with Translator(tiny_bundle, threads=1) as translator:
        workers, options = translator._workers, SearchOptions(beam_size=1)
        futures = []
        for first in range(20, 30):  # ten calls that nobody has begun to work on
            request = workers.model.request([first, 21, 2])
            futures += workers.submit([request], options, Deadline(), here=True)
        runs.rows.clear()
        workers.wait(lambda: futures[0].done, Deadline(), here=True)
        assert all(future.done for future in futures)
        assert runs.rows[0] == 10


def test_where_many_wait_the_most_come_first_and_none_is_forgotten(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single caller's oldest request is always next; in a crowd it lets some others by."""
    with Translator(tiny_bundle, threads=1) as translator:
        queued, options = translator._workers, SearchOptions(beam_size=1)

        def put(length: int) -> Future:
            request = queued.model.request([*[20] * length, 2])
            (future,) = queued.submit([request], options, Deadline(), here=True)
            return future

        long = put(40)
        short, *_ = (put(2) for _ in range(3))
        assert queued._next_kind() == long.kind
        crowd = CROWD - 1  # of more, a thread of its own would take what is put here
        monkeypatch.setattr(Callers, "__len__", lambda self: crowd)
        assert queued._next_kind() == short.kind
        for _ in range(workers.LATER * crowd - 4):
            put(2)
        assert queued._next_kind() == short.kind
        put(2)
        assert queued._next_kind() == long.kind


def test_who_is_done_before_others_is_answered_before_them(tiny_bundle: Path, runs: Runs) -> None:
    """And not kept until the longest sentence of its batch has come to its end."""
    with Translator(tiny_bundle, threads=1) as translator:
        queued = translator._workers
        at_end: dict[int, int] = {}
        limits = [3, 3, 3, 30]
        requests = [
            queued.model.request([first, 21, 2], limit=limit)._replace(repeats=None)
            for first, limit in zip(range(20, 24), limits, strict=True)
        ]
        forever = SearchOptions(beam_size=2, min_length=30)  # but for the limits
        alone = [queued.run([request], forever, Deadline())[0] for request in requests]
        futures = [queued.submit([r], forever, Deadline(), here=True)[0] for r in requests]

        def note() -> None:
            for number, future in enumerate(futures):
                if future.done:
                    at_end.setdefault(number, runs.count)

        runs.count, runs.gate = 0, note
        queued.wait(lambda: futures[-1].done, Deadline(), here=True)
        assert at_end == {0: 5, 1: 5, 2: 5}  # they were cut by the fourth step
        assert [f.result()[0].tokens for f in futures] == [a[0].tokens for a in alone]
        assert queued._in_hand == queued._waiting == 0


@pytest.mark.soak
@pytest.mark.parametrize(("threads", "callers"), [(1, 12), (2, 12), (3, 2)])
def test_nobody_who_waits_is_forgotten(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch, threads: int, callers: int
) -> None:
    """Who waits is woken when there is something for him; here he would not look by himself."""
    monkeypatch.setattr("allez.translate.callers.REST", 1_000)
    texts = sentences(amount(share=200, whole=4000))
    shares = [texts[number::callers] for number in range(callers)]
    with Translator(tiny_bundle, threads=threads) as translator:

        def call(number: int) -> None:
            for start in range(0, len(shares[number]), 3):
                some = shares[number][start : start + 3]
                if number % 3 == 0:
                    for text in some:
                        translator.translate(text, beam_size=1)
                else:
                    list(translator.translate_batch(some if number % 3 == 1 else iter(some)))

        at_once([partial(call, number) for number in range(callers)])


@pytest.mark.parametrize("end", ["cancelled", "closed", "late"])
def test_who_waits_for_others_hears_that_it_is_over(
    tiny_bundle: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """Though it looks by itself but every quarter of an hour."""
    monkeypatch.setattr("allez.translate.callers.REST", 1_000)
    held, entered = threading.Event(), threading.Event()
    cancel, found = Cancellation(), list[object]()
    translator = Translator(tiny_bundle, threads=1)  # it takes a step to see whether all fits
    runs.gate = lambda: (entered.set(), held.wait(60))
    limit = 0.2 if end == "late" else None

    def wait() -> None:
        try:
            found.append(translator.translate(TEXT, cancel=cancel, max_time=limit).finished)
        except AllezError as error:
            found.append(type(error))

    def work() -> None:
        with contextlib.suppress(SessionError):
            translator.translate("Oui.")

    working, waiting = threading.Thread(target=work), threading.Thread(target=wait)
    working.start()
    assert entered.wait(60)
    waiting.start()
    if end != "late":
        until(lambda: len(translator._workers._callers) == 1)
    closing = threading.Thread(target=translator.close)
    if end == "cancelled":
        cancel.set()
    elif end == "closed":
        closing.start()
    waiting.join(60)
    assert found == [{"cancelled": CancelledError, "closed": SessionError, "late": False}[end]]
    held.set()
    working.join(60)
    if end != "closed":
        closing.start()
    closing.join(60)


def test_those_who_give_up_leave_the_batch_and_the_others_stay(tiny_bundle: Path) -> None:
    with Translator(tiny_bundle, threads=1) as translator:
        workers, options = translator._workers, SearchOptions(beam_size=4, min_length=12)
        requests = [workers.model.request([first, 21, 2]) for first in range(20, 26)]
        (alone,) = workers.run(requests[:1], options, Deadline())

        class Third(Deadline):
            asked = 0

            def over(self) -> bool:
                self.asked += 1
                if self.asked > 6:
                    raise CancelledError("the translation was cancelled")
                return False

        (kept,) = workers.submit(requests[:1], options, Deadline(), here=True)
        others = workers.submit(requests[1:], options, Third(), here=True)
        workers.wait(lambda: kept.done, Deadline(), here=True)
        assert [(h.tokens, h.score) for h in kept.result()] == [(h.tokens, h.score) for h in alone]
        for other in others:
            with pytest.raises(CancelledError):
                other.result()


# --- caps -----------------------------------------------------------------------------------


def test_threads_are_a_cap_for_all_callers(tiny_bundle: Path, runs: Runs) -> None:
    texts = sentences(24)
    with Translator(tiny_bundle, threads=2) as translator:

        def call() -> None:
            for text in texts[:6]:
                translator.translate(text)
            list(translator.translate_batch(texts))
            "".join(translator.stream(texts[0]))
            translator.score(TEXT, "She buys.")

        at_once([call] * 8)
    assert 1 <= runs.most <= 2


def test_a_wide_beam_has_no_more_rows_than_a_narrow_one(tiny_bundle: Path, runs: Runs) -> None:
    texts = [TEXT] * 64
    most = {}
    with Translator(tiny_bundle, threads=1) as translator:
        for beam_size in (4, 100):
            runs.rows.clear()
            list(
                translator.translate_batch(
                    texts[: 64 if beam_size == 4 else 6], beam_size=beam_size
                )
            )
            most[beam_size] = max(runs.rows)
    assert most[4] == BATCH_ROWS
    assert most[100] == 200


def test_no_more_words_are_listed_together_than_a_batch_may(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    usual = workers.decode_batch

    def noted(model: Any, requests: Any, *args: Any, **kwargs: Any) -> Any:
        taken.append(len(requests))
        return usual(model, requests, *args, **kwargs)

    monkeypatch.setattr(workers, "decode_batch", noted)
    lists = [np.arange(first, first + 20) for first in (0, 5, 40, 45, 0)]
    with Translator(tiny_bundle, threads=1) as translator:
        requests = [Request(TextSource((5, 3)), 4, shortlist=ids) for ids in lists]
        own, options = translator._workers, SearchOptions(beam_size=1)
        alone = [own.run([request], options, Deadline())[0][0].tokens for request in requests]
        taken.clear()
        for limit, batches in ((85, [5]), (25, [2, 2, 1]), (24, [1] * 5), (1, [1] * 5)):
            monkeypatch.setattr(batching, "BATCH_LISTED", limit)
            found = own.run(requests, options, Deadline())
            assert [answers[0].tokens for answers in found] == alone
            assert taken == batches
            taken.clear()


def test_graphs_that_were_let_go_are_read_again_and_held_to_the_manifest(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    place = tmp_path / "tiny"
    shutil.copytree(tiny_bundle, place)
    with Translator(place, threads=1) as translator:
        bundle = translator.bundle
        wanted = translator(TEXT)
        assert not {"encoder", "decoder"} & bundle._content.keys()
        assert bundle.files() == Bundle.read(tiny_bundle).files()
        assert bundle.size == sum(len(data) for data in bundle.files().values()) - len(
            bundle.files()["manifest.json"]
        )
        translator._workers._model = None  # as in a fork
        assert translator(TEXT) == wanted
        assert not {"encoder", "decoder"} & bundle._content.keys()
        (place / "decoder.onnx").write_bytes(b"another one")
        translator._workers._model = None
        with pytest.raises(ChecksumError, match=r"decoder\.onnx is not the file"):
            translator(TEXT)
    given = Bundle.read(tiny_bundle)
    with Translator(given, threads=1) as translator:
        assert {"encoder", "decoder"} <= given._content.keys()  # it is the caller's


PEAK = """
import resource, sys, allez
with allez.Translator(threads=1) as translator:
    for _ in translator.translate_batch(sys.argv[2:], beam_size=int(sys.argv[1])):
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="there is no module resource on Windows")
def test_a_wide_beam_needs_no_more_than_twice_the_memory() -> None:
    """A fresh process each, the shipped bundle, 64 sentences or as many as make 1,200 rows."""
    texts = list(french.sentences(3, 64))
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", PEAK, str(beam_size), *texts[:count]],
                capture_output=True,
                check=True,
            ).stdout
        )
        for beam_size, count in ((4, 64), (100, 12))
    ]
    assert peaks[1] <= 2 * peaks[0]


# --- reading --------------------------------------------------------------------------------


def test_a_live_queue_is_answered_as_it_is_filled(tiny_bundle: Path) -> None:
    for threads in (1, 3):
        queue: Queue[str | None] = Queue()
        with Translator(tiny_bundle, threads=threads) as translator:
            answers = translator.translate_batch(iter(queue.get, None))
            for _ in range(3):
                queue.put(TEXT)
                assert next(answers).source == TEXT  # though there may never be another one
            queue.put(None)
            assert list(answers) == []


@pytest.mark.parametrize("threads", [1, 2])
def test_what_was_read_before_an_error_is_answered(tiny_bundle: Path, threads: int) -> None:
    def texts() -> Iterator[str]:
        yield from [TEXT] * 130
        raise ValueError("the disk is gone")

    with Translator(tiny_bundle, threads=threads) as translator:
        found = translator.translate_batch(texts(), beam_size=1)
        assert len(list(itertools.islice(found, 130))) == 130
        with pytest.raises(ValueError, match="the disk is gone"):
            next(found)


def test_reading_stops_with_the_call(tiny_bundle: Path) -> None:
    taken = 0
    ended = threading.Event()

    def texts() -> Iterator[str]:
        nonlocal taken
        try:
            while True:
                taken += 1
                yield TEXT
        finally:
            ended.set()

    with Translator(tiny_bundle, threads=1) as translator:
        answers = translator.translate_batch(texts(), beam_size=1)
        next(answers)
        answers.close()
        assert ended.wait(30)
        assert taken <= 2 * ahead(1) + 1


def test_a_list_is_read_where_it_is_asked_for(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one thread there is no other one, so nothing is handed to and fro."""
    with Translator(tiny_bundle, threads=1) as translator:
        started: list[str] = []
        monkeypatch.setattr(threading.Thread, "start", lambda self: started.append(self.name))
        assert len(list(translator.translate_batch([TEXT] * 70, beam_size=1))) == 70
        assert translator(TEXT)
        assert translator.score(TEXT, "She buys.") < 0
        assert started == []


@pytest.mark.parametrize("threads", [1, 3])
def test_without_threads_the_caller_does_all_the_work(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch, threads: int
) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Translator(tiny_bundle, threads=threads) as translator:
        expected = translator.translate(TEXT, beam_size=1).text
        monkeypatch.setattr(threading.Thread, "start", start)
        assert [r.text for r in translator.translate_batch(iter([TEXT] * 3), beam_size=1)] == [
            expected
        ] * 3
        assert "".join(translator.stream(TEXT)) == expected
        assert translator.translate(TEXT, beam_size=1).text == expected


# --- scores ---------------------------------------------------------------------------------

LONG = "the black cat and " * 400


def test_a_score_stops_when_it_is_told_to(tiny_bundle: Path, runs: Runs) -> None:
    cancel = threading.Event()
    with Translator(tiny_bundle, threads=1) as translator:
        runs.count = 0
        runs.gate = lambda: cancel.set() if runs.count == 5 else None
        with pytest.raises(CancelledError):
            translator.score(TEXT, LONG, cancel=cancel)
        assert runs.count == 5
        with pytest.raises(CancelledError, match="the time was over"):
            translator.score(TEXT, LONG, max_time=0)
        assert runs.count == 5


def test_closing_stops_a_score_within_a_step(tiny_bundle: Path, runs: Runs) -> None:
    translator = Translator(tiny_bundle, threads=1)
    runs.count = 0
    closer = threading.Thread(target=translator.close)

    def close() -> None:
        if runs.count == 5:
            closer.start()
            while not translator._workers.is_closed():
                pass

    runs.gate = close
    with pytest.raises(SessionError, match="closed"):
        translator.score(TEXT, LONG)
    closer.join()
    assert runs.count == 5


def test_a_closed_translator_frees_its_model(tiny_bundle: Path) -> None:
    translator = Translator(tiny_bundle)
    model = weakref.ref(translator._workers.model)
    assert translator(TEXT)
    translator.close()
    gc.collect()
    assert model() is None


def test_a_model_that_was_loaded_while_it_was_closed_is_let_go(
    tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    translator = Translator(tiny_bundle)
    loaded = translator._workers.model

    def load(bundle: Bundle, *, providers: Providers) -> Model:
        translator.close()
        return loaded

    translator._workers._model = None  # as in a fork
    monkeypatch.setattr(workers, "Model", load)
    with pytest.raises(SessionError, match="closed"):
        _ = translator._workers.model
    assert translator._workers._model is None
