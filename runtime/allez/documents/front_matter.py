"""The front matter of a page in Markdown: its titles are translated, all else stays."""

from __future__ import annotations

import re
from collections.abc import Callable

from allez.documents.document import Builder, Template
from allez.documents.inline import Gatherer, Inline
from allez.text.markup import Marked

_FRONT_MATTER = re.compile(
    r"(---|\+\+\+)[ \t]*\r?\n.*?^\1[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_TITLE = re.compile(
    r"^(?:title|subtitle|description|summary|sidebar_label)[ \t]*[:=][ \t]*"
    r"(?P<quote>[\"']?)(?P<value>[^\r\n]*?)(?P=quote)[ \t]*$",
    re.MULTILINE,
)


def add_titles(builder: Builder) -> int:
    """Add the titles of a text's front matter, which people read; return where it ends."""
    front = _FRONT_MATTER.match(builder.text)
    if front is None:
        return 0
    for found in _TITLE.finditer(builder.text, 0, front.end()):
        value, quote = found["value"], found["quote"]
        if not any(map(str.isalpha, value)) or not _is_plain(value, quote):
            continue
        gatherer = Gatherer()
        gatherer.text(value.replace("''", "'") if quote == "'" else value)
        inline = gatherer.finish(spaced=True)
        builder.add(found.start("value"), found.end("value"), inline.marked, _title(inline, quote))
    return front.end()


def _is_plain(value: str, quote: str) -> bool:
    """Tell whether a value of the front matter is read as it is written between these quotes."""
    if quote:
        return "\\" not in value and quote not in value.replace("''", "")
    special = value[:1] in "\"'\\&*#{}[]|>@`%!" or value.endswith(":")
    return not special and ": " not in value and " #" not in value


def _title(inline: Inline, quote: str) -> Callable[[Marked], Template]:
    def write(translated: Marked) -> Template:
        text = "".join(str(part) for part in inline.write(translated))
        if quote == "'":
            return (text.replace("'", "''"),)
        if quote:
            return (text.replace("\\", "\\\\").replace('"', '\\"'),)
        return (
            text
            if _is_plain(text, "")
            else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"',
        )

    return write
