"""All autoreset modes, against Gymnasium's SyncVectorEnv over the same single environments."""

from functools import partial
from typing import Any

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from darla_envs.batch.batched_envs import BatchedEnvs
from darla_envs.batch.vector_env import BatchedVectorEnv
from darla_envs.batch.worker_envs import WorkerEnvs
from toy_worlds import ToyWorldEnv, ToyWorlds, assert_same

MODES = list(AutoresetMode)
N = 5
STEPS = 30


def make_pair(
    mode: AutoresetMode, extras: bool = False, workers: int = 0, **options: Any
) -> tuple[BatchedVectorEnv, SyncVectorEnv]:
    if workers:
        batch = WorkerEnvs(partial(ToyWorlds, extras=extras), N, workers, mode)
    else:
        batch = BatchedEnvs(ToyWorlds(N, extras), mode)
    ours = BatchedVectorEnv(batch, **options)
    makers = [partial(ToyWorldEnv, extras, options.get("render_mode")) for _ in range(N)]
    return ours, SyncVectorEnv(makers, autoreset_mode=mode)


def assert_same_steps(ours: BatchedVectorEnv, theirs: SyncVectorEnv, steps: int = STEPS) -> None:
    """Step both with the same actions; where nothing restarts by itself, restart what ended."""
    rng = np.random.default_rng(0)
    for step in range(steps):
        actions = rng.integers(0, 3, N)
        got, expected = ours.step(actions), theirs.step(actions)
        for name, mine, other in zip(
            ("observations", "rewards", "terminations", "truncations", "infos"),
            got,
            expected,
            strict=True,
        ):
            assert_same(mine, other, f"step {step}: {name}")
        over = expected[2] | expected[3]
        if theirs.autoreset_mode is AutoresetMode.DISABLED and over.any():
            mask = {"reset_mask": over}
            assert_same(ours.reset(options=dict(mask)), theirs.reset(options=dict(mask)))


@pytest.mark.parametrize("extras", [False, True])
@pytest.mark.parametrize("mode", MODES)
def test_every_mode_equals_gymnasiums(mode, extras):
    ours, theirs = make_pair(mode, extras)
    assert ours.metadata == theirs.metadata
    for name in ("observation_space", "action_space"):
        assert getattr(ours, name) == getattr(theirs, name)
        assert getattr(ours, f"single_{name}") == getattr(theirs, f"single_{name}")
    assert_same(ours.reset(seed=3), theirs.reset(seed=3), "reset")
    assert_same_steps(ours, theirs)
    assert_same(ours.reset(), theirs.reset(), "second reset")
    assert_same_steps(ours, theirs, 5)


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("mode", MODES)
def test_workers_equal_gymnasiums_however_many_they_are(mode, workers):
    ours, theirs = make_pair(mode, True, workers)
    assert_same(ours.reset(seed=3), theirs.reset(seed=3), "reset")
    assert_same_steps(ours, theirs)
    mask = {"reset_mask": np.array([False, False, True, False, True])}
    again = {"seed": [0, 1, 2, 3, 9]}
    ours_again = ours.reset(**again, options=dict(mask))
    assert_same(ours_again, theirs.reset(**again, options=dict(mask)))
    assert_same(ours.reset(seed=4), theirs.reset(seed=4), "reset")
    assert_same_steps(ours, theirs, 8)
    ours.close()


@pytest.mark.parametrize("mode", MODES)
def test_seeds_masks_and_factors_equal_gymnasiums(mode):
    ours, theirs = make_pair(mode)
    seeds = [4, 0, 9, 9, 2]
    assert_same(ours.reset(seed=seeds), theirs.reset(seed=seeds))
    factors = {"count": 1, "shape": "cone"}
    given = {"options": {"factors": factors}}
    assert_same(ours.reset(**given), theirs.reset(**given))
    assert_same_steps(ours, theirs, 3)
    for mask in ([True, False, False, True, True], [False, True, True, False, False]):
        options = {"reset_mask": np.array(mask), "factors": {"count": 0}}
        got = ours.reset(seed=7, options=options)
        assert "reset_mask" in options  # the caller's dictionary stays as it is
        assert_same(got, theirs.reset(seed=7, options=dict(options)))
        assert_same_steps(ours, theirs, 4)


@pytest.mark.parametrize("mode", MODES)
def test_pictures_equal_those_of_render(mode):
    ours, theirs = make_pair(mode, render_mode="rgb_array")
    ours.reset(seed=0), theirs.reset(seed=0)
    for _ in range(4):
        if mode is AutoresetMode.DISABLED:
            ours.reset(), theirs.reset()
        ours.step(np.zeros(N, int)), theirs.step(np.zeros(N, int))
        assert isinstance(ours.render(), tuple)
        assert_same(np.stack(ours.render()), np.stack(theirs.render()))
