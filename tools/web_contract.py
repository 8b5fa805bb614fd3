"""Writes `spec/contract.json` as a module, for browsers: all load modules, not all load JSON.

    python tools/web_contract.py > web_demo/engine/src/spec.js

Writes the same for the same contract; `make test-web` runs it when the contract is newer.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

CONTRACT = Path(__file__).parents[1] / "spec" / "contract.json"

HEAD = """/**
 * The numbers, names and lists that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {any}
 */
export const SPEC = """


def module() -> str:
    """Return the text of the module; what is not ASCII is escaped, as it would not show.

    What the contract says of itself is left out: no host reads it.
    """
    content = json.loads(CONTRACT.read_text(encoding="utf-8"))
    del content["about"]
    return f"{HEAD}{json.dumps(content, indent=1)}\n"


if __name__ == "__main__":
    sys.stdout.write(module())
