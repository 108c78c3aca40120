"""Untrained agents on disk, as training would leave them, for tests of what is done with them."""

from pathlib import Path

import torch

from darla.running.atomic import write_json
from darla_agents.agent.algorithms import settings_for
from darla_agents.agent.models import build_for_training
from darla_agents.agent.saved_agent import save_agent
from darla_agents.agent.spec import AgentSpec
from darla_agents.worlds.environments import make_vec_env

TOY_TASK = "toy_tasks:Toy/BrightSide-v0"


def make_toy_agent(
    folder: Path,
    *,
    kind: str = "pixels",
    seed: int = 0,
    task: str = TOY_TASK,
    encoder: Path | None = None,
    domain: str = "source",
    weights: int | None = None,
) -> AgentSpec:
    """Save an untrained agent whose actions differ between what it sees.

    Args:
        folder: where to.
        weights: seed of its weights; the agent's own when None.
    """
    overrides = {"policy_kwargs": {"net_arch": [8]}}
    spec = AgentSpec(
        task=task,
        kind=kind,
        algorithm="ppo",
        domain=domain,
        seed=seed,
        encoder=None if encoder is None else str(encoder),
        total_timesteps=100,
        settings=settings_for("ppo", kind, overrides),
    )
    venv = make_vec_env(spec, domain, 1)
    with torch.random.fork_rng(devices=[]):
        model = build_for_training(spec, venv, seed if weights is None else weights, "cpu")
        for name, weight in model.policy.named_parameters():
            if name.startswith("action_net"):  # untrained policies hardly care what they see
                weight.data.mul_(300.0)
    venv.close()
    save_agent(model, spec, folder)
    return spec


def begin_run(folder: Path) -> Path:
    """Make a folder look like a run that has begun."""
    write_json(folder / "run.json", {"config": {}})
    return folder
