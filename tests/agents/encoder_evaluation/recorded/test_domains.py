"""Which frames probes are trained on, and in which looks they are tested."""

from pathlib import Path

import numpy as np
import pytest

from darla.probes.targets import described_target
from darla_agents.encoder_evaluation.recorded.actions import chance, read_actions
from darla_agents.encoder_evaluation.recorded.domains import OTHER_LOOKS, Parts, deal_frames
from darla_agents.encoder_evaluation.recorded.factors import (
    metric_columns,
    shared_factors,
    targets_of,
)
from darla_agents.encoder_evaluation.recorded.frames import RecordedFrames, open_recorded, thinned
from toy_frames import write_toy_dataset
from toy_walks import WIDTH, write_walks


def deal(recorded: list[RecordedFrames], seed: int = 0) -> Parts:
    return deal_frames(recorded, shared_factors(recorded), np.random.default_rng(seed))


@pytest.mark.parametrize("per_look", [1, 2, 10])
def test_no_frame_is_in_two_parts_and_no_new_look_was_trained_in(
    tmp_path: Path, per_look: int
) -> None:
    data = write_toy_dataset(tmp_path / "data", 600, chunk_size=100, per_look=per_look)
    recorded = open_recorded([data], 600)
    parts = deal(recorded)
    places = [each.places for each in (parts.train, *parts.tests)]
    np.testing.assert_array_equal(np.sort(np.concatenate(places)), np.arange(600))
    trained, seen, new = (recorded[0].episode[each] for each in places)
    assert not set(new) & {*trained, *seen}
    if per_look > 1:
        assert set(seen) == set(trained)
    assert [each.domain for each in parts.tests] == ["data", OTHER_LOOKS]
    assert 190 <= len(new) <= 220 and 70 <= len(seen) <= 210


def test_new_looks_lie_at_one_end_of_those_that_were_recorded(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 600, chunk_size=100, per_look=10)
    recorded = open_recorded([data], 600)
    parts = deal(recorded)
    hue = recorded[0].factors["hue"]
    trained, new = hue[parts.train.places], hue[parts.tests[1].places]
    assert new.min() > trained.max() or new.max() < trained.min()
    assert "hue" in parts.how


def test_new_looks_are_drawn_by_lot_where_none_was_recorded(tmp_path: Path) -> None:
    recorded = open_recorded([write_walks(tmp_path / "walks")], 600)
    first, again, other = deal(recorded), deal(recorded), deal(recorded, seed=3)
    np.testing.assert_array_equal(first.tests[1].places, again.tests[1].places)
    assert not np.array_equal(first.tests[1].places, other.tests[1].places)
    assert "by lot" in first.how


def test_of_several_datasets_each_is_a_domain(tmp_path: Path) -> None:
    paths = [write_toy_dataset(tmp_path / name, 400, seed=seed) for seed, name in enumerate("ab")]
    parts = deal(open_recorded(paths, 400))
    assert [(each.domain, each.dataset) for each in parts.tests] == [("a", 0), ("b", 1)]
    assert parts.train.dataset == 0 and len(parts.tests[1].places) == 400
    fewer = parts.thinned(50, 20)
    assert [len(each.places) for each in (fewer.train, *fewer.tests)] == [50, 20, 20]


def test_whole_chunks_are_measured_and_read_as_they_were_written(tmp_path: Path) -> None:
    data = write_toy_dataset(tmp_path / "data", 1000, chunk_size=50, per_look=10)
    (recorded,) = open_recorded([data], 420)
    assert len(recorded) == 400 and len(np.unique(recorded.rows // 50)) == 8
    places = np.array([399, 3, 77])
    frames = recorded.read(places, (32, 32))
    for place, frame in zip(recorded.rows[places], frames, strict=True):
        np.testing.assert_array_equal(frame, recorded.dataset.read(place, place + 1)[0])
    assert recorded.read(places, (16, 20)).shape == (3, 16, 20, 3)


def test_few_frames_are_still_of_several_episodes(tmp_path: Path) -> None:
    (recorded,) = open_recorded([write_walks(tmp_path / "walks", episodes=12, steps=100)], 400)
    assert len(recorded) == 400 and len(np.unique(recorded.episode)) == 8


def test_actions_are_read_from_what_they_changed(tmp_path: Path) -> None:
    recorded = open_recorded([write_walks(tmp_path / "walks")], 600)
    parts = deal(recorded)
    where = recorded[0].read(np.arange(600), (WIDTH, WIDTH))[:, 0, :, 0].argmax(axis=1)
    angle = 2 * np.pi * where / WIDTH
    knowing = np.column_stack([np.sin(angle), np.cos(angle)]).astype(np.float32)
    ignorant = np.random.default_rng(0).normal(size=(600, 2)).astype(np.float32)
    scores = []
    for latents in (knowing, ignorant):
        report = read_actions(recorded, [latents], parts, (400, 200), ("mlp",), (0,))
        assert report is not None
        scores.append([each.match.score for each in report.scores])
    assert min(scores[0]) > 0.9 and max(scores[1]) < 0.7
    assert chance(recorded) == 0.5


def test_a_target_knows_what_was_not_seen(tmp_path: Path) -> None:
    described = {"kind": "continuous", "low": None, "high": 2.0, "categories": []}
    target = described_target("x", described, np.array([1.0, np.nan, 3.0], np.float32))
    assert target.known.tolist() == [True, False, True]
    assert (target.low, target.high) == (1.0, 3.0)
    turning = {"kind": "circular", "low": None, "high": None, "categories": []}
    assert described_target("yaw", turning, np.zeros(3, np.float32)).kind == "continuous"


def test_metrics_are_given_frames_on_which_every_factor_is_known(tmp_path: Path) -> None:
    recorded = open_recorded([write_toy_dataset(tmp_path / "data", 400)], 400)
    described = shared_factors(recorded)
    recorded[0].factors["x"][:100] = np.nan
    recorded[0].factors["hue"][:] = np.nan
    places, columns, left_out = metric_columns(targets_of(recorded[0], described))
    np.testing.assert_array_equal(places, np.arange(100, 400))
    assert [each.name for each in columns] == ["x", "shape"]
    assert left_out == {"hue": "known on 0% of the frames"}


def test_metrics_leave_out_what_never_changes() -> None:
    described = {"kind": "continuous", "low": None, "high": None, "categories": []}
    still = described_target("still", described, np.full(10, 2.5, np.float32))
    moving = described_target("moving", described, np.arange(10, dtype=np.float32))
    _, columns, left_out = metric_columns([still, moving])
    assert [each.name for each in columns] == ["moving"]
    assert left_out == {"still": "it is constant (2.5)"}


def test_thinning_keeps_both_ends() -> None:
    assert thinned(np.arange(100), 4).tolist() == [0, 33, 66, 99]
    assert thinned(np.arange(3), 4).tolist() == [0, 1, 2]
