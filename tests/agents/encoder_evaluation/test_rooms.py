"""Frames of the tasks for evaluating encoders: what is known of them, pairs, and held factors."""

from collections.abc import Iterator

import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.probes import ProbeTarget
from darla_agents.encoder_evaluation.interventions import RoomInterventions, holdable
from darla_agents.encoder_evaluation.probe_targets import (
    PROBE_TARGETS,
    all_known,
    factor_columns,
    label_frames,
)
from darla_agents.encoder_evaluation.rooms import EvaluationRooms
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID, find_task
from toy_encoder import LATENTS, make_toy_bundle

SIZE = (32, 32, 3)


@pytest.fixture(scope="module")
def rooms() -> Iterator[EvaluationRooms]:
    with EvaluationRooms(GO_TO_OBJECT, "d_u", SIZE, num_threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> FrozenEncoder:
    return load_encoder(make_toy_bundle(tmp_path_factory.mktemp("toy") / "encoder"))


def known_of(rooms: EvaluationRooms, rows: np.ndarray) -> dict[str, ProbeTarget]:
    _, targets = rooms.encode_labelled(rows, [])
    return {target.name: target for target in targets}


def test_frames_come_with_latents_and_targets(
    rooms: EvaluationRooms, encoder: FrozenEncoder
) -> None:
    rows = rooms.sample(np.random.default_rng(0), 300, in_view=0.5)
    (latents, again), targets = rooms.encode_labelled(rows, [encoder, encoder])
    assert [target.name for target in targets] == list(PROBE_TARGETS)
    np.testing.assert_array_equal(latents, encoder.encode(rooms.draw(rows)))
    np.testing.assert_array_equal(latents, again)
    table = {target.name: target for target in targets}
    assert 0.4 < table["in_view"].values.mean() < 0.6
    np.testing.assert_array_equal(table["bearing"].known, table["in_view"].values == 1)
    for name in ("floor", "agent_x", "yaw"):
        setting = {"yaw": "agent_yaw"}.get(name, name)
        np.testing.assert_allclose(table[name].values, rows[:, rooms.names.index(setting)])
        assert table[name].known.all()


def test_the_object_is_where_the_picture_shows_it(rooms: EvaluationRooms) -> None:
    rows = rooms.sample(np.random.default_rng(1), 300, in_view=1.0)
    bearing = known_of(rooms, rows)["bearing"]
    masks = rooms.object_masks(rows)
    assert masks.shape == (300, 32, 32) and masks.any(axis=(1, 2)).all()
    middle = (masks.sum(axis=1) @ np.arange(32)) / masks.sum(axis=(1, 2))
    assert np.corrcoef(middle[bearing.known], -bearing.values[bearing.known])[0, 1] > 0.97


def test_of_several_objects_the_nearest_in_view_counts() -> None:
    task = find_task(SEEK_AVOID)
    reported = {name: np.zeros(3) for name in task.describe_factors()}
    for index in range(4):
        reported[f"object{index}_shape"] = np.array([task.shapes[index]] * 3, dtype=object)
        reported[f"object{index}_present"] = np.ones(3)
        reported[f"object{index}_distance"] = np.full(3, 4.0 - index)
        reported[f"object{index}_bearing"] = np.array([0.1, 0.1, 3.0]) * (index + 1) / 4
    reported["object2_visible"] = np.array([0.9, 0.4, 0.9])
    reported["object1_visible"] = np.array([0.9, 0.9, 0.0])
    table = {target.name: target for target in label_frames(task, reported)}
    np.testing.assert_array_equal(table["bearing"].known, [True, True, False])
    np.testing.assert_array_equal(table["distance"].values[:2], [2.0, 3.0])
    np.testing.assert_array_equal(table["object_shape"].values[:2], [2.0, 1.0])
    reported["object2_present"] = np.zeros(3)
    table = {target.name: target for target in label_frames(task, reported)}
    np.testing.assert_array_equal(table["distance"].values[:2], [3.0, 3.0])


def test_metrics_get_frames_on_which_all_factors_are_known(rooms: EvaluationRooms) -> None:
    _, targets = rooms.encode_labelled(rooms.sample(np.random.default_rng(0), 200, 0.5), [])
    known = all_known(targets)
    kept = [target.take(known) for target in targets]
    columns = factor_columns(kept, ["bearing", "yaw"])
    assert [column.kind for column in columns] == ["continuous", "circular"]
    assert len(columns[0].values) == known.sum() < 200
    with pytest.raises(ValueError, match="unknown factor 'wal'; did you mean 'wall'"):
        factor_columns(kept, ["wal"])


def test_other_looks_keep_the_state(rooms: EvaluationRooms) -> None:
    random = np.random.default_rng(2)
    rows = rooms.sample(random, 200, in_view=1.0)
    changed = rooms.in_other_looks(rows, random)
    before, after = known_of(rooms, rows), known_of(rooms, changed)
    for name in ("bearing", "distance", "yaw", "object_shape"):
        np.testing.assert_array_equal(before[name].values, after[name].values)
    for name in ("floor", "wall", "ceiling", "light", "object_color"):
        assert abs(np.corrcoef(before[name].values, after[name].values)[0, 1]) < 0.3
    np.testing.assert_array_equal(rooms.object_masks(rows), rooms.object_masks(changed))
    assert (rooms.draw(rows) != rooms.draw(changed)).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize(
    "factor", ["floor", "yaw", "object_color", "object_shape", "bearing", "distance"]
)
def test_a_held_factor_has_its_value_and_the_others_vary(
    rooms: EvaluationRooms, encoder: FrozenEncoder, factor: str
) -> None:
    interventions = RoomInterventions(rooms, encoder, [factor])
    value = {"object_shape": 2.0, "distance": 2.5}.get(factor, 0.3)
    rows = interventions.settings_with(factor, np.full(100, value), np.random.default_rng(0))
    table = known_of(rooms, rows)
    np.testing.assert_allclose(table[factor].values, value, atol=1e-9)
    for name in {"floor", "yaw", "bearing", "distance"} - {factor}:
        assert table[name].values.std() > 0.1, name
    assert table["in_view"].values.mean() > 0.9


def test_batches_share_a_value_and_pairs_have_one_each(
    rooms: EvaluationRooms, encoder: FrozenEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    interventions = RoomInterventions(rooms, encoder, ["floor", "bearing"])
    random = np.random.default_rng(0)
    assert interventions.encode(5, random).shape == (5, LATENTS)
    assert interventions.encode_with_held("bearing", 3, 4, random).shape == (3, 4, LATENTS)
    assert interventions.encode_pairs_with_held("floor", 2, 3, random).shape == (2, 2, 3, LATENTS)
    floor = rooms.names.index("floor")
    monkeypatch.setattr(rooms, "encode", lambda rows, encoder: rows)  # the settings themselves
    batch = interventions.encode_with_held("floor", 3, 4, random)[..., floor]
    np.testing.assert_array_equal(batch, np.repeat(batch[:, :1], 4, axis=1))
    assert len(np.unique(batch)) == 3
    pairs = interventions.encode_pairs_with_held("floor", 2, 3, random)[..., floor]
    np.testing.assert_array_equal(pairs[:, 0], pairs[:, 1])
    assert len(np.unique(pairs)) == 6


def test_of_several_objects_none_can_be_held(encoder: FrozenEncoder) -> None:
    with EvaluationRooms(SEEK_AVOID, "d_u", SIZE, num_threads=1) as rooms:
        assert "bearing" not in holdable(rooms)
        with pytest.raises(ValueError, match="unknown factor to hold 'bearing'"):
            RoomInterventions(rooms, encoder, ["bearing"])


def test_what_leaves_no_place_is_one_error(rooms: EvaluationRooms, encoder: FrozenEncoder) -> None:
    interventions = RoomInterventions(rooms, encoder, ["distance"])
    with pytest.raises(ValueError, match=r"distance 50.00 leaves an object no place"):
        interventions.settings_with("distance", np.array([50.0]), np.random.default_rng(0))
