"""Tables of Arrow, which Ray and Spark share."""

from __future__ import annotations

from typing import Any

from allez.bulk.recipe import ERROR, Recipe


def translated(table: Any, recipe: Recipe) -> Any:
    """Return a table with the recipe's two new columns behind its own.

    Args:
        table: a `pyarrow.Table` or `pyarrow.RecordBatch`; the result is what it is.
        recipe: how rows are translated.

    Raises:
        InputError: it lacks the column.
    """
    import pyarrow

    names: list[str] = table.schema.names
    known = [name for name in names if name == recipe.column]
    columns = recipe.columns({name: table.column(name).to_pylist() for name in known})
    kept = [name for name in names if name not in (recipe.into, ERROR)]
    arrays = [table.column(name) for name in kept]
    arrays += [pyarrow.array(columns[name], pyarrow.string()) for name in columns]
    return type(table).from_arrays(arrays, names=[*kept, *columns])
