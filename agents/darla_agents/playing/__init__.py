"""Playing episodes without learning: evaluation in domains, rows of results, videos."""
