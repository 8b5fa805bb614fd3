"""What Python makes of many inputs, written down for the other hosts to agree with.

    python -m hosts.cases spec              the small files of spec/ (committed)
    python -m hosts.cases large FOLDER      tens of thousands of cases, made when the tests run

Everything is drawn from a fixed seed. One JSON object a line:

    tokenizer*.jsonl   {"text", "ids", "spans", "decoded"} and {"ids", "decoded"}; spans count code
                       points of the text; tokenizer-*.jsonl begin with {"definition"}, the file
    splits.jsonl       {"text", "max_tokens", "max_characters", "pieces"}
    entities.jsonl     {"names"}, a list of names; then {"text", "forms", "keep", "glossary",
                       "entities", "found_names", "masked"}, and for a made-up translation "target"
                       with symbols: "filled", "places", "settled", and "target_masked" the way back
    search.jsonl       {"table": [V][V][V]}, then {"limit", "options", "prefix", "found"} for it
    search_rules.jsonl the same by the rules of other toolkits, and "asked", symbols or null
    repeats.jsonl      {"rule", "ids", "repeats"}: how often a source says the same in a row; null
                       where the bundle's rule lets loops be
    hostile.jsonl      {"text", "times", "beam_size", "translation"} of the tiny bundle
    shortlist.jsonl    {"source", "candidates"}, and {"text", "beam_size", "translation", "whole"},
                       of the tiny bundle with candidates; whole: without them
    casing.jsonl       {"text", "capitals", "small", "large", "foreign", "alike"}: is it a sentence
                       in capitals; in small letters; in capitals; is its script strange to tiny;
                       are all its letters in things, as of an address; and "begun", "growing",
                       "followed": its beginning as that of a source, and the other way round
    translate.jsonl    of the tiny bundle, {"text", "prefix", "beam_size", "translation"},
                       {"text", "stream"} with its pieces joined, {"text", "target", "score"} to
                       four digits, {"text", "tokens", "spans", "source_tokens", "source_spans"};
                       spans count code points
    translate_entities.jsonl   of the tiny bundle with symbols, see masked.py
    whole.jsonl, blanks.jsonl, tasks.jsonl, captions.jsonl   see wholes.py
    typography.jsonl   French punctuation, see typed.py
    doubts.jsonl       (large) pairs with what is in doubt, see doubted.py
    html.jsonl, languages.jsonl, translate_markup.jsonl   see marked.py
    fragments.jsonl, placed.jsonl   (large) see marked.py
    subtitles.jsonl    (large) subtitles taken apart and written, see subtitled.py
    written.jsonl      (large) texts with tags, and what is written of them, see tagged.py
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers.normalizers import NFC

from allez import Translator
from allez.arrays import FloatArray, IntArray
from allez.bundle.reader import Bundle
from allez.entities.find import KINDS, find
from allez.entities.forms import FORMS
from allez.entities.names import Names, find_names
from allez.entities.symbols import Symbols, fill, mask, mask_target, settled
from allez.model.encoder import TextSource
from allez.model.shortlist import Shortlist
from allez.options import SearchOptions
from allez.search.beam import beam_search
from allez.search.constraints import repeats_allowed
from allez.search.step import Request, StepResult
from allez.search.step import Symbols as SearchSymbols
from allez.spec import SPEC as CONTRACT
from allez.text.casing import capitalized_alike, in_capitals, in_small_letters, to_capitals
from allez.text.foreign import is_foreign, stands_alike
from allez.text.rules import SentenceRules
from allez.text.segmentation import split
from allez.text.tokenizer import Tokenizer
from allez_export import toy
from hosts.doubted import doubt_cases
from hosts.marked import fragment_cases, html_cases, language_cases, placed_cases, translated_cases
from hosts.masked import masked_cases
from hosts.references import REFERENCES, references
from hosts.subtitled import subtitle_cases
from hosts.tagged import written_cases
from hosts.typed import typography_cases
from hosts.wholes import blank_cases, caption_cases, task_cases, whole_cases
from support import french, subwords

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "spec"
VECTORS = SPEC / "vectors"

TINY = SPEC / "bundles" / "tiny"
LISTED = SPEC / "bundles" / "tiny_shortlist"
SHIPPED = ROOT / "models" / "fr-en"

MARKS = "".join(chr(c) for c in (0x300, 0x301, 0x302, 0x308, 0x30A, 0x323, 0x327, 0x328, 0x345))
HOSTILE = [
    "", " ", "   ", "▁", "▁▁", " ▁ a", "a▁b", "\x00", "a\x00b", "\t\x07\x1b[31m",
    "\ufeff", "\ufffd",
    "</s>", "<s></s><pad><unk>", "<0x41>", "<0x0A><0xE2>", "<0x", "1234567890", "½ ² Ⅷ ٣ ४", "१२३",
    "«»", "« »", "«  a  »", "  ?", " ! ; : ?", "…", "....", "\u00ad", "a\u00adb", "‑–—", "’‘“”",
    "e\u0301", "\u0301", "a\u0301\u0323", "\u1100\u1161\u11a8", "각", "\u212b", "ﬁ", "ǆ", "\u0344",
    "👩‍👩‍👧‍👦", "🇫🇷", "é😀", "\U0001f600" * 5, "\ud800", "a\udfffb", "\udc00\ud800", "中文。",
    "日本語",
    "שלום", "مرحبا", "\u202eabc\u202c", "\u200b", "\u2028", "a\nb", "\r\n", "I\u0307", "ß", "ẞ",
    "\u0958", "\u2126", "\uf900", "\U0002f800", "\u0f73", "\u0fb2\u0f71\u0f80", "\u09c7\u09be",
    "\U000110a5\U000110ba", "\U0001d15e", "\U0001d7d8", "\U00010fff", "\U0010ffff", "\ue000",
    "\x7f",
]  # fmt: skip
"""What has broken tokenizers before."""


def write(path: Path, cases: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line, in ASCII, so that lone surrogates survive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="ascii", newline="\n") as stream:
        for case in cases:
            stream.write(json.dumps(case, separators=(",", ":")) + "\n")


# --- tokenizer ------------------------------------------------------------------------------


def assigned(version: Any = unicodedata) -> list[str]:
    """Return every assigned character but those of the two largest scripts, of which a share.

    Args:
        version: `unicodedata.ucd_3_2_0` for those that no host can be too old to know.
    """
    found = []
    for code in range(sys.maxunicode + 1):
        many = 0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7A3 or code >= 0x20000
        if (not many or code % 13 == 0) and version.category(chr(code)) not in ("Cn", "Cs"):
            found.append(chr(code))
    return [c for c in found if unicodedata.category(c) != "Co" or ord(c) % 997 == 0]


def strings(generator: random.Random, pieces: list[str], count: int) -> Iterator[str]:
    """Yield `count` strings of every kind: hostile, each block, French, subwords, junk."""
    characters = assigned()
    yield from HOSTILE
    yield from (unit * (count // 2) for unit in ("a", "é", "ab ", "1", "\u0301"))
    blocks = [characters[i : i + 12] for i in range(0, len(characters), 12)]
    generator.shuffle(blocks)
    for block in blocks[: count // 4]:
        yield "".join(block)
    yield from french.sentences(generator.randrange(1000), count // 5)
    texts = [piece.replace("▁", " ") for piece in pieces if not piece.startswith("<0x")]
    letters = [c for c in characters if c.isalpha() and ord(c) < 0x2000]
    for _ in range(count // 4):
        yield "".join(generator.choices(texts, k=generator.randint(1, 12)))
    for _ in range(count // 6):
        clusters = generator.choices(letters, k=generator.randint(1, 6))
        yield "".join(
            c + "".join(generator.choices(MARKS, k=generator.randint(0, 3))) for c in clusters
        )
    for _ in range(count // 6):
        mixed = [generator.choice((characters, HOSTILE, texts, " ", "\n«»?!0")) for _ in range(9)]
        yield unpaired("".join(generator.choice(kind) for kind in mixed))


def unpaired(text: str) -> str:
    """Return a text without surrogates that stand side by side: other hosts would join them."""
    return "".join(
        c
        for i, c in enumerate(text)
        if not (0xD800 <= ord(c) < 0xE000 and text[i - 1 : i] >= "\ud800")
    )


def is_known(text: str) -> bool:
    """Tell whether the reference library knows how the marks of a text are ordered and composed.

    Its tables are those of an older Unicode, so a mark that is younger stays where it was typed.
    """
    text = "".join("?" if "\ud800" <= c <= "\udfff" else c for c in text)
    return bool(NFC().normalize_str(text) == unicodedata.normalize("NFC", text))


def tokenizer_cases(bundle: Path, count: int) -> Iterator[dict[str, Any]]:
    """Yield texts with their ids and round trips, then ids with what they spell."""
    generator = random.Random(count)
    definition = (bundle / "tokenizer.json").read_text(encoding="utf-8")
    pieces = list(json.loads(definition)["model"]["vocab"])
    tokenizer = Tokenizer(definition)
    for text in dict.fromkeys(strings(generator, pieces, count)):
        if not is_known(text):
            continue
        ids, spans = tokenizer.encode_spans(text)
        yield {"text": text, "ids": ids, "spans": spans, "decoded": tokenizer.decode(ids)}
    for _ in range(count // 5):
        ids = generator.choices(range(len(pieces)), k=generator.randint(0, 8))
        encoded = "".join(generator.choices("é😀中ß\u0301a", k=3)).encode()
        ids += [
            3 + byte for byte in encoded[generator.randint(0, 2) :]
        ]  # bytes follow pad, bos, eos
        yield {"ids": ids, "decoded": tokenizer.decode(ids)}


def subword_models(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield names and definitions of small models of every other kind."""
    lines = french.sentences(4, 1500)
    rules = folder / "rules.tsv"
    rules.write_text("\n".join(subwords.RULES) + "\n", encoding="utf-8")
    small: dict[str, Any] = {"vocab_size": 400, "hard_vocab_limit": False}
    mapped = {"normalization_rule_tsv": str(rules), "user_defined_symbols": ["<x>", "œu", ".."]}
    for name, options in (
        ("unigram", mapped | {"model_type": "unigram"}),
        ("unigram-bytes", {"model_type": "unigram", "byte_fallback": True, "vocab_size": 600}
         | {"normalization_rule_name": "identity"}),
        ("pairs", mapped | {"model_type": "bpe"}),
    ):  # fmt: skip
        yield name, subwords.definition(subwords.train(lines, **small | options))
    merges = subwords.learn_merges(lines, 200)
    yield "suffix", subwords.suffix_definition(merges, set("".join(lines)) - {" ", "y"})
    yield "words", subwords.words_definition(dict.fromkeys(" ".join(lines[:40]).split()))


