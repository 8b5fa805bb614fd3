"""Writes `spec/contract.json` as a module, for browsers: all load modules, not all load JSON.

    python tools/web_contract.py > web_demo/engine/src/spec.js
    python tools/web_contract.py markup > web_demo/engine/src/spec_markup.js

Writes the same for the same contract; `make test-web` runs it when the contract is newer. What only
readers of markup or of a glossary ask is a module of its own: a page loads it with the first of
them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

CONTRACT = Path(__file__).parents[1] / "spec" / "contract.json"

MARKUP = ("elements", "wrapped", "terms")
"""What only readers of markup ask, or of a glossary."""

HEAD = """/**
 * {what} that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {{any}}
 */
export const {name} = """


def module(*, markup: bool) -> str:
    """Return the text of a module; what is not ASCII is escaped, as it would not show.

    What the contract says of itself is left out: no host reads it.
    """
    content = json.loads(CONTRACT.read_text(encoding="utf-8"))
    del content["about"]
    own = {key: value for key, value in content.items() if (key in MARKUP) == markup}
    what = "The rules of markup and terms" if markup else "The numbers, names and lists"
    head = HEAD.format(name="MARKUP" if markup else "SPEC", what=what)
    return f"{head}{json.dumps(own, indent=1)}\n"


if __name__ == "__main__":
    sys.stdout.write(module(markup=sys.argv[1:] == ["markup"]))
