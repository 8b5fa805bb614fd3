"""Ray Data: an actor per core, each with a model of its own."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from allez.bulk.arrow import translated
from allez.bulk.job import Job, make
from allez.bulk.quiet import held_back
from allez.bulk.recipe import Recipe
from allez.errors import MissingExtraError

if TYPE_CHECKING:
    import pyarrow


class _Rows:
    """Translates blocks of a dataset."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        recipe.translator()

    def __call__(self, table: pyarrow.Table) -> pyarrow.Table:
        return translated(table, self._recipe)


class _Parts:
    """Makes parts of files."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        for number in batch["number"]:
            make(self._job, self._job.parts[int(number)])
        return batch


def translate(dataset: Any, recipe: Recipe, *, workers: int, batch_size: int = 1024) -> Any:
    """Return a `ray.data.Dataset` with the two new columns; lazy, as all of Ray Data.

    Args:
        dataset: of any source, with the recipe's column.
        recipe: how rows are translated.
        workers: actors, each on a core.
        batch_size: rows handed to an actor together.
    """
    import ray.data

    return dataset.map_batches(
        _Rows,
        fn_constructor_args=(recipe,),
        batch_format="pyarrow",
        batch_size=batch_size,
        compute=ray.data.ActorPoolStrategy(size=workers),
    )


def run(job: Job, workers: int) -> None:
    """Make all parts that are left, on the cluster of RAY_ADDRESS or on this machine."""
    given = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal", **os.environ}
    os.environ.update(given)  # what fails is raised all the same
    try:
        import ray.data
    except ImportError:
        raise MissingExtraError("Ray", "ray[data]") from None
    if not (left := job.left()):
        return
    if not ray.is_initialized():
        here = {} if "RAY_ADDRESS" in given else {"num_cpus": workers}
        with held_back():  # that it has read RAY_BACKEND_LOG_LEVEL
            ray.init(include_dashboard=False, logging_level="ERROR", log_to_driver=False, **here)
    logging.getLogger("ray.data").setLevel("ERROR")
    ray.data.DataContext.get_current().enable_progress_bars = False
    rows = ray.data.from_items([{"number": p.number} for p in left], override_num_blocks=len(left))
    many = ray.data.ActorPoolStrategy(size=min(workers, len(left)))
    rows.map_batches(_Parts, fn_constructor_args=(job,), batch_size=1, compute=many).materialize()
