import numpy as np
import pytest

from darla.probes import FitSettings, LabelledLatents, ProbeTarget
from darla.probes.domains import score_probe
from darla.probes.targets import split_usable
from label_ceiling import train_supervised
from toy_frames import toy_frames


def sample(count: int, seed: int) -> tuple[np.ndarray, tuple[ProbeTarget, ...]]:
    frames, factors = toy_frames(count, seed=seed)
    known = np.ones(count, bool)
    return frames, (
        ProbeTarget("hue", "continuous", factors[:, 0].astype(float), known, 0, 1),
        ProbeTarget("x", "continuous", factors[:, 1].astype(float), known, 0, 0.5),
        ProbeTarget("still", "continuous", np.ones(count), known, 0, 1),
    )


def test_labels_teach_the_network_to_read_frames() -> None:
    frames, targets = sample(400, 0)
    settings = FitSettings(epochs=12, patience=12, batch_size=20, learning_rate=2e-3)
    network = train_supervised(frames, targets, settings=settings)
    usable, excluded = split_usable(targets)
    assert excluded == {"still": "always the same"}
    fresh = sample(200, 1)
    scores = {
        (score.target, domain): score.match.score
        for domain, pictures in (("here", fresh[0]), ("inverted", 255 - fresh[0]))
        for score in score_probe(
            network.predict, "", "here", 0, LabelledLatents(domain, pictures, fresh[1]), usable
        )
    }
    for name in ("hue", "x"):
        assert scores[name, "here"] > 0.9 > scores[name, "inverted"]


def test_there_must_be_something_to_learn() -> None:
    frames, targets = sample(60, 0)
    with pytest.raises(ValueError, match="none of the targets varies"):
        train_supervised(frames, targets[2:])


def test_frames_and_labels_must_be_as_many() -> None:
    frames, targets = sample(60, 0)
    with pytest.raises(ValueError, match="there are 59 frames, but target 'hue' has 60 values"):
        train_supervised(frames[1:], targets)
