"""From a configuration and an encoder to the final description of the agent to be trained."""

from dataclasses import replace
from functools import cache
from typing import Any

from gymnasium import Space

from darla.encoder.bundle import FrozenEncoder
from darla.wrappers.latent_options import LearningOptions
from darla_agents.agent.algorithms import parse_settings, settings_for
from darla_agents.agent.spec import AgentSpec
from darla_agents.learning.config import AUTO, MASK, MASK_REPAINT, REPAINT, TrainAgentConfig
from darla_agents.learning.still_latents import latents_in_source, still_directions, still_latents


def resolve_spec(
    config: TrainAgentConfig, spec: AgentSpec, encoder: FrozenEncoder, **drawing: Any
) -> AgentSpec:
    """Return an agent's description with the latents and directions that are hidden from it.

    One that trains its encoder further is to see pictures of that one's size, unless others are
    asked for.

    The look is treated last: directions are found among the other latents, whether those of the
    look are hidden or made to move. ``drawing`` is ``rendering`` and ``num_threads`` of
    :func:`darla_agents.worlds.environments.make_task_envs`. A ValueError where nothing would be
    left to see, the encoder does not tell look from state, or directions are to be hidden among
    latents that are not standardised.
    """
    seen = cache(lambda: latents_in_source(spec, encoder, **drawing))
    masked: set[int] = set()
    if config.mask_still > 0:
        masked |= {*still_latents(seen(), encoder, config.mask_still)}
    if config.mask_look:
        masked |= _look_latents(encoder)
    shown = encoder.active.copy()
    shown[sorted(masked)] = False
    if masked and not shown.any():
        raise ValueError(f"masking the look hides every latent of {encoder.path} that is active")
    removed: tuple[tuple[float, ...], ...] = ()
    if config.mask_directions > 0:
        if not spec.latent_options.standardize:
            raise ValueError("mask_directions compares standardised latents; leave standardize on")
        directions = still_directions(seen(), shown, config.mask_directions)
        removed = tuple(map(tuple, directions.tolist()))
    interaction = spec.interaction
    if config.picture_size == AUTO and spec.traits.trains_encoder:
        height, width, _ = encoder.image_shape
        interaction = replace(interaction, picture_size=(height, width))
    look = tuple(sorted(masked))
    treatment = config.look_treatment if look else MASK
    hidden = look if treatment in (MASK, MASK_REPAINT) else ()
    moved = () if treatment == MASK else look
    return replace(
        spec,
        interaction=interaction,
        latent_options=replace(spec.latent_options, masked=hidden, removed=removed),
        learning_options=LearningOptions(moved, repaint=treatment in (REPAINT, MASK_REPAINT)),
    )


def suited_settings(
    config: TrainAgentConfig, spec: AgentSpec, observed: Space[Any], actions: Space[Any]
) -> AgentSpec:
    """Return an agent's description with settings that suit what it observes, and its actions.

    Says so where its memory is of fewer steps than usual, because observations are large.
    """
    given = parse_settings(config.settings)
    settings = settings_for(config.algorithm, config.kind, given, observed, actions)
    usual, kept = (each.get("buffer_size") for each in (spec.settings, settings))
    if usual != kept:
        print(
            f"observations are large: the memory of {spec.algorithm} holds {kept:,} steps, not "
            f"{usual:,}; give --settings buffer_size=... for another, or a smaller --picture-size"
        )
    return replace(spec, settings=settings)


def _look_latents(encoder: FrozenEncoder) -> set[int]:
    """Return the latents that an encoder itself says hold the look, by index."""
    look = encoder.latent_roles.get("look")
    if look is None:
        raise ValueError(
            f"{encoder.path} does not say which latents hold the look; train an encoder on pairs "
            "of frames (--objective look_state_nce), or leave mask_look out"
        )
    return {*look.tolist()}
