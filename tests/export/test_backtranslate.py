"""Text of one language becomes marked pairs: which, how counted, and over kills to the byte."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allez import Translator
from allez.bundle.manifest import Confidence
from allez.errors import InputError, OptionError, OutputError
from allez.results import Doubt, Translation
from allez_export import backtranslate
from allez_export.backtranslate import Made, Wanted, back_translate, counts, why_unwanted
from allez_export.cli import main
from allez_export.config import DataConfig, SourceConfig
from allez_export.data.marked import MARK
from allez_export.data.read import load_source, read_pairs
from support.fake_translator import MANIFEST, FakeTranslator, sentence

WORDS = ("chat", "chien", "maison", "porte", "livre", "jardin", "fleur")


class Killed(Exception):
    """Stands for the power cut."""


class Upper(FakeTranslator):
    """Translates "le chat 3" by "LE THE CHAT 3", and remembers what it was asked."""

    name, version = "fake", "1.2"

    def __init__(self, *, confidence: Confidence | None = None) -> None:
        super().__init__()
        manifest = MANIFEST._replace(confidence=confidence)
        self.bundle = SimpleNamespace(manifest=manifest)
        self.asked: list[str] = []
        self.beams: set[int] = set()

    def translate_batch(self, texts: Iterable[str], **options: Any) -> Iterator[Translation]:
        self.beams.add(options["beam_size"])
        for text in texts:
            self.asked.append(text)
            yield translated(text, text.upper().replace(" ", " THE ", 1))


def translated(text: str, *said: str, finished: bool = True, **known: Any) -> Translation:
    """Return a translation of some sentences; `known` are fields of each `Sentence`."""
    sentences = []
    for one in said:
        made = sentence(text, one)
        (best,) = made.hypotheses
        hypotheses = (dataclasses.replace(best, finished=finished),)
        sentences.append(dataclasses.replace(made, hypotheses=hypotheses, **known))
    return Translation(source=text, texts=(" ".join(said),), sentences=tuple(sentences))


def silent(_: str) -> None:
    """Tell nobody."""


def write(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """Twenty lines, three of them no good."""
    lines = [f"le {WORDS[i % 7]} de la rue {i}" for i in range(17)]
    return write(tmp_path / "mono.txt", [*lines[:5], "", lines[2], *lines[5:], "\ue03a vu"])


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtranslate, "BLOCK", 4)


# --- what is made ---------------------------------------------------------------------------


def test_a_bundle_s_translations_become_marked_sources(tiny: Translator, tmp_path: Path) -> None:
    lines = [f"{s} {v} {o}." for s in ("le chat", "la dame") for v in ("voit", "aime")
             for o in ("la mer", "une pomme", "le livre")]  # fmt: skip
    made = back_translate(
        tiny, write(tmp_path / "a.txt", lines), tmp_path / "a.tsv", Wanted(), say=silent
    )
    pairs = list(read_pairs(tmp_path / "a.tsv"))
    assert (made.lines, made.pairs) == (12, len(pairs))
    assert made.pairs + sum(made.dropped.values()) == 12
    assert made.pairs > 0
    for source, target in pairs:
        assert target in lines
        assert source == f"{MARK} {tiny.translate(target, beam_size=1).text}"


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("packed", [False, True])
def test_good_lines_are_paired_in_order_and_bad_ones_counted(
    text: Path, tmp_path: Path, packed: bool
) -> None:
    if packed:
        (tmp_path / "mono.txt.gz").write_bytes(gzip.compress(text.read_bytes()))
    out = tmp_path / ("a.tsv.gz" if packed else "a.tsv")
    translator = Upper()
    given = tmp_path / "mono.txt.gz" if packed else text
    made = back_translate(translator, given, out, Wanted(), say=silent)
    assert made.dropped == {"an empty side": 1, "found before": 1, "characters of private use": 1}
    assert (made.lines, made.pairs) == (20, 17)
    pairs = list(read_pairs(out))
    assert pairs[3] == (f"{MARK} LE THE PORTE DE LA RUE 3", "le porte de la rue 3")
    assert [target for _, target in pairs] == translator.asked
    assert translator.beams == {1}
    content = gzip.decompress(out.read_bytes()) if packed else out.read_bytes()
    assert len(content.splitlines()) == 17
    assert sorted(path.name for path in tmp_path.iterdir() if "a.tsv" in path.name) == [out.name]


def test_a_turned_file_is_what_a_turned_configuration_reads(text: Path, tmp_path: Path) -> None:
    back_translate(Upper(), text, tmp_path / "a.tsv", Wanted(), say=silent)
    back_translate(Upper(), text, tmp_path / "b.tsv", Wanted(turned=True), say=silent)
    assert list(read_pairs(tmp_path / "b.tsv", turned=True)) == list(read_pairs(tmp_path / "a.tsv"))
    source = SourceConfig(path="b.tsv")
    kept, _ = load_source(source, DataConfig(columns=(2, 1)), tmp_path, set())
    assert kept == list(read_pairs(tmp_path / "a.tsv"))
    with pytest.raises(InputError, match=r"b\.tsv, pair 1: the target is marked") as caught:
        load_source(source, DataConfig(), tmp_path, set())
    assert "--turned" in (caught.value.hint or "")


def test_a_tab_in_a_line_parts_no_columns(tmp_path: Path) -> None:
    given = write(tmp_path / "a.txt", ["le\tchat dort"])
    back_translate(Upper(), given, tmp_path / "a.tsv", Wanted(), say=silent)
    assert list(read_pairs(tmp_path / "a.tsv")) == [(f"{MARK} LE THE CHAT DORT", "le chat dort")]


def test_only_so_many_lines_are_read(text: Path, tmp_path: Path) -> None:
    made = back_translate(Upper(), text, tmp_path / "a.tsv", Wanted(limit=3), say=silent)
    assert (made.lines, made.pairs) == (3, 3)


# --- what is dropped ------------------------------------------------------------------------

DOUBT = Doubt("number", "12", 0, 2)
LINE = "les douze chats de la rue"


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (translated(LINE, "the twelve cats", rate=lambda: 0.9), None),
        (translated(LINE, "the twelve", "cats", rate=lambda: 0.5), None),
        (translated(LINE, "the twelve cats", rate=lambda: 0.49), "too little confidence"),
        (translated(LINE, "the twelve cats", rate=lambda: None), "too little confidence"),
        (translated(LINE, "the cats", check=lambda: (DOUBT,)), "in doubt"),
        (translated(LINE, "the twelve cats", finished=False), "cut short"),
        (translated(LINE, "Les douze chats de la rue !"), "not translated"),
        (translated(LINE, "the " * 21 + "cats"), "lengths too different"),
        (translated(LINE, "the " * 30 + "cats"), "too long"),
        (Translation(source=LINE, texts=(" ",), sentences=()), "an empty side"),
    ],
)
def test_why_a_pair_is_not_wanted(found: Translation, reason: str | None) -> None:
    assert why_unwanted(LINE, found, DataConfig(max_words=30), 0.5) == reason


def test_one_bad_sentence_is_enough() -> None:
    good, bad = (translated(LINE, "the cats", rate=lambda r=rate: r) for rate in (0.9, 0.1))
    both = dataclasses.replace(good, sentences=(*good.sentences, *bad.sentences))
    assert why_unwanted(LINE, both, DataConfig(), 0.5) == "too little confidence"
    assert why_unwanted(LINE, both, DataConfig(), 0.1) is None


def test_confidence_is_asked_of_bundles_that_tell_it(text: Path, tmp_path: Path) -> None:
    sure = Upper(confidence=Confidence(0.0, {}))
    made = back_translate(sure, text, tmp_path / "a.tsv", Wanted(), say=silent)
    assert made.dropped["too little confidence"] == 17  # the fake's sentences have none
    wanted = Wanted(least_confidence=0.0)
    assert back_translate(sure, text, tmp_path / "b.tsv", wanted, say=silent).pairs == 17
    with pytest.raises(OptionError, match=r"fake 1\.2 tells no confidence"):
        back_translate(Upper(), text, tmp_path / "c.tsv", Wanted(least_confidence=0.2), say=silent)


@pytest.mark.parametrize(
    "wrong",
    [
        {"beam_size": 0},
        {"beam_size": 101},
        {"max_words": 0},
        {"max_ratio": 0.5},
        {"max_ratio": float("nan")},
        {"least_confidence": 1.5},
        {"least_confidence": -0.1},
    ],
)
def test_impossible_wishes_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(wrong))):
        Wanted(**wrong)


# --- kills ----------------------------------------------------------------------------------


@contextmanager
def killed(after: int) -> Iterator[None]:
    """Let so many of the steps be done that lead to something on the disk, and then no other."""
    left = [after]

    def watched(step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return step(*args, **named)

        return run

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", watched(os.fsync))  # a block is in the file
        patch.setattr(Path, "replace", watched(Path.replace))  # the state says so; all is done
        patch.setattr(Upper, "translate_batch", watched(Upper.translate_batch))
        with pytest.raises(Killed):
            yield


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("name", ["a.tsv", "a.tsv.gz"])
def test_killed_anywhere_it_ends_as_if_nothing_had_happened(
    text: Path, tmp_path: Path, name: str
) -> None:
    straight = back_translate(Upper(), text, tmp_path / f"straight.{name}", Wanted(), say=silent)
    for after in range(16):  # five blocks of three steps, and the rename
        out = tmp_path / f"{after}.{name}"
        with killed(after):
            back_translate(Upper(), text, out, Wanted(), say=silent)
        assert not out.exists()
        translator, told = Upper(), list[str]()
        made = back_translate(translator, text, out, Wanted(), say=told.append)
        assert out.read_bytes() == (tmp_path / f"straight.{name}").read_bytes()
        assert (made.lines, made.pairs, made.dropped) == (20, 17, straight.dropped)
        done = after // 3  # blocks that were written down
        assert len(translator.asked) == [17, 13, 11, 7, 3, 0][done]
        assert ("goes on behind line" in told[0]) == (done > 0)
        assert sorted(p.name for p in tmp_path.glob(f"{after}.*")) == [out.name]


@pytest.mark.usefixtures("small_blocks")
def test_killed_again_and_again_it_comes_to_an_end(text: Path, tmp_path: Path) -> None:
    back_translate(Upper(), text, tmp_path / "straight.tsv", Wanted(), say=silent)
    for _ in range(4):
        with killed(4):  # a block, and half of the next
            back_translate(Upper(), text, tmp_path / "a.tsv", Wanted(), say=silent)
    back_translate(Upper(), text, tmp_path / "a.tsv", Wanted(), say=silent)
    assert (tmp_path / "a.tsv").read_bytes() == (tmp_path / "straight.tsv").read_bytes()


@pytest.fixture
def begun(text: Path, tmp_path: Path, small_blocks: None) -> Path:
    """What a run that was killed in its third block would have written."""
    out = tmp_path / "a.tsv"
    with killed(7):
        back_translate(Upper(), text, out, Wanted(), say=silent)
    return out


def test_what_was_begun_in_another_way_is_not_gone_on_with(begun: Path, text: Path) -> None:
    before = {path.name: path.read_bytes() for path in begun.parent.iterdir()}
    other = Upper(confidence=Confidence(0.0, {}))
    for translator, wanted, what in (
        (Upper(), Wanted(beam_size=2), "choice of pairs"),
        (Upper(), Wanted(limit=10), "choice of pairs"),
        (other, Wanted(least_confidence=0.0), "bundle"),
    ):
        with pytest.raises(OutputError, match=f"was begun with another {what}") as caught:
            back_translate(translator, text, begun, wanted, say=silent)
        assert "--force" in (caught.value.hint or "")
    assert {path.name: path.read_bytes() for path in begun.parent.iterdir()} == before
    write(text, ["autre chose"])
    with pytest.raises(OutputError, match="was begun with another text"):
        back_translate(Upper(), text, begun, Wanted(), say=silent)
    made = back_translate(Upper(), text, begun, Wanted(), force=True, say=silent)
    assert (made.lines, made.pairs) == (1, 1)


def test_what_was_lost_of_the_file_is_said(begun: Path, text: Path) -> None:
    (begun.parent / "a.tsv.partial").write_bytes(b"")
    with pytest.raises(OutputError, match=r"a\.tsv\.partial is shorter than it was"):
        back_translate(Upper(), text, begun, Wanted(), say=silent)


def test_a_finished_file_is_left_alone(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.tsv"
    back_translate(Upper(), text, out, Wanted(), say=silent)
    before = out.read_bytes()
    state = {"made_from": {}, "made": dataclasses.asdict(Made(lines=20, bytes=9))}
    (tmp_path / "a.tsv.state").write_text(json.dumps(state))  # killed before it was taken away
    with pytest.raises(OutputError, match="exists") as caught:
        back_translate(Upper(), text, out, Wanted(limit=1), say=silent)
    assert "--force" in (caught.value.hint or "")
    assert out.read_bytes() == before
    assert back_translate(Upper(), text, out, Wanted(limit=1), force=True, say=silent).pairs == 1
    assert len(out.read_bytes().splitlines()) == 1


@pytest.mark.usefixtures("small_blocks")
def test_a_file_made_anew_stays_until_the_other_is_whole(text: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.tsv"
    back_translate(Upper(), text, out, Wanted(), say=silent)
    before = out.read_bytes()
    with killed(5):
        back_translate(Upper(), text, out, Wanted(turned=True), force=True, say=silent)
    assert out.read_bytes() == before
    translator = Upper()
    back_translate(translator, text, out, Wanted(turned=True), say=silent)  # goes on
    assert len(translator.asked) == 13
    assert next(read_pairs(out)) == ("le chat de la rue 0", f"{MARK} LE THE CHAT DE LA RUE 0")


# --- the command ----------------------------------------------------------------------------


def test_the_command_counts_and_tells(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = write(tmp_path / "a.txt", ["le chat voit la mer.", "", "la dame aime la mer."])
    argv = ["backtranslate", str(tiny_bundle), str(given), "--out", str(tmp_path / "a.tsv.gz")]
    assert main([*argv, "--threads", "1"]) == 0
    captured = capsys.readouterr()
    rows = captured.out.splitlines()[2:]
    found = {row.split("|")[1].strip(): int(row.split("|")[2]) for row in rows}
    assert sum(found.values()) == 3
    assert found["an empty side"] == 1
    assert len(list(read_pairs(tmp_path / "a.tsv.gz"))) == found["pairs"]
    assert "backtranslate  3 of 3 lines" in captured.err


def test_counts_are_a_table() -> None:
    made = Made(lines=2000, pairs=1500, dropped={"in doubt": 100, "too long": 400})
    assert counts(made).splitlines()[2:] == [
        "| pairs | 1,500 | 75.0% |",
        "| too long | 400 | 20.0% |",
        "| in doubt | 100 | 5.0% |",
    ]


@pytest.mark.parametrize(
    ("more", "code", "message"),
    [
        (["--beam-size", "0"], 2, "beam_size must be"),
        (["--least-confidence", "2"], 2, "least_confidence must be"),
        (["--least-confidence", "0.5"], 2, "least_confidence: tiny 1.0.0 tells no"),
        (["--limit", "0"], 2, "--limit must be at least 1"),
        (["--out", "nowhere/a.tsv"], 1, "there is no folder for nowhere/a.tsv"),
    ],
)
def test_wrong_use_is_one_line(
    tiny_bundle: Path,
    text: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    code: int,
    message: str,
) -> None:
    argv = ["backtranslate", str(tiny_bundle), str(text), "--out", str(tmp_path / "a.tsv"), *more]
    assert main(argv) == code
    error = capsys.readouterr().err.splitlines()[0]
    assert error.startswith(f"error: {message}")
    assert not list(tmp_path.glob("a.tsv*"))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "has no line"), (b"un\n\xe9t\xe9\n", "line 2: not UTF-8"), (None, "cannot read")],
)
def test_a_text_that_cannot_be_read_is_said_before_anything_is_translated(
    tiny_bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | None,
    message: str,
) -> None:
    given = tmp_path / "mono.txt"
    if content is not None:
        given.write_bytes(content)
    argv = ["backtranslate", str(tiny_bundle), str(given), "--out", str(tmp_path / "a.tsv")]
    assert main(argv) == 1
    error, *_ = capsys.readouterr().err.splitlines()
    assert message in error
    assert not list(tmp_path.glob("a.tsv*"))


def test_two_runs_do_not_write_the_same_file(text: Path, tmp_path: Path) -> None:
    refused = []

    class Second(Upper):
        def translate_batch(self, texts: Iterable[str], **options: Any) -> Iterator[Translation]:
            with pytest.raises(OutputError, match="another run writes") as caught:
                back_translate(Upper(), text, tmp_path / "a.tsv", Wanted(), say=silent)
            refused.append(caught.value.hint)
            return super().translate_batch(texts, **options)

    assert back_translate(Second(), text, tmp_path / "a.tsv", Wanted(), say=silent).pairs == 17
    assert refused == ["wait for it, or name another --out"]
