"""SubRip and WebVTT: cues keep their numbers, times and styles; a sentence may go over several.

Lines of a cue are read as one, and written as the same number of lines again; those of different
speakers, signs and sentences stay apart. A cue that ends within a sentence is read with the next
one, and the translation cut where attention finds the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.inline import Gatherer, Inline
from allez.documents.reading import Reading
from allez.documents.values import escape_text
from allez.documents.wrapping import balanced, ends_sentence
from allez.text.markup import Marked, weave
from allez.text.references import unescape
from allez.text.tags import ends, scan

LINE = 42
"""Characters of a line that can be read in time; a longer one becomes two."""

_TIME = r"(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMES = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}")
_TAGS = r"(?:\{\\[^}]*\}|<[^>]*>)*"
_SPEAKER = re.compile(rf"{_TAGS}[ \t]*(?:[-–—‐]|>>+|&gt;&gt;)[ \t]*(?=\S)")
_VOICE = re.compile(r"(?:<(?!v[ .\t]|/)[^>]*>)*<v[ .\t][^>]*>")
"""Who speaks, in WebVTT, at the beginning of a line."""
_LABEL = re.compile(
    rf"{_TAGS}(?P<name>[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ0-9.'’ -]*[A-ZÀ-ÖØ-Þ0-9](?: \([^()\n]*\))?)"
    r"[ \t\u00a0\u202f]?:(?P<space>[ \t\r\n]+|\Z)"
)
"""Who speaks, in capitals before a colon, as subtitles for the deaf have it."""
_LANGUAGE = re.compile(r"WEBVTT[^\n]*\n(?:\S[^\n]*\n)*?Language:[ \t]*(?P<language>[a-z]{2,3})\b")
_MOMENT = re.compile(rf"<{_TIME}>")
"""When the next word is sung, in WebVTT."""
_NOTES = "♩♪♫♬"
_STYLE = re.compile(rf"\{{\\[^}}]*\}}|[{_NOTES}]+|{_MOMENT.pattern}")
_CHANGE = re.compile(r"(?<=[.!?…»\"])[ \u00a0]+(?=[-–—‐][ \u00a0]*(?P<first>[^\W\d_]))")
"""Where somebody else answers on the same line."""
_SUNG = re.compile(rf"{_TAGS}[{_NOTES}]+(?P<space>[ \u00a0]+)")
_SUNG_UNTIL = re.compile(rf"(?P<space>[ \u00a0]+)[{_NOTES}]+{_TAGS}\Z")
"""Notes at the edges of a line, which keep their distance."""
_SOUND = re.compile(rf"{_TAGS}(?:\([^()]*\)|\[[^\[\]]*\]){_TAGS}")
"""What is heard but not said: `(rires)`, `[musique]`."""
_HEARD = re.compile(
    rf"(?P<sound>{_TAGS}[ \t]*(?:[-–—‐][ \t]*)?(?:\([^()\n]*\)|\[[^\[\]\n]*\]))"
    r"[ \t]+(?P<first>[^\W\d_])"
)
"""The same before something that is said."""
_INITIAL = re.compile(r"(?<!\w)[^\W\d_]{1,2}\.$")
"""An abbreviation, as `M.`: a name follows."""
_FEW_LETTERS = 4
"""Fewer capitals make no sign."""


class _Part(NamedTuple):
    """Lines of one cue that are read as one: `text[start:end]`, no line end behind the last."""

    start: int
    end: int
    lines: int
    cue: int
    alone: bool = True
    """Whether the cue has no other part."""
    opening: str = ""
    """Who speaks, as it is written before a translation; what it is now ends at `start`."""
    opens: int = -1
    """Where that begins, if anybody is named."""


def parse_srt(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a SubRip file apart; see `parse_vtt`."""
    return _parse(data, vtt=False, reading=reading)


