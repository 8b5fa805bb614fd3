"""XLIFF 1.2 and 2.0: each `<source>` is translated into its `<target>`, if there is none yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.inline import SET_APART, Gatherer, Inline
from allez.documents.messages import choices
from allez.documents.reading import Reading
from allez.documents.repeated import Repeated
from allez.documents.values import Value, escape_text
from allez.documents.xml import read_xml
from allez.errors import InputError
from allez.text.markup import Marked
from allez.text.references import unescape
from allez.text.tags import Token, attributes, scan, value_of

_PAIRS = frozenset(("g", "mrk", "pc"))
_OPAQUE = frozenset(("bpt", "ept", "it", "ph", "sub"))
_HALVES = {"bpt": "open", "ept": "close", "sc": "open", "ec": "close"}
"""Elements that open or close a pair together with another one."""
_UNITS = frozenset(("trans-unit", "segment"))
_AROUND = frozenset(("xliff", "file", "group", "body", "unit", "bin-unit"))
"""What is around units, and may say that nothing in it is to be translated, or how it is read."""
_ELSEWHERE = frozenset(("alt-trans",))
"""What in a unit has a source and a target of its own: a proposal from a memory."""
_READY = frozenset(("needs-translation", "new", "initial"))
"""States of a target that wait for a translation."""
_TAG = re.compile(r"(?P<side>START|CLOSE)_(?P<name>[A-Z_]+?)(?:_\d+)?")
"""What Angular calls the halves of a tag: `START_BOLD_TEXT`, `CLOSE_TAG_SPAN_1`."""
_STATE = re.compile(rf"(\bstate\s*=\s*[\"'])(?:{'|'.join(sorted(_READY))})([\"'])")

_PLACED = re.compile(
    rf"<(?P<closes>/?)_{SET_APART}(?P<tag>\d+)/?>|{SET_APART}(?P<word>\d+){SET_APART}"
)
"""What stands for an element in a message."""


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a file apart.

    Args:
        data: the file.
        reading: `target`: the language that the file is told, if it has none.

    Raises:
        InputError: it is not well-formed, declares entities, or is no XLIFF.
    """
    text, encode = read_xml(data)
    text = _with_language(text, reading.target)
    builder = Builder(text)
    tokens = list(scan(text, xml=True))
    if not any(t.name.rpartition(":")[2] == "xliff" for t in tokens if t.kind == "open"):
        raise InputError("it has no <xliff> element")
    around = [_Told(wanted=True, spaced=False)]
    begun = -1
    for index, token in enumerate(tokens):
        name = token.name.rpartition(":")[2]
        if name in _AROUND and token.kind == "close" and len(around) > 1:
            around.pop()
        elif name in _AROUND and token.kind == "open":
            around.append(around[-1].by(text, token))
        elif name in _UNITS and token.kind == "open":
            begun = index
        elif name in _UNITS and token.kind == "close" and begun >= 0:
            told = around[-1].by(text, tokens[begun])
            if told.wanted:
                _add(builder, _own(tokens[begun : index + 1]), spaced=told.spaced)
            begun = -1
    _note_repeated(builder, tokens)
    return builder.build(encode)


class _Told(NamedTuple):
    """What an element says of all in it, if none in between says otherwise."""

    wanted: bool
    """Whether it is to be translated."""
    spaced: bool
    """Whether white space is meant."""

    def by(self, text: str, tag: Token) -> _Told:
        """Return what holds within an element that opens with a tag."""
        translate, space = value_of(text, tag, "translate"), value_of(text, tag, "xml:space")
        return _Told(
            self.wanted if translate is None else translate != "no",
            self.spaced if space is None else space == "preserve",
        )


def _own(unit: Sequence[Token]) -> list[Token]:
    """Return the tokens of a unit without those that tell of other translations."""
    found: list[Token] = []
    depth = 0
    for token in unit:
        is_other = token.name.rpartition(":")[2] in _ELSEWHERE
        depth += is_other and token.kind == "open"
        if not depth:
            found.append(token)
        depth -= is_other and token.kind == "close"
    return found


