"""`Loaded`: a bundle with its workers, and what is the same for all that can be made of one.

Knows how a call begins, how much may be said, and how many answers come in order; nothing of what
is read and written.
"""

from __future__ import annotations

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NoReturn, TypeVar

from allez.bundle import Bundle, Manifest, find
from allez.errors import BundleError, BundleFormatError, OptionError
from allez.options import OptionChanges, Providers, SearchOptions, TranslateOptions, merged, whole
from allez.parallel import cores, run_both

if TYPE_CHECKING:  # they take longest to load, and bundle and graphs can be read meanwhile
    from typing_extensions import Self

    from allez.answers import SelfTest
    from allez.arrays import FloatArray
    from allez.bundle import Golden
    from allez.search import RawHypothesis, Request, Symbols
    from allez.text import Tokenizer
    from allez.translate.deadline import Called, Deadline
    from allez.translate.pipeline import Prepared
    from allez.translate.workers import Workers

    Read = Sequence[int] | FloatArray
    """Ids [S], eos last, or the pixels [1, channels, height, width] of a picture."""

T = TypeVar("T")
D = TypeVar("D")
A = TypeVar("A")


class Closing(ABC):
    """What the end of a `with` block closes."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go what is held; may be called twice."""


class Loaded(Closing):
    """A bundle, loaded and ready.

    Args:
        bundle: as for `Translator`; None: what `_find` says.
        threads: as for `Translator`.
        providers: likewise; errors too.
    """

    _called: ClassVar[Called]
    """What errors call it, and what it makes."""
    _foreign: ClassVar[Mapping[str, object]] = {}
    """Options that are for translations alone, where it makes others, and what nobody gives."""
    _target: Tokenizer
    """Spells what is written; `_read_words` gives it."""

    def __init__(
        self,
        bundle: str | Path | Bundle | None = None,
        *,
        threads: int | None = None,
        providers: Providers = None,
    ) -> None:
        started = time.monotonic()
        self._threads = cores() if threads is None else whole("threads", threads, 1, 1024)
        self._bundle = bundle if isinstance(bundle, Bundle) else self._read_bundle(bundle)
        manifest: Manifest = self._bundle.manifest
        self._manifest = manifest
        self._check_bundle()
        self._default = manifest.search
        self._workers, _ = run_both(lambda: self._start_workers(providers), self._read_words)
        if not isinstance(bundle, Bundle):  # nobody else has it, and ONNX Runtime has its own copy
            self._bundle.let_go("encoder", "decoder")
        if "logging" in sys.modules:  # otherwise nobody listens, and it takes long to load
            import logging

            logging.getLogger(__name__).info(
                "%s %s (%s) from %s, loaded in %.2f s, %d thread(s)",
                *(manifest.name, manifest.version, manifest.precision, self._bundle.path),
                time.monotonic() - started,
                self._threads,
            )

    def _read_bundle(self, bundle: str | Path | None) -> Bundle:
        """Read a bundle, and meanwhile what takes longest to import."""
        return run_both(
            lambda: Bundle.read(self._find(bundle)),
            lambda: import_module("allez.translate.workers"),
        )[0]

    def _start_workers(self, providers: Providers) -> Workers:
        from allez.translate.workers import Workers

        try:
            return Workers(self._bundle, self._threads, providers, self._called)
        except BundleError as error:
            raise BundleFormatError(f"{self._bundle.path}: {error}", hint=error.hint) from None

    # --- what its kinds say ---------------------------------------------------------------------

    def _find(self, bundle: str | Path | None) -> Path:
        """Return where a bundle is, by its name; None: the usual one."""
        return find(bundle)

    @abstractmethod
    def _check_bundle(self) -> None:
        """Raise BundleFormatError if the bundle is for something else."""

    @abstractmethod
    def _read_words(self) -> None:
        """Read how texts are taken apart and spelled, while the graphs are loaded."""

    @abstractmethod
    def _read_golden(self, golden: Golden) -> Read:
        """Return what the encoder is given of a golden example."""

    @property
    @abstractmethod
    def _languages(self) -> str:
        """What is read and written, for `repr`."""

    # --- what everybody may ask -----------------------------------------------------------------

    @property
    def bundle(self) -> Bundle:
        """What was loaded."""
        return self._bundle

    @property
    def threads(self) -> int:
        """How many batches are worked on at the same time at most."""
        return self._threads

    @property
    def answered(self) -> int:
        """How much has been done so far, for all callers: sentences translated, or answers."""
        return self._workers.answered

    @property
    def name(self) -> str:
        """The bundle's name, as `fr-en`."""
        return self._manifest.name

    @property
    def version(self) -> str:
        """The bundle's version."""
        return self._manifest.version

    def __repr__(self) -> str:
        state = ", closed" if self._workers.is_closed() else ""
        return (
            f"<{type(self).__name__} {self.name} {self.version}: {self._languages}, "
            f"{self._threads} thread(s){state}>"
        )

    def __reduce__(self) -> NoReturn:
        kind = type(self).__name__
        raise TypeError(f"a {kind} cannot be sent to another process; make one there")

    def close(self) -> None:
        """Let model and threads go; further calls raise SessionError. May be called twice.

        Work in hand stops within one step of the decoder.
        """
        self._workers.close()

    def selftest(self) -> Iterator[SelfTest]:
        """Answer the bundle's golden examples and compare everything recorded of them."""
        from allez.translate.selftest import selftest

        _, search, _ = self._begin(None, {}, greedy=True)
        return selftest(self._bundle, self._workers, search, self._read_golden, self._target.decode)

    # --- what its kinds use ---------------------------------------------------------------------

    def _begin(
        self, options: TranslateOptions | None, changes: OptionChanges, *, greedy: bool = False
    ) -> tuple[TranslateOptions, SearchOptions, Deadline]:
        """Check what a call asks for, and start its clock."""
        self._workers.check_open()
        if greedy:
            changes = {**changes, "beam_size": 1, "n_best": 1}
        chosen = merged(options, changes)
        for name, usual in self._foreign.items():
            if getattr(chosen, name) != usual:
                raise OptionError(f"{name} goes with translations alone")
        deadline = self._workers.deadline(chosen.cancel, chosen.max_time)
        return chosen, chosen.search(self._default), deadline

    def _limit(self, length: int, options: TranslateOptions) -> int:
        """Return the most tokens that may be said about a source of S tokens or M positions."""
        limit = options.max_length
        if limit is None:
            limit = self._workers.model.limit(length)
        return max(limit, options.min_length)

    def _request(
        self,
        read: Read,
        length: int,
        options: TranslateOptions,
        *,
        prefix: Sequence[int],
        symbols: Symbols | None = None,
        ended: bool = False,
    ) -> Request:
        """Return what is asked of the model about one source.

        Args:
            read: the source.
            length: its tokens S, or the positions M of a picture.
            options: of the call.
            prefix: ids that the answer begins with.
            symbols: what must and may be said of its entities.
            ended: have all hypotheses that came to an end.

        Raises:
            OptionError: the prefix leaves no room for an answer.
        """
        request = self._workers.model.request(
            read,
            limit=self._limit(length, options),
            prefix=prefix,
            symbols=symbols,
            shortlist=options.shortlist,
            ended=ended,
        )
        if len(request.prefix) >= request.limit:
            raise OptionError(
                f"the prefix has {len(request.prefix)} tokens, "
                f"the {self._called.work} may have {request.limit}"
            )
        return request

    def _in_order(
        self,
        things: Iterable[T],
        prepare: Callable[[T], Prepared[D]],
        finish: Callable[[D, Sequence[Sequence[RawHypothesis]]], A],
        search: SearchOptions,
        deadline: Deadline,
    ) -> Generator[A, None, None]:
        """Yield what becomes of many things, in order, and keep the threads busy.

        Args:
            things: to be read.
            prepare: takes one apart, and says what is asked of the model.
            finish: makes of that and of the hypotheses what is handed out.
            search: how to search.
            deadline: for all of them.
        """
        from allez.translate.pipeline import Pipeline, ahead
        from allez.translate.reading import read

        source = read(things, ahead(self._threads), self._workers.wake)
        pipeline = Pipeline(source, prepare, self._workers, self._threads, search, deadline)
        try:
            for begun, found in pipeline.answers():
                yield finish(begun, found)
        finally:
            deadline.release()
            source.stop()
