"""Draw what each latent of the encoder that ships changes in one frame, with the latents named.

python scripts/studies/draw_traversals.py
"""

from dataclasses import dataclass
from pathlib import Path

import gymnasium as gym

import darla_envs  # noqa: F401 (registers the tasks)
from darla import load_encoder
from darla.encoder.latent_pictures import save_picture, traversals
from darla.running.command import run_command
from darla_envs.description.tasks import GO_TO_OBJECT
from darla_envs.description.usual_domains import UNSUPERVISED

CORNER = {
    "floor": 0.18,
    "wall": 0.06,
    "ceiling": 0.68,
    "light": 0.86,
    "object_color": 0.59,
    "object_shape": "cone",
    "object_x": 2.79,
    "object_z": 0.99,
    "agent_x": 0.74,
    "agent_z": 0.74,
    "agent_yaw": 0.153,
}
"""A frame in which everything can be seen to change: an object before walls of two shades."""
MOVES_OBJECT = (12, 13, 14, 15, 22, 25, 31)
NAMES = {9: "floor", 1: "wall", 0: "colour", 11: "light", 28: "view"}
NAMES |= dict.fromkeys(MOVES_OBJECT, "object")
"""What latents stand for."""


@dataclass(frozen=True)
class TraversalsConfig:
    """Where to draw."""

    out: Path = Path(__file__).parent / "encoders" / "traversals.png"
    """File of the picture."""


def main(config: TraversalsConfig) -> None:
    """Draw the picture."""
    env = gym.make(GO_TO_OBJECT, domain=UNSUPERVISED)
    frame, _ = env.reset(options={"factors": CORNER})
    env.close()
    save_picture(config.out, traversals(load_encoder("rooms_2026_11"), frame, names=NAMES))
    print(f"picture: {config.out}")


if __name__ == "__main__":
    run_command(TraversalsConfig, main, __doc__)
