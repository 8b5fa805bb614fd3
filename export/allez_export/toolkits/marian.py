"""Marian's models: students, as Bergamot and Firefox use them, and recurrent ones, s2s and amun.

Files are recognized by their names, and by what `decoder.yml` says of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from allez.bundle.fields import shown
from allez.errors import InputError
from allez.model.shortlist import MAX_VOCABULARY
from allez_export.families.family import Family
from allez_export.families.marian.family import Marian
from allez_export.families.marian.weights import StudentConfig
from allez_export.integers import WEIGHT_LIMIT
from allez_export.shortlist import pack
from allez_export.toolkits import marian_recurrent
from allez_export.toolkits.files import Files, read_text
from allez_export.toolkits.imported import LEAST_WEIGHTS, Imported
from allez_export.toolkits.marian_files import (
    HOW_TO_LIST,
    MarianFile,
    read_lists,
    read_model,
    unpacked,
)
from allez_export.toolkits.sentencepiece import CONTROL, Pieces, definition, read_pieces
from allez_export.toolkits.settings import parse

TITLE = "Marian: students (Transformer encoder, SSRU decoder; Bergamot, Firefox), s2s, amun"
FILES = "model.npz or model*.bin, vocab.spm (or the source's, then the target's), lex*.bin"
REFUSED = (
    "decoders with self-attention (OPUS-MT), recurrent models with layer normalization, nematus, "
    "factors, vocabularies in .yml"
)

_MODELS = ("*.npz", "*.bin", "*.bin.gz")
_LISTS = ("lex*.bin", "lex*.bin.gz")
_VOCABULARIES = ("*.spm", "*.spm.gz")
_SETTINGS = "its settings (special:model.yml) are damaged, or of a kind that is not read"
"""A hint, where there is none that says more."""

_SEARCHES = ("*.decoder.yml", "decoder.yml", "config*.yml")


class _Found(NamedTuple):
    """The files of a model."""

    model: Path
    vocabularies: list[Path]
    """One for both sides, or the source's and the target's."""
    lists: Path | None
    search: Mapping[str, Any]
    """What `decoder.yml` says."""


def read(paths: Sequence[Path]) -> Imported:
    """Return the model of some files or folders.

    Raises:
        InputError: a file is missing, damaged, or of a kind that is not supported.
    """
    found = _find(Files(paths))
    file = read_model(found.model)
    sides = [read_pieces(unpacked(path), path) for path in found.vocabularies]
    arrays = {name: torch.from_numpy(np.array(array)) for name, array in file.arrays.items()}
    words, ends = _words(file, sides, found.vocabularies)
    try:
        if file.settings.get("type") in marian_recurrent.TYPES:
            family: Family = _recurrent(file.settings, arrays, sides, words, ends)
        else:
            family = Marian(student(file, sides, words, ends), arrays)
    except InputError as error:
        raise InputError(f"{found.model}: {error}", hint=error.hint or _SETTINGS) from None
    facts = family.facts
    sizes = [facts.source_words, facts.vocabulary]
    texts = [definition(side, size=size) for side, size in zip(sides, sizes, strict=False)]
    shortlist, remarks = _shortlist(found, words, ends[1], facts.vocabulary)
    return Imported(
        family=family,
        source_tokenizer=texts[0],
        target_tokenizer=None if len(texts) == 1 else texts[1],
        beam_size=_whole(found.search, "beam-size", 1),
        length_penalty=_number(found.search, "normalize", 0.0),
        finished="kept",
        shortlist=shortlist,
        least_weights=0 if file.grids else LEAST_WEIGHTS,
        made_by=f"Marian {str(file.settings.get('version', '')).split(' ')[0]}".strip(),
        remarks=(*remarks, *_of_search(found.search), *_of_integers(file)),
    )


# --- files ----------------------------------------------------------------------------------


def _find(files: Files) -> _Found:
    """Return the files that belong together."""
    named = [path for path in files.named if _fits(path, _SEARCHES)]
    models = [p for p in files.named if _fits(p, _MODELS) and not _fits(p, _LISTS)]
    # What lies beside a vocabulary that was named may be of another model.
    beside = Files(models) if models else files
    yml = named[0] if named else beside.find(*_SEARCHES)
    search = parse(read_text(yml), str(yml)) if yml is not None else {}
    told = {key: _told(yml, search.get(key)) for key in ("models", "vocabs", "shortlist")}
    models = _some(files, _MODELS, told["models"], but=_LISTS)
    if not models:
        places = ", ".join(map(str, files.folders))
        raise InputError(f"there is no model in {places}", hint="expected a .npz or a .bin")
    packed = [path for path in models if path.suffix == ".npz"]
    models = packed if len(packed) == 1 and not told["models"] and not files.named else models
    if len(models) > 1:
        raise _several("model", models)
    for path in files.named:
        if path.name.startswith("lex") and not _fits(path, _LISTS):
            raise InputError(f"{path} is no binary shortlist", hint=HOW_TO_LIST)
    lists = _some(files, _LISTS, told["shortlist"][:1])
    if len(lists) > 1:
        raise _several("shortlist", lists)
    vocabularies = _vocabularies(files, told["vocabs"])
    return _Found(models[0], vocabularies, lists[0] if lists else None, search)


def _fits(path: Path, patterns: Sequence[str]) -> bool:
    return any(path.match(pattern) for pattern in patterns)


def _told(yml: Path | None, names: Any) -> list[Path]:
    """Return the files that a `decoder.yml` names, those that are there."""
    names = names if isinstance(names, list) else [names]
    if yml is None:
        return []
    paths = [yml.parent / name for name in names if isinstance(name, str) and name]
    return [path for path in paths if path.is_file()]


def _some(
    files: Files, patterns: Sequence[str], told: Sequence[Path], *, but: Sequence[str] = ()
) -> list[Path]:
    """Return files of a kind: those that were named, else told of, else that lie there."""

    def are(paths: Sequence[Path]) -> list[Path]:
        return [p for p in dict.fromkeys(paths) if _fits(p, patterns) and not _fits(p, but)]

    beside = [path for folder in files.folders for path in sorted(folder.iterdir())]
    lying = [path for path in beside if path.is_file()]
    return are(files.named) or are(told) or are(lying)


def _vocabularies(files: Files, told: Sequence[Path]) -> list[Path]:
    """Return one vocabulary, or the source's and the target's."""
    found = _some(files, _VOCABULARIES, told)
    if not found:
        places = ", ".join(map(str, files.folders))
        raise InputError(
            f"the vocabulary is missing: no .spm in {places}",
            hint="name it; vocabularies of plain words (.yml) are not read",
        )
    if len(found) == 1:
        return found
    sides = [[p for p in found if p.name.startswith(side)] for side in ("src", "trg")]
    if all(len(side) == 1 for side in sides):
        return [sides[0][0], sides[1][0]]
    if len(found) == 2 and (files.named or told):
        return found
    raise _several("vocabulary", found)


def _several(what: str, paths: Sequence[Path]) -> InputError:
    names = ", ".join(path.name for path in paths[:4])
    hint = "name the source's, then the target's" if what == "vocabulary" else "name one of them"
    return InputError(f"which {what} is meant? {names}", hint=hint)


# --- settings -------------------------------------------------------------------------------

_NEEDED: dict[str, tuple[Any, ...]] = {
    "type": ("transformer",),
    "transformer-decoder-autoreg": ("rnn",),
    "dec-cell": ("ssru",),
    "enc-type": ("bidirectional",),
    "input-types": ([], None),
    "right-left": (False,),
    "ulr": (False,),
    "layer-normalization": (False,),
    "lemma-dim-emb": (0,),
    "lemma-dependency": ("", None),
    "factors-dim-emb": (0,),
    "transformer-alibi-shift": (False,),
    "transformer-alibi-trainable": (False,),
    "transformer-attention-mask": ("default",),
    "transformer-disable-position-embeddings": (False,),
    "transformer-no-affine": (False,),
    "transformer-no-bias": (False,),
    "transformer-no-projection": (False,),
    "transformer-pool": (False,),
    "transformer-rnn-projection": (False,),
    "transformer-train-position-embeddings": (False,),
    "dec-cell-high-depth": (1,),
    "dec-cell-base-depth": (1, 2),
}
"""Settings, and what they must be if they are there; the first is what is expected."""

_READ = {
    "dim-emb", "dim-vocabs", "enc-depth", "dec-depth", "transformer-heads", "version",
    "transformer-ffn-activation", "transformer-preprocess", "transformer-postprocess",
    "transformer-postprocess-emb", "transformer-postprocess-top", "transformer-tied-layers",
    "transformer-guided-alignment-layer",
}  # fmt: skip

_IDLE = {
    # What the arrays tell, and what nothing here depends on.
    "tied-embeddings", "tied-embeddings-all", "tied-embeddings-src", "output-omit-bias",
    "transformer-dim-ffn", "transformer-decoder-dim-ffn", "transformer-ffn-depth",
    "transformer-decoder-ffn-depth", "dim-rnn", "skip", "enc-cell", "enc-cell-depth",
    "bert-train-type-embeddings", "bert-type-vocab-size", "factors-combine", "separator-symbol",
    "transformer-aan-activation", "transformer-aan-depth", "transformer-aan-nogate",
    "transformer-dim-aan", "transformer-depth-scaling", "ulr-dim-emb",
    "ulr-trainable-transformation",
}  # fmt: skip

_REASONS = {
    "transformer-decoder-autoreg": "OPUS-MT's kind of decoder remembers all it has said; see "
    "docs/decisions.md",
    "type": "students with an SSRU decoder are read, and s2s and amun without layer normalization",
}


def _words(
    file: MarianFile, sides: Sequence[Pieces], paths: Sequence[Path]
) -> tuple[list[int], list[int]]:
    """Return how many words source and target have, and the ids that end them.

    Raises:
        InputError: the vocabularies do not fit the model.
    """
    settings, where = file.settings, str(file.path)
    _check(settings, where)
    words = settings.get("dim-vocabs")
    if not isinstance(words, list) or len(words) != 2 or any(type(n) is not int for n in words):
        raise InputError(f"{where}: dim-vocabs is {shown(words)}, not two numbers", hint=_SETTINGS)
    both = [*zip(sides, paths, strict=True)]
    for (pieces, path), count in zip((both[0], both[-1]), words, strict=True):
        if len(pieces.pieces) != count:
            raise InputError(
                f"{path} has {len(pieces.pieces):,} subwords, the model has {count:,}",
                hint="each model has its own vocabulary; name the one it was trained with",
            )
    ends = [pieces.id_of("</s>", CONTROL) for pieces in (sides[0], sides[-1])]
    if None in ends:
        raise InputError(
            f"{paths[-ends.index(None)]} has no piece </s>, which ends sentences",
            hint="name the .spm that the model was trained with",
        )
    return words, [end or 0 for end in ends]


def _recurrent(
    settings: Mapping[str, Any],
    arrays: Mapping[str, torch.Tensor],
    sides: Sequence[Pieces],
    words: Sequence[int],
    ends: Sequence[int],
) -> Family:
    usual = {"dim-emb": 512, "dim-rnn": 1024, "enc-depth": 1, "dec-depth": 1}
    for key, default in {**usual, "dec-cell-base-depth": 2}.items():
        _whole(settings, key, default)
    unknown, shared = sides[-1].unknown, len(sides) == 1
    return marian_recurrent.recurrent(settings, arrays, words, ends, unknown=unknown, shared=shared)


def student(
    file: MarianFile, sides: Sequence[Pieces], words: Sequence[int], ends: Sequence[int]
) -> StudentConfig:
    """Return how a student is built.

    Args:
        file: of its model.
        sides: its vocabularies: one, or the source's and the target's.
        words: of source and target.
        ends: ids that end them.

    Raises:
        InputError: its settings are not those of a student.
    """
    settings = file.settings
    layers = _whole(settings, "dec-depth", 0)
    order = settings.get("transformer-tied-layers") or list(range(1, layers + 1))
    if not isinstance(order, list):
        raise InputError(f"transformer-tied-layers is {shown(order)}, no list", hint=_SETTINGS)
    aligned = settings.get("transformer-guided-alignment-layer", "last")
    if aligned == "last":
        aligned = layers
    config = StudentConfig(
        width=_whole(settings, "dim-emb", 0),
        heads=_whole(settings, "transformer-heads", 8),
        encoder_layers=_whole(settings, "enc-depth", 0),
        decoder_order=tuple(order),
        activation=str(settings.get("transformer-ffn-activation", "relu")),
        before=_steps(settings, "transformer-preprocess", ""),
        after=_steps(settings, "transformer-postprocess", "dan"),
        embedded=_steps(settings, "transformer-postprocess-emb", "d"),
        top=_steps(settings, "transformer-postprocess-top", ""),
        aligned_layer=_number_of("transformer-guided-alignment-layer", aligned) - 1,
        source_words=words[0],
        target_words=words[1],
        source_eos=ends[0],
        eos=ends[1],
        unknown=sides[-1].unknown,
        grids=file.grids,
        ranges=file.ranges,
    )
    problem = config.problem(layers)
    if problem:
        raise InputError(problem, hint=_SETTINGS)
    return config


def _check(settings: Mapping[str, Any], where: str) -> None:
    """Demand that all settings are known, and as they must be for a model of its type."""
    needed, reasons, idle = _NEEDED, _REASONS, tuple[str, ...]()
    known, told = _READ | _IDLE, ["type", "dim-emb", "dim-vocabs"]
    if settings.get("type") in marian_recurrent.TYPES:
        needed, reasons = marian_recurrent.NEEDED, marian_recurrent.REASONS
        idle, known = marian_recurrent.IDLE, {*marian_recurrent.READ}
    else:
        told += ["transformer-decoder-autoreg", "dec-cell"]
    for key, allowed in needed.items():
        if key in settings and settings[key] not in allowed:
            raise InputError(
                f"{where}: {key} is {shown(settings[key])}; {shown(allowed[0])} is read",
                hint=reasons.get(key, _SETTINGS),
            )
    for key in told:
        if key not in settings:
            raise InputError(f"{where}: its settings do not say {key}", hint=_SETTINGS)
    known = known | needed.keys()
    strange = [
        key for key, value in settings.items()
        if key not in known and value and not (idle and key.startswith(idle))
    ]  # fmt: skip
    if strange:
        raise InputError(
            f"{where}: {shown(strange[0])} is {shown(settings[strange[0]])}, a setting that is "
            "not known here",
            hint="what it changes would be lost, so nothing is written",
        )


def _steps(settings: Mapping[str, Any], key: str, default: str) -> str:
    return str(settings.get(key, default) or "")


def _whole(settings: Mapping[str, Any], key: str, default: int) -> int:
    return _number_of(key, settings.get(key, default))


def _number_of(key: str, value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 65_536:
        raise InputError(f"{key} is {shown(value)}, not a whole number from 1", hint=_SETTINGS)
    return value


def _number(settings: Mapping[str, Any], key: str, default: float) -> float:
    value = settings.get(key, default)
    if type(value) not in (int, float, bool) or not 0 <= float(value) <= 10:
        raise InputError(
            f"{key} is {shown(value)}, not a number from 0 to 10",
            hint="expected a decoder.yml as Marian reads it",
        )
    return float(value)


# --- what differs ---------------------------------------------------------------------------


def _shortlist(
    found: _Found, words: Sequence[int], eos: int, size: int
) -> tuple[bytes | None, list[str]]:
    """Return our file of Marian's lists, and what is to be said of it."""
    if found.lists is None:
        return None, []
    first, lists = read_lists(found.lists, *words)
    if len(found.vocabularies) > 1:
        return None, ["The shortlist is left out: it needs one vocabulary for both sides."]
    if size > MAX_VOCABULARY:
        return None, [f"The shortlist is left out: it takes {MAX_VOCABULARY:,} words at most."]
    every: list[Sequence[int]] = [ids.tolist() for ids in lists]
    every += [[] for _ in range(len(every), size)]
    every[eos] = [*every[eos], *range(first)]
    remark = (
        "The shortlist lists the words that Marian's lists, and the source's own; Marian fills "
        "its lists up to a multiple of 8 besides, and joins those of a batch."
    )
    return pack(every), [remark]


def _of_search(search: Mapping[str, Any]) -> list[str]:
    if search.get("word-penalty"):
        return [f"The penalty for each word ({search['word-penalty']}) is left out."]
    return []


def _of_integers(file: MarianFile) -> list[str]:
    """Return how many of the file's integers fit in 7 bits."""
    kept = columns = 0
    for name, grid in file.grids.items():
        values = np.abs(np.rint(file.arrays[name] / np.float32(grid)))
        largest = values.max(axis=1 if "Wemb" in name else 0)
        columns += len(largest)
        kept += int((largest <= WEIGHT_LIMIT).sum())
    if not columns:
        return []
    return [
        f"Of {columns:,} rows and columns of 8-bit weights, {kept:,} fit in 7 bits and are taken "
        "as they are; the others are rounded to 7 bits with a scale of their own."
    ]
