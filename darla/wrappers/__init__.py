"""An encoder around environments: observations become latents, for Gymnasium and SB3.

``latent_options`` says how latents are shown. ``latent_transform`` makes them of pictures,
``latent_alarm`` says how strange these are, and ``picture_observer`` puts latents in the picture's
place: it is the one way for learning, evaluating and collecting; ``latent_memory`` keeps what an
encoder remembers of episodes. Around it are the wrappers: ``latent_observation`` for one
environment, ``vector_latent_observation`` for Gymnasium's vectors, and ``sb3`` for
Stable-Baselines3, where ``look_resampling`` may show other looks while a policy learns.
"""