def spelled_cases(definition: str) -> Iterator[dict[str, Any]]:
    """Yield a definition, texts with their ids, and ids with what they spell."""
    yield {"definition": json.loads(definition)}
    tokenizer = Tokenizer(definition)
    generator = random.Random(9)
    pieces = list(tokenizer.pieces(range(tokenizer.size)))
    typed = [*pieces, *"AÆqxé…\xad\xa0😀µ<x>..", "e\u0301", "qx", "µµ", "\u2003", "\n", "\x85"]
    texts = [*HOSTILE, *french.sentences(11, 60)]
    texts += ["".join(generator.choices(typed, k=generator.randint(1, 12))) for _ in range(150)]
    for text in dict.fromkeys(text.replace("▁", " ") for text in texts):
        if is_known(text):
            ids, spans = tokenizer.encode_spans(text)
            yield {"text": text, "ids": ids, "spans": spans, "decoded": tokenizer.decode(ids)}
    for _ in range(40):
        ids = generator.choices(range(tokenizer.size), k=generator.randint(0, 6))
        yield {"ids": ids, "decoded": tokenizer.decode(ids)}


# --- sentences ------------------------------------------------------------------------------


def split_cases(count: int) -> Iterator[dict[str, Any]]:
    """Yield random texts with the pieces they fall into; a token is a character."""
    generator = random.Random(count)
    rules = SentenceRules.from_json((TINY / "sentences.json").read_text(encoding="utf-8"))
    marks = [
        *"aàbéMAIz019 .!?…,;:«»\"'’()-— \t\r\n。！你😀",
        "\ufeff",
        "\u00a0",
        "\u0301",
        "\u3000",
    ]
    words = [
        "M. ",
        "p. ex. ",
        "art. 5",
        "...",
        " ! », ",
        ". ",
        ".\n",
        "etc. ",
        "Il pleut. ",
        "ª",
        "ǅ",
        "ʰ",
    ]
    characters = assigned(unicodedata.ucd_3_2_0)
    for _ in range(count):
        kinds = [
            generator.choice((marks, marks, words, characters))
            for _ in range(generator.randint(0, 90))
        ]
        text = "".join(generator.choice(kind) for kind in kinds)
        limits = {
            "max_tokens": generator.randint(1, 60),
            "max_characters": generator.randint(1, 120),
        }
        pieces = split(text, rules._replace(**limits), len)
        yield {"text": text, **limits, "pieces": [[p.text, p.kind == "sentence"] for p in pieces]}


