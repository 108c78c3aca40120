"""Find what stands still in the source, without looking at any target.

Where the source has one look, the latents that carry look do not move there. A policy learns
nothing about them, and its untrained weights on them do harm as soon as they move. They can be told
from the source alone: they vary over D_U and not over the source. Where an encoder mixes look and
state in its latents, none of them stands still, but directions among them may.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import numpy as np
from gymnasium import Space
from gymnasium.spaces import Dict, Discrete

from darla.encoder.bundle import FrozenEncoder
from darla.frames.pictures import find_picture
from darla.running.seeds import Purpose, derive_seed
from darla.wrappers.sb3.vec_latent import VecLatent
from darla_agents.agent.kinds import PICTURES
from darla_agents.agent.spec import AgentSpec
from darla_agents.worlds.environments import make_task_envs

_NUM_ENVS, _STEPS = 8, 250


def latents_in_source(spec: AgentSpec, encoder: FrozenEncoder, **drawing: Any) -> np.ndarray:
    """Return the latents that a random policy sees in an agent's source, (N, z) float32.

    They are standardised, and what carries nothing is not set to zero. ``drawing`` is ``rendering``
    and ``num_threads`` of :func:`darla_agents.worlds.environments.make_task_envs`.
    """
    seed = derive_seed(spec.seed, Purpose.STILL_LATENTS)
    how = {"interaction": spec.interaction, **drawing}
    shown = make_task_envs(spec.environment, PICTURES, spec.domain, _NUM_ENVS, seed, **how)
    with closing(VecLatent(shown, encoder, key=spec.interaction.key, zero_dead=False)) as venv:
        seen = [venv.reset()]
        for actions in _random_actions(venv.action_space, seed):
            seen.append(venv.step(actions)[0])
    space = shown.observation_space
    if isinstance(space, Dict):
        key = find_picture(space, spec.interaction.key).key
        seen = [each[key] for each in seen]
    return np.concatenate(seen)


def _random_actions(space: Space[Any], seed: int) -> Iterator[np.ndarray]:
    """Yield actions for all environments, once for each step."""
    if isinstance(space, Discrete):
        rng = np.random.default_rng(seed)
        for _ in range(_STEPS):
            yield rng.integers(int(space.n), size=_NUM_ENVS)
        return
    space.seed(seed)
    for _ in range(_STEPS):
        yield np.stack([space.sample() for _ in range(_NUM_ENVS)])


def still_latents(latents: np.ndarray, encoder: FrozenEncoder, share: float) -> list[int]:
    """Return the latents that stand still, by index.

    Of what :func:`latents_in_source` returned they have a standard deviation below this share of
    that over D_U; a ValueError where all do, so that an agent would see nothing.
    """
    still = latents.std(axis=0) < share
    if not (encoder.active & ~still).any():
        raise ValueError(
            f"mask_still is {share}, which hides every latent of {encoder.path}; give less"
        )
    found: list[int] = np.flatnonzero(still & encoder.active).tolist()
    return found


def still_directions(latents: np.ndarray, shown: np.ndarray, share: float) -> np.ndarray:
    """Return directions along which latents stand still, (k, z) float64, orthonormal.

    They are principal axes of the standardised latents that :func:`latents_in_source` returned,
    among those ``shown``, (z,) bool. Over D_U these have a standard deviation of 1 along every
    axis, as far as they are uncorrelated, which a variational autoencoder's are by its prior: so an
    axis with less than ``share`` of it carries what the source does not vary. A ValueError where
    the latents stand still along all directions.
    """
    among = np.cov(latents[:, shown], rowvar=False).reshape(shown.sum(), shown.sum())
    variances, axes = np.linalg.eigh(among)
    still = variances < share**2
    if still.all():
        raise ValueError(
            f"mask_directions is {share}, which removes all that the encoder tells; give less"
        )
    directions = np.zeros((int(still.sum()), len(shown)))
    directions[:, shown] = axes.T[still]
    return directions
