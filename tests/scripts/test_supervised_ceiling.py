import numpy as np
import pytest

from darla.probes import FitSettings, ProbeTarget
from supervised_ceiling import supervised_ceiling
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
    fresh = sample(200, 1)
    inverted = (255 - fresh[0], fresh[1])
    tests = [("here", *fresh), ("inverted", *inverted)]
    report = supervised_ceiling("here", frames, targets, tests, settings=settings)
    assert report.excluded == {"still": "always the same"}
    for name in ("hue", "x"):
        here, elsewhere = (report.mean(name, domain, "supervised") for domain, *_ in tests)
        assert here is not None and elsewhere is not None
        assert here > 0.9 > elsewhere


def test_nothing_to_learn_gives_an_empty_report() -> None:
    frames, targets = sample(60, 0)
    report = supervised_ceiling("here", frames, targets[2:], [])
    assert report.scores == () and set(report.excluded) == {"still"}


def test_frames_and_labels_must_be_as_many() -> None:
    frames, targets = sample(60, 0)
    with pytest.raises(ValueError, match="there are 59 frames, but target 'hue' has 60 values"):
        supervised_ceiling("here", frames[1:], targets, [])
