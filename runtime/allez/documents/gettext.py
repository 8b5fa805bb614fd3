"""Gettext's PO: each `msgid` is translated into its `msgstr`, if that is empty.

The first plural form is made of `msgid`, the others of `msgid_plural`. The header is told the
language, and its plural, of which each entry has as many forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from allez.documents.document import Builder, Template, TextDocument
from allez.documents.encoding import decode
from allez.documents.plurals import plural_forms
from allez.documents.reading import Reading
from allez.documents.repeated import Repeated
from allez.documents.values import Value
from allez.errors import InputError
from allez.text.elements import base_language
from allez.text.markup import Marked

_LINE = re.compile(r"[ \t]*(?:(msgctxt|msgid_plural|msgid|msgstr)(\[\d+\])?[ \t]*)?(\".*\")?[ \t]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|(.))")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPED = {value: f"\\{key}" for key, value in _LETTERS.items()} | {"\\": "\\\\", '"': '\\"'}
_CHARSET = re.compile(rb"charset=([\w.:-]+)", re.IGNORECASE)
_LANGUAGE = re.compile(r'(?<=["n])(Language:[ \t]*)([\w.@-]*)')
_PLURAL = re.compile(r'(?<=["n])(Plural-Forms:[ \t]*)(nplurals\b[^\\]{0,999})(?=\\n)')
"""Lines of the header: what stands before their value, and the value, cut as it may be."""
_CUT = re.compile(r'"\s*"|[\s();]')
"""What says nothing within a formula."""

_FOLLOWING = {
    "msgctxt": ("msgid",),
    "msgid": ("msgid_plural", "msgstr"),
    "msgid_plural": ("msgstr",),
    "msgstr": ("msgctxt", "msgid", "msgstr"),
}
"""Which keywords may come after each; a catalogue begins as after `msgstr`."""


class _String(NamedTuple):
    """A keyword's string: `text[start:end]` is its quoted parts."""

    keyword: str
    form: int
    text: str
    start: int
    end: int


class _Entry(NamedTuple):
    """A message: what it is made of, by keyword, and its forms."""

    sources: dict[str, _String]
    forms: list[_String]

    def source(self, form: int) -> _String | None:
        """Return what a form is made of."""
        return self.sources.get("msgid_plural" if form > 0 else "msgid")

    @property
    def is_header(self) -> bool:
        """Whether this is what the catalogue says of itself."""
        known = self.sources.get("msgid")
        return known is not None and not known.text and "msgctxt" not in self.sources

    @property
    def is_filled(self) -> bool:
        """Whether somebody has translated it."""
        return any(form.text for form in self.forms)


