"""Hide from an agent the latents that its encoder says hold the look."""

from dataclasses import replace

from agents.spec import AgentSpec
from darla.bundle import FrozenEncoder


def hide_look_latents(spec: AgentSpec, encoder: FrozenEncoder) -> AgentSpec:
    """Return the spec with the encoder's look latents masked, besides those that already are.

    Args:
        spec: the agent.
        encoder: the frozen encoder; one that learned from pairs of frames tells look from state.

    Raises:
        ValueError: the encoder does not tell them apart, or no latent would be left to see.
    """
    look = encoder.latent_roles.get("look")
    if look is None:
        raise ValueError(
            f"{spec.encoder} does not say which latents hold the look; train an encoder on pairs "
            "of frames (--objective darla), or leave mask_look out"
        )
    masked = sorted({*spec.latent_options.get("masked", ()), *look.tolist()})
    seen = encoder.active.copy()
    seen[masked] = False
    if not seen.any():
        raise ValueError(f"masking the look hides every latent of {spec.encoder} that is active")
    return replace(spec, latent_options={**spec.latent_options, "masked": masked})
