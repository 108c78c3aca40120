"""The encoders that agents are made with."""

from pathlib import Path

from darla.encoder.bundle import FrozenEncoder, load_encoder, random_encoder
from darla.running.device import resolve_device
from darla_agents.agent.kinds import UNTRAINED
from darla_agents.agent.spec import AgentSpec


def bundled_encoder(spec: AgentSpec, device: str = "cpu") -> FrozenEncoder | None:
    """Load what makes an agent's observations, or what its network starts from; None without.

    An untrained one has the random weights that the agent's own seed gives. It runs on "cpu",
    "cuda" or "auto", which is a GPU when there is one. A FileNotFoundError where there is no
    bundle.
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
