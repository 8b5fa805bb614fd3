"""What each subcommand does: one stage reads what the stages before it wrote.

A model is made in one folder with a folder per stage, and there is one module here per stage, which
is imported when the stage is run: the command line itself stays light.
"""

from __future__ import annotations

from importlib import import_module

from allez_export.stages.workspace import Workspace

STAGES = (
    *("vocabulary", "align", "train", "trace", "quantize", "verify"),
    *("shortlist", "package", "evaluate"),
)
"""In the order in which they build on each other."""


def run_stage(name: str, work: Workspace) -> None:
    """Run one stage, or `all` of them."""
    import_module(f"{__name__}.{name}").run(work)
