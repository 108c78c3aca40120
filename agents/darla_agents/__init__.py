"""Learning to act: agents on pixels or latents, their transfer, and how they compare."""
