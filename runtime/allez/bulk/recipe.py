"""How rows are translated: what a worker must know, and no more, so that it can be sent to one.

The model is loaded by the process that first needs it, once, and stays.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allez.bulk.rows import BROKEN
from allez.bundle import DEFAULT, Bundle, find, fingerprint
from allez.errors import ChecksumError, InputError, OptionError
from allez.options import OptionChanges, TranslateOptions, merged
from allez.translate.translator import Translator

if TYPE_CHECKING:
    from typing_extensions import Unpack

ERROR = "error"
"""The column that says why a row has no translation; null where it has one."""

_loaded: dict[Recipe, Translator] = {}
_loading = threading.Lock()


@dataclass(frozen=True)
class Recipe:
    """Which bundle, how, and which columns; frozen, hashable, and fit to be pickled.

    Made by `recipe`, which looks the bundle up. On another machine the bundle must be found by the
    same name or path; that it is the same one is seen to.
    """

    bundle: str
    """A name, or where the folder or zip is."""
    sha256: str
    """Of all that decides what the bundle says."""
    options: TranslateOptions
    column: str
    """Which one is translated."""
    into: str
    """Which one takes the translation."""
    threads: int

    def translator(self) -> Translator:
        """Return this process's translator, loaded at the first call.

        Raises:
            BundleError: the bundle is not here, or damaged.
            ChecksumError: there is another one by its name.
        """
        with _loading:
            if self not in _loaded:
                bundle = Bundle.read(find(self.bundle))
                if fingerprint(bundle.manifest) != self.sha256:
                    raise ChecksumError(
                        f"{self.bundle} is {bundle.manifest.version} here, and not the bundle that "
                        "the recipe was made with",
                        hint="install the same bundle on every machine",
                    )
                _loaded[self] = Translator(bundle, threads=self.threads)
            return _loaded[self]

    def partition(self, records: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield every record with its translation, in order.

        A row whose column is missing or holds no text has None for a translation, and why in the
        column `error`. Reads some way ahead, never all.

        Args:
            records: rows by the names of their columns.

        Raises:
            BundleError: as for `translator`.
        """
        waiting: deque[tuple[Mapping[str, Any], str | None]] = deque()

        def texts() -> Iterator[str]:
            for record in records:
                why = self._unfit(record)
                waiting.append((record, why))
                if why is None:
                    yield record[self.column]

        for translation in self.translator().translate_batch(texts(), options=self.options):
            while waiting[0][1] is not None:
                yield self._row(*waiting.popleft(), None)
            record, _ = waiting.popleft()
            yield self._row(record, None, translation.text)
        while waiting:
            yield self._row(*waiting.popleft(), None)

    def columns(self, columns: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """Return the two new columns of a table, given at least the one that is translated.

        Args:
            columns: lists of the same length.

        Raises:
            InputError: the column is not there.
        """
        if self.column not in columns:
            known = ", ".join(columns) or "none"
            raise InputError(f"there is no column {self.column!r}", hint=f"there is: {known}")
        rows = list(self.partition({self.column: text} for text in columns[self.column]))
        return {name: [row[name] for row in rows] for name in (self.into, ERROR)}

    def _unfit(self, record: Mapping[str, Any]) -> str | None:
        """Return why a row cannot be translated; None: it can."""
        if BROKEN in record:
            return str(record[BROKEN])
        if self.column not in record:
            return f"there is no column {self.column!r}"
        text = record[self.column]
        if text is None:
            return f"{self.column!r} is null"
        return None if isinstance(text, str) else f"{self.column!r} is no text"

    def _row(
        self, record: Mapping[str, Any], error: str | None, translation: str | None
    ) -> dict[str, Any]:
        return {**record, self.into: translation, ERROR: error}


def recipe(
    bundle: str | Path | None = None,
    *,
    column: str = "text",
    into: str = "translation",
    threads: int = 1,
    options: TranslateOptions | None = None,
    **changes: Unpack[OptionChanges],
) -> Recipe:
    """Return how rows are to be translated.

    Args:
        bundle: a folder or zip, or the name of a bundle; None: the shipped one.
        column: which column is translated.
        into: which column takes the translation; one that is there is replaced.
        threads: of each worker; engines run one worker per core.
        options: see `TranslateOptions`; None: what the bundle says.
        changes: fields of `TranslateOptions` by name.

    Raises:
        BundleError: there is no such bundle, or it is damaged.
        OptionError: an option makes no sense, or none for rows that are translated elsewhere.
    """
    chosen = merged(options, changes)
    if chosen.cancel is not None or chosen.max_time is not None or chosen.n_best != 1:
        raise OptionError("a recipe takes no cancel, no max_time and no n_best")
    if ERROR in (column, into) or column == into:
        raise OptionError(f"three columns are needed: {column!r}, {into!r} and {ERROR!r}")
    path = find(bundle)
    named = DEFAULT if bundle is None else str(bundle)
    return Recipe(
        str(path.resolve()) if path == Path(named) else named,
        fingerprint(Bundle.read(path).manifest),
        chosen,
        column,
        into,
        threads,
    )
