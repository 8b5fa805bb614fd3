"""The vocabulary layer that all families share."""

from __future__ import annotations

import torch

from allez_export.families.steps import best_words, never_row


def test_a_word_that_is_never_chosen_keeps_its_share_of_the_probability() -> None:
    generator = torch.Generator().manual_seed(1)
    features, table = (torch.randn(n, 4, generator=generator) for n in (3, 6))
    bias, never = torch.zeros(6), never_row(6, [2, 5])
    usual = (features, table, bias)
    for candidates in (torch.tensor([-1]), torch.tensor([0, 2, 3, 5])):
        rest = (candidates, torch.zeros(1, len(candidates)), torch.tensor(2))
        _, _, free = best_words(*usual, *rest)
        scores, tokens, told = best_words(*usual, *rest, never)
        assert torch.equal(free, told)
        assert not {2, 5} & set(tokens.flatten().tolist())
        ids = list(range(6)) if len(candidates) == 1 else candidates.tolist()
        allowed = [place for place, word in enumerate(ids) if word not in (2, 5)]
        assert torch.equal(scores, told[:, allowed].topk(2, dim=1).values)
    assert never_row(6, []) is None
