"""What a vision model can be trained to do, by name."""

from darla.names import lookup
from darla.objectives.annealed_vae import AnnealedVAE
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import FrameChunks, LossTerms, Objective, Stage
from darla.objectives.beta_vae import BetaVAE
from darla.objectives.dae import DenoisingAutoencoder
from darla.objectives.darla import Darla
from darla.objectives.vae import VariationalAutoencoder
from darla.vision_config import VisionConfig

OBJECTIVES: dict[str, type[Objective]] = {
    kind.name: kind
    for kind in (
        Autoencoder,
        DenoisingAutoencoder,
        VariationalAutoencoder,
        BetaVAE,
        AnnealedVAE,
        Darla,
    )
}

__all__ = ["OBJECTIVES", "FrameChunks", "LossTerms", "Objective", "Stage", "make_objective"]


def make_objective(
    config: VisionConfig, image_shape: tuple[int, int, int], steps: int
) -> Objective:
    """Build the objective that ``config`` names.

    Args:
        config: the run's configuration.
        image_shape: height, width and channels of a frame.
        steps: how many steps the last stage takes.

    Raises:
        ValueError: the name is unknown (the nearest is suggested) or a setting cannot be used.
    """
    kind = lookup("objective", config.objective, OBJECTIVES)
    if config.beta is not None and not kind.takes_beta:
        raise ValueError(
            f"beta is {config.beta}, but the objective {kind.name!r} has none; "
            "leave it out, or train beta_vae"
        )
    return kind.build(config, image_shape, steps)
