"""Reading, filtering, batching and mixing of sentence pairs."""

from __future__ import annotations

import copy
import gzip
import itertools
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allez.errors import InputError
from allez.text.tokenizer import Tokenizer
from allez_export.config import DataConfig, SourceConfig
from allez_export.config.file import load_config
from allez_export.data.batches import Batch, make_batches
from allez_export.data.mix import Stream, sample_lines
from allez_export.data.read import (
    Pair,
    fold,
    load_source,
    read_domains,
    read_lines,
    read_pairs,
    read_rows,
    why_dropped,
)
from allez_export.vocabulary import BOS, EOS, PAD

CONFIGS = Path(__file__).parents[2] / "export" / "configs"

# --- reading --------------------------------------------------------------------------------


def test_pairs_are_read_plain_gzipped_and_in_parallel(tmp_path: Path) -> None:
    pairs = [("Ça va ?", "How are you?"), ("« Oui. »", '"Yes."')]
    text = "".join(f"{source}\t{target}\n" for source, target in pairs)
    (tmp_path / "a.tsv").write_text(text, encoding="utf-8")
    (tmp_path / "a.tsv.gz").write_bytes(gzip.compress(text.encode("utf-8")))
    for side, name in enumerate(("a.fr", "a.en")):
        (tmp_path / name).write_text("".join(p[side] + "\n" for p in pairs), encoding="utf-8")
    assert list(read_pairs(tmp_path / "a.tsv")) == pairs
    assert list(read_pairs(tmp_path / "a.tsv.gz")) == pairs
    assert list(read_pairs(tmp_path / "a.fr", tmp_path / "a.en")) == pairs


def test_only_line_feeds_end_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes("un\u2028deux\x0b\x85\tone\r\ntrois\tthree".encode())
    assert list(read_pairs(path)) == [("un\u2028deux\x0b\x85", "one"), ("trois", "three")]