def parse_vtt(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a WebVTT file apart.

    Args:
        data: the file.
        reading: `source` and `target`: the language that its header names is changed.

    Raises:
        InputError: it is not UTF-8, and has no byte order mark of UTF-16.
    """
    return _parse(data, vtt=True, reading=reading)


def _parse(data: bytes, *, vtt: bool, reading: Reading) -> TextDocument:
    text, encode = decode(data)
    told = _LANGUAGE.match(text) if vtt else None
    if told and told["language"] == reading.source and reading.target:
        text = text[: told.start("language")] + reading.target + text[told.end("language") :]
    builder = Builder(text)
    waiting: list[_Part] = []
    for part in _parts(text, vtt, builder.notes):
        if waiting and not _goes_on(text, waiting[-1], part):
            _add(builder, waiting, vtt)
            waiting = []
        waiting.append(part)
    _add(builder, waiting, vtt)
    return builder.build(encode)


# --- cues -------------------------------------------------------------------------------------


def _parts(text: str, vtt: bool, notes: list[str]) -> Iterator[_Part]:
    """Yield the parts of all cues in order, and note which lines are in none."""
    cue = -1
    loose: list[int] = []
    lines: list[tuple[int, int]] = []
    within = False
    position = 0
    while position <= len(text):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        stop = end - text.endswith("\r", position, end)
        line = text[position:stop]
        if _TIMES.match(line):
            yield from _speakers(text, lines, cue)
            lines, within, cue = [], True, cue + 1
        elif not line.strip():
            yield from _speakers(text, lines, cue)
            lines, within = [], False
        elif within:
            lines.append((position, stop))
        elif "-->" in line or (not vtt and any(map(str.isalpha, line))):
            loose.append(text.count("\n", 0, position) + 1)
        position = end + 1
    yield from _speakers(text, lines, cue)
    if loose:
        shown = ", ".join(map(str, loose[:5])) + (", ..." if len(loose) > 5 else "")
        notes.append(f"line {shown}: in no cue whose times can be read, left alone")


def _speakers(text: str, lines: list[tuple[int, int]], cue: int) -> Iterator[_Part]:
    """Yield the lines of a cue in as many parts as there are speakers, signs and sentences in it.

    Dashes are left out, and so are the brackets around a sound.
    """
    found: list[tuple[int, int]] = []
    sings = any(note in text[start:end] for start, end in lines for note in _NOTES)
    before = ""
    for line_start, end in lines:
        start = line_start
        line = _plain(text[start:end])
        begins = (pattern.match(text, start, end) for pattern in (_SPEAKER, _VOICE, _LABEL))
        joins = bool(found) and not any(begins)
        is_named = joins and _LABEL.fullmatch(text, *found[-1]) is not None
        if joins and (is_named or not _is_apart(before, line, sings=sings)):
            start = found.pop()[0]
        heard = _HEARD.match(text, start, end)
        if heard and heard["first"].isupper():
            found.append((start, heard.end("sound")))
            start = heard.start("first")
        for change in _CHANGE.finditer(text, line_start, end):
            if change["first"].isupper():
                found.append((start, change.start()))
                start = change.end()
        found.append((start, end))
        before = line
    for start, end in found:
        yield _part(text, start, end, cue)._replace(alone=len(found) == 1)


def _part(text: str, start: int, end: int, cue: int) -> _Part:
    """Return the part of a cue that some of its lines are, without what tells who speaks."""
    speaker = _SPEAKER.match(text, start, end)
    begin = speaker.end() if speaker else start
    label = _LABEL.match(text, begin, end)
    opens = label.start("name") if label else -1
    opening = f"{label['name']}:{label['space']}" if label else ""  # French has a space before it
    begin = label.end() if label else begin
    lines = text.count("\n", begin, end) + 1
    if _SOUND.fullmatch(text, begin, end):
        begin, end = _within_brackets(text, begin, end)
    return _Part(begin, end, lines, cue, opening=opening, opens=opens)


def _is_apart(before: str, line: str, *, sings: bool) -> bool:
    """Tell whether a line of a cue begins something new, rather than going on with the one before.

    Args:
        before: the line before, without styles.
        line: the line.
        sings: whether there are notes in the cue: a verse begins with a capital.
    """
    if not before or not line or line[0].islower():
        return False
    if _SOUND.fullmatch(before) or _SOUND.fullmatch(line) or (sings and line[0].isupper()):
        return True
    ended = before.rstrip('»"”’)] \u00a0\u202f')
    if ended.endswith((".", "!", "?", "…")) and not _INITIAL.search(ended):
        return True
    return _is_sign(before) != _is_sign(line)


def _is_sign(line: str) -> bool:
    """Tell whether all letters of a line outside of brackets are capitals, and not few."""
    letters = [c for c in re.sub(r"\([^()]*\)", "", line) if c.isalpha()]
    return len(letters) >= _FEW_LETTERS and not any(map(str.islower, letters))


def _within_brackets(text: str, start: int, end: int) -> tuple[int, int]:
    """Return what is between the brackets of a sound, white space and tags left out as well."""
    opened = min(i for i in (text.find(c, start, end) for c in "([") if i >= 0)
    closed = max(text.rfind(c, start, end) for c in ")]")
    inner = text[opened + 1 : closed]
    start = opened + 1 + len(inner) - len(inner.lstrip())
    return start, max(start, closed - len(inner) + len(inner.rstrip()))


def _goes_on(text: str, part: _Part, following: _Part) -> bool:
    """Tell whether a cue ends within a sentence, and the next one goes on with it."""
    if following.cue == part.cue or _SPEAKER.match(text, following.start, following.end):
        return False
    if text.startswith((")", "]"), part.end):
        return False
    before, after = (_plain(text[p.start : p.end]) for p in (part, following))
    speaks = text[text.rfind("\n", 0, following.start) + 1 : following.start].strip()
    return not speaks and bool(before) and not ends_sentence(before) and after[:1].islower()


def _plain(text: str) -> str:
    tokens = (text[t.start : t.end] for t in scan(text, xml=True) if t.kind == "text")
    return _STYLE.sub("", "".join(tokens)).strip()


# --- segments ---------------------------------------------------------------------------------


def _add(builder: Builder, parts: Sequence[_Part], vtt: bool) -> None:
    """Add the sentences of one cue, or of several that share one."""
    if not parts:
        return
    text = builder.text
    shared = _shared_tags(text, parts) if len(parts) > 1 else ("", "")
    if shared is None:  # a style that holds for some words only would have to be cut as well
        for part in parts:
            _add(builder, [part], vtt)
        return
    gatherer = Gatherer()
    for number, part in enumerate(parts):
        if number:
            gatherer.point(
                (text[parts[number - 1].end - len(shared[1]) : part.start + len(shared[0])],),
                space=True,
            )
        _gather(gatherer, text, part.start + len(shared[0]), part.end - len(shared[1]), vtt)
    inline = gatherer.finish()
    if inline.has_words:
        start, end = parts[0].start + len(shared[0]), parts[-1].end - len(shared[1])
        newline = "\r\n" if "\r\n" in text else "\n"
        write = _Writer(inline, parts, escape_text if vtt else str, newline)
        opening, start = parts[0].opening, start if parts[0].opens < 0 else parts[0].opens
        before = (opening + shared[0],) if opening else ()
        builder.add(start, end, inline.marked, lambda translated: (*before, *write(translated)))


def _gather(gatherer: Gatherer, text: str, start: int, end: int, vtt: bool) -> None:
    content = text[start:end]
    tokens = list(scan(content, xml=True))
    closed = ends(tokens)
    sung, until = _SUNG.match(content), _SUNG_UNTIL.search(content)
    read = 0
    for index, token in enumerate(tokens):
        raw = text[start + token.start : start + token.end]
        if index < read:
            continue
        if token.name == "rt" and index in closed:  # how a word is read, in small over it
            read = closed[index] + 1
            gatherer.point((text[start + token.start : start + tokens[read - 1].end],))
        elif token.kind == "open":
            gatherer.open(token.name.partition(".")[0], (raw,))  # the rest are classes
        elif token.kind == "close":
            gatherer.close(token.name, (raw,))
        elif token.kind != "text":
            gatherer.point((raw,))
        else:
            position = 0
            for style in _STYLE.finditer(raw):
                low, high = (token.start + place for place in style.span())
                low = until.start("space") if until and low == until.end("space") else low
                high = sung.end("space") if sung and high == sung.start("space") else high
                low, high = low - token.start, high - token.start
                gatherer.text(_read(raw[position:low], vtt))
                gatherer.point((raw[low:high],))
                position = high
            gatherer.text(_read(raw[position:], vtt))


def _read(raw: str, vtt: bool) -> str:
    lines = (line.strip("\r") for line in raw.split("\n"))
    text = " ".join(lines)
    return unescape(text) if vtt else text


def _shared_tags(text: str, parts: Sequence[_Part]) -> tuple[str, str] | None:
    """Return the tags around each of several cues if they are the same; None if not."""
    found: set[tuple[str, str]] = set()
    for part in parts:
        raw = text[part.start : part.end]
        tokens = list(scan(raw, xml=True))
        tags = [t for t in tokens if t.kind != "text"]
        if not tags and not _STYLE.search(raw):
            found.add(("", ""))
        elif len(tags) == 2 and [tokens[0], tokens[-1]] == tags and tags[1].kind == "close":
            found.add((raw[: tags[0].end], raw[tags[1].start :]))
        else:
            return None
    return found.pop() if len(found) == 1 else None


class _Writer:
    """Writes a sentence into the cues that it came from."""

    def __init__(
        self, inline: Inline, parts: Sequence[_Part], escape: Callable[[str], str], newline: str
    ) -> None:
        self._inline, self._parts, self._escape, self._newline = inline, parts, escape, newline

    def __call__(self, translated: Marked) -> Template:
        if len(self._parts) == 1:
            return self._cue(self._in_time(translated), self._parts[0])
        cuts = [i for i, mark in enumerate(translated.marks) if mark.kind == "point"]
        places = _cuts(translated.text, [translated.marks[i].start for i in cuts], self._shares())
        parts: list[str | int] = []
        position = 0
        content = ""
        for number, part in enumerate(self._parts):
            end = places[number] if number < len(places) else len(translated.text)
            # with fewer words than cues, the last ones stay to be read
            content = translated.text[position:end].strip() or content
            parts += self._lines(content, part)
            if number < len(cuts):
                parts += self._inline.opens[cuts[number]]
            position = end
        return tuple(parts)

    def _shares(self) -> list[float]:
        """Return after which shares of the source's characters its cues end."""
        marked = self._inline.marked
        points = [mark.start for mark in marked.marks if mark.kind == "point"]
        return [point / max(len(marked.text), 1) for point in points]

    def _in_time(self, translated: Marked) -> Marked:
        """Put moments that changed places in their order again."""
        marks = list(translated.marks)
        opens = self._inline.opens
        moments: dict[int, list[int]] = {}
        for index, mark in enumerate(marks):
            if mark.kind == "point" and opens[index] and _MOMENT.fullmatch(str(opens[index][0])):
                moments.setdefault(mark.parent, []).append(index)
        for indexes in moments.values():
            for index, place in zip(indexes, sorted(marks[i].start for i in indexes), strict=True):
                marks[index] = marks[index]._replace(start=place, end=place)
        return Marked(translated.text, tuple(marks))

    def _lines(self, text: str, part: _Part) -> Template:
        lines = balanced(text, _wanted(text, part))
        return (self._newline.join(self._escape(line) for line in lines),)

    def _cue(self, translated: Marked, part: _Part) -> Template:
        """Write the lines of one cue, or of a part of it; a line end takes the place of a space."""
        text = translated.text
        ends: set[int] = set()
        position = 0
        for line in balanced(text, _wanted(text, part))[:-1]:
            for word in line.split():
                position = text.index(word, position) + len(word)
            ends.add(position)
        parts: list[str | int] = []
        position = 0
        for event in weave(translated):
            if event.kind == "text":
                parts.append(
                    "".join(
                        self._newline if position + i in ends else self._escape(character)
                        for i, character in enumerate(event.text)
                    )
                )
                position += len(event.text)
            else:
                if event.kind == "word":
                    mark = translated.marks[event.mark]
                    position += mark.end - mark.start
                chosen = self._inline.closes if event.kind == "close" else self._inline.opens
                parts += chosen[event.mark]
        return tuple(parts)


def _wanted(text: str, part: _Part) -> int:
    """Return how many lines a text is written in: as it had, or two if it is too long for one."""
    return max(part.lines, 2) if len(text) > LINE and part.alone else part.lines


def _cuts(text: str, places: Sequence[int], shares: Sequence[float]) -> list[int]:
    """Return where a sentence is cut for its cues: near what attention says and the time allows.

    Args:
        text: the translation.
        places: where attention sees the cuts.
        shares: after which share of the text each cut comes in the source.
    """
    spoken = [i for i, character in enumerate(text) if character.isalnum()]
    last = spoken[-1] if spoken else 0
    gaps = [i for i, character in enumerate(text) if character == " " and i < last]
    cuts: list[int] = []
    for number, (place, share) in enumerate(zip(sorted(places), shares, strict=True)):
        left = len(places) - number - 1
        low = cuts[-1] if cuts else 0
        first = next((i for i in spoken if i >= low), low)  # no cue has nothing but signs
        free = [gap for gap in gaps if gap > first]
        free = free[: len(free) - left] if len(free) > left else free[:1]

        def badness(gap: int, low: int = low, place: int = place, share: float = share) -> float:
            away = abs(gap - place) + abs(gap - share * len(text))
            away += 4 * max(gap - low - 2 * LINE, 0)  # more than two lines are hard to read
            return away - (4.0 if text[gap - 1] in ",;:" else 0.0)

        cuts.append(min(free, key=badness) if free else len(text))
    return cuts
