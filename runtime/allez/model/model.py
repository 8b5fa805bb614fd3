"""`Model`: the graphs of a bundle, loaded. Source in, encoding out; encodings in, a step out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from allez.arrays import FloatArray, IntArray
from allez.bundle import Bundle
from allez.errors import BundleFormatError, SessionError
from allez.model.decoder import Decoder, Decoding
from allez.model.encoder import Encoder, Encoding, ImageSource, TextSource
from allez.model.shortlist import Shortlist
from allez.options import Providers
from allez.parallel import run_both
from allez.search import Request, Source, Symbols, repeats_allowed


class Model:
    """Encoder, decoder and shortlist of one bundle. Nothing in it changes.

    Args:
        bundle: which graphs.
        providers: ONNX Runtime execution providers, best first; None: the CPU.

    Raises:
        BundleFormatError: the graphs are not what the format or the manifest says.
        OptionError: a provider is not available.
        SessionError: ONNX Runtime refuses them.
    """

    def __init__(self, bundle: Bundle, *, providers: Providers = None) -> None:
        manifest = self._manifest = bundle.manifest
        self.bos = manifest.target.bos
        """Id that is fed first."""
        self.eos = manifest.target.eos
        """Id that ends a hypothesis."""
        self._decoder, self._encoder = run_both(
            lambda: Decoder(bundle, providers=providers),
            lambda: Encoder(bundle, providers=providers),
        )
        self._shortlist: Shortlist | None = None
        if "shortlist" in manifest.files:
            data = bundle.data("shortlist")
            self._shortlist = Shortlist(data, manifest.target.size, manifest.target.eos)
        self._take_one_step()

    def _take_one_step(self) -> None:
        """Read and write the last word of each vocabulary: graphs for others are noticed."""
        last = self._manifest.target.size - 1
        row = np.zeros(1, dtype=np.int64)
        try:
            step = self.start([self.encode(self._first_source())])
            step(np.array([last], dtype=np.int64), row, 1, full=True)
        except SessionError as error:
            raise BundleFormatError(
                f"the graphs do not fit a vocabulary of {last + 1}: {error}"
            ) from None

    def _first_source(self) -> Source:
        """Return what a model reads to be tried: the last word, or an image of nothing."""
        image, source = self._manifest.input.image, self._manifest.source
        if image is None:
            return TextSource((source.size - 1, source.eos))
        shape = (1, image.channels, image.height, image.width)
        return self.source(np.zeros(shape, dtype=np.float32))

    def source(self, read: Sequence[int] | FloatArray) -> Source:
        """Return what the encoder reads: of a text its ids, eos last; of an image its pixels.

        Args:
            read: ids [S], or pixels [1, channels, height, width], as the bundle has it.
        """
        image = self._manifest.input.image
        if image is None:
            return TextSource(tuple(read))
        return ImageSource(np.asarray(read, dtype=np.float32), image.positions)

    def encode(self, source: Source) -> Encoding:
        """Read one source."""
        return self._encoder(source)

    def start(
        self, encodings: Sequence[Encoding], shortlists: Sequence[IntArray] | None = None
    ) -> Decoding:
        """Return a fresh `search.Step` over encoded sources, a row for each.

        Args:
            encodings: what `encode` made of them.
            shortlists: the words [C] that are scored for each; None: the whole vocabulary.
        """
        return Decoding(self._decoder, encodings, shortlists)

    def limit(self, length: int) -> int:
        """Return the most tokens that a translation may have, eos not counted.

        Args:
            length: of the source, eos counted; of an image its positions.
        """
        manifest = self._manifest
        return int(manifest.target_per_source * length) + manifest.target_extra

    def request(
        self,
        read: Sequence[int] | FloatArray,
        *,
        limit: int | None = None,
        prefix: Sequence[int] = (),
        symbols: Symbols | None = None,
        shortlist: bool = False,
        ended: bool = False,
    ) -> Request:
        """Return the request for one sentence, or for one image.

        Args:
            read: as for `source`.
            limit: the most tokens of its translation; None: what `limit` says.
            prefix: ids that it begins with.
            symbols: what must and may be said of its entities; then there is no shortlist.
            shortlist: score only the words that the bundle lists for the source, if it does.
            ended: hand out all hypotheses that came to an end.
        """
        source = self.source(read)
        ids = source.ids if isinstance(source, TextSource) else ()
        # What is no translation has no reason to repeat what its source does.
        repeated = ids if self._manifest.task == "translate" else ()
        if symbols is not None and any(symbols.times):
            shortlist = False
        return Request(
            source,
            self.limit(source.length) if limit is None else limit,
            repeats=repeats_allowed(self._manifest.repeats, repeated),
            prefix=tuple(prefix),
            symbols=symbols,
            shortlist=self._shortlist(ids) if shortlist and self._shortlist else None,
            ended=ended,
        )
