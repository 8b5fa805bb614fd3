"""What is traced of a student: two stateless modules, as `allez.bundle.contract` says.

Memory and keys hold the values and keys of all the decoder's layers side by side; the states are
the cells of its layers, and the position. Letters as in ARCHITECTURE.md, and d width, h heads, L
layers of the decoder, F width of a feed-forward layer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from allez.bundle.contract import MASKED
from allez_export.families.marian.tensors import positions, product, reshaped, size_of, with_rows
from allez_export.families.marian.weights import StudentConfig, Weights
from allez_export.families.steps import best_words, never_row

EPSILON = 1e-6
"""Of every layer norm."""

_BLOCK = 64
"""Vocabularies are filled up to a multiple, by which the best words are found faster."""


def filled_up(config: StudentConfig) -> int:
    """Return V: the larger vocabulary, a row for the start of a target, and up to a full block."""
    return -(-(max(config.source_words, config.target_words) + 1) // _BLOCK) * _BLOCK


class Product(nn.Module):
    """x @ W + b, with W [in, out]; several of Marian's matrices may stand side by side."""

    def __init__(
        self,
        weights: Weights,
        parts: Sequence[tuple[str, str, float]],
        size: int,
        out: int | None,
    ) -> None:
        """Take matrices from a model.

        Args:
            weights: of the model.
            parts: name of the matrix, name of its bias (empty: none) and a factor of both.
            size: of what comes in.
            out: of what comes out of each; None: as wide as it is.
        """
        super().__init__()
        self.parts = [name for name, _, _ in parts]
        matrices = [weights.matrix(name, size, out) for name, _, _ in parts]
        widths = [matrix.shape[1] for matrix in matrices]
        biases, grids = [], []
        for (name, bias, factor), width in zip(parts, widths, strict=True):
            found = weights.vector(bias, width) if bias else torch.zeros(width)
            biases.append(found * factor)
            grids.append(weights.grid(name, width, factor))
        factors = [factor for _, _, factor in parts]
        joined = [matrix * factor for matrix, factor in zip(matrices, factors, strict=True)]
        self.W = nn.Parameter(torch.cat(joined, dim=1))
        self.b = nn.Parameter(torch.cat(biases))
        self.grid = torch.cat(grids)

    def forward(self, x: Tensor) -> Tensor:
        """Return [N, out] of x [N, in]."""
        return x @ self.W + self.b


class Around(nn.Module):
    """What stands before and behind a sublayer: normalizing, adding its input."""

    def __init__(self, weights: Weights, name: str, config: StudentConfig) -> None:
        super().__init__()
        self.order = config.after.replace("d", "")
        self.first = self.norm = None
        if "n" in config.before:
            self.first = Norm(weights, f"{name}_ln", config.width, "_pre")
        if "n" in config.after:
            self.norm = Norm(weights, f"{name}_ln", config.width)

    def before(self, x: Tensor) -> Tensor:
        """Return what the sublayer reads."""
        return x if self.first is None else self.first(x)

    def after(self, y: Tensor, x: Tensor) -> Tensor:
        """Return what the next sublayer is given, from this one's output and input."""
        for step in self.order:
            y = y + x if step == "a" or self.norm is None else self.norm(y)
        return y


class Norm(nn.Module):
    """Layer normalization (Ba et al. 2016)."""

    def __init__(self, weights: Weights, name: str, width: int, suffix: str = "") -> None:
        super().__init__()
        self.scale = nn.Parameter(weights.vector(f"{name}_scale{suffix}", width))
        self.shift = nn.Parameter(weights.vector(f"{name}_bias{suffix}", width))

    def forward(self, x: Tensor) -> Tensor:
        """Return x [N, d], normalized."""
        return F.layer_norm(x, self.scale.shape, self.scale, self.shift, EPSILON)


def _relu(x: Tensor) -> Tensor:
    return x - torch.minimum(x, torch.zeros(()))


_ACTIVATIONS = {
    "relu": _relu,
    "swish": lambda x: x * torch.sigmoid(x),
    "gelu": lambda x: x * torch.sigmoid(x * 1.702),
}


