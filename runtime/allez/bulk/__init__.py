"""Very many rows, on engines that exist: one machine's processes, Ray, Spark.

A `Recipe` says how rows are translated, and can be sent anywhere; `allez bulk` cuts files into
parts and has an engine translate them. The engines know nothing of translation, and it nothing of
them.

    >>> from allez.bulk import recipe
    >>> made = recipe("fr-en", beam_size=1)
    >>> list(made.partition([{"id": 7, "text": "Il pleut."}]))
    [{'id': 7, 'text': 'Il pleut.', 'translation': "It's raining.", 'error': None}]
"""

from allez.bulk.job import Done, Job, make, plan
from allez.bulk.recipe import Recipe, recipe
from allez.bulk.rows import Part

__all__ = ["Done", "Job", "Part", "Recipe", "make", "plan", "recipe"]
