"""Names, checks and reports of an evaluation; the whole of one is in tests/scripts."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from darla.encoder.bundle import load_encoder
from darla.metrics import Result
from darla.probes import Invariance, ProbeReport, ProbeScore
from darla.probes.scores import Match
from darla.running.plain_json import plain
from darla_agents.encoder_evaluation.bundles import bundle_labels
from darla_agents.encoder_evaluation.config import EncoderEvaluationConfig
from darla_agents.encoder_evaluation.evaluate import evaluate_encoders
from darla_agents.encoder_evaluation.measures import (
    StateInvariance,
    labelled_latents,
    measure_invariance,
    open_rooms,
)
from darla_agents.encoder_evaluation.report import EncoderScores, left_out, table
from darla_envs.description.tasks import GO_TO_OBJECT, SEEK_AVOID
from toy_encoder import make_toy_bundle


@dataclass(frozen=True, eq=False)
class Score(Result):
    value: float

    @property
    def scores(self) -> dict[str, float]:
        return {"toy": self.value}


def scores(label: str, metrics: dict[str, Result], r2: float | None) -> EncoderScores:
    found = Match(r2, None, None, 50, "" if r2 is not None else "always the same")
    probed = ProbeScore("bearing", "continuous", "mlp", "source", "source", 0, found)
    movement = Invariance(np.array([0.5, np.nan]), np.array([1.0, 0.0]), 0.5, (1,))
    return EncoderScores(
        label=label,
        path=f"runs/{label}",
        objective="vae",
        active_latents=1,
        latents=2,
        total_correlation=0.25,
        metrics=metrics,
        kept=ProbeReport((), {}),
        forecast=ProbeReport((probed,), {}),
        state_forecast=None,
        invariance=StateInvariance(movement, None, None, {"mlp": {"bearing": None}}),
        udr=None,
    )


def test_the_table_has_a_column_for_each_encoder() -> None:
    config = EncoderEvaluationConfig(bundles=(Path("a"), Path("b")))
    first = scores("a", {"toy": Score((), {}, {}, 0.125)}, r2=0.75)
    lines = table([first, scores("b", {}, r2=None)], config).splitlines()
    cells = {line.split("|")[1].strip(): line.split("|")[2:-1] for line in lines}
    found = {name: [cell.strip() for cell in row] for name, row in cells.items()}
    assert found[""] == ["a", "b"]
    assert found["toy"] == ["0.125", "-"]
    assert found["active latents"] == ["1 of 2", "1 of 2"]
    assert found["forecast for source: bearing, R2 (mlp)"] == ["0.750", "-"]
    assert found["movement with the look: latents that state is read from"] == ["0.500", "0.500"]
    assert found["movement with the look: bearing as read (mlp)"] == ["-", "-"]
    assert len({len(line) for line in lines}) == 1


def test_what_is_left_out_is_said_once() -> None:
    reasons = {"floor": "it is constant"}
    found = {name: Score((), reasons, {}, 0.5) for name in ("one", "two")}
    said = left_out([scores("a", found, 0.5), scores("b", {}, 0.5)])
    assert said == "a: left out of metrics: floor (it is constant)"


def test_undefined_numbers_are_null() -> None:
    movement = Invariance(np.array([0.5, np.nan]), np.array([1.0, 0.0]), None, (1,))
    assert plain({2: movement, "path": Path("x")}) == {
        "2": {"movement": [0.5, None], "weights": [1.0, 0.0], "mean": None, "dead": [1]},
        "path": "x",
    }
    assert plain([np.float32(0.5), np.int64(3), np.True_, float("inf")]) == [0.5, 3, True, None]


def test_labels_are_short_where_they_can_be() -> None:
    assert bundle_labels([Path("runs/a/encoder"), Path("runs/b/encoder")]) == ["a", "b"]
    assert bundle_labels([Path("runs/vae"), Path("runs/vision/encoder")]) == ["vae", "vision"]
    both = [Path("one/a/encoder"), Path("two/a/encoder")]
    assert bundle_labels(both) == ["one_a_encoder", "two_a_encoder"]
    with pytest.raises(ValueError, match="a bundle was given twice"):
        bundle_labels([Path("runs/a"), Path("runs/a")])


def test_targets_default_to_those_of_the_task() -> None:
    config = EncoderEvaluationConfig(bundles=(Path("a"),), quick=True).checked()
    assert "new_floor" in config.targets and "d_u" not in config.targets
    assert config.frames == 1000 and config.probe_frames == 400


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bundles": ()}, "no bundle was given"),
        ({"env": "Darla/GoToObjekt-v0"}, "did you mean 'Darla/GoToObject-v0'"),
        ({"targets": ("new_flor",)}, "did you mean 'new_floor'"),
        ({"factors": ("flor",)}, "unknown factor 'flor'; did you mean 'floor'"),
        ({"metrics": ("migg",)}, "unknown metric 'migg'; did you mean 'mig'"),
        ({"frames": 10}, "frames is 10; give at least 1000"),
        ({"probe_seeds": ()}, "a probe seed is needed"),
    ],
)
def test_wrong_settings_are_refused(changes: dict[str, object], message: str) -> None:
    settings: dict[str, object] = {"bundles": (Path("a"),), **changes}
    with pytest.raises(ValueError, match=message):
        EncoderEvaluationConfig(**settings).checked()


def test_encoders_must_see_frames_of_one_size(tmp_path: Path) -> None:
    bundles = (make_toy_bundle(tmp_path / "a", 32), make_toy_bundle(tmp_path / "b", 48))
    with pytest.raises(ValueError, match="frames of different sizes"):
        evaluate_encoders(EncoderEvaluationConfig(bundles=bundles, quick=True, progress=False))


def test_too_few_factors_to_hold_are_noticed_before_anything_is_measured(tmp_path: Path) -> None:
    config = EncoderEvaluationConfig(
        bundles=(make_toy_bundle(tmp_path / "a"),),
        env=SEEK_AVOID,
        factors=("yaw", "bearing"),
        progress=False,
    )
    with pytest.raises(ValueError, match="only 1 can be held, and two are needed"):
        evaluate_encoders(config)


def test_states_are_the_same_in_every_domain(tmp_path: Path) -> None:
    encoder = load_encoder(make_toy_bundle(tmp_path / "a"))
    config = EncoderEvaluationConfig(bundles=(), env=GO_TO_OBJECT, test_frames=100, threads=1)
    here, there = (
        {
            target.name: target
            for target in labelled_latents(config, name, [encoder], False)[0].targets
        }
        for name in ("source", "new_wall")
    )
    for name in ("bearing", "yaw", "agent_x"):
        np.testing.assert_array_equal(here[name].values, there[name].values)
    assert here["wall"].values[0] != there["wall"].values[0]


def test_latents_said_to_hold_the_state_are_asked_as_well(tmp_path: Path) -> None:
    encoder = load_encoder(make_toy_bundle(tmp_path / "a"))
    config = EncoderEvaluationConfig(bundles=(), probe_frames=400, pairs=100, threads=1)
    (train,) = labelled_latents(config, "d_u", [encoder], True)
    with open_rooms(config, "d_u", encoder.image_shape) as rooms:
        found = measure_invariance(rooms, encoder, train, config)
        assert found.state_role is None
        encoder.config["latent_roles"] = {"state": [2, 1], "look": [0]}
        said = measure_invariance(rooms, encoder, train, config)
    np.testing.assert_array_equal(said.latents.movement, found.latents.movement)
    assert said.state_role is not None and said.active_state is not None
    assert said.state_role.weights[[0, 3]].tolist() == [0.0, 0.0]
    assert said.state_role.weights.sum() == pytest.approx(1.0)
    expected = said.state_role.weights @ found.latents.movement
    assert said.state_role.mean == pytest.approx(expected)
    np.testing.assert_array_equal(said.active_state.weights, [0, 0.5, 0.5, 0])
    assert said.active_state.mean == pytest.approx(found.latents.movement[1:3].mean())
