"""Writes the bundle: manifest, graphs, tokenizer, rules, golden sentences, notice, card.

Written aside, read back through the runtime, then renamed: a bundle that is there is whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from allez import __version__
from allez.answers import SelfTest
from allez.bundle.contract import (
    FORMAT_VERSION,
    MANIFEST,
    RULES_VERSION,
    SEARCH_FIELDS,
    state_names,
)
from allez.bundle.manifest import Manifest, parse_manifest
from allez.bundle.reader import Bundle
from allez.entities.forms import FORMS
from allez.errors import BundleError
from allez.options import SearchOptions
from allez.tasks.opening import opened
from allez.text.rules import SentenceRules
from allez_export.checkpoints import Vocabularies
from allez_export.config import Config
from allez_export.data.masking import SYMBOLS_OF
from allez_export.families.family import Facts
from allez_export.folders import rules_path, written_aside
from allez_export.parents import recorded

MINIMUM_ONNXRUNTIME = "1.23.2"
NAMES = {
    "encoder": "encoder.onnx",
    "decoder": "decoder.onnx",
    "tokenizer": "tokenizer.json",
    "source_tokenizer": "tokenizer.source.json",
    "target_tokenizer": "tokenizer.target.json",
    "sentences": "sentences.json",
    "golden": "golden.jsonl",
    "notice": "NOTICE",
    "card": "MODEL_CARD.md",
    "report": "report.json",
    "shortlist": "shortlist.bin",
    "names": "names.txt",
}

_LIBRARIES = ("torch", "onnx", "onnxscript", "onnxruntime", "tokenizers", "numpy")


def sentence_rules(config: Config, beside: Path) -> bytes | None:
    """Return the splitting rules that go into the bundle; None: it reads pictures."""
    if config.pictures is not None:
        return None
    return rules_path(config, beside).read_bytes()


def _sides(config: Config, facts: Facts, roles: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return both sides of the manifest; one vocabulary serves them, or each has its own."""
    joint = "tokenizer" in roles
    target = {
        "language": config.target,
        "tokenizer": "tokenizer" if joint else "target_tokenizer",
        "size": facts.vocabulary,
        "bos": facts.bos,
        "eos": facts.eos,
    }
    if config.package.typography is not None:
        target["typography"] = config.package.typography
    if facts.picture is not None:
        return {"target": target}
    source = {
        "language": config.source,
        "tokenizer": "tokenizer" if joint else "source_tokenizer",
        "size": facts.source_words,
        "eos": facts.source_end,
    }
    return {"source": source, "target": target}