class FeedForward(nn.Module):
    """Two products and more with an activation between them."""

    def __init__(self, weights: Weights, name: str, config: StudentConfig) -> None:
        super().__init__()
        self.around = Around(weights, f"{name}_ffn", config)
        depth = 1
        while f"{name}_W{depth + 1}" in weights:
            depth += 1
        size, layers = config.width, []
        for layer in range(1, depth + 1):
            part = (f"{name}_W{layer}", f"{name}_b{layer}", 1.0)
            out = config.width if layer == depth else None
            layers.append(Product(weights, [part], size, out))
            size = layers[-1].W.shape[1]
        self.layers = nn.ModuleList(layers)
        self.activation = _ACTIVATIONS[config.activation]

    def forward(self, x: Tensor) -> Tensor:
        """Return [N, d] of x [N, d]."""
        y = self.layers[0](self.around.before(x))
        for layer in self.layers[1:]:
            y = layer(self.activation(y))
        return self.around.after(y, x)


class Heads(nn.Module):
    """Takes heads apart and joins them again.

    Args:
        config: how many there are, and their widths together.
    """

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.heads, self.width = config.heads, config.width // config.heads
        self.apart = torch.tensor([self.heads, self.width])
        self.joined = torch.tensor([-1, config.width])

    def of_positions(self, x: Tensor, sizes: Tensor, mask: Tensor) -> Tensor:
        """Return x [B x M, d] or [B, M, d] as [B, h, M, d / h]; sizes and mask [B, M]."""
        shape = (*mask.shape, self.heads, self.width)
        return reshaped(x, torch.cat([sizes, self.apart]), shape).transpose(1, 2)

    def together(self, x: Tensor, rows: int) -> Tensor:
        """Return x [B, h, n, d / h] as [B x n, d]."""
        return reshaped(x.transpose(1, 2), self.joined, (rows, self.heads * self.width))


