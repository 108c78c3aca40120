"""Learning curves from events as training writes them: continued runs, time spent, means, plots."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from darla_agents.agent.kinds import KINDS
from darla_agents.comparison.curve_plot import PlotCurvesConfig, plot_curves
from darla_agents.comparison.curves import SECONDS, STEP, CurvePoint, mean_curves, read_curves
from darla_agents.comparison.profiles import mean_band
from darla_agents.learning.tensorboard_layout import RETURN, TensorBoardFolder, evaluation_tag

ROOT = Path(__file__).parents[3]
START = 1_700_000_000.0  # seconds since 1970

# (seconds after START, step, value)
Evaluations = Sequence[tuple[float, int, float]]


def write_session(
    run: Path, began: float, evaluations: dict[str, Evaluations], last_step: int = 0
) -> None:
    """Write a file of events as a process that trains from ``last_step`` on would."""
    folder = run / "tensorboard"
    folder.mkdir(parents=True, exist_ok=True)
    events = [Event(wall_time=START + began, file_version="brain.Event:2")]
    events.append(
        Event(
            wall_time=START + began,
            step=last_step + 1,
            session_log=SessionLog(status=SessionLog.START),
        )
    )
    values = [(point, tag) for tag, points in evaluations.items() for point in points]
    for (seconds, step, value), tag in sorted(values, key=lambda each: each[0][0]):
        summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
        events.append(Event(wall_time=START + seconds, step=step, summary=summary))
    with (folder / f"events.out.tfevents.{int(START + began)}.host.1.0").open("wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString())


def make_run(path: Path, kind: str = "pixels", seed: int = 0, **changes: object) -> Path:
    """Write the record of a run, as far as it is read."""
    config = {
        "task": "Darla/GoToObject-v0",
        "domain": "source",
        "kind": kind,
        "algorithm": "ppo",
        "encoder": "runs/vision/encoder",
        "total_timesteps": 300,
        "seed": seed,
        **changes,
    }
    path.mkdir(parents=True)
    (path / "run.json").write_text(json.dumps({"config": config}))
    return path


def simple_run(path: Path, returns: Iterable[float], pace: float = 10.0, **changes: object) -> Path:
    """Write a run with an evaluation every hundred steps, in the source and in a target."""
    run = make_run(path, **changes)  # type: ignore[arg-type]
    points = [(pace * i, 100 * i, value) for i, value in enumerate(returns, start=1)]
    other = [(seconds, step, value / 2) for seconds, step, value in points]
    write_session(run, 0.0, {"eval/source/return": points, "eval/new_floor/return": other})
    return run


def curve(points: Iterable[CurvePoint], domain: str = "source") -> list[tuple[int, float, float]]:
    return [
        (point.step, point.seconds, pytest.approx(point.episode_return))
        for point in points
        if point.domain == domain
    ]


def test_points_are_what_was_logged(tmp_path: Path) -> None:
    simple_run(tmp_path / "a", [0.25, 0.5], seed=3)
    points = read_curves([tmp_path])
    assert curve(points) == [(100, 10.0, 0.25), (200, 20.0, 0.5)]
    assert curve(points, "new_floor") == [(100, 10.0, 0.125), (200, 20.0, 0.25)]
    assert {(point.label, point.kind, point.seed) for point in points} == {("pixels", "pixels", 3)}


def test_other_tags_are_passed_over_but_their_time_counts(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a")
    tags = {"rollout/ep_rew_mean": [(50.0, 90, 9.0)], "eval/source/success": [(20.0, 50, 1.0)]}
    write_session(run, 0.0, {**tags, "eval/source/return": [(20.0, 50, 0.5)]})
    write_session(run, 1000.0, {"eval/source/return": [(1010.0, 100, 0.75)]}, last_step=90)
    assert curve(read_curves([run])) == [(50, 20.0, 0.5), (100, 60.0, 0.75)]


def test_time_is_the_sum_of_sessions_without_the_pause(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a")
    write_session(run, 5.0, {"eval/source/return": [(15.0, 100, 0.1), (35.0, 200, 0.2)]})
    late = [(90_010.0, 300, 0.3), (90_030.0, 400, 0.4)]
    write_session(run, 90_000.0, {"eval/source/return": late}, last_step=200)
    assert curve(read_curves([run])) == [
        (100, 10.0, 0.1),
        (200, 30.0, 0.2),
        (300, 40.0, 0.3),
        (400, 60.0, 0.4),
    ]


def test_later_values_win_and_what_was_lost_is_left_out_though_not_its_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = make_run(tmp_path / "a")
    first = [(10.0, 100, 0.1), (20.0, 200, 0.2), (30.0, 300, 0.3), (40.0, 350, 0.35)]
    write_session(run, 0.0, {"eval/source/return": first})
    again = [(105.0, 200, 0.22), (110.0, 300, 0.33), (120.0, 400, 0.4)]
    write_session(run, 100.0, {"eval/source/return": again}, last_step=100)
    assert curve(read_curves([run])) == [
        (100, 10.0, 0.1),
        (200, 45.0, 0.22),
        (300, 50.0, 0.33),
        (400, 60.0, 0.4),
    ]
    assert caplog.records == []


def test_it_reads_what_training_writes(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a")
    output = TensorBoardFolder(run / "tensorboard", 0)
    for step in (1, 2):
        for domain in ("source", "new_floor"):
            output.writer.add_scalar(evaluation_tag(domain, RETURN), step / 4, step)
    output.close()
    points = read_curves([run])
    assert [(p.domain, p.step, p.episode_return) for p in points] == [
        ("source", 1, 0.25),
        ("source", 2, 0.5),
        ("new_floor", 1, 0.25),
        ("new_floor", 2, 0.5),
    ]
    assert all(0.0 <= point.seconds < 60.0 for point in points)


@pytest.mark.parametrize("kind", KINDS)
def test_encoders_tell_groups_apart_where_agents_have_one(tmp_path: Path, kind: str) -> None:
    for seed in range(2):
        simple_run(tmp_path / str(seed), [0.1], kind=kind, seed=seed, encoder=f"runs/{seed}")
    labels = {point.label for point in read_curves([tmp_path])}
    assert len(labels) == (2 if KINDS[kind].sees_latents else 1)


def test_groups_are_named_as_in_tables_and_encoders_can_be_pooled(tmp_path: Path) -> None:
    simple_run(tmp_path / "p" / "0", [0.1], kind="pixels", seed=0)
    simple_run(tmp_path / "p" / "1", [0.1], kind="pixels", seed=0, domain="d_u")
    simple_run(tmp_path / "l" / "0", [0.1], kind="latent", seed=0, encoder="runs/one")
    simple_run(tmp_path / "l" / "1", [0.1], kind="latent", seed=1, encoder="runs/two")
    simple_run(tmp_path / "p" / "2", [0.1], kind="pixels", seed=1, encoder="runs/of no account")
    (tmp_path / "encoder").mkdir()
    (tmp_path / "encoder" / "run.json").write_text('{"config": {"objective": "darla"}}')
    labels = [point.label for point in read_curves([tmp_path]) if point.domain == "source"]
    assert list(dict.fromkeys(labels)) == [
        "latent (one)",
        "latent (two)",
        "pixels (from source)",
        "pixels (from d_u)",
    ]
    pooled = read_curves([tmp_path / "l"], by=("algorithm", "source", "total_timesteps"))
    assert {(point.label, point.seed) for point in pooled} == {("latent", 0), ("latent", 1)}


@pytest.mark.parametrize("against", [STEP, SECONDS])
def test_means_are_over_seeds_at_a_step_and_time_is_their_median(
    tmp_path: Path, against: str
) -> None:
    for seed, returns in enumerate([[0.2, 0.4, 0.6], [0.4, 0.6, 0.8]]):
        simple_run(tmp_path / str(seed), returns, pace=10.0 + 5.0 * seed, seed=seed)
    (mean,) = mean_curves(read_curves([tmp_path]), "source", against)
    assert (mean.label, mean.seeds) == ("pixels", 2)
    seeds = np.array([[0.2, 0.4, 0.6], [0.4, 0.6, 0.8]])
    # one at 10, 20, 30 seconds, the other at 15, 30, 45
    x = [100, 200, 300] if against == STEP else [12.5, 25.0, 37.5]
    np.testing.assert_allclose(mean.x, x)
    np.testing.assert_allclose(mean.mean, seeds.mean(axis=0), atol=1e-6)
    band = mean_band(seeds)
    assert band is not None and mean.band is not None
    np.testing.assert_allclose(mean.band.low, band.low, atol=1e-6)
    np.testing.assert_allclose(mean.band.high, band.high, atol=1e-6)


def test_one_seed_has_no_band_and_seeds_without_steps_in_common_no_mean(tmp_path: Path) -> None:
    simple_run(tmp_path / "0", [0.5], pace=10.0, seed=0)
    points = read_curves([tmp_path])
    (alone,) = mean_curves(points, "source", SECONDS)
    assert alone.band is None and alone.x.tolist() == [10.0]
    assert mean_curves(points, "elsewhere", STEP) == []
    later = [replace(point, seed=1, step=point.step + 1) for point in points]
    assert mean_curves([*points, *later], "source", STEP) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"action_repeat": 2}, r"of several tasks, .*GoToObject-v0 \| ActionRepeat\(2\)"),
        ({"task": "Darla/SeekAvoid-v0"}, "of several tasks, Darla/GoToObject-v0, Darla/SeekAvoid"),
        (
            {"env_kwargs": {"size": 32}},
            r"of several tasks, Darla/GoToObject-v0, Darla/GoToObject-v0\(size=32\); give",
        ),
        ({}, "differ in nothing that is known, and share their seed 0"),
    ],
)
def test_runs_that_do_not_belong_together_are_refused(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    simple_run(tmp_path / "a", [0.5])
    simple_run(tmp_path / "b", [0.5], **change)
    with pytest.raises(ValueError, match=message):
        read_curves([tmp_path])


def test_folders_without_runs_or_evaluations_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no agent's run in"):
        read_curves([tmp_path])
    make_run(tmp_path / "a")
    with pytest.raises(FileNotFoundError, match="no evaluation was logged by any agent in"):
        read_curves([tmp_path])
    write_session(tmp_path / "a", 0.0, {})
    with pytest.raises(FileNotFoundError, match="no evaluation was logged by any agent in"):
        read_curves([tmp_path])


@pytest.mark.parametrize("domains", [1, 5])
def test_a_picture_has_two_panels_for_each_domain(tmp_path: Path, domains: int) -> None:
    for seed in range(2):
        run = make_run(tmp_path / "runs" / str(seed), seed=seed)
        points = [(1.0, 100, 0.5), (2.0, 200, 0.75 + 0.1 * seed)]
        tags = {f"eval/domain_{number}/return": points for number in range(domains)}
        write_session(run, 0.0, tags)
    out = tmp_path / "results" / "curves.png"
    config = PlotCurvesConfig((tmp_path / "runs",), out=out)
    assert plot_curves(config) == out
    picture = imread(out)[..., :3]
    orange = np.abs(picture - np.array([0xD5, 0x5E, 0x00]) / 255).max(axis=-1) < 0.02
    assert orange.sum() > 400 * domains
    # its height follows the rows of panels
    assert picture.shape[0] == int(150 * (2.1 * (1 if domains == 1 else 3) + 1.3))


def test_wrong_settings_are_refused(tmp_path: Path) -> None:
    simple_run(tmp_path / "a", [0.5])
    for changes, message in (
        ({"domains": ("sorce",)}, "unknown domain 'sorce'; did you mean 'source'"),
        ({"by": ("encodr",)}, "did you mean 'encoder'"),
        ({"agents": ()}, "no folder of agents was given"),
    ):
        with pytest.raises(ValueError, match=message):
            plot_curves(PlotCurvesConfig(**{"agents": (tmp_path,), **changes}))  # type: ignore[arg-type]


def test_the_command_draws_and_needs_neither_tensorflow_nor_torch(tmp_path: Path) -> None:
    simple_run(tmp_path / "a", [0.5, 0.75])
    code = (
        "import runpy, sys; sys.argv = ['plot_curves.py', '--agents', *sys.argv[1:]]; "
        f"runpy.run_path({str(ROOT / 'scripts/plot_curves.py')!r}, run_name='__main__'); "
        "print([name for name in ('tensorflow', 'torch', 'miniworld') if name in sys.modules])"
    )
    environment = {key: value for key, value in os.environ.items() if key != "DISPLAY"}
    out = tmp_path / "curves.png"
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), "--out", str(out)],
        cwd=ROOT,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.splitlines() == [f"plot: {out}", "[]"]
    assert out.is_file()
