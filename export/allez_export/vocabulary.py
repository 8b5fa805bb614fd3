"""Learns the subword model that the runtime reads, with exactly the components hosts share."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Tokenizer as Model

from allez.text.definition import read_definition
from allez_export.config import VocabularyConfig

PAD, BOS, EOS = 0, 1, 2
"""Ids the exporter gives; a host learns them from the manifest."""

_SPECIAL = ("<pad>", "<s>", "</s>")
_BYTES = tuple(f"<0x{byte:02X}>" for byte in range(256))

# Typography that people type in several ways and that carries no meaning of its own. The French
# space before ? ! ; : is dropped, so that both spellings reach the model as one.
_REPLACE = (
    ("\N{NO-BREAK SPACE}", " "),
    ("\N{NARROW NO-BREAK SPACE}", " "),
    ("\N{THIN SPACE}", " "),
    ("\N{RIGHT SINGLE QUOTATION MARK}", "'"),
    ("\N{LEFT SINGLE QUOTATION MARK}", "'"),
    ("\N{LEFT DOUBLE QUOTATION MARK}", '"'),
    ("\N{RIGHT DOUBLE QUOTATION MARK}", '"'),
    ("« ", '"'),
    ("«", '"'),
    (" »", '"'),
    ("»", '"'),
    (" ?", "?"),
    (" !", "!"),
    (" ;", ";"),
    (" :", ":"),
    ("\N{HORIZONTAL ELLIPSIS}", "..."),
    ("\N{NON-BREAKING HYPHEN}", "-"),
    ("\N{SOFT HYPHEN}", ""),
)


def learn(lines: Iterable[str], config: VocabularyConfig, *, apart: str = "") -> str:
    """Return the `tokenizer.json` text of a byte-pair encoding learnt from `lines`.

    Args:
        lines: what it is learnt from.
        config: how large it gets.
        apart: a sign that merges with nothing, not even with other punctuation.

    Ids: pad, bos, eos, the 256 bytes, characters and merges in the order they were learnt, symbols.
    None of the first 259 can come out of text except the bytes, for characters without a token.

    While learning, words are cut before and after punctuation and after an apostrophe, so that no
    merge crosses there, but for what the configuration joins. The file need not repeat those cuts
    (they take a regular expression, which not every host has): a merge that was never learnt is
    never made.
    """
    symbols = config.characters
    joined = "".join(f"\\{sign}" for sign in config.joined)
    model = Model(models.BPE(byte_fallback=True))
    replaced = _REPLACE if config.typography else ()
    model.normalizer = normalizers.Sequence(
        [normalizers.NFC(), *(normalizers.Replace(old, new) for old, new in replaced)]
    )
    shipped = [pre_tokenizers.Metaspace(), pre_tokenizers.Digits(individual_digits=True)]
    model.pre_tokenizer = pre_tokenizers.Sequence(
        [
            *shipped,
            *([pre_tokenizers.Split(apart, "isolated")] if apart else []),
            pre_tokenizers.Split(Regex(rf"[^\p{{L}}\p{{M}}\p{{N}}▁'{joined}]+"), "isolated"),
            pre_tokenizers.Split("'", "merged_with_previous"),
        ]
    )
    model.decoder = decoders.Sequence(
        [decoders.Metaspace(), decoders.ByteFallback(), decoders.Fuse()]
    )
    reserved = (*_SPECIAL, *_BYTES)
    lines = [line.translate(dict.fromkeys(map(ord, symbols))) for line in lines]
    alphabet = most_frequent_characters(lines, model.normalizer, config.alphabet)
    trainer = trainers.BpeTrainer(
        vocab_size=config.size - len(reserved) - len(symbols),
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        min_frequency=2,
        show_progress=False,
    )
    model.train_from_iterator(lines, trainer)
    model.pre_tokenizer = pre_tokenizers.Sequence(shipped)
    content: dict[str, Any] = json.loads(model.to_str())
    learnt = content["model"]["vocab"]
    pieces = (*reserved, *sorted(learnt, key=learnt.__getitem__), *symbols)
    content["model"]["vocab"] = {piece: index for index, piece in enumerate(pieces)}
    read_definition(content)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def append(definition: str, symbols: Iterable[str]) -> str:
    """Return the text of a `tokenizer.json` with symbols it lacks as tokens at the end.

    No merge reaches them, since none was learnt with them.

    Raises:
        BundleFormatError: the text is no vocabulary of this kind.
    """
    content: dict[str, Any] = json.loads(definition)
    read_definition(content)
    vocabulary = content["model"]["vocab"]
    missing = [symbol for symbol in symbols if symbol not in vocabulary]
    if not missing:
        return definition
    vocabulary.update({symbol: len(vocabulary) + i for i, symbol in enumerate(missing)})
    read_definition(content)
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def most_frequent_characters(
    lines: Iterable[str], normalizer: normalizers.Normalizer, count: int
) -> list[str]:
    """Return the characters that get a token; of equally rare ones those that come first.

    The library would choose among those at random, and the same data give another vocabulary.
    """
    counts: Counter[str] = Counter()
    for line in lines:
        counts.update(normalizer.normalize_str(line).replace(" ", "▁"))
    counts["▁"] = len(counts) * max(counts.values(), default=1)  # every word begins with it
    return sorted(counts, key=lambda character: (-counts[character], character))[:count]