def _note_repeated(builder: Builder, tokens: Sequence[Token]) -> None:
    """Note ids of units that stand twice; each file has its own."""
    repeated = Repeated(builder)
    file = 0
    for token in tokens:
        name = token.name.rpartition(":")[2]
        if token.kind != "open":
            continue
        file = token.start if name == "file" else file
        if name in ("trans-unit", "unit"):
            known = value_of(builder.text, token, "id") or ""
            repeated.see(token.start, name, repr(known), (file, known))
    repeated.end()


def _with_language(text: str, target: str | None) -> str:
    """Return a file that names the language of its targets."""
    if target is None:
        return text
    parts: list[str] = []
    position = 0
    for token in scan(text, xml=True):
        name = token.name.rpartition(":")[2]
        source = {"file": "source-language", "xliff": "srcLang"}.get(name)
        wanted = {"file": "target-language", "xliff": "trgLang"}.get(name)
        if token.kind != "open" or source is None or wanted is None:
            continue
        known = list(attributes(text, token))
        here = [attribute for attribute in known if attribute.name == source]
        if here and wanted not in [attribute.name for attribute in known]:
            end = here[0].end + 1
            parts += [text[position:end], f' {wanted}="{target}"']
            position = end
    return "".join([*parts, text[position:]])


def _add(builder: Builder, unit: Sequence[Token], *, spaced: bool) -> None:
    """Add the segment of a unit whose target is missing, empty or waiting.

    A unit that says itself in which state its target is (of XLIFF 2.0) is written with another one:
    its segment begins with its tag.
    """
    text = builder.text
    source = _element(unit, "source")
    target = _element(unit, "target")
    if source is None:
        return
    cut = _element(unit, "seg-source")  # the same, cut into sentences: the target is cut alike
    spaced = _Told(wanted=True, spaced=spaced).by(text, source[0]).spaced
    inside = (cut or source)[1:-1]
    read, write = _read(text, inside, spaced=spaced)
    if not read.has_words:
        return
    prefix = source[0].name.removesuffix("source")
    opening, closing = f"<{prefix}target>", f"</{prefix}target>"
    if target is None:
        line = text[text.rfind("\n", 0, source[0].start) + 1 : source[0].start]
        space = "\n" + line if not line.strip() and "\n" in text[: source[0].start] else ""
        start = end = (cut or source)[-1].end
        opening = space + opening
    else:
        start, end = target[0].start, target[-1].end
        state = value_of(text, target[0], "state") or value_of(text, unit[0], "state")
        if text[target[0].end : target[-1].start].strip() and state not in _READY:
            return
        head = text[target[0].start : target[0].end]
        opening = _ready(head if target[0].kind == "open" else head[:-2].rstrip() + ">")
    before = text[unit[0].start : start]
    head = text[unit[0].start : unit[0].end]
    if (done := _ready(head)) != head:
        opening = done + before[len(head) :] + opening
        start = unit[0].start
    builder.add(start, end, read.marked, lambda done: (opening, *write(done), closing))


def _read(
    text: str, tokens: Sequence[Token], *, spaced: bool
) -> tuple[Value | Inline, Callable[[Marked], Template]]:
    """Return what is in a source, and how a translation of it is written."""
    message = _Message()
    _gather(message, text, tokens)
    said = message.said
    if any(said[choice.start] == "{" for choice in choices(said, 0, len(said))):
        value = Value(said, named=True)
        return value, lambda translated: message.write(value.write(translated))
    gatherer = Gatherer(percent=True, named=True)
    _gather(gatherer, text, tokens)
    inline = gatherer.finish(spaced=spaced)
    return inline, lambda translated: inline.write(translated, escape_text)


