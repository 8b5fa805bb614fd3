"""From files of sentence pairs to training batches."""
