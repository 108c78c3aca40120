"""What a vision model can be trained to do, by name.

``settings`` and ``base`` say what an objective is, ``registry`` finds it by name; then there is a
file for each, with its settings beside it:

- ``autoencoder``, ``dae``, ``contractive``, ``sparse_autoencoder``: a value for each latent, and
  no prior;
- ``quantized``: latents that can be a few values alone, as those of ``fsq``, ``qlae``
  and ``vq_vae``;
- ``discriminators``: networks that tell the true from the false, beside those that learn from it;
- ``adversarial_autoencoder``: latents that pass for samples of the prior; ``vae_gan``: pictures
  that pass for frames;
- ``vae``, and what changes the price of its latents: ``beta_vae``, ``annealed_vae``,
  ``factor_vae``, ``beta_tcvae``, ``dip_vae``, ``info_vae``;
- ``vamp_vae``: the VAE with a prior that is learnt; ``denoising_vae``: from spoilt frames;
- ``hierarchical_vae``: latents at several depths of the network; ``flow_vae``: a prior that is
  learnt; ``pixel_vae``: pixels that are also explained by those before them;
- ``pairs``: learning from two frames of one episode, as ``ml_vae`` and ``ada_gvae`` do;
- ``cvae``: a decoder that is told of a recorded factor, or of the look of a pair's other frame;
- ``sequence_vae``: latents with memory, of frames in their order and the actions between them;
- ``darla_2017``: DARLA as published; ``look_state_vae``: its loss on pairs;
- ``look_state_nce``: pairs, and states that must tell frames apart; the default here;
  ``look_state_qlae``: the same with latents that can be a few values alone. What they have in
  common is in ``contrasted_states``.
"""

from darla.objectives.base import FrameChunks, LossTerms, Objective, Stage, TrainingFacts
from darla.objectives.registry import (
    OBJECTIVES,
    make_objective,
    objective_settings,
    register_objective,
)
from darla.objectives.settings import ObjectiveSettings

__all__ = [
    "OBJECTIVES",
    "FrameChunks",
    "LossTerms",
    "Objective",
    "ObjectiveSettings",
    "Stage",
    "TrainingFacts",
    "make_objective",
    "objective_settings",
    "register_objective",
]
