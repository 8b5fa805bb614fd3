"""Writes `spec/contract.json` as a module, for browsers: all load modules, not all load JSON.

    python tools/web_contract.py > web_demo/engine/src/spec.js
    python tools/web_contract.py later > web_demo/engine/src/spec_later.js

Writes the same for the same contract; `make test-web` runs it when the contract is newer. What a
page does not ask on its first visit is a module of its own, loaded with the first that does.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

CONTRACT = Path(__file__).parents[1] / "spec" / "contract.json"

LATER = (
    *("elements", "emphasis", "wrapped", "terms", "zip", "golden"),
    *("whole", "blanks", "pictures", "units.en", "labels", "months", "shortened"),
    *("negation.en", "limits.en", "number_words.in_french"),
    *("tokenizer.several_spaces", "tokenizer.charsmap_characters"),
    *("tokenizer.unknown_penalty", "tokenizer.kept_bonus"),
    *("search.length_offset", "search.early_stopping", "search.finished", "search.repeats"),
    *("manifest.written", "manifest.written_with_search_rules"),
)
"""What readers of markup, labels, glossaries, zips and English ask, other models, the self-test,
other tasks; and what only who writes bundles asks, which no browser does."""

HEAD = """/**
 * {what} that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {{any}}
 */
export const {name} = """


def module(*, later: bool) -> str:
    """Return the text of a module; what is not ASCII is escaped, as it would not show.

    What the contract says of itself is left out: no host reads it.
    """
    content = json.loads(CONTRACT.read_text(encoding="utf-8"))
    del content["about"]
    own = _share(content, "", later=later)
    what = "What is asked for later" if later else "The numbers, names and lists"
    head = HEAD.format(name="LATER" if later else "SPEC", what=what)
    return f"{head}{json.dumps(own, indent=1)}\n"


def _share(values: dict[str, Any], path: str, *, later: bool) -> dict[str, Any]:
    """Return what one module has of an object, whose keys `LATER` names behind `path`."""
    found = {}
    for key, value in values.items():
        name = path + key
        if any(each.startswith(f"{name}.") for each in LATER):
            found[key] = _share(value, f"{name}.", later=later)
        elif (name in LATER) == later:
            found[key] = value
    return found


if __name__ == "__main__":
    sys.stdout.write(module(later=sys.argv[1:] == ["later"]))
