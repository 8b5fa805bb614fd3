"""Large initials: a mark around the first letter of a text is set around the first one again.

Attention knows words, so that it sets a mark that ends within a word around the whole of one. Knows
nothing of formats.
"""

from __future__ import annotations

from allez.text.markup import Mark, Marked, check

_CUT = frozenset("'’")
"""What may follow the letter of a word that goes on: `L'homme`."""


def with_initial(source: Marked, translated: Marked) -> Marked:
    """Return a translation whose first letter has the marks that that of its source has.

    Args:
        source: what was translated.
        translated: it, with as many marks; it comes back if the source has no initial.
    """
    moved = translated
    for index, mark in enumerate(source.marks):
        if mark.kind == "pair" and _is_initial(source, mark):
            moved = _moved(source, moved, index)
    return moved


def _is_initial(source: Marked, mark: Mark) -> bool:
    """Tell whether a mark stands around one letter, the first of all, in whose word others stand.

    A point behind the letter is what cuts it off.
    """
    text = source.text
    inside, following = text[mark.start : mark.end], text[mark.end : mark.end + 1]
    if sum(map(str.isalpha, inside)) != 1 or any(map(str.isspace, inside)):
        return False
    is_cut = any(m.kind == "point" and m.start == mark.end for m in source.marks)
    goes_on = following.isalpha() or following in _CUT or is_cut
    return bool(following) and goes_on and not any(map(str.isalnum, text[: mark.start]))


def _moved(source: Marked, translated: Marked, index: int) -> Marked:
    """Return a translation with a mark, all in it and all points at its end set anew."""
    text = translated.text
    first = next((at for at, c in enumerate(text) if c.isalnum()), -1)
    if first < 0:
        return translated
    mark = source.marks[index]
    start, end = (0 if mark.start == 0 else first), first + 1
    within = {index}
    marks: list[Mark] = []
    for number, (was, now) in enumerate(zip(source.marks, translated.marks, strict=True)):
        if now.parent in within:
            within.add(number)
        if number in within:
            low = end if was.kind == "point" and was.start == mark.end else start
            marks.append(now._replace(start=low, end=end if was.kind == "pair" else low))
        elif was.kind == "point" and was.start == mark.end and number > index:
            marks.append(now._replace(start=end, end=end))
        else:
            marks.append(now)
    moved = Marked(text, tuple(marks))
    try:
        check(moved)
    except ValueError:  # another mark ends within that letter's word
        return translated
    return moved
