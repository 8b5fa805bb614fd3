"""Entities on their way: hidden before a text is cut into sentences, symbols when one is read.

While sentences are looked for, each entity is one character, so that no cut goes through it and its
letters decide nothing. Then names are looked for, and every sentence gets symbols of its own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from allez.bundle import Bundle
from allez.entities import (
    FORMS,
    KINDS,
    NAME,
    NUMBER,
    SPACES,
    TERM,
    Entity,
    Form,
    Masked,
    Names,
    at,
    ends,
    find,
    find_names,
    is_digit,
    is_private,
    is_word,
    mask,
    on_the_line,
    run,
    within_capitals,
)
from allez.errors import BundleFormatError
from allez.results import Carried
from allez.search import Symbols
from allez.spec import SPEC
from allez.text import (
    Casing,
    Kind,
    Segment,
    SentenceRules,
    Tokenizer,
    casing_of,
    is_divider,
    is_label,
)

_CAPITALS: dict[str, int] = SPEC["casing"]


class Asked(NamedTuple):
    """What a caller wants carried over."""

    keep: tuple[str, ...] = ()
    """Texts that are never translated."""
    glossary: tuple[tuple[str, str], ...] = ()
    """Terms and what they are in the target language."""


NOTHING = Asked()
"""No wish of the caller."""


class Hidden(NamedTuple):
    """A text in which each entity is one character, the first symbol of its kind.

    A sign between labels is that sign, so that it is seen to part them.
    """

    original: str
    read: str
    """The same with all letters on the line, as long as it was."""
    text: str
    entities: tuple[Entity, ...]
    """In order; their places are those in the text as it was."""
    places: tuple[int, ...]
    """Where their characters stand in `text`."""
    starts: tuple[int, ...]
    """Where each character stood in the text as it was, and where that ended."""


class Masking:
    """What a bundle's entities are and how they are said.

    Args:
        bundle: one whose manifest has entities.
        source: tokenizer of what is read.
        target: tokenizer of what is said.

    Raises:
        BundleFormatError: a symbol is no subword of its own.
    """

    def __init__(self, bundle: Bundle, source: Tokenizer, target: Tokenizer) -> None:
        told = bundle.manifest.entities
        assert told is not None
        self.symbols = {kind: tuple(told.symbols[kind]) for kind in KINDS}
        """The symbols of each kind."""
        self._source = _form(told.source_numbers)
        self._target = _form(told.target_numbers)
        self._knows = source.knows
        self._names = (
            Names.from_text(bundle.text("names")) if "names" in bundle.manifest.files else None
        )
        self._first = {kind: symbols[0] for kind, symbols in self.symbols.items() if symbols}
        every = [symbol for symbols in self.symbols.values() for symbol in symbols]
        self.source_ids = _ids(every, source, bundle)
        """The id of each symbol in the source."""
        self.ids = self.source_ids if target is source else _ids(every, target, bundle)
        """The id of each symbol in the target."""
        self.language = bundle.manifest.target.language
        """Of translations: what is put right before a value."""

    def hide(self, text: str, asked: Asked) -> Hidden:
        """Return a text with its things, numbers and terms hidden."""
        read = on_the_line(text)
        found = find(
            read,
            self._source,
            self._target,
            knows=self._knows,
            keep=_places(text, asked.keep),
            glossary=asked.glossary,
        )
        entities = tuple(e for e in found if e.kind in self._first)
        parts: list[str] = []
        starts: list[int] = []
        places: list[int] = []
        done = 0
        for entity in entities:
            shown = read[entity.start] if _parts_labels(text, entity) else self._first[entity.kind]
            parts += [read[done : entity.start], shown]
            starts += range(done, entity.start + 1)
            places.append(len(starts) - 1)
            done = entity.end
        parts.append(read[done:])
        starts += range(done, len(text) + 1)
        return Hidden(text, read, "".join(parts), entities, tuple(places), tuple(starts))

    def casing(self, sentence: str, rules: SentenceRules) -> Casing:
        """Return how a sentence is written whose entities are hidden.

        One that is too short to be told by its letters alone is in capitals if it has four, and
        those of its words that have two are in the list of ordinary ones: "MERCI", "À LOUER". One
        with names in small letters is, if the rest is: "APPELEZ Quentin AVANT MIDI". A few words
        of which the first has a capital and is ordinary are a label.
        """
        casing = casing_of(sentence, rules)
        if casing == "capitals" or self._names is None or sentence.islower():
            return casing
        if not sentence.isupper():
            rest, done = "", 0
            for name in within_capitals(sentence):
                rest, done = rest + sentence[done : name.start], name.end
            if done:
                return casing_of(rest + sentence[done:], rules)
            return "label" if is_label(sentence, self._names) else casing
        found = "".join(c if c.isalpha() else " " for c in sentence).split()
        letters = sum(map(len, found))
        ordinary = all(self._names.lists(word.lower()) for word in found if len(word) > 1)
        return "capitals" if letters >= _CAPITALS["listed"] and ordinary else casing

    def names(self, sentence: str, casing: Casing) -> list[Entity]:
        """Return the names of a sentence whose other entities are hidden."""
        if self._names is None or not self.symbols[NAME]:
            return []
        if casing == "capitals":
            return within_capitals(sentence)
        hidden = [Entity(i, i + 1, "", "", "") for i, c in enumerate(sentence) if is_private(c)]
        return find_names(sentence, hidden, self._names)

    def read(self, sentence: str, casing: Casing) -> str | None:
        """Return what is read of a hidden sentence as far as its length goes; None: too much.

        It is too much if it has more spans of a kind than there are symbols.
        """
        names = self.names(sentence, casing)
        if len(names) > len(self.symbols[NAME]):
            return None
        for kind, first in self._first.items():
            if sentence.count(first) > len(self.symbols[kind]):
                return None
        for name in reversed(names):
            sentence = sentence[: name.start] + self._first[NAME] + sentence[name.end :]
        return sentence

    def mask(self, segment: Segment, hidden: Hidden, casing: Casing) -> Masked:
        """Return a sentence of a hidden text with symbols; it begins where the sentence does.

        Args:
            segment: of `hidden.text`.
            hidden: the text.
            casing: of the segment.
        """
        start, end = hidden.starts[segment.start], hidden.starts[segment.end]
        first = bisect_left(hidden.places, segment.start)
        last = bisect_left(hidden.places, segment.end)
        spans = list(hidden.entities[first:last])
        for name in self.names(segment.text, casing):
            begin = hidden.starts[segment.start + name.start]
            spans.append(name._replace(start=begin, end=begin + len(name.value)))
        spans = [e._replace(start=e.start - start, end=e.end - start) for e in sorted(spans)]
        return mask(hidden.read[start:end], spans, self.symbols)

    def request(self, masked: Masked | None) -> Symbols:
        """Return what the translation of a sentence must and may say."""
        times = {slot.symbol: slot.times for slot in masked.slots} if masked is not None else {}
        return Symbols(tuple(self.ids.values()), tuple(times.get(symbol, 0) for symbol in self.ids))


BULLETS: str = SPEC["bullets"]
"""What begins a line of a list, or one that is quoted; dashes are for what people say."""


RULES: str = SPEC["rules"]
"""What a heading is set off with, twice or more: `=== Titre ===`."""


_TOUCHING = 3
"""So many may touch the words: `===Titre===`."""


def without_marker(segment: Segment, text: str) -> list[Segment]:
    """Return a sentence that begins a line without what makes it an item of a list: that is copied.

    A bullet, a box to tick, a letter with a bracket, a number with a bracket or a full stop; each
    with white space behind it, and several of them. So is what sets a heading off on both sides.

    Args:
        segment: of `text`.
        text: a hidden text.
    """
    if segment.kind != "sentence" or text[: segment.start].rpartition("\n")[2].strip():
        return [segment]
    words, end = segment.text, 0
    while stop := _marker(words, end):
        end = stop
    if not end or not any(map(str.isalpha, words[end:])):
        return [segment]
    stop = _ruled(words, end)
    return [
        part._replace(text=words[first:last], start=segment.start + first, end=segment.start + last)
        for part, first, last in (
            (segment._replace(kind="copied"), 0, end),
            (segment, end, stop),
            (segment._replace(kind="copied"), stop, len(words)),
        )
        if first < last
    ]


def _ruled(text: str, begin: int) -> int:
    """Return where words end that the same signs stand before and behind; the end, if none do."""
    sign = text[0]
    stop = len(text)
    while sign in RULES and stop > begin and text[stop - 1] == sign:
        stop -= 1
    words = stop
    while words > begin and text[words - 1].isspace():
        words -= 1
    apart = words < stop or text[begin - 1] == sign
    return words if begin < words and apart and stop < len(text) - 1 else len(text)


def _marker(text: str, start: int) -> int:
    """Return where the text behind a mark of a list begins; 0: there is none."""
    end = start
    first = at(text, start)
    if first and first in RULES and at(text, start + 1) == first and start == 0:
        end = run(text, start, lambda c: c == first)
        if end >= _TOUCHING and text.endswith(first * _TOUCHING):
            return run(text, end, str.isspace)
    elif first and first in BULLETS:
        end = start + 1
    elif first == "[" and at(text, start + 1) in (" ", "x", "X") and at(text, start + 2) == "]":
        end = start + 3
    else:
        inner = start + (first == "(")
        last = run(text, inner, is_digit)
        number = 0 < last - inner <= 3
        letter = first.isascii() and at(text, inner).isalpha() and at(text, inner).isascii()
        if letter and not number:
            last = inner + 1
        if (number or letter) and (at(text, last) == ")" or (number and at(text, last) == ".")):
            end = last + 1
    spaces = end
    while at(text, spaces).isspace():
        spaces += 1
    return spaces if spaces > end > start else 0


def outside(segment: Segment, hidden: Hidden) -> Segment:
    """Return a segment of a hidden text as it is in the text itself."""
    start, end = hidden.starts[segment.start], hidden.starts[segment.end]
    return segment._replace(text=hidden.original[start:end], start=start, end=end)


def _parts_labels(text: str, entity: Entity) -> bool:
    """Tell whether an entity is a sign between labels."""
    around = at(text, entity.start - 1), at(text, entity.end)
    alone = all(c in ("", "\n", *SPACES) for c in around)
    return alone and is_divider(text[entity.start : entity.end])


def carried_over(segment: Segment, names: Sequence[Entity], hidden: Hidden) -> list[Segment] | None:
    """Return the parts of a sentence that is nearly all entities; None: it is a sentence.

    It has fewer ordinary words than entities, and no two of them in a row: a line of a log, a row
    of a table. Its words are translated one by one, marks behind a space with them, and the rest
    is copied, but for numbers that the target writes otherwise. Names that no mark but a
    comma parts from a word are of a sentence, and count for nothing: "Tom aime Julie, et Marc".

    Args:
        segment: of a hidden text.
        names: those in it.
        hidden: the text.
    """
    text = segment.text
    words: list[tuple[int, int]] = []
    position = 0
    for start, end in [*((name.start, name.end) for name in names), (len(text), len(text))]:
        while position < start:
            stop = position
            while stop < start and text[stop].isalpha():
                stop += 1
            if stop > position:
                words.append((position, stop))
            position = max(stop, position + 1)
        position = end
    in_a_row = any(not text[a[1] : b[0]].strip(_JOINING) for a, b in pairwise(words))
    entities = _names_apart(text, names, words) + sum(map(is_private, text))
    if not entities or len(words) >= entities or in_a_row:
        return None
    spaced = [(start, end + 2 * _has_spaced_mark(text, end)) for start, end in words]
    return _one_by_one(segment, [*spaced, *_said_otherwise(segment, hidden)])


_JOINING = " '\u2019-"
"""What may stand between two words of a row of them."""


def _names_apart(text: str, names: Sequence[Entity], words: Sequence[tuple[int, int]]) -> int:
    """Return how many names there are that marks other than commas part from all words."""
    spans = [*((name.start, name.end, 1) for name in names), *((*word, 0) for word in words)]
    apart = here = done = 0
    beside_word = False
    for start, end, is_name in sorted(spans):
        if text[done:start].strip(_JOINING + ","):
            apart, here, beside_word = apart + here * (not beside_word), 0, False
        here += is_name
        beside_word |= not is_name
        done = end
    return apart + here * (not beside_word)


def _has_spaced_mark(text: str, at: int) -> bool:
    """Tell whether a mark follows behind a space, as in French: it belongs to the word before."""
    return text[at : at + 1] in tuple(SPACES) and text[at + 1 : at + 2] in tuple(":;?!")


def carried(segment: Segment) -> tuple[Carried, ...]:
    """Return what of a sentence is carried over."""
    entities = () if segment.masked is None else segment.masked.entities
    return tuple(
        Carried(e.kind, segment.text[e.start : e.end], e.said, e.value if e.kind == TERM else "")
        for e in entities
    )


def entities_apart(segment: Segment, hidden: Hidden) -> list[Segment]:
    """Return the parts of what has no letters.

    Its terms and the numbers that the target writes otherwise are sentences, the rest is copied.
    """
    return _one_by_one(segment, _said_otherwise(segment, hidden))


def _said_otherwise(segment: Segment, hidden: Hidden) -> list[tuple[int, int]]:
    """Return where the terms of a segment stand, and the numbers that the target has otherwise."""
    first = bisect_left(hidden.places, segment.start)
    last = bisect_left(hidden.places, segment.end)
    places = [place - segment.start for place in hidden.places[first:last]]
    return [
        (place, place + 1)
        for place, e in zip(places, hidden.entities[first:last], strict=True)
        if e.kind == TERM or (e.kind == NUMBER and e.said != hidden.original[e.start : e.end])
    ]


def _one_by_one(segment: Segment, words: Sequence[tuple[int, int]]) -> list[Segment]:
    """Return a segment's parts: words are sentences, what is between them is copied."""
    parts: list[Segment] = []

    def add(start: int, end: int, kind: Kind) -> None:
        if start < end:
            begin = segment.start
            parts.append(
                segment._replace(
                    text=segment.text[start:end], start=begin + start, end=begin + end, kind=kind
                )
            )

    done = 0
    for start, end in sorted(words):
        add(done, start, "copied")
        add(start, end, "sentence")
        done = end
    add(done, len(segment.text), "copied")
    return parts


def _ids(symbols: Sequence[str], tokenizer: Tokenizer, bundle: Bundle) -> dict[str, int]:
    """Return the id of each symbol; BundleFormatError if one is no subword of its own."""
    ids = {}
    for symbol in symbols:
        last = tokenizer.encode(symbol)[-1:]
        if tokenizer.pieces(last) != (symbol,):
            raise BundleFormatError(
                f"{bundle.path}: the symbol U+{ord(symbol):04X} is no subword of its own"
            )
        (ids[symbol],) = last
    return ids


def _form(name: str | None) -> Form | None:
    return None if name is None else FORMS[name]


def _places(text: str, keep: Sequence[str]) -> list[tuple[int, int]]:
    """Return where texts stand that are never translated, as whole words and within a line."""
    found = []
    for kept in keep:
        place = text.find(kept) if kept and "\n" not in kept else -1
        while place >= 0:
            end = place + len(kept)
            begins = not (is_word(kept[0]) and is_word(text[place - 1 : place]))
            if begins and (ends(text, end) or not is_word(kept[-1])):
                found.append((place, end))
            place = text.find(kept, place + 1)
    return sorted(found, key=lambda span: (span[0], -span[1]))
