"""Same sentence, same answer: whatever its neighbours, batch, thread or run; the shipped bundle."""

from __future__ import annotations

import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from allez import Translation, Translator
from support.french import sentences
from support.soak import amount

ROOT = Path(__file__).parents[2]
COUNT = amount(share=400, whole=2000)

pytestmark = pytest.mark.soak

Answer = tuple[tuple[str, ...], str, float]


@pytest.fixture(scope="module")
def french() -> list[str]:
    """Sentences, all different."""
    found = sentences(3, COUNT)
    assert len(set(found)) == COUNT
    return found


def answer(result: Translation) -> Answer:
    return result.tokens, result.text, result.score


@pytest.fixture(scope="module")
def alone(french: list[str]) -> dict[str, Answer]:
    """Each sentence translated by a call of its own, in the bundle's precision and search."""
    with Translator() as translator, ThreadPoolExecutor(2) as pool:
        assert translator.bundle.manifest.precision == "int8"
        return {r.source: answer(r) for r in pool.map(translator.translate, french)}


def compare(results: list[Translation], alone: dict[str, Answer]) -> None:
    """Demand the same tokens and text, and scores to 1e-3."""
    different = [r.source for r in results if answer(r)[:2] != alone[r.source][:2]]
    assert different == []
    assert max(abs(r.score - alone[r.source][2]) for r in results) < 1e-3


def test_in_batches_on_several_threads(french: list[str], alone: dict[str, Answer]) -> None:
    with Translator(threads=3) as translator:
        results = list(translator.translate_batch(french))
    assert [result.source for result in results] == french
    compare(results, alone)


def test_in_another_order_on_one_thread(french: list[str], alone: dict[str, Answer]) -> None:
    """Other neighbours, other batches: not every sentence is there, and long ones are between."""
    generator = random.Random(8)
    texts = generator.sample(french, COUNT // 2)
    mixed = [
        " ".join(generator.sample(french, 3)) if generator.random() < 0.2 else text
        for text in texts
    ]
    with Translator(threads=1) as translator:
        results = list(translator.translate_batch(mixed))
    compare([result for result in results if result.source in alone], alone)
    assert sum(result.source in alone for result in results) > COUNT // 3
    for result in results:
        for sentence in result.sentences:
            if sentence.source in alone:
                assert sentence.tokens == alone[sentence.source][0]
                assert abs(sentence.score - alone[sentence.source][2]) < 1e-3


RUN = """
import sys, allez
with allez.Translator(threads=2) as translator:
    for result in translator.translate_batch(sys.stdin.read().split("\\n")):
        print(result.score.hex(), result.text)
"""


def test_from_run_to_run(french: list[str], alone: dict[str, Answer]) -> None:
    """Two fresh processes agree to the last bit."""
    texts = french[:: COUNT // 200]
    outputs = [
        subprocess.run(
            [sys.executable, "-c", RUN],
            input="\n".join(texts),
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert outputs[0] == outputs[1]
    lines = outputs[0].split("\n")[:-1]
    assert [line.split(" ", 1)[1] for line in lines] == [alone[text][1] for text in texts]
