"""How fast a document is beside its bare sentences.

    PYTHONPATH=tests python -m benchmarks.documents [FORMAT …] [--model BUNDLE] [--beam-size 4]

Processor time on one thread, the two in turns, because other work on the machine slows both down;
every sentence has a word within a tag. Prints the median ratio of each format.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence

from allez import Translator
from allez.documents.formats import FORMATS
from allez.documents.reading import Reading
from allez.documents.translation import translate_document
from support.documents import zipped
from support.french import sentences

SENTENCES, TURNS = 150, 9


def _html(texts: Sequence[str]) -> bytes:
    return _filled("<p>{} <b>{}</b> {}</p>\n", texts).encode()


def _markdown(texts: Sequence[str]) -> bytes:
    return _filled("{} **{}** {}\n\n", texts).encode()


def _docx(texts: Sequence[str]) -> bytes:
    text = '<w:t xml:space="preserve">{}</w:t>'
    run, bold = f"<w:r>{text}</w:r>", f"<w:r><w:rPr><w:b/></w:rPr>{text}</w:r>"
    runs = _filled(f"<w:p>{run}{bold}{run}</w:p>", texts)
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{namespace}"><w:body>{runs}</w:body></w:document>'
    return zipped({"word/document.xml": body})


def _srt(texts: Sequence[str]) -> bytes:
    cue = "{{0}}\n00:{0:02}:{1:02},000 --> 00:{0:02}:{1:02},900\n{{}} <i>{{}}</i>\n{{}}\n\n"
    cues = (cue.format(*divmod(index, 60)) for index in range(len(texts)))
    filled = (c.replace("{0}", "1").format(*_words(t)) for c, t in zip(cues, texts, strict=True))
    return "".join(filled).encode()


def _filled(paragraph: str, texts: Sequence[str]) -> str:
    return "".join(paragraph.format(*_words(text)) for text in texts)


def _words(text: str) -> list[str]:
    """Return the first word, the second, and the others."""
    return text.split(maxsplit=2)


MADE = {"html": _html, "markdown": _markdown, "docx": _docx, "srt": _srt}
"""What makes a document of sentences, by the name of its format."""


def ratio(translator: Translator, name: str, beam_size: int | None) -> float:
    """Return the time of the sentences by that of the document."""
    texts = [text for text in sentences(1, 500) if len(text.split()) > 5][:SENTENCES]
    data = MADE[name](texts)
    plain = [segment.source.text for segment in FORMATS[name].parse(data, Reading()).segments]

    def whole() -> None:
        translate_document(
            FORMATS[name].parse(data, Reading()),
            lambda some: translator.translate_batch(some, beam_size=beam_size),
        )

    whole()
    found = []
    for _ in range(TURNS):
        started = time.process_time()
        for _ in translator.translate_batch(plain, beam_size=beam_size):
            pass
        between_both = time.process_time()
        whole()
        found.append((between_both - started) / (time.process_time() - between_both))
    return statistics.median(found)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description="time a document beside its sentences")
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=f"of {', '.join(MADE)}")
    parser.add_argument("--model", default="fr-en")
    parser.add_argument("--beam-size", type=int)
    arguments = parser.parse_args()
    with Translator(arguments.model, threads=1) as translator:
        for name in arguments.formats or MADE:
            print(f"{name}: {ratio(translator, name, arguments.beam_size):.2f}", flush=True)


if __name__ == "__main__":
    main()
