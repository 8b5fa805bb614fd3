"""Sentences beside translations that are seldom theirs, with what Python doubts.

One JSON object a line: {"source", "target", "languages", "doubts"}, each of these as [kind, text,
start, end]; places count code points of the source.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from allez.text.checks import doubts
from hosts import french

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "doubts.jsonl"
PIECES = """un|une|deux|trois|quatre-vingt-dix-sept|soixante et onze|deux cent mille|cent|
    pour cent|mille|trois millions|vingts|XIXe|IVe|deuxième|soixante-septième|
    a hundred and five|twice|a dozen|two thousand|fifteen|second|an hundred|bn|1|2|12|1 234|
    1,234.5|1,2,3|1.2.3|12,5|3 %|17 h 30|0|5 590 000|06 12 34 56 78|a@b.fr|https://a.fr/x|{x}|
    %s|moins de|plus de|moins d'|au moins|au plus|pas plus de|au maximum|at least|at most|under|
    more than|fewer than|up to|pas|un pas|jamais|rien|ne|sans|not|don't|never|nobody|
    n'est-ce pas|pourquoi|pas mal|unable|impossible|Élodie|Londres|London|Jean-Luc|ǅungla|𐐀𐐁𐐂|
    İstanbul|-|–|.|,|:|« |?|!|(|\ue000|\ufffd|\u00a0|\u202f|😀|la la|the cat sees the cat|
    had had|vous vous|years|chats|cats|the|le|de|ans|no more than|less than|over|no|n't|can't wait|
    never|midi|quarantaine|une douzaine|dozen|third|neuf|un cent|5 p.m.|17 h|heures|noon|plus|moins|
    au moins|School of|Zorglub|Monday|Jordan|trillion|3,2 Md€|$3.2bn|aucun|personne"""
LANGUAGES = (("fr", "en"), ("fr", "en"), ("en", "fr"), ("en", "fr"), ("de", "en"))


def doubt_cases(count: int) -> Iterator[dict[str, Any]]:
    """Yield pairs with what is in doubt."""
    generator = random.Random(count)
    pieces = PIECES.replace("\n    ", "").split("|")
    files = (VECTORS, VECTORS.with_stem("doubts_en"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    cases = [json.loads(line) for line in lines]
    sides = {
        "source": [case["source"] for case in cases] + list(french.sentences(13, 300)),
        "target": [case["target"] for case in cases],
    }

    def side(name: str) -> str:
        if generator.random() < 0.4:
            return str(generator.choice(sides[name]))
        few = generator.choices(pieces, k=generator.randint(0, 9))
        return "".join(piece + generator.choice((" ", " ", " ", "")) for piece in few)

    for _ in range(count):
        source, target = side("source"), side("target")
        languages = generator.choice(LANGUAGES)
        found = [list(doubt) for doubt in doubts(source, target, languages)]
        yield {"source": source, "target": target, "languages": languages, "doubts": found}
