"""What the elements of HTML mean to a reader of the page, for files and for pieces alike.

Which they are stands in `contract.json` (`elements`).
"""

from __future__ import annotations

from allez.spec import SPEC
from allez.text.tags import Token, value_of


def names(words: str) -> frozenset[str]:
    """Return a set of the words of a string."""
    return frozenset(words.split())


_LISTED: dict[str, str] = SPEC["elements"]

INLINE = names(_LISTED["inline"])
"""Within a sentence; every element that is in none of these sets ends one."""
WORDS = names(_LISTED["words"])
"""Within a sentence, their content untouched."""
POINTS = names(_LISTED["points"])
"""Within a sentence, and nothing in them is read."""
SIGNS = names(_LISTED["signs"])
"""Points if there is no letter in them, else within a sentence."""
SKIPPED = names(_LISTED["skipped"])
"""They end a sentence, and their content is nothing to translate."""
VOID = names(_LISTED["void"])
"""Nothing closes them."""
PARAGRAPHS = names(_LISTED["paragraphs"])
"""No element within a sentence reaches beyond the beginning or the end of one of these."""
BLOCKS = PARAGRAPHS | names(_LISTED["lines"])
"""In plain text these end a line; any other tag may be one of a language that nobody knows here."""


def is_kept(text: str, tag: Token) -> bool:
    """Tell whether a tag says that its element is not to be translated."""
    if "translate" not in text[tag.start : tag.end]:
        return False
    classes = (value_of(text, tag, "class") or "").split()
    return value_of(text, tag, "translate") == "no" or "notranslate" in classes


def base_language(said: str) -> str:
    """Return the language that an element says it is in, without region and script.

    Args:
        said: the value of its `lang`: "fr", "FR-be", "zh_Hant"; "" or white space names none.
    """
    return said.strip().replace("_", "-").split("-")[0].lower()
