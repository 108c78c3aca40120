"""What moves with random colours, and what is still found."""

from pathlib import Path

import numpy as np

from darla_agents.encoder_evaluation.recorded.frames import open_recorded
from darla_agents.encoder_evaluation.recorded.recoloring import (
    candidates,
    measure_recoloring,
    next_frames,
    recolored_frames,
)
from toy_frames import toy_frames
from toy_walks import WIDTH, write_walks


def test_copies_follow_from_the_seed_and_the_frames_place_alone() -> None:
    frames, _ = toy_frames(6)
    every = recolored_frames(frames, np.arange(6), seed=1)
    some = recolored_frames(frames[[4, 1]], np.array([4, 1]), seed=1)
    np.testing.assert_array_equal(some, every[:, [4, 1]])
    assert (every[0] != every[1]).any()
    assert (recolored_frames(frames, np.arange(6), seed=2) != every).any()


def test_only_latents_of_the_state_are_asked() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 300, 3))
    second[:, 0] = first[:, 0]
    still = measure_recoloring(first, second, np.array([0]), {}, ())
    moving = measure_recoloring(first, second, np.array([1, 2]), {}, ())
    assert still.together == 0.0 and still.latents is not None and still.latents.mean == 0.0
    assert moving.together is not None and 1.2 < moving.together < 1.6
    assert measure_recoloring(first, second, np.zeros(0, int), {}, ()).together is None


def test_candidates_are_all_different(tmp_path: Path) -> None:
    (recorded,) = open_recorded([write_walks(tmp_path / "walks", episodes=12)], 600)
    places = candidates(recorded, np.arange(600), 600)
    frames = recorded.read(places, (WIDTH, WIDTH))
    assert len(np.unique(frames.reshape(len(frames), -1), axis=0)) == len(places) < 600
    every = recorded.read(np.arange(600), (WIDTH, WIDTH)).reshape(600, -1)
    assert len(np.unique(every, axis=0)) == len(places)


def test_no_frame_is_looked_for_among_others_with_itself(tmp_path: Path) -> None:
    (recorded,) = open_recorded([write_walks(tmp_path / "walks", episodes=12)], 600)
    following = next_frames(recorded, 600)
    assert len(following) > 20 and not set(following) & set(following - 1)
    assert (recorded.episode[following] == recorded.episode[following - 1]).all()
