"""Strings of programs and cells of tables: placeholders, tags and mnemonics in them, and prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from allez.documents.document import Template
from allez.documents.inline import Gatherer, Inline
from allez.documents.messages import Choice, choices
from allez.documents.wrapping import wrap
from allez.text.markup import OUTSIDE, Mark, Marked
from allez.text.references import unescape
from allez.text.tags import scan
from allez.text.wrapped import joints

_BOLD = r"(?<![\w*])\*\*(?P<bold>\S|\S[^*\n]*[^\s*])\*\*(?![\w*])"
_NUMBERED = re.compile(rf"<(?P<close>/?)(?P<number>\d{{1,3}})\s*(?P<single>/?)>|{_BOLD}")
"""Tags that stand for a component of a program, `<0>text</0>`, `<1/>`; and bold of Markdown."""
_REFERENCE = re.compile(r"&(?:[a-zA-Z]\w*|#\d+|#x[0-9a-fA-F]+);")
_MNEMONIC = re.compile(
    r"(?<![\w&])_(?=[^\W\d_])|(?<![\w&])&(?![a-zA-Z]\w*;)(?=[^\W\d_])"
    r"|(?<=[^\W\d_])&(?!\w+;)(?=[a-zß-öø-ÿ])"
)
"""Before a letter to press, `&Fichier`, `_Fichier`; or within a word, `É&dition`, but not `R&D`."""
_OPTION = re.compile(r"[ \t]*-{1,2}[A-Za-z?][^\n]{0,80}? {2,}(?=\S[^\n]*\n*\Z)")
"""What a program may be told, up to what is said of it in the next column of a help's line."""
_BLANK_LINE = "\n\n"
_SPECIAL = frozenset("<>&{}%$#_@*|:\t\\")
"""What is set apart has one of these."""
_SIGNS = frozenset("_/\\@#=<>|~^*+[]")
"""Signs that stand in names of things rather than in words of a language."""
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_FORMULA = re.compile(r"\s*=[^\s=>]")
_LINE_ENDS = re.compile(r"(?<!\\[nr])(?:\\[nr])+\s*\Z")
"""Line ends as they are spelled, behind a string."""
_EITHER = re.compile(r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’-]+/[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’-]+")


