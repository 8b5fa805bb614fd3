"""Summaries and replies of models with attention and without: M positions, or one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import onnx
import pytest

from allez import Replier, Summarizer
from allez.bundle.manifest import Input
from allez.bundle.reader import Bundle
from allez_export.families.recurrent.model import Seq2Seq

TEXT = "Le chat noir voit la dame. " * 3


@pytest.mark.parametrize(("name", "attends"), [("none", False), ("lstm", True)])
def test_the_answer_has_a_weight_for_each_position(
    name: str,
    attends: bool,
    traced: Callable[[str], tuple[Seq2Seq, onnx.ModelProto, onnx.ModelProto]],
    drafted: Callable[[str, Seq2Seq, onnx.ModelProto, onnx.ModelProto], Bundle],
) -> None:
    bundle = drafted(name, *traced(name))
    whole = Input("text", "whole", 90, " | ", 3)
    told = bundle.manifest._replace(task="summarize", input=whole)
    with Summarizer(replace(bundle, manifest=told), threads=1) as summarizer:
        summary = summarizer.summarize(TEXT, max_length=7, n_best=2)
        positions = len(summary.source_tokens) if attends else 1
        for hypothesis in summary.hypotheses:
            assert hypothesis.attention.shape == (len(hypothesis.tokens), positions)
            assert np.allclose(hypothesis.attention.sum(axis=1), 1, atol=1e-5)
        together = list(summarizer.summarize_batch([TEXT, "La mer.", TEXT], max_length=7))
        assert together[0].text == together[2].text == summary.text
        greedy = summarizer.summarize(TEXT, max_length=7, beam_size=1)
        assert "".join(summarizer.stream(TEXT, max_length=7)) == greedy.text
    told = told._replace(task="reply")
    with Replier(replace(bundle, manifest=told), threads=1) as replier:
        for _ in range(3):
            reply = replier.reply("La dame voit la mer.", max_length=7)
        assert reply.attention.shape[1] == (len(reply.source_tokens) if attends else 1)
        assert len(reply.turns) == 3
