"""Stage `trace`: fp32 graphs of the trained model."""

from __future__ import annotations

from allez_export.checkpoints import load_model
from allez_export.stages.workspace import Workspace, say
from allez_export.trace import trace


def run(work: Workspace) -> None:
    """Trace the trained model to fp32 graphs."""
    with work.writing("trace") as folder:
        trained = load_model(work.need("train", "model.pt"))
        trace(trained.family, folder)
        sizes = [f"{path.name} {path.stat().st_size:,}" for path in sorted(folder.iterdir())]
        say(f"trace   {', '.join(sizes)} bytes")
