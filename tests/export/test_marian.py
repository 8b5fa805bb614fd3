"""Students of Marian: their files read safely, computed as the equations say, made bundles."""

from __future__ import annotations

import contextlib
import copy
import gzip
import io
import json
import os
import pickle
import random
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allez import Translator
from allez.errors import InputError
from allez.model.shortlist import Shortlist
from allez_export.families.marian.family import Marian
from allez_export.families.marian.graphs import positions
from allez_export.importing import Order, import_model
from allez_export.toolkits import listing, toolkit
from allez_export.toolkits.imported import Imported
from allez_export.toolkits.marian_files import read_lists, read_model
from support import french, marian, subwords
from support.checkpoints import quantize_all

SPM = {"vocab_size": 300, "hard_vocab_limit": False, "bos_id": -1, "eos_id": 0, "unk_id": 1}


@pytest.fixture(scope="module")
def vocabularies() -> tuple[bytes, bytes]:
    """Two of SentencePiece's models, of different sizes."""
    lines = french.sentences(4, 600)
    return subwords.train(lines, **SPM), subwords.train(lines, **SPM | {"vocab_size": 260})


@pytest.fixture
def folder(tmp_path: Path, vocabularies: tuple[bytes, bytes]) -> Callable[..., Path]:
    """Write a student's files; returns their folder."""

    def write(
        *, changes: dict[str, Any] | None = None, suffix: str = "npz", kind: int = marian.FLOAT32
    ) -> Path:
        settings, arrays = student(vocabularies, changes)
        data = (
            marian.npz(arrays, settings)
            if suffix == "npz"
            else marian.bin_file(arrays, settings, kind=kind)
        )
        (tmp_path / f"model.{suffix}").write_bytes(data)
        (tmp_path / "vocab.spm").write_bytes(vocabularies[0])
        return tmp_path

    return write


def sizes(vocabularies: tuple[bytes, bytes]) -> list[int]:
    return [len(subwords.pieces_of(model)) for model in vocabularies]


def student(
    vocabularies: tuple[bytes, bytes], changes: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, marian.Array]]:
    """Return settings and arrays with one vocabulary, unless the changes say so."""
    settings = copy.deepcopy(marian.SETTINGS)
    settings["dim-vocabs"] = sizes(vocabularies)[:1] * 2
    settings |= changes or {}
    return settings, marian.draw(settings)


def read(*paths: Path) -> Imported:
    return toolkit("marian").read(paths)


def scores(family: Marian, source: Sequence[int], target: Sequence[int]) -> marian.Array:
    """Return log-probabilities [T, V] of a family's own step."""
    step = family.reference_step([source])
    found, previous = [], family.facts.bos
    for word in target:
        result = step(np.array([previous]), np.zeros(1, dtype=np.int64), 1, full=True)
        assert result.log_probs is not None
        found.append(result.log_probs[0])
        previous = word
    return np.stack(found)


# --- equations ------------------------------------------------------------------------------

