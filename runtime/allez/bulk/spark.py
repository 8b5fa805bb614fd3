"""Spark: a Python worker per core, each with a model of its own.

Spark keeps its workers (`spark.python.worker.reuse`, on unless told), and so the models.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from allez.bulk.job import Job, make
from allez.bulk.recipe import ERROR, Recipe
from allez.errors import MissingExtraError

if TYPE_CHECKING:
    import pyarrow

    Batches = Iterator[pyarrow.RecordBatch]


def translate(frame: Any, recipe: Recipe) -> Any:
    """Return a `pyspark.sql.DataFrame` with the two new columns; lazy, as all of Spark.

    Args:
        frame: with the recipe's column, of strings.
        recipe: how rows are translated.
    """
    kept = [field for field in frame.schema.fields if field.name not in (recipe.into, ERROR)]
    schema = type(frame.schema)(kept).add(recipe.into, "string").add(ERROR, "string")
    return frame.mapInArrow(_rows(recipe), schema)


def _rows(recipe: Recipe) -> Callable[[Batches], Batches]:
    def translate(batches: Batches) -> Batches:
        from allez.bulk.arrow import translated

        for batch in batches:
            yield translated(batch, recipe)

    return translate


def run(job: Job, workers: int) -> None:
    """Make all parts that are left, in the session that is there, or on this machine."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else whatever `python3` is
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise MissingExtraError("Spark", "pyspark pyarrow") from None
    left = job.left()
    if not left:
        return
    mine = SparkSession.getActiveSession() is None
    builder = SparkSession.builder.appName("allez bulk")
    if mine and "PYSPARK_GATEWAY_PORT" not in os.environ:  # which spark-submit sets
        builder = builder.master(f"local[{workers},4]").config("spark.ui.enabled", "false")
        for name in ("spark.driver.bindAddress", "spark.driver.host"):
            builder = builder.config(name, "127.0.0.1")
    session = builder.getOrCreate()
    try:
        numbers = session.sparkContext.parallelize([part.number for part in left], len(left))
        numbers.foreach(lambda number: _make(job, number))
    finally:
        if mine:
            session.stop()


def _make(job: Job, number: int) -> None:
    make(job, job.parts[number])
