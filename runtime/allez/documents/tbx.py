"""TBX of any version: the terms that an entry has in two languages."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

from allez.documents.xml import check_xml
from allez.errors import InputError

_ENTRIES = ("termEntry", "conceptEntry")
_LANGUAGES = ("langSet", "langSec")
_TERMS = ("tig", "ntig", "termSec")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_STATUS = "-admn-sts"
"""How a value ends that says whether a term is to be used."""
_PREFERRED, _UNWANTED = "preferredTerm", ("deprecatedTerm", "supersededTerm")


def read_tbx(data: bytes, languages: tuple[str, str]) -> Iterator[tuple[str, str]]:
    """Yield terms of the first language, each with its translation in the second.

    All terms that an entry has in the first language are translated alike: into the one of the
    second that is preferred, else into the first that is not deprecated. Parts of a language that
    name a country count as that language ("fr-CA"), but what is asked for itself goes first.

    Raises:
        InputError: it is no XML, or no entry has both languages.
    """
    check_xml(data)
    met: set[str] = set()
    paired = False
    for entry in ElementTree.fromstring(data).iter():
        if _name(entry) not in _ENTRIES:
            continue
        parts = [(_language(part), part) for part in entry.iter() if _name(part) in _LANGUAGES]
        met |= {language for language, _ in parts}
        here, there = (
            [term for part in _of(parts, language) for term in _terms(part)]
            for language in languages
        )
        wanted = [text for text, status in there if status == _PREFERRED]
        wanted += [text for text, status in there if status not in _UNWANTED]
        if here and wanted:
            paired = True
            yield from ((text, wanted[0]) for text, _ in here)
    if not paired:
        known = ", ".join(sorted(met - {""})) or "none"
        raise InputError(
            f"no entry has a term in {languages[0]!r} and one in {languages[1]!r}",
            hint=f"its languages: {known}",
        )


def base(language: str) -> str:
    """Return a language without its country: "fr" of "fr-CA"."""
    return language.lower().replace("_", "-").partition("-")[0]


def _of(
    parts: list[tuple[str, ElementTree.Element]], language: str
) -> Iterator[ElementTree.Element]:
    """Yield the parts in a language: those of the same country first."""
    same = [part for part in parts if base(part[0]) == base(language)]
    same.sort(key=lambda part: part[0].lower() != language.lower())
    yield from (part for _, part in same)


def _language(part: ElementTree.Element) -> str:
    return part.get(_LANG) or part.get("lang") or ""


def _terms(part: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """Yield the terms of a language with what is said of their use, "" if nothing is."""
    for element in part.iter():
        if _name(element) not in _TERMS:
            continue
        term = next((t for t in element.iter() if _name(t) == "term"), None)
        text = "" if term is None else " ".join("".join(term.itertext()).split())
        notes = [(e.text or "").strip() for e in element.iter()]
        status = next((note for note in notes if note.endswith(_STATUS)), "")
        if text:
            yield text, status.removesuffix(_STATUS)


def _name(element: ElementTree.Element) -> str:
    """Return an element's name without its namespace; comments have none."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
