"""Many worlds in one process: simulated together, drawn together."""
