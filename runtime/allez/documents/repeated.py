"""What should stand once in a file and stands twice: keys of messages, ids of elements.

Whoever reads such a file takes the first or the last, as it pleases. All are translated, and the
places are named, since one of them is a slip.
"""

from __future__ import annotations

from collections.abc import Hashable

from allez.documents.document import Builder

_MOST = 5
"""So many are named; the others are counted."""


class Repeated:
    """Takes keys in order, and notes those that were there before.

    Args:
        builder: of the text that they stand in; its notes are added to.
    """

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._seen: set[Hashable] = set()
        self._count = 0

    def see(self, position: int, what: str, key: str, identity: Hashable = None) -> None:
        """Take a key.

        Args:
            position: where it stands in the builder's text.
            what: it is, "id".
            key: how a note spells it.
            identity: two that are equal are one too many; None: the key.
        """
        told = key if identity is None else identity
        if told in self._seen:
            self._count += 1
            if self._count <= _MOST:
                shown = f"the {what} {key}".rstrip()
                self._builder.note(position, f"{shown} is used above already")
        self._seen.add(told)

    def end(self) -> None:
        """Say how many were not named."""
        if self._count > _MOST:
            self._builder.notes.append(f"{self._count - _MOST:,} more are used above already")
