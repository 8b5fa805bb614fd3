"""Allez, asked from outside as the other engines for students are: see `bergamot_student.py`."""

from __future__ import annotations

import json
import sys
import time

from allez import Translator
from benchmarks.measure import peak_bytes


def main() -> None:
    """Answer until there is nothing left to read."""
    together = int(sys.argv[2])
    with Translator(sys.argv[1], threads=1) as translator:
        for line in sys.stdin:
            texts, written = json.loads(line), 0
            list(translator.translate_batch(texts[:5], beam_size=1, shortlist=True))
            start = time.process_time()
            for first in range(0, len(texts), together):
                some = texts[first : first + together]
                for answer in translator.translate_batch(some, beam_size=1, shortlist=True):
                    written += sum(len(sentence.tokens) for sentence in answer.sentences)
            seconds = (time.process_time() - start) / written
            print(json.dumps({"seconds": seconds, "peak": peak_bytes()}), flush=True)


if __name__ == "__main__":
    main()
