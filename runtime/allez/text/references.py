"""Character references of HTML, in any text: `&eacute;`, `&#233;`, `&#xE9;`."""

from __future__ import annotations

import re

_MOST_DIGITS = 8
"""More of them are beyond all characters, whatever they are."""
_NUMBER = re.compile(r"&#0*([0-9]+)")


def unescape(text: str) -> str:
    """Return a text with what its references stand for; what is none stays.

    A number of thousands of digits, which Python refuses to read, is one that is too large.
    """
    if "&#" in text:
        text = _NUMBER.sub(lambda found: f"&#{found[1][:_MOST_DIGITS]}", text)
    if "&" not in text:
        return text
    import html  # slow to load, and most texts have no references

    return html.unescape(text)
