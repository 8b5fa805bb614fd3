"""Writes `spec/contract.json` as a module, for browsers: all load modules, not all load JSON.

    python tools/web_contract.py > web_demo/engine/src/spec.js
    python tools/web_contract.py later > web_demo/engine/src/spec_later.js
    python tools/web_contract.py french > web_demo/engine/src/spec_french.js

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
    *(
        "whole",
        "blanks",
        "pictures",
        "units.en",
        "labels",
        "months",
        "shortened",
        "rates",
        "superscripts",
    ),
    *(
        "hours.before",
        "hours.behind",
        "hours.moments",
        "hours.of_day",
        "hours.lengths",
        "hours.earliest",
        "hours.since",
        "hours.days",
    ),
    *("negation.en", "limits.en", "number_words.in_french", "names.en", "numbers.en", "calendar"),
    *("typography", "bullets", "rules", "ordinals.before"),
    *("tokenizer.several_spaces", "tokenizer.charsmap_characters"),
    *("tokenizer.unknown_penalty", "tokenizer.kept_bonus"),
    *("search.length_offset", "search.early_stopping", "search.finished", "search.repeats"),
    *("manifest.written", "manifest.written_with_search_rules"),
)
"""What readers of markup, labels, glossaries, zips and English ask, other models, the self-test and
other tasks; and what only who writes bundles does, which no browser is."""

FRENCH = ("numbers.fr",)
"""What only readers of French ask."""

PARTS = {"SPEC": (), "LATER": LATER, "FRENCH": FRENCH}
"""The modules, by the name of what they export; the first has all else."""

HEAD = """/**
 * {what} that all hosts agree on: a copy of `spec/contract.json`, which
 * decides. Written by `tools/web_contract.py`; not to be changed by hand.
 *
 * @type {{any}}
 */
export const {name} = """


WHAT = {
    "SPEC": "The numbers, names and lists",
    "LATER": "What is asked for later",
    "FRENCH": "What is asked of French alone",
}


def module(part: str) -> str:
    """Return the text of a module; what is not ASCII is escaped, as it would not show.

    What the contract says of itself is left out: no host reads it.
    """
    content = json.loads(CONTRACT.read_text(encoding="utf-8"))
    del content["about"]
    head = HEAD.format(name=part, what=WHAT[part])
    return f"{head}{json.dumps(_share(content, '', part), indent=1)}\n"


def _share(values: dict[str, Any], path: str, part: str) -> dict[str, Any]:
    """Return what one module has of an object, whose keys `PARTS` names behind `path`."""
    found = {}
    for key, value in values.items():
        name = path + key
        owner = next((each for each, names in PARTS.items() if name in names), "")
        if not owner and any(n.startswith(f"{name}.") for names in PARTS.values() for n in names):
            share = _share(value, f"{name}.", part)
            if share:
                found[key] = share
        elif (owner or "SPEC") == part:
            found[key] = value
    return found


if __name__ == "__main__":
    sys.stdout.write(module("".join(sys.argv[1:]).upper() or "SPEC"))
