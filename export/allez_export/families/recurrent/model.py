"""The attention model, all of it: read it from top to bottom.

A sentence is looked up in an embedding table. The encoder reads it and leaves one hidden state
per word, the memory. At each target step the decoder

    1. makes its own hidden state from the previous word and its previous state,
    2. scores every encoder state against it,
    3. turns the scores into weights with a softmax,
    4. takes the context: the sum of the encoder states times their weights,
    5. concatenates context and hidden state, multiplies by Wa and applies tanh: the attentional
       state (Luong et al. 2015, equation 5),
    6. asks a linear layer over the vocabulary for the next word,
    7. and goes on until the end of the sequence.

Letters: B sentences, S source length, T target length, M memory positions, D memory width,
A key width, H decoder width, V vocabulary. Imports nothing of ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

MASKED = -1e9


class Memory(NamedTuple):
    """What the encoder hands to the decoder."""

    states: Tensor
    """[B, M, D] one encoder state per source position; the last one alone for `none`. With the
    lexical shortcut, the words' embeddings stand beside the states: D = 2H."""
    keys: Tensor
    """[B, M, A] the states projected for scoring, once for all steps."""
    mask: Tensor
    """[B, M] 0 where there is a word, -1e9 where there is padding."""
    initial: tuple[Tensor, ...]
    """Each [B, D]: the decoder's first hidden (and, for an LSTM, cell) state."""


class Encoder(nn.Module):
    """Bidirectional recurrent encoder (Schuster & Paliwal 1997; Bahdanau et al. 2015, 3.2)."""

    def __init__(self, width: int, layers: int, cell: str, dropout: float) -> None:
        super().__init__()
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.rnn = kind(
            width,
            width // 2,
            layers,
            batch_first=True,
            bidirectional=True,
            dropout=dropout if layers > 1 else 0.0,
        )

    def forward(self, embedded: Tensor, length: Tensor | None) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Read embedded words [B, S, H].

        Args:
            embedded: [B, S, H].
            length: [B] true lengths; None when every sentence fills the batch's width.

        Returns:
            States [B, S, D] and the last ones of both directions, joined: each [B, D].
        """
        if length is None:
            states, last = self.rnn(embedded)
        else:
            packed = pack_padded_sequence(
                embedded, length.cpu(), batch_first=True, enforce_sorted=False
            )
            packed_states, last = self.rnn(packed)
            states, _ = pad_packed_sequence(
                packed_states, batch_first=True, total_length=embedded.shape[1]
            )
        parts = last if isinstance(last, tuple) else (last,)
        # The top layer's forward and backward direction are the last two rows.
        return states, tuple(torch.cat([part[-2], part[-1]], dim=1) for part in parts)


class Attention(nn.Module):
    """Scores, softmax, context.

    dot         h . m                     Luong et al. 2015, equation 8
    general     h . (W m)                 Luong et al. 2015, equation 8
    concat      v . tanh(W [h; m])        Luong et al. 2015, equation 8
    additive    v . tanh(W h + U m + b)   Bahdanau et al. 2015, appendix A.1.2
    none        the memory is one vector: its weight is 1

    What depends on the memory alone (W m, or its half of W [h; m]) is the key, made once.
    """

    def __init__(self, kind: str, width: int) -> None:
        super().__init__()
        self.kind = kind
        if kind in ("general", "concat", "additive"):
            self.key = nn.Linear(width, width, bias=kind == "additive")  # U
        if kind in ("concat", "additive"):
            self.query = nn.Linear(width, width, bias=False)  # W
            self.v = nn.Parameter(torch.empty(width).uniform_(-1, 1) / math.sqrt(width))

    def keys(self, memory: Tensor) -> Tensor:
        """Project the memory [B, M, D] for scoring: [B, M, A]."""
        return self.key(memory) if hasattr(self, "key") else memory

    def forward(
        self, hidden: Tensor, memory: Tensor, keys: Tensor, mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Attend to the memory from decoder states hidden [B, T, H].

        Returns:
            Context [B, T, D] and weights [B, T, M], which sum to 1.
        """
        if self.kind == "none":
            scores = hidden.new_zeros(()) * hidden[:, :, :1] + mask.unsqueeze(1)  # [B, T, 1]
        elif self.kind in ("dot", "general"):
            scores = hidden @ keys.transpose(1, 2) + mask.unsqueeze(1)  # [B, T, M]
        else:
            mixed = torch.tanh(self.query(hidden).unsqueeze(2) + keys.unsqueeze(1))  # [B, T, M, A]
            scores = mixed @ self.v + mask.unsqueeze(1)  # [B, T, M]
        weights = scores.softmax(dim=2)
        return weights @ memory, weights


