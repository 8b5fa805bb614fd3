"""What a caption, a summary and a reply cost beside a sentence of fr-en, on one thread.

    python -m benchmarks.tasks [--models FOLDER] [--rounds N]

Each bundle that lies in the folder is measured, and it is said which do not. What they read is
their own golden examples: pictures, texts of which the first 100 words are read, dialogues. In
every round all of them answer all of theirs, another one first each time; the times are the
processor's, so that a machine that is busy with other things does little harm, and ratios are of
the medians.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from allez import Captioner, Replier, Summarizer, Translator
from allez.bundle.golden import Picture
from allez.bundle.reader import Bundle
from benchmarks.measure import interleaved
from benchmarks.sentences import of_words

Pixels = npt.NDArray[np.uint8]

MODELS = Path(__file__).parents[1] / "models"

SENTENCE = "a sentence of ten words"
WORDS, SENTENCES = 10, 16
READ = 100
"""Words of a text that is summarized."""

BARS = {"caption": 25 / 4.7, "summarize": 60 / 4.7, "reply": 15 / 4.7}
"""Promised by task: milliseconds there, by those of the sentence (README.md)."""

NAMES = {
    "caption-en": "a caption",
    "caption-fr": "a caption in French",
    "summary-en": "a summary of 100 words",
    "summary-fr": "a summary of 100 words in French",
    "dialogue-en": "a reply",
}
"""Bundles, and what each writes."""


def actions_of(bundle: Bundle) -> list[Callable[[], object]]:
    """Return what is measured of a bundle: an action for each of its golden examples.

    Raises:
        ValueError: it does nothing that is measured here.
    """
    task, golden = bundle.manifest.task, bundle.golden()
    if task == "caption":
        captioner = Captioner(bundle, threads=1)
        pictures = [one.picture for one in golden if one.picture is not None]
        return [partial(captioner.caption, _pixels(picture)) for picture in pictures]
    if task == "summarize":
        summarizer = Summarizer(bundle, threads=1)
        texts = [" ".join(one.text.split()[:READ]) for one in golden]
        return [partial(summarizer.summarize, text) for text in texts]
    if task == "reply":
        replier = Replier(bundle, threads=1)
        separator = bundle.manifest.input.separator or " "
        talks = [one.text.split(separator) for one in golden]
        return [partial(_reply, replier, talk) for talk in talks]
    raise ValueError(f"{bundle.path} is for {task}")


def _pixels(picture: Picture) -> Pixels:
    """Return the pixels of a picture as an array [height, width, 3]."""
    return np.frombuffer(picture.rgb, np.uint8).reshape(picture.height, picture.width, 3)


def _reply(replier: Replier, turns: Sequence[str]) -> object:
    """Answer the last of some turns."""
    *before, last = turns
    return replier.another(before).reply(last)


def measured(
    actions: Mapping[str, Sequence[Callable[[], object]]], rounds: int, *, rest: float = 0.0
) -> dict[str, float]:
    """Return the processor's seconds for one action of each kind: medians.

    Args:
        actions: by kind; done once before anything is counted.
        rounds: how often all are done.
        rest: see `interleaved`.
    """
    for each in actions.values():
        for action in each:
            action()
    found = interleaved(
        {name: partial(_times, each) for name, each in actions.items()}, rounds, rest=rest
    )
    return {name: statistics.median(times) for name, times in found.items()}


def _times(actions: Sequence[Callable[[], object]]) -> list[float]:
    """Return how long the processor takes for each."""
    found = []
    for action in actions:
        started = time.process_time()
        action()
        found.append(time.process_time() - started)
    return found


def report(seconds: Mapping[str, float], bars: Mapping[str, float]) -> str:
    """Return a table: what each costs, and how many sentences that is.

    Args:
        seconds: by name; the sentence among them.
        bars: what is promised of some of them, in sentences.
    """
    lines = ["| one thread | ms | sentences | promised |", "| --- | ---: | ---: | --- |"]
    for name, taken in seconds.items():
        ratio = taken / seconds[SENTENCE]
        told = ""
        if name in bars:
            told = f"{bars[name]:.1f}{', missed' if ratio > bars[name] else ''}"
        lines.append(f"| {name} | {1000 * taken:.1f} | {ratio:.2f} | {told} |")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=Path, default=MODELS)
    parser.add_argument("--rounds", type=int, default=10)
    given = parser.parse_args(argv)
    translator = Translator(given.models / "fr-en", threads=1)
    actions: dict[str, Sequence[Callable[[], object]]] = {
        SENTENCE: [partial(translator.translate, text) for text in of_words(WORDS, SENTENCES)]
    }
    bars = {}
    for folder, name in NAMES.items():
        if not (given.models / folder / "manifest.json").is_file():
            print(f"skipped: {name}: there is no {given.models / folder}", file=sys.stderr)
            continue
        bundle = Bundle.read(given.models / folder)
        actions[name] = actions_of(bundle)
        bars[name] = BARS[bundle.manifest.task]
    print(report(measured(actions, given.rounds), bars))
    return 0


if __name__ == "__main__":
    sys.exit(main())
