"""Numbers: greedy and beam search over a `Step`, and what restrains it. Knows no model."""