class Decoder(nn.Module):
    """Recurrent decoder with attention.

    `input_feeding` shows the first layer the previous attentional state (Luong et al. 2015, 3.3),
    which makes training sequential. `second_layer` puts a recurrent layer above the attention
    instead, with residual and layer norm: it remembers what was attended to and trains in parallel.
    `lexical_shortcut` lets the source words themselves, weighted by the attention, speak to the
    vocabulary layer (Nguyen & Chiang 2018, equations 8 to 10, with one hidden layer and the tied
    table): rare words and names need not pass through the recurrent states.
    """

    def __init__(
        self,
        width: int,
        cell: str,
        attention: str,
        *,
        input_feeding: bool,
        second_layer: bool,
        lexical_shortcut: bool,
        dropout: float,
    ) -> None:
        super().__init__()
        kind = {"lstm": nn.LSTM, "gru": nn.GRU}[cell]
        self.width = width
        self.parts = 2 if cell == "lstm" else 1
        self.input_feeding = input_feeding
        self.rnn = kind(width * (2 if input_feeding else 1), width, batch_first=True)
        self.attention = Attention(attention, width)
        self.Wa = nn.Linear(2 * width, width, bias=False)
        self.second = kind(width, width, batch_first=True) if second_layer else None
        self.norm = nn.LayerNorm(width) if second_layer else None
        self.lexical = nn.Linear(width, width, bias=False) if lexical_shortcut else None
        self.dropout = nn.Dropout(dropout)

    def forward(self, embedded: Tensor, memory: Memory) -> Tensor:
        """Return features [B, T, H] for the vocabulary layer, given the embedded previous words.

        Args:
            embedded: [B, T, H] embeddings of bos and all target words but the last.
            memory: the encoder's.
        """
        state = self._packed(memory.initial)
        if self.input_feeding:
            attentional, words = self._sequential(embedded, memory, state)
        else:
            hidden, _ = self.rnn(embedded, state)  # [B, T, H]
            attentional, words = self.attend(hidden, memory)
        features = attentional = self.dropout(attentional)
        if self.second is not None and self.norm is not None:
            above, _ = self.second(attentional)
            features = self.dropout(self.norm(attentional + self.dropout(above)))
        if self.lexical is not None:
            spoken = torch.tanh(self.lexical(words * math.sqrt(self.width)))
            features = features + self.dropout(spoken)
        return features

    def attend(self, hidden: Tensor, memory: Memory) -> tuple[Tensor, Tensor]:
        """Steps 2 to 5: hidden [B, T, H] to the attentional state [B, T, H].

        The second value are the attended source words [B, T, H], empty without the shortcut.
        """
        context, _ = self.attention(hidden, memory.states, memory.keys, memory.mask)
        context, words = context[:, :, : self.width], context[:, :, self.width :]
        return torch.tanh(self.Wa(torch.cat([context, hidden], dim=2))), words

    def _sequential(self, embedded: Tensor, memory: Memory, state: object) -> tuple[Tensor, Tensor]:
        attentional = embedded.new_zeros(embedded.shape[0], 1, self.width)
        outputs, attended = [], []
        for t in range(embedded.shape[1]):
            fed = torch.cat([embedded[:, t : t + 1], attentional], dim=2)
            hidden, state = self.rnn(fed, state)
            attentional, words = self.attend(hidden, memory)
            outputs.append(attentional)
            attended.append(words)
        return torch.cat(outputs, dim=1), torch.cat(attended, dim=1)

    def _packed(self, initial: tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
        states = tuple(part.unsqueeze(0).contiguous() for part in initial)
        return states if self.parts == 2 else states[0]


class Writes(Protocol):
    """A model whose decoder is the one here, whatever its encoder looks at."""

    width: int
    memory_width: int
    table: nn.Embedding
    bias: nn.Parameter
    decoder: Decoder
    dropout: nn.Dropout

    def parameters(self) -> Iterator[nn.Parameter]:
        """See `nn.Module`."""

    def state_dict(self) -> dict[str, Tensor]:
        """See `nn.Module`."""


class Seq2Seq(nn.Module):
    """Encoder, decoder, and one table for source words, target words and the vocabulary layer.

    The tie is that of Press & Wolf 2017 (three-way); `bias` is the vocabulary layer's own.
    """

    def __init__(
        self,
        vocabulary: int,
        *,
        width: int = 384,
        cell: str = "lstm",
        encoder_layers: int = 2,
        attention: str = "general",
        input_feeding: bool = False,
        second_layer: bool = True,
        lexical_shortcut: bool = False,
        dropout: float = 0.2,
        word_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if width % 2:
            raise ValueError(f"width must be even, not {width}: each direction gets half of it")
        if lexical_shortcut and attention == "none":
            raise ValueError("lexical_shortcut needs attention: it is weighted by it")
        self.width = width
        self.memory_width = 2 * width if lexical_shortcut else width
        self.word_dropout = word_dropout
        self.table = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.table.weight, std=width**-0.5)
        self.bias = nn.Parameter(torch.zeros(vocabulary))
        self.encoder = Encoder(width, encoder_layers, cell, dropout)
        self.decoder = Decoder(
            width,
            cell,
            attention,
            input_feeding=input_feeding,
            second_layer=second_layer,
            lexical_shortcut=lexical_shortcut,
            dropout=dropout,
        )
        self.dropout = nn.Dropout(dropout)

    def embed(self, ids: Tensor) -> Tensor:
        """Look words up: ids [...] to [..., H], with entries of about unit size."""
        return self.table(ids) * math.sqrt(self.width)

    def encode(self, source: Tensor, length: Tensor | None = None) -> Memory:
        """Read source ids [B, S], the last one of each sentence eos.

        Args:
            source: [B, S].
            length: [B] true lengths; None when no sentence is padded.
        """
        embedded = self.embed(source)
        if self.training and self.word_dropout:
            kept = torch.rand(source.shape, device=source.device) >= self.word_dropout
            embedded = embedded * kept.unsqueeze(2)
        embedded = self.dropout(embedded)
        states, initial = self.encoder(embedded, length)
        if self.decoder.attention.kind == "none":
            states = initial[0].unsqueeze(1)  # [B, 1, D]
            mask = states.new_zeros(states.shape[:2])
        elif length is None:
            mask = states.new_zeros(states.shape[:2])
        else:
            positions = torch.arange(source.shape[1], device=source.device)
            mask = MASKED * (positions >= length.unsqueeze(1).to(source.device)).to(states.dtype)
        keys = self.decoder.attention.keys(states)
        if self.decoder.lexical is not None:
            # Rows as the table has them, small; the decoder gives them their size back.
            states = torch.cat([states, embedded / math.sqrt(self.width)], dim=2)  # [B, S, 2H]
        return Memory(states, keys, mask, initial)

    def forward(self, source: Tensor, target: Tensor, length: Tensor | None = None) -> Tensor:
        """Return features [B, T, H] for target ids [B, T] that begin with bos."""
        memory = self.encode(source, length)
        return self.decoder(self.dropout(self.embed(target)), memory)

    def logits(self, features: Tensor, words: Tensor | None = None) -> Tensor:
        """Score features [..., H] for every word, or for `words` [C] alone: [..., V or C]."""
        if words is None:
            return features @ self.table.weight.T + self.bias
        return features @ self.table(words).T + self.bias[words]
