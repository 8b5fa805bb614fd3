"""A translator without a model: upper case for translation, no ONNX Runtime, no bundle.

Imported, it offers `FakeTranslator` and `install`. Run as a program, it is `allez` on top of it:

    python fake_translator.py translate -i in.txt -o out.txt

The environment variables FAKE_STOP (a line at which the work stands still for ever) and FAKE_LOG (a
file that gets every line that is worked on) make runs that can be killed and looked at.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace, TracebackType
from typing import Any

import numpy as np

from allez.answers import SelfTest
from allez.bundle.manifest import FileEntry, Input, Manifest, SourceSide, TargetSide
from allez.errors import BundleNotFoundError, OptionError
from allez.options import OptionChanges, TranslateOptions, merged
from allez.results import Hypothesis, Sentence, Translation
from allez.tasks import opening

MANIFEST = Manifest(
    format_version=2,
    name="fake",
    version="1.2",
    task="translate",
    input=Input("text", tokens=100),
    source=SourceSide("fr", "tokenizer", 8, 2),
    target=TargetSide("en", "tokenizer", 8, 1, 2),
    files={"encoder": FileEntry("encoder.onnx", 5, "00" * 32)},
    states=(),
    memory_width=1,
    key_width=1,
    attention="general",
    target_per_source=2.0,
    target_extra=10,
    beam_size=4,
    length_penalty=1.0,
    optimization_level="basic",
    minimum_onnxruntime="1.23.2",
    precision="int8",
    license="CC-BY-4.0",
    training_data=(),
    scores={},
    made_with={},
)


def spans_of(text: str, count: int) -> tuple[tuple[int, int], ...]:
    """Return where each of `count` words of a text stands."""
    found, position = [], 0
    for word in text.strip().split(" "):
        start = text.index(word, position)
        position = start + len(word)
        found.append((start, position))
    assert len(found) == count
    return tuple(found)


def sentence(source: str, text: str, n_best: int = 1) -> Sentence:
    """Return a sentence of which each word is a token that attends to itself."""
    source_tokens = ("▁" + source.strip().replace(" ", " ▁")).split(" ")
    tokens = ("▁" + text.strip().replace(" ", " ▁")).split(" ")
    attention = np.full((len(tokens), len(source_tokens) + 1), 0.1)
    for row in range(len(tokens)):
        attention[row, min(row, len(source_tokens))] = 1 - 0.1 * len(source_tokens)
    hypotheses = tuple(
        Hypothesis(
            text=text if rank == 0 else f"{text} ({rank + 1})",
            tokens=tuple(tokens),
            spans=spans_of(text, len(tokens)),
            score=-0.123456 - rank,
            attention=attention,
            finished=True,
        )
        for rank in range(n_best)
    )
    return Sentence(
        source=source,
        start=0,
        end=len(source),
        source_tokens=(*source_tokens, "</s>"),
        source_spans=(*spans_of(source, len(source_tokens)), (len(source),) * 2),
        hypotheses=hypotheses,
    )


class FakeTranslator:
    """Obeys the interface of `allez.translate.translator.Translator`."""

    threads = 3

    def __init__(self, bundle: str | None = None, *, threads: int | None = None) -> None:
        if bundle == "missing":
            raise BundleNotFoundError("there is no bundle 'missing'", hint="look elsewhere")
        if threads is not None and threads < 1:
            raise OptionError(f"threads must be 1 to 1024, not {threads}")
        self.bundle = SimpleNamespace(manifest=MANIFEST, size=5, path=Path("fake"))
        self.failing = os.environ.get("FAKE_FAILING", "")

    def __enter__(self) -> FakeTranslator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Nothing is held."""

    def translate(
        self, text: str, *, options: TranslateOptions | None = None, **changes: Any
    ) -> Translation:
        checked = merged(options, OptionChanges(**changes))
        if "FAKE_LOG" in os.environ:
            with open(os.environ["FAKE_LOG"], "a", encoding="utf-8") as log:
                log.write(text + "\n")
        while text == os.environ.get("FAKE_STOP"):
            time.sleep(1)  # until the process is killed
        if not any(character.isalpha() for character in text):
            return Translation(source=text, texts=(text,), sentences=())
        done = sentence(text, checked.prefix + text.upper(), checked.n_best)
        return Translation(
            source=text, texts=tuple(h.text for h in done.hypotheses), sentences=(done,)
        )

    def translate_batch(self, texts: Iterable[str], **options: Any) -> Iterator[Translation]:
        """Read a few lines ahead, as the real one does."""
        waiting: list[str] = []
        for text in texts:
            waiting.append(text)
            if len(waiting) == 4:
                yield from (self.translate(text, **options) for text in waiting)
                waiting = []
        yield from (self.translate(text, **options) for text in waiting)

    def selftest(self) -> Iterator[SelfTest]:
        yield SelfTest(text="Bonjour", expected="Hello", translation="Hello", problem=None)
        if self.failing:
            yield SelfTest(text="Merci", expected="Thanks", translation="", problem=self.failing)


def install(modules: dict[str, ModuleType]) -> None:
    """Put the fake where `allez.cli.main` will look for the real one."""
    translator = ModuleType("allez.translate.translator")
    translator.Translator = FakeTranslator  # type: ignore[attr-defined]
    session = ModuleType("allez.model.session")
    versions = {"onnxruntime": "9.9", "providers": "CPUExecutionProvider", "telemetry": "off"}
    session.environment = lambda: dict(versions)  # type: ignore[attr-defined]
    known = ModuleType("allez.tasks.opening")
    vars(known).update(vars(opening) | {"opened": FakeTranslator})
    modules.update({"allez.translate.translator": translator, "allez.model.session": session})
    modules["allez.tasks.opening"] = known


if __name__ == "__main__":
    install(sys.modules)
    from allez.cli.main import main

    sys.exit(main())
