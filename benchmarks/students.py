"""Students of Marian's smallest usual shape, beside Bergamot's own engine and Firefox's.

    PYTHONPATH=tests python -m benchmarks.students [--quick] [--bergamot PYTHON]
                                                   [--fxtranslate PYTHON]

Width 256, feed-forward 1,536, 6 + 2 layers, 32,000 subwords, random weights in 8 bits, a shortlist
of about 1,100 words a sentence, and 16,000 for 64 together: words of sentences and of lists are as
frequent as Zipf's law says. One thread each. The end of a sentence cannot be chosen, so that
all write as many words as they read. Compared is the processor's time for a word written: single
sentences in turn, then 1,000 that are handed over together. Each engine has a process of its own,
and all are asked once in every round, so that what else the machine does meets them alike.

PYTHON is an interpreter that has the `bergamot` wheel (0.4.5, for Python 3.7 to 3.10) or
`fxtranslate` (0.5.0); the latter is looked for in this one too. `make bench` runs this last.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import statistics
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from allez.arrays import FloatArray
from allez.bundle.contract import MANIFEST
from allez.text.tokenizer import Tokenizer
from allez_export.config import Config
from allez_export.folders import rules_path
from allez_export.package import NAMES, draft, make_manifest
from allez_export.quantize import quantize
from allez_export.toolkits import toolkit
from allez_export.trace import trace_decoder, trace_encoder
from support import marian

WORDS = 32_000
LISTED = 100
"""Words drawn for the list of a source word; the first 100 are listed for all."""
ROUNDS = 7
MANY = 1000
MEASURED = 64
"""Sentences that show how large activations get."""
ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
BARS = {"one": 2.0, "many": 2.5}
"""At most so many times Bergamot's time for a word."""
MOST_MEMORY = 200_000_000

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


def shares(first: int) -> FloatArray:
    """Return [V]: how likely one of the first words is, when the r-th is 1 / (r + first) likely."""
    likely = 1 / (np.arange(WORDS) + first)
    return np.cumsum(likely / likely.sum())


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
    drawn = np.searchsorted(shares(20), np.random.default_rng(2).random((WORDS, LISTED)))
    lists = [np.unique(ids).tolist() for ids in drawn]
    (folder / "lex.bin").write_bytes(marian.lists_file(lists, 100))
    (folder / "config.yml").write_text(
        "relative-paths: true\nmodels: [model.intgemm.alphas.bin]\n"
        "vocabs: [vocab.spm, vocab.spm]\nshortlist: [lex.bin, false]\nbeam-size: 1\n"
        "normalize: 1.0\nword-penalty: 0\nmax-length-break: 128\nmini-batch-words: 1024\n"
        "workspace: 128\nmax-length-factor: 1.0\nskip-cost: true\ncpu-threads: 0\nquiet: true\n"
        "quiet-translation: true\ngemm-precision: int8shiftAlphaAll\nalignment: soft\n"
    )


def write_bundle(folder: Path, student: Path) -> None:
    """Write a student as a bundle that says as many words as it reads.

    Ranges of activations are measured, as `allez-export import` does it.
    """
    imported = toolkit("marian").read([student])
    family, tokenizer = imported.family, Tokenizer(imported.source_tokenizer)
    examples = [(ids, ids) for ids in map(tokenizer.encode, sentences(MEASURED))]
    graphs = quantize(
        trace_encoder(family), trace_decoder(family), family.activation_ranges(examples)
    )
    config = Config(name="student", source="fr", target="en")
    rules = rules_path(config, Path()).read_bytes()
    made = draft(
        config,
        family.facts,
        imported.source_tokenizer,
        rules,
        {"encoder": graphs[0].SerializeToString(), "decoder": graphs[1].SerializeToString()},
        precision="int8",
        shortlist=imported.shortlist,
    )
    content = {role: made.data(role) for role in made.manifest.files}
    manifest = json.loads(make_manifest(config, family.facts, content, precision="int8", scores={}))
    manifest["limits"] = {"target_per_source": 1.0, "target_extra": 1}
    folder.mkdir()
    for role, data in content.items():
        (folder / NAMES[role]).write_bytes(data)
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def sentences(count: int) -> list[str]:
    """Return sentences of 8 to 24 words."""
    drawn, known = random.Random(3), words()
    likely = shares(3)[: len(known)].tolist()
    return [
        " ".join(drawn.choices(known, cum_weights=likely, k=drawn.randint(8, 24)))
        for _ in range(count)
    ]


