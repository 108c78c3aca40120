"""Whether a GPU runs what no GPU has run yet, and how fast."""
