"""`--doubts` of documents: each sentence in doubt is told with its place, and they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from allez.cli import console
from allez.cli.main import main
from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document, translate_marked
from allez.results import Doubt, Sentence, Translation
from allez.text.markup import Mark, Marked
from support.documents import SAMPLES, WordByWord, zipped

Capture = pytest.CaptureFixture[str]
DOUBT = Doubt("number", "vingt", 0, 5)
TOLD = "number: 'vingt' is not accounted for"


@pytest.fixture
def doubtful(
    installed: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """A translator whose translations of sentences with "vingt" are in doubt, in an own folder."""
    monkeypatch.chdir(tmp_path)

    def found(sentence: Sentence) -> tuple[Doubt, ...]:
        return (DOUBT,) if "vingt" in sentence.source else ()

    monkeypatch.setattr(Sentence, "doubts", property(found))
    return monkeypatch


_HTML = "<h1>Un</h1>\n\n<p>Il y a <b>vingt</b>\n mots</p><p>trente</p>\n<img alt='vingt et un'>\n"
_DOCX = {
    "word/document.xml": '<w:d xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/'
    'main"><w:p><w:r><w:t>Un mot</w:t></w:r></w:p><w:p><w:r><w:t>vingt</w:t></w:r></w:p></w:d>'
}


@pytest.mark.parametrize(
    ("name", "content", "places", "count"),
    [
        ("a.html", _HTML, ["line 3: 'Il y a vingt mots'", "line 5: 'vingt et un'"], 4),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nvingt\n", ["line 3: 'vingt'"], 1),
        ("a.csv", 'id,texte\n1,"un\nmot"\n2,vingt\n', ["row 3: 'vingt'"], 2),
        ("a.json", '{\n"a": "un mot",\n"b": "vingt ans"}', ["line 3: 'vingt ans'"], 2),
        ("a.docx", zipped(_DOCX), ["word/document.xml: part 2: 'vingt'"], 2),
        ("a.md", "un mot\n\nencore\n", [], 2),
        ("a.html", f"<p>vingt {'mots ' * 20}</p>", [f"line 1: 'vingt{' mots' * 10} mot…'"], 1),
        ("a.html", "<p>12</p>", [], 0),
    ],
)
def test_sentences_in_doubt_are_told_with_their_places(
    doubtful: object,
    capsys: Capture,
    name: str,
    content: str | bytes,
    places: list[str],
    count: int,
) -> None:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert main([name, "-o", "before/"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main([name, "-o", "out/", "--doubts"]) == 0
    told = [f"doubt: {name}: {place}: {TOLD}" for place in places]
    sentences = "1 sentence" if count == 1 else f"{count} sentences"
    told.append(f"note: {name}: {len(places)} of {sentences} in doubt")
    assert capsys.readouterr() == ("", "\n".join(told) + "\n")
    assert Path("out", name).read_bytes() == Path("before", name).read_bytes()


def test_several_files_are_named_and_one_that_is_broken_is_not_counted(
    doubtful: object, capsys: Capture
) -> None:
    Path("a.html").write_text("<p>vingt</p>")
    Path("b.json").write_text("{")
    Path("c.txt").write_text("un mot\n")
    assert main(["translate", "a.html", "b.json", "c.txt", "-o", "out", "--doubts"]) == 1
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if line.startswith(("doubt: ", "note: "))] == [
        f"doubt: a.html: line 1: 'vingt': {TOLD}",
        "note: a.html: 1 of 1 sentence in doubt",
        "note: c.txt: 0 of 1 sentence in doubt",
    ]


@pytest.mark.parametrize("name", ["a.html", "a.csv", "a.txt"])
def test_quiet_says_nothing(doubtful: object, capsys: Capture, name: str) -> None:
    Path(name).write_text("un,deux\n1,vingt et un mots")
    assert main([name, "-o", "-", "--doubts"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("doubt: ")
    assert main([name, "-o", "-", "--doubts", "-q"]) == 0
    assert capsys.readouterr() == (out, "")
    assert main(["vingt", "--doubts", "-q"]) == 0
    assert capsys.readouterr() == ("VINGT\n", "")


def test_a_sentence_has_all_its_reasons_in_one_line(
    doubtful: pytest.MonkeyPatch, capsys: Capture
) -> None:
    doubtful.setattr(Sentence, "confidence", 0.314)
    doubtful.setattr(Sentence, "doubts", (DOUBT, Doubt("name", "Paul", None, None)))
    Path("a.html").write_text("<p>vingt mots.</p>")
    assert main(["a.html", "-o", "-", "--doubts"]) == 0
    first, _ = capsys.readouterr().err.splitlines()
    reasons = f"confidence: 0.31; {TOLD}; name: 'Paul' is nowhere in the source"
    assert first == f"doubt: a.html: line 1: 'vingt mots.': {reasons}"


@pytest.mark.parametrize("name", FORMATS)
def test_every_segment_has_a_place(name: str) -> None:
    document = FORMATS[name].parse(SAMPLES[name], Reading())
    text = SAMPLES[name].decode("utf-8", "replace").split("\n")
    for number, segment in enumerate(document.segments):
        kind, _, told = document.place(number).rpartition(" ")
        if kind == "line":
            first = next((part for part in segment.raw if isinstance(part, str)), "")
            assert first.split("\n")[0].strip() in text[int(told) - 1]
        else:
            assert kind.endswith(": part")
            assert int(told) == number + 1


def test_a_translation_is_shown_before_the_next_is_made() -> None:
    """So a document of any length holds none of them for the sake of its doubts."""
    told: list[str] = []

    def translate(texts: Iterable[str]) -> Iterator[Translation]:
        for text in texts:
            told.append(f"made {text}")
            yield Translation(source=text, texts=(text,), sentences=())

    def look(number: int, text: str, translation: Translation) -> None:
        told.append(f"shown {text} {number}")

    document = FORMATS["html"].parse(b"<p>un</p><p>deux</p>", Reading())
    assert translate_document(document, translate, look=look) == b"<p>un</p><p>deux</p>"
    assert told == ["made un", "shown un 0", "made deux", "shown deux 1"]


def test_what_is_translated_once_more_is_shown_once_and_as_it_stands() -> None:
    sure = {"Chaise": 0.1, "Table": 0.4, "table": 0.2}
    words = {"Chaise": "Chaise", "chaise": "chair", "table": "board", "[x]": ""}

    def translate(texts: Iterable[str]) -> Iterator[Translation]:
        for answer in WordByWord(words).translate_batch(texts):
            rated = (
                replace(s, rate=lambda text=answer.source: sure.get(text, 0.9))
                for s in answer.sentences
            )
            yield replace(answer, sentences=tuple(rated))

    seen: list[tuple[int, str, str]] = []
    copied = Marked("un [x] mot", (Mark("word", 3, 6),))
    translate_marked(
        [Marked("Chaise"), Marked("deux"), copied, Marked("Table")],
        translate,
        look=lambda number, text, translation: seen.append((number, text, translation.text)),
    )
    assert seen == [
        (1, "deux", "deux"),
        (2, "un [x] mot", "un mot"),
        (0, "Chaise", "chair"),
        (3, "Table", "Table"),
    ]


def test_no_bar_is_torn(doubtful: pytest.MonkeyPatch, capsys: Capture) -> None:
    doubtful.setattr(console, "is_terminal", lambda stream: True)
    Path("a.csv").write_text("id,texte\n1,vingt\n")
    assert main(["a.csv", "-o", "b.csv", "--doubts"]) == 0
    assert all(line.startswith(("doubt", "note")) for line in capsys.readouterr().err.splitlines())
    assert main(["a.csv", "-o", "c.csv"]) == 0
    assert "rows" in capsys.readouterr().err
