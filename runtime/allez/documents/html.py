"""HTML and XHTML: what a reader of the page reads, scripts, styles and code left alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from allez.documents.document import Builder, TextDocument
from allez.documents.encoding import decode
from allez.documents.mixed import Profile, add_segments
from allez.documents.reading import Reading
from allez.documents.repeated import Repeated
from allez.spec import SPEC
from allez.text.elements import (
    INLINE,
    POINTS,
    SIGNS,
    SKIPPED,
    WORDS,
    base_language,
    is_kept,
    names,
)
from allez.text.tags import Attribute, Token, attributes, pairs, scan, value_of

_TEXTS = names(SPEC["elements"]["attributes"])
_DESCRIPTIONS = names(SPEC["elements"]["descriptions"])
_BUTTONS, _LABELLED = names(SPEC["elements"]["buttons"]), names(SPEC["elements"]["labelled"])

_DRAWN = names("svg")
"""Pictures whose texts are read, each by itself."""
_PAIRED = (INLINE | WORDS | SIGNS) - names("rb rp rt rtc")
"""Elements within a sentence that have two tags; a browser reads on where one is missing."""
_MOST = 5
"""So many tags without the other half are named; the others are counted."""


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a page apart.

    Args:
        data: the page; a byte order mark or what it says itself decides its encoding, else UTF-8.
        reading: `source` and `target`: the `lang` of the page's elements is changed; elements in
            another language than the source are left alone.

    Raises:
        InputError: it is not in that encoding.
    """
    text, encode = decode(data, declared=declared_encoding(data), escape=lambda c: f"&#{ord(c)};")
    text, renamed = with_language(text, reading)
    builder = Builder(text)
    add_segments(builder, _in_language(reading, renamed))
    _note_slips(builder)
    return builder.build(encode)


def _note_slips(builder: Builder) -> None:
    """Note tags within sentences that lack the other half, and ids that stand twice."""
    text = builder.text
    tokens = list(scan(text, xml=False))
    alone = _halves(tokens)
    for token in alone[:_MOST]:
        what = "is never closed" if token.kind == "open" else "closes nothing"
        slash = "" if token.kind == "open" else "/"
        builder.note(token.start, f"<{slash}{token.name}> {what}")
    if len(alone) > _MOST:
        builder.notes.append(f"{len(alone) - _MOST:,} more tags lack the other half")
    repeated = Repeated(builder)
    for token in tokens:
        if token.kind in ("open", "single") and "id" in text[token.start : token.end].lower():
            known = next((a for a in attributes(text, token) if a.name.lower() == "id"), None)
            if known is not None:
                repeated.see(token.start, "id", repr(text[known.start : known.end]))
    repeated.end()


def _halves(tokens: Sequence[Token]) -> list[Token]:
    """Return the tags of pairs within sentences that have nobody to open or close them."""
    tags = [token for token in tokens if token.name in _PAIRED and token.kind != "single"]
    found = pairs(tags)
    return [tag for index, tag in enumerate(tags) if index not in found]


def _is_text(text: str, tag: Token, name: str) -> bool:
    name = name.lower()
    if name == "content":
        about = value_of(text, tag, "name") or value_of(text, tag, "property") or ""
        return tag.name == "meta" and about.lower() in _DESCRIPTIONS
    if name == "value":
        kind = (value_of(text, tag, "type") or "").lower()
        return tag.name == "input" and kind in _BUTTONS
    return name in _TEXTS or (name == "label" and tag.name in _LABELLED)


PAGE = Profile(
    xml=False,
    inline=INLINE,
    words=WORDS,
    points=POINTS - _DRAWN,
    nested=_DRAWN,
    breaks=frozenset(("br",)),
    signs=SIGNS,
    references=frozenset(("a",)),
    links=frozenset(("a",)),
    skipped=SKIPPED | names("metadata"),
    is_text=_is_text,
    is_kept=is_kept,
)
"""What the elements of a page mean."""


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that a page names within its first kilobyte, as browsers look for it."""
    head = data[:1024]
    found = re.search(rb"<\?xml[^>]*encoding=[\"']([\w.:-]+)", head) or re.search(
        rb"<meta[^>]*charset\s*=\s*[\"']?\s*([\w.:-]+)", head, re.IGNORECASE
    )
    return found[1].decode("ascii") if found else None


def with_language(text: str, reading: Reading) -> tuple[str, frozenset[int]]:
    """Return a page or XML whose elements in the source language say that they are in the target's.

    And where in that page each of them says so.
    """
    if reading.source is None or reading.target is None:
        return text, frozenset()
    parts: list[str] = []
    places: set[int] = set()
    position = moved = 0
    for token in scan(text, xml=False):
        for attribute in _languages(text, token):
            if base_language(text[attribute.start : attribute.end]) == base_language(
                reading.source
            ):
                parts += [text[position : attribute.start], reading.target]
                places.add(attribute.start + moved)
                position = attribute.end
                moved += len(reading.target) - (attribute.end - attribute.start)
    return "".join([*parts, text[position:]]), frozenset(places)


def _languages(text: str, token: Token) -> list[Attribute]:
    """Return the attributes by which a tag says what language its element is in."""
    if token.kind not in ("open", "single") or "lang" not in text[token.start : token.end].lower():
        return []
    return [a for a in attributes(text, token) if a.name.lower() in ("lang", "xml:lang")]


def _in_language(reading: Reading, renamed: frozenset[int]) -> Profile:
    """Return how a page is read: what it says is in another language than the source is kept.

    What a whole page says of itself counts for nothing: templates are often in English.
    """
    if reading.source is None or reading.target is None:
        return PAGE

    def is_foreign(text: str, tag: Token) -> bool:
        said = [] if tag.name in ("html", "body") else _languages(text, tag)
        bases = [base_language(text[a.start : a.end]) for a in said if a.start not in renamed]
        return any(bases) or is_kept(text, tag)

    return replace(PAGE, is_kept=is_foreign)