# --- entities -------------------------------------------------------------------------------

SYMBOLS: Symbols = {
    kind: tuple(map(chr, range(first, first + count)))
    for kind, first, count in zip(
        KINDS, (0xE000, 0xE010, 0xE020, 0xE030), (10, 10, 12, 10), strict=True
    )
}
STUCK = """a@b.fr|06 12 34 56 78|+33 6|(514) 555-0199|FR76 3000 4000 0100 1234 5678 943|
    |https://a.fr/b|{x}|{|}|%s|%1$|%|<b>|<|>|&amp;|`|``|5 590|5.590.000|1,234.5|12,5|4 %|€|$|£|
    |US$|$ US|k€|Md|17 h 30|h|h30|:|::|5:30 p.m.|20/05/2023|2023-05-20T10:00|/|//|C:\\|\\|--|-|
    |−|±|+|(|)|0|00|1|42|123|1990|1990s|1 000|é|Ł|ж|漢|\u0301|\ufe0f|\u200d|👩|🏽|🇫|1️⃣|#|@|&|;|_|
    |__|.|..|,|'|’|«|»|années |année|bus |pendant |the |x|X|Mot|mot|A320|B7-44|covid-19|v2.0|getX|
    |a.b.c|CO2|()|~|[[|]]|\n|\t|\u00a0|\u202f|\ue000|\uf8ff|\U0010fffd|Élodie|O'Brien|Jean-Luc|
    |van der |J. R. |M. |Londres|ǅ|ß|İ|ﬁ|kg|er|ème|²|½|Ⅷ|\x1c|\x85|\u2003|
    |9 am|5pm| p.m.|a.m|7.30pm|9:00|24|12| to | and |at |between |'90s|80s|’60s|his |2000s|lasted |
    |$3.2bn|$5m|K|M| million|-| hours|U.S.|U.S.A.|S.|F.B.I.|Then|section |3.4|KB|mcg|I |
    |24 h/24|7j| sur 7|3 h|/jour|/h|€/mois|mg/kg/j|un repas/an|XXIe|Tél|j|sur |
    |du 3 mars au 12 juin|du | au |1er |3 mars|12 avr.|mai| 2025|lundi |DU |AU 5 MAI|
    |n° |N° de client |réf. : |référence |numéro est le |4 512 887|Mds €| k|k|XXIᵉ|1ᵉʳ|nº|Ier |ᵉ"""
