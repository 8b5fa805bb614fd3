"""The benchmarks' own parts, on the tiny bundle: whose peers do the same work."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from allez import Translator


@pytest.fixture(scope="module", autouse=True)
def _importable(root: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        yield


@pytest.fixture(scope="module")
def folder(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make bench` would make of the tiny bundle, without the CTranslate2 model."""
    from benchmarks.prepare import prepare

    return prepare(tiny_bundle, tmp_path_factory.mktemp("work"), opus=False)


@pytest.fixture(scope="module")
def texts(tiny: Translator) -> list[str]:
    """Single sentences of the language that the tiny bundle knows; peers split nothing."""
    found = [golden.text for golden in tiny.bundle.golden()]
    return [text for text in found if len(tiny.translate(text).sentences) == 1]


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("key", ["plain_onnx", "pytorch", "pytorch_layers"])
def test_a_peer_translates_what_allez_translates_in_fp32(
    folder: Path, texts: list[str], key: str, beam: int
) -> None:
    from benchmarks.systems import Sample, load

    sample = Sample(texts, [len(text) for text in texts], [])
    found = load(key, folder, 1, many=True)(sample, beam)
    with Translator(folder / "allez_fp32", threads=1) as translator:
        assert translator.bundle.manifest.precision == "fp32"
        wanted = [t.text for t in translator.translate_batch(texts, beam_size=beam)]
    assert len(set(wanted)) > 10
    assert found == wanted


def test_a_beam_ends_with_the_best_hypothesis_by_mean_score() -> None:
    from benchmarks.peers.beam import Beams

    eos = 9
    beams = Beams([5], 2, eos, 1.0)
    # Two rows begin with 1 and 2; then eos ends the first of them badly, the second well.
    rows = beams.advance([[-0.1, -0.2, -3.0, -4.0]], [[0] * 4], [[1, 2, 3, 4]])
    assert rows is not None
    assert (rows.parent, rows.token, rows.score) == ([0, 0], [1, 2], [-0.1, -0.2])
    rows = beams.advance([[-0.3, -1.0, -5.0, -6.0]], [[1, 0, 1, 0]], [[eos, eos, 5, 6]])
    assert rows is None, "no open row can beat -0.3 / 2 any more"
    assert beams.best == [(2,)]


def test_a_beam_drops_sentences_that_are_done() -> None:
    from benchmarks.peers.beam import Beams

    beams = Beams([5, 1, 5, 5], 1, 9, 1.0)
    rows = beams.advance([[0.0]] * 4, [[0]] * 4, [[3], [3], [9], [4]])
    assert rows is not None
    assert rows.kept == [0, 1, 3], "a quarter is done"
    assert (rows.parent, rows.token) == ([0, 1, 3], [3, 3, 4])
    rows = beams.advance([[0.0]] * 3, [[0]] * 3, [[9], [5], [9]])
    assert rows is None, "the second is at its limit"
    assert beams.best == [(3,), (3,), (), (4,)]


def test_sentences_have_the_words_that_are_asked_for() -> None:
    from benchmarks.sentences import HISTOGRAM, file_like, of_words, sentence

    generator = random.Random(1)
    for words in (*range(1, 20), 45, 61):
        assert len(sentence(words, generator).split()) == words
    assert sum(HISTOGRAM.values()) == 4997
    texts = file_like(2000)
    mean = sum(len(text.split()) for text in texts) / len(texts)
    wanted = sum(words * count for words, count in HISTOGRAM.items()) / 4997
    assert abs(mean - wanted) < 0.6
    assert file_like(50) == file_like(50) != file_like(50, seed=2)
    assert len(set(of_words(10, 100))) > 90


@pytest.mark.parametrize(
    ("flags", "name"),
    [
        ("fpu avx2 avx512f avx512_vnni", "AVX512-VNNI"),
        ("avx2 avx_vnni", "AVX-VNNI"),
        ("sse2 avx2", "AVX2 only"),
        ("asimd asimddp i8mm", "Arm with i8mm"),
        ("", "unknown (vax)"),
    ],
)
def test_a_processor_is_classed_by_its_8_bit_products(flags: str, name: str) -> None:
    from benchmarks.machine import processor_class

    assert processor_class(set(flags.split()), "vax") == name


def test_rounds_interleave_and_begin_with_another_system() -> None:
    from benchmarks.measure import figure, interleaved

    calls: list[str] = []

    def action(name: str) -> Any:
        return lambda: calls.append(name) or [float(len(calls))]

    values = interleaved({name: action(name) for name in "abc"}, 2, rest=0.0)
    assert calls == ["a", "b", "c", "b", "c", "a"]
    assert values["a"] == [1.0, 6.0]
    found = figure([4.0, 1.0, 2.0, 3.0, 5.0], case="one", system="x", unit="s", threads=2)
    assert (found.low, found.median, found.high, found.count) == (2.0, 3.0, 4.0, 5)
    assert found.p95 == pytest.approx(4.8)


