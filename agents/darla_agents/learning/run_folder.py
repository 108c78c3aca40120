"""The folder of an agent's run: what lies where, and whether a run may start or continue in it.

::

    run.json              configuration, seed, versions, command
    agent.json            the agent after its last step (its presence says: finished)
    agent.safetensors
    best/                 the agent that was best in the source
    checkpoints/step_.../ the newest agents while learning
    tensorboard/          events
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darla.running.continuing import check_same, recorded_config
from darla.running.run_record import RECORD, read_run_config
from darla.running.step_folders import CHECKPOINTS, keep_newest, step_folders
from darla_agents.agent.augmentations import EPISODE, NONE
from darla_agents.agent.interaction import NATIVE
from darla_agents.agent.saved_agent import is_saved
from darla_agents.worlds.rendering import STOCK

CHECKPOINTS_KEPT = 2
# What runs did that began before there was a choice.
_UNRECORDED: dict[str, Any] = {
    "env_kwargs": {},
    "wrappers": [],
    "looks": None,
    "rendering": STOCK,
    "mask_look": False,
    "look_treatment": "mask",
    "mask_directions": 0.0,
    "precision": "float32",
    "augmentation": NONE,
    "augmentation_share": 1.0,
    "augmentation_each": EPISODE,
    "label": None,
    "frame_stack": 1,
    "action_repeat": 1,
    "max_episode_steps": None,
    "reward_scale": 1.0,
    "picture_size": NATIVE,
    "key": None,
}


@dataclass(frozen=True)
class RunFolder:
    """Names what lies in a run's folder."""

    path: Path

    @property
    def best(self) -> Path:
        """Where the agent lies that was best in the source."""
        return self.path / "best"

    @property
    def tensorboard(self) -> Path:
        """Where events lie."""
        return self.path / "tensorboard"

    @property
    def finished(self) -> bool:
        """Whether the run has come to its end."""
        return is_saved(self.path)

    def precedes(self, option: str) -> bool:
        """Whether it holds a run that began before there was an option of training."""
        is_run = (self.path / RECORD).is_file()
        return is_run and option not in read_run_config(self.path)

    def check(self, identity: dict[str, Any]) -> None:
        """Check that a run with this identity may start or continue here.

        The identity is the entries of the configuration that make a run what it is; a ValueError
        where the folder holds something else, or a run with other entries.
        """
        recorded = recorded_config(self.path)
        if recorded is not None:
            check_same(
                f"{self.path} holds a run",
                {**_UNRECORDED, **recorded},
                identity,
                "give another --out, or the same options to continue it",
            )

    def checkpoint(self, step: int) -> Path:
        """Return the folder of the checkpoint of a step."""
        return self._checkpoints / f"step_{step:09d}"

    def checkpoints(self) -> list[Path]:
        """Return the folders of whole checkpoints, the newest first."""
        return [path for path in reversed(step_folders(self._checkpoints)) if is_saved(path)]

    def prune(self) -> None:
        """Delete all but the newest checkpoints."""
        keep_newest(self._checkpoints, CHECKPOINTS_KEPT)

    @property
    def _checkpoints(self) -> Path:
        """Where the checkpoints of all steps lie."""
        return self.path / CHECKPOINTS
