"""XML: that a document is well-formed and harmless, before anybody looks for text in it.

No entity is ever expanded and no other file is read: a document that declares entities is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.parsers import expat

from allez.documents.encoding import decode
from allez.errors import InputError

MOST_DEPTH = 256
"""Elements within each other; documents of people have a dozen."""
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)", re.DOTALL)


def read_xml(data: bytes) -> tuple[str, Callable[[str], bytes]]:
    """Return the text of a document, and what writes a text in its encoding.

    Raises:
        InputError: it is not well-formed, declares entities, or is nested too deeply.
    """
    check_xml(data)
    found = _DECLARED.match(data[:256])
    declared = found[1].decode("ascii") if found else None
    return decode(data, declared=declared, escape=lambda character: f"&#{ord(character)};")


def check_xml(data: bytes) -> None:
    """Raise InputError unless a document is one that can be read safely."""
    depth = 0

    def start(name: str, attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_DEPTH:
            raise InputError("the elements are nested too deeply")

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise InputError("it declares entities, which are never expanded")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise InputError(f"{place}: {expat.ErrorString(error.code)}") from None
    except InputError:
        raise
    except (ValueError, LookupError) as error:  # an encoding that Python does not know
        raise InputError(f"not XML that can be read: {error}") from None