def test_verdicts_come_from_the_figures_and_what_is_missing_is_said() -> None:
    from benchmarks.bars import bars
    from benchmarks.measure import figure

    def took(case: str, system: str, value: float, **rest: Any) -> Any:
        return figure([value], case=case, system=system, **{"unit": "s", **rest})

    greedy = {"threads": 1, "beam": 1}
    figures = [
        took("one", "pytorch", 0.050, **greedy),
        took("one", "allez_int8", 0.012, **greedy),
        took("many", "pytorch", 4.0, threads=1, beam=4),
        took("many", "allez_int8", 1.0, threads=1, beam=4),
        took("start", "import", 0.1),
        took("start", "allez_int8", 0.15),
        took("memory", "allez_int8", 120e6, unit="bytes"),
        took("step", "allez_int8", 0.0026, at=64),
        took("products", "allez_int8", 0.0020, at=64),
        *(took("flat", "command", 130e6 + n, unit="bytes", sentences=n) for n in (1000, 100_000)),
    ]
    found = [(bar.measured, bar.verdict) for bar in bars(figures, "AVX2 only")]
    assert found == [
        ("4.2 times", "missed"),
        ("", "not measured"),
        ("", "not measured"),
        ("4.0 times", "met"),
        ("1.30 times", "met"),
        ("", "not measured"),
        ("1.50 times", "met"),
        ("120 MB", "met"),
        ("1,000: 130 MB, 100,000: 130 MB", "met"),
    ]
    assert [bar.verdict for bar in bars(figures, "AVX-VNNI")][3] == "missed"


def test_what_a_package_requires_counts_with_it() -> None:
    from benchmarks.processes import closure, size_of

    found = closure("allez")
    assert {"allez", "numpy", "onnxruntime", "tqdm"} <= found
    assert not {"tokenizers", "torch"} & found
    assert size_of("numpy") > 10_000_000


def test_a_quick_run_writes_its_page_and_plots(folder: Path, tmp_path: Path) -> None:
    from benchmarks import plots, report
    from benchmarks.cases import Bench, Settings
    from benchmarks.processes import Processes

    bench = Bench(Settings(folder, threads=(1,), quick=True, rest=0.0))
    bench.one()
    bench.many()
    bench.lengths()
    bench.batches()
    processes = Processes(bench)
    processes.start()
    processes.installed()
    results = report.Results(
        machine={"processor": "p", "class": "AVX2 only", "cores": "2", "system": "s", "load": "0"},
        versions={"python": "3"},
        bundle={"name": "tiny", "version": "1", "candidates": "none"},
        quick=True,
        minutes=0.5,
        same={"pytorch": (48, 48)},
        figures=bench.figures,
    )
    report.write(results, tmp_path)
    plots.latency(results.figures, tmp_path / "latency.svg")
    plots.throughput(results.figures, tmp_path / "throughput.svg")
    page = (tmp_path / "results.md").read_text(encoding="utf-8")
    for heading in ("What is promised", "One sentence", "64 sentences", "Latency", "Installed"):
        assert f"## {heading}" in page
    assert "| CTranslate2 int8, OPUS-MT size, random weights | not measured |" in page
    content = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert {figure["case"] for figure in content["figures"]} >= {"one", "many", "start", "packages"}
    assert all(figure["median"] > 0 for figure in content["figures"])
    assert "PyTorch eager" in (tmp_path / "latency.svg").read_text(encoding="utf-8")


def test_shares_add_up_and_leave_the_runtime_as_it_was(tiny_bundle: Path) -> None:
    from benchmarks.share import measure

    from allez.model.decoder import Decoder
    from allez.model.encoder import Encoder

    before = Encoder.__call__, Decoder.run
    with Translator(tiny_bundle, threads=1) as translator:
        found = measure(translator, ["Je vois le chat noir."] * 3, beam_size=1)
    assert (Encoder.__call__, Decoder.run) == before
    assert min(found.values()) > 0
    assert found["encoder"] + found["decoder"] < found["all"]


def test_the_figures_of_the_readme(tiny_bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from benchmarks.readme import main

    assert main(["--model", str(tiny_bundle), "--rounds", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = ["bundle", "a sentence of 10 words, one thread, greedy", "a sentence of 10 words"]
    names += ['allez "Il pleut."', "import onnxruntime", "start / import onnxruntime"]
    assert all(line.startswith(name) for line, name in zip(lines, names, strict=True))
    assert float(lines[-1].split()[-1]) > 0


def test_tasks_are_measured_where_their_bundles_lie(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from benchmarks import tasks

    bundles = {"fr-en": "tiny", "caption-en": "tiny_caption", "summary-fr": "tiny_summary"}
    bundles["dialogue-en"] = "tiny_reply"
    for name, tiny_name in bundles.items():
        (tmp_path / name).symlink_to(root / "spec" / "bundles" / tiny_name)
    assert tasks.main(["--models", str(tmp_path), "--rounds", "1"]) == 0
    told = capsys.readouterr()
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in told.out.splitlines()[2:]]
    assert [row[0] for row in rows] == [
        *("a sentence of ten words", "a caption"),
        *("a summary of 100 words in French", "a reply"),
    ]
    assert rows[0][2:] == ["1.00", ""]
    assert all(float(cell) > 0 for row in rows for cell in row[1:3])
    assert [row[3].split(",")[0] for row in rows[1:]] == ["5.3", "12.8", "3.2"]
    skipped = [line for line in told.err.splitlines() if line.startswith("skipped: ")]
    assert [line.split(": ")[1] for line in skipped] == [
        "a caption in French",
        "a summary of 100 words",
    ]


def test_what_costs_more_than_promised_is_said() -> None:
    from benchmarks.tasks import SENTENCE, report

    told = report({SENTENCE: 0.004, "a": 0.012, "b": 0.013}, {"a": 3.0, "b": 3.0}).splitlines()
    assert told[3] == "| a | 12.0 | 3.00 | 3.0 |"
    assert told[4] == "| b | 13.0 | 3.25 | 3.0, missed |"