"""What may stand side by side, parted by bars: values whole, cut, and within each other."""
NOT_NAMES = Names(frozenset(("des", "chat", "hier", "la", "le", "londres", "mot", "rose", "the")))
SAID = (
    "a",
    "an",
    "A",
    "An",
    "de",
    "d'",
    "Que",
    "qu’",
    "la",
    "(",
    ")",
    '"',
    "'",
    "s",
    "the",
    "of",
    "-",
    "“",
    "8",
    "é",
    ",",
    ".",
)


def entity_cases(count: int) -> Iterator[dict[str, Any]]:
    """Yield a list of names, then random texts and what is found in them, masked and filled."""
    yield {"names": NOT_NAMES.to_text()}
    generator = random.Random(count)
    pieces = [piece for piece in STUCK.replace("|\n    |", "|").split("|") if piece]
    english = (VECTORS / "doubts_en.jsonl").read_text(encoding="utf-8").splitlines()
    sentences = french.sentences(5, 2_000)
    sentences += 20 * [json.loads(line)["source"] for line in english]
    characters = [c for c in assigned(unicodedata.ucd_3_2_0) if ord(c) < 0x3400]
    words = (*pieces, *(kind + "s" for kind in KINDS), "ancien", "Ancien")
    for _ in range(count):
        kinds = generator.choices((pieces, [" "], characters, sentences), (60, 25, 6, 2), k=12)
        text = unpaired("".join(map(generator.choice, kinds[: generator.randint(0, 12)])))
        case: dict[str, Any] = {
            "text": text,
            "forms": generator.choice((("fr", "en"), ("en", "fr"))),
        }
        if generator.random() < 0.2:
            case["forms"] = ("fr", None)
        ends = [generator.randint(0, len(text)) for _ in range(generator.choice((0, 0, 0, 2, 4)))]
        case["keep"] = list(zip(ends[::2], ends[1::2], strict=True))
        terms = generator.choices(words, k=generator.choice((0, 0, 0, 1, 3)))
        case["glossary"] = [(term, generator.choice(words)) for term in terms]
        yield case | _entities_of(generator, **case)


