"""Subtitles put together from what is found in them, taken apart and written by Python.

    subtitles.jsonl  (large) {"text", "vtt", "segments", "written"}

"segments" are [text, marks] of each, "written" is the file with all of them in capitals, their
marks where they were. Places count code points.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from allez.documents.subtitles import parse_srt, parse_vtt
from support.documents import uppercased

LINES = """Je ne sais pas si|on devrait partir.|- Tu viens ?|- Non, merci.|– Oui. - Ah bon ?|
    (rires)|[musique]|♪ La la la ♪|SORTIE DE SECOURS|<i>Je pense que</i>|<i>la porte|
    va claquer bientôt.</i>|{\\an8}Bonjour M.|Durand, comment|{\\i1}et la mer{\\i0}|
    allez-vous depuis tout ce temps passé loin d'ici, mon ami ?|<v Paul>Où sont les autres ?|
    <00:00:02,500>un <00:00:03,000>deux|fish &amp; chips|12 345|…|Rien, sauf|dit-elle.|😀 un|
    <font color="red">un mot</font> rouge|« Oui »,|{nom} part|MARIE : Tu viens ?|
    <i>PAUL (off): non</i>|M. DUPONT :|>> Un mot|&gt;&gt; TV: et deux|<v.fort Marie>Tu viens</v>|
    <i><v Paul>ici</v></i>|(soupir) Un mot|- [bruit] Non.|(ici) il est"""


def subtitle_cases(count: int) -> Iterator[dict[str, Any]]:
    """Yield files with what is read of them, and one that is written."""
    generator = random.Random(count)
    lines = LINES.replace("|\n    ", "|").split("|")
    for _ in range(count):
        vtt = generator.random() < 0.5
        newline = generator.choice(("\n", "\n", "\r\n"))
        blocks = ["WEBVTT"] if vtt else []
        for number in range(1, generator.randint(1, 4) + 1):
            time = f"00:00:{number:02},000 --> 00:00:{number:02},900"
            said = generator.choices(lines, k=generator.randint(1, 3))
            blocks.append(newline.join([str(number), time, *said]))
        text = (newline * 2).join(blocks) + newline * generator.randint(0, 2)
        document = (parse_vtt if vtt else parse_srt)(text.encode())
        yield {
            "text": text,
            "vtt": vtt,
            "segments": [[s.source.text, s.source.marks] for s in document.segments],
            "written": uppercased(document).decode(),
        }
