"""The encoders that make agents' observations."""

from pathlib import Path

from darla.encoder.bundle import FrozenEncoder, load_encoder, random_encoder
from darla.running.device import resolve_device
from darla_agents.agent.spec import FINETUNED, AgentSpec


def agent_encoder(spec: AgentSpec, device: str = "cpu") -> FrozenEncoder | None:
    """Load the encoder that makes an agent's observations; None for kinds that have none.

    An agent of kind random_encoder has the random weights that its own seed gives.

    Args:
        spec: the agent.
        device: where the encoder runs: "cpu", "cuda" or "auto" (a GPU when there is one).

    Raises:
        FileNotFoundError: there is no bundle in the folder that the agent names.
    """
    if not spec.encoded:
        return None
    folder = Path(str(spec.encoder))
    if spec.kind == "random_encoder":
        return random_encoder(folder, seed=spec.seed, device=resolve_device(device))
    return load_encoder(folder, device=resolve_device(device))


def bundled_encoder(spec: AgentSpec, device: str = "cpu") -> FrozenEncoder | None:
    """Load the encoder that makes an agent's observations, or that its own network starts from.

    Args:
        spec: the agent.
        device: as for :func:`agent_encoder`.

    Raises:
        FileNotFoundError: there is no bundle in the folder that the agent names.
    """
    if spec.kind != FINETUNED:
        return agent_encoder(spec, device)
    return load_encoder(Path(str(spec.encoder)), device=resolve_device(device))
