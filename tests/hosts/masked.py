"""Texts with entities, as the tiny bundle with symbols translates them: `translate_entities.jsonl`.

One JSON object a line: {"text", "beam_size", "prefix", "keep", "glossary", "max_length",
"translation", "sentences"}, these where the beam is 4 as {"source", "start", "tokens", "spans",
"source_tokens", "source_spans", "finished"}; {"text", "stream"} with its pieces joined; {"text",
"target", "score"} to four digits. Places count code points: spans in the sentence's translation,
source_spans in the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allez import Sentence, Translator

MASKED = Path(__file__).parents[2] / "spec" / "bundles" / "tiny_entities"

TEXTS = (
    "Je vois 5 590 chats noirs.",
    "Zorglub voit le chat noir le 1 400 avril 1987.",
    "Elle aime a@b.fr et 12,5 % le 06 12 34 56 78 mars.",
    "JE VOIS LE CHAT NOIR a@b.fr ET 12,50 €.",
    "Je vois le chat 1 000, 2 000, 3 000, 4 000 et 5 000.",
    "Nous vendons a@b.fr, c@d.fr, e@f.fr, g@h.fr, deux tables, i@j.fr et trois petites fleurs.",
    "09:14:02,331 chat 10.0.0.12 (a@b.fr)",
    "chat : 10.0.0.12 (a@b.fr)",
    "2024-01-01\tle voisin\ta@b.fr\n\nchat\t5 590",
    "Je vois un chat 😀 de Londres. Tu vois Jean-Luc O'Brien et M. Traoré.",
    "Tu vends a@b.fr, a@b.fr et encore a@b.fr.",
    "Les enfants aiment « 8 000 » chats (8 000) et l'11 000 de Zorglub !",
    "Je\u00a0vois  5\u00a0590\u202fchats   noirs.",
    "Je vois 世界 et https://exemple.fr/世界?x=1.",
    "\ue000 voit \ue001 là, 𐐀 et 5 590.",
    "\ufeffTu vois {nom}.\nTu vois %s et <b>le chat.",
    "Zorglub Traoré et Kéita.",
)
KEEP = ("chat noir", "chat", "le", "", "8", "Zorglub")
GLOSSARY = (("chat", "tomcat"), ("petites fleurs", "a flower"), ("voisin", "neighbour"))
PREFIXES = ("I see 5", "I", "A 5,590", "Zorglub s", "we sell c@d")
TARGETS = ("I see 5,590 black cats.", "Zorglub sees 5 590.", "a@b.fr")


def _described(sentence: Sentence) -> dict[str, Any]:
    best = sentence.hypotheses[0]
    return {
        "source": sentence.source,
        "start": sentence.start,
        "tokens": best.tokens,
        "spans": best.spans,
        "source_tokens": sentence.source_tokens,
        "source_spans": sentence.source_spans,
        "finished": best.finished,
    }


def _asked(text: str) -> Iterator[dict[str, Any]]:
    """Yield what a text is translated with."""
    for beam_size in (1, 4):
        yield {"beam_size": beam_size}
        yield {"beam_size": beam_size, "keep": KEEP}
        yield {"beam_size": beam_size, "keep": KEEP[:1], "glossary": GLOSSARY}
    yield {"beam_size": 4, "max_length": 3}
    for prefix in PREFIXES:
        yield {"beam_size": 2, "prefix": prefix}


def masked_cases() -> Iterator[dict[str, Any]]:
    """Yield texts with what the tiny bundle with symbols makes of them."""
    usual: dict[str, Any] = {"prefix": "", "keep": (), "glossary": (), "max_length": None}
    with Translator(MASKED, threads=1) as translator:
        for text in TEXTS:
            for changes in _asked(text):
                asked = {**usual, **changes}
                found = translator.translate(text, **asked)
                case = {"text": text, **asked, "translation": found.text}
                if asked["beam_size"] == 4:
                    case["sentences"] = [_described(sentence) for sentence in found.sentences]
                yield case
            yield {"text": text, "stream": "".join(translator.stream(text))}
            for target in TARGETS:
                score = round(translator.score(text.split("\n")[0], target), 4)
                yield {"text": text.split("\n")[0], "target": target, "score": score}
