"""The Python half of `web_demo/measure.js`: sentences of ten words, greedy, on one thread.

Says the sentences first, one JSON list in a line. For each line that it then reads it translates
all of them, one at a time, and says `{"cpu": SECONDS, "wall": SECONDS, "texts": [...]}`.
"""

from __future__ import annotations

import json
import sys
import time

from allez import Translator
from benchmarks.sentences import of_words

COUNT = 16


def main() -> None:
    """Answer until nothing more is asked."""
    sentences = of_words(10, COUNT)
    print(json.dumps(sentences), flush=True)
    with Translator(sys.argv[1], threads=1) as translator:
        for _ in sys.stdin:
            cpu, wall = time.process_time(), time.perf_counter()
            texts = [translator.translate(text, beam_size=1).text for text in sentences]
            took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
            print(json.dumps({**took, "texts": texts}), flush=True)


if __name__ == "__main__":
    main()
