"""What agents write to TensorBoard, under the same tags for every kind of observation.

A tracker is sent the same, but for the layout and the table of hyperparameters.

A run's events lie in its own ``tensorboard`` folder. Because tags are the same, ``tensorboard
--logdir runs/agents`` overlays all agents in every chart; the custom layout has a chart of returns
and one of successes for each domain, in which pixels and latents lie on top of each other.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stable_baselines3.common.logger import HParam, TensorBoardOutputFormat

from darla.tracking.run_writer import RunWriter
from darla.tracking.tracked_run import TrackedRun
from darla_agents.agent.spec import AgentSpec

RETURN, SUCCESS, ALARM = "return", "success", "alarm"


def evaluation_tag(domain: str, quantity: str) -> str:
    """Return the tag of a quantity (``return``, ``success``, ``alarm``) measured in a domain."""
    return f"eval/{domain}/{quantity}"


class TensorBoardFolder(TensorBoardOutputFormat):
    """Stable-Baselines3's TensorBoard output, fit for runs that continue after a kill.

    What an earlier process wrote into the folder for later steps than ``last_step``, from which the
    run continues, is hidden. A tracker is sent the same where ``tracked`` tells of the run.
    """

    writer: RunWriter

    def __init__(self, folder: Path, last_step: int, tracked: TrackedRun | None = None) -> None:
        self.writer = RunWriter(folder, last_step, tracked)
        self._is_closed = False


def write_layout(writer: RunWriter, domains: Iterable[str], alarm: bool = False) -> None:
    """Write the custom layout: a chart for each domain and quantity, all runs overlaid.

    Alarms have charts where there is one.
    """
    names = list(domains)
    layout: dict[str, Any] = {
        f"transfer: {quantity}": {
            domain: ["Multiline", [evaluation_tag(domain, quantity)]] for domain in names
        }
        for quantity in (RETURN, SUCCESS, *([ALARM] if alarm else []))
    }
    layout["learning"] = {
        "return while learning": ["Multiline", ["rollout/ep_rew_mean"]],
        "success while learning": ["Multiline", ["rollout/success_rate"]],
    }
    writer.add_custom_scalars(layout)


def write_hyperparameters(
    output: TensorBoardFolder, spec: AgentSpec, domains: Iterable[str]
) -> None:
    """Write the agent's hyperparameters with the metrics that the HParams page compares.

    The metrics' values are the last ones that the run logs under their tags.
    """
    names = ("task", "kind", "augmentation", "label", "algorithm", "domain", "seed", "encoder")
    values = {name: getattr(spec, name) for name in (*names, "total_timesteps")}
    values |= {"task": spec.environment.text}
    values |= {"label": spec.shown_kind, "encoder": spec.encoder or ""}
    saved = spec.to_dict()
    numbers = {**spec.settings, **saved["latent_options"], **saved["interaction"]}
    values |= {
        name: value if isinstance(value, bool | int | float | str) else str(value)
        for name, value in numbers.items()
    }
    tags = [
        evaluation_tag(domain, quantity) for domain in domains for quantity in (RETURN, SUCCESS)
    ]
    metrics: dict[str, float] = dict.fromkeys(["rollout/ep_rew_mean", *tags], 0.0)
    output.write({"hyperparameters": HParam(values, metrics)}, {"hyperparameters": ()})