KINDS: dict[str, dict[str, Any]] = {
    "student": {},
    "normalized before": {
        "transformer-preprocess": "n",
        "transformer-postprocess": "da",
        "transformer-postprocess-top": "n",
        "transformer-ffn-activation": "swish",
    },
    "tied layers": {"transformer-tied-layers": [1, 1], "transformer-ffn-activation": "gelu"},
    "one layer, normalized words": {"dec-depth": 1, "transformer-postprocess-emb": "nd"},
    "own tables": {"tied-embeddings-all": False, "transformer-heads": 4},
    "1 + 1 layers, one head": {"enc-depth": 1, "dec-depth": 1, "transformer-heads": 1},
    "3 + 6 layers": {"enc-depth": 3, "dec-depth": 6, "transformer-heads": 8},
    "12 + 3 layers, odd heads": {
        "enc-depth": 12, "dec-depth": 3, "dim-emb": 48, "transformer-heads": 16,
    },
    "output tied to the target": {"tied-embeddings-all": False, "tied-embeddings": True},
    "words tied, no bias": {
        "tied-embeddings-all": False, "tied-embeddings-src": True, "output-omit-bias": True,
    },
    "other feed-forward in the decoder": {
        "transformer-ffn-depth": 3, "transformer-decoder-ffn-depth": 1,
        "transformer-decoder-dim-ffn": 10, "transformer-postprocess": "da",
        "transformer-postprocess-top": "n",
    },
    "wide and shallow": {
        "dim-emb": 128, "transformer-dim-ffn": 40, "transformer-preprocess": "nd",
        "transformer-postprocess-emb": "", "transformer-guided-alignment-layer": 1,
        "transformer-decoder-dim-ffn": 7,
    },
    "neither normalized nor added": {
        "transformer-postprocess": "", "transformer-postprocess-top": "n",
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_the_equations(
    kind: str, folder: Callable[..., Path], vocabularies: tuple[bytes, bytes]
) -> None:
    settings, arrays = student(vocabularies, KINDS[kind])
    imported = read(folder(changes=KINDS[kind]))
    family, expected = imported.family, marian.Student(arrays, settings)
    assert isinstance(family, Marian)
    for module in (family.encoder_module(), family.step_module()):
        module.double()  # the equations, not how a processor rounds floats
    words = settings["dim-vocabs"][0]
    generator = random.Random(3)
    for length in (0, 3, 20):
        source = [*(generator.randrange(1, words) for _ in range(length)), 0]
        target = [*(generator.randrange(1, words) for _ in range(length)), 0]
        found = scores(family, source, target)
        wanted = expected.log_probs(source, target)
        assert np.abs(found[:, :words] - wanted).max() < 2e-5
        assert (found[:, words:] < -1e8).all()


def test_an_output_layer_of_its_own_may_lie_turned(
    folder: Callable[..., Path], vocabularies: tuple[bytes, bytes]
) -> None:
    changes = {"tied-embeddings-all": False}
    settings, arrays = student(vocabularies, changes)
    path = folder(changes=changes)
    one = scores(read(path).family, [5, 6, 0], [7, 0])  # type: ignore[arg-type]
    arrays["decoder_ff_logit_out_Wt"] = arrays.pop("decoder_ff_logit_out_W").T.copy()
    (path / "model.npz").write_bytes(marian.npz(arrays, settings))
    other = scores(read(path).family, [5, 6, 0], [7, 0])  # type: ignore[arg-type]
    np.testing.assert_array_equal(one, other)


def test_what_is_unknown_is_never_chosen_but_scored(folder: Callable[..., Path]) -> None:
    path = folder()
    arrays = dict(read_model(path / "model.npz").arrays)
    arrays["decoder_ff_logit_out_b"] = np.copy(arrays["decoder_ff_logit_out_b"])
    arrays["decoder_ff_logit_out_b"][0, 1] = 200  # the likeliest by far
    settings = {**marian.SETTINGS, "dim-vocabs": [len(arrays["Wemb"])] * 2}
    (path / "model.npz").write_bytes(marian.npz(arrays, settings))
    family = read(path).family
    step = family.reference_step([[5, 6, 0]])
    row = np.zeros(1, dtype=np.int64)
    result = step(np.array([family.facts.bos]), row, 5, full=True)
    assert result.log_probs is not None
    assert result.log_probs[0, 1] > -0.01
    assert 1 not in result.top_tokens
    assert result.top_log_probs[0, 0] < -10


def test_positions_are_halves_and_go_on_for_ever(folder: Callable[..., Path]) -> None:
    table = positions(7, 8).numpy()
    assert table[0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert table[6, 1] == pytest.approx(np.sin(6 / 10000 ** (1 / 3)))
    family = read(folder()).family
    found = scores(family, [*[5] * 1500, 0], [7, 0])
    assert np.isfinite(found).all()


# --- files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [marian.FLOAT32, marian.FLOAT16, marian.BERGAMOT, marian.OWN])
def test_all_kinds_of_files_hold_the_same(
    kind: int, folder: Callable[..., Path], vocabularies: tuple[bytes, bytes]
) -> None:
    _, arrays = student(vocabularies)
    found = read_model(folder(suffix="bin", kind=kind) / "model.bin")
    assert found.settings["dim-emb"] == 16
    assert found.arrays.keys() == arrays.keys()
    floats = kind in (marian.FLOAT32, marian.FLOAT16)
    integers = {} if floats else marian.on_grids(arrays)
    for name, array in arrays.items():
        if name in integers and not (kind == marian.OWN and "Wemb" in name):
            values, factor = integers[name]
            np.testing.assert_allclose(found.arrays[name], values / factor, rtol=1e-6)
            assert found.grids[name] == pytest.approx(1 / factor)
        else:
            wanted = array.astype(np.float16) if kind == marian.FLOAT16 else array
            np.testing.assert_array_equal(found.arrays[name], wanted)
            assert found.arrays[name].dtype == np.float32
            assert name not in found.grids
    if kind == marian.BERGAMOT:
        assert found.ranges["encoder_l1_ffn_W1"] == pytest.approx(4.5)


def test_integers_laid_out_for_one_processor_are_named(folder: Callable[..., Path]) -> None:
    path = folder(suffix="bin", kind=marian.AVX512) / "model.bin"
    with pytest.raises(InputError, match="intgemm8avx512, which is not read") as caught:
        read_model(path)
    assert "marian-conv" in str(caught.value.hint)


def test_an_npz_of_halves_is_read(
    folder: Callable[..., Path], vocabularies: tuple[bytes, bytes]
) -> None:
    settings, arrays = student(vocabularies)
    path = folder() / "model.npz"
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    path.write_bytes(marian.npz(halves, settings))
    found = read_model(path).arrays
    assert all(np.array_equal(found[name], array) for name, array in halves.items())


def test_gzip_is_unpacked_and_zstd_is_named(folder: Callable[..., Path]) -> None:
    path = folder(suffix="bin")
    packed = path / "model.bin.gz"
    packed.write_bytes(gzip.compress((path / "model.bin").read_bytes()))
    assert read_model(packed).arrays.keys() == read_model(path / "model.bin").arrays.keys()
    packed.write_bytes(packed.read_bytes()[:-40])
    with pytest.raises(InputError, match="damaged"):
        read_model(packed)
    packed.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(40))
    with pytest.raises(InputError, match="zstd"):
        read_model(packed)


@pytest.mark.parametrize("suffix", ["npz", "bin"])
def test_a_file_cut_or_changed_anywhere_is_refused_or_read(
    suffix: str, folder: Callable[..., Path]
) -> None:
    path = folder(suffix=suffix, kind=marian.BERGAMOT) / f"model.{suffix}"
    data = path.read_bytes()
    generator = random.Random(5)
    for _ in range(60):
        path.write_bytes(data[: generator.randrange(len(data))])
        with pytest.raises(InputError):
            read_model(path)
    for _ in range(200):
        changed = bytearray(data)
        for _ in range(4):
            changed[generator.randrange(2000)] = generator.randrange(256)
        path.write_bytes(bytes(changed))
        with contextlib.suppress(InputError):  # nothing else may come of it
            read_model(path)


@pytest.mark.parametrize("shape", ["(9, 9)", "(2,)", "(99999999999,)", "(-4,)", "(1,) * 40"])
def test_a_file_that_lies_allocates_nothing(shape: str, folder: Callable[..., Path]) -> None:
    path = folder() / "model.npz"
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + bytes(16)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Wemb.npy", data)
    with pytest.raises(InputError, match="Wemb"):
        read_model(path)


class _Harmful:
    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, ("/tmp/allez-was-harmed",))


def test_a_pickle_in_an_npz_is_refused(folder: Callable[..., Path]) -> None:
    path = folder() / "model.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|O", "fortran_order": False, "shape": (1,)}
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("extra.npy", header.getvalue() + pickle.dumps([_Harmful()]))
    with pytest.raises(InputError, match="extra"):
        read_model(path)
    assert not os.path.exists("/tmp/allez-was-harmed")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": "nematus"}, "type is 'nematus'"),
        ({"transformer-decoder-autoreg": "self-attention"}, "self-attention"),
        ({"dec-cell": "gru"}, "dec-cell is 'gru'"),
        ({"transformer-no-projection": True}, "transformer-no-projection"),
        ({"transformer-brand-new": "yes"}, "transformer-brand-new"),
        ({"transformer-heads": 3}, "3 heads"),
        ({"transformer-ffn-activation": "tanh"}, "tanh"),
        ({"transformer-postprocess": "dahn"}, "dahn"),
        ({"dim-emb": 0}, "dim-emb"),
        ({"dim-vocabs": [9, 9]}, "vocab.spm has"),
        ({"transformer-tied-layers": [1, 3]}, "tied layers"),
        ({"transformer-tied-layers": 3}, "transformer-tied-layers"),
        ({"transformer-guided-alignment-layer": "first"}, "guided-alignment-layer"),
    ],
)
def test_other_models_are_refused_by_name(
    changes: dict[str, Any], message: str, tmp_path: Path, vocabularies: tuple[bytes, bytes]
) -> None:
    settings, arrays = student(vocabularies)
    (tmp_path / "model.npz").write_bytes(marian.npz(arrays, settings | changes))
    (tmp_path / "vocab.spm").write_bytes(vocabularies[0])
    with pytest.raises(InputError, match=message):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("decoder_l1_rnn_W", None, "has no decoder_l1_rnn_W"),
        ("decoder_l1_rnn_W", np.zeros((16, 15)), "is 16 x 15; it should be 16 x 16"),
        ("decoder_l1_rnn_b", np.zeros((1, 16)), "has decoder_l1_rnn_b"),
        ("Wemb", np.full((300, 16), np.nan), "not finite|it should be"),
    ],
)
def test_arrays_that_do_not_fit_are_named(
    name: str,
    array: marian.Array | None,
    message: str,
    tmp_path: Path,
    vocabularies: tuple[bytes, bytes],
) -> None:
    settings, arrays = student(vocabularies)
    arrays.pop(name, None)
    if array is not None:
        arrays[name] = array.astype(np.float32)
    (tmp_path / "model.npz").write_bytes(marian.npz(arrays, settings))
    (tmp_path / "vocab.spm").write_bytes(vocabularies[0])
    with pytest.raises(InputError, match=message):
        read(tmp_path)


