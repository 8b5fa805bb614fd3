"""One translator and many threads; forks, fresh processes; memory over a long life."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from allez import Translator
from allez_export import toy
from support.patience import PATIENCE
from support.soak import amount


def sentences(count: int) -> list[str]:
    """Return short sentences of the language that the tiny bundle knows."""
    found = (source for source, _ in toy.pairs(11, 20_000))
    return [source for source in found if len(source) < 26][:count]


def run(code: str, *arguments: str) -> str:
    """Run a program in a fresh interpreter; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- threads --------------------------------------------------------------------------------

THREADS = 8
CALLS = amount(share=150, whole=1000)


@pytest.mark.soak
def test_eight_threads_of_many_calls_each(tiny: Translator) -> None:
    texts = sentences(250)
    serial = {}
    for text in texts:
        result = tiny.translate(text, beam_size=1)
        serial[text] = (result.text, result.tokens, result.score)
    wrong: list[str] = []
    done = [0] * THREADS

    def work(thread: int) -> None:
        for call in range(CALLS):
            text = texts[(thread * 37 + call) % len(texts)]
            result = tiny.translate(text, beam_size=1)
            if (result.text, result.tokens, result.score) != serial[text]:
                wrong.append(text)
            done[thread] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert done == [CALLS] * THREADS


def test_batches_streams_and_scores_at_the_same_time(tiny: Translator) -> None:
    texts = sentences(60)
    expected = [tiny.translate(text, beam_size=1).text for text in texts]
    scores = [tiny.score(text, answer) for text, answer in zip(texts, expected, strict=True)]
    wrong: list[str] = []

    def batch() -> None:
        for _ in range(5):
            found = [r.text for r in tiny.translate_batch(texts, beam_size=1)]
            wrong.extend(["batch"] * (found != expected))

    def stream() -> None:
        for text, answer in zip(texts, expected, strict=True):
            wrong.extend(["stream"] * ("".join(tiny.stream(text)) != answer))

    def score() -> None:
        for text, answer, value in zip(texts, expected, scores, strict=True):
            wrong.extend(["score"] * (tiny.score(text, answer) != value))

    threads = [threading.Thread(target=work) for work in (batch, batch, stream, score, score)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# --- processes ------------------------------------------------------------------------------

FORKS = """
import os, signal, sys, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads, which is the point
import allez

TEXTS = ["Je vois le chat noir.", "Les enfants cherchent dix fleurs bleues."] * 60
translator = allez.Translator(sys.argv[1], threads=2)
expected = [r.text for r in translator.translate_batch(TEXTS)]
leaving = threading.Event()

def work():
    while not leaving.is_set():
        list(translator.translate_batch(TEXTS[:40], beam_size=1))

def child():
    signal.alarm(300)  # a deadlock ends in a signal
    for _ in range(2):
        assert translator(TEXTS[0]) == expected[0]
        assert [r.text for r in translator.translate_batch(TEXTS)] == expected
        assert "".join(translator.stream(TEXTS[1])) == expected[1]
    translator.close()

begun = translator.translate_batch(TEXTS * 3)
next(begun)
stream = translator.stream(TEXTS[1])
next(stream)
busy = [threading.Thread(target=work) for _ in range(2)]
for thread in busy:
    thread.start()
for turn in range(8):
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if turn == 0:
                for old in (begun, stream):
                    try:
                        list(old)
                    except allez.SessionError as error:
                        assert "before the process forked" in str(error)
                    else:
                        raise AssertionError("an iterator went on in another process")
            child()
            code = 0
        finally:
            os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
assert len(list(begun)) == len(TEXTS) * 3 - 1  # in the parent nothing has changed
leaving.set()
for thread in busy:
    thread.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a POSIX thing")
def test_forked_while_threads_are_at_work(tiny_bundle: Path) -> None:
    assert run(FORKS, str(tiny_bundle)).split() == ["0"] * 8


FORKED_TWICE = """
import os, sys, allez
translator = allez.Translator(sys.argv[1], threads=1)
pid = os.fork()
if pid == 0:
    print(translator("Je vois le chat noir."), flush=True)
    inner = os.fork()
    if inner == 0:
        print(translator("Je vois le chat noir."), flush=True)
        os._exit(0)
    os._exit(os.waitpid(inner, 0)[1])
os._exit(os.waitpid(pid, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a POSIX thing")
def test_the_child_of_a_child(tiny_bundle: Path) -> None:
    assert run(FORKED_TWICE, str(tiny_bundle)) == "I see the black cat.\n" * 2


SPAWNED = """
import multiprocessing, sys
import allez

def work(path, text, answers):
    with allez.Translator(path, threads=2) as translator:
        answers.put(translator(text))

if __name__ == "__main__":
    for method in multiprocessing.get_all_start_methods():
        if method == "fork":
            continue
        context = multiprocessing.get_context(method)
        answers = context.Queue()
        process = context.Process(target=work, args=(sys.argv[1], sys.argv[2], answers))
        process.start()
        print(answers.get(timeout=300))
        process.join()
        assert process.exitcode == 0
"""


def test_each_spawned_process_has_its_own(tiny_bundle: Path, tmp_path: Path) -> None:
    script = tmp_path / "spawned.py"
    script.write_text(SPAWNED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tiny_bundle), "Je vois le chat noir."],
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.splitlines()) == {"I see the black cat."}


def test_a_translator_cannot_be_sent(tiny: Translator) -> None:
    with pytest.raises(TypeError, match="cannot be sent to another process; make one there"):
        pickle.dumps(tiny)


# --- memory ---------------------------------------------------------------------------------

LONG_LIFE = """
import itertools, sys
import allez

def resident():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1])

sentences = open(sys.argv[2], encoding="utf-8").read().split("\\n")
texts = itertools.cycle(sentences)
translator = allez.Translator(sys.argv[1], threads=2)
many = int(sys.argv[3])
for turn in range(20):
    results = translator.translate_batch(itertools.islice(texts, many), beam_size=1)
    assert sum(1 for _ in results) == many
    for text in itertools.islice(texts, 100):
        translator.translate(text, beam_size=1)
    for text in itertools.islice(texts, 50):
        "".join(translator.stream(text))
    print(resident())
"""


MANY = amount(share=100, whole=850)


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for its memory")
def test_memory_is_flat_over_thousands_of_translations(tiny_bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "sentences.txt"
    path.write_text("\n".join(sentences(1000)), encoding="utf-8")
    sizes = [
        int(size) for size in run(LONG_LIFE, str(tiny_bundle), str(path), str(MANY)).split()
    ]  # kB
    assert len(sizes) == 20
    assert max(sizes[10:]) - max(sizes[:5]) < 6_000, sizes
