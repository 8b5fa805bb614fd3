"""Names: which capitalised words of a sentence are carried over in their own letters.

The list in the bundle holds the words that are not: those that training has seen in small letters
or translated. Words that are not listed are names that were copied in training, or were never seen.
Listed words that are written with a capital all the same ("Italie") are there with it, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain

from allez.entities.characters import APOSTROPHES, at, is_word, words
from allez.entities.find import NAME, Entity
from allez.entities.romans import roman_ordinal
from allez.errors import BundleFormatError
from allez.spec import SPEC

_SHARED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""How many characters a word of the file shares with the one before, as one character."""

_HEAD = "names 1"

_RULES = SPEC["names"]
_PARTICLES = words(_RULES["particles"])
"""Words in small letters that stand within names."""

_GIVEN = words(_RULES["given"])
"""Given names that are carried over, whatever is listed: training has seen them translated."""

_NO_NAMES = words(_RULES["no_names"])
"""Words cut short that begin what is listed of a letter or an advertisement: `Tél.`, `Réf.`."""

_STOPPED = words(_RULES["stopped"])
"""Months that are cut short: no names before a full stop (`Janv. 2026`)."""

ENDINGS = tuple(_RULES["endings"].split())
"""Of plurals and feminines: the list need not hold them apart."""


class _Listed:
    """The words of a `names.txt`, in order; a stretch of them is read when it is first asked for.

    A sentence asks for few words and a start for none, and to read them all takes longer than to
    load ONNX Runtime. A stretch begins wherever a word shares nothing with the one before.

    Args:
        content: the file.

    Raises:
        BundleFormatError: its lines are none of a list, or its stretches are out of order.
    """

    def __init__(self, content: str) -> None:
        if not content.startswith(f"{_HEAD}\n") or content[-1] != "\n":
            raise BundleFormatError("the list of names must begin with 'names 1' and end a line")
        apart = f"\n{_SHARED[0]}"
        nothing, *self._stretches = content[len(_HEAD) : -1].split(apart)
        if nothing:
            raise _out_of_order("")
        self._firsts = [stretch.partition("\n")[0] for stretch in self._stretches]
        for before, first in zip(["", *self._firsts], self._firsts, strict=False):
            if first <= before:
                raise _out_of_order(before)
        self._read: dict[int, frozenset[str]] = {}

    def __contains__(self, word: str) -> bool:
        """Tell whether a word is listed; BundleFormatError if those around it are out of order."""
        index = bisect_right(self._firsts, word) - 1
        return index >= 0 and word in self._stretch(index)

    def __iter__(self) -> Iterator[str]:
        """Yield all words; BundleFormatError if they are out of order."""
        return chain.from_iterable(map(self._stretch, range(len(self._stretches))))

    def _stretch(self, index: int) -> frozenset[str]:
        known = self._read.get(index)
        if known is None:
            known = self._read[index] = frozenset(self._words(index))
        return known

    def _words(self, index: int) -> Iterator[str]:
        before = self._firsts[index]
        yield before
        for line in self._stretches[index].split("\n")[1:]:
            shared = _SHARED.find(line[:1]) if line else -1
            word = before[:shared] + line[1:]
            if not 0 <= shared <= len(before) or word <= before:
                raise _out_of_order(before)
            yield word
            before = word
        if index + 1 < len(self._firsts) and self._firsts[index + 1] <= before:
            raise _out_of_order(before)


def _out_of_order(before: str) -> BundleFormatError:
    return BundleFormatError(f"the list of names is out of order after {before!r}")


class Names:
    """The words that are no names, in small letters.

    Args:
        words: these words.
    """

    def __init__(self, words: frozenset[str] | _Listed) -> None:
        self._words = words

    @classmethod
    def from_text(cls, content: str) -> Names:
        """Read the file `names.txt`: its outline now, its words when they are asked for.

        Raises:
            BundleFormatError: it is malformed; where words within a stretch are out of order, this
                is raised when one of the stretch is first asked for.
        """
        return cls(_Listed(content))

    @property
    def words(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self._words)

    def to_text(self) -> str:
        """Return the file `names.txt`: words in order of code points, without what they share."""
        lines = [_HEAD]
        before = ""
        for word in sorted(self.words):
            shared = 0
            while shared < min(len(word), len(before), len(_SHARED) - 1):
                if word[shared] != before[shared]:
                    break
                shared += 1
            lines.append(_SHARED[shared] + word[shared:])
            before = word
        return "\n".join(lines) + "\n"

    def carried(self, word: str) -> bool:
        """Tell whether a capitalised word is carried over, as given names are.

        Of a word with hyphens that was never seen, at least one part must be a name.
        """
        small = word.lower()
        if small in _GIVEN:
            return True
        if small in _NO_NAMES or roman_ordinal(word) or self.lists(small) or len(word) < 2:
            return False
        parts = small.split("-")
        return len(parts) == 1 or not all(map(self.lists, parts))

    def lists_with_capital(self, word: str) -> bool:
        """Tell whether a capitalised word is translated, but always written so ("Italie")."""
        return word in self._words

    def lists(self, word: str) -> bool:
        """Tell whether a word or what it is the plural or the feminine of is listed."""
        return word in self._words or any(
            word.endswith(end) and word[: -len(end)] in self._words for end in ENDINGS
        )