def _entities_of(
    generator: random.Random,
    text: str,
    forms: tuple[str, str | None],
    keep: list[tuple[int, int]],
    glossary: list[tuple[str, str]],
) -> dict[str, Any]:
    source, target = FORMS[forms[0]], FORMS[forms[1]] if forms[1] else None
    entities = find(text, source, target, keep=keep, glossary=glossary)
    masked = mask(text, entities, SYMBOLS)
    names = find_names(text, entities, NOT_NAMES)
    symbols = [slot.symbol for slot in masked.slots] + ["\ue009"]
    said = "".join(
        generator.choice(generator.choice((symbols, SAID, [" ", " ", ""]))) for _ in range(14)
    )
    filled = fill(said, masked.slots, language=forms[1] or "en")
    return {
        "entities": [[e.start, e.end, e.kind, e.said] for e in entities],
        "found_names": [[name.start, name.end] for name in names],
        "masked": masked.text,
        "target": said,
        "filled": filled.text,
        "places": filled.places,
        "settled": settled(said, forms[1] or "en"),
        "target_masked": mask_target(text, masked.slots, prefix=True),
    }


# --- search ---------------------------------------------------------------------------------

BOS, EOS, WORDS = 0, 1, 5


class TableStep:
    """A language model as a table: log-probabilities depend on the last two tokens.

    Attention is a function of the token fed, so that a wrong way back shows.
    """

    def __init__(self, table: FloatArray) -> None:
        self.table = table  # [V, V, V] float32
        self.last = np.zeros((1, 2), dtype=np.int64)  # [N, 2]

    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        self.last = np.stack([self.last[parent][:, 1], token], axis=1)
        log_probs = self.table[self.last[:, 0], self.last[:, 1]]  # [N, V]
        order = np.argsort(-log_probs, axis=1, kind="stable")[:, :k]
        weights = np.zeros((len(token), WORDS), dtype=np.float32)
        weights[np.arange(len(token)), token] = 1
        top = np.take_along_axis(log_probs, order, axis=1)
        return StepResult(top, order, weights, log_probs if full else None)

    def keep(self, sentences: IntArray) -> None:
        """Nothing is forgotten: there is one sentence."""


def asked_symbols(generator: random.Random) -> SearchSymbols | None:
    """Return what is asked of a translation, for one in three."""
    times = (generator.randint(0, 2), generator.randint(0, 1))
    return SearchSymbols((3, 4), times) if generator.random() < 0.3 else None


