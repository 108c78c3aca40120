"""Find what stands still in the source, without looking at any target, and hide it.

Where the source has one look, the latents that carry look do not move there. A policy learns
nothing about them, and its untrained weights on them do harm as soon as they move. They can be told
from the source alone: they vary over D_U and not over the source. Where an encoder mixes look and
state in its latents, none of them stands still, but directions among them may.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from darla.encoder.bundle import FrozenEncoder
from darla.running.seeds import Purpose, derive_seed
from darla_agents.agent.augmentations import NONE
from darla_agents.agent.spec import AgentSpec
from darla_agents.worlds.environments import make_vec_env

_NUM_ENVS, _STEPS = 8, 250


def hide_still_latents(
    spec: AgentSpec, encoder: FrozenEncoder, share: float, **drawing: Any
) -> AgentSpec:
    """Return the spec with the latents masked that a random policy finds still in the source.

    Args:
        spec: the agent; its task and source domain count here.
        encoder: the frozen encoder.
        share: latents with a standard deviation below this share of that over D_U are masked.
        drawing: ``rendering`` and ``num_threads`` of
            :func:`darla_agents.worlds.environments.make_vec_env`.

    Raises:
        ValueError: all latents stand still, so that the agent would see nothing.
    """
    still = _seen_in_source(spec, encoder, drawing).std(axis=0) < share
    if not (encoder.active & ~still).any():
        raise ValueError(
            f"mask_still is {share}, which hides every latent of {spec.encoder}; give less"
        )
    masked = np.flatnonzero(still & encoder.active).tolist()
    return replace(spec, latent_options={**spec.latent_options, "masked": masked})


def hide_still_directions(
    spec: AgentSpec, encoder: FrozenEncoder, share: float, **drawing: Any
) -> AgentSpec:
    """Return the spec with directions removed along which a random policy finds latents still.

    They are principal axes of the standardised latents in the source. Over D_U these latents have
    a standard deviation of 1 along every axis, as far as they are uncorrelated, which a
    variational autoencoder's are by its prior: so an axis with less than ``share`` of it carries
    what the source does not vary.

    Args:
        spec: the agent; latents that it masks already stay masked.
        encoder: the frozen encoder.
        share: directions with a standard deviation below this are removed.
        drawing: as for :func:`hide_still_latents`.

    Raises:
        ValueError: the latents stand still along all directions, or are not standardised.
    """
    if not spec.latent_options.get("standardize", True):
        raise ValueError("mask_directions compares standardised latents; leave standardize on")
    seen = encoder.active.copy()
    seen[spec.latent_options.get("masked", [])] = False
    latents = _seen_in_source(spec, encoder, drawing)[:, seen]
    variances, axes = np.linalg.eigh(np.cov(latents, rowvar=False).reshape(seen.sum(), seen.sum()))
    still = variances < share**2
    if still.all():
        raise ValueError(
            f"mask_directions is {share}, which removes all that {spec.encoder} tells; give less"
        )
    removed = np.zeros((int(still.sum()), len(seen)))
    removed[:, seen] = axes.T[still]
    return replace(spec, latent_options={**spec.latent_options, "removed": removed.tolist()})


def _seen_in_source(spec: AgentSpec, encoder: FrozenEncoder, drawing: dict[str, Any]) -> np.ndarray:
    """Return the standardised latents that a random policy sees in the source, (N, z)."""
    options = {"standardize": True, "zero_dead": False}
    raw = replace(spec, kind="latent", augmentation=NONE, label="", latent_options=options)
    seed = derive_seed(spec.seed, Purpose.STILL_LATENTS)
    venv = make_vec_env(raw, spec.domain, _NUM_ENVS, seed, encoder=encoder, **drawing)
    rng = np.random.default_rng(seed)
    actions = int(venv.action_space.n)  # all tasks that algorithms here can learn are discrete
    seen = [venv.reset()]
    for _ in range(_STEPS):
        seen.append(venv.step(rng.integers(actions, size=_NUM_ENVS))[0])
    venv.close()
    return np.concatenate(seen)
