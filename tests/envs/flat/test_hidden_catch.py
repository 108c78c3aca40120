"""HiddenCatch: who remembers catches all, and who does not one in eight, whatever it does."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import darla_envs  # noqa: F401
from darla.environments.making import make_environment
from darla.environments.spec import EnvironmentSpec
from darla_envs.flat.hidden_catch import COLUMNS, ROWS, SEEN_ROWS, HiddenCatch
from darla_envs.suites import suite_of

ENV = "Darla/HiddenCatch-v0"


def play(env: HiddenCatch, seed: int | None, choose) -> tuple[float, list[np.ndarray]]:
    """Play an episode; ``choose`` is told the ball's column and the paddle's. Return and frames."""
    frames, total, over = [env.reset(seed=seed)[0]], 0.0, False
    while not over:
        frame, reward, over, cut, _ = env.step(np.int64(choose(env.column, env.paddle)))
        assert not cut
        frames.append(frame)
        total += reward
    return total, frames


def test_gymnasium_s_checker_passes() -> None:
    check_env(gym.make(ENV).unwrapped, skip_render_check=True)


def test_who_knows_the_column_catches_every_ball() -> None:
    env = HiddenCatch()
    for seed in range(60):
        total, frames = play(env, seed, lambda ball, paddle: 1 + np.sign(ball - paddle))
        assert total == 1.0 and len(frames) == ROWS


@pytest.mark.parametrize("action", range(3))
def test_who_does_not_see_the_ball_catches_one_in_eight(action: int) -> None:
    env, columns = HiddenCatch(), np.zeros(COLUMNS)
    env.reset(seed=0)
    caught = 0.0
    for _ in range(1500):
        caught += play(env, None, lambda ball, paddle: action)[0]
        columns[env.column] += 1
    assert caught / 1500 == pytest.approx(1 / COLUMNS, abs=0.03)
    np.testing.assert_allclose(columns / 1500, 1 / COLUMNS, atol=0.03)


def test_nothing_that_is_seen_while_the_paddle_moves_tells_of_the_ball() -> None:
    env = HiddenCatch()
    shown: dict[int, list[np.ndarray]] = {}
    for seed in range(80):
        env.reset(seed=seed)
        paddle = env.paddle
        _, frames = play(env, seed, lambda ball, paddle: 2)
        if paddle == COLUMNS // 2:
            shown[env.column] = frames
    assert len(shown) == COLUMNS
    first, *others = shown.values()
    for other in others:
        for step in range(ROWS):
            same = np.array_equal(first[step], other[step])
            assert same == (SEEN_ROWS <= step < ROWS - 1)


def test_the_paddle_is_tied_while_the_ball_is_in_sight() -> None:
    env = HiddenCatch()
    env.reset(seed=3)
    start, places = env.paddle, []
    for _ in range(ROWS - 1):
        env.step(np.int64(0))
        places.append(start - env.paddle)
    assert places[:SEEN_ROWS] == [0] * SEEN_ROWS and places[-1] > 0


def test_domains_are_colours_of_the_same_episodes() -> None:
    frames = {}
    for domain in ("source", "d_u", "new_colors"):
        env = make_environment(EnvironmentSpec(ENV), further={"domain": domain})
        frames[domain], info = env.reset(seed=5)
        factors = info["factors"]
        frames[domain, "column"] = factors["ball_column"]
    assert len({frames[name, "column"] for name in ("source", "d_u", "new_colors")}) == 1
    assert not np.array_equal(frames["source"], frames["new_colors"])
    suite = suite_of(ENV)
    assert suite.has_domain("new_colors") and not suite.has_domain("night")
    assert not suite.can_batch()
    with pytest.raises(ValueError, match=r"unknown domain of Darla/HiddenCatch-v0 'd_v'.*'d_u'"):
        HiddenCatch("d_v")
