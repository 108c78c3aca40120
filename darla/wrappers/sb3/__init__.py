"""The adapters for Stable-Baselines3; no other package of ``darla`` imports it.

``terminal_observations`` finds the last observations of episodes in infos; ``vec_observer`` makes
of the pictures of many environments, these included, what a policy sees; ``vec_latent`` makes
latents of them; ``extractor`` is for policies that hold the encoder themselves.
"""
