"""The encoders that agents are made with."""

from pathlib import Path

from darla.encoder.bundle import FrozenEncoder, load_encoder, random_encoder
from darla.running.device import resolve_device
from darla_agents.agent.kinds import UNTRAINED
from darla_agents.agent.spec import AgentSpec


def bundled_encoder(spec: AgentSpec, device: str = "cpu") -> FrozenEncoder | None:
    """Load an agent's encoder: what makes its observations, or what its network starts from.

    An untrained one has the random weights that the agent's own seed gives. It runs on "cpu",
    "cuda" or "auto", which is a GPU when there is one.

    Returns:
        The encoder; None for kinds that have none.

    Raises:
        FileNotFoundError: there is no bundle in the folder that the agent names.
    """
    if spec.encoder is None:
        return None
    folder, device = Path(spec.encoder), resolve_device(device)
    if spec.traits.encoder == UNTRAINED:
        return random_encoder(folder, seed=spec.seed, device=device)
    return load_encoder(folder, device=device)


def agent_encoder(spec: AgentSpec, device: str = "cpu") -> FrozenEncoder | None:
    """Return :func:`bundled_encoder`, where it makes an agent's observations; else None."""
    return bundled_encoder(spec, device) if spec.traits.sees_latents else None
