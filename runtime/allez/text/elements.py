"""What the elements of HTML mean to a reader of the page, for files and for pieces alike."""

from __future__ import annotations

from allez.text.tags import Token, value_of


def names(words: str) -> frozenset[str]:
    """Return a set of the words of a string."""
    return frozenset(words.split())


INLINE = names(
    "a abbr acronym b bdi bdo big blink cite data del dfn em emphasis font i ins label mark nobr q "
    "rb rp rt rtc ruby s small span strike strong time tt u"
)
"""Within a sentence; every element that is in none of these sets ends one."""
WORDS = names("code kbd samp var")
"""Within a sentence, their content untouched."""
POINTS = names("img wbr svg math")
"""Within a sentence, and nothing in them is read."""
SIGNS = names("sub sup")
"""Points if there is no letter in them, else within a sentence."""
SKIPPED = names(
    "script style pre textarea template noembed noframes xmp iframe plaintext object canvas listing"
)
"""They end a sentence, and their content is nothing to translate."""
VOID = names("area base br col embed hr img input link meta param source track wbr command keygen")
"""Nothing closes them."""
PARAGRAPHS = names(
    "p div li td th tr table ul ol dl dd dt body section article h1 h2 h3 h4 h5 h6 pre"
)
"""No element within a sentence reaches beyond the beginning or the end of one of these."""


BLOCKS = PARAGRAPHS | names("br hr tbody thead tfoot header footer main aside nav blockquote form")
"""In plain text these end a line; any other tag may be one of a language that nobody knows here."""


def is_kept(text: str, tag: Token) -> bool:
    """Tell whether a tag says that its element is not to be translated."""
    if "translate" not in text[tag.start : tag.end]:
        return False
    classes = (value_of(text, tag, "class") or "").split()
    return value_of(text, tag, "translate") == "no" or "notranslate" in classes