def test_files_are_found_by_what_decoder_yml_says(
    folder: Callable[..., Path], vocabularies: tuple[bytes, bytes]
) -> None:
    path = folder()
    (path / "other.npz").write_bytes(b"")
    with pytest.raises(InputError, match="which model is meant"):
        read(path)
    (path / "model.npz.decoder.yml").write_text(
        "relative-paths: true\nmodels:\n  - model.npz\nvocabs:\n  - vocab.spm\n  - vocab.spm\n"
        "beam-size: 3\nnormalize: 0.6\nword-penalty: 0.5\n"
    )
    found = read(path)
    assert (found.beam_size, found.length_penalty, found.finished) == (3, 0.6, "kept")
    assert any("0.5" in remark for remark in found.remarks)
    assert read(path / "model.npz", path / "vocab.spm").target_tokenizer is None
    (path / "model.npz").unlink()
    with pytest.raises(InputError, match=r"other\.npz is no model"):
        read(path)
    (path / "vocab.spm").unlink()
    with pytest.raises(InputError, match="vocabulary is missing"):
        read(path)


def test_two_vocabularies_as_firefox_names_them(
    tmp_path: Path, vocabularies: tuple[bytes, bytes]
) -> None:
    changes = {"dim-vocabs": sizes(vocabularies), "tied-embeddings-all": False}
    settings, arrays = student(vocabularies, changes)
    data = marian.bin_file(arrays, settings, kind=marian.BERGAMOT)
    (tmp_path / "model.fren.intgemm.alphas.bin").write_bytes(data)
    for name, model in zip(("srcvocab", "trgvocab"), vocabularies, strict=True):
        (tmp_path / f"{name}.fren.spm").write_bytes(model)
    lists = marian.lists_file([[]] * sizes(vocabularies)[0], 20)
    (tmp_path / "lex.50.50.fren.s2t.bin").write_bytes(lists)
    found = read(tmp_path)
    assert found.target_tokenizer is not None
    assert found.shortlist is None
    assert any("one vocabulary" in remark for remark in found.remarks)
    assert any("fit in 7 bits" in remark for remark in found.remarks)


