"""What stands in a box, a note or a definition of Markdown is indented, and is no code.

Generators of pages read so: MkDocs (`!!! note`, `??? note`, `=== "Linux"`), footnotes (`[^1]: …`)
and lists of definitions (`:   …`) go on with lines that are indented by four. CommonMark has none
of them and takes what is behind an empty line for code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_KINDS = r"[a-z][a-z0-9-]*(?:[ \t]+[a-z][a-z0-9-]*)*"
_OPENS = re.compile(
    rf"(?:!{{3}}|\?{{3}}\+?)[ \t]+{_KINDS}[ \t]*(?:\"[^\"]*\"[ \t]*)?$"
    r"|={3}[!+]?[ \t]+\"|\[\^[^\]\s]+\]:[ \t]|:[ ]{3}"
)
_FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})(.*)")
_INDENT = 4


def unindented(lines: Sequence[str]) -> list[str]:
    """Return lines with those of bodies as far left as what opens each."""
    found: list[str] = []
    opened: list[int] = []
    """By how much what each body belongs to is indented, the outermost first."""
    fence = ""
    for line in lines:
        text = line.lstrip(" \t")
        begin = len(line[: len(line) - len(text)].expandtabs(_INDENT))
        while text and opened and begin < opened[-1] + _INDENT:
            opened.pop()
            fence = ""
        found.append(_moved(line, _INDENT * len(opened)))
        code = _FENCE.match(text) if begin < _INDENT * (len(opened) + 1) else None
        if fence:
            if code and code[1].startswith(fence) and not code[2].strip():
                fence = ""
        elif code:
            fence = code[1]
        elif _OPENS.match(text):
            opened.append(begin)
    return found


def _moved(line: str, columns: int) -> str:
    """Return a line without so many columns of white space at its beginning."""
    while columns > 0 and line[:1] in (" ", "\t"):
        columns -= _INDENT if line[0] == "\t" else 1
        line = line[1:]
    return line