def find_names(sentence: str, entities: Sequence[Entity], names: Names) -> list[Entity]:
    """Return the names of a sentence that is not in capitals, outside its other entities."""
    found: list[Entity] = []
    taken = iter([*((entity.start, entity.end) for entity in entities), (len(sentence), 0)])
    next_start, next_end = next(taken)
    position = 0
    while position < len(sentence):
        if position >= next_start:
            position = max(next_end, position)
            next_start, next_end = next(taken)
            continue
        if position == 0 or sentence[position - 1] == " ":
            space = sentence.find(" ", position)
            space = len(sentence) if space < 0 else space
            if sentence[position:space].islower() and space <= next_start:
                position = space + 1  # nothing is written with a capital here
                continue
        end = _word_end(sentence, position, next_start)
        if end == position:
            position += 1
            continue
        begin = position
        position = end
        if not _is_name(sentence, begin, end, names):
            continue
        position = _run_end(sentence, end, next_start, names)
        begin = _with_initials(sentence, begin, found)
        letters = sentence[begin:position]
        found.append(Entity(begin, position, NAME, letters, letters))
    return found


def within_capitals(sentence: str) -> list[Entity]:
    """Return the names of a sentence in capitals: what is written with a capital and small letters.

    Words that single spaces part are one name. The list does not count: who writes all else in
    capitals means something by it. None, where a word has no capital at its start, or they are more
    than half of all words.
    """
    found: list[Entity] = []
    position = count = mixed = 0
    while position < len(sentence):
        end = _word_end(sentence, position, len(sentence))
        if end == position:
            position += 1
            continue
        word = sentence[position:end]
        count += 1
        if not word.isupper():
            mixed += 1
            if not word[0].isupper():
                return []
            begin = position
            if found and sentence[found[-1].end : position] == " ":
                begin = found.pop().start
            letters = sentence[begin:end]
            found.append(Entity(begin, end, NAME, letters, letters))
        position = end
    return found if 2 * mixed <= count else []


def _word_end(text: str, start: int, limit: int) -> int:
    """Return where a word ends: letters, with hyphens and the apostrophe of O'Brien within."""
    end = start
    if is_word(at(text, start - 1)):
        while end < limit and is_word(text[end]):
            end += 1
        return end
    while end < limit:
        while end < limit and text[end].isalpha():
            end += 1
        mark, following = at(text, end), at(text, end + 1)
        irish = mark != "" and mark in APOSTROPHES and end == start + 1 and text[start] in "OD"
        goes_on = (mark == "-" or irish) and end > start and end + 1 < limit
        if not goes_on or not (following.isupper() if irish else following.isalpha()):
            return end
        end += 1
    return end


def _is_name(text: str, start: int, end: int, names: Names) -> bool:
    word = text[start:end]
    whole = not is_word(at(text, end)) and not is_word(at(text, start - 1))
    if at(text, end) == "." and word.lower() in _STOPPED:
        return False
    return whole and word[0].isupper() and names.carried(word)


def _run_end(text: str, end: int, limit: int, names: Names) -> int:
    """Return where a run of names ends that are parted by single spaces and particles."""
    while True:
        start = end
        while True:
            if at(text, start) != " ":
                return end
            start += 1
            stop = _word_end(text, start, limit)
            if text[start:stop] not in _PARTICLES:
                break
            start = stop
        if stop == start or not _is_name(text, start, stop, names):
            return end
        end = stop


def _with_initials(text: str, start: int, found: Sequence[Entity]) -> int:
    """Return where a name begins with its initials: `J. R. R. Tolkien`."""
    first = found[-1].end if found else 0
    while (
        start - 3 >= first
        and text[start - 2 : start] == ". "
        and text[start - 3].isupper()
        and text[start - 3] != "M"  # "M. Keller" is a gentleman
        and not is_word(at(text, start - 4))
    ):
        start -= 3
    return start
