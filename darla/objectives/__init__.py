"""What a vision model can be trained to do, by name."""

from darla.objective_settings import GROUPS, differences
from darla.objectives.ada_gvae import AdaGVAE, DarlaAda
from darla.objectives.annealed_vae import AnnealedVAE
from darla.objectives.autoencoder import Autoencoder
from darla.objectives.base import FrameChunks, LossTerms, Objective, Stage, TrainingFacts
from darla.objectives.beta_tcvae import BetaTCVAE
from darla.objectives.beta_vae import BetaVAE
from darla.objectives.contractive import ContractiveAutoencoder
from darla.objectives.dae import DenoisingAutoencoder
from darla.objectives.darla import Darla
from darla.objectives.darla_2017 import Darla2017
from darla.objectives.dip_vae import DIPVAEI, DIPVAEII
from darla.objectives.factor_vae import FactorVAE
from darla.objectives.info_vae import InfoVAE
from darla.objectives.ml_vae import MLVAE
from darla.objectives.vae import VariationalAutoencoder
from darla.running.names import lookup
from darla.vision.config import VisionConfig

OBJECTIVES: dict[str, type[Objective]] = {
    kind.name: kind
    for kind in (
        Autoencoder,
        DenoisingAutoencoder,
        ContractiveAutoencoder,
        VariationalAutoencoder,
        BetaVAE,
        AnnealedVAE,
        FactorVAE,
        BetaTCVAE,
        DIPVAEI,
        DIPVAEII,
        InfoVAE,
        MLVAE,
        AdaGVAE,
        Darla2017,
        Darla,
        DarlaAda,
    )
}

__all__ = [
    "OBJECTIVES",
    "FrameChunks",
    "LossTerms",
    "Objective",
    "Stage",
    "TrainingFacts",
    "make_objective",
]


def make_objective(config: VisionConfig, facts: TrainingFacts) -> Objective:
    """Build the objective that ``config`` names.

    Args:
        config: the run's configuration.
        facts: what is known of the training.

    Raises:
        ValueError: the name is unknown (the nearest is suggested), a setting cannot be used, or
            one is set that belongs to other objectives.
    """
    kind = lookup("objective", config.objective, OBJECTIVES)
    _check_used(config, kind)
    if config.batch_size < kind.smallest_batch:
        raise ValueError(
            f"batch_size is {config.batch_size}, but {kind.name!r} compares the frames of a batch; "
            f"give at least {kind.smallest_batch}"
        )
    if kind.paired and config.batch_size % 2:
        raise ValueError(
            f"batch_size is {config.batch_size}, but {kind.name!r} learns from pairs; "
            "give an even number"
        )
    return kind.build(config, facts)


def _check_used(config: VisionConfig, kind: type[Objective]) -> None:
    """Check that no setting differs from its default which only other objectives have."""
    defaults = VisionConfig()
    for name in sorted(frozenset().union(*(each.uses for each in OBJECTIVES.values())) - kind.uses):
        value = getattr(config, name)
        if value != getattr(defaults, name):
            users = ", ".join(each.name for each in OBJECTIVES.values() if name in each.uses)
            what = differences(value) if name in GROUPS else f"{name} is {value}"
            raise ValueError(
                f"{what}, but the objective {kind.name!r} has none; "
                f"leave it out, or train one of: {users}"
            )