class Engine:
    """An engine in a process of its own, which answers with seconds for each word."""

    def __init__(self, python: str, name: str, *arguments: str) -> None:
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")] if name == "allez" else []
        self._process = subprocess.Popen(
            [python, str(PEERS / f"{name}_student.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                 "OMP_NUM_THREADS": "1"},
        )  # fmt: skip

    def __call__(self, texts: Sequence[str]) -> dict[str, float]:
        """Return `seconds` of the processor for each word written.

        Raises:
            RuntimeError: it gave no answer.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(list(texts)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"an engine ended: {self._process.args}")
        found: dict[str, float] = json.loads(line)
        return found

    def end(self) -> None:
        """Wait until the process has ended."""
        self._process.communicate()


def measured(
    engines: Mapping[str, Engine], texts: Sequence[str], rounds: int
) -> list[dict[str, dict[str, float]]]:
    """Ask all engines in turn; return what each said in each round."""
    return [{name: engine(texts) for name, engine in engines.items()} for _ in range(rounds)]


def told(case: str, found: Sequence[Mapping[str, Mapping[str, float]]]) -> list[str]:
    """Return lines on a case: time of each engine, and ours as a multiple of it."""
    lines = []
    for name in found[0]:
        seconds = statistics.median(one[name]["seconds"] for one in found)
        line = f"{case:5} {name:12} {seconds * 1e3:.3f} ms a word"
        if name != "allez":
            ratios = sorted(one["allez"]["seconds"] / one[name]["seconds"] for one in found)
            ratio = statistics.median(ratios)
            line += f"; allez takes {ratio:.2f} of it ({ratios[0]:.2f} to {ratios[-1]:.2f})"
            if name == "bergamot":
                verdict = "reached" if ratio <= BARS[case] else "missed"
                line += f", {BARS[case]} at most: {verdict}"
        lines.append(line)
    return lines


def peers(args: argparse.Namespace) -> dict[str, str]:
    """Return the engines to compare with, and the interpreter of each."""
    found = {"bergamot": args.bergamot} if args.bergamot else {}
    if args.fxtranslate or importlib.util.find_spec("fxtranslate"):
        found["fxtranslate"] = args.fxtranslate or sys.executable
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bergamot", metavar="PYTHON", help="an interpreter that has the wheel")
    parser.add_argument("--fxtranslate", metavar="PYTHON", help="the same for that wheel")
    parser.add_argument("--quick", action="store_true", help="fewer sentences, to try it out")
    args = parser.parse_args(argv)
    others = peers(args)
    counts = {"one": 10 if args.quick else 40, "many": 100 if args.quick else MANY}
    rounds = {"one": 3 if args.quick else ROUNDS, "many": 1 if args.quick else 3}
    with tempfile.TemporaryDirectory() as name:
        student, bundle = Path(name) / "student", Path(name) / "bundle"
        student.mkdir()
        write(student)
        write_bundle(bundle, student)
        for case, count in counts.items():
            together = "1" if case == "one" else str(count)
            config = str(student / "config.yml")
            engines = {"allez": Engine(sys.executable, "allez", str(bundle), together)}
            engines |= {n: Engine(python, n, config, together) for n, python in others.items()}
            found = measured(engines, sentences(count), rounds[case])
            for engine in engines.values():
                engine.end()
            print("\n".join(told(case, found)))
            peak = found[-1]["allez"].get("peak")
            if peak is not None:
                verdict = "reached" if peak <= MOST_MEMORY else "missed"
                print(f"{case:5} allez        {peak / 1e6:.0f} MB, 200 at most: {verdict}")
    for name in sorted({"bergamot", "fxtranslate"} - others.keys()):
        print(f"skipped: {name}, whose wheel no interpreter was named for (--{name} PYTHON)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
