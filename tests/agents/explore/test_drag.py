"""Dragging on the picture of an encoder that ships, whose pictures show where things are."""

import numpy as np
import pytest

import darla
from darla.environments.spec import EnvironmentSpec
from darla_agents.explore.drag import drag
from darla_agents.explore.settable_worlds import open_world
from toy_encoder import make_toy_bundle

HERE, THERE = (36, 20), (36, 44)
"""Rows and columns, of 64, where the object is and where it is sent."""


@pytest.fixture(scope="module")
def rooms() -> darla.FrozenEncoder:
    return darla.load_encoder("rooms")


@pytest.fixture(scope="module")
def frame() -> np.ndarray:
    """Draw a red box on the left of a blue floor."""
    world = open_world(EnvironmentSpec("Darla/GoToObject-v0"))
    try:
        (setting,) = world.sample("source", 1, 0, True)
        placed = {
            **setting,
            "agent_x": 2.0,
            "agent_z": 3.5,
            "agent_yaw": 0.0,
            "object_x": 4.5,
            "object_z": 2.9,
        }
        return world.draw("source", [placed])[0]
    finally:
        world.close()


def redness(picture: np.ndarray, place: tuple[int, int]) -> float:
    """Return how much more red than blue there is around a place."""
    rows, columns = (slice(each - 3, each + 4) for each in place)
    around = picture[rows, columns].astype(float)
    return float((around[..., 0] - around[..., 2]).mean())


def test_the_object_goes_where_it_is_sent(rooms: darla.FrozenEncoder, frame: np.ndarray) -> None:
    latents = rooms.encode(frame)
    before = rooms.decode(latents)[0]
    assert redness(before, HERE) > 20 > redness(before, THERE)
    start, end = (((row + 0.5) / 64, (column + 0.5) / 64) for row, column in (HERE, THERE))
    moved = drag(rooms, latents, start, end)
    after = rooms.decode(moved)[0]
    assert redness(after, THERE) > 20
    spread = np.abs(moved - latents)[0] / rooms.statistics.std
    assert 0.1 < spread.max() < 6  # it stays among latents of frames


def test_a_place_that_is_sent_nowhere_stays(rooms: darla.FrozenEncoder, frame: np.ndarray) -> None:
    latents = rooms.encode(frame)
    before = rooms.decode(latents).astype(float)
    stayed = rooms.decode(drag(rooms, latents, (0.5, 0.5), (0.5, 0.5)))
    went = rooms.decode(drag(rooms, latents, (0.56, 0.32), (0.56, 0.7)))
    assert np.abs(stayed - before).mean() < 2 < np.abs(went - before).mean()


def test_edges_of_the_picture_can_be_dragged(tmp_path: object) -> None:
    encoder = darla.load_encoder(make_toy_bundle(tmp_path / "toy"))
    latents = encoder.encode(encoder.reference_frames[:1])
    for start, end in (((0.0, 0.0), (1.0, 1.0)), ((1.0, 0.5), (0.0, 0.5))):
        assert np.isfinite(drag(encoder, latents, start, end)).all()