def test_lists_become_a_shortlist(
    folder: Callable[..., Path], vocabularies: tuple[bytes, bytes]
) -> None:
    path = folder()
    words = sizes(vocabularies)[0]
    drawn = random.Random(6)
    lists = [drawn.sample(range(words), drawn.randint(0, 9)) for _ in range(words)]
    (path / "lex.50.50.bin").write_bytes(marian.lists_file(lists, 12))
    found = read(path)
    assert found.shortlist is not None
    size = found.family.facts.vocabulary
    shortlist = Shortlist(found.shortlist, size, 0)
    for _ in range(50):
        source = [*drawn.choices(range(2, words), k=5), 0]
        wanted = {*range(12), *source, *(word for s in source for word in lists[s])}
        assert shortlist(source).tolist() == sorted(wanted)
    with pytest.raises(InputError, match="words"):
        read_lists(path / "lex.50.50.bin", words - 1, words)
    with pytest.raises(InputError, match="no binary shortlist"):
        read_lists(path / "vocab.spm", words, words)
    data = (path / "lex.50.50.bin").read_bytes()
    (path / "lex.50.50.bin").write_bytes(data[:-4])
    with pytest.raises(InputError, match="damaged"):
        read(path)


def test_the_toolkit_is_listed() -> None:
    assert "Marian" in listing()


