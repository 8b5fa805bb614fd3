"""Whatever is typed, pasted or sent is answered: no crash, no hang, nothing out of proportion."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import SupportsIndex

import pytest

from allez import Translation, Translator
from allez.cli.main import main
from allez.documents.lines import LineFile, LineStream
from allez.errors import InputError
from allez.text.short import shortened
from allez.text.tokenizer import Tokenizer
from support import hostile

LONGEST_PIECE = 6
"""Characters of a subword in the tiny bundle."""


def check(result: Translation) -> None:
    """Demand that an answer is in proportion to what was asked."""
    text = result.source
    position = tokens = allowed = 0
    copied = len(text)
    for sentence in result.sentences:
        assert position <= sentence.start < sentence.end <= len(text)
        assert text[sentence.start : sentence.end] == sentence.source
        position = sentence.end
        copied -= len(sentence.source)
        size = len(sentence.source_tokens)
        assert size <= 101
        tokens += size
        limit = int(1.8 * size) + 10
        assert len(sentence.tokens) <= limit
        allowed += limit * LONGEST_PIECE + 1
        assert sentence.source_tokens[-1] == "</s>"
        assert "</s>" not in sentence.source_tokens[:-1]
    # A character has at most four bytes, and becomes at most three when it is normalised.
    assert tokens <= 12 * len(text) + 2 * len(result.sentences)
    assert len(result.text) <= copied + allowed


def test_generated_texts(tiny: Translator) -> None:
    texts = list(hostile.texts(1, 1000))
    results = list(tiny.translate_batch(texts, beam_size=1))
    assert len(results) == len(texts)
    for text, result in zip(texts, results, strict=True):
        assert result.source == text
        check(result)
    for result in results[::20]:
        assert "".join(tiny.stream(result.source)) == result.text


@pytest.mark.parametrize(
    "pool", ["SPECIAL", "HTML", "SCRIPTS", "EMOJI", "BIDIRECTIONAL", "CONTROLS", "SURROGATES",
             "SPACES", "COMBINING", "ODD"],
)  # fmt: skip
def test_each_kind_within_a_sentence_and_beside_it(tiny: Translator, pool: str) -> None:
    for part in getattr(hostile, pool):
        for text in (part, f"Je vois{part}le chat", f"Je vois le chat. {part}", part * 50):
            result = tiny.translate(text, beam_size=1)
            check(result)
            assert "".join(tiny.stream(text)) == result.text


def test_typed_special_tokens_are_text(tiny: Translator, tiny_bundle: Path) -> None:
    tokenizer = Tokenizer((tiny_bundle / "tokenizer.json").read_text(encoding="utf-8"))
    for part in hostile.SPECIAL:
        ids = tokenizer.encode(part)
        assert min(ids) >= 3, part  # 0, 1 and 2 are pad, bos and eos
        assert tokenizer.decode(ids).replace(" ", "▁").strip("▁") == part.strip("▁")


@pytest.mark.parametrize(
    "character", ["\n", " ", "7", ".", "\0", "\ud800", "\u0301", "👍", "\u202e"]
)
def test_a_million_of_what_has_no_letters_comes_back(tiny: Translator, character: str) -> None:
    text = character * 1_000_000
    assert tiny(text) == text
    with_word = f"chat{text}"
    result = tiny.translate(with_word)
    check(result)
    assert len(result.sentences) <= 2


def test_a_long_line_in_a_script_that_was_never_learnt_comes_back(tiny: Translator) -> None:
    text = "你好" * 20_000
    assert tiny(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "a" * 300_000,
        "le chat noir " * 20_000,
        "Ab. " * 20_000,
        "M. " * 50_000,
        "e" + "\u0301" * 200_000 + "e",
        "le 你好 chat " * 20_000,
        "👩‍👩‍👧‍👦a" * 5_000,
        'a."' * 50_000,
        "(«" * 50_000 + "a",
    ],
    ids=lambda text: text[:6],
)
def test_long_lines_are_cut_and_every_part_is_read(tiny: Translator, text: str) -> None:
    result = tiny.translate(text, max_length=1, beam_size=1)
    assert not any(c.isalpha() for c in uncovered(result))
    assert all(len(sentence.source_tokens) <= 101 for sentence in result.sentences)


def uncovered(result: Translation) -> Iterable[str]:
    """Yield the characters that are in no sentence."""
    position = 0
    for sentence in result.sentences:
        yield from result.source[position : sentence.start]
        position = sentence.end
    yield from result.source[position:]


TEN_MEGABYTES = """
import resource, sys
from allez import Translator
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
with Translator(sys.argv[1], threads=1) as translator:
    text = " " * 10_000_000
    assert translator(text) == text
    text = "le chat noir " * 800_000
    result = translator.translate(text, max_time=1)
    assert not result.finished and len(result.sentences) > 10_000
    print(sum(s.end - s.start for s in result.sentences))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_ten_megabytes_on_one_line(tiny_bundle: Path) -> None:
    """In a process that may not have 3 GiB; with a budget of a second it comes back, cut."""
    done = subprocess.run(
        [sys.executable, "-c", TEN_MEGABYTES, str(tiny_bundle)],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 9_000_000


def test_the_work_grows_with_the_text_and_no_faster(
    tiny: Translator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: characters that are tokenized, for lines of two lengths."""
    encoded = 0
    original = Tokenizer.encode

    def encode(self: Tokenizer, text: str) -> list[int]:
        nonlocal encoded
        encoded += len(text)
        return original(self, text)

    monkeypatch.setattr(Tokenizer, "encode", encode)
    for sample in ("a", "le chat, ", "Ab. ", "你"):
        counts = []
        for size in (5_000, 20_000):
            encoded = 0
            list(tiny.translate_batch([(sample * size)[:size]], beam_size=1, max_length=1))
            counts.append(encoded)
        assert counts[0] <= 8 * 5_000
        assert counts[1] <= 5 * counts[0]


# --- files ----------------------------------------------------------------------------------

BAD = b"un\nd\xe9ux \xff\xfe\ntrois\n\xed\xa0\x80\n\xf0\x9f\x98\nfin\xc3"
MENDED = ["un", "d\ufffdux \ufffd\ufffd", "trois", "\ufffd\ufffd\ufffd", "\ufffd", "fin\ufffd"]


def test_bytes_that_are_no_utf8_are_replaced_on_request(tmp_path: Path) -> None:
    import io

    path = tmp_path / "in.txt"
    path.write_bytes(BAD)
    with pytest.raises(InputError, match="line 2: not UTF-8") as caught:
        LineFile(path)
    assert "--errors replace" in str(caught.value.hint)
    lines = LineFile(path, errors="replace")
    assert [line for group in lines.groups() for line in group] == MENDED
    assert lines.total == len(MENDED)
    stream = LineStream(io.BytesIO(BAD), "stream", errors="replace")
    assert [line for group in stream.groups() for line in group] == MENDED


def test_strict_and_replaced_are_two_jobs(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_bytes(b"un\n")
    assert LineFile(path).identity != LineFile(path, errors="replace").identity


def test_replaced_on_the_command_line(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes(BAD)
    argv = ["--model", str(tiny_bundle), "-i", str(source), "--format", "jsonl"]
    assert main([*argv, "-o", str(target)]) == 1
    assert "in.txt, line 2: not UTF-8" in capsys.readouterr().err
    assert not target.exists()
    assert main([*argv, "-o", str(target), "--errors", "replace"]) == 0
    entries = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [entry["source"] for entry in entries] == MENDED


def test_a_file_of_every_byte_but_control_characters(tiny_bundle: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_bytes(bytes([10, *range(32, 256)]) * 40)
    argv = ["--model", str(tiny_bundle), "-i", str(source), "-o", str(target)]
    assert main([*argv, "--errors", "replace"]) == 0
    assert target.read_bytes().count(b"\n") == 41
    target.read_bytes().decode("utf-8")


def test_hostile_texts_from_many_threads_at_once(tiny: Translator) -> None:
    texts = list(hostile.texts(2, 200))
    expected = [result.text for result in tiny.translate_batch(texts, beam_size=1)]
    found: list[list[str]] = [[] for _ in range(4)]

    def work(answers: list[str]) -> None:
        answers += [result.text for result in tiny.translate_batch(texts, beam_size=1)]

    threads = [threading.Thread(target=work, args=(answers,)) for answers in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@pytest.mark.parametrize("begin", ["1", ""])
@pytest.mark.parametrize("part", ["/j", "1/j. ", "env. ", "1 janv. ", "tél. : ", "1 j "])
def test_rates_and_words_that_are_cut_short_take_linear_time(begin: str, part: str) -> None:
    class Watched(str):
        looked = 0

        def __getitem__(self, index: SupportsIndex | slice) -> str:
            found = super().__getitem__(index)
            Watched.looked += len(found)
            return found

    text = begin + part * (8000 // len(part))
    shortened(Watched(text), "fr")

    assert Watched.looked <= 150 * len(text)