def parse(data: bytes, reading: Reading = Reading()) -> TextDocument:  # noqa: B008  (frozen)
    """Take a catalogue apart.

    Args:
        data: the file, in the encoding that its header names, else UTF-8.
        reading: `source` and `target`: the header is told the new language.

    Raises:
        InputError: a line is not what it should be, and named.
    """
    found = _CHARSET.search(data[:4096])
    declared = found[1].decode("ascii") if found and found[1].upper() != b"CHARSET" else None
    text, encode = decode(data, declared=declared)
    builder = Builder(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    repeated = Repeated(builder)
    entries = list(_entries(text))
    header = _header(text, entries, reading)
    for entry in entries:
        if known := entry.sources.get("msgid"):
            context = entry.sources.get("msgctxt")
            repeated.see(known.start, "msgid", "", (context and context.text, known.text))
        for form in entry.forms:
            source = entry.source(form.form)
            if source and not form.text:
                _add(builder, source.text, form.start, form.end, newline)
        many = entry.sources.get("msgid_plural")
        if many and len(entry.forms) == 1 < header.many and not entry.is_filled:
            end = entry.forms[0].end
            _add(builder, many.text, end, end, newline, before=f"{newline}msgstr[1] ")
    repeated.end()
    return builder.build(lambda text: encode(_finished(text, entries, header, newline)))


def _add(
    builder: Builder, source: str, start: int, end: int, newline: str, before: str = ""
) -> None:
    """Add what a string is made of, if it has words; `before` comes before its translation."""
    value = Value(source, mnemonics=True, named=True)
    if value.has_words:
        builder.add(start, end, value.marked, _Writer(value, newline, before))


def _entries(text: str) -> Iterator[_Entry]:
    """Yield all entries in order."""
    entry = _Entry({}, [])
    before = "msgstr"
    for string in _strings(text):
        if string.keyword not in _FOLLOWING[before]:
            line = text.count("\n", 0, string.start) + 1
            raise InputError(f"line {line}: {string.keyword} cannot follow {before}")
        if before == "msgstr" != string.keyword:
            if entry.sources or entry.forms:
                yield entry
            entry = _Entry({}, [])
        before = string.keyword
        if before == "msgstr":
            entry.forms.append(string)
        else:
            entry.sources[before] = string
    if before != "msgstr":
        raise InputError(f"it ends behind a {before}: the msgstr is missing")
    if entry.sources or entry.forms:
        yield entry


class _Header(NamedTuple):
    """What a catalogue says of itself once it is translated."""

    text: str
    """The quoted parts."""
    many: int = 0
    """How many forms a plural has; 0: as many as stand there."""


def _header(text: str, entries: Sequence[_Entry], reading: Reading) -> _Header:
    """Return the header for the target's language.

    One that names the source's language stays where somebody has translated: into that one.
    """
    said = next((e.forms[0] for e in entries if e.is_header), None)
    raw = text[said.start : said.end] if said else ""
    language, plural = _LANGUAGE.search(raw), _PLURAL.search(raw)
    filled = [entry for entry in entries if entry.is_filled and not entry.is_header]
    target, source = reading.target or "", base_language(reading.source or "")
    is_new = language is not None and (
        not language[2] or (base_language(language[2]) == source and not filled)
    )
    wanted = plural_forms(target)
    count = 0
    if plural and wanted and (is_new or "INTEGER" in plural[2]):
        count, formula = wanted
        value = f"nplurals={count}; plural={formula};"
        if any(len(e.forms) != count for e in filled if "msgid_plural" in e.sources):
            count = 0
        elif _CUT.sub("", value) != _CUT.sub("", plural[2]):
            raw = raw[: plural.start(2)] + value + raw[plural.end(2) :]
    if is_new and target:
        raw = _LANGUAGE.sub(lambda found: f"{found[1].rstrip()} {target}", raw, count=1)
    return _Header(raw, count)


def _finished(text: str, before: Sequence[_Entry], header: _Header, newline: str) -> str:
    """Return a translated catalogue with its header, and all forms of what has any now.

    Args:
        text: the catalogue.
        before: its entries before they were translated.
        header: what it says of itself.
        newline: what ends its lines.
    """
    parts: list[str] = []
    position = 0
    for old, new in zip(before, _entries(text), strict=True):
        if new.is_header:
            start, end, written = new.forms[0].start, new.forms[0].end, header.text
            header = header._replace(text=text[start:end])
        elif "msgid_plural" in new.sources and new.is_filled and not old.is_filled:
            start = text.rfind("\n", 0, new.forms[0].start) + 1
            end, written = new.forms[-1].end, newline.join(_forms(text, new, header.many))
        else:
            continue
        parts += [text[position:start], written]
        position = end
    return "".join([*parts, text[position:]])


def _forms(text: str, entry: _Entry, count: int) -> Iterator[str]:
    """Yield so many forms of an entry; one that is empty is said as its source is."""
    forms = sorted(entry.forms, key=lambda form: form.form)
    last = len(forms) - 1
    for number in range(count or last + 1):
        which = last if count == 1 else number
        form = forms[min(which, last)]
        if not form.text or which > last == 0:
            form = entry.source(which) or form
        yield f"msgstr[{number}] {text[form.start : form.end]}"


def _strings(text: str) -> Iterator[_String]:
    """Yield all strings in order; a comment ends one."""
    current: _String | None = None
    position = 0
    for number, line in enumerate(text.split("\n"), start=1):
        start, position = position, position + len(line) + 1
        line = line.rstrip("\r")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        quoted = _QUOTED.fullmatch(found[3]) if found and found[3] else None
        if found is None or quoted is None or not (found[1] or current):
            raise InputError(f'line {number}: not a keyword and a "string"')
        place = start + found.start(3), start + found.end(3)
        if found[1]:
            if current is not None:
                yield current
            form = int(found[2][1:-1]) if found[2] else 0
            current = _String(found[1], form, _read(quoted[1]), *place)
        elif current is not None:
            current = current._replace(text=current.text + _read(quoted[1]), end=place[1])
    if current is not None:
        yield current


def _read(raw: str) -> str:
    def resolve(found: re.Match[str]) -> str:
        octal, hexadecimal, letter = found.groups()
        if letter is None:
            return chr(int(octal, 8) if octal else int(hexadecimal, 16))
        return _LETTERS.get(letter, letter)

    return _ESCAPE.sub(resolve, raw)


class _Writer:
    def __init__(self, value: Value, newline: str, before: str) -> None:
        self._value, self._newline, self._before = value, newline, before

    def __call__(self, translated: Marked) -> Template:
        """Write one string, or one for each line below an empty one, as the tools do."""
        lines = re.findall(r"[^\n]*\n|[^\n]+", self._value.write(translated))
        quoted = ['"' + "".join(_ESCAPED.get(c, c) for c in line) + '"' for line in lines]
        written = self._newline.join(quoted if len(quoted) < 2 else ['""', *quoted])
        return (self._before + written,)
