"""Bergamot's engine, asked from outside: a list of texts a line, seconds for each word come back.

Seconds are the processor's; what comes back is an object with `seconds` and perhaps `peak`, bytes.

Needs the `bergamot` wheel and nothing of ours. Of the wheel its engine alone is loaded: the package
itself asks two servers for lists of models as soon as it is imported. The first argument is a
configuration, the second how many texts are handed over at once.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any


def engine() -> Any:
    """Return the wheel's engine."""
    spec = PathFinder.find_spec("bergamot")
    if spec is None:
        raise SystemExit("there is no bergamot in this environment")
    places = list(spec.submodule_search_locations or [])
    name = "bergamot._bergamot"
    found: ModuleSpec | None = PathFinder.find_spec(name, places)
    assert found is not None
    assert found.loader is not None
    sys.modules["bergamot"] = ModuleType("bergamot")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def main() -> None:
    """Answer until there is nothing left to read."""
    bergamot, together = engine(), int(sys.argv[2])
    service = bergamot.Service(bergamot.ServiceConfig(numWorkers=1))
    model = service.modelFromConfigPath(sys.argv[1])
    options = bergamot.ResponseOptions(alignment=False, qualityScores=False)
    for line in sys.stdin:
        texts = json.loads(line)
        service.translate(model, bergamot.VectorString(texts[:5]), options)
        start, written = time.process_time(), 0
        for first in range(0, len(texts), together):
            some = bergamot.VectorString(texts[first : first + together])
            answers = service.translate(model, some, options)
            written += sum(len(answer.target.text.split()) for answer in answers)
        print(json.dumps({"seconds": (time.process_time() - start) / written}), flush=True)


if __name__ == "__main__":
    main()