def search_cases(*, rules: bool = False) -> Iterator[dict[str, Any]]:
    """Yield tables, some full of equal scores, each with searches of all kinds.

    Args:
        rules: by those of other toolkits, some with symbols of entities.
    """
    generator = random.Random(4 + rules)
    for number in range(16 * rules, 16 + 16 * rules):
        digits = 1 if number % 4 == 0 else 3
        scores = np.random.default_rng(number).normal(scale=1.5, size=(WORDS, WORDS, WORDS))
        logs = np.round(scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True)), digits)
        logs[..., BOS] = -1e9
        yield {"table": logs.tolist()}
        for _ in range(16):
            beam = generator.choice([1, 1, 2, 3, 4, 5, 12])
            options = {
                "beam_size": beam,
                "n_best": generator.randint(1, beam),
                "min_length": generator.choice([0, 0, 0, 2, 5]),
                "length_penalty": generator.choice([1.0, 1.0, 0.0, 0.6]),
                "no_repeat_ngram_size": generator.choice([0, 0, 1, 2, 3]),
            }
            prefix = generator.choices(range(2, WORDS), k=generator.choice([0, 0, 0, 1, 2]))
            limit = generator.randint(len(prefix) + 1, 12)
            limit = max(limit, options["min_length"])
            repeats = generator.choice([None, None, None, 1, 5])
            if repeats is not None:  # long enough to go round in loops
                limit += 40
            asked = None
            if rules:
                asked = asked_symbols(generator)
                options |= {
                    "length_offset": generator.choice([0.0, 1.0, 5.0]),
                    "early_stopping": generator.choice(CONTRACT["search"]["early_stopping"]),
                    "finished": generator.choice(CONTRACT["search"]["finished"]),
                }
            found = beam_search(
                TableStep(logs.astype(np.float32)),
                [Request(TextSource((2,) * WORDS), limit, repeats, tuple(prefix), asked)],
                bos=BOS,
                eos=EOS,
                options=SearchOptions(**options),
            )[0]
            yield {
                "limit": limit,
                "repeats": repeats,
                "options": options,
                "prefix": prefix,
                **({"asked": asked and asked._asdict()} if rules else {}),
                "found": [
                    {
                        "tokens": f.tokens,
                        "score": f.score,
                        "fed": f.attention.argmax(axis=1).tolist() if f.tokens else [],
                        "finished": f.finished,
                    }
                    for f in found
                ],
            }


# --- hostile texts --------------------------------------------------------------------------

TEXTS: list[tuple[str, int]] = [
    *((text, 1) for text in HOSTILE),
    ("Je vois le chat noir.\x00", 1),
    ("Je vois\ud800 le chat noir. 😀", 1),
    ("\ufeffJe vois le chat noir.\r\n\n\t— Oui ?", 1),
    ("je vois le chat noir, ", 30),
    ("x", 3_000),
    ("1 ", 500_000),
    ("\x01", 1_000_000),
    ("。", 10_000),
    ("M. ", 300),
    ("ELLE  N'ACHÈTE PAS TROIS PETITES MAISONS. Je vois le chat noir.", 1),
    ("« LE CHAT\tVOIT LA\xa0MER »", 1),
    ("NON. OUI, UE ! A B C D E F. UNESCO", 1),
    ("STRASSE ẞ İI ΑΣ \U00010400\U00010401 \U00010400\U00010402", 1),
    ("STRASSE ẞ İI ΑΣ \U00010400\U00010402", 1),
    ("2ÈME ÉTAGE 我 À DROITE ª", 1),
    ("2ÈME ÉTAGE À DROITE", 1),
]
"""Texts, and how many times in a row."""


def hostile_cases() -> Iterator[dict[str, Any]]:
    """Yield hostile texts with their translations; a text that came back unchanged as null."""
    with Translator(TINY, threads=1) as translator:
        for text, times in TEXTS:
            for beam_size in (1, 4):
                translation = translator.translate(text * times, beam_size=beam_size).text
                same = translation == text * times
                case = {"text": text, "times": times, "beam_size": beam_size}
                yield {**case, "translation": None if same else translation}


# --- candidates -----------------------------------------------------------------------------


