"""Students of Marian's smallest usual shape, beside Bergamot's own engine.

    PYTHONPATH=tests python -m benchmarks.students [--bergamot PYTHON] [--sentences N]

Width 256, feed-forward 1,536, 6 + 2 layers, 32,000 subwords, random weights in 8 bits, a shortlist
of about 1,000 words a sentence; one thread each. The end of a sentence cannot be chosen, so that
both write as many words as they read. Compared is the processor's time for a word written, single
sentences in turn, each engine in a process of its own. PYTHON is an interpreter that has the
`bergamot` wheel (0.4.5), whose import opens a connection.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from allez import Translator
from allez.bundle.reader import Bundle
from allez_export.config import Config
from allez_export.package import draft
from allez_export.quantize import quantize
from allez_export.toolkits import toolkit
from allez_export.trace import trace_decoder, trace_encoder
from support import marian

WORDS = 32_000
LISTED = 60
"""Words in the list of a source word; the first 100 are listed for all."""
ROUNDS = 7
PEER = Path(__file__).parent / "peers" / "bergamot_student.py"

SETTINGS: dict[str, Any] = {
    **marian.SETTINGS,
    "dim-emb": 256,
    "enc-depth": 6,
    "transformer-heads": 8,
    "transformer-dim-ffn": 1536,
    "dim-vocabs": [WORDS, WORDS],
    # What Marian asks for besides.
    **{"enc-type": "bidirectional", "skip": False, "layer-normalization": False},
    **{"input-types": [], "right-left": False, "tied-embeddings": False},
    **{"tied-embeddings-src": False, "transformer-no-projection": False, "dim-rnn": 1024},
    **{"transformer-train-position-embeddings": False, "transformer-ffn-depth": 2},
    **{"transformer-guided-alignment-layer": "last", "transformer-rnn-projection": False},
    **{"dec-cell-base-depth": 2, "dec-cell-high-depth": 1, "enc-cell": "gru"},
    **{"enc-cell-depth": 1, "transformer-aan-depth": 2, "transformer-dim-aan": 2048},
    **{"transformer-aan-activation": "swish", "transformer-aan-nogate": False, "ulr": False},
    **{"ulr-dim-emb": 0, "ulr-trainable-transformation": False, "output-omit-bias": False},
    **{"factors-dim-emb": 0, "factors-combine": "sum", "lemma-dim-emb": 0},
    **{"bert-train-type-embeddings": True, "bert-type-vocab-size": 2},
    **{"transformer-depth-scaling": False, "transformer-pool": False},
}


def words() -> list[str]:
    """Return different words of made-up syllables, as many as there are subwords."""
    drawn, found = random.Random(1), dict[str, None]()
    while len(found) < WORDS - 2:
        syllables = drawn.choices("bcdfglmnprstv", k=drawn.randint(2, 4))
        found["".join(letter + drawn.choice("aeiou") for letter in syllables)] = None
    return list(found)


def vocabulary() -> bytes:
    """Return SentencePiece's file of these words."""

    def field(number: int, data: bytes) -> bytes:
        size = (
            bytes([len(data)])
            if len(data) < 128
            else bytes([len(data) & 127 | 128, len(data) >> 7])
        )
        return bytes([number << 3 | 2]) + size + data

    def piece(text: str, score: float, kind: int) -> bytes:
        return field(1, text.encode()) + b"\x15" + struct.pack("<f", score) + bytes([0x18, kind])

    pieces = [piece("</s>", 0, 3), piece("<unk>", 0, 2)]
    pieces += [piece(f"▁{word}", -8 - place / WORDS, 1) for place, word in enumerate(words())]
    ids = b"".join(bytes([key & 127 | 128, key >> 7, value]) for key, value in
                   ((40 << 3, 1), (42 << 3, 0)))  # fmt: skip
    ids += bytes([(41 << 3) & 127 | 128, (41 << 3) >> 7]) + b"\xff" * 9 + b"\x01"
    trainer, normalizer = b"\x18\x01" + ids, field(1, b"identity")
    return b"".join(field(1, p) for p in pieces) + field(2, trainer) + field(3, normalizer)


