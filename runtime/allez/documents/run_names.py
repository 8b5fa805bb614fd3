"""What the elements of paragraphs that are made of runs are called, in each of Office's formats."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """What the elements are called."""

    paragraph: frozenset[str]
    run: str
    style: str
    text: str
    spaced: bool
    """Text says that its white space is meant."""
    head: frozenset[str] = frozenset()
    """Elements of a paragraph that come before its runs, or after them, and are left there."""
    around: frozenset[str] = frozenset()
    """Elements of a paragraph with runs in them."""
    breaks: frozenset[str] = frozenset()
    """Within a run or beside them: they keep words apart."""
    spelled: tuple[tuple[str, str], ...] = ()
    """Within a run: elements that stand for characters, and what is read in place of each."""
    shape: frozenset[str] = frozenset()
    """Elements in which no text is read if one of `prompt` is in them, too."""
    prompt: frozenset[str] = frozenset()
    field: str = ""
    """Within a run: it begins or ends a field, or divides what a field is from what it shows."""
    namespaces: tuple[tuple[str, str], ...] = ()
    """Beginnings of these names, and the namespaces that they stand for."""

    def in_words_of(self, text: str) -> Runs:
        """Return the names as a document spells them: it may call a namespace otherwise."""
        spelled = self
        for usual, namespace in self.namespaces:
            found = re.search(rf"xmlns(?::([\w.-]+))?\s*=\s*[\"']{re.escape(namespace)}[\"']", text)
            prefix = f"{found[1]}:" if found and found[1] else ""
            if found is not None and prefix != usual:
                spelled = spelled._renamed(usual, prefix)
        return spelled

    def _renamed(self, usual: str, prefix: str) -> Runs:
        def name(given: str) -> str:
            return prefix + given.removeprefix(usual) if given.startswith(usual) else given

        return replace(
            self,
            paragraph=frozenset(map(name, self.paragraph)),
            run=name(self.run),
            style=name(self.style),
            text=name(self.text),
            head=frozenset(map(name, self.head)),
            around=frozenset(map(name, self.around)),
            breaks=frozenset(map(name, self.breaks)),
            spelled=tuple((name(element), text) for element, text in self.spelled),
            field=name(self.field),
        )
