"""Writes `spec/references.json` as a module, for browsers; a tenth of its size.

python tools/web_references.py > web_demo/engine/src/text/named_references.js

Writes the same for the same table; `make test-web` runs it when the table is newer.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

REFERENCES = Path(__file__).parents[1] / "spec" / "references.json"

HEAD = """/**
 * The character references of HTML: a copy of `spec/references.json`, which decides. Written by
 * `tools/web_references.py`; not to be changed by hand. Behind `;` or `,` stand the code points; a
 * comma: the semicolon may be left out.
 */

const WRITTEN = `
"""

FOOT = """
`

/** What names stand for, each with its semicolon if it needs one. @type {Map<string, string>} */
export const NAMES = new Map()

/** The same of numbers that stand for another character. @type {Map<number, string>} */
export const NUMBERS = new Map()

for (const [, name, mark, codes] of WRITTEN.matchAll(/(\\w+)([;,])(\\S+)/g)) {
  const found = String.fromCodePoint(...codes.split('-').map((code) => parseInt(code, 16)))
  if (/^\\d/.test(name)) NUMBERS.set(Number(name), found)
  else NAMES.set(`${name};`, found)
  if (mark === ',') NAMES.set(name, found)
}
"""


def module() -> str:
    """Return the text of the module, in ASCII."""
    known = json.loads(REFERENCES.read_bytes())
    names = known["names"]
    entries = [
        f"{name[:-1]}{',' if name[:-1] in names else ';'}{_codes(names[name])}"
        for name in names
        if name.endswith(";")
    ]
    entries += [f"{number};{_codes(found)}" for number, found in known["numbers"].items()]
    return HEAD + "\n".join(textwrap.wrap(" ".join(entries), 98, break_on_hyphens=False)) + FOOT


def _codes(characters: str) -> str:
    return "-".join(f"{ord(character):x}" for character in characters)


if __name__ == "__main__":
    sys.stdout.write(module())
