"""Links to headings of the same file: who shows Markdown makes a heading's anchor of its text.

So a translated heading has another anchor, and the links to it are told. Three ways to make one are
known: letters stay as they are (GitHub), and no two hyphens follow each other (GitLab), or letters
lose their accents (Python-Markdown).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any
from urllib.parse import quote, unquote

_LINK = re.compile(
    r"(?<=\]\()[ \t]*<?#(?P<inline>[^)\s<>\"']+)"
    r"|^[ \t>]*\[[^\]\n^]+\]:[ \t]*<?#(?P<defined>[^\s<>]+)"
    r"|\bhref=[\"']#(?P<quoted>[^\"'<>\s]+)",
    re.MULTILINE,
)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)\1(?!`)", re.DOTALL)
_NAMED = re.compile(r"\b(?:id|name)=[\"']([^\"'<>\s]+)")
_EXPLICIT = re.compile(r"\{:?[ \t]*[^{}]*#[^{}]*\}[ \t]*$")
"""A heading with an anchor of its own, `## Title {#title}`."""
_ATTRIBUTES = re.compile(r"[ \t]*\{(?::|[ \t]*\.[a-zA-Z])[^{}]*\}[ \t]*$")
"""What is said of a heading behind it, `## Title {.wide}`: it is not shown."""
_DROPPED = re.compile(r"[^\w\- ]")


def has_anchors(text: str) -> bool:
    """Tell whether a text may link to a heading of its own."""
    return _LINK.search(text) is not None


def headings_of(tokens: Sequence[Any], read: Callable[[str], str]) -> list[str]:
    """Return the texts of all headings; "" for one that has an anchor of its own.

    Args:
        tokens: of the blocks.
        read: returns what is shown of a heading.
    """
    contents = (tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open")
    return [
        "" if _EXPLICIT.search(content) else read(_ATTRIBUTES.sub("", content))
        for content in contents
    ]


def with_anchors(
    text: str, before: Sequence[str], after: Sequence[str], code: Sequence[tuple[int, int]]
) -> str:
    """Return a translated text whose links lead to its headings again.

    A link stays where no heading had its anchor, several had, or an element has it.

    Args:
        text: the text.
        before: what the headings were.
        after: what they are.
        code: blocks in which there are no links.
    """
    kept = sorted([*code, *(found.span() for found in _CODE.finditer(text))])
    starts = [low for low, _ in kept]
    ends = list(accumulate((high for _, high in kept), max))
    others = set(_NAMED.findall(text))
    moved = [_moved(before, after, anchors) for anchors in (_plain, _bare, _squeezed)]

    def link(found: re.Match[str]) -> str:
        raw = found[found.lastgroup or 0]
        anchor = next((new[unquote(raw)] for new in moved if unquote(raw) in new), None)
        last = bisect_right(starts, found.start())
        is_code = last > 0 and found.start() < ends[last - 1]
        if anchor is None or is_code or unquote(raw) in others:
            return found[0]
        return found[0].removesuffix(raw) + (quote(anchor) if "%" in raw else anchor)

    return _LINK.sub(link, text)


def _moved(
    before: Sequence[str], after: Sequence[str], anchors: Callable[[Sequence[str]], list[str]]
) -> dict[str, str]:
    """Return the new anchors of headings by their old ones, if these were one heading's."""
    if len(before) != len(after):
        return {}
    old, new = anchors(before), anchors(after)
    count = Counter(old)
    pairs = zip(old, new, strict=True)
    return {one: other for one, other in pairs if other and count[one] == 1 and one != other}


def _plain(headings: Sequence[str]) -> list[str]:
    return _numbered(_hyphened(headings), "-")


def _squeezed(headings: Sequence[str]) -> list[str]:
    return _numbered([re.sub("-+", "-", each) for each in _hyphened(headings)], "-")


def _hyphened(headings: Sequence[str]) -> list[str]:
    said = (_DROPPED.sub("", heading.strip().lower()) for heading in headings)
    return [each.replace(" ", "-") for each in said]


def _bare(headings: Sequence[str]) -> list[str]:
    bare = [unicodedata.normalize("NFKD", heading) for heading in headings]
    said = [_DROPPED.sub("", each.encode("ascii", "ignore").decode()) for each in bare]
    return _numbered([re.sub(r"[-\s]+", "-", each.strip().lower()) for each in said], "_")


def _numbered(anchors: Sequence[str], sign: str) -> list[str]:
    """Return anchors of which the second that is like another one has a number."""
    seen = Counter[str]()
    found: list[str] = []
    for anchor in anchors:
        found.append(f"{anchor}{sign}{seen[anchor]}" if anchor and seen[anchor] else anchor)
        seen[anchor] += 1
    return found