def write(folder: Path) -> None:
    """Write the files of a student, and the configuration that Bergamot reads."""
    arrays = marian.draw(SETTINGS)
    arrays["Wemb"] *= 0.1
    arrays["decoder_ff_logit_out_b"][0, 0] = -1000
    data = marian.bin_file(arrays, SETTINGS, kind=marian.BERGAMOT)
    (folder / "model.intgemm.alphas.bin").write_bytes(data)
    (folder / "vocab.spm").write_bytes(vocabulary())
    drawn = np.random.default_rng(2)
    lists = [sorted(drawn.choice(WORDS, LISTED, replace=False).tolist()) for _ in range(WORDS)]
    (folder / "lex.bin").write_bytes(marian.lists_file(lists, 100))
    (folder / "config.yml").write_text(
        "relative-paths: true\nmodels: [model.intgemm.alphas.bin]\n"
        "vocabs: [vocab.spm, vocab.spm]\nshortlist: [lex.bin, false]\nbeam-size: 1\n"
        "normalize: 1.0\nword-penalty: 0\nmax-length-break: 128\nmini-batch-words: 1024\n"
        "workspace: 128\nmax-length-factor: 1.0\nskip-cost: true\ncpu-threads: 0\nquiet: true\n"
        "quiet-translation: true\ngemm-precision: int8shiftAlphaAll\nalignment: soft\n"
    )


def bundle_of(folder: Path) -> Bundle:
    """Return the student as a bundle that writes as many words as it reads."""
    imported = toolkit("marian").read([folder])
    family = imported.family
    graphs = quantize(trace_encoder(family), trace_decoder(family), family.activation_ranges([]))
    rules = Path(marian.__file__).parents[2] / "export/allez_export/sentences/fr.json"
    made = draft(
        Config(name="student", source="fr", target="en"),
        family.facts,
        imported.source_tokenizer,
        rules.read_bytes(),
        {"encoder": graphs[0].SerializeToString(), "decoder": graphs[1].SerializeToString()},
        precision="int8",
        shortlist=imported.shortlist,
    )
    manifest = dataclasses.replace(made.manifest, target_per_source=1.0, target_extra=1)
    return Bundle(made.path, manifest, {role: made.data(role) for role in manifest.files})


def sentences(count: int) -> list[str]:
    """Return sentences of 8 to 24 words."""
    drawn, known = random.Random(3), words()
    return [" ".join(drawn.choices(known, k=drawn.randint(8, 24))) for _ in range(count)]


def ours(translator: Translator, texts: Sequence[str]) -> float:
    """Return seconds of the processor for each word written."""
    start, written = time.process_time(), 0
    for text in texts:
        result = translator.translate(text, beam_size=1, shortlist=True)
        written += sum(len(sentence.tokens) for sentence in result.sentences)
    return (time.process_time() - start) / written


class Peer:
    """Bergamot in a process of its own, which answers with seconds for each word."""

    def __init__(self, python: str, folder: Path, texts: Sequence[str]) -> None:
        command = [python, str(PEER), str(folder / "config.yml")]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._texts = json.dumps(list(texts))

    def __call__(self) -> float:
        """Return seconds of the processor for each word written."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(self._texts + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self) -> None:
        """Wait until the process has ended."""
        self._process.communicate()


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bergamot", metavar="PYTHON", help="an interpreter that has the wheel")
    parser.add_argument("--sentences", type=int, default=40)
    args = parser.parse_args(argv)
    texts = sentences(args.sentences)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        peer = Peer(args.bergamot, folder, texts) if args.bergamot else None
        times: list[tuple[float, float]] = []
        with Translator(bundle_of(folder), threads=1) as translator:
            ours(translator, texts[:5])
            for _ in range(ROUNDS):
                times.append((ours(translator, texts), peer() if peer else 1.0))
        if peer:
            peer.end()
    print(f"allez     {statistics.median(a for a, _ in times) * 1e3:.3f} ms a word")
    if peer:
        print(f"bergamot  {statistics.median(b for _, b in times) * 1e3:.3f} ms a word")
        ratios = sorted(a / b for a, b in times)
        print(f"ratio     {statistics.median(ratios):.2f}, {ratios[0]:.2f} to {ratios[-1]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
