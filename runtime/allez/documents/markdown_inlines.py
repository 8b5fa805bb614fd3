"""Where the inlines of a Markdown block stand: emphasis, links, code, tags.

markdown-it-py reads them and keeps no places, so each of its rules is asked where it began and
ended. Knows nothing of what is translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from allez.documents.copied import COPIED, SIGN
from allez.errors import MissingExtraError
from allez.text.elements import WORDS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

DEFINITION = re.compile(
    r"^(?:(?:\*?\[(?:\^|(?<=\*\[))[^\]\n]+\])?:|\[(?P<label>[^\]\n]+)\]:|[—–])[ \t]+", re.MULTILINE
)
"""A footnote, an abbreviation, what a term means, who speaks: none is CommonMark's; or, with a
label, the address of links, which it takes for text in the middle of a paragraph."""
_FORMULA = re.compile(
    r"(?<![\\$\w])(?:\$\$.+?\$\$|\$(?![\s$])(?:[^$\\\n]|\\.)+?(?<!\s)\$)(?![\w$])", re.DOTALL
)
_KEYS = re.compile(rf"<({'|'.join(sorted(WORDS))})(?=[\s>])", re.IGNORECASE)


class Place(NamedTuple):
    """Where a piece of syntax stands in the content of a block."""

    kind: str
    start: int
    end: int
    name: str = ""
    label: str = ""
    """What tells a link's address where its text does: it has no other label."""


def defined(contents: Iterable[str]) -> dict[str, Any]:
    """Return the addresses of links that are defined in the middle of paragraphs."""
    from markdown_it.common.utils import normalizeReference

    found = (d["label"] for content in contents for d in DEFINITION.finditer(content))
    return {normalizeReference(label): {"href": "", "title": ""} for label in found if label}


@cache
def parser() -> MarkdownIt:
    """Return a parser that notes where inlines stand in `env["places"]`."""
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise MissingExtraError("Markdown", "markdown-it-py") from None
    made = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for rule in made.inline.ruler.__rules__:
        rule.fn = _noting(rule.name, rule.fn)
    made.inline.ruler.__compile__()
    (reference,) = (rule for rule in made.block.ruler.__rules__ if rule.name == "reference")
    reference.fn = _without_footnotes(reference.fn)
    made.block.ruler.__compile__()
    made.core.ruler.disable("inline")  # done here, with places
    return made


def _without_footnotes(rule: Callable[[Any, int, int, bool], bool]) -> Callable[..., bool]:
    """Return the rule of links' addresses, for which `[^1]: word` is none."""

    def asked(state: Any, first: int, last: int, silent: bool) -> bool:
        if state.src.startswith("[^", state.bMarks[first] + state.tShift[first]):
            return False
        return rule(state, first, last, silent)

    return asked


def _noting(name: str, rule: Callable[[Any, bool], bool]) -> Callable[[Any, bool], bool]:
    """Return an inline rule that notes where what it accepts began and ended."""

    def noted(state: Any, silent: bool) -> bool:
        begin, count = state.pos, len(state.tokens) + bool(state.pending)
        label = -1
        if name == "link" and not silent and state.src[begin] == "[":
            label = state.md.helpers.parseLinkLabel(state, begin, True)
            state.pos = begin
        accepted = rule(state, silent)
        if accepted and not silent and "places" in state.env:
            if name in ("emphasis", "strikethrough"):
                _note_delimiters(state, name, begin, count)
            else:
                places = state.env["places"]
                if label >= 0:
                    places.append(Place("open", begin, begin + 1, "link"))
                    is_label = state.src[label : state.pos] in ("]", "][]")
                    called = state.src[begin + 1 : label] if is_label else ""
                    places.append(Place("close", label, state.pos, "link", called))
                elif name != "text":
                    places.append(Place(name, begin, state.pos))
        return accepted

    return noted


def _note_delimiters(state: Any, name: str, begin: int, count: int) -> None:
    """Remember each delimiter's token: whether it opens or closes anything is decided later."""
    position = begin
    for token in state.tokens[count:]:
        state.env["delimiters"].append((token, position))
        position += len(token.content)


def places_of(content: str, references: dict[str, Any]) -> list[Place]:
    """Return all syntax of a block's content, in order; none lies within another."""
    reader = parser()
    env: dict[str, Any] = {"places": [], "delimiters": [], "references": references}
    reader.inline.parse(content, reader, env, [])
    noted: list[Place] = env["places"]
    for token, position in env["delimiters"]:
        kind, _, way = token.type.rpartition("_")
        if way == "open":
            width = len(token.markup)
            start = position + len(_marker(token)) - width if kind != "s" else position
            noted.append(Place("open", start, start + width, kind))
        elif way == "close":
            noted.append(Place("close", position, position + len(token.markup), kind))
    for kind, pattern in (("formula", _FORMULA), ("formula", COPIED), ("sign", SIGN)):
        noted += [Place(kind, *found.span()) for found in pattern.finditer(content)]
    noted.sort(key=lambda place: (place.start, -place.end))
    found: list[Place] = []
    for place in _with_keys(content, noted):
        if not found or place.start >= found[-1].end:
            found.append(place)
    return found


def shown(content: str) -> str:
    """Return what is shown of a block's content, without emphasis, addresses and tags."""
    reader = parser()
    tokens: list[Any] = []
    reader.inline.parse(content, reader, {}, tokens)
    return "".join(
        " " if token.type == "softbreak" else token.content
        for token in tokens
        if token.type in ("text", "text_special", "code_inline", "softbreak")
    )


def _with_keys(content: str, places: Sequence[Place]) -> Iterator[Place]:
    """Return places; an element whose content is not read, as `<kbd>`, is one with its content."""
    ends: dict[str, int] = {}
    """Behind the next tag of each kind."""
    found: list[Place] = []
    for place in reversed(places):
        if place.kind == "html_inline":
            ends[content[place.start : place.end].lower()] = place.end
            name = _KEYS.match(content, place.start)
            if name and (end := ends.get(f"</{name[1].lower()}>")):
                place = Place("key", place.start, end)
        found.append(place)
    return reversed(found)


def _marker(token: Any) -> str:
    """Return the characters of one delimiter token: `*` and `_` have one each, `~~` two."""
    return "~~" if token.type.startswith("s_") else "*"
