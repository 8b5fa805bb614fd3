"""How fast a document is beside its bare sentences.

    PYTHONPATH=tests python -m benchmarks.documents [--model BUNDLE] [--beam-size 4]

Processor time on one thread, the two in turns, because other work on the machine slows both down;
every sentence has a word within a tag. Prints the median ratio of each format.
"""

from __future__ import annotations

import argparse
import statistics
import time

from allez import Translator
from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from support.french import sentences

MARKS = {"html": ("<p>{} <b>{}</b> {}</p>", "\n"), "markdown": ("{} **{}** {}", "\n\n")}
SENTENCES, TURNS = 150, 9


def ratio(translator: Translator, name: str, beam_size: int | None) -> float:
    """Return the time of the sentences by that of the document."""
    texts = [text for text in sentences(1, 500) if len(text.split()) > 5][:SENTENCES]
    tag, between = MARKS[name]
    data = between.join(tag.format(*text.split(maxsplit=2)) for text in texts).encode()
    plain = [segment.source.text for segment in FORMATS[name].parse(data, Reading()).segments]

    def whole() -> None:
        translate_document(
            FORMATS[name].parse(data, Reading()),
            lambda some: translator.translate_batch(some, beam_size=beam_size),
        )

    whole()
    found = []
    for _ in range(TURNS):
        started = time.process_time()
        for _ in translator.translate_batch(plain, beam_size=beam_size):
            pass
        between_both = time.process_time()
        whole()
        found.append((between_both - started) / (time.process_time() - between_both))
    return statistics.median(found)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="time a document beside its sentences")
    parser.add_argument("--model", default="fr-en")
    parser.add_argument("--beam-size", type=int)
    arguments = parser.parse_args()
    with Translator(arguments.model, threads=1) as translator:
        for name in MARKS:
            print(f"{name}: {ratio(translator, name, arguments.beam_size):.2f}")


if __name__ == "__main__":
    main()