class _Message:
    """A source with messages of ICU in it: a string, in which other tags stand for its elements."""

    def __init__(self) -> None:
        self.said = ""
        self._elements: list[Template] = []
        self._waiting: dict[str, list[int]] = {}
        """Of each name, the pairs that are open."""

    def text(self, text: str) -> None:
        """Add text."""
        self.said += text

    def word(self, markup: Template) -> None:
        """Add what is read as a word."""
        self.said += f"{SET_APART}{self._placed(markup)}{SET_APART}"

    def point(self, markup: Template) -> None:
        """Add what stands between characters."""
        self.said += f"<_{SET_APART}{self._placed(markup)}/>"

    def open(self, name: str, markup: Template) -> None:
        """Add what opens a pair; it and what closes it have numbers that follow each other."""
        self._waiting.setdefault(name, []).append(len(self._elements))
        self.said += f"<_{SET_APART}{self._placed(markup)}>"
        self._placed(())

    def close(self, name: str, markup: Template) -> None:
        """Add what closes the last open pair of a name."""
        if not self._waiting.get(name):
            self.point(markup)
            return
        number = self._waiting[name].pop()
        self._elements[number + 1] = markup
        self.said += f"</_{SET_APART}{number}>"

    def _placed(self, markup: Template) -> int:
        self._elements.append(markup)
        return len(self._elements) - 1

    def write(self, said: str) -> Template:
        """Return a string of this kind as XLIFF spells it."""
        parts: list[str | int] = []
        position = 0
        for found in _PLACED.finditer(said):
            number = int(found["word"] or found["tag"])
            parts += [escape_text(said[position : found.start()])]
            parts += self._elements[number + bool(found["closes"])]
            position = found.end()
        return (*parts, escape_text(said[position:]))


def _ready(tag: str) -> str:
    """Return a tag whose state waits for nothing any more."""
    return _STATE.sub(r"\1translated\2", tag)


def _element(unit: Sequence[Token], name: str) -> Sequence[Token] | None:
    """Return the tokens of the first element of a name within a unit, its tags included."""
    first = None
    for index, token in enumerate(unit):
        if token.name.rpartition(":")[2] == name:
            if token.kind == "single":
                return unit[index : index + 1]
            if token.kind == "open" and first is None:
                first = index
            elif token.kind == "close" and first is not None:
                return unit[first : index + 1]
    return None


def _gather(gatherer: Gatherer | _Message, text: str, tokens: Sequence[Token]) -> None:
    """Gather what is in a source."""
    index = 0
    while index < len(tokens):
        token = tokens[index]
        raw = text[token.start : token.end]
        name = token.name.rpartition(":")[2]
        if token.kind == "text":
            gatherer.text(unescape(raw))
        elif token.kind == "cdata":
            gatherer.text(raw[9:-3])
        elif token.kind == "open" and name in _OPAQUE:
            first = index
            while index < len(tokens) - 1 and not (
                tokens[index].kind == "close" and tokens[index].name == token.name
            ):
                index += 1
            markup = (text[tokens[first].start : tokens[index].end],)
            if name == "ph":
                gatherer.word(markup)
            else:
                _half(gatherer, text, token, markup)
        elif token.kind == "open" and (end := _protected(text, tokens, index)):
            gatherer.word((text[token.start : tokens[end].end],))
            index = end
        elif token.kind == "open":
            gatherer.open(token.name, (raw,))
        elif token.kind == "close":
            gatherer.close(token.name, (raw,))
        elif name == "x" and (tag := _TAG.fullmatch(value_of(text, token, "id") or "")):
            (gatherer.open if tag["side"] == "START" else gatherer.close)(tag["name"], (raw,))
        elif name in ("x", "ph"):
            gatherer.word((raw,))
        else:
            _half(gatherer, text, token, (raw,))
        index += 1


def _protected(text: str, tokens: Sequence[Token], index: int) -> int:
    """Return the token that closes a term that must stay as it is; 0 if none begins here."""
    token = tokens[index]
    kept = value_of(text, token, "mtype") == "protected"
    if not kept and value_of(text, token, "translate") != "no":
        return 0
    depth = 0
    for last in range(index, len(tokens)):
        if tokens[last].name == token.name:
            depth += {"open": 1, "close": -1}.get(tokens[last].kind, 0)
        if depth == 0:
            return last
    return 0


def _half(gatherer: Gatherer | _Message, text: str, token: Token, markup: Template) -> None:
    """Gather a native code: half of a pair by what both halves are called, or a point."""
    side = _HALVES.get(token.name.rpartition(":")[2])
    known = {a.name: text[a.start : a.end] for a in attributes(text, token)}
    called = known.get("startRef") or known.get("rid") or known.get("id")
    if side is None or called is None:
        gatherer.point(markup)
    elif side == "open":
        gatherer.open(f"#{called}", markup)
    else:
        gatherer.close(f"#{called}", markup)
