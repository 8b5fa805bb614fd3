"""The way of a text: sentences, batches, workers, and together again."""
