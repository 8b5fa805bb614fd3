"""Bergamot's engine, asked from outside: a list of texts a line, seconds for each word come back.

Needs the `bergamot` wheel and nothing of ours. The texts are translated one by one.
"""

from __future__ import annotations

import json
import sys
import time

import bergamot


def main() -> None:
    """Answer until there is nothing left to read."""
    service = bergamot.Service(bergamot.ServiceConfig(numWorkers=1))
    model = service.modelFromConfigPath(sys.argv[1])
    options = bergamot.ResponseOptions(alignment=False, qualityScores=False)
    for line in sys.stdin:
        texts = json.loads(line)
        service.translate(model, bergamot.VectorString(texts[:5]), options)
        start, written = time.process_time(), 0
        for text in texts:
            answer = service.translate(model, bergamot.VectorString([text]), options)
            written += len(answer[0].target.text.split())
        print((time.process_time() - start) / written, flush=True)


if __name__ == "__main__":
    main()
