"""The theory holds: shapes, padding, each attention's equation, and one step at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from allez_export.families.parts import reorder_gates
from allez_export.families.recurrent.family import Recurrent
from allez_export.families.recurrent.graphs import DecoderStep, EncoderGraph, state_widths
from allez_export.families.recurrent.model import MASKED, Attention, Memory, Seq2Seq

CELLS = ("lstm", "gru")
KINDS = ("none", "dot", "general", "concat", "additive")
BOS, EOS = 1, 2
V, H = 40, 8


@pytest.fixture
def make(make_model: Callable[..., Seq2Seq]) -> Callable[..., Seq2Seq]:
    """Return a model of V words and width H."""

    def make(**kinds: object) -> Seq2Seq:
        return make_model(vocabulary=V, width=H, **kinds)

    return make


def sentences(*lengths: int) -> tuple[Tensor, Tensor]:
    """Return padded random source ids [B, S], eos last, and their lengths."""
    generator = torch.Generator().manual_seed(7)
    source = torch.zeros(len(lengths), max(lengths), dtype=torch.int64)
    for row, length in enumerate(lengths):
        source[row, :length] = torch.randint(3, V, (length,), generator=generator)
        source[row, length - 1] = EOS
    return source, torch.tensor(lengths)


def targets(batch: int, length: int) -> Tensor:
    generator = torch.Generator().manual_seed(8)
    ids = torch.randint(3, V, (batch, length), generator=generator)
    ids[:, 0] = BOS
    return ids


# --- shapes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cell", CELLS)
def test_shapes(make: Callable[..., Seq2Seq], cell: str, kind: str, layers: int) -> None:
    model = make(cell=cell, attention=kind, encoder_layers=layers)
    source, length = sentences(5, 2, 4)
    memory = model.encode(source, length)
    positions = 1 if kind == "none" else 5
    assert memory.states.shape == (3, positions, H)
    assert memory.keys.shape == (3, positions, H)
    assert memory.mask.shape == (3, positions)
    assert [part.shape for part in memory.initial] == [(3, H)] * (2 if cell == "lstm" else 1)
    features = model(source, targets(3, 6), length)
    assert features.shape == (3, 6, H)
    assert model.logits(features).shape == (3, 6, V)
    assert model.logits(features, torch.tensor([4, 9])).shape == (3, 6, 2)


def test_an_odd_width_is_refused() -> None:
    with pytest.raises(ValueError, match="width must be even, not 7"):
        Seq2Seq(V, width=7)


def test_one_table_serves_source_target_and_output(make: Callable[..., Seq2Seq]) -> None:
    model = make()
    assert [name for name, p in model.named_parameters() if V in p.shape] == [
        "bias",
        "table.weight",
    ]


def test_embedded_words_have_about_unit_size() -> None:
    model = Seq2Seq(2000, width=64)
    assert model.embed(torch.arange(2000)).std().item() == pytest.approx(1.0, abs=0.02)


# --- padding --------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "kind"), list(itertools.product(CELLS, KINDS)))
def test_padding_changes_nothing(make: Callable[..., Seq2Seq], cell: str, kind: str) -> None:
    model = make(cell=cell, attention=kind, encoder_layers=2)
    source, length = sentences(6, 1, 4, 6, 2)
    target = targets(5, 7)
    together = model(source, target, length)
    memory = model.encode(source, length)
    for row, true in enumerate(length.tolist()):
        ids, wanted = source[row : row + 1, :true], target[row : row + 1]
        alone = model.encode(ids)
        words = 1 if kind == "none" else true
        torch.testing.assert_close(memory.states[row, :words], alone.states[0])
        for part, other in zip(memory.initial, alone.initial, strict=True):
            torch.testing.assert_close(part[row], other[0])
        torch.testing.assert_close(together[row], model(ids, wanted)[0])
        # With a length given, an unpadded sentence is the same as without.
        torch.testing.assert_close(model(ids, wanted, torch.tensor([true])), model(ids, wanted))


def test_what_stands_in_the_padding_is_never_read(make: Callable[..., Seq2Seq]) -> None:
    model = make(attention="additive", cell="gru")
    source, length = sentences(6, 3)
    other = source.clone()
    other[1, 3:] = 17
    target = targets(2, 4)
    assert torch.equal(model(source, target, length), model(other, target, length))


def test_the_mask_is_zero_for_words_and_finite_for_padding(make: Callable[..., Seq2Seq]) -> None:
    source, length = sentences(3, 1)
    mask = make().encode(source, length).mask
    assert mask.tolist() == [[0.0, 0.0, 0.0], [0.0, MASKED, MASKED]]
    assert make().encode(source).mask.tolist() == [[0.0] * 3] * 2


# --- attention ------------------------------------------------------------------------------


def attended(kind: str, mask: Tensor) -> tuple[Attention, Tensor, Tensor, Tensor, Tensor]:
    """Return an attention, hidden states, memory, context and weights."""
    torch.manual_seed(3)
    attention = Attention(kind, H).requires_grad_(False)
    hidden = torch.randn(len(mask), 4, H)  # [B, T, H]
    memory = torch.randn(*mask.shape, H)  # [B, M, D]
    context, weights = attention(hidden, memory, attention.keys(memory), mask)
    return attention, hidden, memory, context, weights


@pytest.mark.parametrize("kind", KINDS)
def test_weights_sum_to_one_and_ignore_padding(kind: str) -> None:
    mask = torch.zeros(3, 1 if kind == "none" else 5)
    if kind != "none":
        mask[1, 2:] = mask[2, 1:] = MASKED
    _, _, memory, context, weights = attended(kind, mask)
    assert weights.shape == (3, 4, mask.shape[1])
    torch.testing.assert_close(weights.sum(dim=2), torch.ones(3, 4))
    assert (weights >= 0).all()
    assert (weights[(mask != 0).unsqueeze(1).expand_as(weights)] == 0).all()
    if kind != "none":
        assert (weights[mask.unsqueeze(1).expand_as(weights) == 0] > 0).all()
        assert torch.equal(weights[2, :, 0], torch.ones(4))  # one word gets it all
    torch.testing.assert_close(context, torch.einsum("btm,bmd->btd", weights, memory))


@pytest.mark.parametrize("kind", ["dot", "general", "concat", "additive"])
def test_scores_are_those_of_the_papers(kind: str) -> None:
    attention, hidden, memory, _, weights = attended(kind, torch.zeros(2, 5))
    for b, t in itertools.product(range(2), range(4)):
        h = hidden[b, t]
        scores = []
        for m in memory[b]:
            if kind == "dot":
                scores.append(h @ m)
            elif kind == "general":
                scores.append(h @ attention.key.weight @ m)
            elif kind == "additive":
                inner = attention.query.weight @ h + attention.key.weight @ m + attention.key.bias
                scores.append(attention.v @ torch.tanh(inner))
            else:  # one matrix over the two, concatenated
                W = torch.cat([attention.key.weight, attention.query.weight], dim=1)  # [A, 2H]
                scores.append(attention.v @ torch.tanh(W @ torch.cat([m, h])))
        torch.testing.assert_close(weights[b, t], torch.stack(scores).softmax(dim=0))


def test_only_additive_attention_has_a_bias() -> None:
    assert Attention("additive", H).key.bias is not None
    assert Attention("concat", H).key.bias is None
    assert Attention("general", H).key.bias is None
    assert not list(Attention("dot", H).parameters())
    assert not list(Attention("none", H).parameters())


@pytest.mark.parametrize("cell", CELLS)
def test_without_attention_the_memory_is_one_vector(
    make: Callable[..., Seq2Seq], cell: str
) -> None:
    model = make(cell=cell, attention="none", encoder_layers=2)
    source, length = sentences(5, 3)
    memory = model.encode(source, length)
    assert torch.equal(memory.states[:, 0], memory.initial[0])
    states, _ = model.encoder(model.embed(source), length)
    half = H // 2
    # The forward direction ends at the last word, the backward one at the first.
    torch.testing.assert_close(memory.states[0, 0, :half], states[0, 4, :half])
    torch.testing.assert_close(memory.states[1, 0, :half], states[1, 2, :half])
    torch.testing.assert_close(memory.states[:, 0, half:], states[:, 0, half:])


@pytest.mark.parametrize("kind", KINDS)
def test_the_attentional_state_is_that_of_luong(make: Callable[..., Seq2Seq], kind: str) -> None:
    model = make(attention=kind, second_layer=False)
    source, _ = sentences(4)
    memory, target = model.encode(source), targets(1, 3)
    features = model(source, target)
    hidden, _ = model.decoder.rnn(model.embed(target), tuple(s[None] for s in memory.initial))
    context, _ = model.decoder.attention(hidden, memory.states, memory.keys, memory.mask)
    expected = torch.tanh(torch.cat([context, hidden], dim=2) @ model.decoder.Wa.weight.T)
    torch.testing.assert_close(features, expected)


# --- one step at a time ---------------------------------------------------------------------


def stepped(model: Seq2Seq, ids: Sequence[Sequence[int]], target: Tensor) -> Tensor:
    """Return log-probabilities [B, T, V] of one step after the other."""
    decoding = Recurrent(model).reference_step(ids)
    rows, found = np.arange(len(ids)), []
    for t in range(target.shape[1]):
        result = decoding(target[:, t].numpy(), rows, 3, full=True)
        assert result.log_probs is not None
        found.append(torch.from_numpy(result.log_probs))
    return torch.stack(found, dim=1)


@pytest.mark.parametrize(
    ("cell", "kind", "feeding", "second"),
    list(itertools.product(CELLS, KINDS, (False, True), (False, True))),
)
def test_steps_are_what_teacher_forcing_computes(
    make: Callable[..., Seq2Seq], cell: str, kind: str, feeding: bool, second: bool
) -> None:
    model = make(
        cell=cell, attention=kind, input_feeding=feeding, second_layer=second, encoder_layers=2
    )
    source, length = sentences(5, 2, 4)
    target = targets(3, 6)
    expected = model.logits(model(source, target, length)).log_softmax(dim=2)
    ids = [row[:n].tolist() for row, n in zip(source, length.tolist(), strict=True)]
    torch.testing.assert_close(stepped(model, ids, target), expected, atol=1e-5, rtol=1e-5)
    count = (2 if cell == "lstm" else 1) * (2 if second else 1) + feeding
    assert state_widths(model) == [H] * count


def decoder_arguments(model: Seq2Seq, memory: Memory, rows: int) -> dict[str, Tensor]:
    batch = len(memory.states)
    return {
        "memory": memory.states,
        "keys": memory.keys,
        "memory_mask": memory.mask,
        "candidates": torch.tensor([-1]),
        "candidate_mask": torch.zeros(batch, 1),
        "k": torch.tensor(V),
    }


@pytest.mark.parametrize(("cell", "kind"), list(itertools.product(CELLS, KINDS)))
def test_parents_choose_the_rows_that_are_continued(
    make: Callable[..., Seq2Seq], cell: str, kind: str
) -> None:
    model = make(cell=cell, attention=kind, input_feeding=True)
    step = DecoderStep(model).eval()
    source, length = sentences(5, 3)
    fixed = decoder_arguments(model, model.encode(source, length), 6)
    generator = torch.Generator().manual_seed(1)
    states = [torch.rand(6, w, generator=generator) * 2 - 1 for w in state_widths(model)]
    token = torch.tensor([4, 5, 6, 7, 8, 9])
    parent = torch.tensor([2, 2, 0, 5, 3, 4])  # of a sentence's own rows, in any order
    outputs = step(token, parent, **fixed, states=states)
    same = torch.arange(6)
    expected = step(token, same, **fixed, states=[state[parent] for state in states])
    for one, other in zip(outputs, expected, strict=True):
        assert torch.equal(one, other)


def test_rows_of_a_sentence_see_its_memory(make: Callable[..., Seq2Seq]) -> None:
    model = make(attention="general")
    step = DecoderStep(model).eval()
    source, length = sentences(5, 3)
    memory = model.encode(source, length)
    token = torch.tensor([4, 4, 4, 4])
    states = [torch.zeros(4, w) for w in state_widths(model)]
    fixed = decoder_arguments(model, memory, 4)
    log_probs = step(token, torch.arange(4), **fixed, states=states)[2]
    torch.testing.assert_close(log_probs[0], log_probs[1])
    torch.testing.assert_close(log_probs[2], log_probs[3])
    assert (log_probs[0] - log_probs[2]).abs().max() > 1e-3


def test_the_best_come_first_and_are_vocabulary_ids(make: Callable[..., Seq2Seq]) -> None:
    model = make()
    step = DecoderStep(model).eval()
    source, length = sentences(5, 3)
    arguments = decoder_arguments(model, model.encode(source, length), 2)
    states = [torch.zeros(2, w) for w in state_widths(model)]
    for candidates in ([-1], [3, 9, 11, 20, 39]):
        arguments["candidates"] = torch.tensor(candidates)
        arguments["candidate_mask"] = torch.zeros(2, len(candidates))
        arguments["k"] = torch.tensor(4)
        best, tokens, log_probs, *_ = step(
            torch.tensor([1, 1]), torch.arange(2), **arguments, states=states
        )
        ids = torch.arange(V) if candidates == [-1] else torch.tensor(candidates)
        assert log_probs.shape == (2, len(ids))
        torch.testing.assert_close(log_probs.exp().sum(dim=1), torch.ones(2))
        torch.testing.assert_close(best, log_probs.sort(dim=1, descending=True).values[:, :4])
        assert torch.equal(tokens, ids[log_probs.argsort(dim=1, descending=True)[:, :4]])


def test_a_candidate_mask_keeps_a_sentence_to_its_own(make: Callable[..., Seq2Seq]) -> None:
    model = make()
    step = DecoderStep(model).eval()
    source, length = sentences(5, 3)
    memory = model.encode(source, length)
    token, parent = torch.tensor([1, 1, 1, 1]), torch.arange(4)
    states = [torch.rand(4, w) for w in state_widths(model)]
    fixed = decoder_arguments(model, memory, 4)
    fixed["k"] = torch.tensor(2)
    fixed["candidates"] = torch.tensor([3, 9, 11, 20])
    fixed["candidate_mask"] = torch.tensor([[0.0, 0.0, MASKED, MASKED], [MASKED, 0.0, 0.0, 0.0]])
    found = step(token, parent, **fixed, states=states)[2]
    for sentence, own in ((0, [3, 9]), (1, [9, 11, 20])):
        fixed["candidates"] = torch.tensor(own)
        fixed["candidate_mask"] = torch.zeros(2, len(own))
        alone = step(token, parent, **fixed, states=states)[2]
        columns = [[3, 9, 11, 20].index(i) for i in own]
        rows = slice(2 * sentence, 2 * sentence + 2)
        torch.testing.assert_close(found[rows][:, columns], alone[rows])


# --- the vocabulary layer -------------------------------------------------------------------


def test_logits_of_candidates_are_columns_of_all_of_them(make: Callable[..., Seq2Seq]) -> None:
    model = make()
    features = torch.randn(3, 4, H)
    candidates = torch.tensor([0, 39, 7, 7])
    torch.testing.assert_close(
        model.logits(features, candidates), model.logits(features)[:, :, candidates]
    )


def test_dropout_and_word_dropout_act_only_in_training(make: Callable[..., Seq2Seq]) -> None:
    model = make(dropout=0.5, word_dropout=0.5)
    source, length = sentences(5, 3)
    target = targets(2, 4)
    assert torch.equal(model(source, target, length), model(source, target, length))
    torch.manual_seed(0)
    model.train()
    assert not torch.equal(model(source, target, length), model(source, target, length))


def test_word_dropout_drops_whole_words() -> None:
    torch.manual_seed(0)
    model = Seq2Seq(V, width=H, dropout=0.0, word_dropout=0.3)
    seen: list[Tensor] = []
    model.encoder.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].detach()))
    model.train()
    model.encode(torch.full((40, 50), 5))
    dropped = (seen[0] == 0).all(dim=2)
    assert torch.equal(dropped, (seen[0] == 0).any(dim=2))
    assert dropped.float().mean().item() == pytest.approx(0.3, abs=0.03)


# --- weights for the graphs -----------------------------------------------------------------


@pytest.mark.parametrize(("cell", "order"), [("lstm", (0, 3, 1, 2)), ("gru", (1, 0, 2))])
def test_gates_are_put_in_the_order_of_onnx(cell: str, order: tuple[int, ...]) -> None:
    gates = torch.arange(len(order)).repeat_interleave(3)
    assert reorder_gates(gates, cell).tolist() == [g for g in order for _ in range(3)]


def test_the_factor_of_the_embedding_is_folded_into_the_first_layer_only(
    make: Callable[..., Seq2Seq],
) -> None:
    model = make(encoder_layers=2)
    graph = EncoderGraph(model)
    first, second = model.encoder.rnn.weight_ih_l0, model.encoder.rnn.weight_ih_l1
    torch.testing.assert_close(graph.W0[0], reorder_gates(first, "lstm") * math.sqrt(H))
    torch.testing.assert_close(graph.W1[0], reorder_gates(second, "lstm"))
