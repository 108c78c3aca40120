"""What wrappers say of strange pictures, step by step, and when an episode ends for them."""

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from stable_baselines3.common.vec_env import DummyVecEnv

import darla
import toy_envs  # noqa: F401
from darla.alarm.calibration import Calibration
from darla.encoder.bundle import load_encoder
from darla.encoder.frozen_encoder import FrozenEncoder
from darla.uses import alarm, calibrate
from darla.wrappers.latent_alarm import LatentAlarm
from darla.wrappers.latent_options import LatentOptions
from darla.wrappers.latent_transform import LatentTransform
from toy_encoder import make_memory_bundle, make_toy_bundle
from toy_quadrants import quadrant_encoder, quadrant_frames


class Scheduled(gym.Env):
    """Shows an ordinary picture or, at the observations named, a strange one; 0 is the first."""

    def __init__(self, strange: tuple[int, ...] = (), length: int = 6) -> None:
        self.strange, self.length = strange, length
        self.observation_space = spaces.Box(0, 255, (32, 32, 3), np.uint8)
        self.action_space = spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.count = 0
        return self._picture(), {"count": 0}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.count += 1
        over = self.count == self.length
        return self._picture(), 1.0, over, False, {"count": self.count}

    def _picture(self) -> np.ndarray:
        if self.count in self.strange:
            return np.full((32, 32, 3), 250, np.uint8)
        return quadrant_frames(1, seed=self.count, spread=30)[0]


@pytest.fixture(scope="module")
def encoder() -> FrozenEncoder:
    return quadrant_encoder()


@pytest.fixture(scope="module")
def known(encoder: FrozenEncoder) -> Calibration:
    return calibrate(encoder, quadrant_frames(200, 1, 60), quadrant_frames(200, 2, 60), 0.02)


def play(env: gym.Env[Any, Any]) -> tuple[list[bool], list[bool], bool]:
    """Play an episode: what was raised and stopped at each observation, and how it ended."""
    _, info = env.reset(seed=0)
    raised, stopped = [info["alarm"]["raised"]], []
    while True:
        _, _, terminated, truncated, info = env.step(0)
        raised.append(info["alarm"]["raised"])
        stopped.append(info["alarm"].get("stopped"))
        assert info["count"] == len(stopped)
        if terminated or truncated:
            return raised, stopped, truncated


def test_every_info_says_whether_its_picture_is_strange(
    encoder: FrozenEncoder, known: Calibration
) -> None:
    env = darla.LatentObservation(Scheduled((0, 2, 3)), encoder, alarm=known)
    raised, stopped, truncated = play(env)
    assert raised == [True, False, True, True, False, False, False]
    assert not truncated and stopped == [None] * 6


@pytest.mark.parametrize(
    ("strange", "stop_after", "steps"),
    [
        ((2, 3), 2, 3),
        ((2, 4, 5), 2, 5),  # what was raised before an ordinary picture does not count
        ((0, 1), 2, 1),  # the first picture counts, and nothing can end before the first step
        ((0,), 1, None),
        ((2, 3), 3, None),
    ],
)
def test_an_episode_ends_after_so_many_alarms_in_a_row(
    encoder: FrozenEncoder,
    known: Calibration,
    strange: tuple[int, ...],
    stop_after: int,
    steps: int | None,
) -> None:
    env = Scheduled(strange)
    wrapped = darla.LatentObservation(env, encoder, alarm=known, stop_after=stop_after)
    for _ in range(2):  # nothing is left of an episode in the next
        _, stopped, truncated = play(wrapped)
        assert truncated == (steps is not None)
        assert len(stopped) == (steps or env.length)
        assert stopped == [False] * (len(stopped) - 1) + [truncated]