# --- whole bundles --------------------------------------------------------------------------


def order(paths: Sequence[Path], folder: Path, **more: Any) -> Order:
    """Return an order with everything that is asked for."""
    notice = folder / "notice.txt"
    notice.write_text("Nobody.\n", encoding="utf-8")
    return Order(
        toolkit="marian",
        paths=paths,
        out=folder / "run",
        name="student",
        source="fr",
        target="en",
        license="CC0-1.0",
        notice=notice,
        **more,
    )


def test_a_student_of_integers_becomes_a_bundle(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of random weights the greedy path is a matter of the last digits.
    monkeypatch.setattr("allez_export.importing.LEAST_AGREEMENT", 0.0)
    path = folder(suffix="bin", kind=marian.BERGAMOT)
    bundle = import_model(order([path], path))
    report = json.loads((bundle / "report.json").read_text(encoding="utf-8"))
    how = [entry["how"] for entry in report["nodes"]["decoder"]["quantized"]]
    assert any("as they were" in text for text in how)
    assert not report["nodes"]["decoder"]["kept"]
    with Translator(bundle) as translator:
        assert translator.translate("Le chat dort.").text


def test_of_a_small_student_only_the_vocabulary_layer_is_quantized(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allez_export.importing.LEAST_AGREEMENT", 0.0)
    monkeypatch.setattr("allez_export.toolkits.marian.LEAST_WEIGHTS", 2000)
    path = folder()
    bundle = import_model(order([path], path))
    nodes = json.loads((bundle / "report.json").read_text(encoding="utf-8"))["nodes"]
    assert all("small" in entry["why"] for entry in nodes["decoder"]["kept"])
    with Translator(bundle) as translator:
        assert translator.translate("Le chat dort.").text


REAL = os.environ.get("ALLEZ_CHECKPOINTS")


@pytest.mark.skipif(REAL is None, reason="ALLEZ_CHECKPOINTS names no folder of checkpoints")
def test_a_real_student_does_what_marian_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert REAL is not None
    path = Path(REAL) / "marian-ssru"
    references = [path / "reference.jsonl"]
    paths = [path / "model.npz"]
    quantize_all(monkeypatch)
    bundle = import_model(order(paths, tmp_path, references=references, length_penalty=0.6))
    report = json.loads((bundle / "report.json").read_text(encoding="utf-8"))
    found = report["reference"]
    assert found["source_ids"] == found["greedy_same"] == 50
    assert found["worst_token_score"] < 1e-4
    assert found["beam_same"] >= 48
    quantized = report["reference int8"]
    assert quantized["chrf_of_int8_against_fp32"] >= 90
    assert abs(quantized["mean_token_score"]) <= 0.05


@pytest.mark.skipif(REAL is None, reason="ALLEZ_CHECKPOINTS names no folder of checkpoints")
@pytest.mark.parametrize("name", ["model.intgemm.alphas.bin", "model.marian-1.12.intgemm8.bin"])
def test_a_real_student_of_integers_stays_close_to_them(tmp_path: Path, name: str) -> None:
    assert REAL is not None
    path = Path(REAL) / "marian-ssru"
    lines = (path / "reference.jsonl").read_text(encoding="utf-8").splitlines()
    sources = [{"source": json.loads(line)["source"]} for line in lines]
    references = tmp_path / "sources.jsonl"  # texts alone: its scores are those of floats
    references.write_text("\n".join(map(json.dumps, sources)), encoding="utf-8")
    paths = [path / name, path / "vocab.spm"]
    bundle = import_model(order(paths, tmp_path, references=[references]))
    report = json.loads((bundle / "report.json").read_text(encoding="utf-8"))
    assert report["reference int8"]["chrf_of_int8_against_fp32"] >= 90