def candidates_cases() -> Iterator[dict[str, Any]]:
    """Yield ids with their candidates, then sentences with and without them."""
    generator = random.Random(6)
    bundle = Bundle.read(LISTED)
    size, eos = bundle.manifest.target.size, bundle.manifest.target.eos
    shortlist = Shortlist(bundle.data("shortlist"), size, eos)
    for _ in range(60):
        ids = [*generator.choices(range(size), k=generator.randint(0, 12)), eos]
        yield {"source": ids, "candidates": shortlist(ids).tolist()}
    texts = [source for source, _ in toy.pairs(11, 60)] + HOSTILE[:40]
    with Translator(bundle, threads=1) as translator:
        for text in texts:
            for beam_size in (1, 4):
                some, whole = (
                    translator.translate(text, beam_size=beam_size, shortlist=shortlist).text
                    for shortlist in (True, False)
                )
                case = {"text": text, "beam_size": beam_size}
                yield {**case, "translation": some, "whole": whole}


# --- casing, and what a caller may ask --------------------------------------------------------

LETTERS = [
    "ELLE N'ACHÈTE PAS TROIS MAISONS.", "UNESCO", "ABC-12 DEF", "NON. OUI", "A B C D E",
    "ÇA VA ?", "STRASSE ẞ ET MAISON", "İSTANBUL EST GRANDE", "ΑΣΣΟΣ ΟΔΟΣ", "Я ТЕБЯ ЛЮБЛЮ",
    "我 爱 你", "ÀÉ ǅ ÊÔ", "L'ÉTÉ EST LÀ", "été", "École", "d'Été ET Maison",
    "1ER ÉTAGE, 2ÈME PORTE", "ªº ABC DEF", "Je vois Αθήνα.", "Москва est loin", "שלום",
    "ab 日本語の文", "ﬁn DE LA SCÈNE", "ŒUVRE ÆON TEXTE", "", " ", "123", "NOËL\u00a0APPROCHE DÉJÀ",
    "E\u0301TE\u0301 CHAUD", "𐐀𐐁𐐂 𐐃𐐄", "ÿŸ ŷŶ ABCDE",
]  # fmt: skip


ALIKE = [
    "https://www.exemple.fr/chemin/page?q=1", "jean.martin@exemple.fr", "config.toml", "`ls -la`",
    "{nom} : %s", "S.N.C.F.", "www.exemple.fr, www.exemple.org", "<b>", "`été`.", "« a@b.fr »",
]  # fmt: skip
"""Sentences in things alone, which are copied."""

NOT_ALIKE = [
    "Voir jean.martin@exemple.fr.", "12 km", "14 h 30", "le chat", "config.toml ou a.txt", "10 %",
    "de 8 h à 9 h 30",
]  # fmt: skip


BEGINNINGS = [
    "panier", "iPhone", "pH neutre", "« oui »", "(à", "a", "\ue010 chat", "le \ue010", "3 chats",
    "été", "l'été", "ﬁn", "ßa", "ǆ", "ǅ", "Ⓐ b", "ª", "…", "-- mot", "𐐨𐐩", "Ⅷ mots",
    "e\u0301te\u0301", "_nom",
]  # fmt: skip
"""How translations begin, and their sources."""


def casing_cases() -> Iterator[dict[str, Any]]:
    """Yield texts with what their letters say.

    `begun` is the text as the translation of a source with a capital, `growing` the same while it
    grows, `followed` a translation of the text.
    """
    bundle = Bundle.read(TINY)
    rules = SentenceRules.from_json(bundle.text("sentences"))
    tokenizer = Tokenizer(bundle.text("tokenizer"))
    for text in (*LETTERS, *ALIKE, *NOT_ALIKE, *BEGINNINGS):
        yield {
            "text": text,
            "capitals": in_capitals(text, rules),
            "small": in_small_letters(text),
            "large": to_capitals(text),
            "foreign": is_foreign(text, tokenizer),
            "alike": stands_alike(text, tokenizer, ("fr", "en")),
            "begun": capitalized_alike(text, "Oui"),
            "growing": capitalized_alike(text, "Oui", grows=True),
            "followed": capitalized_alike("oui", text),
        }


