"""Finding frames: against brute force, and where what is near is known."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from darla.frames.dataset import FrameDataset
from darla.probes.targets import ProbeTarget
from darla.uses import relevance, retrieve
from darla.uses.nearest import nearest
from toy_frames import toy_frames, write_toy_dataset
from toy_quadrants import SIDE, quadrant_encoder, quadrant_frames, without_decoder


@given(st.integers(0, 1000), st.integers(1, 12), st.integers(1, 7))
def test_pieces_of_any_size_give_what_all_at_once_would(seed: int, k: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    queries, candidates = rng.integers(-3, 4, (9, 3)), rng.integers(-3, 4, (12, 3))  # with ties
    pieces = [candidates[start : start + size] for start in range(0, 12, size)]
    found = nearest(queries, pieces, k)
    distances = cdist(queries, candidates)
    order = np.argsort(distances, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(found.rows, order)
    expected = np.take_along_axis(distances, order, axis=1)
    np.testing.assert_allclose(found.distances, expected, rtol=1e-5)


def test_more_than_there_are_cannot_be_found() -> None:
    for k in (0, 4):
        with pytest.raises(ValueError, match="expected 1 to the number of candidates, 3"):
            nearest(np.zeros((2, 2)), [np.zeros((3, 2))], k)
    with pytest.raises(ValueError, match=r"queries are \(2, 2\) and candidates \(3, 4\)"):
        nearest(np.zeros((2, 2)), [np.zeros((3, 4))], 1)


def mixed(tops: np.ndarray, bottoms: np.ndarray) -> np.ndarray:
    """Return frames of the looks of some, and of the states of others."""
    return np.concatenate([tops[:, : SIDE // 2], bottoms[:, SIDE // 2 :]], axis=1)


def test_a_state_is_found_in_another_look_and_a_look_in_another_state() -> None:
    dataset, others = quadrant_frames(50, seed=1), quadrant_frames(50, seed=2)
    encoder, own = quadrant_encoder(), np.arange(50)
    same_state, same_look = mixed(others, dataset), mixed(dataset, others)
    assert (retrieve(encoder, same_state, dataset, 1, "state").rows[:, 0] == own).all()
    assert (retrieve(encoder, same_look, dataset, 1, "look").rows[:, 0] == own).all()
    assert (retrieve(encoder, same_state, dataset, 1, "look").rows[:, 0] == own).mean() < 0.1
    assert (retrieve(encoder, dataset, dataset, 1, "all").rows[:, 0] == own).all()


def test_by_pixels_frames_are_compared_themselves() -> None:
    queries, dataset = toy_frames(6, seed=1)[0], toy_frames(30, seed=2)[0]
    found = retrieve(without_decoder(quadrant_encoder()), queries, dataset, 4, "pixels")
    flat = [each.reshape(len(each), -1) / 255 for each in (queries, dataset)]
    distances = np.sort(cdist(*flat), axis=1)[:, :4]
    np.testing.assert_allclose(found.distances, distances, rtol=1e-3)


@pytest.mark.parametrize("by", ["all", "state", "pixels"])
def test_a_dataset_is_searched_as_its_frames_are(tmp_path: Path, by: str) -> None:
    dataset = FrameDataset.open(write_toy_dataset(tmp_path / "toy", 50, chunk_size=20))
    encoder, queries = quadrant_encoder(), toy_frames(5, seed=3)[0]
    found = retrieve(encoder, queries, dataset, 3, by)
    np.testing.assert_array_equal(
        found.rows, retrieve(encoder, queries, toy_frames(50)[0], 3, by).rows
    )


def test_ways_that_there_are_none_of_are_refused() -> None:
    frames = quadrant_frames(4)
    with pytest.raises(ValueError, match="did you mean 'state'"):
        retrieve(quadrant_encoder(), frames, frames, 1, "sate")
    with pytest.raises(ValueError, match="retrieve by look needs latents of the look apart"):
        retrieve(quadrant_encoder(roles=False), frames, frames, 1, "look")
    asleep = quadrant_encoder()
    asleep.statistics.kl[6:] = 0
    with pytest.raises(ValueError, match="none of the latents that retrieve by state asks"):
        retrieve(asleep, frames, frames, 1, "state")


def number(name: str, values: np.ndarray) -> ProbeTarget:
    known = np.ones(len(values), bool)
    return ProbeTarget(name, "continuous", values, known, float(values.min()), float(values.max()))


def test_the_truly_nearest_are_relevant_and_the_farthest_are_not() -> None:
    rng = np.random.default_rng(0)
    near, far = rng.normal(size=(2, 200)), rng.normal(size=(2, 30))
    candidates = [number("x", near[0]), number("y", 1000 * near[1])]  # units do not matter
    queries = [number("x", far[0]), number("y", 1000 * far[1])]
    stds = near.std(axis=1)
    order = np.argsort(cdist(far.T / stds, near.T / stds), axis=1)
    share = 0.05
    found = relevance(queries, candidates, order, share)
    assert found[:, :10].all() and not found[:, 10:].any()


def test_chance_finds_the_share() -> None:
    rng = np.random.default_rng(1)
    targets = [number("x", rng.normal(size=400))]
    rows = rng.integers(400, size=(400, 20))
    assert relevance(targets, targets, rows, 0.1).mean() == pytest.approx(0.1, abs=0.02)


def test_categories_and_angles_count_as_what_they_are() -> None:
    known = np.ones(4, bool)
    kinds = ProbeTarget("kind", "categorical", np.array([0.0, 1, 0, 1]), known, 0, 1)
    rows = np.tile(np.arange(4), (4, 1))
    same = kinds.values[:, None] == kinds.values
    np.testing.assert_array_equal(relevance([kinds], [kinds], rows, 0.5), same)
    angles = ProbeTarget("yaw", "circular", np.array([0.01, 3.0, 6.27, 3.2]), known, 0, 2 * np.pi)
    near = relevance([angles], [angles], rows, 0.5)
    np.testing.assert_array_equal(near, np.array([[1, 0, 1, 0], [0, 1, 0, 1]] * 2, bool))


def test_factors_that_say_nothing_are_refused() -> None:
    still = [number("x", np.ones(5))]
    with pytest.raises(ValueError, match="no factor varies"):
        relevance(still, still, np.zeros((5, 1), np.int64))
    with pytest.raises(ValueError, match="the same factors, at least one"):
        relevance([], [], np.zeros((5, 1), np.int64))
