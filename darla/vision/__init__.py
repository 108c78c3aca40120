"""Training: batches of frames, an objective, and the encoder bundle that comes out."""
