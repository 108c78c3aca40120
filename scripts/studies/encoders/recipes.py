"""The recipes that the study of encoders compares: what differs from the default of each objective.

All see the same frames, as often, with the same networks, unless an objective has one of its own;
those that use a denoising autoencoder share one for each seed. What learns from sequences sees as
many frames that somebody acted for. Names are those of the rows and of the report.
"""

from pathlib import Path

from darla.objectives import OBJECTIVES

Settings = dict[str, object]

BASE = "darla"
"""The recipe that the others vary."""

OBJECTIVE = "look_state_vae"
"""What recipes train that name no objective; its defaults are the recipe ``darla``."""

COMPARED: dict[str, Settings] = {
    BASE: {},
    "darla beta=0.25": {"beta": 0.25},
    "darla beta=1": {"beta": 1.0},
    "darla beta=2": {"beta": 2.0},
    "darla beta=4": {"beta": 4.0},
    "darla beta=0.25, cheap look": {"beta": 0.25, "beta_look": 0.375},
    "darla beta=4, dear look": {"beta": 4.0, "beta_look": 6.0},
    "darla, not recoloured": {"recolored": 0.0},
    "darla, no likeness": {"state_likeness": 0.0},
    "darla, look as dear as state": {"beta_look": 0.5},
    "darla, 6 look latents": {"look_latents": 6},
    "darla, pixel weight 0.1": {"pixel_weight": 0.1},
    "darla, standardised features": {"feature_scaling": "standardize"},
    "darla, features of conv3": {"feature_layer": "conv3"},
    "darla, 16 latents": {"latents": 16, "look_latents": 6},
    "darla, wider networks": {"channels": (48, 64, 96, 128)},
    "darla, constant learning rate": {"learning_rate_decay": 0.0},
    "darla_2017": {"objective": "darla_2017"},
    "darla_2017 beta=4": {"objective": "darla_2017", "beta": 4.0},
    "darla_ada": {"objective": "darla_ada"},
    "ml_vae": {"objective": "ml_vae", "look_latents": 12},
    "ml_vae, recoloured": {"objective": "ml_vae", "look_latents": 12, "recolored": 1.0},
    "ada_gvae": {"objective": "ada_gvae"},
    "beta_vae beta=0.25": {"objective": "beta_vae", "beta": 0.25},
    "beta_vae beta=1": {"objective": "beta_vae", "beta": 1.0},
    "beta_vae beta=4": {"objective": "beta_vae", "beta": 4.0},
    "annealed_vae": {"objective": "annealed_vae"},
    "factor_vae": {"objective": "factor_vae"},
    "beta_tcvae": {"objective": "beta_tcvae"},
    "dip_vae_ii": {"objective": "dip_vae_ii"},
    "info_vae": {"objective": "info_vae"},
    "contractive": {"objective": "contractive"},
    "autoencoder": {"objective": "autoencoder"},
}
"""The recipes of the comparison."""

OTHERS: dict[str, Settings] = {
    name: {"objective": name}
    for name in (
        *("look_state_qlae", "qlae", "fsq", "vq_vae"),
        *("hierarchical_vae", "flow_vae", "vamp_vae", "pixel_vae"),
        *("adversarial_autoencoder", "vae_gan", "sparse_autoencoder", "denoising_vae"),
        *("cvae", "pca", "look_state_nce", "vae", "dip_vae_i", "dae"),
    )
} | {
    "sequence_vae": {"objective": "sequence_vae", "batch_size": 128},  # 8 sequences, not 2
}
"""Objectives that the comparison leaves out, with their defaults."""

RECIPES: dict[str, Settings] = COMPARED | OTHERS
"""All recipes."""

ONE_EACH: dict[str, str] = {
    name: name
    for name in (
        *("look_state_qlae", "qlae", "fsq", "vq_vae", "cvae", "sequence_vae", "hierarchical_vae"),
        *("flow_vae", "vamp_vae", "pixel_vae", "adversarial_autoencoder", "vae_gan"),
        *("sparse_autoencoder", "denoising_vae", "pca", "look_state_nce", "vae", "annealed_vae"),
        *("factor_vae", "beta_tcvae", "dip_vae_i", "dip_vae_ii", "info_vae", "contractive", "dae"),
        *("ada_gvae", "darla_ada"),
    )
} | {
    OBJECTIVE: BASE,
    "beta_vae": "beta_vae beta=4",
    "autoencoder": "autoencoder",
    "darla_2017": "darla_2017",
    "ml_vae": "ml_vae",
}
"""The recipe that stands for each objective, its defaults, in the order in which they are trained:
those that the comparison of recipes knows are last."""


def objective_of(settings: Settings) -> str:
    """Return the objective that a recipe trains."""
    return str(settings.get("objective", OBJECTIVE))


def takes_dae(settings: Settings) -> bool:
    """Tell whether a recipe is given the seed's denoising autoencoder."""
    return "dae" in OBJECTIVES[objective_of(settings)].settings_class.names()


def takes_sequences(settings: Settings) -> bool:
    """Tell whether a recipe learns from frames in their order, and the actions between them."""
    return "sequence_length" in OBJECTIVES[objective_of(settings)].settings_class.names()


def run_folder(out: Path, name: str, seed: int) -> Path:
    """Return the folder of an encoder's run within that of the study."""
    return out / f"seed{seed}" / "".join(c if c.isalnum() else "_" for c in name)