def make_manifest(
    config: Config,
    facts: Facts,
    content: Mapping[str, bytes],
    *,
    precision: str,
    scores: Mapping[str, Any],
    parents: Sequence[dict[str, Any]] = (),
    confidence: Mapping[str, Any] | None = None,
) -> bytes:
    """Return the text of `manifest.json` for the files in `content` (role to bytes)."""
    widths, search = facts.state_widths, _search(config)
    manifest = {
        "format_version": RULES_VERSION if search.keys() - _SINCE_FORMAT_2 else FORMAT_VERSION,
        "name": config.name,
        "version": config.package.version,
        "task": config.task,
        "precision": precision,
        "license": config.package.license,
        "files": {
            role: {
                "name": NAMES[role],
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            for role, data in content.items()
        },
        "input": _input(config, facts, content),
        **_sides(config, facts, content),
        "states": [
            {"name": name, "width": width}
            for name, width in zip(state_names(len(widths)), widths, strict=True)
        ],
        "memory_width": facts.memory_width,
        "key_width": facts.key_width,
        "attention": facts.attention,
        "limits": asdict(config.limits),
        "search": search,
        "optimization_level": "basic",
        "minimum_onnxruntime": MINIMUM_ONNXRUNTIME,
        "training_data": list(dict.fromkeys(training_data(config))),
        "parents": recorded(parents),
        "scores": dict(scores),
        "made_with": {
            "allez": __version__,
            **{name: metadata.version(name) for name in _LIBRARIES},
        },
    }
    if config.package.entities:
        manifest["entities"] = _entities(config)
    if confidence is not None:
        manifest["confidence"] = dict(confidence)
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def training_data(config: Config) -> Iterator[str]:
    """Yield what the sources of the training data are called."""
    yield from (source.name for source in config.data.train)
    if config.pictures is not None:
        names = (config.pictures.sprites, config.pictures.scenes)
        yield from (Path(name).stem for name in names if name is not None)


def _input(config: Config, facts: Facts, content: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what the manifest says of how a text or a picture is read; None is not named."""
    if facts.picture is not None:
        seen = facts.picture._asdict()
        each = {name: [seen[name]] * facts.picture.channels for name in ("mean", "scale")}
        return {"kind": "image", **seen, **each}
    rules = SentenceRules.from_json(content["sentences"].decode("utf-8", "replace"))
    said = {"kind": "text", **asdict(config.input)}
    said["tokens"] = rules.max_tokens if config.input.tokens is None else config.input.tokens
    return {key: value for key, value in said.items() if value is not None}


_SINCE_FORMAT_2 = {"beam_size", "length_penalty"}
"""What a manifest says of search if there is nothing to say that older runtimes do not know."""


def _search(config: Config) -> dict[str, Any]:
    """Return what the manifest says of search; rules that every runtime has are not named."""
    usual = asdict(SearchOptions())
    said = {field["key"]: getattr(config.package, field["key"]) for field in SEARCH_FIELDS}
    return {
        key: value for key, value in said.items() if key in _SINCE_FORMAT_2 or value != usual[key]
    }


def _entities(config: Config) -> dict[str, Any]:
    """Return what the manifest says of symbols, and of how the two languages write numbers."""
    forms = {"source": config.source, "target": config.target}
    known = all(language in FORMS for language in forms.values())
    return {**SYMBOLS_OF, "numbers": forms if known else None}


def shortened(tokenizer: str) -> str:
    """Return a `tokenizer.json` with merges as "a b" instead of ["a", "b"], which load faster.

    Both spellings are of the format, and mean the same where no piece has a space.
    """
    content = json.loads(tokenizer)
    merges = content["model"].get("merges")
    if merges is None:  # not of byte-pair encoding
        return tokenizer
    pairs = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in merges]
    if any(" " in side for pair in pairs for side in pair):
        return tokenizer
    content["model"]["merges"] = [" ".join(pair) for pair in pairs]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def vocabulary_files(tokenizer: str | Vocabularies) -> dict[str, bytes]:
    """Return the files of a bundle's vocabularies, by their roles."""
    texts = Vocabularies(tokenizer) if isinstance(tokenizer, str) else tokenizer
    return {role: shortened(text).encode("utf-8") for role, text in texts.roles().items()}


def draft(
    config: Config,
    facts: Facts,
    tokenizer: str | Vocabularies,
    rules: bytes | None,
    graphs: Mapping[str, bytes],
    *,
    precision: str,
    shortlist: bytes | None = None,
    names: bytes | None = None,
) -> Bundle:
    """Return a bundle in memory that translates, without golden sentences, notice or card."""
    content = {
        "encoder": graphs["encoder"],
        "decoder": graphs["decoder"],
        **vocabulary_files(tokenizer),
        **({} if rules is None else {"sentences": rules}),
        **dict.fromkeys(("golden", "notice", "card"), b""),
    }
    if shortlist is not None:
        content["shortlist"] = shortlist
    if names is not None:
        content["names"] = names
    manifest = make_manifest(config, facts, content, precision=precision, scores={})
    return Bundle(Path(config.name), parse_manifest(manifest), content)


def selftests(folder: Path) -> list[SelfTest]:
    """Read a bundle back, and return what became of its golden examples."""
    with opened(folder) as model:
        return list(model.selftest())


def write_bundle(
    folder: Path,
    config: Config,
    facts: Facts,
    content: Mapping[str, bytes],
    *,
    precision: str,
    scores: Mapping[str, Any],
    parents: Sequence[dict[str, Any]] = (),
    confidence: Mapping[str, Any] | None = None,
) -> Manifest:
    """Write a bundle aside, read it back and run its self-test, then put it in place.

    Args:
        folder: where it goes; an older bundle there is replaced.
        config: the model's.
        facts: of the model.
        content: role to bytes.
        precision: of the graphs.
        scores: for the manifest.
        parents: bundles that the weights come from.
        confidence: weights for the manifest, if any were fitted.

    Raises:
        OutputError: the folder cannot be written.
        BundleError: what was written does not load or does not pass its self-test, or too few
            sentences are fit for one.
    """
    manifest = make_manifest(
        config,
        facts,
        content,
        precision=precision,
        scores=scores,
        parents=parents,
        confidence=confidence,
    )
    with written_aside(folder) as partial:
        for role, data in content.items():
            (partial / NAMES[role]).write_bytes(data)
        (partial / MANIFEST).write_bytes(manifest)
        tests = selftests(partial)
        problems = [test for test in tests if not test.passed]
        if problems:
            raise BundleError(f"self-test: {problems[0].text!r}: {problems[0].problem}")
        if len(tests) < min(config.package.least_golden, config.package.golden):
            raise BundleError(
                f"only {len(tests)} validation examples are decided clearly enough to be golden",
                hint="train longer, name more validation data, or lower package.golden",
            )
    return parse_manifest(manifest)