def escape_text(text: str) -> str:
    """Spell text between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_value(text: str, quote: str) -> str:
    """Spell the value of an attribute between its quotes."""
    spelled = escape_text(text)
    return spelled.replace("'", "&#39;") if quote == "'" else spelled.replace('"', "&quot;")


class Value:
    """A string with what must stay as it is set apart.

    Messages that an argument of ICU chooses from, columns and paragraphs are read behind the
    string, a blank line between.

    Args:
        text: the string, its escapes resolved.
        mnemonics: one `_` or `&` before a letter marks a key to press.
        named: a program puts a value in place of `:name`.
    """

    __slots__ = ("_given", "_mnemonic", "_named", "_referenced", "_sections", "_width", "marked")

    def __init__(self, text: str, *, mnemonics: bool = False, named: bool = False) -> None:
        self._given, self._named = text, named
        self._referenced = bool(_REFERENCE.search(text))
        marks = list(_MNEMONIC.finditer(text)) if mnemonics else []
        self._mnemonic = marks[0].start() if len(marks) == 1 else -1
        self._width = max(map(len, text.split("\n"))) if joints(text) else 0
        self._sections = self._read_all(nested=True)
        texts = [section.marked.text for section in self._sections]
        if len(texts) > 1 and any(_BLANK_LINE in f"\n{text}\n" for text in texts):
            self._sections = self._read_all(nested=False)  # or it would pass for one in between
        self.marked = self._joined()
        """What is translated."""

    @property
    def has_words(self) -> bool:
        """Whether there is anything to translate."""
        return any(section.has_words for section in self._sections)

    def _read_all(self, *, nested: bool) -> list[Inline]:
        """Read the string, and all messages in it; each number in a template is one of these."""
        if _SPECIAL.isdisjoint(self._given) and not _OPTION.match(self._given):
            return [Inline(Marked(self._given), (), ())]
        sections: list[Inline] = []
        places = [(0, len(self._given))]
        marks = 0
        for start, end in places:
            gatherer = Gatherer(percent=True, named=self._named, first=marks)
            position = start
            for choice in choices(self._given, start, end):
                self._tags(gatherer, position, choice.start, is_message=start > 0)
                messages = self._said(choice) if nested else ()
                gatherer.word(self._argument(choice, messages, len(places)))
                places += messages
                position = choice.end
            self._tags(gatherer, position, end, is_message=start > 0)
            sections.append(gatherer.finish(spaced=True))
            marks += len(sections[-1].opens)
        return sections

    def _said(self, choice: Choice) -> list[tuple[int, int]]:
        """Return the messages of an argument that say anything, without white space around."""
        found: list[tuple[int, int]] = []
        for start, end in choice.messages:
            said = self._given[start:end].strip()
            if said:
                begin = self._given.index(said, start)
                found.append((begin, begin + len(said)))
        return found

    def _tags(self, gatherer: Gatherer, start: int, end: int, *, is_message: bool) -> None:
        """Gather a stretch in which nothing is chosen."""
        for found in _NUMBERED.finditer(self._given, start, end):
            self._unnumbered(gatherer, start, found.start(), is_message=is_message)
            if found["bold"]:
                gatherer.open("**", ("**",))
                self._tags(gatherer, *found.span("bold"), is_message=is_message)
                gatherer.close("**", ("**",))
            elif found["single"]:
                gatherer.point((found[0],))
            elif found["close"]:
                gatherer.close(found["number"], (found[0],))
            else:
                gatherer.open(found["number"], (found[0],))
            start = found.end()
        self._unnumbered(gatherer, start, end, is_message=is_message)

    def _unnumbered(self, gatherer: Gatherer, start: int, end: int, *, is_message: bool) -> None:
        """Gather a stretch without numbered tags."""
        for token in scan(self._given[start:end], xml=True):
            first, last = token.start + start, token.end + start
            raw = self._given[first:last]
            if token.name.lower() == "br":
                gatherer.point((raw,), space=True)
            elif token.kind == "open":
                gatherer.open(token.name, (raw,))
            elif token.kind == "close":
                gatherer.close(token.name, (raw,))
            elif token.kind != "text":
                gatherer.point((raw,))
            else:
                self._text(gatherer, first, last, is_message=is_message)

    def _argument(
        self, choice: Choice, messages: Sequence[tuple[int, int]], number: int
    ) -> Template:
        """Return how an argument is written whose messages have the numbers from this one on."""
        markup: list[str | int] = []
        position = choice.start
        for start, end in messages:
            markup += [self._given[position:start], number]
            position, number = end, number + 1
        return (*markup, self._given[position : choice.end])

    def _text(self, gatherer: Gatherer, start: int, end: int, *, is_message: bool) -> None:
        """Gather a stretch without tags; the number of a plural form is a word, a tab a point."""
        position = start
        if not start and (option := _OPTION.match(self._given)) and option.end() <= end:
            gatherer.point((option[0],))
            position = option.end()
        numbers = "#" if is_message else ""
        stops = [at for at in range(position, end) if self._given[at] in ("\t", numbers)]
        if position <= self._mnemonic < end:
            stops = sorted([*stops, self._mnemonic])
        for at in stops:
            gatherer.text(self._read(self._given[position:at]))
            sign = (self._given[at],)
            if sign == ("#",):
                gatherer.word(sign)
            else:
                gatherer.point(sign, space=sign == ("\t",))
            position = at + 1
        gatherer.text(self._read(self._given[position:end]))

    def _read(self, raw: str) -> str:
        return unescape(raw) if self._referenced else raw

    def _joined(self) -> Marked:
        if len(self._sections) == 1:
            return self._sections[0].marked
        text = ""
        marks: list[Mark] = []
        for section in self._sections:
            text += _BLANK_LINE if marks or text else ""
            base = len(marks)
            for kind, start, end, parent in section.marked.marks:
                parent = OUTSIDE if parent == OUTSIDE else parent + base
                marks.append(Mark(kind, start + len(text), end + len(text), parent))
            text += section.marked.text
        return Marked(text, tuple(marks))

    def write(self, translated: Marked) -> str:
        """Return the string of a translation, before it is escaped."""
        escape: Callable[[str], str] = escape_text if self._referenced else str
        written: dict[int, str] = {}
        parts = self._divided(translated)
        for number in range(len(parts) - 1, -1, -1):
            template = self._sections[number].write(parts[number], escape)
            written[number] = "".join(p if isinstance(p, str) else written[p] for p in template)
        return self._wrapped(written[0])

    def _divided(self, translated: Marked) -> list[Marked]:
        """Return the translation of each section; all as they were if they cannot be told apart."""
        texts = translated.text.split(_BLANK_LINE) if len(self._sections) > 1 else [translated.text]
        if len(texts) != len(self._sections):
            return [section.marked for section in self._sections]
        parts: list[Marked] = []
        low = first = 0
        for text, section in zip(texts, self._sections, strict=True):
            last = first + len(section.opens)
            marks = tuple(
                Mark(
                    kind,
                    min(max(start - low, 0), len(text)),
                    min(max(end - low, 0), len(text)),
                    OUTSIDE if parent == OUTSIDE else parent - first,
                )
                for kind, start, end, parent in translated.marks[first:last]
            )
            parts.append(Marked(text, marks))
            low, first = low + len(text) + len(_BLANK_LINE), last
        return parts

    def _wrapped(self, text: str) -> str:
        """Return a text whose lines are no wider than before, if they were broken to fit."""
        if not self._width:
            return text
        lines = (wrap(line.split(" "), self._width) for line in text.split("\n"))
        return "\n".join(" ".join(words) for line in lines for words in line or [[""]])


def is_prose(text: str) -> bool:
    """Tell whether a string is words of a language rather than the name or value of a thing.

    A single word is one unless it has a digit, a sign of names or a capital after its first letter
    (but not all of them capitals); two capitalised ones may have a slash between them (`Oui/Non`).
    What begins with `=` and goes on is a formula.
    """
    text = _MNEMONIC.sub("", _TAG.sub(" ", _LINE_ENDS.sub("", text)))
    text = re.sub(_BOLD, r"\g<bold>", text)
    words = text.split()
    if not any(map(str.isalpha, text)) or _FORMULA.match(text):
        return False
    if len(words) > 1:
        return any(is_prose(word) for word in words) or "{" in text
    word = words[0].strip(".,;:!?…()«»\"'")
    if _EITHER.fullmatch(word):
        return True
    inner = word[1:]
    named = any(c in _SIGNS or c.isdigit() for c in word) or "." in inner or "://" in word
    camel = any(map(str.isupper, inner)) and not word.isupper()
    return len(word) > 1 and not named and not camel
