"""An encoder around environments: observations become latents, for Gymnasium and SB3."""
