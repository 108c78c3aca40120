"""Small things of every kind that this package writes, made by its own commands."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

DARLA = [sys.executable, "-m", "darla_agents.commands"]


@dataclass(frozen=True)
class Samples:
    """Where one of each lies."""

    folder: Path

    @property
    def frames(self) -> Path:
        """A dataset of 200 frames in two chunks."""
        return self.folder / "frames"

    @property
    def vision(self) -> Path:
        """A finished run that trained an encoder, with checkpoints."""
        return self.folder / "vision"

    @property
    def bundle(self) -> Path:
        """The encoder of that run."""
        return self.vision / "encoder"

    @property
    def agent(self) -> Path:
        """A finished run that trained an agent on true factors, which needs no encoder."""
        return self.folder / "agent"

    @property
    def rows(self) -> Path:
        """Transfer rows."""
        return self.folder / "transfer.csv"

    def made_by(self, command: str) -> Path:
        """Return what a command makes."""
        made = {
            "collect": self.frames,
            "train-vision": self.vision,
            "train-agent": self.agent,
            "evaluate-transfer": self.rows,
        }
        return made[command]

    def command(self, name: str) -> list[str]:
        """Return the command that makes one of them, as it is started."""
        return [*DARLA, *self.commands()[name]]

    def commands(self) -> dict[str, list[str]]:
        """Return the arguments of the command that makes each, by its name."""
        small_network = "--channels 8 8 --hidden-units 16 --latents 4 --checkpoint-every 5"
        return {
            "collect": (
                f"collect --num-frames 200 --chunk-size 100 --size 32 --workers 2 "
                f"--out {self.frames}"
            ).split(),
            "train-vision": (
                f"train-vision --data {self.frames} --out {self.vision} --objective beta_vae "
                f"--epochs 2 --batch-size 20 --threads 1 {small_network}"
            ).split(),
            "train-agent": (
                f"train-agent --kind factors --out {self.agent} --total-timesteps 512 "
                "--num-envs 2 --threads 1 --eval-freq 200 --eval-episodes 2 "
                "--checkpoint-freq 100 --settings n_steps=32 batch_size=32"
            ).split(),
            "evaluate-transfer": (
                f"evaluate-transfer --agents {self.agent} --domains source all_three "
                f"--episodes 6 --random-episodes 6 --stochastic --out {self.rows}"
            ).split(),
        }


def make_samples(folder: Path) -> Samples:
    """Make one of each; a RuntimeError where a command fails."""
    samples = Samples(folder)
    for name in samples.commands():
        done = subprocess.run(samples.command(name), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"darla {name} failed: {done.stderr[-2000:]}")
    return samples