class SelfAttention(nn.Module):
    """Every word of a source reads all of them (Vaswani et al. 2017, 3.2)."""

    def __init__(self, weights: Weights, name: str, config: StudentConfig) -> None:
        super().__init__()
        self.around = Around(weights, f"{name}_Wo", config)
        self.heads, width = Heads(config), config.width
        factor = (width / config.heads) ** -0.5
        parts = [(f"{name}_W{p}", f"{name}_b{p}", factor if p == "q" else 1.0) for p in "qkv"]
        self.inputs = Product(weights, parts, width, width)
        self.output = Product(weights, [(f"{name}_Wo", f"{name}_bo", 1.0)], width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return [B x S, d] of x [B x S, d]; mask is [B, S]."""
        parts = self.inputs(self.around.before(x)).split([x.shape[1]] * 3, dim=1)
        sizes = size_of(mask, 0, 2)
        q, k, v = (self.heads.of_positions(part, sizes, mask) for part in parts)
        scores = product(q, k.transpose(2, 3)) + mask[:, None, None, :]  # [B, h, S, S]
        context = self.heads.together(product(scores.softmax(dim=3), v), x.shape[0])
        return self.around.after(self.output(context), x)


class EncoderLayer(nn.Module):
    """Self-attention, then a feed-forward layer."""

    def __init__(self, weights: Weights, name: str, config: StudentConfig) -> None:
        super().__init__()
        self.attention = SelfAttention(weights, f"{name}_self", config)
        self.feed_forward = FeedForward(weights, f"{name}_ffn", config)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return [B x S, d] of x [B x S, d]; mask is [B, S]."""
        y: Tensor = self.feed_forward(self.attention(x, mask))
        return y


class Words(nn.Module):
    """Looks words up, and adds where they stand."""

    def __init__(self, weights: Weights, side: str, config: StudentConfig) -> None:
        super().__init__()
        name = "Wemb" if "Wemb" in weights else f"{side}_Wemb"
        words = config.source_words if side == "encoder" else config.target_words
        self.table = nn.Parameter(
            with_rows(weights.matrix(name, words, config.width), filled_up(config))
        )
        self.grid = with_rows(weights.grid(name, words), filled_up(config))
        self.places = nn.Parameter(positions(config.positions, config.width))
        self.last = torch.tensor(config.positions - 1)
        self.factor = math.sqrt(config.width)
        self.norm = None
        if "n" in config.embedded:
            self.norm = Norm(weights, f"{side}_emb_ln", config.width)

    def forward(self, words: Tensor, place: Tensor) -> Tensor:
        """Return [..., d] of words [...] at places [...]."""
        where = F.embedding(torch.minimum(place, self.last), self.places)
        x = F.embedding(words, self.table) * self.factor + where
        return x if self.norm is None else self.norm(x)


def top_norm(weights: Weights, side: str, config: StudentConfig) -> Norm | None:
    """Return what normalizes the last layer's output, if anything does."""
    return Norm(weights, f"{side}_top_ln", config.width) if "n" in config.top else None


class EncoderGraph(nn.Module):
    """`encoder.onnx`: source ids to memory, keys, mask and the decoder's first states."""

    def __init__(self, weights: Weights, config: StudentConfig) -> None:
        super().__init__()
        self.words = Words(weights, "encoder", config)
        self.layers = nn.ModuleList(
            EncoderLayer(weights, f"encoder_l{layer}", config)
            for layer in range(1, config.encoder_layers + 1)
        )
        self.top = top_norm(weights, "encoder", config)
        order = config.decoder_order
        names = [f"decoder_l{layer}_context_{{}}{part}" for part in "vk" for layer in order]
        parts = [(name.format("W"), name.format("b"), 1.0) for name in names]
        self.memory = Product(weights, parts, config.width, config.width)
        self.decoder_layers, self.width = len(order), config.width

    def forward(self, source: Tensor, source_length: Tensor) -> tuple[Tensor, ...]:
        """Read source [B, S] int64 with source_length [B] int32; see `allez.bundle.contract`."""
        place = torch.arange(source.shape[1])
        beyond = place.to(torch.int32).unsqueeze(0) >= source_length.unsqueeze(1)
        mask = beyond.to(torch.float32) * MASKED  # [B, S]
        x = self.words(source, place).reshape(-1, self.width)  # [B x S, d]
        for layer in self.layers:
            x = layer(x, mask)
        if self.top is not None:
            x = self.top(x)
        both = self.memory(x).reshape(*source.shape, -1)  # [B, S, 2 L d]
        memory, keys = both.split([self.decoder_layers * self.width] * 2, dim=2)
        zero = source_length.to(torch.float32).unsqueeze(1) * 0.0  # [B, 1]
        cells = [zero.expand(-1, self.width) for _ in range(self.decoder_layers)]
        return (memory, keys, mask, *cells, zero)


class Spread(nn.Module):
    """Attention of all heads by one product with keys, and one with values, both as they lie.

    A row is spread over h rows, each with the columns of one head and zeros elsewhere. That
    multiplies by many zeros, and moves nothing of the memory: in the usual layout of heads every
    step would turn all keys and values of all sentences.

    Args:
        config: how many heads there are, and their widths together.
    """

    def __init__(self, config: StudentConfig) -> None:
        super().__init__()
        self.heads, self.width = config.heads, config.width
        own = torch.eye(config.heads).repeat_interleave(config.width // config.heads, dim=1)
        self.own = nn.Parameter(own)
        """[h, d]: 1 where a column is a head's."""
        self.sum = nn.Parameter(torch.ones(1, config.heads))
        self.of_sentence = torch.tensor([-1, config.width])
        self.of_row = torch.tensor([-1, config.heads, config.width])
        self.joined = torch.tensor([-1, config.width])

    def forward(
        self, q: Tensor, keys: Tensor, values: Tensor, mask: Tensor, batch: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return context [N, d] and weights [B, K x h, M].

        Args:
            q: [N, d].
            keys: [B, M, d].
            values: [B, M, d].
            mask: [B, 1, M].
            batch: [B].
        """
        sentences, rows = mask.shape[0], q.shape[0]
        shape = (sentences, rows // sentences * self.heads, self.width)
        spread = reshaped(
            q.unsqueeze(1) * self.own, torch.cat([batch, self.of_sentence]), shape
        )  # [B, K x h, d]
        scores = product(spread, keys.transpose(1, 2)) + mask
        weights = scores.softmax(dim=2)
        context = reshaped(product(weights, values), self.of_row, (rows, self.heads, self.width))
        joined = product(self.sum, context * self.own)  # [N, 1, d]
        return reshaped(joined, self.joined, (rows, self.width)), weights


class DecoderLayer(nn.Module):
    """A simple recurrent unit (Kim et al. 2019), attention to the source, a feed-forward layer."""

    def __init__(self, weights: Weights, layer: int, config: StudentConfig) -> None:
        super().__init__()
        name, width = f"decoder_l{layer}", config.width
        self.attention = Spread(config)
        self.around_unit = Around(weights, f"{name}_rnn_ffn", config)
        parts = [(f"{name}_rnn_Wf", f"{name}_rnn_bf", 1.0), (f"{name}_rnn_W", "", 1.0)]
        self.unit = Product(weights, parts, width, width)
        self.around_attention = Around(weights, f"{name}_context_Wo", config)
        factor = (width / config.heads) ** -0.5
        query = (f"{name}_context_Wq", f"{name}_context_bq", factor)
        self.query = Product(weights, [query], width, width)
        output = (f"{name}_context_Wo", f"{name}_context_bo", 1.0)
        self.output = Product(weights, [output], width, width)
        self.feed_forward = FeedForward(weights, f"{name}_ffn", config)

    def forward(
        self, x: Tensor, cell: Tensor, memory: Tensor, keys: Tensor, mask: Tensor, batch: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Take a step with x and cell [N, d]; memory and keys are this layer's, [B, M, d].

        Returns:
            Output and cell [N, d], and weights [B, K x h, M].
        """
        opening, new = self.unit(self.around_unit.before(x)).split([x.shape[1]] * 2, dim=1)
        cell = new + torch.sigmoid(opening) * (cell - new)
        x = self.around_unit.after(_relu(cell), x)
        q = self.query(self.around_attention.before(x))
        context, weights = self.attention(q, keys, memory, mask, batch)
        x = self.around_attention.after(self.output(context), x)
        return self.feed_forward(x), cell, weights


class Vocabulary(nn.Module):
    """The layer that scores words; its table may be the one that words are looked up in."""

    def __init__(self, weights: Weights, words: Words, config: StudentConfig) -> None:
        super().__init__()
        rows, name = filled_up(config), "decoder_ff_logit_out"
        self.table, self.grid = words.table, words.grid
        untied = next((f"{name}_{end}" for end in ("Wt", "W") if f"{name}_{end}" in weights), None)
        if untied is not None:
            if untied.endswith("t"):  # as versions since 2019 write it
                matrix = weights.matrix(untied, config.target_words, config.width)
            else:
                matrix = weights.matrix(untied, config.width, config.target_words).T.contiguous()
            self.table = nn.Parameter(with_rows(matrix, rows))
            self.grid = with_rows(weights.grid(untied, config.target_words), rows)
        bias = torch.zeros(config.target_words)
        if f"{name}_b" in weights:
            bias = weights.vector(f"{name}_b", config.target_words)
        filler = torch.full((rows - len(bias),), MASKED)
        self.bias = nn.Parameter(torch.cat([bias, filler]))
        never = never_row(rows, [config.unknown])
        assert never is not None
        self.never = nn.Parameter(never)

    def forward(
        self, features: Tensor, candidates: Tensor, mask: Tensor, k: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return what `best_words` does of features [N, d]."""
        return best_words(features, self.table, self.bias, candidates, mask, k, self.never)


class DecoderStep(nn.Module):
    """`decoder.onnx`: one target step for N rows, B sentences of K rows each."""

    def __init__(self, weights: Weights, config: StudentConfig) -> None:
        super().__init__()
        self.words = Words(weights, "decoder", config)
        self.layers = nn.ModuleList(
            DecoderLayer(weights, layer, config) for layer in config.decoder_order
        )
        self.top = top_norm(weights, "decoder", config)
        self.vocabulary = Vocabulary(weights, self.words, config)
        self.aligned = config.aligned_layer % len(config.decoder_order)
        self.heads = config.heads

    def forward(
        self,
        token: Tensor,
        parent: Tensor,
        memory: Tensor,
        keys: Tensor,
        memory_mask: Tensor,
        candidates: Tensor,
        candidate_mask: Tensor,
        k: Tensor,
        states: Sequence[Tensor],
    ) -> tuple[Tensor, ...]:
        """Take one step; inputs and outputs as `allez.bundle.contract.decoder_graph` lists them."""
        *cells, place = (F.embedding(parent, state) for state in states)  # [N, d], [N, 1]
        x = self.words(token, place[:, 0].to(torch.int64))  # [N, d]
        widths = [x.shape[1]] * len(cells)
        parts = zip(memory.split(widths, dim=2), keys.split(widths, dim=2), strict=True)
        attention, mask, batch = memory_mask, memory_mask.unsqueeze(1), size_of(memory_mask, 0, 1)
        for index, (values, key) in enumerate(parts):
            layer = self.layers[index]
            x, cells[index], weights = layer(x, cells[index], values, key, mask, batch)
            if index == self.aligned:
                sizes = torch.cat([torch.tensor([-1, self.heads]), size_of(memory_mask, 1, 2)])
                shape = (token.shape[0], self.heads, memory_mask.shape[1])
                attention = reshaped(weights, sizes, shape)[:, 0]  # [N, M]
        if self.top is not None:
            x = self.top(x)
        scored = self.vocabulary(x, candidates, candidate_mask, k)
        return (*scored, attention, *cells, place + 1.0)
