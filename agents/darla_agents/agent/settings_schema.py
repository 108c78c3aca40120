"""What the settings of algorithms may be: their types, and bounds that memory holds."""

import itertools
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from darla.running.checked_json import mismatch

_Size = Annotated[int, Meta(ge=1, le=10**7)]
_Share = Annotated[float, Meta(ge=0, le=1)]
_Positive = Annotated[float, Meta(gt=0, le=1e9)]
_Number = Annotated[float, Meta(ge=-1e9, le=1e9)]
_Layer = Annotated[int, Meta(ge=1, le=4096)]
_Layers = Annotated[list[_Layer], Meta(max_length=16)]
MOST_CRITICS = 10
_MOST_WEIGHTS = 64_000_000
"""Weights that the layers of a policy may have, without its convolutions."""


class _NetArch(msgspec.Struct, forbid_unknown_fields=True):
    """Layers of their own for the policy and for what judges it."""

    pi: _Layers = []
    vf: _Layers = []
    qf: _Layers = []


class _ExtractorSettings(msgspec.Struct, forbid_unknown_fields=True):
    features_dim: _Layer | UnsetType = UNSET
    cnn_output_dim: _Layer | UnsetType = UNSET
    normalized_image: bool | UnsetType = UNSET


class _PolicySettings(msgspec.Struct, forbid_unknown_fields=True):
    """``policy_kwargs``, as far as JSON can hold them."""

    net_arch: _Layers | _NetArch | UnsetType | None = UNSET
    activation_fn: str | UnsetType = UNSET
    ortho_init: bool | UnsetType = UNSET
    log_std_init: _Number | UnsetType = UNSET
    full_std: bool | UnsetType = UNSET
    use_expln: bool | UnsetType = UNSET
    squash_output: bool | UnsetType = UNSET
    share_features_extractor: bool | UnsetType = UNSET
    n_critics: Annotated[int, Meta(ge=1, le=MOST_CRITICS)] | UnsetType = UNSET
    normalize_images: bool | UnsetType = UNSET
    features_extractor_kwargs: _ExtractorSettings | UnsetType = UNSET
    optimizer_kwargs: dict[str, bool | float | list[float] | None] | UnsetType = UNSET


class _Settings(msgspec.Struct, forbid_unknown_fields=True):
    """The settings of all algorithms; which of them an algorithm has, its signature says."""

    learning_rate: Annotated[float, Meta(ge=0, le=1e9)] | str | UnsetType = UNSET
    n_steps: _Size | UnsetType = UNSET
    batch_size: _Size | UnsetType = UNSET
    n_epochs: _Size | UnsetType = UNSET
    gamma: _Share | UnsetType = UNSET
    gae_lambda: _Share | UnsetType = UNSET
    clip_range: _Positive | str | UnsetType = UNSET
    clip_range_vf: _Positive | str | UnsetType | None = UNSET
    normalize_advantage: bool | UnsetType = UNSET
    ent_coef: _Number | str | UnsetType = UNSET
    vf_coef: _Number | UnsetType = UNSET
    max_grad_norm: _Positive | UnsetType = UNSET
    use_sde: bool | UnsetType = UNSET
    sde_sample_freq: Annotated[int, Meta(ge=-1, le=10**7)] | UnsetType = UNSET
    target_kl: _Positive | UnsetType | None = UNSET
    stats_window_size: _Size | UnsetType = UNSET
    policy_kwargs: _PolicySettings | UnsetType | None = UNSET
    rms_prop_eps: _Positive | UnsetType = UNSET
    use_rms_prop: bool | UnsetType = UNSET
    buffer_size: _Size | UnsetType = UNSET
    learning_starts: Annotated[int, Meta(ge=0, le=10**9)] | UnsetType = UNSET
    tau: _Share | UnsetType = UNSET
    train_freq: _Size | Annotated[list[int | str], Meta(min_length=2, max_length=2)] | UnsetType = (
        UNSET
    )
    gradient_steps: Annotated[int, Meta(ge=-1, le=10**7)] | UnsetType = UNSET
    optimize_memory_usage: bool | UnsetType = UNSET
    target_update_interval: _Size | UnsetType = UNSET
    exploration_fraction: _Share | UnsetType = UNSET
    exploration_initial_eps: _Share | UnsetType = UNSET
    exploration_final_eps: _Share | UnsetType = UNSET
    target_entropy: _Number | str | UnsetType = UNSET
    use_sde_at_warmup: bool | UnsetType = UNSET
    action_noise: Annotated[float, Meta(ge=0, le=1)] | UnsetType | None = UNSET
    policy_delay: _Size | UnsetType = UNSET
    target_policy_noise: _Share | UnsetType = UNSET
    target_noise_clip: _Share | UnsetType = UNSET


def check_values(settings: dict[str, Any]) -> None:
    """Check the values of an algorithm's settings.

    Raises:
        ValueError: one is of another type, out of range, or would make networks that memory may
            not hold; the message names it.
    """
    said = mismatch(settings, _Settings)
    if said is not None:
        raise ValueError(f"bad setting: {said}")
    frequency = settings.get("train_freq")
    if isinstance(frequency, list):
        count, unit = frequency
        if not isinstance(count, int) or count < 1 or unit not in ("step", "episode"):
            raise ValueError(
                f"bad setting: train_freq is {frequency}, expected a number from 1, or such as "
                '[1, "episode"]'
            )


def check_network(settings: dict[str, Any], inputs: int) -> None:
    """Check that the layers of a policy with so many inputs fit into memory; a ValueError if not.

    Settings that give no layers have SB3's, two of 64.
    """
    given = settings.get("policy_kwargs") or {}
    layers, critics = given.get("net_arch") or [], given.get("n_critics", 1)
    towers = list(layers.values()) if isinstance(layers, dict) else [layers]
    for tower in towers:
        widths = [inputs, *(tower or [64, 64])]
        weights = critics * sum(a * b for a, b in itertools.pairwise(widths))
        if weights > _MOST_WEIGHTS:
            raise ValueError(
                f"bad setting: layers of {' x '.join(map(str, widths))} have {weights:,} weights; "
                f"expected at most {_MOST_WEIGHTS:,}: give smaller ones in net_arch"
            )