@pytest.mark.parametrize(("line", "count"), [("seul", 1), ("", 1), ("a\tb\tc", 3)])
def test_a_wrong_number_of_columns_names_file_and_line(
    tmp_path: Path, line: str, count: int
) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(f"un\tone\ndeux\ttwo\n{line}\nquatre\tfour\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        list(read_pairs(path))
    assert str(caught.value) == f"{path}, line 3: {count} columns where 2 were expected"
    assert caught.value.hint == "each line is: source, tab, target"


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_that_is_no_utf8_is_named(tmp_path: Path, packed: bool) -> None:
    data = b"un\tone\n" + "été\tsummer\n".encode("latin-1")
    path = tmp_path / ("a.tsv.gz" if packed else "a.tsv")
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(InputError, match=r"line 2: not UTF-8") as caught:
        list(read_pairs(path))
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named_with_a_hint(tmp_path: Path) -> None:
    for name in ("absent.tsv", "absent.tsv.gz"):
        with pytest.raises(InputError, match="No such file or directory") as caught:
            list(read_pairs(tmp_path / name))
        assert str(tmp_path / name) in str(caught.value)
        assert "--data" in (caught.value.hint or "")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        list(read_lines(tmp_path))


def packed_lines() -> bytes:
    numbers = np.random.default_rng(0).integers(0, 10**9, (400, 2))
    return gzip.compress("".join(f"{a}\t{b}\n" for a, b in numbers).encode(), mtime=0)


def test_a_truncated_gzip_is_an_error_wherever_it_was_cut(tmp_path: Path) -> None:
    data, path = packed_lines(), tmp_path / "a.tsv.gz"
    for length in (1, 5, 15, len(data) // 2, len(data) - 9, len(data) - 1):
        path.write_bytes(data[:length])
        with pytest.raises(InputError, match="cannot read"):
            list(read_pairs(path))


def test_what_is_not_gzipped_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.gz"
    path.write_text("un\tone\n", encoding="utf-8")
    with pytest.raises(InputError, match="cannot read"):
        list(read_pairs(path))


def test_a_damaged_gzip_is_an_error_wherever_the_damage_is(tmp_path: Path) -> None:
    data, path = packed_lines(), tmp_path / "a.tsv.gz"
    for position in range(10, len(data), len(data) // 40):  # behind the header
        damaged = bytearray(data)
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        with pytest.raises(InputError):
            list(read_pairs(path))


@pytest.mark.parametrize("longer", [0, 1])
def test_parallel_files_of_different_lengths_are_both_named(tmp_path: Path, longer: int) -> None:
    paths = [tmp_path / "a.fr", tmp_path / "a.en"]
    for index, path in enumerate(paths):
        path.write_text("un\n" * (3 if index == longer else 2), encoding="utf-8")
    with pytest.raises(InputError, match="different numbers of lines") as caught:
        list(read_pairs(*paths))
    assert all(str(path) in str(caught.value) for path in paths)


def test_an_error_in_a_parallel_file_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.fr").write_text("un\ndeux\n", encoding="utf-8")
    (tmp_path / "a.en").write_bytes(b"one\n\xff\n")
    with pytest.raises(InputError, match=r"a\.en, line 2: not UTF-8"):
        list(read_pairs(tmp_path / "a.fr", tmp_path / "a.en"))


# --- filtering ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("Bonjour.", "Hello.", None),
        ("", "Hello.", "an empty side"),
        ("Bonjour.", " \t ", "an empty side"),
        ("\N{NO-BREAK SPACE}", "Hello.", "an empty side"),
        ("mot " * 20, "word " * 20, None),
        ("mot " * 21, "word " * 20, "too long"),
        ("mot " * 20, "word " * 21, "too long"),
        ("un", "one two three four five six", None),  # 10 against 5: just twice
        ("un", "one two three four five six seven", "lengths too different"),
        ("un deux trois quatre cinq six sept", "one", "lengths too different"),
        ("a b c d", "a b c d", "not translated"),
        ("a  b c d", "a b c d", "not translated"),
        ("a b c", "a b c", None),  # names and numbers are often the same
    ],
)
def test_why_a_pair_is_dropped(source: str, target: str, reason: str | None) -> None:
    assert why_dropped((source, target), DataConfig(max_words=20, max_ratio=2.0)) == reason


def write_pairs(path: Path, pairs: Sequence[Pair]) -> None:
    path.write_text("".join(f"{s}\t{t}\n" for s, t in pairs), encoding="utf-8")


def test_what_was_dropped_is_counted_by_reason_over_all_sources(tmp_path: Path) -> None:
    first = [("un", "one"), ("deux", "two"), ("un", "one"), ("", "x"), ("y", ""), ("a " * 9, "b")]
    second = [("deux", "two"), ("trois", "three"), ("un", "a"), ("1 2 3 4", "1 2 3 4")]
    write_pairs(tmp_path / "a.tsv", first)
    write_pairs(tmp_path / "b.tsv", second)
    config, seen = DataConfig(max_words=8), set[Pair]()
    kept, dropped = load_source(SourceConfig(path="a.tsv"), config, tmp_path, seen)
    assert kept == [("un", "one"), ("deux", "two")]
    assert dropped == Counter({"an empty side": 2, "found before": 1, "too long": 1})
    kept, dropped = load_source(SourceConfig(path="b.tsv"), config, tmp_path, seen)
    assert kept == [("trois", "three"), ("un", "a")]  # another translation is another pair
    assert dropped == Counter({"found before": 1, "not translated": 1})
    assert seen == {("un", "one"), ("deux", "two"), ("trois", "three"), ("un", "a")}


@pytest.mark.parametrize(
    ("word", "said", "not_said"),
    [
        ("dumb", ["Dumb!", "so DUMB.", "un-dumb", "that's dumb"], ["Dumbo", "undumb", "dum b"]),
        ("murder*", ["Murderers", "a murder."], ["unmurdered", "mur der"]),
        ("*shit*", ["Bullshit.", "shitty", "sweatshits"], ["shi t"]),
        ("*tard", ["a libtard!"], ["tardy", "libtards"]),
        ("shut up", ["Shut up!", "shut, up", "SHUT  UP"], ["shut us up", "shutup", "shut upon"]),
        ("```", ["Here:```x```", "``````"], ["``"]),
        ("c++", ["C++", "in C++11"], ["c+", "abc+"]),
        ("STRASSE", ["Straße"], ["Strass"]),
    ],
)
def test_what_is_never_to_be_said_is_dropped_from_targets_alone(
    word: str, said: Sequence[str], not_said: Sequence[str]
) -> None:
    config = DataConfig(never=("unheard", word))
    for text in said:
        assert why_dropped(("Hm?", text), config, translated=False) == "never to be said"
        assert why_dropped((text, "Hm."), config, translated=False) is None
    for text in not_said:
        assert why_dropped(("Hm?", text), config, translated=False) is None


def test_the_list_of_dialogues_has_no_common_word() -> None:
    never = load_config(CONFIGS / "dialogue-en.toml").data.never
    calm = (
        "Class, glass, Hello, assistant, Peacock, custard, Moby Dickens, shell, Essex, skill, diet,"
        " Saturday, cocktail, whatever, Matt's list, dictionary, grape, Arsenal, a begun gunner,"
        " Scunthorpe's hotel, killjoy"
    )
    for word in calm.split():
        pair = ("What?", word)
        assert why_dropped(pair, DataConfig(never=never), translated=False) is None, word
    for reply in ("What an IDIOT.", "Shut up!", "That is bullshit.", "kill yourself", "I hate you"):
        assert why_dropped(("Hi", reply), DataConfig(never=never), translated=False), reply


def test_pairs_that_differ_in_case_and_punctuation_alone_are_the_same(tmp_path: Path) -> None:
    pairs = [("Ça va ?", "How are you?"), ("ça va", "How are you ?"), ("Ça va ?", "How are they?")]
    pairs += [("!", "!"), ("?", "?"), ("2,5", "2.5"), ("25", "25")]
    write_pairs(tmp_path / "a.tsv", pairs)
    kept, dropped = load_source(SourceConfig(path="a.tsv"), DataConfig(), tmp_path, set())
    assert kept == [pairs[0], *pairs[2:]]
    assert dropped == Counter({"found before": 1})
    assert fold("« L'ÉTÉ » !") == "l été"


def test_untranslatable_examples_happen_as_often_as_asked(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    sources = [(f"la mer {i}", f"the sea {i}") for i in range(2000, 2300)]
    for share in (0.0, 0.4):
        stream = make_stream([sources], chunk_tokens=9000, untranslatable=share)
        found = texts(stream.chunk(), tokenizer)
        changed = sum(pair not in sources for pair in found) / len(found)
        assert changed == pytest.approx(share, abs=0.06)


def test_a_limit_counts_lines_and_reads_hardly_further(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(
        "un\tone\n\tx\ntrois\tthree\nquatre\tfour\nno columns\n", encoding="utf-8"
    )
    source = SourceConfig(path="a.tsv", limit=3)
    kept, dropped = load_source(source, DataConfig(), tmp_path, set())
    assert kept == [("un", "one"), ("trois", "three")]
    assert dropped == Counter({"an empty side": 1})


def test_a_source_in_two_files_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.fr").write_text("un\ndeux\n", encoding="utf-8")
    (tmp_path / "a.en").write_text("one\ntwo\n", encoding="utf-8")
    source = SourceConfig(path="a.fr", target_path="a.en")
    assert load_source(source, DataConfig(), tmp_path, set())[0] == [("un", "one"), ("deux", "two")]


def test_columns_turned_round_turn_files_of_both_kinds(tmp_path: Path) -> None:
    both, french, english = (tmp_path / name for name in ("both.tsv", "fr.txt", "en.txt"))
    both.write_text("Bonjour le monde.\tHello world.\n", encoding="utf-8")
    french.write_text("Merci à tous.\n", encoding="utf-8")
    english.write_text("Thanks to all.\n", encoding="utf-8")
    config = DataConfig(columns=(2, 1))
    assert config.turned
    assert not DataConfig().turned
    seen: set[tuple[str, str]] = set()
    kept, _ = load_source(SourceConfig(path="both.tsv"), config, tmp_path, seen)
    assert kept == [("Hello world.", "Bonjour le monde.")]
    parallel = SourceConfig(path="fr.txt", target_path="en.txt")
    kept, _ = load_source(parallel, config, tmp_path, seen)
    assert kept == [("Thanks to all.", "Merci à tous.")]


@pytest.mark.parametrize("text", ["", "\tx\n", "y\t \n"])
def test_a_source_without_a_good_pair_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.tsv: no pair is left"):
        load_source(SourceConfig(path="a.tsv"), DataConfig(), tmp_path, set())


# --- batches --------------------------------------------------------------------------------

IDS = st.lists(st.integers(3, 99), min_size=1, max_size=12)


@settings(deadline=None)
@given(st.lists(st.tuples(IDS, IDS), max_size=60), st.integers(1, 80))
def test_every_example_is_in_exactly_one_batch(
    examples: list[tuple[list[int], list[int]]], tokens: int
) -> None:
    found: list[tuple[list[int], list[int]]] = []
    for batch in make_batches(examples, tokens):
        rows, width = batch.target.shape
        assert len(batch.source) == rows
        assert (batch.source[:, -1] == EOS).all()  # of one length: nothing is padded
        assert (batch.source[:, :-1] > EOS).all()
        assert (batch.target[:, 0] == BOS).all()
        assert rows == 1 or rows * (width - 1) <= tokens  # bos is not predicted
        longest = 0
        for source, target in zip(batch.source.tolist(), batch.target.tolist(), strict=True):
            end = target.index(EOS)
            assert target[end + 1 :] == [PAD] * (width - end - 1)
            found.append((source[:-1], target[1:end]))
            longest = max(longest, end)
        assert longest == width - 1  # no column of padding alone
        assert batch.tokens == sum(len(target) + 1 for _, target in found[-rows:])
    assert sorted(found) == sorted((list(s), list(t)) for s, t in examples)


def test_batches_are_as_full_as_they_may_be() -> None:
    batches = make_batches([([5, 6], [7, 8, 9])] * 10 + [([5], [7])], 12)
    assert [batch.target.shape for batch in batches] == [(1, 3), (3, 5), (3, 5), (3, 5), (1, 5)]


def test_no_examples_make_no_batches() -> None:
    assert make_batches([], 100) == []


# --- the stream -----------------------------------------------------------------------------


@pytest.fixture
def make_stream(tokenizer: Tokenizer) -> Callable[..., Stream]:
    def make(
        sources: Sequence[Sequence[Pair]],
        *,
        weights: Sequence[float] = (1.0,),
        late: Sequence[float | None] = (None,),
        seed: int = 1,
        chunk_tokens: int = 600,
        batch_tokens: int = 100,
        **augmented: float,
    ) -> Stream:
        train = tuple(
            SourceConfig(path=f"{index}.tsv", weight=weight, late_weight=other)
            for index, (weight, other) in enumerate(
                itertools.zip_longest(weights, late[: len(weights)])
            )
        )
        return Stream(
            sources,
            DataConfig(train=train, **augmented),  # type: ignore[arg-type]
            tokenizer,
            seed=seed,
            chunk_tokens=chunk_tokens,
            batch_tokens=batch_tokens,
        )

    return make


def numbered(letter: str, count: int, words: int = 1) -> list[Pair]:
    """Return pairs that tell where they come from: a letter, and a number each."""
    return [(f"{letter} {i}", " ".join([letter, *map(str, [i] * words)])) for i in range(count)]


def texts(batches: Sequence[Batch], tokenizer: Tokenizer) -> list[Pair]:
    """Return the pairs in some batches."""
    found = []
    for batch in batches:
        for source, target in zip(batch.source.tolist(), batch.target.tolist(), strict=True):
            target_ids = target[1 : target.index(EOS)]
            found.append((tokenizer.decode(source[:-1]), tokenizer.decode(target_ids)))
    return found


def shares(batches: Sequence[Batch], tokenizer: Tokenizer) -> dict[str, float]:
    """Return each letter's share of the target tokens."""
    counts: Counter[str] = Counter()
    for _, target in texts(batches, tokenizer):
        counts[target[0]] += len(tokenizer.encode(target)) + 1
    return {letter: count / counts.total() for letter, count in counts.items()}


def test_weights_are_shares_of_the_target_tokens(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    # The second source has far longer sentences, the third is tiny: neither may matter.
    sources = [numbered("a", 300), numbered("b", 300, words=9), numbered("c", 7)]
    stream = make_stream(sources, weights=(6, 3, 1), chunk_tokens=4000)
    batches = stream.chunk()
    assert sum(batch.tokens for batch in batches) == pytest.approx(4000, rel=0.02)
    expected = {"a": 0.6, "b": 0.3, "c": 0.1}
    assert shares(batches, tokenizer) == pytest.approx(expected, abs=0.015)


def test_late_weights_replace_weights_in_the_late_phase(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    sources = [numbered("a", 300), numbered("b", 300), numbered("c", 300)]
    stream = make_stream(sources, weights=(2, 1, 1), late=(6, None, 0), chunk_tokens=4000)
    early = {"a": 0.5, "b": 0.25, "c": 0.25}
    assert shares(stream.chunk(), tokenizer) == pytest.approx(early, abs=0.015)
    late = shares(stream.chunk(late=True), tokenizer)
    assert late == pytest.approx({"a": 6 / 7, "b": 1 / 7}, abs=0.015)
    assert shares(stream.chunk(), tokenizer) == pytest.approx(early, abs=0.015)


def same(one: Sequence[Batch], other: Sequence[Batch]) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(a.source, b.source) and np.array_equal(a.target, b.target)
        for a, b in zip(one, other, strict=True)
    )


def test_a_state_gives_the_very_same_continuation(
    make_stream: Callable[..., Stream], pairs: list[Pair]
) -> None:
    def fresh() -> Stream:
        return make_stream(
            [pairs[:200], pairs[200:230]],
            weights=(3, 1),
            late=(1, 1),
            concatenate=0.3,
            noise=0.3,
            copy=0.2,
        )

    straight = fresh()
    states, chunks = [], []
    for index in range(6):
        states.append(copy.deepcopy(straight.state))
        chunks.append(straight.chunk(late=index >= 4))
    for start in range(6):
        resumed = fresh()
        # As it comes out of a checkpoint: plain values, all of them.
        resumed.state = json.loads(json.dumps(states[start]))
        for index in range(start, 6):
            assert same(resumed.chunk(late=index >= 4), chunks[index]), (start, index)
    assert not any(same(one, other) for one, other in itertools.combinations(chunks, 2))


def test_another_seed_gives_another_order(
    make_stream: Callable[..., Stream], pairs: list[Pair]
) -> None:
    one, again, other = (make_stream([pairs], seed=seed).chunk() for seed in (1, 1, 2))
    assert same(one, again)
    assert not same(one, other)


def test_batches_of_a_chunk_come_in_no_order_of_length(
    make_stream: Callable[..., Stream], pairs: list[Pair]
) -> None:
    widths = [batch.source.shape[1] for batch in make_stream([pairs]).chunk()]
    assert len(set(widths)) > 3
    assert widths != sorted(widths)


def test_a_small_source_is_read_again_and_again_and_evenly(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    stream = make_stream([numbered("a", 5)], chunk_tokens=1200)
    counts = Counter(texts(stream.chunk(), tokenizer))
    assert set(counts) == set(numbered("a", 5))
    assert max(counts.values()) - min(counts.values()) <= 1
    assert counts.total() > 200


def test_each_pass_is_complete_and_in_an_order_of_its_own(
    make_stream: Callable[..., Stream],
) -> None:
    pairs = numbered("a", 50)
    stream = make_stream([pairs])
    passes = [[stream._next(0) for _ in pairs] for _ in range(3)]
    assert all(sorted(one) == sorted(pairs) for one in passes)
    assert not any(one == other for one, other in itertools.combinations([*passes, pairs], 2))


def test_each_chunk_is_changed_in_a_way_of_its_own(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    stream = make_stream([[("À table, mémé !", "Dinner's ready!")]], noise=0.9, copy=0.3)
    one, other = (Counter(texts(stream.chunk(), tokenizer)) for _ in range(2))
    assert one != other


def test_a_source_of_one_pair_is_enough(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    assert set(texts(make_stream([[("un", "one")]]).chunk(), tokenizer)) == {("un", "one")}


def test_every_pair_of_a_pass_is_used(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    sources = numbered("a", 1000)
    stream = make_stream([sources], chunk_tokens=600)
    found: set[Pair] = set()
    while stream.state["cursors"][0][0] == 0:  # in its first pass
        found.update(texts(stream.chunk(), tokenizer))
    assert found == set(sources)


@pytest.mark.parametrize("limit", [20, 80])
def test_concatenation_joins_two_to_four_pairs_in_order(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer, limit: int
) -> None:
    sources = [(f"a{i}", f"b{i}") for i in range(100, 400)]
    stream = make_stream([sources], concatenate=1.0, max_words=limit, chunk_tokens=3000)
    counts: Counter[int] = Counter()
    for source, target in texts(stream.chunk(), tokenizer):
        parts = source.split(" ")
        assert target.split(" ") == [part.replace("a", "b") for part in parts]
        counts[len(parts)] += 1
    assert set(counts) == {2, 3, 4}
    assert min(counts.values()) > 0.2 * counts.total()  # all three about as often


def test_what_is_joined_stays_short(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    sources = [("a b c d e", "x"), ("a b c d f", "y"), ("a b c d g", "z")]
    stream = make_stream([sources], concatenate=1.0, max_words=20)
    lengths = {len(source.split()) for source, _ in texts(stream.chunk(), tokenizer)}
    assert lengths == {10}


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_concatenation_and_copies_happen_as_often_as_asked(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer, share: float
) -> None:
    sources = [(f"a{i}", f"b{i}") for i in range(100, 400)]
    for name in ("concatenate", "copy"):
        stream = make_stream([sources], chunk_tokens=6000, **{name: share})
        found = texts(stream.chunk(), tokenizer)
        joined = sum(" " in source for source, _ in found) / len(found)
        copied = sum(source == target for source, target in found) / len(found)
        expected = {"concatenate": (share, 0.0), "copy": (0.0, share)}[name]
        # Joined examples are longer, so that a chunk has fewer of them; the share is the same.
        assert (joined, copied) == pytest.approx(expected, abs=0.06)


def test_a_copy_is_of_the_target_side_and_is_not_careless(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    stream = make_stream([[("À table !", "Dinner's ready!")]], copy=1.0, noise=1.0)
    found = set(texts(stream.chunk(), tokenizer))
    assert found == {("Dinner's ready!", "Dinner's ready!")}


def test_noise_changes_only_source_sides(
    make_stream: Callable[..., Stream], tokenizer: Tokenizer
) -> None:
    sources = [[("À table, mémé !", "Dinner's ready!")]]
    stream = make_stream(sources, noise=1.0, chunk_tokens=8000)
    found = Counter(texts(stream.chunk(), tokenizer))
    assert {target for _, target in found} == {"Dinner's ready!"}
    typed = {source for source, _ in found}
    assert {"a table, meme!", "À TABLE, mémé!", "à table, mémé!", "A table, meme!"} <= typed


# --- lines for the vocabulary ---------------------------------------------------------------


def test_lines_are_sampled_by_tokens_and_a_small_source_several_times() -> None:
    sources = [numbered("a", 500, words=9), numbered("b", 500), numbered("c", 3)]
    config = DataConfig(
        train=tuple(SourceConfig(path=f"{i}.tsv", weight=w) for i, w in enumerate((2, 1, 1)))
    )
    lines = list(sample_lines(sources, config, 4000, 1))
    assert len(lines) == pytest.approx(8000, abs=4)
    assert lines == list(sample_lines(sources, config, 4000, 1))
    assert lines != list(sample_lines(sources, config, 4000, 2))
    targets = lines[1::2]
    characters: Counter[str] = Counter()
    for source, target in zip(lines[::2], targets, strict=True):
        assert source[0] == target[0]
        characters[target[0]] += len(target) + 1
    found = {letter: count / characters.total() for letter, count in characters.items()}
    assert found == pytest.approx({"a": 0.5, "b": 0.25, "c": 0.25}, abs=0.02)


# --- columns and domains --------------------------------------------------------------------

ROWS = "1\tnews\ta\tb\n2\ttalk\tc\td\textra\n3\tnews\te\tf\n"
BY_DOMAIN = DataConfig(columns=(4, 3), domain_column=2)


def test_columns_and_domains_are_read_where_the_configuration_says(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(ROWS, encoding="utf-8")
    rows = [("news", ("b", "a")), ("talk", ("d", "c")), ("news", ("f", "e"))]
    assert list(read_rows(path, BY_DOMAIN)) == rows
    assert [r for _, r in read_rows(path, DataConfig(columns=(1, 3)))] == [
        *(("1", "a"), ("2", "c"), ("3", "e")),
    ]
    news, talk = [("b", "a"), ("f", "e")], [("d", "c")]
    assert read_domains(path, BY_DOMAIN, None) == {"news": news, "talk": talk}
    assert read_domains(path, BY_DOMAIN, 1) == {"news": news[:1], "talk": talk}
    assert list(read_domains(path, BY_DOMAIN, 5, only=("talk", "news"))) == ["talk", "news"]


def test_a_file_without_domains_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("un\tone\ndeux\ttwo\n", encoding="utf-8")
    assert read_domains(path, DataConfig(), 1) == {"": [("un", "one")]}
    path.write_text("", encoding="utf-8")
    assert read_domains(path, DataConfig(), 1) == {"": []}


def test_a_domain_that_is_not_there_and_a_short_line_are_errors(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(ROWS, encoding="utf-8")
    with pytest.raises(InputError, match="has no line of the domain 'law'"):
        read_domains(path, BY_DOMAIN, None, only=("law",))
    path.write_text(ROWS + "4\tnews\tg\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"line 4: 3 columns where 4 were expected") as caught:
        list(read_rows(path, BY_DOMAIN))
    assert caught.value.hint is not None


def test_a_source_may_be_the_lines_of_one_domain(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(ROWS, encoding="utf-8")
    source = SourceConfig(path="a.tsv", domain="news", called="papers")
    kept, _ = load_source(source, BY_DOMAIN, tmp_path, set(), translated=False)
    assert (source.name, kept) == ("papers", [("b", "a"), ("f", "e")])
    with pytest.raises(InputError, match="no pair is left"):
        load_source(SourceConfig(path="a.tsv", domain="law"), BY_DOMAIN, tmp_path, set())


def test_what_is_no_translation_may_be_much_shorter_than_its_source() -> None:
    long = "one two three four five six seven eight nine ten", "ten"
    assert why_dropped(long, DataConfig()) == "lengths too different"
    assert why_dropped(long, DataConfig(), translated=False) is None
    assert why_dropped(("a b c d", "a b c d"), DataConfig(), translated=False) is None
    assert why_dropped(("a", " "), DataConfig(), translated=False) == "an empty side"
