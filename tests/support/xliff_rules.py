"""What the specifications of XLIFF 1.2 and 2.0 ask of a file, as far as a translation touches it.

Not only what the schemas ask: the order and the number of elements, attributes that must be
there, values that they may have, and what must be the same in two places. Names of attributes from
other namespaces are let be.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_NAMESPACES = {
    "1.2": "urn:oasis:names:tc:xliff:document:1.2",
    "2.0": "urn:oasis:names:tc:xliff:document:2.0",
}
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_STATES = {
    "1.2": (
        "final needs-adaptation needs-l10n needs-review-adaptation needs-review-l10n "
        "needs-review-translation needs-translation new signed-off translated"
    ),
    "2.0": "initial translated reviewed final",
}
_CHILDREN = {
    "1.2": {
        "xliff": "file",
        "file": "header body",
        "trans-unit": "source seg-source target *",
    },
    "2.0": {
        "xliff": "file",
        "file": "skeleton notes *",
        "segment": "source target",
        "ignorable": "source target",
    },
}
"""What may be in an element, in this order; `*`: anything else, in any order."""
_NEEDED = {
    "1.2": {"file": "body", "trans-unit": "source"},
    "2.0": {"file": "unit|group", "unit": "segment", "segment": "source", "ignorable": "source"},
}
_ATTRIBUTES = {
    "1.2": {
        "xliff": "version",
        "file": "original source-language datatype",
        "trans-unit": "id",
        **dict.fromkeys(("g", "x", "bx", "ex", "bpt", "ept", "ph", "it"), "id"),
        "mrk": "mtype",
        "it": "id pos",
    },
    "2.0": {
        "xliff": "version srcLang",
        "file": "id",
        "unit": "id",
        **dict.fromkeys(("ph", "pc", "sc", "mrk", "sm"), "id"),
        "cp": "hex",
        "em": "startRef",
    },
}


def slips(data: bytes) -> list[str]:
    """Return what a file does against the rules; nothing if it keeps them."""
    root = ElementTree.fromstring(data)
    version = root.get("version", "")
    if version not in _NAMESPACES or root.tag != f"{{{_NAMESPACES[version]}}}xliff":
        return [f"<xliff> of no known version: {root.tag} {version!r}"]
    found = [slip for element in root.iter() for slip in _of_element(element, version)]
    return found + list(_of_first(root) if version == "1.2" else _of_second(root))


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _of_element(element: Element, version: str) -> Iterator[str]:
    """Yield what is wrong with the children and attributes of one element."""
    name = _name(element)
    namespace = f"{{{_NAMESPACES[version]}}}"
    if not element.tag.startswith(namespace):
        return
    order = _CHILDREN[version].get(name, "*").split()
    names = [_name(child) for child in element]
    places = [order.index(n) if n in order else len(order) - 1 for n in names]
    strange = [n for n in names if n not in order and "*" not in order]
    if strange or places != sorted(places):
        yield f"<{name}> holds {' '.join(names)}"
    if any(names.count(once) > 1 for once in ("source", "seg-source", "target", "body")):
        yield f"<{name}> holds one of {' '.join(names)} twice"
    needed = _NEEDED[version].get(name, "")
    if needed and not set(needed.split("|")) & set(names):
        yield f"<{name}> lacks <{needed}>"
    for attribute in _ATTRIBUTES[version].get(name, "").split():
        if not element.get(attribute):
            yield f"<{name}> lacks {attribute}"
    state = element.get("state")
    if state is not None and state not in _STATES[version].split() and not state.startswith("x-"):
        yield f"<{name}> has the state {state!r}"


def _of_first(root: Element) -> Iterator[str]:
    """Yield what is wrong between the elements of a file of version 1.2."""
    space = f"{{{_NAMESPACES['1.2']}}}"
    for file in root.iter(f"{space}file"):
        for side, language in (("source", "source-language"), ("target", "target-language")):
            said = {
                e.get(_LANG)
                for u in file.iter(f"{space}trans-unit")
                for e in u.findall(space + side)
            }
            if said - {None, file.get(language)}:
                yield f"a <{side}> says another xml:lang than {language}"
        ids = [unit.get("id") for unit in file.iter(f"{space}trans-unit")]
        if len(set(ids)) < len(ids):
            yield "two units have one id"
    for side in (f"{space}source", f"{space}target"):
        for element in root.iter(side):
            begun = [e.get("rid") or e.get("id") for e in element.iter(f"{space}bpt")]
            ended = [e.get("rid") or e.get("id") for e in element.iter(f"{space}ept")]
            if sorted(map(str, begun)) != sorted(map(str, ended)):
                yield f"<bpt> {begun} and <ept> {ended}"


def _of_second(root: Element) -> Iterator[str]:
    """Yield what is wrong between the elements of a file of version 2.0."""
    space = f"{{{_NAMESPACES['2.0']}}}"
    targets = list(root.iter(f"{space}target"))
    if targets and not root.get("trgLang"):
        yield "there are targets, and no trgLang"
    if any(target.get(_LANG) not in (None, root.get("trgLang")) for target in targets):
        yield "a <target> says another xml:lang than trgLang"
    for unit in root.iter(f"{space}unit"):
        sides = []
        for side in ("source", "target"):
            inline = [e for s in unit.iter(space + side) for e in s.iter() if e is not s]
            ids = [str(e.get("id")) for e in inline if e.get("id")]
            if len(set(ids)) < len(ids):
                yield f"an id stands twice in the {side}s of unit {unit.get('id')!r}"
            starts = {str(e.get("startRef")) for e in inline if e.get("startRef")}
            if starts - set(ids):
                yield f"startRef {sorted(starts - set(ids))} begins nowhere"
            sides.append(set(ids))
        if sides[1] - sides[0]:
            yield f"{sorted(sides[1] - sides[0])} stand in targets alone"
    for segment in root.iter(f"{space}segment"):
        if segment.get("state", "initial") != "initial" and segment.find(f"{space}target") is None:
            yield "a segment without a target has a state"
        if segment.get("subState") and not segment.get("state"):
            yield "a segment has a subState and no state"
