"""What the steps of all families have in common: the vocabulary layer, and a search run by torch.

Letters: N rows, B sentences, H features, V vocabulary, C candidates, k continuations.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from allez.arrays import IntArray
from allez.bundle.contract import MASKED, WHOLE_VOCABULARY
from allez.search.step import StepResult
from allez_export.families.family import VOCABULARY_LAYER


def never_row(vocabulary: int, never: Sequence[int]) -> Tensor | None:
    """Return [V]: 0, but -1e9 for the words that search may not choose; None if it may all."""
    if not never:
        return None
    row = torch.zeros(vocabulary)
    row[list(never)] = MASKED
    return row


def best_words(
    features: Tensor,
    table: Tensor,
    bias: Tensor,
    candidates: Tensor,
    mask: Tensor,
    k: Tensor,
    never: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the best scores and their tokens [N, k], and all scores [N, V or C].

    Which words are scored is decided inside the graph. torch cannot export a branch whose result
    has another shape on each side, so a placeholder node stands here, and trace.py puts the ONNX
    `If` in its place.

    Args:
        features: [N, H].
        table: [V, H].
        bias: [V].
        candidates: [C] ids, or -1.
        mask: [B, C].
        k: [].
        never: [V], added to what search chooses by, not to the scores that it is told of: a word
            that is never generated keeps its share, and a target that has it is scored.
    """
    count: Any = k.item()
    rows = features.shape[0]
    if torch.compiler.is_exporting():
        inputs = (features, table, bias, candidates, mask, k)
        top_log_probs, top_tokens, log_probs = torch.onnx.ops.symbolic_multi_out(
            VOCABULARY_LAYER,
            inputs if never is None else (*inputs, never),
            dtypes=[torch.float32, torch.int64, torch.float32],
            shapes=[(rows, count), (rows, count), (rows, candidates.shape[0])],
            version=1,
        )
        return top_log_probs, top_tokens, log_probs
    if int(candidates[0]) == WHOLE_VOCABULARY:
        ids = torch.arange(len(bias), device=features.device)
        logits = features @ table.T + bias  # [N, V]
    else:
        ids = candidates
        listed = features @ table[ids].T + bias[ids]  # [N, C]
        grouped = listed.reshape(mask.shape[0], -1, mask.shape[1]) + mask.unsqueeze(1)
        logits = grouped.reshape(-1, mask.shape[1])
    log_probs = logits.log_softmax(dim=1)
    chosen_by = log_probs if never is None else log_probs + never[ids]
    top_log_probs, top = torch.topk(chosen_by, int(count), dim=1)
    return top_log_probs, ids[top], log_probs


class TorchStep:
    """A traced step run by torch: a `search.Step`, the reference for the exported graph.

    Args:
        module: what is traced to `decoder.onnx`.
        encoding: memory, keys, mask and states, as `encoder.onnx` gives them.
        vocabulary: V.
    """

    def __init__(self, module: nn.Module, encoding: Sequence[Tensor], vocabulary: int) -> None:
        self._memory, self._states = list(encoding[:3]), list(encoding[3:])
        self._device = encoding[0].device
        self._step = module.eval().requires_grad_(False).to(self._device)
        self._vocabulary = vocabulary

    @torch.no_grad()
    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        """Feed one token per row; see `allez.search.beam.Step`."""
        device = self._device
        top_log_probs, top_tokens, log_probs, attention, *states = self._step(
            torch.as_tensor(token, device=device),
            torch.as_tensor(parent, device=device),
            *self._memory,
            torch.tensor([WHOLE_VOCABULARY], device=device),
            torch.zeros(len(self._memory[0]), 1, device=device),
            torch.tensor(min(k, self._vocabulary)),
            self._states,
        )
        self._states = states
        return StepResult(
            top_log_probs.cpu().numpy(),
            top_tokens.cpu().numpy(),
            attention.cpu().numpy(),
            log_probs.cpu().numpy() if full else None,
        )

    def keep(self, sentences: IntArray) -> None:
        """Forget all sentences but these; see `allez.search.beam.Step`."""
        kept = torch.as_tensor(sentences, device=self._device)
        self._memory = [part[kept] for part in self._memory]


def padded(sentences: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return sentences of ids as [B, S], zeros behind them, and their lengths [B]."""
    lengths = torch.tensor([len(ids) for ids in sentences])
    source = torch.zeros(len(sentences), int(lengths.max()), dtype=torch.int64)
    for row, ids in enumerate(sentences):
        source[row, : len(ids)] = torch.tensor(ids)
    return source, lengths
