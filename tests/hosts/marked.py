"""Texts with tags and wrapped lines: what is read of them, and what becomes of their marks.

    html.jsonl              {"text", "read", "marks"} of pieces of HTML, as in plain.jsonl
    translate_markup.jsonl  of the tiny bundle with symbols, {"text", "markup", "beam_size",
                            "n_best", "texts", "sentences"}, these as {"source", "start", "end",
                            "text", "spans", "source_spans", "carried", "doubts", "features"} (to
                            four digits); and {"text", "stream"} with its pieces joined
    fragments.jsonl         (large) {"text", "plain", "read", "marks"}
    placed.jsonl            (large) as markup.jsonl, of any marks and any attention

Places count code points: spans in the sentence's translation, all others in the text given.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from allez import Sentence, Translator
from allez.text.elements import base_language
from allez.text.markup import Mark, Marked
from allez.translate.alignment import Alignment, units
from allez.translate.fragment import Fragment
from allez.translate.markup import place
from allez_export import toy
from support.marks import nested

MASKED = Path(__file__).parents[2] / "spec" / "bundles" / "tiny_entities"

HTML = (
    "Il pleut.",
    "Cliquez <b>ici</b> pour continuer.",
    "Fish &amp; chips &lt;3 &eacute;t&#233; &#xE9; &nbsp;&hellip; &notanentity; &amp",
    "&NotEqualTilde; &nvlt; &copy; &#0; &#128; &#x80; &#13; &#55296; &#1114112; &#xFFFF; &#1;",
    "&notit; &amplitude; &notin; &#12 &#; &#x; &x; &AMP;",
    "un\tdeux\r\ntrois\fquatre",
    "<p>Un <b>mot</p><p>deux</b> mots</p>",
    "<ul><li>un</li><li>deux<br>trois</li></ul>",
    "<h1 class=x>Titre</h1>Texte <img src='a.png' alt=x> <wbr/>fin",
    "un <code>a &lt; b</code> deux <kbd>x</kbd>, trois",
    "<script>if (a < b) { c('</p>') }</script>un<style>b > i {}</style>",
    "un <!-- deux <b> --> trois <![CDATA[x]]> <?php echo '<b>' ?> quatre",
    "<!DOCTYPE html><html lang=fr><body>un</body></html>",
    "<textarea><b>un</b></textarea> deux <title>trois</title>",
    "<div translate='no'>un <div>deux</div> trois</div>quatre",
    "<span class='a notranslate b'>un</span> <span class=notranslated>deux</span>",
    "<b translate=&#110;o>un</b> deux <b data-translate=no>trois</b>",
    "H<sub>2</sub>O et m<sup>2</sup>",
    "<b><i></b></i> un </b> deux <b>",
    "a < b > c <3 <> </> </ b> <b",
    "<a href='x>y' title=\"a'b\">un</a> <a href=a\"b>deux</a> <a href='un>trois</a>",
    "<B>un</b> <İ>deux</İ> <é>x</é> <b\u00e9>y</B\u00e9>",
    "<svg><text>un</text></svg> deux <ruby>漢<rt>kan</rt></ruby> 😀 <b>😀</b>",
    "<table><tr><td>un<td>deux</table>",
    "un\n\n<b>deux\ntrois</b>\n",
    "<p>Un\n  texte  \n</p>\n\n<p>deux</p>",
    "<br><br/>un<br />",
    "<x-a>un</x-a> <o:p>deux</o:p>",
    "",
    "\ufeffun <b>deux</b>",
    '<b translate a=="x y=">un</b> <b translate=\'no">deux\'>trois</b>',
    "<b>&#000000000065; &#x0000000041; &#99999999999999999999; &#\u0664; &#xfffffffffff;</b>",
)

PLAIN = (
    "Je vois un <b>chat noir</b>.",
    "Le <em>voisin</em> aime les <strong>petites fleurs</strong> et le <a href='x'>chat</a>.",
    "<b>Je vois <i>le chat</i></b> noir",
    "Nous vendons deux <b>tables</b> à 5 590 € et <i>a@b.fr</i>.",
    "Le chat noir voit le voisin\ndans le petit jardin vert et le chien",
    "Je vois le <b>chat\nnoir</b> du voisin.\n\n<i>Elle vend</i> des fleurs",
    "<p>Je vois le chat.</p><p>Tu vois le <b>chien</b>.</p>",
    "<b>\U0001f600 Je vois</b> Zorglub et <i>Élodie Traoré</i> 😀",
    "JE VOIS <b>LE CHAT</b> NOIR.",
    "un <code>chat noir</code> dort",
    "<b>12 000</b>",
    "Je **vois** le chat _noir_*.",
    "*Je vois le chat. Tu vois le chien.*",
    "Je vois<br>le chat<br/>noir",
    "- <b>Je vois</b> le chat\n- tu vends <i>trois</i> tables",
    "<b>世界</b> et le chat",
    "\ufeffJe vois <b>le chat</b>.",
)
PIECES = """Je vois|le chat|noir|. |, | |  |\n|\r\n|\n\n|<b>|</b>|<i class='x'>|</i>|<br>|<br/>|
    <BR />|<p>|</p>|<li>|</li>|<div>|</div>|<code>|</code>|<pre>|</pre>|<img src=x>|
    <a href="?a=1&amp;b">|</a>|<span translate="no">|</span>|
    <!-- x -->|<script>|</script>|<title>|</title>|<sub>|</sub>|
    &amp;|&nbsp;|&eacute;|&#8230;|&notit;|&lt;b&gt;|&|<|>|</|<?x?>|<!x>|é|😀|-|
    une très longue ligne|qui va plus loin|clé: |x = 3|5 590|ﬁ|\u00a0|\ufeff|'|"|=|
    *|*|**|***|_|__|~~|~|`|(|)|mot*|*mot|**mot**|__init__|_é_"""

READ = (
    "un",
    "deux",
    ",",
    ".",
    "l'eau",
    "{0}",
    "12,5\u00a0€",
    "»",
    "\U00010400\U00010401",
    "e\u0301t",
)
SAID = ("one", "two", ",", "{0}", "€12.5", "don't", "\u201d", "😀", ".", "\U00010400", "e\u0301")


def _marks(marked: Marked) -> list[list[Any]]:
    return [list(mark) for mark in marked.marks]


LANGUAGES = (
    *("fr", "FR", "fr-FR", "fr_CA", "fr-Latn-CH", " fr ", "fr-", "frr", "fra", "", " ", "-", "_"),
    *(
        "en",
        "en-GB",
        "EN_us",
        "zh-Hant",
        "zh_Hant_TW",
        "de-1996",
        "x-klingon",
        "und",
        "mul",
        "es-419",
    ),
    *("pt-BR", "fr FR", "i-navajo", "français", "fr--FR", "\tde\n"),
)
"""What `lang` says, of any page."""


def html_cases() -> Iterator[dict[str, Any]]:
    """Yield pieces of HTML with what is read of them."""
    for text in HTML:
        marked = Fragment(text).marked
        yield {"text": text, "read": marked.text, "marks": _marks(marked)}


def language_cases() -> Iterator[dict[str, Any]]:
    """Yield what elements say of their language, and which language that is."""
    for said in LANGUAGES:
        yield {"said": said, "language": base_language(said)}


def fragment_cases(count: int) -> Iterator[dict[str, Any]]:
    """Yield texts put together from what is markup, and what only looks so."""
    generator = random.Random(count)
    pieces = PIECES.replace("|\n    ", "|").replace("\n    ", "").split("|")
    for _ in range(count):
        text = "".join(generator.choices(pieces, k=generator.randint(0, 16)))
        plain = generator.random() < 0.5
        marked = Fragment(text, plain=plain).marked
        yield {"text": text, "plain": plain, "read": marked.text, "marks": _marks(marked)}


def _described(sentence: Sentence) -> dict[str, Any]:
    return {
        "source": sentence.source,
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text,
        "spans": sentence.hypotheses[0].spans,
        "source_spans": sentence.source_spans,
        "carried": sentence.carried,
        "doubts": sentence.doubts,
        "features": {name: round(value, 4) for name, value in sentence.features.items()},
    }


def _tagged(generator: random.Random, text: str) -> str:
    """Return a sentence with tags around one or two of its phrases."""
    words = text.split(" ")
    for tag in generator.sample(("b", "i", "a href='x'", "code", "q"), generator.randint(1, 2)):
        start = generator.randrange(len(words))
        end = min(len(words) - 1, start + generator.randint(0, 2))
        words[start] = f"<{tag}>{words[start]}"
        words[end] = f"{words[end]}</{tag.split()[0]}>"
    return " ".join(words)


def translated_cases() -> Iterator[dict[str, Any]]:
    """Yield what the tiny bundle with symbols makes of texts with markup."""
    generator = random.Random(5)
    tagged = [_tagged(generator, source) for source, _ in toy.pairs(31, 12)]
    with Translator(MASKED, threads=1) as translator:
        for text in (*PLAIN, *tagged, *HTML[1::4]):
            for markup, beam_size, n_best in ((None, 4, 3), ("html", 1, 1)):
                asked: dict[str, Any] = {"beam_size": beam_size, "n_best": n_best}
                found = translator.translate(text, markup=markup, **asked)
                sentences = [_described(sentence) for sentence in found.sentences]
                case = {"text": text, "markup": markup, **asked, "texts": found.texts}
                yield {**case, "sentences": sentences}
            yield {"text": text, "stream": "".join(translator.stream(text))}


def _drawn(generator: random.Random, text: str) -> list[Mark]:
    """Return marks that nest, anywhere in a text."""
    return nested(
        text,
        place=generator.randint,
        goes_on=lambda: generator.random() < 0.6,
        is_point=lambda: generator.random() < 0.3,
        deepest=2,
    )


def _text(generator: random.Random, words: Sequence[str]) -> str:
    return "".join(
        word + generator.choice((" ", " ", "")) for word in generator.choices(words, k=7)
    )


def _tokens(text: str) -> list[tuple[int, int]]:
    """Return where the tokens of a text stand: its units, and prices that are symbols."""
    prices = [(m.start(), m.end()) for m in re.finditer("12,5\u00a0€|€12.5", text)]
    others = [u for u in units(text) if not any(u[0] < b and a < u[1] for a, b in prices)]
    return sorted([*others, *prices])


def placed_cases(count: int) -> Iterator[dict[str, Any]]:
    """Yield marks and attention, with where the marks belong."""
    generator = random.Random(count)
    for _ in range(count):
        source, target = _text(generator, READ), _text(generator, SAID)
        sources, targets = [*_tokens(source), (len(source),) * 2], _tokens(target)
        drawn = np.array(
            [[round(generator.random() ** 6, 3) + 0.001 for _ in sources] for _ in targets]
        ).reshape(len(targets), len(sources))
        weights = np.round(drawn / drawn.sum(axis=1, keepdims=True), 4)
        marked = Marked(source, tuple(_drawn(generator, source)))
        alignment = Alignment(source, target, tuple(sources), tuple(targets), weights)
        yield {
            "source": source,
            "marks": _marks(marked),
            "target": target,
            "source_spans": sources,
            "target_spans": targets,
            "weights": weights.tolist(),
            "placed": _marks(place(marked, alignment)),
        }
