"""What moves when frames are shown in another look."""

from pathlib import Path

import numpy as np

from darla.environments.standard_shifts import STANDARD_TARGETS
from darla_agents.encoder_evaluation.recorded.frames import open_recorded
from darla_agents.encoder_evaluation.recorded.restyling import restyled_movements
from toy_frames import write_toy_dataset


class MeanColors:
    """An encoder whose latents are a picture's mean red, its mean green, and nothing."""

    image_shape = (32, 32, 3)

    def encode(self, frames: np.ndarray) -> np.ndarray:
        red, green = frames[..., 0].mean(axis=(1, 2)), frames[..., 1].mean(axis=(1, 2))
        return np.stack([red, green, np.zeros(len(frames))], axis=1)


def test_each_shift_moves_what_sees_it_and_the_state_alone_is_asked(tmp_path: Path) -> None:
    (recorded,) = open_recorded([write_toy_dataset(tmp_path / "mine", 400, 32)], 1000)
    encoder, places = MeanColors(), np.arange(0, 60, 2)

    def moved(*state: int, seed: int = 0) -> dict[str, float | None]:
        return restyled_movements(recorded, encoder, places, np.array(state, int), seed)

    seen = moved(0, 1)
    assert seen.keys() == STANDARD_TARGETS.keys()
    assert all(value is not None for value in seen.values())
    # what changes each pixel's colour moves means; what moves pixels about a little does not
    assert min(seen["recolor"], seen["hue"]) > 10 * max(seen["blur"], seen["jpeg"])
    assert seen == moved(0, 1) and seen != moved(0, 1, seed=1)
    assert set(moved(2).values()) == {None} and moved() == {}
