"""`decoder.onnx`, and a batch in the course of being decoded by it: what `search` calls a `Step`.

Knows no text and no hypotheses; what goes from step to step stays where ONNX Runtime left it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from allez.arrays import BoolArray, FloatArray, IntArray
from allez.bundle import (
    MASKED,
    WHOLE_VOCABULARY,
    Bundle,
    decoder_graph,
    next_state_names,
    state_names,
)
from allez.errors import SessionError
from allez.model.encoder import Encoding
from allez.model.session import (
    CPU,
    Binding,
    Value,
    first_line,
    make_value,
    open_session,
)
from allez.options import Providers
from allez.search import StepResult, padded


class Decoder:
    """`decoder.onnx`: one step for the rows of a batch; `Decoding` takes one by one."""

    def __init__(self, bundle: Bundle, *, providers: Providers = None) -> None:
        manifest = bundle.manifest
        count = len(manifest.states)
        expected = decoder_graph(count)
        self._session = open_session("decoder", bundle, expected, providers=providers)
        self.vocabulary = manifest.target.size
        """V"""
        self.states = state_names(count)
        """Inputs that carry what one step leaves to the next."""
        self.next_states = next_state_names(count)
        self.in_place = self._session.get_providers() == [CPU]
        """Whether what is written into a bound input is seen; other devices copy it when it is
        bound."""

    def bind(self) -> Binding:
        """Return an empty list of what a step reads and writes."""
        return self._session.io_binding()

    def run(self, binding: Binding) -> None:
        """Take one step.

        Raises:
            SessionError: the graph failed, or has outputs of other shapes than are bound.
        """
        try:
            self._session.run_with_iobinding(binding)
        except Exception as error:
            raise SessionError(f"the decoder failed: {first_line(error)}") from None


class Decoding:
    """A batch in the course of being decoded: a `search.Step`.

    Memory is shared by a sentence's rows. Where there are shortlists, a step scores the words of
    all of them, and each sentence takes its own alone; a step that is asked for the
    log-probabilities of all words scores all of them.
    """

    def __init__(
        self,
        decoder: Decoder,
        sentences: Sequence[Encoding],
        shortlists: Sequence[IntArray] | None = None,
    ) -> None:
        self._decoder = decoder
        longest = padded(max(sentence.length for sentence in sentences))

        def joined_up(arrays: list[FloatArray], value: float) -> FloatArray:
            shape = (len(arrays), longest, *arrays[0].shape[2:])
            joined = np.full(shape, value, dtype=np.float32)
            for row, array in enumerate(arrays):
                joined[row, : array.shape[1]] = array[0]
            return joined

        self._memory = {
            "memory": joined_up([s.memory for s in sentences], 0.0),  # [B, M, D]
            "keys": joined_up([s.keys for s in sentences], 0.0),  # [B, M, A]
            "memory_mask": joined_up([s.mask for s in sentences], MASKED),  # [B, M]
        }
        self._listed: BoolArray | None = None
        if shortlists is not None:
            self._listed = np.zeros((len(sentences), decoder.vocabulary), dtype=bool)  # [B, V]
            for row, ids in enumerate(shortlists):
                self._listed[row, ids] = True
        self._gather()
        states = zip(*(sentence.states for sentence in sentences), strict=True)
        self._states = [make_value(np.concatenate(parts)) for parts in states]  # each [B, W]
        self._bound: _Bound | None = None

    def __call__(
        self, token: IntArray, parent: IntArray, k: int, *, full: bool = False
    ) -> StepResult:
        """Feed one token per row; see `search.Step`."""
        vocabulary, bound = self._decoder.vocabulary, self._bound
        listed = self._lists if self._lists is not None and not full else None
        k = min(k, vocabulary if listed is None else listed.width)
        if bound is None or bound.shape != (len(token), full):
            states = self._states if bound is None else bound.states
            bound = self._bound = _Bound(self._decoder, self._values, states, len(token), full=full)
        bound.score(self._whole if listed is None else listed.feeds, k)
        result = bound.run(token, parent)
        if int(result.top_tokens.view(np.uint64).max(initial=0)) >= vocabulary:  # negative: large
            raise SessionError("the decoder gave words that the contract does not know")
        if listed is not None and k > listed.fewest:  # words of a neighbour are no words
            scores = np.where(result.top_log_probs < MASKED / 2, -np.inf, result.top_log_probs)
            result = result._replace(top_log_probs=scores)
        return result

    def keep(self, sentences: IntArray) -> None:
        """Forget all sentences but these; see `search.Step`."""
        self._memory = {name: array[sentences] for name, array in self._memory.items()}
        if self._bound is not None:
            self._states, self._bound = self._bound.states, None
        if self._listed is not None:
            self._listed = self._listed[sentences]
        self._gather()

    def _gather(self) -> None:
        """Put together what the sentences that are left look at, and what they may say."""
        self._values = {name: make_value(array) for name, array in self._memory.items()}
        batch = len(self._memory["memory"])
        self._whole = {
            "candidates": make_value(np.array([WHOLE_VOCABULARY], dtype=np.int64)),
            "candidate_mask": make_value(np.zeros((batch, 1), dtype=np.float32)),  # [B, 1]
        }
        self._lists = None if self._listed is None else _Lists.of(self._listed)


class _Bound:
    """Where the steps of N rows read and write: bound once, which takes half as long as a step.

    States go to and fro between two places: what one step writes, the next one reads. A place is
    made when it is first written to: the first step of a beam has rows of its own, and no second.
    """

    def __init__(
        self,
        decoder: Decoder,
        memory: dict[str, Value],
        states: list[Value],
        rows: int,
        *,
        full: bool,
    ) -> None:
        self.shape = (rows, full)
        self.states = states
        """What the next step reads."""
        self._decoder = decoder
        positions = memory["memory"].shape()[1]
        self._rows = np.empty((2, rows), dtype=np.int64)  # [2, N] token and parent
        self._attention = np.empty((rows, positions), dtype=np.float32)  # [N, M]
        self._log_probs = np.empty((rows, decoder.vocabulary if full else 0), dtype=np.float32)
        self._top = (np.empty((rows, 0), dtype=np.float32), np.empty((rows, 0), dtype=np.int64))
        self._words: dict[str, Value] | None = None
        # These keep the arrays alive: not every version's binding does.
        self._fed = {"token": make_value(self._rows[0]), "parent": make_value(self._rows[1])}
        self._inputs = memory | self._fed
        self._outputs = {"attention": make_value(self._attention)}
        if full:
            self._outputs["log_probs"] = make_value(self._log_probs)
        self._ways: list[tuple[Binding, list[Value]]] = []
        """At most two: a binding, and the states [N, W] that it writes."""
        self._steps = 0

    def score(self, words: dict[str, Value], k: int) -> None:
        """Say which words are scored from now on, and how many of the best are returned."""
        if words is self._words and k == self._top[0].shape[1]:
            return
        rows = self.shape[0]
        self._words = words
        self._top = (np.empty((rows, k), dtype=np.float32), np.empty((rows, k), dtype=np.int64))
        inputs = words | {"k": make_value(np.array(k, dtype=np.int64))}
        scores, tokens = self._top
        outputs = {"top_log_probs": make_value(scores), "top_tokens": make_value(tokens)}
        self._inputs |= inputs
        self._outputs |= outputs
        for binding, _ in self._ways:
            _bind(binding, inputs, outputs)

    def run(self, token: IntArray, parent: IntArray) -> StepResult:
        """Take a step with token and parent [N]."""
        self._rows[0], self._rows[1] = token, parent
        binding, written = self._way()
        self._decoder.run(binding)
        self.states = written
        self._steps += 1
        log_probs = self._log_probs.copy() if self.shape[1] else None
        top_log_probs, top_tokens = self._top
        return StepResult(
            top_log_probs.copy(), top_tokens.copy(), self._attention.copy(), log_probs
        )

    def _way(self) -> tuple[Binding, list[Value]]:
        """Return the binding that reads the present states, and what it writes."""
        read = dict(zip(self._decoder.states, self.states, strict=True))
        if self._steps < 2:
            widths = [state.shape()[1] for state in self.states]
            shapes = [(self.shape[0], width) for width in widths]
            written = [make_value(np.empty(shape, dtype=np.float32)) for shape in shapes]
            binding = self._decoder.bind()
            outputs = dict(zip(self._decoder.next_states, written, strict=True))
            _bind(binding, self._inputs | read, self._outputs | outputs)
            self._ways.append((binding, written))
            return self._ways[-1]
        binding, written = self._ways[self._steps % 2]
        if not self._decoder.in_place:
            _bind(binding, self._fed | read, {})
        elif self._steps == 2:  # the states from before these rows are not read again
            _bind(binding, read, {})
        return binding, written


def _bind(binding: Binding, inputs: dict[str, Value], outputs: dict[str, Value]) -> None:
    for name, value in inputs.items():
        binding.bind_ortvalue_input(name, value)
    for name, value in outputs.items():
        binding.bind_ortvalue_output(name, value)


class _Lists(NamedTuple):
    """The shortlists of a batch as the graph takes them."""

    feeds: dict[str, Value]
    width: int
    """C, those of all sentences together."""
    fewest: int
    """Those of the sentence that has the fewest."""

    @classmethod
    def of(cls, listed: BoolArray) -> _Lists:
        """Join what is listed [B, V] for each sentence."""
        words = np.flatnonzero(listed.any(axis=0)).astype(np.int64, copy=False)  # [C]
        mask = np.where(listed[:, words], np.float32(0), np.float32(MASKED))  # [B, C]
        feeds = {"candidates": make_value(words), "candidate_mask": make_value(mask)}
        return cls(feeds, len(words), int(listed.sum(axis=1).min()))
