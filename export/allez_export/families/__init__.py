"""Kinds of models: what each needs to be read, traced and quantized, a folder each."""

from __future__ import annotations

from importlib import import_module

from allez.errors import InputError
from allez_export.families.family import Family

FAMILIES = {
    "recurrent": "Recurrent",
    "attentional": "Attentional",
    "marian": "Marian",
    "caption": "Caption",
}
"""Folder to class; the name stands in `model.pt`."""


def family_named(name: str) -> type[Family]:
    """Return the class of a family.

    Raises:
        InputError: there is none of that name.
    """
    if name not in FAMILIES:
        raise InputError(f"there is no family {name!r} of models", hint="a newer allez may know it")
    module = import_module(f"{__name__}.{name}.family")
    found: type[Family] = getattr(module, FAMILIES[name])
    return found
