"""Train and evaluate every objective on the same frames; encoders/objectives.jsonl gets the rows.

    python scripts/studies/run_objectives.py --cores 2 --minutes 150

Each objective with its defaults, for as long as the others, with three seeds: seed 0 of all of them
first, and of those first that no other comparison here holds. What is measured of each is what
run_encoders.py measures, and one agent's transfer. Run the same command until all have their rows:
stopped at any moment, it goes on, and an encoder that was half trained continues.
"""

from dataclasses import dataclass
from pathlib import Path

from darla.running.command import run_command
from encoders.recipes import ONE_EACH
from run_encoders import ROWS, Agents, StudyConfig, main

OBJECTIVE_ROWS = ROWS.with_name("objectives.jsonl")


@dataclass(frozen=True)
class ObjectivesConfig(StudyConfig):
    """Which objectives to train, and for how long."""

    recipes: tuple[str, ...] = tuple(ONE_EACH.values())
    """Names of recipes; see recipes.py. One of each objective, its defaults, when not given."""
    epochs: float = 2.0
    """Passes over the frames: half of what the comparison of recipes has, for there are many."""
    agents: Agents = "one"
    """Two agents on each encoder, one that sees all latents and one from which the look is hidden;
    or one, which sees the state where the encoder tells it, and all latents otherwise."""
    out: Path = Path("runs/objectives")
    """Folder of frames, runs and evaluations."""
    rows: Path = OBJECTIVE_ROWS
    """File of the rows."""


if __name__ == "__main__":
    run_command(ObjectivesConfig, main, __doc__)
