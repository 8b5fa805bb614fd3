"""French punctuation, `typography.jsonl`: of texts, and on the whole way of the tiny bundle.

One JSON object a line: {"text", "kept", "written", "places", "stable"}, where places are of each
character of the text, and `stable` is the part of it that is decided if more follows; and, of
`tiny_entities` with `target.typography` set, {"text", "prefix", "beam_size", "translation",
"spans", "stream"}. Places count code points.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allez import Translator
from allez.text import stable, typeset
from support.bundles import make

TEXTS = """Où est la pharmacie?
Où est la pharmacie ?
Attends ! Non; oui: bien.
Quoi?! Non!!! Vraiment ?!
Il a dit: "Je viens."
"Je viens", dit-il, "demain".
« Je viens »
«Je viens»
Il est 12:30 et 9 h 05.
Voir https://a.fr/x?y=1;z
Salut :) et ;-) et :-(
(quoi?) [non!] (!)
L'écran a 15" de large.
L'"autre" et "l'un"
Il part."
"Il vient.
"" et " seul "
!Hola? ¿Qué?
Le titre: "Où?" est long.
Note : voir page 5 ; merci !
?
: oui
a:b c;d e?f
Fin…? Oui...!
"Quoi?", dit-elle.
Le «mot», le « mot ».
Prix: 5 € ; total: 10 €!
C'est "important"!
"*Non*!"
Dis "oui" ?
Vite, viens ! »
𝒜? "😀" !
A  ?  B  !
Où\u00a0? Là\u202f! Et\u00a0: « \u00a0oui »
""".splitlines()
KEPT = (
    ("Voir http://a.fr/? et http://a.fr/;!", [[5, 17], [21, 34]]),
    ('Tape `a ? "b"`? Oui.', [[5, 14]]),
    ("À 17\u00a0h\u00a030? Oui; 5\u00a0590: non", [[2, 9], [16, 21]]),
    ('"😀 a@b.fr": oui', [[3, 9]]),
)
PIECES = (*'?!;:«»"', *"?!;: \u00a0\u202f", " ", "a", "5", "é", "😀", "(", ")", "'", ".", "-", "…")
PREFIXES = ('I see: "the', "You see? I", 'He says "no"! The', "I see; the")
SOURCES = ("Je vois 5 590 chats noirs.", "Elle aime a@b.fr et 12,5 % !", "Je vois le chat.")


def _typed(text: str, kept: list[list[int]]) -> dict[str, Any]:
    spans = [(start, end) for start, end in kept]
    found = typeset(text, spans)
    places = [list(place) for place in zip(found.starts, found.ends, strict=True)]
    return {
        "text": text,
        "kept": kept,
        "written": found.text,
        "places": places,
        "stable": stable(text),
    }


def typography_cases() -> Iterator[dict[str, Any]]:
    """Yield texts with their typography, then translations."""
    for text in TEXTS:
        yield _typed(text, [])
    for text, kept in KEPT:
        yield _typed(text, kept)
    generator = random.Random(2)
    for _ in range(120):
        text = "".join(generator.choices(PIECES, k=generator.randint(1, 14)))
        start = generator.randint(0, len(text))
        end = generator.randint(start, len(text))
        yield _typed(text, [[start, end]] if start < end else [])
    with tempfile.TemporaryDirectory() as folder:
        edits = [{"set": "target.typography", "to": "fr"}]
        with Translator(make("tiny_entities", edits, Path(folder)), threads=1) as translator:
            for text in SOURCES:
                for prefix in PREFIXES:
                    found = translator.translate(text, prefix=prefix, beam_size=2)
                    spans = [list(span) for span in found.sentences[0].hypotheses[0].spans]
                    yield {
                        "text": text,
                        "prefix": prefix,
                        "beam_size": 2,
                        "translation": found.text,
                        "spans": spans,
                        "stream": "".join(translator.stream(text, prefix=prefix)),
                    }
