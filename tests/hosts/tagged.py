"""Texts with tags that are seldom well made, read by Python, and written with another translation.

    written.jsonl  (large) {"text", "plain", "target", "sentences", "written", "said"}

"target" and "sentences" are a made-up translation of what is read of the text, each [start, end,
target start, source spans, target spans, order]: the n-th token of the target attends to the source
token order[n]. "written" is that translation with the tags, "said" of each sentence in it [start,
end, text, source spans, target spans]. Places count code points.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from allez.translate.alignment import sentence_starts
from allez.translate.fragment import Fragment
from support.documents import WordByWord

PIECES = """Bonjour|le monde|du pain et de l'eau|porte-monnaie|Il pleut.|deux mille deux cents| |
    |, |. |!|« |»|1 200|é|😀|𝐀|e\u0301|\ufeff|\u00a0|-|:|=|(un)|{0}|plus de vingt-cinq lettres|
    <b>|</b>|<i class='x'>|</i>|<a href="?a=1&amp;b">|</a>|<em>|</em>|<p>|</p>|<li>|<br/>|<br>|
    <BR />|<img src=x>|<wbr>|<code>a b</code>|<pre>\n un</pre>|<script>un</script>|<sup>|</sup>|
    <span translate="no">x</span>|<span class="a notranslate">un</span>|<svg><b></svg>|<x>|</x>|
    <!-- x -->|<!x>|<?y?>|&amp;|&nbsp;|&eacute;|&#8217;|&#x80;|&notit;|&foo;|&|<|>|</|<b|"|'"""


def written_cases(count: int) -> Iterator[dict[str, Any]]:
    """Yield texts with what is written of a translation."""
    generator = random.Random(count)
    pieces = [piece for piece in PIECES.replace("|\n    ", "|").split("|") if piece] + ["\n"] * 4
    for _ in range(count):
        chosen = generator.choices(pieces, k=generator.randint(1, 14))
        text = "".join(piece + generator.choice(("", "", " ")) for piece in chosen)
        yield _case(text, generator, plain=generator.random() < 0.5)


def _case(text: str, generator: random.Random, *, plain: bool) -> dict[str, Any]:
    fragment = Fragment(text, plain=plain)
    translator = WordByWord(backwards=generator.random() < 0.5, dropped=("le", "de", "e"))
    translation = translator.translate(fragment.marked.text)
    done = fragment.translated(translation)
    return {
        "text": text,
        "plain": plain,
        "target": translation.text,
        "sentences": [
            [
                sentence.start,
                sentence.end,
                start,
                sentence.source_spans,
                sentence.hypotheses[0].spans,
                [source for source, _ in sentence.alignment],
            ]
            for sentence, start in zip(
                translation.sentences, sentence_starts(translation), strict=True
            )
        ],
        "written": done.text,
        "said": [
            [s.start, s.end, s.text, s.source_spans, s.hypotheses[0].spans] for s in done.sentences
        ],
    }
