"""Keep a policy from relying on the look: hide its latents, or make them move while it learns."""

from dataclasses import replace

from darla.encoder.bundle import FrozenEncoder
from darla_agents.agent.spec import AgentSpec

MASK = "mask"
LOOK_TREATMENTS = {
    MASK: "hidden",
    "resample": "while learning, those of a frame of D_U, another in each episode",
    "repaint": "the same, decoded into a picture and encoded again",
    "mask_repaint": "repainted while learning, and hidden",
}
"""What can be done with the latents of the look."""


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


def treat_look(spec: AgentSpec, treatment: str) -> AgentSpec:
    """Return the spec with its masked latents treated otherwise, if so is wanted.

    Args:
        spec: the agent, with the latents of the look masked.
        treatment: one of LOOK_TREATMENTS.
    """
    look = spec.latent_options.get("masked", [])
    if treatment == MASK or not look:
        return spec
    shown = dict(spec.latent_options)
    if treatment != "mask_repaint":
        del shown["masked"]
    learning = {"resampled": look, "repaint": treatment != "resample"}
    return replace(spec, latent_options=shown, learning_options=learning)