def test_the_alarm_changes_no_latent_and_costs_no_further_encoding(
    encoder: FrozenEncoder, known: Calibration, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = darla.VecLatent(DummyVecEnv([lambda: Scheduled(length=3)] * 2), encoder)
    told = darla.VecLatent(DummyVecEnv([lambda: Scheduled(length=3)] * 2), encoder, alarm=known)
    calls = []
    forward, decode = encoder.encoder.forward, encoder.decode
    monkeypatch.setattr(
        encoder.encoder, "forward", lambda x: calls.append(("encode", len(x))) or forward(x)
    )
    monkeypatch.setattr(encoder, "decode", lambda z: calls.append(("decode", len(z))) or decode(z))
    seen = []
    for venv in (plain, told):
        calls.clear()
        seen.append([venv.reset(), *(venv.step(np.zeros(2, int))[0] for _ in range(4))])
        assert calls == [("encode", count) for count in (2, 2, 2, 4, 2)]
    np.testing.assert_array_equal(*seen)
    dear = darla.VecLatent(
        DummyVecEnv([Scheduled] * 2), encoder, alarm=known, alarm_score="reconstruction"
    )
    calls.clear()
    dear.reset()
    assert calls == [("encode", 2), ("decode", 2)]


def test_a_vector_tells_of_last_pictures_and_of_the_first_of_the_next(
    encoder: FrozenEncoder, known: Calibration
) -> None:
    makers = [lambda: Scheduled((0,), length=2), lambda: Scheduled((2,), length=2)]
    venv = darla.VecLatent(DummyVecEnv(makers), encoder, alarm=known)
    venv.reset()
    assert [info["alarm"]["raised"] for info in venv.reset_infos] == [True, False]
    *_, infos = venv.step(np.zeros(2, int))
    assert [info["alarm"]["raised"] for info in infos] == [False, False]
    _, _, dones, infos = venv.step(np.zeros(2, int))
    assert dones.all() and all("terminal_observation" in info for info in infos)
    assert [info["alarm"]["raised"] for info in infos] == [False, True]
    assert [info["alarm"]["raised"] for info in venv.reset_infos] == [True, False]
    assert infos[1]["alarm"]["score"] > known.thresholds["density"] > infos[0]["alarm"]["score"]


@pytest.mark.parametrize("mode", [AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP])
def test_gymnasiums_vectors_tell_likewise(
    encoder: FrozenEncoder, known: Calibration, mode: AutoresetMode
) -> None:
    makers = [lambda: Scheduled((0,), length=2), lambda: Scheduled((2,), length=3)]
    inner = SyncVectorEnv(makers, autoreset_mode=mode)
    envs = darla.VectorLatentObservation(inner, encoder, alarm=known)
    _, infos = envs.reset(seed=0)
    assert infos["alarm"]["raised"].tolist() == [True, False]
    assert infos["_alarm"].all() and infos["alarm"]["_score"].all()
    envs.step(np.zeros(2, int))
    *_, infos = envs.step(np.zeros(2, int))
    same = mode == AutoresetMode.SAME_STEP
    assert infos["alarm"]["raised"].tolist() == [same, True]  # of the first picture, if it is there
    if same:
        final = infos["final_info"]
        assert infos["_final_info"].tolist() == [True, False] == final["_alarm"].tolist()
        assert final["count"][0] == 2 and not final["alarm"]["raised"][0]


@pytest.mark.parametrize("score", ["density", "kl", "reconstruction", "worst"])
def test_scores_are_those_of_the_use(
    encoder: FrozenEncoder, known: Calibration, score: str
) -> None:
    frames = np.concatenate([quadrant_frames(20, 5, 60), np.full((5, 32, 32, 3), 250, np.uint8)])
    found = LatentAlarm(LatentTransform(encoder), known, score)
    np.testing.assert_array_equal(found(frames), LatentTransform(encoder)(frames))
    expected = alarm(encoder, frames, known)
    np.testing.assert_allclose(found.scores, expected.scores[score], rtol=1e-6)
    np.testing.assert_array_equal(found.raised, expected.raised[score])


def test_a_calibration_is_found_by_its_file_and_told_in_the_spec(tmp_path: Path) -> None:
    bundle, file = make_toy_bundle(tmp_path / "encoder"), tmp_path / "alarm.json"
    toy = load_encoder(bundle)
    calibrate(toy, quadrant_frames(50, 1), quadrant_frames(50, 2), 0.1).save(file)
    env = darla.LatentObservation(
        gym.make("Toy/Counting-v0"), bundle, alarm=file, stop_after=3, precision="bfloat16"
    )
    again = gym.make(gym.envs.registration.EnvSpec.from_json(env.spec.to_json()))
    assert again.reset(seed=0)[1]["alarm"] == env.reset(seed=0)[1]["alarm"]
    assert env.spec.additional_wrappers[-1].kwargs["stop_after"] == 3


def test_what_is_no_alarm_is_refused_in_one_line(
    encoder: FrozenEncoder, known: Calibration, tmp_path: Path
) -> None:
    other, file = make_toy_bundle(tmp_path / "encoder"), tmp_path / "alarm.json"
    known.save(file)
    venv = DummyVecEnv([Scheduled])
    refused = [
        (lambda: LatentAlarm(LatentTransform(encoder), None), "an alarm needs to be calibrated"),
        (
            lambda: darla.LatentObservation(Scheduled(), encoder, stop_after=2),
            "no alarm is given: an alarm needs to be calibrated",
        ),
        (
            lambda: darla.LatentObservation(Scheduled(), encoder, alarm=known, stop_after=0),
            "stop_after is 0; give a number of steps from 1",
        ),
        (
            lambda: darla.VecLatent(venv, other, alarm=known),
            "the calibration is of another encoder than the encoder of beta_vae",
        ),
        (
            lambda: darla.VecLatent(venv, other, alarm=str(file)),
            "was calibrated for another encoder than the encoder of beta_vae",
        ),
        (
            lambda: darla.VecLatent(venv, encoder, alarm=known, alarm_score="densty"),
            "did you mean 'density'",
        ),
        (
            lambda: darla.VecLatent(venv, encoder, alarm=known, resampled=[0]),
            "leave one of the two out",
        ),
    ]
    for make, message in refused:
        with pytest.raises(ValueError, match=message) as error:
            make()
        assert "\n" not in str(error.value)
    with pytest.raises(FileNotFoundError):
        darla.VecLatent(venv, other, alarm=tmp_path / "none.json")


def test_an_encoder_has_the_scores_that_it_can() -> None:
    point = quadrant_encoder(posterior="point")
    known = calibrate(point, quadrant_frames(60, 1), quadrant_frames(60, 2), 0.1)
    found = LatentAlarm(LatentTransform(point, LatentOptions(zero_dead=False)), known)
    assert found.score == "density"
    with pytest.raises(ValueError, match="unknown score of the alarm 'kl'"):
        LatentAlarm(LatentTransform(point), known, "kl")


def test_an_encoder_with_memory_has_no_alarm(tmp_path: Path) -> None:
    bundle = make_memory_bundle(tmp_path / "memory")
    transform = LatentTransform(bundle, LatentOptions())
    with pytest.raises(ValueError, match="has a memory, and an alarm is of single pictures"):
        LatentAlarm(transform, tmp_path / "alarm.json")