def translate_cases() -> Iterator[dict[str, Any]]:
    """Yield what the tiny bundle answers where it is asked for more than a translation."""
    texts = [source for source, _ in toy.pairs(23, 12)]
    with Translator(TINY, threads=1) as translator:
        for text in [*texts, f"{texts[0]} {texts[1]}", texts[2].upper()]:
            whole = translator.translate(text, beam_size=1)
            for prefix in ("", "I", "The black", "zzz"):
                for beam_size in (1, 4):
                    found = translator.translate(text, beam_size=beam_size, prefix=prefix)
                    case = {"text": text, "prefix": prefix, "beam_size": beam_size}
                    yield {**case, "translation": found.text}
            yield {"text": text, "stream": "".join(translator.stream(text))}
            if len(whole.sentences) == 1:
                for target in (whole.text, "I see the black cat.", "é"):
                    score = round(translator.score(text, target), 4)
                    yield {"text": text, "target": target, "score": score}
            for sentence in whole.sentences:
                best = sentence.hypotheses[0]
                yield {
                    "text": sentence.source,
                    "tokens": best.tokens,
                    "spans": best.spans,
                    "source_tokens": sentence.source_tokens,
                    "source_spans": sentence.source_spans,
                }
        for text in ALIKE:
            for beam_size in (1, 4):
                said = translator.translate(text, beam_size=beam_size).text
                case = {"text": text, "prefix": "", "beam_size": beam_size}
                yield {**case, "translation": said}
            yield {"text": text, "stream": "".join(translator.stream(text))}


def repeats_cases() -> Iterator[dict[str, Any]]:
    """Yield sources that repeat blocks of one to 33 ids, and some that do not."""
    drawn = random.Random(8)
    for size in (1, 2, 3, 7, 8, 32, 33):
        for times in (1, 2, 5):
            block = [drawn.randrange(5, 60) for _ in range(size)]
            ids = [*(drawn.randrange(60, 99) for _ in range(drawn.randrange(3))), *block * times, 1]
            for rule in ("few", "any"):
                yield {"rule": rule, "ids": ids, "repeats": repeats_allowed(rule, ids)}


def main() -> None:
    """Write what the command line asks for."""
    if sys.argv[1:] == ["spec"]:
        write(VECTORS / "tokenizer.jsonl", tokenizer_cases(TINY, 400))
        with tempfile.TemporaryDirectory() as folder:
            for name, definition in subword_models(Path(folder)):
                write(VECTORS / f"tokenizer-{name}.jsonl", spelled_cases(definition))
        write(VECTORS / "search.jsonl", search_cases())
        write(VECTORS / "search_rules.jsonl", search_cases(rules=True))
        write(VECTORS / "repeats.jsonl", repeats_cases())
        write(VECTORS / "hostile.jsonl", hostile_cases())
        write(VECTORS / "shortlist.jsonl", candidates_cases())
        write(VECTORS / "casing.jsonl", casing_cases())
        write(VECTORS / "translate.jsonl", translate_cases())
        write(VECTORS / "translate_entities.jsonl", masked_cases())
        write(VECTORS / "typography.jsonl", typography_cases())
        write(VECTORS / "html.jsonl", html_cases())
        write(VECTORS / "languages.jsonl", language_cases())
        write(VECTORS / "translate_markup.jsonl", translated_cases())
        write(VECTORS / "whole.jsonl", whole_cases())
        write(VECTORS / "blanks.jsonl", blank_cases())
        write(VECTORS / "tasks.jsonl", task_cases())
        write(VECTORS / "captions.jsonl", caption_cases())
        REFERENCES.write_text(json.dumps(references(), indent=0) + "\n", encoding="ascii")
    elif len(sys.argv) == 3 and sys.argv[1] == "large":
        folder = Path(sys.argv[2])
        write(folder / "tokenizer-fr-en.jsonl", tokenizer_cases(Bundle.read(SHIPPED).path, 22_000))
        write(folder / "tokenizer-tiny.jsonl", tokenizer_cases(TINY, 3_000))
        write(folder / "splits.jsonl", split_cases(4_000))
        write(folder / "entities.jsonl", entity_cases(20_000))
        write(folder / "doubts.jsonl", doubt_cases(12_000))
        write(folder / "fragments.jsonl", fragment_cases(8_000))
        write(folder / "placed.jsonl", placed_cases(4_000))
        write(folder / "written.jsonl", written_cases(4_000))
        write(folder / "subtitles.jsonl", subtitle_cases(2_000))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main()
