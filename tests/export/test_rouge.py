"""ROUGE by hand: words of any language, pairs of them, and the longest common subsequence."""

from __future__ import annotations

import pytest

from allez_export.rouge import f1, rouge, words


def test_words_are_letters_and_digits_of_any_language_in_lower_case() -> None:
    assert words("L'Été à 9h30 : C++, naïve_cafe\u0301!") == [
        *("l", "été", "à", "9h30", "c", "naïve", "cafe\u0301"),
    ]
    assert words(" -- … ") == []


def test_the_three_scores_of_a_small_case() -> None:
    found = rouge(["the cat sat on the mat"], ["the mat sat there"])
    assert found["rouge_1"] == pytest.approx(100 * 2 * 3 / (6 + 4))  # the, mat, sat
    assert found["rouge_2"] == pytest.approx(100 * 2 * 1 / (5 + 3))  # the mat
    assert found["rouge_l"] == pytest.approx(100 * 2 * 2 / (6 + 4))  # the sat, or the mat


def test_a_word_counts_as_often_as_both_have_it() -> None:
    assert rouge(["a a a b"], ["a a c"])["rouge_1"] == pytest.approx(100 * 2 * 2 / 7)


def test_order_counts_for_the_subsequence_alone() -> None:
    found = rouge(["three two one"], ["one two three"])
    assert found["rouge_1"] == pytest.approx(100)
    assert found["rouge_2"] == 0
    assert found["rouge_l"] == pytest.approx(100 / 3)


def test_scores_are_means_over_texts() -> None:
    found = rouge(["Music player", "nothing"], ["music player!", "all of it"])
    assert found == {"rouge_1": 50.0, "rouge_2": 50.0, "rouge_l": 50.0}
    assert rouge([], []) == {"rouge_1": 0.0, "rouge_2": 0.0, "rouge_l": 0.0}


def test_what_is_empty_is_right_only_if_nothing_was_wanted() -> None:
    assert rouge([""], ["word"])["rouge_l"] == 0
    assert f1(0, 0, 0) == 1
    assert f1(0, 0, 3) == 0


def test_as_many_answers_as_references_are_needed() -> None:
    with pytest.raises(ValueError, match="shorter"):
        rouge(["a", "b"], ["a"])
