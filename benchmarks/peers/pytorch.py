"""PyTorch eager with the weights of the bundle: the loop that a user of the model would write.

The encoder reads the whole batch, packed; the decoder takes one step for all rows, with the model's
own modules but for the recurrent layers: `LSTMCell` with their weights, since `LSTM` takes up to
twice as long for one step of one row. `topk` runs over all words of all rows of a sentence.
Gradients are off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import tokenizers
import torch
from torch import Tensor, nn

from allez_export.families.recurrent.model import Memory, Seq2Seq
from benchmarks.peers.beam import Beams

State = tuple[Tensor, Tensor]
Cell = Callable[[Tensor, State], State]


class PyTorch:
    """Loads what `prepare` left; takes and gives text.

    Args:
        folder: with `model.pt` and `tokenizer.json`.
        threads: of torch, for the whole process.
        cells: False: step with the `LSTM` layers as they are in the model.
    """

    def __init__(self, folder: Path, threads: int, *, cells: bool = True) -> None:
        self._threads = threads
        torch.set_num_threads(threads)
        content: dict[str, Any] = torch.load(folder / "model.pt", weights_only=True)
        self._model = Seq2Seq(**content["options"])
        self._model.load_state_dict(content["weights"])
        self._model.eval().requires_grad_(False)
        decoder, wrap = self._model.decoder, _cell if cells else _layer
        self._first = wrap(decoder.rnn)
        self._second = None if decoder.second is None else wrap(decoder.second)
        self._limits: tuple[float, int] = tuple(content["limits"])
        self._penalty: float = content["length_penalty"]
        self._bos, self._eos, self._pad = content["tokens"]
        self._tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))

    def translate(self, texts: Sequence[str], beam: int) -> list[str]:
        """Return the translation of each sentence; all are decoded as one batch."""
        torch.set_num_threads(self._threads)
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        found = self.search([[*e.ids, self._eos] for e in encodings], beam)
        return [self._tokenizer.decode(list(tokens)) for tokens in found]

    @torch.inference_mode()
    def search(self, sources: Sequence[Sequence[int]], beam: int) -> list[tuple[int, ...]]:
        """Return the target ids of each source, which ends with eos."""
        lengths = torch.tensor([len(source) for source in sources])
        ragged = [torch.tensor(source) for source in sources]
        source = torch.nn.utils.rnn.pad_sequence(ragged, batch_first=True, padding_value=self._pad)
        alike = bool((lengths == lengths[0]).all())
        memory = self._model.encode(source, None if alike else lengths)
        state = (memory.initial[0], memory.initial[1])  # each [N, H]
        states = [state, (torch.zeros_like(state[0]), torch.zeros_like(state[0]))]
        slope, extra = self._limits
        limits = [int(slope * len(s)) + extra for s in sources]
        beams = Beams(limits, beam, self._eos, self._penalty)
        token = torch.full((len(sources), 1), self._bos)  # [B, K]
        score = torch.zeros(len(sources), 1)  # [B, K]
        while True:
            logits, states = self._step(token, states, memory)  # [B, K, V]
            if beam == 1:
                rows = beams.advance([[0.0]] * len(token), [[0]] * len(token), _greedy(logits))
            else:
                rows = beams.advance(*_best(score, logits, 2 * beam))
            if rows is None:
                return beams.best
            parent = torch.tensor(rows.parent)
            if rows.kept is not None:
                kept = torch.tensor(rows.kept)
                memory = Memory(
                    memory.states[kept], memory.keys[kept], memory.mask[kept], memory.initial
                )
            if beam > 1 or rows.kept is not None:
                states = [(hidden[parent], cell[parent]) for hidden, cell in states]
            token = torch.tensor(rows.token).view(-1, beam)
            score = torch.tensor(rows.score).view(-1, beam)

    def _step(
        self, token: Tensor, states: list[State], memory: Memory
    ) -> tuple[Tensor, list[State]]:
        """Feed token [B, K]; return logits [B, K, V] and the states, each [B x K, H]."""
        model, decoder = self._model, self._model.decoder
        first = self._first(model.embed(token.flatten()), states[0])
        grouped = first[0].view(*token.shape, -1)  # [B, K, H]
        attentional, words = decoder.attend(grouped, memory)
        features, second = attentional, states[1]
        if self._second is not None and decoder.norm is not None:
            second = self._second(attentional.flatten(0, 1), states[1])
            features = decoder.norm(attentional + second[0].view_as(attentional))
        if decoder.lexical is not None:
            features = features + torch.tanh(decoder.lexical(words * model.width**0.5))
        return model.logits(features), [first, second]


def _cell(layer: nn.RNNBase) -> Cell:
    """Return a cell with the weights of a layer."""
    cell = nn.LSTMCell(layer.input_size, layer.hidden_size)
    weights = layer.state_dict()
    cell.load_state_dict({name.removesuffix("_l0"): value for name, value in weights.items()})
    return cell.eval().requires_grad_(False)


def _layer(layer: nn.RNNBase) -> Cell:
    """Return the layer itself, to be fed one word at a time."""

    def step(x: Tensor, state: State) -> State:
        _, (hidden, cell) = layer(x.unsqueeze(1), (state[0].unsqueeze(0), state[1].unsqueeze(0)))
        return hidden[0], cell[0]

    return step


def _greedy(logits: Tensor) -> list[list[int]]:
    tokens: list[list[int]] = logits.argmax(dim=2).tolist()  # [B, 1]
    return tokens


def _best(
    score: Tensor, logits: Tensor, count: int
) -> tuple[list[list[float]], list[list[int]], list[list[int]]]:
    """Return scores, rows and tokens of each sentence's best continuations, each [B, count]."""
    vocabulary = logits.shape[2]
    total = (score.unsqueeze(2) + logits.log_softmax(dim=2)).flatten(1)  # [B, K x V]
    best, place = total.topk(count, dim=1)
    return best.tolist(), (place // vocabulary).tolist(), (place % vocabulary).tolist()
