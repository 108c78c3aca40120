"""Objectives by name: ours, and those of other packages.

Another package adds one by an entry point (see :mod:`darla.running.registry`), and a script by
:func:`register_objective`. It is then trained by ``--objective my_vae``.
"""

import dataclasses
from typing import Any, TypeVar

from darla.objectives.base import Objective, TrainingFacts
from darla.objectives.settings import ObjectiveSettings
from darla.running.names import unknown
from darla.running.registry import Registry

K = TypeVar("K", bound=type[Objective])


def check_class(name: str, kind: type[Objective]) -> None:
    """Raise a ValueError for what is no objective ``name`` with settings of its own."""
    if not (isinstance(kind, type) and issubclass(kind, Objective)):
        raise ValueError(f"the objective {name!r} is {kind!r}; expected a subclass of Objective")
    settings = getattr(kind, "settings_class", None)
    good = isinstance(settings, type) and issubclass(settings, ObjectiveSettings)
    # A subclass that is no dataclass itself has the fields of the one that it is made of.
    if settings is None or not good or "__dataclass_fields__" not in vars(settings):
        raise ValueError(
            f"the settings_class of the objective {name!r} is {settings!r}; expected a frozen "
            "dataclass of its own, a subclass of ObjectiveSettings or of another's settings"
        )
    if getattr(settings, "objective", None) != name:
        raise ValueError(
            f"the objective {name!r} has the settings of {getattr(settings, 'objective', None)!r}; "
            f'give it a settings_class of its own that says objective = "{name}"'
        )
    required = [
        field.name
        for field in dataclasses.fields(settings)
        if field.default is field.default_factory is dataclasses.MISSING
    ]
    if required:
        raise ValueError(
            f"the objective {name!r} has settings without a default: {', '.join(required)}"
        )


OBJECTIVES: Registry[type[Objective]] = Registry("objective", "darla.objectives", check_class)
"""What a vision model can be trained to do, by name."""

_PLACES = {
    "linear, and fitted in place of trained": {
        "pca": "pca:PCA",
    },
    "one value for each latent, and no prior": {
        "autoencoder": "autoencoder:Autoencoder",
        "dae": "dae:DenoisingAutoencoder",
        "contractive": "contractive:ContractiveAutoencoder",
        "sparse_autoencoder": "sparse_autoencoder:SparseAutoencoder",
    },
    "a few values that each latent can be": {
        "fsq": "fsq:FSQ",
        "qlae": "qlae:QLAE",
        "vq_vae": "vq_vae:VQVAE",
    },
    "Gaussian latents": {
        "vae": "vae:VariationalAutoencoder",
        "beta_vae": "beta_vae:BetaVAE",
        "annealed_vae": "annealed_vae:AnnealedVAE",
        "factor_vae": "factor_vae:FactorVAE",
        "beta_tcvae": "beta_tcvae:BetaTCVAE",
        "dip_vae_i": "dip_vae:DIPVAEI",
        "dip_vae_ii": "dip_vae:DIPVAEII",
        "info_vae": "info_vae:InfoVAE",
        "vamp_vae": "vamp_vae:VampVAE",
        "flow_vae": "flow_vae:FlowVAE",
        "hierarchical_vae": "hierarchical_vae:HierarchicalVAE",
        "pixel_vae": "pixel_vae:PixelVAE",
        "denoising_vae": "denoising_vae:DenoisingVAE",
    },
    "a prior or pictures that a discriminator judges": {
        "adversarial_autoencoder": "adversarial_autoencoder:AdversarialAutoencoder",
        "vae_gan": "vae_gan:VAEGAN",
    },
    "a decoder that is told a condition": {
        "cvae": "cvae:CVAE",
    },
    "sequences of frames and actions": {
        "sequence_vae": "sequence_vae:SequenceVAE",
    },
    "pairs of frames": {
        "ml_vae": "ml_vae:MLVAE",
        "ada_gvae": "ada_gvae:AdaGVAE",
    },
    "DARLA's loss on single frames and on pairs": {
        "darla_2017": "darla_2017:Darla2017",
        "darla_ada": "ada_gvae:DarlaAda",
    },
    "look and state told apart, on pairs": {
        "look_state_nce": "look_state_nce:LookStateNCE",
        "look_state_vae": "look_state_vae:LookStateVAE",
        "look_state_qlae": "look_state_qlae:LookStateQLAE",
    },
}
_ALIASES = {"look_state_vae": ("darla",)}  # what version 0.1 called it
for _family in _PLACES.values():
    for _name, _place in _family.items():
        OBJECTIVES.register(_name, f"darla.objectives.{_place}", *_ALIASES.get(_name, ()))


def families() -> dict[str, list[str]]:
    """Return the names of all objectives, by what those of a family have in common, in words.

    The last family is of those that other packages and scripts add, if there are any.
    """
    found = {family: list(places) for family, places in _PLACES.items()}
    ours = {name for names in found.values() for name in names}
    others = [name for name in OBJECTIVES if name not in ours]
    return {**found, "of other packages": others} if others else found


def register_objective(kind: K, *aliases: str) -> K:
    """Add an objective under the name that its settings say; also a decorator of its class.

    It answers to the aliases too. A ValueError where it cannot be used.
    """
    settings = getattr(kind, "settings_class", None)
    OBJECTIVES.register(getattr(settings, "objective", kind.__name__), kind, *aliases)
    return kind


def objective_settings(name: str, **values: Any) -> ObjectiveSettings:
    """Make an objective's settings by its name or alias; values replace its defaults.

    A ValueError where the name is unknown (the nearest is suggested), there is no such setting, or
    a value is out of range.
    """
    kind = OBJECTIVES[name].settings_class
    for setting in values:
        if setting not in kind.names():
            raise no_such_setting(name, setting)
    settings = kind(**values)
    settings.check()
    return settings


def no_such_setting(name: str, setting: str) -> ValueError:
    """Make the error for a setting that the objective ``name`` has not; it says which ones do."""
    others = ", ".join(
        other
        for other, kind in OBJECTIVES.usable().items()
        if setting in kind.settings_class.names()
    )
    if not others:
        return unknown(f"{name} setting", setting, OBJECTIVES[name].settings_class.names())
    return ValueError(
        f"the objective {name!r} has no setting {setting!r}; leave it out, or train one of: "
        f"{others}"
    )


def make_objective(settings: ObjectiveSettings, facts: TrainingFacts) -> Objective:
    """Build the untrained objective that ``settings`` belong to.

    A ValueError where no such objective is registered, or a setting cannot be used.
    """
    kind = OBJECTIVES[settings.objective]
    settings.check()
    return kind(settings, facts)
